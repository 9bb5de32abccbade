"""How long a request may take: to arrive, and to be answered."""

import asyncio
import time
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from jumou import metrics
from jumou.api.problems import language_of, problem

_LEAST_BYTES: Final = 4096
"""Bytes a second a body has to come at on the average, beside what it may take anyhow."""


class TimeLimit:
    """Ends a request whose body comes too slowly (408), or that is not answered in time (503)."""

    def __init__(self, app: ASGIApp, *, body_seconds: float, answer_seconds: float) -> None:
        """An answer that has begun, a download or a stream, goes on as long as it takes."""
        self._app = app
        self._body = body_seconds
        self._answer = answer_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, arrived, seen = time.monotonic(), False, 0
        slow, started = False, False
        clock = asyncio.timeout(self._answer)

        async def punctual() -> Message:
            nonlocal arrived, seen, slow
            if arrived:  # what comes now is the end of the connection, whenever that is
                return await receive()
            left = self._body + seen / _LEAST_BYTES - (time.monotonic() - began)
            try:
                # not wait_for: before Python 3.12 it loses the end of `clock` when that comes together with the message
                async with asyncio.timeout(max(left, 0.001)):
                    message = await receive()
            except TimeoutError:
                slow = True
                raise _TooSlow from None
            seen += len(message.get("body", b""))
            arrived = not message.get("more_body", False)
            return message

        async def answering(message: Message) -> None:
            nonlocal started
            if slow and not started:  # whatever is made of a body that never came is not the answer
                return
            if not started:
                clock.reschedule(None)
            started = True
            await send(message)

        try:
            async with clock:
                await self._app(scope, punctual, answering)
        except _TooSlow:
            pass
        except TimeoutError:
            if not clock.expired():
                raise
        if slow or clock.expired():
            metrics.note("jumou_limited_requests", limit="body" if slow else "seconds")
            if not started:
                await self._end(scope, receive, send, 408 if slow else 503)

    async def _end(self, scope: Scope, receive: Receive, send: Send, status: int) -> None:
        zh = language_of(Request(scope)) == "zh"
        if status == 408:
            title = "请求内容未能及时送达" if zh else "The body of the request did not arrive in time"
            detail = "请检查网络后重新提交。" if zh else "Check the network and send it again."
        else:
            title = (
                f"处理超过 {self._answer:g} 秒，已停止等待"
                if zh
                else f"The request took more than {self._answer:g} seconds"
            )
            detail = (
                "请缩小范围，或以 Prefer: respond-async 提交后查看进度；可调大 JUMOU_REQUEST_SECONDS。"
                if zh
                else "Ask for less, or with Prefer: respond-async and follow the progress; JUMOU_REQUEST_SECONDS can be raised."
            )
        answer = problem(status, title, kind="TooSlow" if status == 408 else "TookTooLong", detail=detail)
        answer.headers["Connection" if status == 408 else "Retry-After"] = "close" if status == 408 else "10"
        await answer(scope, receive, send)


class _TooSlow(Exception):
    """The body did not come in time."""


def patient_protocol(seconds: float) -> type[asyncio.Protocol]:
    """Uvicorn's HTTP, which by itself waits for ever for the head of a request, and here at most `seconds`."""
    base: Any = AutoHTTPProtocol

    class Patient(base):  # type: ignore[misc] # which class it is, uvicorn decides when it is loaded
        """A connection that is closed when no whole head comes in time."""

        _waiting: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def handle_websocket_upgrade(self) -> None:
            self._rest()
            super().handle_websocket_upgrade()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._rest()

        def connection_lost(self, exc: Exception | None) -> None:
            self._rest()
            super().connection_lost(exc)

        def _watch(self) -> None:
            """Waits for a head when there is no request under way."""
            cycle = self.cycle
            if cycle is not None and not cycle.response_complete:
                self._rest()
            elif self._waiting is None and not self.transport.is_closing() and self.transport.get_protocol() is self:
                self._waiting = self.loop.call_later(seconds, self._give_up)

        def _rest(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None

        def _give_up(self) -> None:
            self._waiting = None
            if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
                self.transport.close()

    return Patient
