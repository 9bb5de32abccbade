"""Location quotients."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.specialisation import location_quotients, symmetric_quotients
from jumou.errors import InvalidRequest

Golden = Callable[[str], dict[str, Any]]


SIZES = st.lists(st.tuples(st.floats(0.01, 1e6), st.floats(1, 100)), min_size=2, max_size=12)


def test_quotients_of_a_city_equal_the_worked_example(golden: Golden) -> None:
    """Fifteen sections of a city against its nation, to six digits."""
    data = golden("goettingen")
    lq = location_quotients([row[-1] for row in data["region"]], [row[-1] for row in data["nation"]])
    assert lq == pytest.approx([data["lq"][name] for name in data["sections"]], abs=1e-6)
    assert symmetric_quotients(lq) == pytest.approx([data["slq"][name] for name in data["sections"]], abs=1e-6)


@given(SIZES)
def test_quotients_weighted_by_the_nations_shares_average_to_one(sizes: list[tuple[float, float]]) -> None:
    """Sum of n_i/n times LQ_i is 1 when the region's total is the sum of its parts."""
    region = np.array([size for size, _ in sizes])
    nation = region * np.array([factor for _, factor in sizes])
    lq = location_quotients(region, nation)
    assert float((nation / nation.sum() * lq).sum()) == pytest.approx(1.0)


@given(SIZES, st.floats(1e-3, 1e3))
def test_quotients_do_not_depend_on_the_unit(sizes: list[tuple[float, float]], unit: float) -> None:
    """Both sides in another unit give the same quotients."""
    region = np.array([size for size, _ in sizes])
    nation = region * np.array([factor for _, factor in sizes])
    assert location_quotients(region * unit, nation * unit) == pytest.approx(location_quotients(region, nation))


def test_an_industry_absent_in_the_nation_has_no_quotient() -> None:
    """Neither zero nor infinity stands for a ratio that does not exist."""
    assert np.isnan(location_quotients([0.0, 5.0], [0.0, 10.0])[0])


def test_an_empty_region_has_no_quotients() -> None:
    """A region without activity is not computable."""
    assert np.isnan(location_quotients([0.0, 0.0], [3.0, 10.0])).all()


def test_a_region_larger_than_its_nation_is_refused() -> None:
    """Scopes that differ are an error that names the industry."""
    with pytest.raises(InvalidRequest, match="industry 2"):
        location_quotients([1.0, 12.0], [5.0, 10.0])


def test_negative_figures_are_refused() -> None:
    """Activity cannot be negative."""
    with pytest.raises(InvalidRequest, match="negative"):
        location_quotients([-1.0, 1.0], [5.0, 10.0])
