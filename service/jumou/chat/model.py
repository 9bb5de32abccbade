"""Answers with a model: it gets passages found for the planner's words, calls tools that only read, and is checked as it speaks.

What a chat decides stays with the code: the brief is read from the planner's own words, a question the library does not
carry is refused, nothing can be adopted. When the model fails, the rules go on from there, and say so.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from jumou.chat import texts
from jumou.chat.answering import Outcome, Step, Turn, token, tool_call
from jumou.chat.guard import Guard
from jumou.chat.intent import ASKING, Intent, intent
from jumou.chat.rules import RulesAnswerer, numbering, passages, settled
from jumou.chat.workbench import Found, Shown, Workbench
from jumou.domain.chat import Ask, Proposal
from jumou.domain.quoting import comparable
from jumou.errors import JumouError, MissingExtra, ModelRefused, ModelUnavailable, OverBudget
from jumou.llm import LanguageModel, Message, Prompt, Reply, Run, ToolCall, ToolSpec, load_prompt

_ROUNDS: Final = 4
"""How often the model may call tools before it has to answer."""

_MOST_CALLS: Final = 4
_MOST_TOKENS: Final = 2_000
_LONGEST_MEMORY: Final = 3_000
_WIDE: Final = str.maketrans({"<": "＜", ">": "＞"})
_ABOUT_CANDIDATES: Final = re.compile(
    r"V\d|方案|候选|愿景|这[个条些]|candidate|option|vision|\bit\b|\bthem\b", re.IGNORECASE
)

_NOTHING: Final[dict[str, Any]] = {"type": "object", "properties": {}}
_TOOLS: Final = (
    ToolSpec(
        "search",
        "Search policies and benchmark cases. 检索政策与案例",
        {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
    ),
    ToolSpec(
        "read_indicators", "The region's computed indicators and what could not be computed. 读本区域指标", _NOTHING
    ),
    ToolSpec("list_gaps", "The gaps the diagnosis found. 列本区域短板", _NOTHING),
    ToolSpec(
        "propose_vision",
        "Three candidates of a vision for what is settled; or what is missing. 拟三个候选愿景",
        _NOTHING,
    ),
    ToolSpec("compare_candidates", "The candidates side by side. 比较候选", _NOTHING),
)
_FAILURES: Final = (ModelUnavailable, ModelRefused, OverBudget, MissingExtra)


@dataclass(frozen=True, slots=True)
class ModelAnswerer:
    """Answers with a model over a workbench; `rules` take over where it fails."""

    model: LanguageModel
    bench: Workbench
    rules: RulesAnswerer

    async def answer(self, turn: Turn) -> AsyncIterator[Step | Outcome]:
        """As the port says; no failure of the model fails the answer."""
        before = turn.brief
        brief = settled(turn)
        wanted = intent(
            turn.text, before, settled_more=brief != before.model_copy(update={"asked": None}),
            has_proposal=turn.proposal is not None,
        )  # fmt: skip
        now = replace(turn, brief=before if wanted == "evidence" else brief, settled=True)
        if wanted == "adopt":
            async for part in self.rules.answer(turn):
                yield part
            return
        speaking = _Speaking(self, now, wanted)
        try:
            async for part in speaking.answer():
                yield part
        except _FAILURES as problem:
            for step in speaking.rest():
                yield step
            yield token(texts.without_model(turn.language, problem.message(turn.language)))
            past = replace(turn.past, shown=(*turn.shown, *speaking.shown.new))
            async for part in self.rules.answer(replace(turn, past=past)):
                if isinstance(part, Outcome):
                    both = (*speaking.shown.new, *part.passages)
                    yield replace(
                        part, passages=both, findings=(*speaking.guard.findings, f"model: {type(problem).__name__}")
                    )
                else:
                    yield part


@dataclass(slots=True)
class _Speaking:
    """One answer under way."""

    by: ModelAnswerer
    turn: Turn
    wanted: Intent
    shown: Shown = field(init=False)
    guard: Guard = field(init=False)
    run: Run = field(init=False)
    proposal: Proposal | None = None
    asks: Ask | None = None
    found_enough: bool = False
    said: bool = False

    def __post_init__(self) -> None:
        """The guard knows the instructions, and what the planner said and gave."""
        turn = self.turn
        self.shown = Shown(turn.language, turn.shown)
        self.guard = Guard(turn.language, self.shown, comparable(_instructions(turn).body))
        self.guard.learn(turn.text, *turn.past.said)
        self.guard.learn(*(one.text for one in turn.shown), str(turn.brief.horizon or ""))
        if turn.profile is not None:
            self.guard.learn(turn.profile.model_dump_json())
        self.run = self.by.model.run(user=turn.user)
        self.proposal = turn.proposal
        if self.proposal is not None:
            self._know(self.proposal)

    async def answer(self) -> AsyncIterator[Step | Outcome]:
        """Steps, then the outcome."""
        turn = self.turn
        found = Found((), enough=False)
        if self.wanted == "evidence":
            found = await self.by.bench.search(turn, turn.text, self.shown)
            yield tool_call(
                "search", {"query": turn.text[:300]}, f"{len(found.passages)} passages, enough={found.enough}"
            )
            if found.passages:
                yield passages(found.passages, turn.text, enough=found.enough)
            self._read(found)
            if not found.enough and ASKING.search(turn.text) and not _ABOUT_CANDIDATES.search(turn.text):
                for step in _told(texts.refusal(found.passages, turn.language)):
                    yield step
                yield self._outcome("rules", refused=True)
                return
        messages = self._opening(found)
        for number in range(_ROUNDS + 1):
            tools = _TOOLS if number < _ROUNDS else ()
            reply: Reply | None = None
            async for piece in self.run.stream(messages, tools=tools, max_tokens=_MOST_TOKENS):
                if piece.text and (text := self.guard.feed(piece.text)):
                    self.said = True
                    yield token(text, self.by.model.name)
                reply = piece.reply or reply
                if self.guard.cut:
                    yield self._outcome(self.by.model.name)
                    return
            for step in self.rest():
                yield step
            calls = reply.tool_calls[:_MOST_CALLS] if reply is not None else ()
            if not calls:
                break
            messages.append(Message("assistant", reply.text if reply is not None else "", tool_calls=calls))
            for call in calls:
                async for part in self._use(call, messages):
                    yield part
        if not self.said:
            raise ModelUnavailable("大模型的回答为空。", "The model's answer is empty.")
        for step in self._remarks(reply):
            yield step
        yield self._outcome(self.by.model.name)

    def rest(self) -> "list[Step]":
        """What the guard still holds."""
        text = self.guard.end()
        self.said = self.said or bool(text)
        return [token(text, self.by.model.name)] if text else []

    def _remarks(self, reply: Reply | None) -> "list[Step]":
        """What has to be said about the answer as a whole."""
        language = self.turn.language
        remarks = []
        if reply is not None and reply.finish == "length":
            self.guard.findings.append("cut short")
            remarks.append(
                texts.pick(language, "\n（回答过长，被截断。）", "\n(The answer is too long and was cut off.)")
            )
        if self.wanted == "evidence" and self.found_enough and not self.guard.cited:
            self.guard.findings.append("uncited")
            remarks.append(
                texts.pick(
                    language,
                    "\n（以上未引用文献，未见依据。）",
                    "\n(The above cites nothing: no evidence was found for it.)",
                )
            )
        return [token(text) for text in remarks]

    def _outcome(self, author: str, *, refused: bool = False) -> Outcome:
        return Outcome(
            author, self.turn.brief.model_copy(update={"asked": self.asks}), refused, tuple(self.shown.new),
            self.proposal.id if self.proposal is not None else "", tuple(self.guard.findings),
        )  # fmt: skip

    def _opening(self, found: Found) -> list[Message]:
        turn = self.turn
        ask = load_prompt("chat/turn", turn.language)
        candidates: Sequence[Any] = self.proposal.candidates if self.proposal is not None else ()
        said = ask.render(
            brief=turn.brief, passages=found.passages, enough=found.enough, candidates=candidates, said=turn.text
        )
        messages = [Message("system", _instructions(turn).render())]
        for message in turn.past.recent:
            text = message.text[:_LONGEST_MEMORY].translate(_WIDE)
            if message.role in ("user", "assistant") and text:
                messages.append(Message("user" if message.role == "user" else "assistant", text))
        return [*messages, Message("user", said)]

    # --- tools ------------------------------------------------------------------------------------------------

    async def _use(self, call: ToolCall, messages: list[Message]) -> AsyncIterator[Step]:
        """Runs a tool for the model; what it gives back is fenced as material."""
        steps: list[Step] = []
        try:
            result, steps = await self._result(call)
        except JumouError as error:  # what a tool cannot do is told to the model, and ends nothing
            result = {"error": error.message(self.turn.language)}
        yield tool_call(
            call.name[:60], {name: str(value)[:300] for name, value in call.arguments.items()}, _line(result)
        )
        for step in steps:
            yield step
        written = json.dumps(result, ensure_ascii=False).translate(_WIDE)
        self.guard.learn(written)
        messages.append(Message("tool", f"<result>{written}</result>", tool_call_id=call.id))

    async def _result(self, call: ToolCall) -> tuple[Mapping[str, Any], list[Step]]:
        turn, bench = self.turn, self.by.bench
        match call.name:
            case "search":
                query = str(call.arguments.get("query", ""))[:1_000].strip() or turn.text
                found = await bench.search(turn, query, self.shown)
                self._read(found)
                rows = [{"n": one.n, "title": one.citation.title, "text": one.text} for one in found.passages]
                return {"enough": found.enough, "passages": rows}, [
                    passages(found.passages, query, enough=found.enough)
                ]
            case "read_indicators" | "list_gaps":
                if missing := self._missing(("region", "industry")):
                    return {"missing": missing}, []
                diagnosis = await bench.diagnosis(turn)
                if call.name == "read_indicators":
                    return {"text": texts.indicators(diagnosis, turn.language)[0]}, []
                before = len(self.shown.new)
                text = texts.gaps(diagnosis, turn.language, numbering(self.shown, await bench.frozen(turn)))
                return {"text": text}, self._new(before)
            case "propose_vision":
                if missing := self._missing(("region", "industry", "horizon", "scope")):
                    return {"missing": missing}, []
                self.proposal = await bench.propose(turn)
                self._know(self.proposal)
                before = len(self.shown.new)
                text = texts.proposal(self.proposal, turn.language, numbering(self.shown, self.proposal.evidence))
                made = Step("proposal", {"proposal": self.proposal.model_dump(mode="json")})
                return {"text": text}, [made, *self._new(before)]
            case "compare_candidates":
                if self.proposal is None:
                    return {"missing": "proposal"}, []
                return {"text": texts.comparison(self.proposal, turn.language)}, []
            case _:
                return {"error": f"there is no tool {call.name[:60]}"}, []

    def _missing(self, wanted: tuple[Ask, ...]) -> Ask | None:
        missing = self.turn.brief.missing
        if missing is None or missing not in wanted:
            return None
        self.asks = missing
        return missing

    def _read(self, found: Found) -> None:
        self.found_enough = self.found_enough or found.enough
        self.guard.learn(*(one.text for one in found.passages))

    def _know(self, made: Proposal) -> None:
        self.guard.learn(*(vision.text + vision.difference.text for vision in made.candidates))

    def _new(self, before: int) -> "list[Step]":
        added = self.shown.new[before:]
        return [passages(added, self.turn.text, enough=True)] if added else []


def _instructions(turn: Turn) -> Prompt:
    return load_prompt("chat/system", turn.language)


def _told(text: str) -> "list[Step]":
    return [token(text)]


def _line(result: Mapping[str, Any]) -> str:
    if "passages" in result:
        return f"{len(result['passages'])} passages, enough={result['enough']}"
    return "; ".join(f"{name}: {str(value)[:80]}" for name, value in result.items())
