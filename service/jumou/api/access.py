"""What every route reaches for: the open parts, the person who acts, and the version the caller saw.

None of this waits for anything, so all of it is `async`: FastAPI would send each through a thread and back through the event loop,
a dozen times a request.
"""

from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Header, Request
from starlette.exceptions import HTTPException

from jumou.api.drafting import Drafting
from jumou.api.problems import language_of
from jumou.api.readiness import Opening
from jumou.chat import Chatting
from jumou.compose import Office
from jumou.domain.access import Principal
from jumou.domain.framework import Language
from jumou.workflow.review import Person, Reviewing


class Parts(NamedTuple):
    """What the application holds."""

    opening: Opening
    drafting: Drafting


async def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


async def _caller(request: Request) -> Principal:
    principal: Principal = request.state.principal  # set around every request; its absence is a defect, not a stranger
    return principal


async def _open(parts: Annotated[Parts, Depends(_parts)], caller: Annotated[Principal, Depends(_caller)]) -> Office:
    return parts.opening.jumou().within(caller.reach)


async def _stored(parts: Annotated[Parts, Depends(_parts)], caller: Annotated[Principal, Depends(_caller)]) -> Office:
    return parts.opening.stored().within(caller.reach)


async def _reviewing(jumou: Annotated[Office, Depends(_stored)]) -> Reviewing:
    return jumou.reviewing


async def _chatting(jumou: Annotated[Office, Depends(_open)]) -> Chatting:
    return jumou.chatting


async def _request_id(request: Request) -> str:
    found: Any = getattr(request.state, "request_id", "")
    return str(found)


Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="sent again with the same key, the change is made once and answered alike"),
]  # fmt: skip


class Signature(NamedTuple):
    """The caller's signature under what this request does."""

    caller: Principal
    request_id: str
    key: str = ""

    def __call__(self, given: str = "", otherwise: str = "") -> Person:
        """Who acts: the caller, or without accounts whoever `given` says, or `otherwise` when it says nobody.

        Raises:
            NotAllowed: it says somebody else.
            InvalidRequest: it says nobody.
        """
        return Person(self.caller.signs(given, otherwise), self.request_id, self.key, self.caller)


async def _signature(
    caller: Annotated[Principal, Depends(_caller)],
    request_id: Annotated[str, Depends(_request_id)],
) -> Signature:
    return Signature(caller, request_id)


async def _once(sign: Annotated[Signature, Depends(_signature)], key: Key = None) -> Signature:
    return sign._replace(key=key or "")


async def _seen(
    request: Request, if_match: Annotated[str | None, Header(description="the ETag the caller saw")] = None
) -> str:
    seen = (if_match or "").strip().removeprefix("W/").strip('"')
    if not seen or seen == "*":
        zh = language_of(request) == "zh"
        raise HTTPException(
            428, "请用 If-Match 给出所见版本的 ETag" if zh else "Give the ETag of the version you saw in If-Match"
        )
    return seen


async def _speaking(request: Request) -> Language:
    return language_of(request)


Held = Annotated[Parts, Depends(_parts)]
Caller = Annotated[Principal, Depends(_caller)]
"""Who is calling; LOCAL where there are no accounts."""
Open = Annotated[Office, Depends(_open)]
Stored = Annotated[Office, Depends(_stored)]
Reviews = Annotated[Reviewing, Depends(_reviewing)]
Chats = Annotated[Chatting, Depends(_chatting)]
RequestId = Annotated[str, Depends(_request_id)]
SigningOnce = Annotated[Signature, Depends(_once)]
"""The same for changes that are made once under an idempotency key."""
Signing = Annotated[Signature, Depends(_signature)]
"""Signs what is done with the caller's name; the name in a body counts only where there are no accounts."""
Seen = Annotated[str, Depends(_seen)]
Speaking = Annotated[Language, Depends(_speaking)]
