"""Errors under /openai in the form OpenAI's clients read, whoever refuses: a route, a limit, the door, or nothing at all."""

import json
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX: Final = "/openai/"
_KINDS: Final = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_CODES: Final = {
    "NotSignedIn": "invalid_api_key", "NotAllowed": "insufficient_permissions", "OverBudget": "insufficient_quota",
    "TooManyRequests": "rate_limit_exceeded", "TooMuchWork": "rate_limit_exceeded", "http-404": "unknown_url",
}  # fmt: skip
"""By the kind of a problem; the others carry no code."""


def fault(status: int, message: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """The body of an error answered with `status`."""
    kind = _KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def turned(problem: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The status and the body that say what a problem (RFC 9457) says."""
    status = 400 if problem["status"] == 422 else int(problem["status"])
    kind = str(problem["type"]).rpartition(":")[2]
    return status, fault(
        status, f"{problem['title']} {problem.get('detail', '')}".strip(), code=problem.get("code") or _CODES.get(kind)
    )


class OpenAIErrors:
    """Turns problems that answer requests under /openai; everything else passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` answers with problems."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def turning(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if MutableHeaders(scope=message).get("content-type", "").startswith("application/problem+json"):
                    start = message
                    return
            elif start is not None and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if message.get("more_body", False):
                    return
                start["status"], told = turned(json.loads(bytes(body)))
                message = {**message, "body": json.dumps(told, ensure_ascii=False).encode()}
                headers = MutableHeaders(scope=start)
                headers["Content-Type"], headers["Content-Length"] = "application/json", str(len(message["body"]))
                first, start = start, None
                await send(first)
            await send(message)

        await self._app(scope, receive, turning)
