"""A turn from a conversation that the caller keeps: what was settled follows from what was said, every time anew."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from jumou.chat.answering import Turn
from jumou.chat.brief import settle
from jumou.chat.intent import intent
from jumou.chat.memory import Past
from jumou.chat.workbench import Workbench
from jumou.domain.chat import Brief, ChatMessage
from jumou.domain.framework import Language
from jumou.domain.region import RegionProfile
from jumou.errors import InvalidRequest
from jumou.profile import parse_profile

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_OBJECT: Final = re.compile(r"\{.*\}", re.DOTALL)
_NAMED: Final = frozenset(("name", "region", "区域", "名称", "meta"))


class Said(NamedTuple):
    """One message of the conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


async def turn_of(conversation: Sequence[Said], bench: Workbench, *, user: str = "") -> Turn:
    """The last message as a turn, with what the ones before it settled.

    A region's profile may stand as a JSON object in a system message. Other words of the caller's system messages are
    not instructions to jumou, whose own rules bind.

    Raises:
        InvalidRequest: the last message is not a user's, or it is blank.
        InvalidProfile: the profile does not hold together.
    """
    if not conversation or conversation[-1].role != "user" or not conversation[-1].text.strip():
        raise InvalidRequest(
            "最后一条消息应为用户的提问。", "The last message has to be the user's, and not blank.",
            mend_zh="请检查 messages。", mend_en="Check `messages`.",
        )  # fmt: skip
    last = conversation[-1].text
    language: Language = "zh" if _HAN.search(last) or not re.search(r"[A-Za-z]{3}", last) else "en"
    profile = _profile(conversation, language)
    brief = Brief()
    if profile is not None:
        brief = Brief(region=profile.name, industry=profile.target_industry or "", horizon=profile.horizon)
    proposed = False
    for message in conversation[:-1]:
        if message.role != "user":
            continue
        found = settle(brief, message.text, language, fixed_region=profile is not None)
        changed = found != brief.model_copy(update={"asked": None})
        wanted = intent(message.text, brief, settled_more=changed, has_proposal=proposed)
        if wanted == "evidence":
            continue
        brief = found.model_copy(update={"asked": found.missing if wanted == "vision" else None})
        proposed = proposed or (wanted == "vision" and brief.missing is None)
    past = Past().with_more(
        _kept(message, number) for number, message in enumerate(conversation[:-1], 1) if message.role != "system"
    )
    turn = Turn(last, language, brief, profile, past=past, user=user)
    if proposed and intent(last, brief, settled_more=False, has_proposal=True) in ("compare", "adopt"):
        made = await bench.propose(turn)
        return replace(turn, proposal=made)
    return turn


def _profile(conversation: Sequence[Said], language: Language) -> RegionProfile | None:
    for message in conversation:
        found = _OBJECT.search(message.text) if message.role == "system" else None
        if found is None:
            continue
        try:
            content = json.loads(found[0])
        except ValueError:
            continue
        if isinstance(content, dict) and _NAMED & {str(key).lower() for key in content}:
            return parse_profile(content, language)
    return None


def _kept(message: Said, number: int) -> ChatMessage:
    role: Literal["user", "assistant"] = "user" if message.role == "user" else "assistant"
    return ChatMessage(chat_id="", number=number, turn=number, role=role, text=message.text, author=role, created_at="")
