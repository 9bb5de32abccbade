"""The tools of a chat: search, the region's numbers and gaps, and candidates of a vision. All of them read; none decides."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from jumou.chat.answering import Turn
from jumou.chat.sufficiency import enough
from jumou.domain.chat import Proposal, ShownPassage
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Citation, Evidence
from jumou.domain.framework import MODES, Language
from jumou.domain.region import RegionProfile
from jumou.domain.review import content_hash
from jumou.drafting import rules
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import EvidenceDesk, Library
from jumou.drafting.drafter import Drafter, RulesDrafter
from jumou.drafting.prepare import prepare
from jumou.profile import parse_profile
from jumou.workflow.plan import cited

_KEPT: Final = 32
_LOOKED_AT: Final = 8
_LONGEST_TEXT: Final = 1_200
_T = TypeVar("_T")


class Found(NamedTuple):
    """What a search found: passages with their numbers, and whether they carry an answer."""

    passages: tuple[ShownPassage, ...]
    enough: bool


@dataclass(slots=True)
class Shown:
    """The passages shown in a chat, each under one number however often it is shown."""

    language: Language
    before: tuple[ShownPassage, ...] = ()
    new: list[ShownPassage] = field(default_factory=list)

    @property
    def all(self) -> tuple[ShownPassage, ...]:
        """Those of earlier answers, then those of this one."""
        return (*self.before, *self.new)

    def show(self, citation: Citation, text: str, section: str = "", *, outdated: bool = False) -> ShownPassage:
        """The passage with its number: the one it has, or the next."""
        for held in self.all:
            if held.citation.passage_id == citation.passage_id and held.citation.quote == citation.quote:
                return held
        made = ShownPassage(
            n=len(self.all) + 1, citation=citation, text=text[:_LONGEST_TEXT], section=section, outdated=outdated
        )
        self.new.append(made)
        return made


@dataclass(slots=True)
class Workbench:
    """The tools over one library. What was worked out for a region is kept, so that asking again costs nothing."""

    library: Library
    drafter: Drafter = field(default_factory=RulesDrafter)
    """Who words the candidates."""
    _diagnoses: OrderedDict[str, tuple[DraftContext, Diagnosis]] = field(default_factory=OrderedDict)
    _proposals: OrderedDict[str, Proposal] = field(default_factory=OrderedDict)

    async def search(self, turn: Turn, question: str, shown: Shown, *, most: int = 3) -> Found:
        """Passages for a question with the sentence that fits best, at most one from a document."""
        return await asyncio.to_thread(self._search, turn, question, shown, most)

    async def diagnosis(self, turn: Turn) -> Diagnosis:
        """The region's diagnosis: the plan's, where the chat speaks of one, else worked out by the rules."""
        if turn.plan is not None and turn.plan.diagnosis is not None:
            return turn.plan.diagnosis
        return (await asyncio.to_thread(self._diagnosed, turn))[1]

    async def frozen(self, turn: Turn) -> Evidence:
        """The passages the diagnosis cites, as the plan or the desk keeps them."""
        if turn.plan is not None and turn.plan.diagnosis is not None:
            return turn.plan.evidence
        ctx, _ = await asyncio.to_thread(self._diagnosed, turn)
        return ctx.desk.evidence()

    async def propose(self, turn: Turn) -> Proposal:
        """Three candidates for what the brief settles, each with the checks of the published list."""
        key = f"{_key(turn)}|{turn.brief.scope}"
        known = self._proposals.get(key)
        if known is not None:
            return known
        ctx, diagnosis = await asyncio.to_thread(self._diagnosed, turn)
        positioning = await self.drafter.position(ctx, diagnosis)
        mode, themes, visions = positioning.mode.key, positioning.themes, positioning.candidates
        wanted = {citation.passage_id for part in (*visions, *themes) for citation in cited(part)}
        evidence = ctx.desk.evidence(wanted)
        if turn.plan is not None:  # what the plan's own diagnosis cites is frozen with the plan, not at this desk
            held = {passage.passage.id for passage in evidence.passages}
            own = [one for one in turn.plan.evidence.passages if one.passage.id in wanted - held]
            evidence = evidence.model_copy(update={"passages": (*evidence.passages, *own)})
        made = Proposal(
            id=content_hash({"key": key, "corpus": evidence.corpus_version, "drafter": self.drafter.name})[:16],
            region=ctx.profile.name, industry=ctx.industry.name, horizon=ctx.horizon, mode=mode,
            mode_name=MODES[mode].in_(turn.language), themes=themes, candidates=visions, evidence=evidence,
            drafter=self.drafter.name,
        )  # fmt: skip
        _keep(self._proposals, key, made)
        return made

    def _search(self, turn: Turn, question: str, shown: Shown, most: int) -> Found:
        own = (turn.profile.name,) if turn.profile is not None else (turn.brief.region,) if turn.brief.region else ()
        hits = self.library.search(question, limit=_LOOKED_AT, own_region=own)
        held = enough(question, hits)
        desk = EvidenceDesk(library=self.library, language=turn.language, own_region=own)
        outdated = {hit.passage.id: hit.outdated for hit in hits}
        text = {hit.passage.id: hit.passage for hit in hits}
        found: Sequence[Citation] = desk.cite(hits, [question], most=most)
        return Found(
            tuple(
                shown.show(
                    one, text[one.passage_id].text, text[one.passage_id].section, outdated=outdated[one.passage_id]
                )
                for one in found
            ),
            held,
        )

    def _diagnosed(self, turn: Turn) -> tuple[DraftContext, Diagnosis]:
        scope = "" if turn.brief.scope == "auto" else turn.brief.scope
        key = f"{_key(turn)}|{scope}"
        known = self._diagnoses.get(key)
        if known is not None:
            return known
        ctx = prepare(
            profile_of(turn), self.library, language=turn.language, industry=turn.brief.industry or None,
            horizon=turn.brief.horizon, scope=scope,
        )  # fmt: skip
        own = turn.plan.diagnosis if turn.plan is not None else None
        made = ctx, own or rules.diagnose(ctx)
        _keep(self._diagnoses, key, made)
        return made


def profile_of(turn: Turn) -> RegionProfile:
    """The region's profile, or the little that was said about it as one.

    Raises:
        InvalidProfile: what was said does not make a profile.
    """
    if turn.profile is not None:
        return turn.profile
    said = {"name": turn.brief.region, "industry": turn.brief.industry}
    return parse_profile({name: text for name, text in said.items() if text}, turn.language)


def _key(turn: Turn) -> str:
    plan = f"{turn.plan.id}@{turn.plan.event}" if turn.plan is not None else ""
    return content_hash(
        {
            "profile": profile_of(turn).model_dump(mode="json"), "language": turn.language, "plan": plan,
            "industry": turn.brief.industry, "horizon": turn.brief.horizon,
        }
    )  # fmt: skip


def _keep(kept: OrderedDict[str, _T], key: str, value: _T) -> None:
    kept[key] = value
    while len(kept) > _KEPT:
        kept.popitem(last=False)
