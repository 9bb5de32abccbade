"""Which projects a plan needs: archetypes meet the diagnosed gaps; none is kept without one."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Literal

from jumou.domain.chain import Chain, ChainNode, NamedFunction
from jumou.domain.diagnosis import Diagnosis, Gap
from jumou.domain.framework import PROJECT_TYPES, ModeKey, ProjectType
from jumou.domain.playbook import Archetype, Concern
from jumou.domain.positioning import Positioning, Theme
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.answers import (
    answers,
    directness,
    directness_to,
    further_concerns,
    links_named,
    links_of,
    links_of_firms,
)
from jumou.drafting.rules.bearing import OF_ONE_CHAIN
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.closing import closing
from jumou.drafting.rules.kinds import Trade, kinds_of, suited, trade_of
from jumou.drafting.rules.numbers import small_region
from jumou.drafting.rules.places import fitting_parks, named_parks
from jumou.drafting.rules.practice import shown_by_cases
from jumou.drafting.wording import Said

Segment = Literal["upstream", "midstream", "downstream"]

_LIMIT: Final = {"national": 20, "provincial": 20, "city": 20, "county": 18, "park": 19, "town": 14, "other": 20}
_MOST_OF_A_TYPE: Final[dict[ProjectType, int]] = {
    "A1": 3, "A2": 4, "B1": 7, "B2": 3, "B3": 2, "C1": 4, "C2": 4, "D1": 3, "D2": 3,
}  # fmt: skip
_AT_LEAST_TWO: Final[tuple[ProjectType, ...]] = ("A1", "A2", "B1", "C1", "C2", "D1", "D2")
"""Types of which a plan usually needs more than one: firms from outside and firms that are here, platforms, chain projects,
places, facilities, policies, brands."""

_AT_LEAST_THREE: Final[tuple[ProjectType, ...]] = ("A2",)
"""In a full-sized plan for one industry research, pilot plants and shared services are projects of their own; one for several
industries gives the place to what several industries call for."""

_FULL: Final = 19
"""From so many projects on a plan is full-sized."""

_AWAITED: Final = 0.3
"""What other projects wait for comes before a like one that nothing waits for."""

_SHOWN: Final = 0.2
"""What comparable cases did weighs less than a step in a gap's severity: it decides between projects that are as good."""

_COMPREHENSIVE: Final = 3
"""A region that leads with so many industries plans clusters side by side, not the links of one chain."""

_CONSUMER: Final = 0.3
_MOST_GAPS: Final = 4
"""So many gaps a project may name: one that claims to close everything closes nothing."""

_LEAST_LINKS: Final = 2
"""A segment of one link is that link's own project."""

_THERE: Final = frozenset(("strong", "weak"))
_SEEN: Final = frozenset(("named_by_target", "seen_in_words"))
"""States and flags of links the region is known to have."""

_NEXT: Final = {"platform": 0.7, "facility": 0.45}
"""What each further platform or facility of a chain counts less: a second platform is narrower than an institute for all."""

_KEY: Final = 0.7
_FEW_NODES: Final = 2
"""Links whose state is unknown are hypotheses: only the first ones become projects of their own."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An archetype with the gaps it answers, the severest first, and what it is about in this region.

    `links` are the links of the chain it works on; `left_out` those of its segment that projects of their own take.
    """

    archetype: Archetype
    fits: tuple[Gap, ...]
    chain: Chain
    score: float
    links: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    theme: Theme | None = None
    subject: NamedFunction | None = None
    segment: Segment | None = None
    name: Said | None = None

    @property
    def gap(self) -> Gap:
        """The gap it is there to close."""
        return self.fits[0]

    @property
    def also(self) -> tuple[str, ...]:
        """Other gaps it helps to close."""
        return tuple(gap.id for gap in self.fits[1:_MOST_GAPS])

    @property
    def order(self) -> tuple[str, float, str]:
        """Projects stand by type, the stronger first."""
        return (self.archetype.type, -self.score, self.archetype.id)


def comprehensive(ctx: DraftContext) -> bool:
    """Whether the plan covers several industries at once."""
    return len(ctx.industry.chains) >= _COMPREHENSIVE


def select(ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning) -> list[Candidate]:
    """The candidates to plan, by type: every type that answers a gap at least once, then by emphasis and severity.

    No link of the chain is planned twice: a segment's project leaves the links that have projects of their own to them, and
    goes when fewer than two are left. Gaps of weight that nothing chosen answers draw in what does (`closing`).
    """
    mode = positioning.mode.key

    def direct(item: Candidate, gap: Gap) -> int:
        return directness(ctx.playbook, item.archetype, gap)

    def near(concerns: Sequence[Concern], item: Candidate) -> int:
        return directness_to(item.archetype, concerns)

    def further(gap: Gap) -> list[Callable[[Candidate], int]]:
        return [partial(near, concerns) for concerns in further_concerns(ctx.playbook, gap)]

    shown = shown_by_cases(ctx, diagnosis, ctx.playbook.archetypes)
    kinds, trade = kinds_of(ctx), trade_of(ctx)
    candidates = [
        replace(candidate, score=candidate.score + _SHOWN * shown[archetype.id])
        for archetype in (suited(ctx, one, kinds) for one in ctx.playbook.archetypes)
        if _offered(ctx, archetype, mode, kinds, trade)
        for candidate in _instances(ctx, archetype, diagnosis, positioning)
    ]
    candidates.sort(key=lambda item: (-item.score, item.archetype.id, item.gap.id))
    most = _LIMIT[ctx.profile.level]
    thrice = _AT_LEAST_THREE if most >= _FULL and not comprehensive(ctx) else ()
    chosen = _chosen(candidates, most, thrice)
    taken = frozenset(link for item in chosen if item.archetype.per == "node" for link in item.links)
    candidates = [part for item in candidates if (part := _apart(item, taken)) is not None]
    chosen = closing(
        _chosen(candidates, most, thrice), candidates, diagnosis.gaps, most, _AT_LEAST_TWO, direct, further
    )
    return sorted(chosen, key=lambda item: item.order)


def _chosen(candidates: list[Candidate], most: int, thrice: tuple[ProjectType, ...]) -> list[Candidate]:
    chosen: list[Candidate] = []
    for project_type in PROJECT_TYPES:  # the set covers the nine types
        best = next((item for item in candidates if item.archetype.type == project_type), None)
        if best is not None:
            chosen.append(best)
    counts = Counter(item.archetype.type for item in chosen)
    for project_type in (*_AT_LEAST_TWO, *thrice):
        second = _another(project_type, candidates, chosen)
        if second is not None:
            chosen.append(second)
            counts[project_type] += 1
    for item in candidates:
        if len(chosen) >= most:
            break
        kind = item.archetype.type
        if item not in chosen and counts[kind] < _MOST_OF_A_TYPE[kind]:
            chosen.append(item)
            counts[kind] += 1
    return chosen


def _another(kind: ProjectType, candidates: list[Candidate], chosen: list[Candidate]) -> Candidate | None:
    """The best further project of a type, of another kind where there is one."""
    more = [item for item in candidates if item.archetype.type == kind and item not in chosen]
    kinds = {item.archetype.id for item in chosen}
    others = [item for item in more if item.archetype.id not in kinds]
    if kind == "A1":  # firms from outside and firms that are here, not two projects for either
        sides = {item.archetype.needs for item in chosen if item.archetype.type == kind}
        others.sort(key=lambda item: item.archetype.needs in sides)
    return next(iter(others or more), None)


def _apart(item: Candidate, taken: frozenset[str]) -> Candidate | None:
    """A segment's project without the links in `taken`; None when too little of it, or no gap, is left."""
    if item.archetype.per != "segment" or not taken & set(item.links):
        return item
    links = tuple(link for link in item.links if link not in taken)
    fits = tuple(gap for gap in item.fits if gap.node_id not in taken)
    if len(links) < _LEAST_LINKS or not fits:
        return None
    return replace(item, links=links, left_out=tuple(link for link in item.links if link in taken), fits=fits)


def _offered(ctx: DraftContext, archetype: Archetype, mode: ModeKey, kinds: frozenset[str], trade: Trade) -> bool:
    if archetype.kinds and not kinds & set(archetype.kinds):
        return False
    if not trade.meets(archetype.needs):
        return False
    if archetype.needs == "firms" and not ctx.reading.leading:
        return False
    if archetype.needs == "institutions" and not ctx.reading.knowledge:
        return False
    if archetype.scope == "abroad" and not abroad(ctx.profile):
        return False
    if archetype.scope in ("large", "small") and (archetype.scope == "small") != small_region(ctx):
        return False
    if archetype.emphasis.get(mode, 0) > 0:
        return True
    return _called_for(ctx, archetype)


def _called_for(ctx: DraftContext, archetype: Archetype) -> bool:
    """Whether the condition holds that calls for this kind of project whatever the mode."""
    match archetype.also_when:
        case "exchanges":
            return bool(ctx.industry.chain.exchanges) and ctx.analysis.circular
        case "comprehensive":
            return comprehensive(ctx)
        case "consumer":
            visited = bool(kinds_of(ctx) & {"tourism", "culture"}) and not comprehensive(ctx)
            trading = ctx.industry.chain.sector == "trade"
            return visited or trading or ctx.analysis.signal("trade_kind").value >= _CONSUMER
        case _:
            return False


def _instances(
    ctx: DraftContext, archetype: Archetype, diagnosis: Diagnosis, positioning: Positioning
) -> list[Candidate]:
    mode, chain, gaps = positioning.mode.key, ctx.industry.chain, diagnosis.gaps
    awaited = any(archetype.id in other.after for other in ctx.playbook.archetypes)
    weight = (3 if _called_for(ctx, archetype) else max(archetype.emphasis.get(mode, 0), 1)) + _AWAITED * awaited
    several = comprehensive(ctx)
    most = archetype.count

    def made(rank_cost: float, one: Chain = chain, links: tuple[str, ...] = (), **about: Any) -> list[Candidate]:
        bound = archetype.per in OF_ONE_CHAIN or archetype.per == "theme"
        open_to = tuple(gap for gap in gaps if not bound or gap.chain_id in ("", one.id))
        fits = _fitting(ctx, archetype, links, open_to, mode, about.get("subject"))
        if not fits:
            return []
        score = weight + max(gap.severity for gap in fits) - rank_cost
        return [Candidate(archetype, fits, one, score, links=links, **about)]

    match archetype.per:
        case "node":
            nodes = [gap.node_id for gap in gaps if gap.node_id and gap.kind in archetype.gap.kinds]
            guessed = not any(node.firms for node in diagnosis.value_chain.nodes)
            return [
                item
                for rank, node in enumerate(nodes[: _FEW_NODES if guessed or several else most])
                for item in made(0.4 * rank + 0.8 * several, ctx.chain_of(node), (node,))
            ]
        case "theme":
            themes = positioning.themes[:1] if several else positioning.themes
            return [
                item
                for rank, theme in enumerate(themes)
                for item in made(
                    0.6 * rank + several,
                    next((one for one in ctx.industry.chains if one.id == theme.chain_id), chain),
                    links=links_of(ctx, archetype, diagnosis, positioning, chain, theme),
                    theme=theme,
                )
            ]
        case "platform" | "facility":
            return [
                item
                for rank, (subject, one) in enumerate(_subjects(ctx, archetype.per))
                for item in made(
                    _NEXT[archetype.per] * rank,
                    one,
                    links_named(one, f"{subject.name.zh} {subject.function.zh}"),
                    subject=subject,
                )
                if rank < most or any(gap.kind == "stated" for gap in item.fits)
            ]
        case "industry":
            return [
                item
                for rank, one in enumerate((ctx.industry.chains if several else ctx.industry.chains[1:])[:most])
                for item in made(
                    0.12 * rank - 0.3, one, tuple(node.id for node in one.nodes if node.criticality >= _KEY)
                )
            ]
        case "segment":
            if several or not ctx.industry.known:
                return []
            known = any(node.firms for node in diagnosis.value_chain.nodes)
            found = [
                item
                for segment in _segments(chain)
                for item in made(0.5 * known, links=_links_of(segment, chain, diagnosis), segment=segment)
            ]
            return [replace(item, score=item.score - 0.3 * rank) for rank, item in enumerate(found[:most])]
        case "firm":
            return [
                item
                for rank, firm in enumerate(ctx.reading.leading[:most])
                for item in made(0.4 + 0.3 * rank, links=links_of_firms(diagnosis, (firm.text,)), name=firm)
            ]
        case "park":
            return [
                item
                for rank, place in enumerate(
                    (named_parks(ctx) if several else fitting_parks(ctx, "making", chain))[1 : most + 1]
                )
                for item in made(0.2 + 0.3 * rank, name=place)
            ]
        case "once":
            return made(0.0, links=links_of(ctx, archetype, diagnosis, positioning, chain, None))


def _fitting(
    ctx: DraftContext,
    archetype: Archetype,
    links: tuple[str, ...],
    gaps: tuple[Gap, ...],
    mode: ModeKey,
    subject: NamedFunction | None = None,
) -> tuple[Gap, ...]:
    """The gaps a project answers: of its own links first, drivers and the mode's condition last, between them the direct and severe."""
    about = f"{subject.name.zh} {subject.function.zh} {subject.name.en}" if subject else ""
    found = [gap for gap in gaps if answers(ctx.playbook, archetype, links, gap, mode, about)]
    own = archetype.per in ("node", "segment")
    return tuple(
        sorted(
            found,
            key=lambda gap: (
                own and gap.node_id is None,
                gap.kind in ("mode", "driver"),
                directness(ctx.playbook, archetype, gap) > 1,
                -gap.severity,
                gap.id,
            ),
        )
    )


def _subjects(ctx: DraftContext, per: str) -> list[tuple[NamedFunction, Chain]]:
    """Platforms or facilities, taken from the chains in turn so that none of several industries is left out."""

    def of(chain: Chain) -> Iterator[tuple[NamedFunction, Chain]]:
        items = chain.projects.A2.platforms if per == "platform" else chain.projects.C2.facilities
        return iter([(item, chain) for item in items])

    queues = [of(chain) for chain in ctx.industry.chains]
    found: list[tuple[NamedFunction, Chain]] = []
    while queues:
        for queue in list(queues):
            taken = next(queue, None)
            if taken is None:
                queues.remove(queue)
            else:
                found.append(taken)
    return found


def _segment_of(node: ChainNode) -> Segment:
    return "downstream" if node.position == "service" else node.position


def _segments(chain: Chain) -> list[Segment]:
    """The parts of the chain that have links: the two ends first, where most is to be won or to be extended."""
    positions = {_segment_of(node) for node in chain.nodes}
    order: tuple[Segment, ...] = ("upstream", "downstream", "midstream")
    return [segment for segment in order if segment in positions]


def _links_of(segment: Segment, chain: Chain, diagnosis: Diagnosis) -> tuple[str, ...]:
    """A segment's links, the most critical first; where the region is known to have several, only those.

    The beginnings of a chain are often alternatives: who cracks oil gasifies no coal and has no salt lake.
    """
    here = {node.id for node in diagnosis.value_chain.nodes if node.state in _THERE or _SEEN & set(node.flags)}
    nodes = [node for node in chain.nodes if _segment_of(node) == segment]
    known = [node for node in nodes if node.id in here]
    chosen = known if len(known) >= _LEAST_LINKS else nodes
    return tuple(node.id for node in sorted(chosen, key=lambda node: (-node.criticality, node.order)))
