"""The drafter that has a model: the rules' draft is its scaffold, its texts are taken where they pass every check."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.framework import StepKey
from jumou.domain.implementation import Implementation
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.quoting import comparable
from jumou.drafting.account import Account
from jumou.drafting.context import DraftContext
from jumou.drafting.drafter import RulesDrafter
from jumou.drafting.grounding import check
from jumou.drafting.llm.judging import Objection
from jumou.drafting.llm.sections import (
    Section,
    diagnosis_sections,
    implementation_sections,
    positioning_sections,
    project_section,
)
from jumou.drafting.llm.slots import Slot, Written, put
from jumou.drafting.llm.writing import Also, Patience, Writing, nothing_more
from jumou.drafting.rules.vision import checklist
from jumou.llm import Journal, LanguageModel, Run

T = TypeVar("T", bound=BaseModel)

_Ahead = tuple[Positioning, tuple[Project, ...], Implementation]


@dataclass(slots=True)
class _Session:
    """One plan under way: the run of the model, and the rules' later steps, drafted while the model writes the earlier ones."""

    run: Run
    profile_words: str
    patience: Patience
    ahead: "asyncio.Task[_Ahead] | None" = None
    diagnosis: Diagnosis | None = None
    positioning: Positioning | None = None
    projects: tuple[Project, ...] = ()


class LlmDrafter:
    """Drafts by the rules, then has a model write the texts anew, section by section, at the same time as far as they go.

    A model reaches texts only. It names figures and passages by reference; the code resolves them. A text that does not pass
    is sent back with the findings, at most `rounds` times; then the rules' text stands, and the account says why. No failure
    of the model fails a plan.
    """

    def __init__(
        self, model: LanguageModel, *, rounds: int = 2, user: str = "", journal: Journal | None = None
    ) -> None:
        """`user` is whom the day's allowance is counted for; the `journal` keeps what a run has paid for."""
        self.name = f"llm:{model.name}"
        self._model = model
        self._rounds = rounds
        self._user = user
        self._journal = journal
        self._rules = RulesDrafter()
        self._sessions: WeakKeyDictionary[Account, _Session] = WeakKeyDictionary()

    async def diagnose(self, ctx: DraftContext) -> Diagnosis:
        """Step 1."""
        session = self._session(ctx)
        draft = await self._rules.diagnose(ctx)
        session.ahead = asyncio.create_task(self._look_ahead(ctx, draft))
        session.diagnosis = await self._write(ctx, "diagnosis", draft, diagnosis_sections(ctx, draft))
        return session.diagnosis

    async def position(self, ctx: DraftContext, diagnosis: Diagnosis) -> Positioning:
        """Step 2."""
        session = self._session(ctx)
        if session.ahead is not None and diagnosis is session.diagnosis:
            draft = (await session.ahead)[0]
        else:
            draft = await self._rules.position(ctx, diagnosis)

        def listed(slot: Slot, written: Written) -> Iterable[Objection]:
            """A vision that passed the published checklist before passes it still."""
            if slot.place != ("text",) or len(slot.holder) != 2 or slot.holder[0] != "candidates":
                return
            before = draft.candidates[int(slot.holder[1])]
            after = checklist(ctx, before.model_copy(update={"text": written.text}), draft.themes)
            for old, new in zip(checklist(ctx, before, draft.themes), after, strict=True):
                if old.passed and not new.passed:
                    yield Objection(
                        "checklist", ctx.writer.pick(f"愿景清单未通过：{new.name}", f"the checklist fails: {new.name}")
                    )

        whole = await self._write(ctx, "positioning", draft, positioning_sections(ctx, draft), listed)
        session.positioning = await self._chosen(ctx, session, whole)
        return session.positioning

    async def design(self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning) -> tuple[Project, ...]:
        """Step 3."""
        session = self._session(ctx)
        if session.ahead is not None and diagnosis is session.diagnosis and positioning is session.positioning:
            drafts = (await session.ahead)[1]
        else:
            drafts = await self._rules.design(ctx, diagnosis, positioning)
        async with _counted(ctx, session.run):
            written = await asyncio.gather(
                *(self._writing(ctx, session, "projects").section(project_section(ctx, draft)) for draft in drafts)
            )
        projects = tuple(put(draft, texts, self._model.name) for draft, texts in zip(drafts, written, strict=True))
        session.projects = tuple(
            self._sound(ctx, "projects", new, old) for new, old in zip(projects, drafts, strict=True)
        )
        return session.projects

    async def implement(
        self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning, projects: tuple[Project, ...]
    ) -> Implementation:
        """Step 4."""
        session = self._session(ctx)
        if session.ahead is not None and positioning is session.positioning and projects is session.projects:
            draft = (await session.ahead)[2]
        else:
            draft = await self._rules.implement(ctx, diagnosis, positioning, projects)
        return await self._write(ctx, "implementation", draft, implementation_sections(ctx, draft))

    def _session(self, ctx: DraftContext) -> _Session:
        found = self._sessions.get(ctx.account)
        if found is None:
            found = _Session(
                self._model.run(user=self._user, journal=self._journal),
                comparable(ctx.profile.model_dump_json() + ctx.industry.name),
                Patience(),
            )
            self._sessions[ctx.account] = found
            ctx.account.model = self._model.name
        return found

    async def _look_ahead(self, ctx: DraftContext, diagnosis: Diagnosis) -> _Ahead:
        """The rules' drafts of the later steps. They read no text that the model may change, so they hold for its diagnosis too."""
        positioning = await self._rules.position(ctx, diagnosis)
        projects = await self._rules.design(ctx, diagnosis, positioning)
        return positioning, projects, await self._rules.implement(ctx, diagnosis, positioning, projects)

    def _writing(self, ctx: DraftContext, session: _Session, step: StepKey) -> Writing:
        return Writing(ctx, session.run, step, self._rounds, session.profile_words, session.patience)

    async def _write(
        self, ctx: DraftContext, step: StepKey, draft: T, sections: list[Section], also: Also = nothing_more
    ) -> T:
        session = self._session(ctx)
        writing = self._writing(ctx, session, step)
        async with _counted(ctx, session.run):
            written = await asyncio.gather(*(writing.section(section, also) for section in sections))
        return self._sound(ctx, step, put(draft, (one for texts in written for one in texts), self._model.name), draft)

    async def _chosen(self, ctx: DraftContext, session: _Session, whole: Positioning) -> Positioning:
        """The candidates with their checks made anew, and the one that leads."""
        candidates = tuple(
            vision.model_copy(update={"checks": checklist(ctx, vision, whole.themes)}) for vision in whole.candidates
        )
        fit = {vision.id: vision.text for vision in candidates if vision.passed} or {v.id: v.text for v in candidates}
        default = whole.vision.id if whole.vision.id in fit else next(iter(fit))
        async with _counted(ctx, session.run):
            chosen = await self._writing(ctx, session, "positioning").choose("position/choose", fit, default)
        leading = next(vision for vision in candidates if vision.id == chosen)
        return whole.model_copy(update={"candidates": candidates, "vision": leading})

    def _sound(self, ctx: DraftContext, step: StepKey, new: T, old: T) -> T:
        """`new`, unless the check of whole plans finds an error in it that `old` has not; then `old`, and the account says so."""
        if new is old:
            return old
        errors = _errors(ctx, new)
        if errors and errors - _errors(ctx, old):
            lost = ctx.account.written[step] if not isinstance(new, Project) else 1
            ctx.account.written[step] -= lost
            for place in sorted(errors):
                ctx.account.fall_back(step, "grounding", place)
            return old
        return new


def _errors(ctx: DraftContext, part: BaseModel) -> frozenset[str]:
    evidence = ctx.desk.evidence()
    match part:
        case Diagnosis():
            found = check(diagnosis=part, evidence=evidence)
        case Positioning():
            found = check(positioning=part, evidence=evidence)
        case Implementation():
            found = check(implementation=part, evidence=evidence)
        case Project():
            found = check(projects=(part,), evidence=evidence)
        case _:
            raise TypeError(type(part).__name__)
    alone = ("figure", "quote")  # references to other steps cannot be judged here, and a model cannot change them
    return frozenset(one.where for one in found.findings if one.severity == "error" and one.kind in alone)


class _counted:  # noqa: N801 - reads as a word where it stands
    """Brings the run's account into the draft's, also when drafting is given up."""

    def __init__(self, ctx: DraftContext, run: Run) -> None:
        self._ctx, self._run = ctx, run

    async def __aenter__(self) -> None:
        """Nothing to do."""

    async def __aexit__(self, *_: object) -> None:
        spent, account = self._run.spent, self._ctx.account
        account.calls, account.tokens_in, account.tokens_out = spent.calls, spent.tokens_in, spent.tokens_out
        account.usd, account.unpriced, account.seconds = spent.usd, spent.unpriced, self._run.seconds
