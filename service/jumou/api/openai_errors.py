"""Errors under /openai in the form OpenAI's clients read, whoever refuses: a route, a limit, the door, or nothing at all."""

import json
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jumou.api.withheld import Withheld

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
        await self._app(scope, receive, Withheld(send, _is_problem, _told_anew))


def _is_problem(head: Message) -> bool:
    return MutableHeaders(scope=head).get("content-type", "").startswith("application/problem+json")


def _told_anew(head: Message, body: bytes) -> bytes:
    head["status"], told = turned(json.loads(body))
    MutableHeaders(scope=head)["Content-Type"] = "application/json"
    return json.dumps(told, ensure_ascii=False).encode()
