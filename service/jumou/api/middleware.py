"""Around every request: an id, one line in the log (no texts, no secrets), and a bound on the size of what is sent."""

import re
import time
import uuid
from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jumou.api.problems import language_of, problem

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = structlog.get_logger("jumou.http")


class RequestLog:
    """Gives every request an id (the caller's `X-Request-ID` when it is a plain one) and logs how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is what is logged."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("x-request-id", "")
        request_id = asked if _ID.fullmatch(asked) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 500

        async def answering(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, answering)
        finally:
            route = scope.get("route")
            log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                route=getattr(route, "path", "-"),  # the pattern: addresses may hold what people typed
                status=status,
                milliseconds=round(1000 * (time.perf_counter() - began), 1),
            )


class BodyLimit:
    """Refuses bodies of more than `most` bytes, whether announced or not."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """`most` is in bytes."""
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > self._most:
            await self._refuse(scope, receive, send)
            return
        seen, started = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._most:
                    raise _TooMuch
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooMuch:
            if not started:
                await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        zh = language_of(Request(scope)) == "zh"
        size = f"{self._most / 1_000_000:g} MB"
        title = f"请求超过 {size}" if zh else f"The request is larger than {size}"
        more: dict[str, Any] = {"detail": "请拆分或压缩后再提交。" if zh else "Split it or send less."}
        await problem(413, title, kind="TooLarge", **more)(scope, receive, send)


class _TooMuch(Exception):
    """More bytes came than were allowed."""
