"""KPI targets."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.growth import compound_growth
from jumou.analysis.targets import Band, gap_closing_target, grown, growth_band, kpi_targets, ratio_step, ratio_target
from jumou.errors import InvalidRequest

Golden = Callable[[str], dict[str, Any]]


def test_targets_equal_the_worked_example(golden: Golden) -> None:
    """Growth rate, band after five years and gap closing."""
    case = golden("worked")["kpi_toy"]
    rate = case["cagr"]
    assert compound_growth(rate["v0"], rate["v1"], rate["years"]) == pytest.approx(rate["expected"], abs=1e-6)
    target = case["target"]
    path = kpi_targets(target["base"], 2024, [2029], growth=Band(**target["band"]))
    assert [path.low[0], path.mid[0], path.high[0]] == pytest.approx(list(target["expected"].values()), abs=0.01)
    gap = case["gap_close"]
    assert gap_closing_target(
        gap["base"], gap["benchmark"], gap["benchmark_growth"], gap["years"], gap["close_share"]
    ) == pytest.approx(gap["expected"], abs=1e-6)


def test_the_band_runs_from_the_peers_low_to_the_regions_own_rate() -> None:
    """25th percentile of the peers, own rate, and their mean."""
    found = growth_band(0.09, [0.04, 0.05, 0.06, 0.07, 0.08])
    assert found is not None
    band, flags = found
    assert (band.low, band.mid, band.high) == pytest.approx((0.05, 0.07, 0.09))
    assert flags == ()


def test_without_peers_or_history_there_is_no_band() -> None:
    """Nothing is made up."""
    assert growth_band(None, []) is None


def test_a_zero_baseline_needs_absolute_steps() -> None:
    """A rate cannot lift zero; the caller is told what to give."""
    with pytest.raises(InvalidRequest, match="cannot grow by a rate"):
        kpi_targets(0, 2024, [2030], growth=Band(0.1, 0.2, 0.3))
    path = kpi_targets(0, 2024, [2026], step=Band(1, 2, 3))
    assert path.mid == (4.0,)
    assert "absolute_step" in path.flags


def test_targets_stop_at_the_frontier_and_say_so() -> None:
    """No target lies beyond what anybody reaches."""
    path = kpi_targets(90, 2024, [2030], growth=Band(0.01, 0.05, 0.1), frontier=100)
    assert max(path.high) == 100
    assert "capped_at_frontier" in path.flags


def test_an_estimated_or_short_baseline_is_flagged() -> None:
    """Weak ground shows."""
    path = kpi_targets(1, 2024, [2025], growth=Band(0, 0, 0), estimated=True, history_years=2)
    assert set(path.flags) == {"baseline_is_estimate", "short_history"}


def test_a_target_year_before_the_baseline_is_refused() -> None:
    """Targets look ahead."""
    with pytest.raises(InvalidRequest):
        kpi_targets(1, 2024, [2024], growth=Band(0, 0, 0))


@given(st.floats(0.01, 0.99), st.floats(-1, 1), st.floats(0, 20))
def test_ratios_never_leave_zero_to_one(base: float, step: float, years: float) -> None:
    """Growth of a share is on the logit scale."""
    assert 0 <= ratio_target(base, step, years) <= 1


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(1, 10))
def test_the_step_between_two_shares_leads_from_one_to_the_other(first: float, last: float, years: float) -> None:
    """The step inverts the path."""
    step = ratio_step(first, last, years)
    assert step is not None
    assert ratio_target(first, step, years) == pytest.approx(last)


@given(st.floats(1, 1e6), st.floats(0, 0.3), st.floats(0.5, 20))
def test_growth_and_rate_invert_each_other(base: float, rate: float, years: float) -> None:
    """CAGR of a grown value is its rate."""
    assert compound_growth(base, grown(base, rate, years), years) == pytest.approx(rate, abs=1e-6)
