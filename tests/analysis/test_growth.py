"""Shift-share and growth-share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.growth import base_year_matters, compound_growth, quadrant, shift_share, yearly_shift_share
from jumou.errors import InvalidRequest

Golden = Callable[[str], dict[str, Any]]


ROWS = st.lists(st.tuples(*(st.floats(0.1, 1e5) for _ in range(4))), min_size=2, max_size=10)


def columns(data: dict[str, Any], first: int, last: int) -> list[list[float]]:
    return [
        [row[index] for row in data[area]]
        for area, index in (("region", first), ("region", last), ("nation", first), ("nation", last))
    ]


def test_parts_of_a_citys_growth_equal_the_worked_example(golden: Golden) -> None:
    """National, mix and regional parts by section and in sum, and the Esteban-Marquillas split."""
    data = golden("goettingen")
    parts = shift_share(*columns(data, 0, -1))
    totals, expected = parts.totals(), data["shift_share"]
    assert totals["national"] == pytest.approx(expected["national"], abs=1e-6)
    assert totals["mix"] == pytest.approx(expected["industry_mix"], abs=1e-6)
    assert totals["regional"] == pytest.approx(expected["regional"], abs=1e-6)
    assert totals["competitive"] == pytest.approx(expected["esteban_marquillas"]["competitive"], abs=1e-5)
    assert totals["allocation"] == pytest.approx(expected["esteban_marquillas"]["allocation"], abs=1e-5)
    for number, name in enumerate(data["sections"]):
        row = expected["by_industry"][name]
        assert parts.national[number] == pytest.approx(row["national"], abs=1e-3)
        assert parts.mix[number] == pytest.approx(row["mix"], abs=1e-3)
        assert parts.regional[number] == pytest.approx(row["regional"], abs=1e-3)
        assert parts.competitive[number] == pytest.approx(row["competitive_EM"], abs=1e-3)


def test_yearly_decomposition_equals_the_worked_example(golden: Golden) -> None:
    """Nine yearly decompositions in sum."""
    data = golden("goettingen")
    sums = yearly_shift_share(data["region"], data["nation"])
    expected = data["yearly"]
    assert [sums["national"], sums["mix"], sums["regional"]] == pytest.approx(
        [expected["national"], expected["industry_mix"], expected["regional"]], abs=1e-6
    )


def test_an_industry_new_to_the_region_still_has_a_regional_part(golden: Golden) -> None:
    """A start of zero leaves no rate, but the regional part is defined."""
    case = golden("worked")["shift_share_edge_new_industry"]
    rows = case["input"]
    parts = shift_share(rows["e0"], rows["e1"], rows["n0"], rows["n1"])
    totals = parts.totals()
    assert [totals["national"], totals["mix"], totals["regional"]] == pytest.approx(
        [case["national"], case["mix"], case["regional"]], abs=1e-6
    )
    assert parts.regional[1] == pytest.approx(30.0)


@given(ROWS)
def test_the_parts_add_up_to_the_change(rows: list[tuple[float, ...]]) -> None:
    """National + mix + regional is the change of each industry; the two halves add up to the regional part."""
    e0, e1, n0, n1 = (np.array(column) for column in zip(*rows, strict=True))
    parts = shift_share(e0, e1, n0, n1)
    scale = max(1.0, float(np.abs([e0, e1]).max()), float((e0 * n1 / n0).max()))
    assert np.allclose(parts.national + parts.mix + parts.regional, e1 - e0, atol=1e-9 * scale)
    assert np.allclose(parts.competitive + parts.allocation, parts.regional, atol=1e-6 * scale)


def test_tables_of_different_length_are_refused() -> None:
    """The four columns belong together."""
    with pytest.raises(InvalidRequest):
        shift_share([1, 2], [1], [1, 2], [1, 2])


def test_growth_share_quadrants_equal_the_worked_example(golden: Golden) -> None:
    """Five industries against an LQ of 1 and a growth of five per cent."""
    case = golden("worked")["growth_share"]
    for name, row in case["inputs"].items():
        lq = row["share_r"] / row["share_n"]
        assert lq == pytest.approx(case["expected"][name]["lq"], abs=1e-6)
        assert quadrant(lq, row["g_r"], growth_cut=case["threshold_growth"]) == case["expected"][name]["quadrant"]


def test_boundary_values_go_to_the_upper_class() -> None:
    """An industry exactly on both cuts leads."""
    assert quadrant(1.0, 0.05, growth_cut=0.05) == "leading"


def test_compound_growth_needs_positive_values() -> None:
    """No rate runs from or to zero."""
    assert compound_growth(0, 5, 2) is None
    assert compound_growth(4, 9, 2) == pytest.approx(0.5)


def test_large_growth_makes_the_base_year_matter() -> None:
    """Beyond a quarter both ends should be reported."""
    assert base_year_matters(0.3)
    assert not base_year_matters(-0.2)
