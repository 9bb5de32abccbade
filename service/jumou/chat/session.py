"""Chats that are kept: what is said is stored before it is acknowledged, what is answered before anybody sees it.

An answer belongs to the chat, not to the connection of whoever asked: it goes on when the reader leaves, and any number of
readers follow it by the numbers of its events.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from jumou.chat import texts
from jumou.chat.answering import Answerer, Outcome, Step, Turn
from jumou.chat.ink import Ink
from jumou.chat.liveness import Liveness
from jumou.chat.memory import Memory
from jumou.domain.chat import Brief, ChatEvent, ChatMessage, ChatRecord, Ending, EventKind, Proposal, ShownPassage
from jumou.domain.framework import Language
from jumou.errors import InvalidRequest, JumouError, NotFound, StepConflict
from jumou.storage import ChatStore, PlanStore, Presence
from jumou.storage.change import now
from jumou.workflow.reading import StoredPlan, read_plan

_LONGEST: Final = 20_000
_BREATH: Final = 0.1
"""Seconds between two writes of a streamed answer; what comes in between is one event. The first word is written at once."""

_PLANS: Final = 16
_LOOK_EVERY: Final = 0.25
"""Seconds between two looks for what other processes answer; doubled while nothing happens."""

_LOOK_AT_LEAST: Final = 2.0
"""Seconds after which a reader looks in any case."""


log = structlog.get_logger("jumou.chat")

_Written = tuple[EventKind, Mapping[str, Any]]


@dataclass(slots=True)
class _Answer:
    """An answer under way."""

    turn: int
    task: asyncio.Task[None] | None = None
    ending: Ending = "interrupted"
    """What a cancellation means."""
    over: bool = False
    """All is said, and is being stored: too late to stop it."""
    stored: list[ChatEvent] = field(default_factory=list)
    """What was said of it, as it is stored: its readers need not ask the database."""

    def after(self, number: int) -> Sequence[ChatEvent] | None:
        """Its events above a number; None when some between are not its own."""
        if not self.stored or self.stored[0].number > number + 1:
            return None
        return self.stored[number + 1 - self.stored[0].number :]


@dataclass(slots=True)
class Chatting:
    """The chats of one process. Lives in one event loop; the stores are asked in threads."""

    store: ChatStore
    plans: PlanStore
    answerers: Mapping[str, Answerer]
    """By name: `rules` always, `llm` where there is a model."""
    presence: Presence
    """That of the process; it may hold several of these."""
    model_reads_internal: bool = False
    """Whether `llm` may answer about a plan that is marked internal; else the rules do."""
    _liveness: Liveness = field(init=False)
    _ink: Ink = field(init=False)
    _memory: Memory = field(init=False)
    _under_way: dict[str, _Answer] = field(default_factory=dict)
    _news: dict[str, asyncio.Event] = field(default_factory=dict)
    _starting: Counter[str] = field(default_factory=Counter)
    _read: dict[str, StoredPlan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """It is named; the lock of the process is taken with the first answer."""
        self._liveness = Liveness(self.presence)
        self._ink = Ink(self.store)
        self._memory = Memory(self.store)

    # --- talking ----------------------------------------------------------------------------------------------

    async def say(self, chat_id: str, text: str, person: str, *, key: str = "") -> ChatMessage:
        """Stores what a person says and begins to answer it. Once this returns, neither is lost.

        Raises:
            NotFound: there is no such chat.
            StepConflict: the last message is not answered yet.
            InvalidRequest: the text is blank or too long, or the key was used for another message.
        """
        # whoever asked may be gone in the middle; the message is not
        return await asyncio.shield(self._say(chat_id, text, person, key))

    async def _say(self, chat_id: str, text: str, person: str, key: str) -> ChatMessage:
        if not text.strip() or len(text) > _LONGEST:
            raise InvalidRequest(
                f"消息为空或超过 {_LONGEST} 字。", f"The message is blank or longer than {_LONGEST} characters.",
                mend_zh="请修改后重新发送。", mend_en="Change it and send it again.",
            )  # fmt: skip
        await self._liveness.show(self._under_way)
        message = ChatMessage(
            chat_id=chat_id, number=1, turn=1, role="user", text=text, author=f"person:{person}", process=self._liveness.name,
            created_at=now(),
        )  # fmt: skip
        self._starting[chat_id] += 1
        try:
            stored = await self._stored(message, key)
            if stored.created_at == message.created_at:  # else it was sent before, under the same key
                answer = self._under_way[chat_id] = _Answer(stored.turn)
                answer.task = asyncio.create_task(self._answer(stored, person, answer))
            return stored
        finally:
            self._starting[chat_id] -= 1

    async def _stored(self, message: ChatMessage, key: str) -> ChatMessage:
        try:
            return await asyncio.to_thread(self.store.ask, message, key)
        except StepConflict:
            if not await self._mend(message.chat_id, starting=1):
                raise
            return await asyncio.to_thread(self.store.ask, message, key)

    async def stop(self, chat_id: str) -> bool:
        """Ends the answer under way; what was said of it so far is kept. Whether there was one here."""
        answer = self._under_way.get(chat_id)
        if answer is None or answer.task is None:
            await self._mend(chat_id)
            return False
        answer.ending = "stopped"
        stopped = not answer.over
        if stopped:
            answer.task.cancel()
        await asyncio.gather(answer.task, return_exceptions=True)
        return stopped

    async def close(self) -> None:
        """Breaks off what is under way; what was said so far is kept. The process stays present for its others."""
        answers = list(self._under_way.values())
        for answer in answers:
            if answer.task is not None and not answer.over:
                answer.task.cancel()
        await asyncio.gather(*(answer.task for answer in answers if answer.task is not None), return_exceptions=True)

    # --- reading ----------------------------------------------------------------------------------------------

    async def messages(self, chat_id: str) -> tuple[ChatMessage, ...]:
        """All that was said, in order; what a killed process left half said is there, and marked.

        Raises:
            NotFound: there is no such chat.
        """
        await self._mend(chat_id)
        return await asyncio.to_thread(self.store.messages, chat_id)

    async def follow(self, chat_id: str, after: int = 0, *, stay: bool = False) -> AsyncIterator[ChatEvent]:
        """The events with numbers above `after`, as they come. Ends when nothing is under way, unless told to `stay`.

        Raises:
            NotFound: there is no such chat.
        """
        await asyncio.to_thread(self.store.chat, chat_id)
        wait = _LOOK_EVERY
        while True:
            news = self._news.setdefault(chat_id, asyncio.Event())
            answer = self._under_way.get(chat_id)
            waiting: ChatMessage | None = None
            events = None if answer is None else answer.after(after)
            if events is None:
                waiting, found = await asyncio.to_thread(self.store.since, chat_id, after)
                events, answer = found, self._under_way.get(chat_id)
            for event in events:
                after = event.number
                yield event
            if waiting is not None and await self._mended(waiting):
                continue
            if waiting is None and answer is None and not stay:
                return
            wait = _LOOK_EVERY if events else min(2 * wait, _LOOK_AT_LEAST)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait if answer is None else _LOOK_AT_LEAST):
                    await news.wait()

    async def proposal(self, chat_id: str, proposal_id: str) -> Proposal:
        """A proposal made in the chat.

        Raises:
            NotFound: the chat has none called so.
        """
        found = await asyncio.to_thread(_proposals, self.store, chat_id)
        if proposal_id not in found:
            raise NotFound(f"该会话没有方案 {proposal_id}。", f"The chat has no proposal {proposal_id}.")
        return found[proposal_id]

    # --- answering --------------------------------------------------------------------------------------------

    async def _answer(self, asked: ChatMessage, person: str, answer: _Answer) -> None:
        steps: asyncio.Queue[Step | None] = asyncio.Queue()
        outcome: list[Outcome] = []
        writer = asyncio.create_task(self._write(asked, steps, answer.stored))
        language: Language = "zh"
        brief: Brief | None = None
        ending: Ending = "complete"
        told: list[_Written] = []
        try:
            turn, answerer = await asyncio.to_thread(self._turn, asked, person)
            language, brief = turn.language, turn.brief
            async for part in answerer.answer(turn):
                if isinstance(part, Outcome):
                    outcome.append(part)
                else:
                    steps.put_nowait(part)
        except asyncio.CancelledError:
            ending = answer.ending
            if ending == "interrupted":
                told.append(("error", _interrupted(language)))
        except JumouError as error:
            ending = "failed"
            told.append(("error", {"kind": type(error).__name__, "message": error.message(language)}))
        except Exception as error:  # the end of a stream: its readers are told, and the chat goes on
            ending = "failed"
            log.exception("answer failed", error=type(error).__name__)
            told.append(("error", {"kind": "Defect", "message": texts.pick(language, "程序出错，回答未完成。", "A defect in jumou; the answer is not finished.")}))  # fmt: skip
        answer.over = True
        steps.put_nowait(None)
        try:
            await writer
            await asyncio.to_thread(self._end, asked, answer.stored, outcome[-1] if outcome else brief, ending, told)
        finally:
            if self._under_way.get(asked.chat_id) is answer:  # else the next message is being answered already
                del self._under_way[asked.chat_id]
            self._tell(asked.chat_id)

    async def _write(self, asked: ChatMessage, steps: asyncio.Queue[Step | None], stored: list[ChatEvent]) -> None:
        """Stores steps as they come, those that come together in one go, then tells the readers."""
        ended = False
        while not ended:
            batch = [await steps.get()]
            while not steps.empty():
                batch.append(steps.get_nowait())
            ended = batch[-1] is None
            written = _merged([step for step in batch if step is not None])
            if written:
                stored += await self._ink.write(asked.chat_id, asked.turn, written)
                self._tell(asked.chat_id)
            if not ended and any(
                kind == "token" for kind, _ in written
            ):  # what precedes the first word holds up nothing
                await asyncio.sleep(_BREATH)

    def _end(
        self,
        asked: ChatMessage,
        events: Sequence[ChatEvent],
        outcome: Outcome | Brief | None,
        ending: Ending,
        told: list[_Written],
    ) -> None:
        """Stores the answer that `events`, all that its turn has so far, make up."""
        text = "".join(str(event.data.get("text", "")) for event in events if event.kind == "token")
        author = next((str(event.data["author"]) for event in reversed(events) if event.kind == "token"), "rules")
        if isinstance(outcome, Outcome):
            shown = outcome
        else:  # it ended before it came to anything: what was settled before stays settled
            shown = Outcome(author, outcome or self._brief(asked), passages=_shown(events))
        message = ChatMessage(
            chat_id=asked.chat_id, number=1, turn=asked.turn, role="assistant", text=text, author=shown.author, ending=ending,
            refused=shown.refused, brief=shown.brief, passages=shown.passages, proposal_id=shown.proposal_id,
            findings=shown.findings, process=self._liveness.name, created_at=now(),
        )  # fmt: skip
        done: dict[str, Any] = {
            "ending": ending, "author": message.author, "refused": message.refused, "asks": shown.brief.asked,
            "brief": shown.brief.model_dump(mode="json"), "proposal_id": message.proposal_id,
            "findings": list(message.findings),
        }  # fmt: skip
        self.store.answer(message, [*told, ("done", done)])

    def _turn(self, asked: ChatMessage, person: str) -> tuple[Turn, Answerer]:
        record, past = self._memory.before(asked)
        plan = self._plan(record.plan_id)
        profile = plan.profile if plan is not None else record.profile
        proposals = _proposals(self.store, asked.chat_id) if past.proposal_id else {}
        name = record.drafter or ("llm" if "llm" in self.answerers else "rules")
        if plan is not None and not self.model_reads_internal and self.plans.classification(plan.id) == "internal":
            name = "rules"
        turn = Turn(
            asked.text, record.language, past.brief or opening_brief(record, plan), profile, plan, past,
            proposals.get(past.proposal_id), person,
        )  # fmt: skip
        return turn, self.answerers.get(name, self.answerers["rules"])

    def _plan(self, plan_id: str) -> StoredPlan | None:
        """The plan as it stands; read again only when something has happened to it."""
        if not plan_id:
            return None
        held = self._read.get(plan_id)
        if held is None or held.event != self.plans.history(plan_id).event:
            if len(self._read) >= _PLANS:
                self._read.clear()
            held = self._read[plan_id] = read_plan(self.plans, plan_id)
        return held

    def _brief(self, asked: ChatMessage) -> Brief:
        record, past = self._memory.before(asked)
        return past.brief or opening_brief(record, self._plan(record.plan_id))

    async def _mend(self, chat_id: str, *, starting: int = 0) -> bool:
        """Ends what a process that is gone was answering: what it said is kept, and marked as broken off. Whether it did."""
        waiting = await asyncio.to_thread(self.store.open_turn, chat_id)
        return waiting is not None and await self._mended(waiting, starting)

    async def _mended(self, waiting: ChatMessage, starting: int = 0) -> bool:
        """`starting`: so many of the messages this process is taking on are the caller's own."""
        if waiting.process == self._liveness.name:
            running = self._under_way.get(waiting.chat_id)
            if self._starting[waiting.chat_id] > starting or (running is not None and running.turn == waiting.turn):
                return False
        elif not await self._liveness.gone(waiting.process):
            return False
        language = (await asyncio.to_thread(self.store.chat, waiting.chat_id)).language
        events = await asyncio.to_thread(self.store.events, waiting.chat_id, turn=waiting.turn)
        await asyncio.to_thread(self._end, waiting, events, None, "interrupted", [("error", _interrupted(language))])
        self._tell(waiting.chat_id)
        return True

    def _tell(self, chat_id: str) -> None:
        news = self._news.pop(chat_id, None)
        if news is not None:
            news.set()


def opening_brief(record: ChatRecord, plan: StoredPlan | None = None) -> Brief:
    """What is settled when a chat is opened: by the caller, the plan, or the profile."""
    profile = plan.profile if plan is not None else record.profile
    given = record.brief
    if profile is None:
        return given
    phases = plan.implementation.roadmap.phases if plan is not None and plan.implementation is not None else ()
    return given.model_copy(
        update={
            "region": profile.name,
            "industry": given.industry or profile.target_industry or "",
            "horizon": given.horizon or profile.horizon or (int(phases[-1].end[:4]) if phases else None),
        }
    )


def _shown(events: Sequence[ChatEvent]) -> tuple[ShownPassage, ...]:
    """The passages an answer showed before it was broken off, so that their numbers stay theirs."""
    found = [one for event in events if event.kind == "passages" for one in event.data["passages"]]
    return tuple({one["n"]: ShownPassage.model_validate(one) for one in found}.values())


def _proposals(store: ChatStore, chat_id: str) -> dict[str, Proposal]:
    found = (
        Proposal.model_validate(event.data["proposal"]) for event in store.events(chat_id) if event.kind == "proposal"
    )
    return {one.id: one for one in found}


def _merged(steps: list[Step]) -> list[_Written]:
    """The steps, with pieces of text that follow each other in one."""
    written: list[_Written] = []
    for step in steps:
        last = written[-1] if written else None
        if step.kind == "token" and last and last[0] == "token" and last[1]["author"] == step.data["author"]:
            written[-1] = ("token", {**step.data, "text": last[1]["text"] + step.data["text"]})
        else:
            written.append((step.kind, step.data))
    return written


def _interrupted(language: Language) -> dict[str, str]:
    zh = "回答被中断，已说的部分保留；请重新提问。"
    en = "The answer was broken off; what was said so far is kept. Ask again."
    return {"kind": "Interrupted", "message": texts.pick(language, zh, en)}
