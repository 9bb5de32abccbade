"""Chats: opened, talked to, followed while they are answered, and a candidate taken into a plan."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, BackgroundTasks, Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from jumou.api.access import Chats, Open, Seen, Signing, Speaking
from jumou.api.answers import ChatAnswer, ChatList, MessageAccepted, Stopped
from jumou.api.following import After
from jumou.api.openapi import problems
from jumou.api.requests import AdoptionRequest, ChatOpenRequest, MessageRequest
from jumou.api.strict import StrictRoute
from jumou.chat.opening import ChatRequest, Choice, adopt, open_chat
from jumou.compose import Office
from jumou.domain.chat import Brief, ChatEvent, ChatMessage, ChatRecord, Proposal
from jumou.errors import MissingExtra
from jumou.profile import parse_profile

router = APIRouter(prefix="/v1/chats", tags=["chat"], route_class=StrictRoute)

_SSE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "number, counted through the chat"},
        "event": {"enum": ["token", "passages", "tool_call", "proposal", "done", "error"]},
        "data": {"type": "string", "description": "JSON; holds `turn`, the number of the message that is answered"},
    },
}  # fmt: skip

IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=200, description="a second message with the same key is the first one")]  # fmt: skip


@router.post("", status_code=201, responses=problems(400, 404, 413, 422, 503))
async def create_chat(
    sent: ChatOpenRequest, jumou: Open, language: Speaking, sign: Signing, afterwards: BackgroundTasks
) -> ChatRecord:
    """Opens a chat about a plan, a region, or nothing yet."""
    if "llm" in jumou.chatting.answerers and sent.drafter != "rules":
        afterwards.add_task(_warm, jumou)
    profile = None if sent.profile is None else await asyncio.to_thread(parse_profile, sent.profile, language)
    request = ChatRequest(
        language=sent.language or jumou.settings.language,
        plan_id=sent.plan_id,
        profile=profile,
        brief=Brief(industry=sent.industry, horizon=sent.horizon, scope=sent.scope),
        drafter=sent.drafter,
    )
    return await asyncio.to_thread(
        open_chat, jumou.chatting.store, jumou.store, request, sign(sent.created_by, "api").name
    )


async def _warm(jumou: Office) -> None:
    """While the planner types: the first answer does not wait for the client's library. What fails shows when it is asked."""
    if jumou.model is not None:
        with contextlib.suppress(MissingExtra):
            await jumou.model.warm()


@router.get("", responses=problems(422, 503))
def list_chats(
    chats: Chats,
    cursor: Annotated[str, Query(max_length=200, pattern=r"^([0-9T:.+-]{10,40}\|[\w-]{1,64})?$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ChatList:
    """Chats, newest first."""
    page = chats.store.chats(cursor=cursor, limit=limit)
    return ChatList(chats=list(page.chats), next_cursor=page.next_cursor)


@router.get("/{chat_id}", responses=problems(404, 422, 503))
async def get_chat(chat_id: str, chats: Chats) -> ChatAnswer:
    """A chat with all that was said; an answer that was broken off is there as far as it came."""
    record = await asyncio.to_thread(chats.store.chat, chat_id)
    messages = await chats.messages(chat_id)
    return ChatAnswer(chat=record, messages=list(messages), answering=bool(messages) and messages[-1].role == "user")


@router.post("/{chat_id}/messages", status_code=202, responses=problems(400, 404, 409, 413, 422, 503))
async def send_message(
    chat_id: str, sent: MessageRequest, chats: Chats, sign: Signing, idempotency_key: IdempotencyKey = None
) -> MessageAccepted:
    """Says something. Once this answers, the message is kept and is being answered, whether or not anybody reads on."""
    message = await chats.say(chat_id, sent.text, sign(sent.author, "api").name, key=idempotency_key or "")
    return MessageAccepted(message=message, events=f"/v1/chats/{chat_id}/events")


@router.get(
    "/{chat_id}/events",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "server-sent events; ids are numbers that count through the chat", "content": {"text/event-stream": {"schema": _SSE}}},
        **problems(404, 422, 503),
    },
)  # fmt: skip
async def follow_chat(
    chat_id: str,
    chats: Chats,
    after: After,
    stay: Annotated[bool, Query(description="stay connected for the next answers too")] = False,
) -> EventSourceResponse:
    """What the chat's answers do, from the beginning or from where the caller lost it, to the end of the one under way."""
    await asyncio.to_thread(chats.store.chat, chat_id)
    return EventSourceResponse(_sent(chats.follow(chat_id, after, stay=stay)))


async def _sent(events: AsyncIterator[ChatEvent]) -> AsyncIterator[ServerSentEvent]:
    async for event in events:
        told = json.dumps({"turn": event.turn, **event.data}, ensure_ascii=False)
        yield ServerSentEvent(told, event=event.kind, id=str(event.number))


@router.post("/{chat_id}/stop", responses=problems(404, 422, 503))
async def stop_answer(chat_id: str, chats: Chats) -> Stopped:
    """Ends the answer under way; what was said of it is kept."""
    await asyncio.to_thread(chats.store.chat, chat_id)
    return Stopped(stopped=await chats.stop(chat_id))


@router.get("/{chat_id}/proposals/{proposal_id}", responses=problems(404, 422, 503))
async def get_proposal(chat_id: str, proposal_id: str, chats: Chats) -> Proposal:
    """The candidates of a vision the chat proposed, with their checks and their evidence."""
    await asyncio.to_thread(chats.store.chat, chat_id)
    return await chats.proposal(chat_id, proposal_id)


@router.post("/{chat_id}/adoptions", status_code=201, responses=problems(400, 404, 409, 413, 422, 428, 503))
async def adopt_candidate(chat_id: str, sent: AdoptionRequest, jumou: Open, seen: Seen, sign: Signing) -> ChatMessage:
    """Makes a candidate the vision of a plan. Nothing said in a chat does this; If-Match is the hash of the item `vision`."""
    choice = Choice(sent.proposal_id, sent.candidate_id, sent.plan_id, seen, sent.approve)
    return await adopt(jumou.chatting, jumou.reviewing, chat_id, choice, sign(sent.reviewer))
