"""Financing."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.finance import Source, debt_service_cover, level_payment, leverage, mix
from jumou.errors import InvalidRequest

Golden = Callable[[str], dict[str, Any]]


def sources_of(case: dict[str, Any]) -> list[Source]:
    equity = case["constraints"]["equity_like"]
    return [
        Source(name, cost, most, name in equity)
        for name, cost, most in zip(case["sources"], case["annual_cost"], case["upper_share"], strict=True)
    ]


def test_the_cheapest_mix_equals_the_worked_example(golden: Golden) -> None:
    """Shares, weighted cost and cover of debt service."""
    case = golden("worked")["financing_toy"]
    found = mix(
        sources_of(case),
        minimum_equity=case["constraints"]["minimum_equity_share"],
        maximum_debt=case["constraints"]["maximum_debt_share"],
    )
    assert found.shares == pytest.approx(case["optimum_share"], abs=1e-6)
    assert found.cost == pytest.approx(case["weighted_cost"], abs=1e-6)
    assert {"most:special_bond", "maximum_debt"} <= set(found.binding)
    service = case["annual_debt_service_level_payment"]
    assert debt_service_cover([450.0], [service])[0] == pytest.approx(case["dscr_at_cash_flow_450"], abs=1e-5)


def test_too_little_equity_is_refused_and_named() -> None:
    """The message says which limit binds."""
    with pytest.raises(InvalidRequest, match="minimum_equity binds"):
        mix(
            [Source("fund", 0.06, 0.1, equity=True), Source("loan", 0.04, 1.0, equity=False)],
            minimum_equity=0.2,
            maximum_debt=0.8,
        )


def test_caps_that_do_not_cover_the_whole_are_refused_and_named() -> None:
    """The debt limit leaves a hole that equity cannot fill."""
    with pytest.raises(InvalidRequest, match="maximum_debt binds"):
        mix(
            [Source("fund", 0.06, 0.3, equity=True), Source("loan", 0.04, 1.0, equity=False)],
            minimum_equity=0.2,
            maximum_debt=0.5,
        )


@given(
    st.lists(st.tuples(st.floats(0, 0.2), st.floats(0.1, 1), st.booleans()), min_size=1, max_size=6),
    st.floats(0.05, 0.5),
)
def test_a_mix_always_meets_its_limits(rows: list[tuple[float, float, bool]], least: float) -> None:
    """Shares sum to one, respect caps, equity and debt; or there is a refusal."""
    sources = [Source(f"s{n}", cost, most, equity) for n, (cost, most, equity) in enumerate(rows)]
    try:
        found = mix(sources, minimum_equity=least, maximum_debt=1 - least)
    except InvalidRequest:
        return
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert all(found.shares[s.name] <= s.most + 1e-6 for s in sources)
    assert sum(found.shares[s.name] for s in sources if s.equity) >= least - 1e-6


def test_level_payments_repay_the_loan() -> None:
    """Interest and principal over the term leave nothing."""
    payment, left = level_payment(1000, 0.04, 10), 1000.0
    for _ in range(10):
        left = left * 1.04 - payment
    assert left == pytest.approx(0, abs=1e-8)
    assert level_payment(1000, 0, 10) == 100


def test_years_without_service_have_no_cover() -> None:
    """Nothing due, no ratio."""
    assert debt_service_cover([10, 10], [0, 5]) == (None, 2.0)
    assert leverage(30, 10) == 3
    assert leverage(30, 0) is None
