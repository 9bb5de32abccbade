"""Chain gaps: how strong a region is at each link of a chain, which links are missing, and where to act first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx
import numpy as np

from jumou.domain.diagnosis import ChainActionKind, NodeState


@dataclass(frozen=True, slots=True)
class GapWeights:
    """Every number of the method in one place. They are ours: rankings are tested with each moved by 20 per cent."""

    quotient: float = 0.4
    supply: float = 0.4
    presence: float = 0.2
    quotient_full: float = 1.25
    firms_scale: float = 3.0
    weak_below: float = 0.6
    key_from: float = 0.7
    criticality: float = 0.6
    dependence: float = 0.4


WEIGHTS: Final = GapWeights()
DEPENDENCE: Final[Mapping[str, float]] = {"high": 0.8, "mid": 0.4, "low": 0.1}
"""Editorial levels of import dependence as numbers."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a link: firms seen (None: nobody looked), output, need, national output, and its ratings 0-1."""

    id: str
    firms: int | None
    criticality: float
    dependence: float
    quotient: float | None = None
    supply: float | None = None
    need: float | None = None
    no_output: bool = False


@dataclass(frozen=True, slots=True)
class NodeGap:
    """The assessment of a link; strength and priority are None where nothing is known of it."""

    id: str
    state: NodeState
    key: bool
    presence: float | None
    self_sufficiency: float | None
    strength: float | None
    priority: float | None
    action: ChainActionKind | None = None
    flags: tuple[str, ...] = ()


def presence(firms: int, scale: float = WEIGHTS.firms_scale) -> float:
    """1 - exp(-firms / scale): the first firms count most."""
    return 1 - math.exp(-firms / scale)


def node_gap(facts: NodeFacts, weights: GapWeights = WEIGHTS) -> NodeGap:
    """Strength, state and priority of one link.

    strength = 0.4 min(LQ/1.25, 1) + 0.4 min(S, 1) + 0.2 presence; unknown parts drop out, the other weights are
    rescaled and the result is flagged. Missing: no firm or no output; weak: strength below 0.6; key: criticality
    from 0.7. priority = (1 - strength)(0.6 criticality + 0.4 import dependence).
    """
    key = facts.criticality >= weights.key_from
    if facts.firms is None:
        return NodeGap(facts.id, "unknown", key, None, None, None, None, flags=("nothing_known",))
    here = presence(facts.firms, weights.firms_scale)
    sufficiency = facts.supply / facts.need if facts.supply is not None and facts.need else None
    parts: list[tuple[float, float]] = [(weights.presence, here)]
    flags: list[str] = []
    if facts.quotient is None:
        flags.append("lq_unknown")
    else:
        parts.append((weights.quotient, min(facts.quotient / weights.quotient_full, 1.0)))
    if sufficiency is None:
        flags.append("self_sufficiency_unknown")
    else:
        parts.append((weights.supply, min(sufficiency, 1.0)))
    strength = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    state: NodeState
    if facts.firms == 0 or facts.no_output:
        state, strength = "missing", 0.0
    else:
        state = "weak" if strength < weights.weak_below else "strong"
    priority = (1 - strength) * (weights.criticality * facts.criticality + weights.dependence * facts.dependence)
    return NodeGap(facts.id, state, key, here, sufficiency, strength, priority, flags=tuple(flags))


def assess(
    nodes: Sequence[NodeFacts], edges: Sequence[tuple[str, str]] = (), weights: GapWeights = WEIGHTS
) -> tuple[NodeGap, ...]:
    """All links with their actions, in the order given.

    Missing and key: introduce; weak and key: strengthen; strong and next to a missing link: extend.
    """
    found = {facts.id: node_gap(facts, weights) for facts in nodes}
    missing = {name for name, gap in found.items() if gap.state == "missing"}
    beside = {a for a, b in edges if b in missing} | {b for a, b in edges if a in missing}
    return tuple(_with_action(found[facts.id], facts.id in beside) for facts in nodes)


def _with_action(gap: NodeGap, beside_missing: bool) -> NodeGap:
    action: ChainActionKind | None = None
    if gap.state == "missing" and gap.key:
        action = "introduce"
    elif gap.state == "weak" and gap.key:
        action = "strengthen"
    elif gap.state == "strong" and beside_missing:
        action = "extend"
    return NodeGap(
        gap.id, gap.state, gap.key, gap.presence, gap.self_sufficiency, gap.strength, gap.priority, action, gap.flags
    )


def ranking(gaps: Sequence[NodeGap]) -> tuple[str, ...]:
    """Ids by priority, the most urgent first; links nothing is known of stand last."""
    return tuple(gap.id for gap in sorted(gaps, key=lambda gap: (gap.priority is None, -(gap.priority or 0.0), gap.id)))


def ranking_stability(nodes: Sequence[NodeFacts], *, draws: int = 500, spread: float = 0.2, seed: int = 0) -> float:
    """Share of draws (each weight moved by up to `spread`) in which the first link of the ranking stays the first."""
    if not nodes:
        return 1.0
    gaps = {facts.id: node_gap(facts) for facts in nodes}
    first = ranking(list(gaps.values()))[0]
    known = sorted((facts for facts in nodes if gaps[facts.id].priority is not None), key=lambda facts: facts.id)
    if not known:
        return 1.0
    factor = np.random.default_rng(seed).uniform(1 - spread, 1 + spread, size=(draws, 5))
    strengths, urgencies = [], []
    for facts in known:
        gap = gaps[facts.id]
        values = np.array([
            np.nan if facts.quotient is None else min(facts.quotient / WEIGHTS.quotient_full, 1.0),
            np.nan if gap.self_sufficiency is None else min(gap.self_sufficiency, 1.0),
            gap.presence,
        ])  # fmt: skip
        weights = factor[:, :3] * (WEIGHTS.quotient, WEIGHTS.supply, WEIGHTS.presence) * ~np.isnan(values)
        present = (weights @ np.nan_to_num(values)) / weights.sum(axis=1)
        strengths.append(np.zeros(draws) if gap.state == "missing" else present)
        urgencies.append(
            WEIGHTS.criticality * factor[:, 3] * facts.criticality
            + WEIGHTS.dependence * factor[:, 4] * facts.dependence
        )
    priorities = (1 - np.array(strengths)) * np.array(urgencies)
    leaders = priorities.argmax(axis=0)  # of equals the first by id, as in the ranking
    return float(np.mean([known[leader].id == first for leader in leaders]))


def betweenness(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Betweenness of each link in the chain's graph, scaled to a highest value of 1 (all 0 when no link lies between)."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    values: dict[str, float] = dict(nx.betweenness_centrality(graph))
    most = max(values.values(), default=0.0)
    return {name: value / most if most > 0 else 0.0 for name, value in values.items()}
