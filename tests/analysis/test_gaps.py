"""Chain gaps."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.gaps import NodeFacts, assess, betweenness, node_gap, ranking, ranking_stability

Golden = Callable[[str], dict[str, Any]]


def facts_of(case: dict[str, Any]) -> list[NodeFacts]:
    share = case["region_share_of_nation"]
    return [
        NodeFacts(
            id=node["id"], firms=node["firms"], criticality=node["crit"], dependence=node["dep"],
            quotient=node["output_r"] / node["output_n"] / share, supply=node["output_r"], need=node["need"],
            no_output=node["output_r"] == 0,
        )
        for node in case["nodes"]
    ]  # fmt: skip


def test_the_toy_chain_equals_the_worked_example(golden: Golden) -> None:
    """Strength, state, key flag and priority of five links, and their order."""
    case = golden("worked")["chain_gap_toy"]
    found = assess(facts_of(case))
    for gap in found:
        expected = case["expected"][gap.id]
        assert (gap.state, gap.key) == (expected["status"], expected["key"])
        assert [gap.presence, gap.self_sufficiency, gap.strength, gap.priority] == pytest.approx(
            [expected["presence"], expected["self_sufficiency"], expected["strength"], expected["priority"]], abs=1e-6
        )
    assert list(ranking(found)) == case["rank"]


def test_the_first_place_holds_when_every_weight_moves_by_a_fifth(golden: Golden) -> None:
    """The order does not hang on our choice of weights."""
    assert ranking_stability(facts_of(golden("worked")["chain_gap_toy"])) >= 0.9


def test_actions_follow_from_state_and_neighbours() -> None:
    """Missing and key is introduced, weak and key strengthened, strong beside a missing link extended."""
    nodes = [
        NodeFacts("chip", 0, 0.9, 0.8), NodeFacts("drive", 1, 0.9, 0.4), NodeFacts("car", 9, 0.9, 0.1),
        NodeFacts("service", 0, 0.3, 0.1),
    ]  # fmt: skip
    actions = {gap.id: gap.action for gap in assess(nodes, [("chip", "drive"), ("drive", "car"), ("car", "service")])}
    assert actions == {"chip": "introduce", "drive": "strengthen", "car": "extend", "service": None}


def test_unknown_supply_rescales_the_rest_and_is_flagged() -> None:
    """What is not known neither helps nor hurts."""
    gap = node_gap(NodeFacts("node", 3, 0.5, 0.1, quotient=1.25))
    assert gap.strength == pytest.approx((0.4 + 0.2 * gap.presence) / 0.6)
    assert "self_sufficiency_unknown" in gap.flags


def test_a_link_nobody_looked_at_is_unknown_not_missing() -> None:
    """Silence is no evidence of absence."""
    gap = node_gap(NodeFacts("node", None, 0.9, 0.8))
    assert gap.state == "unknown"
    assert gap.priority is None
    assert ranking([gap, node_gap(NodeFacts("other", 1, 0.1, 0.1))])[-1] == "node"


@given(st.integers(0, 40), st.floats(0, 1), st.floats(0, 1), st.floats(0, 5))
def test_strength_and_priority_stay_between_zero_and_one(
    firms: int, criticality: float, dependence: float, quotient: float
) -> None:
    """More firms never weaken a link."""
    gap = node_gap(NodeFacts("node", firms, criticality, dependence, quotient=quotient))
    more = node_gap(NodeFacts("node", firms + 1, criticality, dependence, quotient=quotient))
    assert gap.strength is not None
    assert gap.priority is not None
    assert 0 <= gap.strength <= 1
    assert 0 <= gap.priority <= 1
    assert more.strength is not None
    assert more.strength >= gap.strength


def test_betweenness_finds_the_link_everything_passes_through() -> None:
    """The middle of a chain carries the highest value, scaled to one."""
    values = betweenness(["a", "b", "c"], [("a", "b"), ("b", "c")])
    assert values == {"a": 0.0, "b": 1.0, "c": 0.0}
