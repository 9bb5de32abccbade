"""What every route reaches for: the open parts, the person who acts, and the version the caller saw."""

from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Header, Request
from starlette.exceptions import HTTPException

from jumou.api.drafting import Drafting
from jumou.api.problems import language_of
from jumou.api.readiness import Opening
from jumou.chat import Chatting
from jumou.compose import Jumou
from jumou.domain.access import Principal
from jumou.domain.framework import Language
from jumou.workflow.review import Person, Reviewing


class Parts(NamedTuple):
    """What the application holds."""

    opening: Opening
    drafting: Drafting


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def _caller(request: Request) -> Principal:
    principal: Principal = request.state.principal  # set around every request; its absence is a defect, not a stranger
    return principal


def _open(parts: Annotated[Parts, Depends(_parts)]) -> Jumou:
    return parts.opening.jumou()


def _stored(parts: Annotated[Parts, Depends(_parts)]) -> Jumou:
    return parts.opening.stored()


def _reviewing(jumou: Annotated[Jumou, Depends(_stored)]) -> Reviewing:
    return jumou.reviewing


def _chatting(jumou: Annotated[Jumou, Depends(_open)]) -> Chatting:
    return jumou.chatting


def _request_id(request: Request) -> str:
    found: Any = getattr(request.state, "request_id", "")
    return str(found)


def _seen(
    request: Request, if_match: Annotated[str | None, Header(description="the ETag the caller saw")] = None
) -> str:
    seen = (if_match or "").strip().removeprefix("W/").strip('"')
    if not seen or seen == "*":
        zh = language_of(request) == "zh"
        raise HTTPException(
            428, "请用 If-Match 给出所见版本的 ETag" if zh else "Give the ETag of the version you saw in If-Match"
        )
    return seen


Held = Annotated[Parts, Depends(_parts)]
Caller = Annotated[Principal, Depends(_caller)]
"""Who is calling; LOCAL where there are no accounts."""
Open = Annotated[Jumou, Depends(_open)]
Stored = Annotated[Jumou, Depends(_stored)]
Reviews = Annotated[Reviewing, Depends(_reviewing)]
Chats = Annotated[Chatting, Depends(_chatting)]
RequestId = Annotated[str, Depends(_request_id)]
Seen = Annotated[str, Depends(_seen)]
Speaking = Annotated[Language, Depends(language_of)]
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="sent again with the same key, the change is made once and answered alike"),
]  # fmt: skip


def person(name: str, request_id: str, key: str | None = None) -> Person:
    """Who acts, in which request, under which idempotency key."""
    return Person(name, request_id, key or "")
