"""Which projects a plan needs: archetypes meet the diagnosed gaps; none is kept without one."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from jumou.domain.chain import Chain, NamedFunction
from jumou.domain.diagnosis import Diagnosis, Gap
from jumou.domain.framework import PROJECT_TYPES, ModeKey
from jumou.domain.playbook import Archetype
from jumou.domain.positioning import Positioning, Theme
from jumou.drafting.context import DraftContext

_LIMIT: Final = {"national": 20, "provincial": 20, "city": 19, "county": 16, "park": 17, "town": 12, "other": 18}
_MOST_OF_A_TYPE: Final = {"B1": 6, "A2": 4, "C2": 4}
_MOST_OTHERWISE: Final = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """An archetype with the gap it answers and what it is about in this region."""

    archetype: Archetype
    gap: Gap
    also: tuple[str, ...]
    chain: Chain
    score: float
    theme: Theme | None = None
    subject: NamedFunction | None = None

    @property
    def order(self) -> tuple[str, float]:
        """Projects stand by type, the stronger first."""
        return (self.archetype.type, -self.score)


def select(ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning) -> list[Candidate]:
    """The candidates to plan, by type: every type that answers a gap at least once, then by emphasis and severity."""
    mode = positioning.mode.key
    candidates = [
        candidate
        for archetype in ctx.playbook.archetypes
        if _offered(ctx, archetype, mode)
        for candidate in _instances(ctx, archetype, diagnosis, positioning)
    ]
    candidates.sort(key=lambda item: (-item.score, item.archetype.id, item.gap.id))
    chosen: list[Candidate] = []
    for project_type in PROJECT_TYPES:  # the set covers the nine types
        best = next((item for item in candidates if item.archetype.type == project_type), None)
        if best is not None:
            chosen.append(best)
    counts = Counter(item.archetype.type for item in chosen)
    for item in candidates:
        if len(chosen) >= _LIMIT[ctx.profile.level]:
            break
        kind = item.archetype.type
        if item not in chosen and counts[kind] < _MOST_OF_A_TYPE.get(kind, _MOST_OTHERWISE):
            chosen.append(item)
            counts[kind] += 1
    return sorted(chosen, key=lambda item: item.order)


def _offered(ctx: DraftContext, archetype: Archetype, mode: ModeKey) -> bool:
    if archetype.needs == "firms" and not ctx.reading.leading:
        return False
    if archetype.needs == "institutions" and not ctx.reading.knowledge:
        return False
    if archetype.emphasis.get(mode, 0) > 0:
        return True
    return archetype.also_when == "exchanges" and bool(ctx.industry.chain.exchanges) and ctx.analysis.circular


def _instances(
    ctx: DraftContext, archetype: Archetype, diagnosis: Diagnosis, positioning: Positioning
) -> list[Candidate]:
    mode, chain = positioning.mode.key, ctx.industry.chain
    weight = max(archetype.emphasis.get(mode, 0), 1)
    matching = _matching(archetype, diagnosis.gaps)
    if not matching:
        return []
    best, also = matching[0], tuple(gap.id for gap in matching[1:3])
    base = weight + best.severity
    match archetype.per:
        case "node":
            nodes = [gap for gap in matching if gap.node_id]
            return [
                Candidate(archetype, gap, (), ctx.chain_of(gap.node_id or ""), weight + gap.severity - 0.4 * rank)
                for rank, gap in enumerate(nodes[: archetype.count])
            ]
        case "theme":
            return [
                Candidate(archetype, best, also, chain, base - 0.6 * rank, theme=theme)
                for rank, theme in enumerate(positioning.themes)
            ]
        case "platform":
            platforms = [
                (item, one) for one in ctx.industry.chains for item in one.projects.A2.platforms[: archetype.count]
            ]
            return [
                Candidate(archetype, best, also, one, base - 0.5 * rank, subject=item)
                for rank, (item, one) in enumerate(platforms[: archetype.count])
            ]
        case "facility":
            facilities = [(item, one) for one in ctx.industry.chains for item in one.projects.C2.facilities]
            return [
                Candidate(archetype, best, also, one, base - 0.5 * rank, subject=item)
                for rank, (item, one) in enumerate(facilities[: archetype.count])
            ]
        case "once":
            return [Candidate(archetype, best, also, chain, base)]


def _matching(archetype: Archetype, gaps: tuple[Gap, ...]) -> list[Gap]:
    """The gaps an archetype answers, the severest first; an element's own gap before any other."""
    wanted = archetype.gap
    found = [
        gap
        for gap in gaps
        if gap.kind in wanted.kinds and (gap.kind != "element" or not wanted.elements or gap.element in wanted.elements)
        and (gap.kind != "stated" or gap.element is None or not wanted.elements or gap.element in wanted.elements)
    ]
    return sorted(found, key=lambda gap: (gap.element not in wanted.elements, -gap.severity, gap.id))
