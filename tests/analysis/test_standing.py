"""Scan scores, pairwise weights, endowment and benchmarking."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.benchmark import (
    Peer,
    PeerTable,
    catch_up_years,
    choose_peers,
    frontier_distance,
    gap_ratio,
    mid_rank,
    structure_distance,
)
from jumou.analysis.endowment import endowment_coefficient, shortfall, verdict
from jumou.analysis.pestel import compare_pairwise, scan_scores
from jumou.errors import InvalidRequest

Golden = Callable[[str], dict[str, Any]]


def test_the_scan_equals_the_worked_example(golden: Golden) -> None:
    """Scores of six factors, their sums and the net."""
    case = golden("worked")["pestel_toy"]
    factors = case["factors"]
    found = scan_scores([f["impact"] for f in factors], [f["prob"] for f in factors], [f["weight"] for f in factors])
    assert found.scores == pytest.approx(case["scores"], abs=1e-6)
    assert [found.opportunity, found.threat, found.net] == pytest.approx(
        [case["opportunity"], case["threat"], case["net"]]
    )


def test_a_factor_without_evidence_is_shown_but_not_scored() -> None:
    """No evidence, no number."""
    found = scan_scores([4, -2], [1, 1], [0.5, 0.5], [True, False])
    assert found.scores == (2.0, None)
    assert found.threat == 0


def test_weights_that_do_not_sum_to_one_are_refused() -> None:
    """Scores would not compare."""
    with pytest.raises(InvalidRequest):
        scan_scores([1, 1], [1, 1], [0.5, 0.6])


def test_pairwise_weights_equal_the_worked_example(golden: Golden) -> None:
    """Eigenvector weights and consistency of a three by three matrix."""
    case = golden("worked")["ahp_3x3"]
    found = compare_pairwise(case["matrix"])
    assert found.weights == pytest.approx(case["weights"], abs=1e-6)
    assert [found.largest, found.index, found.ratio] == pytest.approx(
        [case["lambda_max"], case["CI"], case["CR"]], abs=1e-6
    )
    assert found.consistent


def test_a_matrix_that_is_not_reciprocal_is_refused() -> None:
    """Twice as important one way is half the other way."""
    with pytest.raises(InvalidRequest):
        compare_pairwise([[1, 2], [2, 1]])


def test_endowment_equals_the_worked_example(golden: Golden) -> None:
    """Three factors against GDP, with verdicts."""
    case = golden("worked")["endowment_toy"]
    sizes = case["inputs"]
    for name, (own, nation) in sizes["factors"].items():
        value = endowment_coefficient(own, nation, sizes["region_gdp"], sizes["nation_gdp"])
        assert value == pytest.approx(case["expected"][name], abs=1e-6)
        assert verdict(value) == case["verdict"][name]


def test_a_factor_the_nation_lacks_has_no_coefficient() -> None:
    """Nothing divided by nothing is not zero."""
    assert endowment_coefficient(1, 0, 1, 1) is None
    assert shortfall(3, 4) == pytest.approx(0.25)
    assert shortfall(5, 4) == 0
    assert shortfall(5, 0) is None


def test_benchmark_equals_the_worked_example(golden: Golden) -> None:
    """Gap, frontier, percentile and years to catch up."""
    case = golden("worked")["benchmark_toy"]
    value, peers = case["inputs"]["value"], case["inputs"]["benchmarks"]
    assert gap_ratio(value, peers) == pytest.approx(case["gap_ratio_to_median"], abs=1e-6)
    assert frontier_distance(value, peers) == pytest.approx(case["distance_to_frontier"], abs=1e-6)
    assert mid_rank(value, peers) == case["percentile_midrank"]
    years = case["catch_up_years"]
    assert catch_up_years(value, case["median"], years["own_growth"], years["benchmark_growth"]) == pytest.approx(
        years["expected"], abs=1e-3
    )


def test_slower_growth_never_catches_up() -> None:
    """A rate no higher than the benchmark's closes no gap."""
    assert catch_up_years(50, 100, 0.03, 0.03) is None
    assert catch_up_years(120, 100, 0.01, 0.03) == 0


@given(st.lists(st.floats(1, 1e4), min_size=1, max_size=30), st.floats(1, 1e4))
def test_within_the_set_frontier_and_rank_stay_between_zero_and_one(peers: list[float], own: float) -> None:
    """A region measured in a set that holds it cannot leave the scale."""
    inside = [*peers, own]
    distance, rank = frontier_distance(own, inside), mid_rank(own, inside)
    assert distance is None or 0 <= distance <= 1
    assert rank is not None
    assert 0 <= rank <= 1


def test_peers_share_level_and_size_and_the_most_alike_come_first() -> None:
    """Filters are stated; the region itself and other levels stay out; one row a region."""
    rows = (
        Peer("self", "county", 2022, 200, sectors=(1, 2, 3)), Peer("far", "county", 2022, 210, sectors=(4, 1, 1)),
        Peer("near", "county", 2022, 190, sectors=(1, 2, 3.2)), Peer("near", "county", 2019, 150, sectors=(1, 2, 3.2)),
        Peer("big", "county", 2022, 900), Peer("city", "prefecture", 2022, 200),
    )  # fmt: skip
    found = choose_peers(rows[0], PeerTable(rows))
    assert [(peer.name, peer.year) for peer, _ in found] == [("near", 2022), ("far", 2022)]
    assert structure_distance((1, 2), ()) is None
