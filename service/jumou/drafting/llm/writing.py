"""Asking a model for the texts of a section: checked one by one, sent back with what is wrong, given up at last."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from jumou.domain.framework import StepKey
from jumou.domain.quoting import comparable
from jumou.drafting.context import DraftContext
from jumou.drafting.llm.answers import Choice, Sentence, Sentences
from jumou.drafting.llm.judging import Known, Objection, judge
from jumou.drafting.llm.material import Material, gather, shown_to_model
from jumou.drafting.llm.sections import Section
from jumou.drafting.llm.slots import Slot, Written
from jumou.errors import JumouError, MalformedAnswer, ModelRefused, ModelUnavailable, OverBudget
from jumou.llm import Message, Prompt, Run, load_prompt

Also = Callable[[Slot, Written], Iterable[Objection]]
"""Further checks of a section, on texts that passed all others."""

_STRETCH: Final = {"zh": (2.2, 160), "en": (2.2, 420)}
"""A text may be so many times as long as its draft, and at least as long as a sentence needs."""
_TOKENS_A_CHARACTER: Final = 1.6
_FRAME: Final = 400
_NO_REPAIRS: Final = 6
_NO_MORE: Final = 12


def nothing_more(slot: Slot, written: Written) -> Iterable[Objection]:
    """No further checks."""
    del slot, written
    return ()


@dataclass(slots=True)
class Patience:
    """How often in a row nothing of a section passed. A model that never gets it right is not paid for trying on."""

    failed: int = 0

    @property
    def for_repairs(self) -> bool:
        """Whether findings are still worth sending back."""
        return self.failed < _NO_REPAIRS

    @property
    def for_more(self) -> bool:
        """Whether sections are still worth asking for."""
        return self.failed < _NO_MORE


@dataclass(slots=True)
class _Open:
    """A section under way: what passed, and what stands against the rest."""

    passed: dict[str, Written] = field(default_factory=dict)
    objections: dict[str, list[Objection]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writing:
    """Writes sections of one step with one run of a model. Whatever happens, the rules' text stands where nothing better does."""

    ctx: DraftContext
    run: Run
    step: StepKey
    rounds: int
    profile_words: str
    patience: Patience

    async def section(self, section: Section, also: Also = nothing_more) -> list[Written]:
        """The texts that passed. The others are noted in the account with the reason."""
        ctx, account = self.ctx, self.ctx.account
        if not self.patience.for_more:
            for slot in section.slots:
                account.fall_back(self.step, "given_up", slot.id)
            return []
        material = gather(ctx, section.slots, section.figures, section.query)
        longest = {slot.id: _longest(slot, ctx) for slot in section.slots}
        system, task = load_prompt("draft/system", ctx.language), load_prompt(section.prompt, ctx.language)
        known = Known(self._words(material), comparable(system.body))
        state = _Open()
        messages = self._first(system, task, material, longest)
        told: str | None = None
        for attempt in range(self.rounds + 1):
            if attempt and not self.patience.for_repairs:
                self._fall_back(section, state)
                break
            waiting = [slot for slot in section.slots if slot.id not in state.passed]
            if attempt:
                account.repairs += 1
                messages = self._again(messages, material, longest, state, waiting, told)
            account.prompts[self.step, task.id, task.version, task.hash] += 1
            try:
                most = int(_FRAME + _TOKENS_A_CHARACTER * sum(longest[slot.id] + 120 for slot in waiting))
                answer = await self.run.ask(messages, Sentences, max_tokens=most)
            except MalformedAnswer as wrong:
                told = wrong.message_zh if ctx.language == "zh" else wrong.message_en
                state.objections = {slot.id: [Objection("shape", told)] for slot in waiting}
                continue
            except (ModelUnavailable, ModelRefused, OverBudget) as gone:
                for slot in waiting:
                    account.fall_back(self.step, _reason(gone), slot.id)
                account.written[self.step] += len(state.passed)
                return list(state.passed.values())
            told = None
            self._judge(answer, waiting, material, known, longest, state, also)
            if len(state.passed) == len(section.slots):
                break
        else:
            self._fall_back(section, state)
        self.patience.failed = 0 if state.passed else self.patience.failed + 1
        account.written[self.step] += len(state.passed)
        return list(state.passed.values())

    async def choose(self, prompt: str, candidates: Mapping[str, str], default: str) -> str:
        """One of `candidates` by its id; `default` when the model names none of them."""
        ctx, account = self.ctx, self.ctx.account
        system, task = load_prompt("draft/system", ctx.language), load_prompt(prompt, ctx.language)
        account.prompts[self.step, task.id, task.version, task.hash] += 1
        rows = [{"id": name, "text": text} for name, text in candidates.items()]
        asked = (Message("system", system.render()), Message("user", f"{_task(task)}\n{task.render(candidates=rows)}"))
        try:
            answer = await self.run.ask(asked, Choice, max_tokens=_FRAME)
        except (MalformedAnswer, ModelUnavailable, ModelRefused, OverBudget) as problem:
            account.fall_back(self.step, _reason(problem), prompt)
            return default
        if answer.id not in candidates:
            account.fall_back(self.step, "reference", prompt)
            return default
        return answer.id

    def _first(
        self, system: Prompt, task: Prompt, material: Material, longest: Mapping[str, int]
    ) -> tuple[Message, ...]:
        ctx = self.ctx
        everything = frozenset(slot.id for slot in material.slots)
        sheet = load_prompt("draft/material", ctx.language)
        shown = sheet.render(**shown_to_model(material, ctx, longest=longest, only=everything))
        term = task.render(first_year=ctx.start_year, last_year=ctx.horizon)
        return Message("system", system.render()), Message("user", f"{_task(task)}\n{term}\n\n{shown}")

    def _again(
        self,
        messages: tuple[Message, ...],
        material: Material,
        longest: Mapping[str, int],
        state: _Open,
        waiting: list[Slot],
        malformed: str | None,
    ) -> tuple[Message, ...]:
        """The question as it was first put, and behind it what was wrong; earlier rounds are not repeated."""
        rows = [
            {"id": slot.id, "longest": longest[slot.id], "text": material.drafts[slot.id], "findings": [one.told for one in state.objections[slot.id]]}
            for slot in waiting
        ]  # fmt: skip
        prompt = load_prompt("draft/repair", self.ctx.language)
        told = prompt.render(
            items=[] if malformed else rows, malformed=malformed or "", wanted=[slot.id for slot in waiting]
        )
        first = messages[1]
        asked = first.text.split("\n\n<findings>")[0]
        return messages[0], Message("user", f"{asked}\n\n<findings>\n{told}\n</findings>")

    def _fall_back(self, section: Section, state: _Open) -> None:
        """Notes why each item that did not pass is left to the rules: the first thing that stands against it."""
        for slot in section.slots:
            if slot.id not in state.passed:
                self.ctx.account.fall_back(self.step, state.objections[slot.id][0].reason, slot.id)

    def _judge(
        self,
        answer: Sentences,
        waiting: list[Slot],
        material: Material,
        known: Known,
        longest: Mapping[str, int],
        state: _Open,
        also: Also,
    ) -> None:
        by_id: dict[str, Sentence] = {}
        for item in answer.items:
            by_id.setdefault(item.id.strip(), item)
        for slot in waiting:
            written = by_id.get(slot.id)
            if written is None:
                told = self.ctx.writer.pick("缺少该条内容", "this item is missing")
                state.objections[slot.id] = [Objection("coverage", told)]
                continue
            taken = tuple(state.passed.values())
            result = judge(self.ctx, written, slot, material, known, longest=longest[slot.id], taken=taken)
            if isinstance(result, Written):
                result = list(also(slot, result)) or result
            if isinstance(result, Written):
                state.passed[slot.id] = result
            else:
                state.objections[slot.id] = result

    def _words(self, material: Material) -> str:
        """The words that names may be taken from: profile, drafts, passages and their titles."""
        texts = [f"{one.passage.text} {one.document.title} {one.passage.id}" for one in material.sources.values()]
        return self.profile_words + comparable(
            " ".join((*texts, *material.drafts.values(), *(slot.title for slot in material.slots)))
        )


def _task(prompt: Prompt) -> str:
    return f'<task id="{prompt.id}" version="{prompt.version}"/>'


def _longest(slot: Slot, ctx: DraftContext) -> int:
    times, least = _STRETCH[ctx.language]
    most = 260 if ctx.language == "zh" else 700  # what the checklist of visions allows, and ample for a sentence
    return max(min(most, max(least, int(times * len(slot.text)))), int(1.2 * len(slot.text)))


def _reason(problem: JumouError) -> str:
    match problem:
        case MalformedAnswer():
            return "shape"
        case OverBudget():
            return "budget"
        case ModelRefused():
            return "refused"
        case _:
            return "unavailable"
