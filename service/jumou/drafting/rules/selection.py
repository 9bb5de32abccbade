"""Which projects a plan needs: archetypes meet the diagnosed gaps; none is kept without one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from jumou.domain.chain import Chain, ChainNode, NamedFunction
from jumou.domain.diagnosis import Diagnosis, Gap
from jumou.domain.framework import PROJECT_TYPES, ModeKey, ProjectType
from jumou.domain.playbook import Archetype
from jumou.domain.positioning import Positioning, Theme
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.places import named_parks
from jumou.drafting.wording import Said

Segment = Literal["upstream", "midstream", "downstream"]

_LIMIT: Final = {"national": 20, "provincial": 20, "city": 20, "county": 18, "park": 19, "town": 14, "other": 20}
_MOST_OF_A_TYPE: Final[dict[ProjectType, int]] = {
    "A1": 2, "A2": 4, "B1": 7, "B2": 3, "B3": 2, "C1": 4, "C2": 4, "D1": 3, "D2": 3,
}  # fmt: skip
_AT_LEAST_TWO: Final[tuple[ProjectType, ...]] = ("A2", "B1", "C1", "C2", "D1", "D2")
"""Types of which a plan usually needs more than one: platforms, chain projects, places, facilities, policies, brands."""

_COMPREHENSIVE: Final = 3
"""A region that leads with so many industries plans clusters side by side, not the links of one chain."""

_CONSUMER: Final = 0.3
_FEW_NODES: Final = 2
"""Links whose state is unknown are hypotheses: only the first ones become projects of their own."""


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
    segment: Segment | None = None
    name: Said | None = None

    @property
    def order(self) -> tuple[str, float, str]:
        """Projects stand by type, the stronger first."""
        return (self.archetype.type, -self.score, self.archetype.id)


def comprehensive(ctx: DraftContext) -> bool:
    """Whether the plan covers several industries at once."""
    return len(ctx.industry.chains) >= _COMPREHENSIVE


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
    for project_type in _AT_LEAST_TWO:
        second = next((item for item in candidates if item.archetype.type == project_type and item not in chosen), None)
        if second is not None:
            chosen.append(second)
            counts[project_type] += 1
    for item in candidates:
        if len(chosen) >= _LIMIT[ctx.profile.level]:
            break
        kind = item.archetype.type
        if item not in chosen and counts[kind] < _MOST_OF_A_TYPE[kind]:
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
    match archetype.also_when:
        case "exchanges":
            return bool(ctx.industry.chain.exchanges) and ctx.analysis.circular
        case "comprehensive":
            return comprehensive(ctx)
        case "consumer":
            return ctx.industry.chain.sector == "trade" or ctx.analysis.signal("trade_kind").value >= _CONSUMER
        case _:
            return False


def _instances(
    ctx: DraftContext, archetype: Archetype, diagnosis: Diagnosis, positioning: Positioning
) -> list[Candidate]:
    mode, chain = positioning.mode.key, ctx.industry.chain
    weight = max(archetype.emphasis.get(mode, 0), 2 if archetype.also_when else 1)
    matching = _matching(archetype, diagnosis.gaps)
    if not matching:
        return []
    best, also = matching[0], tuple(gap.id for gap in matching[1:3])
    base = weight + best.severity
    most = archetype.count
    match archetype.per:
        case "node":
            nodes = [gap for gap in matching if gap.node_id]
            guessed = not any(node.firms for node in diagnosis.value_chain.nodes)
            return [
                Candidate(
                    archetype,
                    gap,
                    (),
                    ctx.chain_of(gap.node_id or ""),
                    weight + gap.severity - 0.4 * rank - 0.8 * comprehensive(ctx),
                )
                for rank, gap in enumerate(nodes[: _FEW_NODES if guessed or comprehensive(ctx) else most])
            ]
        case "theme":
            themes = positioning.themes[:1] if comprehensive(ctx) else positioning.themes
            return [
                Candidate(archetype, best, also, chain, base - 0.6 * rank - comprehensive(ctx), theme=theme)
                for rank, theme in enumerate(themes)
            ]
        case "platform" | "facility":
            return [
                Candidate(archetype, best, also, one, base - 0.45 * rank, subject=item)
                for rank, (item, one) in enumerate(_subjects(ctx, archetype.per, most))
            ]
        case "industry":
            several = ctx.industry.chains if comprehensive(ctx) else ctx.industry.chains[1:]
            return [
                Candidate(archetype, best, also, one, base + 0.3 - 0.12 * rank)
                for rank, one in enumerate(several[:most])
            ]
        case "segment":
            if comprehensive(ctx) or not ctx.industry.known:
                return []
            known = any(node.firms for node in diagnosis.value_chain.nodes)
            found = [(segment, _within(segment, chain, matching)) for segment in _segments(chain)]
            return [
                Candidate(
                    archetype,
                    own[0],
                    tuple(gap.id for gap in own[1:3]),
                    chain,
                    weight + own[0].severity - 0.3 * rank - 0.5 * known,
                    segment=segment,
                )
                for rank, (segment, own) in enumerate([one for one in found if one[1]][:most])
            ]
        case "firm":
            return [
                Candidate(archetype, best, also, chain, base - 0.4 - 0.3 * rank, name=firm)
                for rank, firm in enumerate(ctx.reading.leading[:most])
            ]
        case "park":
            return [
                Candidate(archetype, best, also, chain, base - 0.2 - 0.3 * rank, name=place)
                for rank, place in enumerate(named_parks(ctx)[1 : most + 1])
            ]
        case "once":
            return [Candidate(archetype, best, also, chain, base)]


def _subjects(ctx: DraftContext, per: str, most: int) -> list[tuple[NamedFunction, Chain]]:
    """Platforms or facilities, taken from the chains in turn so that none of several industries is left out."""

    def of(chain: Chain) -> Iterator[tuple[NamedFunction, Chain]]:
        items = chain.projects.A2.platforms if per == "platform" else chain.projects.C2.facilities
        return iter([(item, chain) for item in items])

    queues = [of(chain) for chain in ctx.industry.chains]
    found: list[tuple[NamedFunction, Chain]] = []
    while queues and len(found) < most:
        for queue in list(queues):
            taken = next(queue, None)
            if taken is None:
                queues.remove(queue)
            else:
                found.append(taken)
    return found[:most]


def _segment_of(node: ChainNode) -> Segment:
    return "downstream" if node.position == "service" else node.position


def _segments(chain: Chain) -> list[Segment]:
    """The parts of the chain that have links: the two ends first, where most is to be won or to be extended."""
    positions = {_segment_of(node) for node in chain.nodes}
    order: tuple[Segment, ...] = ("upstream", "downstream", "midstream")
    return [segment for segment in order if segment in positions]


def _within(segment: Segment, chain: Chain, gaps: list[Gap]) -> list[Gap]:
    """The gaps of this segment's own links, then those of no link: a gap upstream is no reason for work downstream."""
    nodes = {node.id for node in chain.nodes if _segment_of(node) == segment}
    return sorted(
        (gap for gap in gaps if gap.node_id is None or gap.node_id in nodes), key=lambda gap: gap.node_id is None
    )


def _matching(archetype: Archetype, gaps: tuple[Gap, ...]) -> list[Gap]:
    """The gaps an archetype answers, the severest first; an element's own gap before any other."""
    wanted = archetype.gap
    found = [
        gap
        for gap in gaps
        if gap.kind in wanted.kinds
        and (
            gap.kind not in ("element", "stated")
            or gap.element is None
            or not wanted.elements
            or gap.element in wanted.elements
        )
    ]
    return sorted(found, key=lambda gap: (gap.element not in wanted.elements, -gap.severity, gap.id))
