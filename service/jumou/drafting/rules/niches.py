"""Which niches of its chains a region's plan takes as themes."""

from collections.abc import Iterable, Sequence
from itertools import chain as chain_of
from itertools import repeat
from typing import Final, NamedTuple

from jumou.analysis.chain_reading import LACKING
from jumou.corpus.branch import Naming, named_links
from jumou.corpus.chains import find_chains, folded, word_matches
from jumou.domain.chain import Chain, Niche
from jumou.domain.diagnosis import ChainNode
from jumou.domain.framework import Language, ModeKey
from jumou.domain.region import RegionProfile
from jumou.drafting.context import Industry
from jumou.drafting.desk import words_of

_RANKS: Final = (1.0, 0.8, 0.6)
"""What it is worth that a link named stands first in a niche, second, or later: niches list their main link first."""

_WEIGHTS: Final = {
    "told": 0.3,
    "called": 0.15,
    "share": 0.12,
    "firms": 0.12,
    "spoken": 0.1,
    "prospects": 0.15,
    "suits": 0.06,
}
"""What makes a niche the theme: the planner's words nearly half, the region's own standing a third, the niche itself the rest."""

_KIN: Final = 0.85
"""What a link counts that the words name only with its family."""

_LATER: Final = 0.15
"""How much less a chain's niche counts for the second theme with each chain named before it, beside the leading one."""

_TELLING: Final = 2.0
"""What is done to a product (加工) counts for less than this and asks for no theme of its own."""

_NEAR: Final = 0.85
"""A second theme of the same chain, or a first one less like the second, scores at least so near the first."""

_QUALITIES: Final = words_of("精深加工、高端、智能、绿色、新型、现代、特色、数字、综合、服务、应用、材料、装备、制造、技术、系统") | {
    "green", "smart", "new", "high-end", "digital", "services", "service", "materials", "equipment", "products", "systems",
}  # fmt: skip
"""Words that stand in the names of niches of every industry."""


class NicheChoice(NamedTuple):
    """A niche, its chain, and its score among the candidates."""

    score: float
    chain: Chain
    niche: Niche


def choose_niches(
    profile: RegionProfile, industry: Industry, nodes: Sequence[ChainNode], mode: ModeKey, language: Language
) -> tuple[NicheChoice, ...]:
    """The best niche of the leading chain, and a second one where another chain is named, or more of the first, or it scores near.

    What the target names decides first, in brackets too; then where the region's firms and facts stand, then the niche's
    barrier, growth and value and whether it suits the mode. `nodes` are the leading chain's links as found in the region.
    """
    firms = {node.id: len(node.firms) for node in nodes if node.firms}
    texts = tuple(folded(text) for text in (industry.name, *_rows(profile), *_firm_texts(profile)))
    scored: list[list[NicheChoice]] = []
    for order, chain in enumerate(industry.chains):
        facts = _Facts.of(profile, chain, firms if order == 0 else None)
        named, words = _own_names(chain, industry), _own_words(chain, industry)
        open_to_all = [niche for niche in chain.niches if not niche.needs]
        fit = [niche for niche in chain.niches if any(_mentions(text, niche.needs) for text in texts)]
        found = [
            NicheChoice(
                round(_score(niche, facts, named, industry.name if niche.needs else words, mode, language), 4),
                chain,
                niche,
            )
            for niche in (*open_to_all, *fit) or chain.niches
        ]
        scored.append(sorted(found, key=lambda item: (-item.score, item.niche.id)))
    (first, *rest), *others = scored
    named = tuple(hit for hit in _own_names(first.chain, industry) if hit.weight >= _TELLING)
    if others:  # the planner named several industries: two themes from two of them
        second = max(others, key=lambda found: found[0].score - _LATER * others.index(found))[0]
        near = [] if named else [item for item in (first, *rest) if item.score >= _NEAR * first.score]
        return (next((item for item in near if not _alike(item, second, language)), first), second)
    rest = [item for item in rest if not set(item.niche.nodes) <= set(first.niche.nodes)]
    left = [hit for hit in named if not hit.nodes & set(first.niche.nodes)]
    if left:  # the planner named links the first theme leaves out
        more = [(_tells(item.niche, left), item) for item in rest]
        best = max(more, key=lambda pair: pair[0] + pair[1].score, default=(0.0, first))
        return (first, best[1]) if best[0] else (first,)
    near = [item for item in rest[:1] if item.score >= _NEAR * first.score and (not named or _tells(item.niche, named))]
    return (first, *near)


def _alike(one: NicheChoice, other: NicheChoice, language: Language) -> bool:
    """Whether two niches go by the same word (跨境出海, 跨境电商): one theme twice."""
    names = [words_of(item.niche.name.in_(language)) - _QUALITIES for item in (one, other)]
    return bool(names[0] & names[1])


def _own_names(chain: Chain, industry: Industry) -> tuple[Naming, ...]:
    """Where the target names links of a chain, without the places where it names another of the industry's chains."""
    taken, hits = _others(chain, industry), named_links(chain, industry.name)
    return tuple(hit for hit in hits if not any(start <= hit.start and hit.end <= end for start, end in taken))


def _own_words(chain: Chain, industry: Industry) -> str:
    """The target without the names of the industry's other chains: 男装与跨境电商 calls no niche of 服装 by 跨境."""
    words = folded(industry.name)
    for start, end in sorted(_others(chain, industry), reverse=True):
        words = f"{words[:start]} {words[end:]}"
    return words


def _others(chain: Chain, industry: Industry) -> list[tuple[int, int]]:
    """Where the target names the industry's other chains, and not this one."""
    spans = {match.chain_id: match.spans for match in find_chains(industry.name, industry.chains)}
    others = [span for chain_id, found in spans.items() if chain_id != chain.id for span in found]
    return [span for span in others if span not in spans.get(chain.id, ())]


class _Facts(NamedTuple):
    """Where the region's firms stand on a chain, by link, and which links its other facts speak of."""

    firms: dict[str, int]
    spoken: frozenset[str]
    known: int
    """How many firms the profile names; where most stand nowhere on the chain, the others tell less of it."""

    @classmethod
    def of(cls, profile: RegionProfile, chain: Chain, firms: dict[str, int] | None) -> "_Facts":
        rows = tuple(folded(text) for text in _rows(profile))
        known = [folded(text) for text in _firm_texts(profile)]
        if firms is None:
            firms = {
                node.id: count
                for node in chain.nodes
                if (count := sum(_mentions(text, node.keywords) for text in known))
            }
        spoken = {node.id for node in chain.nodes if any(_mentions(text, node.keywords) for text in rows)}
        return cls(firms, frozenset(spoken), len(known))


def _mentions(text: str, words: Iterable[str]) -> bool:
    return any(any(True for _ in word_matches(word, text)) for word in words)


def _score(
    niche: Niche, facts: _Facts, named: Sequence[Naming], target: str, mode: ModeKey, language: Language
) -> float:
    """0–1: whether the planner named it, what the region has there, its barrier, growth and value, and whether it suits the mode."""
    firms, ranks = facts.firms, dict(zip(niche.nodes, chain_of((1.0, 0.5), repeat(0.3)), strict=False))
    found = {
        "told": _tells(niche, named),
        "called": _called(niche, target, language),
        "share": sum(rank for node, rank in ranks.items() if node in firms) / sum(ranks.values()),
        "firms": sum(count * ranks.get(node, 0.0) for node, count in firms.items())
        / max(1, sum(firms.values()), facts.known / 2),
        "spoken": min(1.0, sum(rank for node, rank in ranks.items() if node in facts.spoken)),
        "prospects": (niche.barrier + niche.growth + niche.value) / 15,
        "suits": (1.0 if niche.suits[0] == mode else 0.6) if mode in niche.suits else 0.0,
    }
    return sum(weight * found[name] for name, weight in _WEIGHTS.items())


def _tells(niche: Niche, named: Sequence[Naming]) -> float:
    """How far the links named are the niche's own, 0–1, its main ones most."""
    whole = sum(hit.weight for hit in named)
    if not whole:
        return 0.0
    ranks = {node: _RANKS[min(place, len(_RANKS) - 1)] for place, node in enumerate(niche.nodes)}
    return (
        sum(
            hit.weight * max(ranks.get(node, 0.0) * (1.0 if node in hit.own else _KIN) for node in hit.nodes)
            for hit in named
        )
        / whole
    )


def _called(niche: Niche, target: str, language: Language) -> float:
    """How far niche and target are called alike, 0–1: the share of the shorter name's words that stand in the other."""
    mine, theirs = words_of(niche.name.in_(language)) - _QUALITIES, words_of(target) - _QUALITIES
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _firm_texts(profile: RegionProfile) -> tuple[str, ...]:
    return tuple(f"{item.name} {item.role} {item.note}" for item in profile.enterprises)


def _rows(profile: RegionProfile) -> tuple[str, ...]:
    """What the profile says is there: resources, bodies, plans and figures, for matching against the links."""
    rows = [item.name for item in (*profile.resources, *profile.markets, *profile.infrastructure)]
    rows += [item.name for item in profile.institutions] + [item.name for item in profile.policies]
    rows += [item.metric for item in profile.indicators]
    return tuple(row for row in (*rows, *profile.notes) if not LACKING.search(row))
