"""Answers without a model: guided drafting, search with quotes, indicators and gaps, in the same events a model's answers have."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Final

from jumou.chat import texts
from jumou.chat.answering import Outcome, Step, Turn, token, tool_call
from jumou.chat.brief import settle
from jumou.chat.intent import intent
from jumou.chat.workbench import Shown, Workbench
from jumou.domain.chat import Brief, Proposal, ShownPassage
from jumou.domain.evidence import Citation, Evidence

_PIECE: Final = re.compile(r"[^。！？\n；]*[。！？\n；]+|[^。！？\n；]+")


@dataclass(frozen=True, slots=True)
class RulesAnswerer:
    """Answers by rules over a workbench."""

    bench: Workbench
    announce: bool = True
    """Say in a chat's first answer that no model is connected."""

    async def answer(self, turn: Turn) -> AsyncIterator[Step | Outcome]:
        """As the port says."""
        said = turn.text.strip()
        brief = turn.brief if turn.settled else settled(turn)
        wanted = intent(
            said, turn.brief, settled_more=brief != turn.brief.model_copy(update={"asked": None}),
            has_proposal=turn.proposal is not None,
        )  # fmt: skip
        if self.announce and turn.first:
            for step in told(texts.by_rules(turn.language)):
                yield step
        if wanted == "evidence":
            brief = turn.brief  # a question about another place settles nothing
        now = replace(turn, text=said, brief=brief, settled=True)
        match wanted:
            case "help":
                parts = self._help(now)
            case "adopt":
                parts = self._adopt(now)
            case "compare":
                parts = self._compare(now)
            case "vision":
                parts = self.vision(now)
            case "gaps" | "indicators":
                parts = self._region(now, wanted)
            case "evidence":
                parts = self.evidence(now)
        async for part in parts:
            yield part

    async def vision(self, turn: Turn) -> AsyncIterator[Step | Outcome]:
        """Asks for the one thing that is missing, or proposes."""
        missing = turn.brief.missing
        if missing is not None:
            for step in told(texts.question(missing, turn.brief, turn.language)):
                yield step
            yield Outcome("rules", turn.brief.model_copy(update={"asked": missing}))
            return
        shown = Shown(turn.language, turn.shown)
        made = await self.bench.propose(turn)
        yield tool_call("propose_vision", brief_of(turn.brief), f"{len(made.candidates)} candidates")
        yield Step("proposal", {"proposal": made.model_dump(mode="json")})
        text = texts.proposal(made, turn.language, numbering(shown, made.evidence))
        if shown.new:
            yield passages(shown.new, turn.text, enough=True)
        for step in told(text):
            yield step
        yield Outcome("rules", turn.brief, passages=tuple(shown.new), proposal_id=made.id)

    async def evidence(self, turn: Turn) -> AsyncIterator[Step | Outcome]:
        """Quotes what answers the question; refuses when nothing does."""
        shown = Shown(turn.language, turn.shown)
        found = await self.bench.search(turn, turn.text, shown)
        yield tool_call("search", {"query": turn.text[:300]}, f"{len(found.passages)} passages, enough={found.enough}")
        if found.passages:
            yield passages(found.passages, turn.text, enough=found.enough)
        write = texts.evidence if found.enough and found.passages else texts.refusal
        for step in told(write(found.passages, turn.language)):
            yield step
        refused = not (found.enough and found.passages)
        yield Outcome("rules", turn.brief, refused=refused, passages=tuple(shown.new))

    async def _region(self, turn: Turn, wanted: str) -> AsyncIterator[Step | Outcome]:
        missing = turn.brief.missing
        if missing in ("region", "industry"):
            lead = texts.needs_region(turn.language) if missing == "region" else ""
            for step in told(lead + texts.question(missing, turn.brief, turn.language)):
                yield step
            yield Outcome("rules", turn.brief.model_copy(update={"asked": missing}))
            return
        shown = Shown(turn.language, turn.shown)
        diagnosis = await self.bench.diagnosis(turn)
        tool = "list_gaps" if wanted == "gaps" else "read_indicators"
        count = len(diagnosis.gaps if wanted == "gaps" else diagnosis.indicators)
        yield tool_call(tool, brief_of(turn.brief), str(count))
        known = True
        if wanted == "gaps":
            text = texts.gaps(diagnosis, turn.language, numbering(shown, await self.bench.frozen(turn)))
        else:
            text, known = texts.indicators(diagnosis, turn.language, turn.text)
        if shown.new:
            yield passages(shown.new, turn.text, enough=True)
        for step in told(text):
            yield step
        yield Outcome("rules", turn.brief, refused=not known, passages=tuple(shown.new))

    async def _help(self, turn: Turn) -> AsyncIterator[Step | Outcome]:
        for step in told(texts.help_text(turn.language)):
            yield step
        yield Outcome("rules", turn.brief)

    async def _adopt(self, turn: Turn) -> AsyncIterator[Step | Outcome]:
        for step in told(texts.adopt(_proposal(turn), turn.language)):
            yield step
        yield Outcome("rules", turn.brief, proposal_id=_proposal(turn).id)

    async def _compare(self, turn: Turn) -> AsyncIterator[Step | Outcome]:
        made = _proposal(turn)
        yield tool_call("compare_candidates", {"proposal_id": made.id}, f"{len(made.candidates)} candidates")
        for step in told(texts.comparison(made, turn.language)):
            yield step
        yield Outcome("rules", turn.brief, proposal_id=made.id)


def settled(turn: Turn) -> Brief:
    """The brief after the turn's words."""
    fixed = turn.profile is not None
    return settle(turn.brief, turn.text, turn.language, fixed_region=fixed)


def told(text: str) -> Iterator[Step]:
    """A text in pieces, sentence by sentence."""
    return (token(piece) for piece in _PIECE.findall(text))


def passages(found: "list[ShownPassage] | tuple[ShownPassage, ...]", query: str, *, enough: bool) -> Step:
    """That passages are shown."""
    return Step(
        "passages",
        {"query": query[:300], "enough": enough, "passages": [one.model_dump(mode="json") for one in found]},
    )


def brief_of(brief: Brief) -> dict[str, object]:
    """The brief as the arguments of a tool."""
    return brief.model_dump(mode="json", exclude={"asked"})


def numbering(shown: Shown, evidence: Evidence) -> texts.Number:
    """Shows what is cited, with the text it stands in."""
    held = {one.passage.id: one.passage for one in evidence.passages}

    def number(citation: Citation) -> int:
        passage = held.get(citation.passage_id)
        if passage is None:
            return shown.show(citation, citation.quote).n
        return shown.show(citation, passage.text, passage.section).n

    return number


def _proposal(turn: Turn) -> Proposal:
    if turn.proposal is None:
        raise RuntimeError("asked to speak of a proposal there is not")
    return turn.proposal
