"""A chain as found in a region: which firms stand at which link, how strong it is, and the smile curve."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jumou.analysis.firm_places import firms_at, mentions
from jumou.analysis.gaps import DEPENDENCE, NodeFacts, assess, ranking_stability
from jumou.analysis.references import branch_margins
from jumou.analysis.smile import fit_curve
from jumou.domain.chain import Chain
from jumou.domain.chain import ChainNode as Link
from jumou.domain.diagnosis import ChainNode, SmileCurve, SmilePoint
from jumou.domain.framework import Language
from jumou.domain.quantity import Indicator
from jumou.domain.region import RegionProfile

_LEVELS: Final = {"high": 3.0, "mid": 2.0, "low": 1.0}
_LEAST_MARGINS: Final = 4
_NAMED, _BESIDE, _FAR = 1.2, 0.9, 0.75
"""Weights of a link that is wanted, of one beside it, and of the others of its chain."""

LACKING: Final = re.compile(r"没有|缺乏|缺少|短缺|空白|不足|薄弱|拟|计划|力争|\bno\b|\black|\bplan", re.IGNORECASE)
"""Words by which a text says that something is not there, or not yet."""

_NOTHING: Final = re.compile(r"没有|尚无|空白|缺失|从零|\bno\b|\bnone\b|\babsent", re.IGNORECASE)
"""Words by which a text says that nothing is there at all."""

_MAINLY: Final = re.compile(
    r"(?:以|\b(?:mainly|mostly|chiefly|dominated by) )([^，。,;；.]+?)(?:为主|[,.;]|$)", re.IGNORECASE
)
"""What a stated problem says the region makes most of."""

_AT_WORK: Final = re.compile(
    r"过剩|环保压力|污染|排放|同质化|低端|压价|开工率|外运|粗放|老旧|小而散|能耗高|安全事故|\b(?:surplus|overcapacity|pollut|emission|dumping|outdated)",
    re.IGNORECASE,
)
_FROM_OUTSIDE: Final = re.compile(
    r"没有|缺乏|缺少|空白|依赖|进口|外购|卡脖子|受制|引进|\b(?:no|lacks?|imports?|imported|depend)", re.IGNORECASE
)
"""A link whose surplus, pollution or price war is complained of is there; one that is bought in or wanting is not."""


@dataclass(frozen=True, slots=True)
class ChainReading:
    """Assessed links in chain order, the curve, and how stable the first place of the ranking is."""

    nodes: tuple[ChainNode, ...]
    smile: SmileCurve
    stability: float | None
    stability_indicator: Indicator | None

    @property
    def present(self) -> frozenset[str]:
        """Links where a firm of the profile was seen."""
        return frozenset(node.id for node in self.nodes if node.firms)


def read_chain(
    profile: RegionProfile,
    chain: Chain,
    language: Language,
    *,
    quotients: Mapping[str, float] | None = None,
    wanted: frozenset[str] = frozenset(),
    named: frozenset[str] = frozenset(),
) -> ChainReading:
    """Place the profile's firms on the chain's links (`firms_at`) and assess each.

    A link without a firm is `missing` only when the profile records where its firms stand; otherwise it is `unknown`, and
    a key one carries a hypothetical action. A link only the resources speak of is `unknown` too, without an action.
    `named` are links the region's industry is called after: the region has them, firms on record or not, so they are
    never missing but `unknown` and to be strengthened, unless a stated problem says that they are not there.
    `quotients` are location quotients by GB/T 4754 code. `wanted` are the links the target industry or the first
    theme names: they are planned first, those beside them next.
    """
    firms = firms_at(profile, chain)
    here = {node.id for node in chain.nodes if node.id in named and not _denied(profile, node)}
    spoken = {node.id: _spoken_of(profile, node) for node in chain.nodes}
    recorded = any(firm.node for firm in profile.enterprises)
    facts = [
        _facts(quotients or {}, node, firms[node.id], recorded=recorded, spoken=spoken[node.id] or node.id in here)
        for node in chain.nodes
    ]
    assessed = {gap.id: gap for gap in assess(facts, chain.edges)}
    nearness = _nearness(chain, wanted)
    nodes = []
    for node in sorted(chain.nodes, key=lambda item: (item.order, item.id)):
        gap = assessed[node.id]
        flags = [*gap.flags]
        priority, action = gap.priority, gap.action
        if gap.state == "unknown":
            priority = 0.6 * node.criticality + 0.4 * DEPENDENCE[node.import_dependence]
            if node.id in here:
                action = "strengthen"
                flags.append("named_by_target")
            elif spoken[node.id]:
                priority /= 2
                flags.append("seen_in_words")
            else:
                action = "introduce" if gap.key else None
                flags.append("hypothesis")
        elif gap.state == "missing":
            flags.append("not_seen_in_profile")
        if priority is not None:
            priority = min(1.0, priority * nearness[node.id])
        nodes.append(
            ChainNode(
                id=node.id, name=node.name.in_(language), position=node.position, order=node.order, state=gap.state,
                key=gap.key, firms=firms[node.id], strength=gap.strength, priority=priority, action=action,
                flags=tuple(flags),
            )
        )  # fmt: skip
    known = [fact for fact in facts if fact.firms is not None]
    stability = ranking_stability(known) if len(known) > 1 else None
    return ChainReading(tuple(nodes), _smile(chain, language), stability, _stability(chain, stability, nodes, language))


def _nearness(chain: Chain, wanted: frozenset[str]) -> dict[str, float]:
    """What the priority of a link is multiplied with: the links wanted, those one step away, the others."""
    beside = {node for edge in chain.edges if wanted & set(edge) for node in edge}
    return {
        node.id: 1.0 if not wanted else _NAMED if node.id in wanted else _BESIDE if node.id in beside else _FAR
        for node in chain.nodes
    }


def _denied(profile: RegionProfile, node: Link) -> bool:
    """Whether a stated problem says that the region has nothing of the link."""
    said = (item.statement for item in profile.constraints)
    return any(_NOTHING.search(text) and mentions(text, node.keywords) for text in said)


def _spoken_of(profile: RegionProfile, node: Link) -> bool:
    """Whether the profile speaks of the link as something that is there: a resource, a market, a figure of it, a remark, what a problem says prevails."""
    named = (*profile.resources, *profile.infrastructure, *profile.markets)
    texts = (
        *(item.name for item in named),
        *(cell.metric for cell in profile.indicators if cell.value or cell.raw),
        *profile.notes,
    )
    mainly = (found[1] for item in profile.constraints for found in _MAINLY.finditer(item.statement))
    troubled = (
        item.statement
        for item in profile.constraints
        if _AT_WORK.search(item.statement) and not _FROM_OUTSIDE.search(item.statement)
    )
    told = any(mentions(text, node.keywords) for text in texts if not LACKING.search(text))
    return told or any(mentions(text, node.keywords) for text in (*mainly, *troubled))


def _facts(
    quotients: Mapping[str, float], node: Link, firms: Sequence[str], *, recorded: bool, spoken: bool
) -> NodeFacts:
    return NodeFacts(
        id=node.id,
        firms=len(firms) if firms or (recorded and not spoken) else None,
        criticality=node.criticality,
        dependence=DEPENDENCE[node.import_dependence],
        quotient=_quotient(quotients, node),
    )


def _quotient(quotients: Mapping[str, float], node: Link) -> float | None:
    """LQ of the link from a row of its own group or class (C367, C3670); divisions are too coarse for a link."""
    found = [
        value
        for code, value in quotients.items()
        if len(code) > 3 and any(own.startswith(code) for own in node.gbt4754)
    ]
    return max(found, default=None)


def _smile(chain: Chain, language: Language) -> SmileCurve:
    nodes = sorted(chain.nodes, key=lambda item: (item.order, item.id))
    margins = {node.id: _margin(node) for node in nodes}
    measured = sum(value is not None for value in margins.values()) >= _LEAST_MARGINS
    reference = {node.id: margins[node.id] if measured else _LEVELS[node.value_added] for node in nodes}
    levels = [reference[node.id] for node in nodes]
    fit = fit_curve(
        [float(node.order) for node in nodes], [float("nan") if level is None else level for level in levels]
    )
    if measured:
        measure, basis = ("营业收入利润率（%，全国，2024年）", "reference:electronics_margins") if language == "zh" else ("profit margin, per cent, China 2024", "reference:electronics_margins")  # fmt: skip
    else:
        measure, basis = (
            ("附加值层级（1—3，编辑判断）", "editorial")
            if language == "zh"
            else ("added-value level 1–3, editorial", "editorial")
        )
    return SmileCurve(
        points=tuple(
            SmilePoint(node_id=node.id, label=node.name.in_(language), order=node.order, reference=reference[node.id])
            for node in nodes
        ),
        measure=measure,
        shape=fit.shape,
        coefficients=tuple(round(value, 6) for value in fit.coefficients),
        basis=basis,
    )


def _margin(node: Link) -> float | None:
    """The profit margin of the branch a link's class belongs to, the narrowest class first."""
    margins = branch_margins()
    for code in node.gbt4754:
        for length in (4, 3):
            if code[:length] in margins:
                return round(margins[code[:length]], 2)
    return None


def _stability(chain: Chain, value: float | None, nodes: list[ChainNode], language: Language) -> Indicator | None:
    if value is None:
        return None
    ranked = sorted((node for node in nodes if node.priority is not None), key=lambda node: -(node.priority or 0.0))
    return Indicator(
        id=f"chain_gap:{chain.id}",
        formula="chain_gap",
        label="产业链缺口首位排序的稳定性（权重上下浮动两成）"
        if language == "zh"
        else "stability of the first chain gap (weights moved by a fifth)",
        value=value,
        scope=chain.name.in_(language),
        inputs=("profile:enterprises",),
        flags=("firms_seen_in_profile_only",),
        detail={f"priority:{node.id}": round(node.priority or 0.0, 6) for node in ranked},
    )
