"""Concentration indices."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.concentration import concentration, ellison_glaeser, hachman, krugman
from jumou.errors import InvalidRequest

Golden = Callable[[str], dict[str, Any]]


SIZES = st.lists(st.floats(0.01, 1e5), min_size=2, max_size=20)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_krugman_of_a_city_equals_the_worked_example(golden: Golden) -> None:
    """Two-sided and halved form."""
    data = golden("goettingen")
    region, nation = [row[-1] for row in data["region"]], [row[-1] for row in data["nation"]]
    assert krugman(region, nation) == pytest.approx(data["krugman"]["two_sided"], abs=1e-6)
    assert krugman(region, nation, half=True) == pytest.approx(data["krugman"]["half"], abs=1e-6)


def test_carmakers_concentration_equals_the_worked_example(golden: Golden, shared: Path) -> None:
    """HHI, normalised form, effective number and the top four."""
    expected = golden("shared_data")["hhi_carmakers_2013"]
    rows = rows_of(shared / "data/germany_regional_employment/top20_carmakers_turnover.csv")
    result = concentration([float(row["Turnover2013"]) for row in rows if row["Turnover2013"] not in ("", "NA")])
    assert result.units == expected["n"]
    assert [result.hhi, result.normalised, result.effective_number, result.cr4] == pytest.approx(
        [expected["hhi"], expected["normalised"], expected["effective_number"], expected["cr4"]], abs=1e-6
    )
    assert result.band == "low"


def test_states_equal_the_worked_example(golden: Golden, shared: Path) -> None:
    """HHI, Krugman (both bases) and Hachman of sixteen states."""
    expected = golden("shared_data")["german_states_2015"]
    rows = rows_of(shared / "data/germany_regional_employment/german_states_by_industry_2015.csv")
    states = sorted({row["region_code"] for row in rows} & set(expected["hhi_by_state"]))
    industries = sorted({row["ind_code"] for row in rows})
    table = {(row["region_code"], row["ind_code"]): float(row["emp_all"]) for row in rows}
    matrix = np.array([[table.get((state, industry), 0.0) for industry in industries] for state in states])
    nation = matrix.sum(axis=0)
    for number, state in enumerate(states):
        assert concentration(matrix[number]).hhi == pytest.approx(expected["hhi_by_state"][state], abs=1e-6)
        assert krugman(matrix[number], nation) == pytest.approx(expected["krugman_vs_nation"][state], abs=1e-6)
        assert krugman(matrix[number], nation, rest_of_base=True) == pytest.approx(
            expected["krugman_vs_rest"][state], abs=1e-6
        )
        assert hachman(matrix[number], nation) == pytest.approx(expected["hachman_own"][state], abs=1e-6)


def test_ellison_glaeser_equals_the_worked_example(golden: Golden, shared: Path) -> None:
    """Four industries of forty-two plants."""
    rows = rows_of(shared / "data/germany_regional_employment/ellison_glaeser_42_firms.csv")
    regions = sorted({row["region"] for row in rows})
    totals = [next(float(row["emp_region"]) for row in rows if row["region"] == region) for region in regions]
    for industry, expected in golden("shared_data")["ellison_glaeser_fk2014"].items():
        plants = [row for row in rows if row["industry"] == industry]
        by_region = [sum(float(row["emp_firm"]) for row in plants if row["region"] == region) for region in regions]
        result = ellison_glaeser(by_region, totals, [float(row["emp_firm"]) for row in plants])
        assert [result.raw, result.plant_hhi, result.gamma] == pytest.approx(
            [expected["G"], expected["H"], expected["gamma"]], abs=1e-6
        )


def test_one_plant_has_no_ellison_glaeser_index() -> None:
    """A single plant cannot cluster."""
    result = ellison_glaeser([5, 0], [50, 50], [5])
    assert result.gamma is None
    assert result.band == "unknown"


def test_a_dispersed_industry_has_a_negative_index() -> None:
    """Plants spread exactly like all activity give less than chance."""
    gamma = ellison_glaeser([10, 10], [50, 50], [10, 10]).gamma
    assert gamma is not None
    assert gamma < 0


@given(SIZES)
def test_concentration_lies_between_equality_and_monopoly(sizes: list[float]) -> None:
    """1/n <= H <= 1, the effective number is its inverse, and the top four hold at least the top one."""
    result = concentration(sizes)
    assert 1 / len(sizes) - 1e-9 <= result.hhi <= 1 + 1e-9
    assert result.effective_number == pytest.approx(1 / result.hhi)
    assert result.top_share <= result.cr4 + 1e-12


def test_a_single_unit_has_no_normalised_index() -> None:
    """N = 1 leaves nothing to normalise by."""
    assert concentration([7.0]).normalised is None


@given(SIZES)
def test_a_region_like_its_nation_is_at_distance_zero(sizes: list[float]) -> None:
    """Krugman 0 and Hachman 1 for the same structure."""
    assert krugman(sizes, np.array(sizes) * 9) == pytest.approx(0.0, abs=1e-9)
    assert hachman(sizes, np.array(sizes) * 9) == pytest.approx(1.0)


def test_sizes_that_are_all_zero_are_refused() -> None:
    """There are no shares of nothing."""
    with pytest.raises(InvalidRequest):
        concentration([0.0, 0.0])
