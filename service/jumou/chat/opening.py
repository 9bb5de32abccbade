"""Opening chats, and taking a candidate into a plan: the two things that are never read out of what somebody writes."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from jumou.chat.session import Chatting, opening_brief
from jumou.domain.chat import Adoption, Brief, ChatMessage, ChatRecord
from jumou.domain.framework import Language
from jumou.domain.region import RegionProfile
from jumou.domain.review import Patch, PatchOperation
from jumou.errors import InvalidRequest, NotFound, StepConflict
from jumou.storage import ChatStore, PlanStore
from jumou.storage.change import new_id, now
from jumou.workflow.review import Person, Reviewing, Subject

_NOTHING: Final = Brief()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a chat is about: a stored plan, a profile, or nothing yet."""

    language: Language = "zh"
    plan_id: str = ""
    profile: RegionProfile | None = None
    brief: Brief = _NOTHING
    drafter: Literal["", "rules", "llm"] = ""


class Choice(NamedTuple):
    """Which candidate goes into which plan, and the hash of the plan's vision that the person saw."""

    proposal_id: str
    candidate_id: str
    plan_id: str
    seen: str
    approve: bool = False


def open_chat(store: ChatStore, plans: PlanStore, request: ChatRequest, person: str) -> ChatRecord:
    """Stores a new chat.

    Raises:
        NotFound: there is no such plan.
        InvalidRequest: both a plan and a profile are given.
    """
    if request.plan_id and request.profile is not None:
        raise InvalidRequest(
            "plan_id 与 profile 只能给一个。", "Give either plan_id or profile.",
            mend_zh="已有规划时只给 plan_id。", mend_en="With a plan, give plan_id only.",
        )  # fmt: skip
    profile = plans.plan(request.plan_id).profile if request.plan_id else request.profile
    record = ChatRecord(
        id=new_id(), language=request.language, plan_id=request.plan_id, profile=None if request.plan_id else profile,
        brief=request.brief, drafter=request.drafter, created_by=person, created_at=now(),
    )  # fmt: skip
    record = record.model_copy(update={"brief": opening_brief(record.model_copy(update={"profile": profile}))})
    store.open(record)
    return record


async def adopt(chatting: Chatting, reviewing: Reviewing, chat_id: str, choice: Choice, person: Person) -> ChatMessage:
    """Makes a candidate the vision of a plan, as an edit by the person; the chat remembers it.

    Raises:
        NotFound: no such chat, proposal, candidate or plan.
        StepConflict: the plan's vision changed since it was seen, or is locked.
        InvalidRequest: it is the plan's vision already, or the candidate is of another region.
    """
    made = await chatting.proposal(chat_id, choice.proposal_id)
    vision = made.candidate(choice.candidate_id)
    if vision is None:
        raise NotFound(
            f"方案 {made.id} 没有候选 {choice.candidate_id}。",
            f"The proposal {made.id} has no candidate {choice.candidate_id}.",
        )
    if chatting.store.open_turn(chat_id) is not None:
        raise StepConflict("正在回答，请稍候。", "An answer is under way; wait for its end.")
    plan = chatting.plans.plan(choice.plan_id)
    if plan.profile.name != made.region:
        raise InvalidRequest(
            f"方案属于{made.region}，规划属于{plan.profile.name}。", f"The proposal is for {made.region}, the plan for {plan.profile.name}.",
            mend_zh="请选择同一区域的规划。", mend_en="Choose a plan of the same region.",
        )  # fmt: skip
    patch = Patch(operations=(PatchOperation(op="replace", path="", value=vision.model_dump(mode="json")),))
    info = reviewing.edit(
        Subject(choice.plan_id, "positioning", choice.seen, "vision"), patch, person,
        comment=f"chat {chat_id}, proposal {made.id}, candidate {vision.id} ({vision.author})", approve=choice.approve,
    )  # fmt: skip
    done = Adoption(proposal_id=made.id, candidate_id=vision.id, plan_id=choice.plan_id, revision_id=info.id)
    message = ChatMessage(
        chat_id=chat_id, number=1, turn=1, role="action", text=vision.text, author=f"person:{person.name}",
        proposal_id=made.id, adoption=done, created_at=now(),
    )  # fmt: skip
    return chatting.store.act(message)
