"""What a model is shown for a few items: their texts with figures as references, the figures, and the passages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jumou.domain.evidence import Document, Passage
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.llm.slots import Slot
from jumou.drafting.wording import UNITS_EN, number, shown

_MOST_FIGURES: Final = 40
_MOST_PASSAGES: Final = 12
_UNITS: Final = "|".join(
    sorted((re.escape(unit) for unit in (*UNITS_EN, "%", "％", "个百分点", "吨标准煤")), key=len, reverse=True)
)
_BASES: Final = {"zh": {"profile": "资料", "source": "文献", "computed": "测算", "assumption": "规划假设"}}
MARK: Final = re.compile(r"\[\[\s*(F\d+)\s*\]\]")


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that may be quoted."""

    passage: Passage
    document: Document


@dataclass(frozen=True, slots=True)
class Material:
    """The figures by reference and the passages by id that one call may use."""

    slots: tuple[Slot, ...]
    figures: Mapping[str, Quantity]
    words: Mapping[str, str]
    """How each figure is written out: value and unit, so that no unit can be put to a wrong value."""
    sources: Mapping[str, Source]
    drafts: Mapping[str, str]
    """The text of each slot with its figures as references."""

    def spelled(self, text: str) -> str:
        """`text` with its references written out; unknown ones stay."""
        return MARK.sub(lambda found: self.words.get(found[1], found[0]), text)


def gather(ctx: DraftContext, slots: Sequence[Slot], more: Iterable[Quantity] = (), query: str = "") -> Material:
    """The material of some slots: what their texts lean on, `more` figures, and the passages found for `query`."""
    figures: dict[str, Quantity] = {}
    for figure in (*(figure for slot in slots for figure in slot.figures), *more):
        if len(figures) >= _MOST_FIGURES:
            break
        if not any(_same(figure, known) for known in figures.values()):
            figures[f"F{len(figures) + 1}"] = figure
    words = {ref: written(figure, ctx) for ref, figure in figures.items()}
    sources: dict[str, Source] = {}
    for citation in (citation for slot in slots for citation in slot.citations):
        kept = ctx.desk.kept(citation.passage_id)
        if kept is not None:
            sources.setdefault(citation.passage_id, Source(kept.passage, kept.document))
    if query:
        for hit in ctx.desk.find(query, limit=4):
            sources.setdefault(hit.passage.id, Source(hit.passage, hit.document))
    return Material(
        slots=tuple(slots),
        figures=figures,
        words=words,
        sources=dict(list(sources.items())[:_MOST_PASSAGES]),
        drafts={slot.id: _referring(slot, figures, words) for slot in slots},
    )


def shown_to_model(
    material: Material, ctx: DraftContext, *, longest: Mapping[str, int], only: frozenset[str]
) -> dict[str, Any]:
    """The inputs of the prompt `draft/material`, for the slots in `only`."""
    return {
        "region": ctx.profile.name,
        "industry": ctx.industry.name,
        "figures": [
            {
                "id": ref, "words": f"{figure.label} = {material.words[ref]}", "year": figure.year or "",
                "basis": _BASES.get(ctx.language, {}).get(figure.basis, figure.basis),
                "source": figure.formula or ", ".join(figure.source_ids[:2]),
            }
            for ref, figure in material.figures.items()
        ],
        "passages": [
            {"id": source.passage.id, "title": source.document.title, "text": source.passage.text}
            for source in material.sources.values()
        ],
        "items": [
            {
                "id": slot.id, "title": slot.title, "text": material.drafts[slot.id], "longest": longest[slot.id],
                "quotes": [
                    {"passage": citation.passage_id, "quote": citation.quote}
                    for citation in slot.citations
                    if citation.passage_id in material.sources
                ],
                "note": note(ctx, slot),
            }
            for slot in material.slots
            if slot.id in only
        ],
    }  # fmt: skip


def note(ctx: DraftContext, slot: Slot) -> str:
    """What a reviewer wants otherwise about the slot's item."""
    return ctx.notes.get(slot.item, "")


def written(figure: Quantity, ctx: DraftContext) -> str:
    """Value and unit. Words taken from the profile keep the unit they have there."""
    if figure.unit or figure.upper is not None:
        return shown(figure, ctx.language)
    value = number(figure.value)
    found = re.search(rf"(?<![\d.]){re.escape(value)}\s?({_UNITS})", figure.label)
    return f"{value}{found[1]}" if found else value


def _referring(slot: Slot, figures: Mapping[str, Quantity], words: Mapping[str, str]) -> str:
    """The slot's text with every figure it leans on as a reference, the longest first."""
    text = slot.text
    own = [ref for ref, figure in figures.items() if any(_same(figure, mine) for mine in slot.figures)]
    for ref in sorted(own, key=lambda ref: -len(words[ref])):
        text = re.sub(rf"(?<![\d.\[F]){re.escape(words[ref])}(?![\d.])", f"[[{ref}]]", text)
    return text


def _same(one: Quantity, other: Quantity) -> bool:
    return (one.label, one.value, one.upper, one.unit, one.year) == (
        other.label, other.value, other.upper, other.unit, other.year,
    )  # fmt: skip
