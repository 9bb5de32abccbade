"""Around every request: an id, one line in the log (no texts, no secrets), and a bound on the size of what is sent."""

import re
import time
import uuid
from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jumou import metrics, tracing
from jumou.api.problems import language_of, problem
from jumou.domain.access import Principal
from jumou.domain.calling import Calling, called_by, calling

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
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
        headers = Headers(scope=scope)
        asked = headers.get("x-request-id", "")
        request_id = asked if _ID.fullmatch(asked) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        began, status, stream = time.perf_counter(), 500, False

        async def answering(message: Message) -> None:
            nonlocal status, stream
            if message["type"] == "http.response.start":
                status = message["status"]
                told = MutableHeaders(scope=message)
                told["X-Request-ID"] = request_id
                stream = told.get("content-type", "").startswith("text/event-stream")
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "other"
        parent = headers.get("traceparent", "")
        with called_by(Calling(request_id)), tracing.span(method, parent=parent, kind="server") as span:
            try:
                await self._app(scope, receive, answering)
            finally:
                seconds = time.perf_counter() - began
                route = getattr(scope.get("route"), "path", "-")  # the pattern: addresses may hold what people typed
                span.note(http__route=route, http__request__method=method, http__response__status_code=status)
                metrics.note("jumou_http_requests", method=method, route=route, status=str(status))
                if not stream:
                    metrics.note("jumou_http_request_seconds", seconds, method=method, route=route)
                log.info("request", method=method, route=route, status=status, milliseconds=round(1000 * seconds, 1))


class Calls:
    """Makes the caller known to everything a request does: the log, the audit stream, the day's allowances."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is called inside; the principal is in the request's state by then."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        principal: Principal = scope["state"]["principal"]
        caller = calling()._replace(
            # where there are no accounts, people say who they are, request by request
            user=principal.user if principal.authenticated else "", workspace=principal.workspace,
            trace=tracing.current(),
        )  # fmt: skip
        with called_by(caller):
            await self._app(scope, receive, send)


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
