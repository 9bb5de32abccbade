"""Input-output linkages."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jumou.analysis.linkages import (
    backward_linkage,
    column_variation,
    extraction_loss,
    flegg_coefficients,
    flegg_quotients,
    forward_linkage,
    ghosh_inverse,
    leontief_inverse,
    linkage_class,
    output_multipliers,
    technical_coefficients,
)
from jumou.errors import InvalidRequest

Golden = Callable[[str], dict[str, Any]]


def test_the_toy_table_equals_the_worked_example(golden: Golden) -> None:
    """Coefficients, inverse, multipliers and both kinds of linkage."""
    case = golden("worked")["io_toy"]
    a = technical_coefficients(case["Z"], case["output"])
    inverse, ghosh = leontief_inverse(a), ghosh_inverse(case["Z"], case["output"])
    assert a == pytest.approx(np.array(case["A"]), abs=1e-6)
    assert inverse == pytest.approx(np.array(case["L"]), abs=1e-6)
    assert output_multipliers(inverse) == pytest.approx(case["output_multipliers"], abs=1e-6)
    assert backward_linkage(inverse) == pytest.approx(case["backward_rasmussen"], abs=1e-6)
    assert forward_linkage(inverse) == pytest.approx(case["forward_rasmussen_leontief"], abs=1e-6)
    assert ghosh == pytest.approx(np.array(case["ghosh"]), abs=1e-6)
    assert forward_linkage(ghosh) == pytest.approx(case["ghosh_forward"], abs=1e-6)


def test_regional_coefficients_equal_the_worked_example(golden: Golden) -> None:
    """Flegg quotients for three industries; the quotient is capped at one when applied."""
    case = golden("worked")["flq_toy"]
    names = list(case["lq"])
    quotients = list(case["lq"].values())
    flq = flegg_quotients(
        quotients, region_size=case["region_size"], nation_size=case["nation_size"], delta=case["delta"]
    )
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            assert min(1.0, flq[i, j]) == pytest.approx(case["flq"][one + other], abs=1e-6)
    applied = flegg_coefficients(np.full((3, 3), 0.2), quotients, region_size=50, nation_size=1000)
    assert (applied <= 0.2 + 1e-12).all()


def test_chinas_linkages_equal_the_reference(shared: Path) -> None:
    """Multipliers, linkages, spread and extraction loss of 33 sectors."""
    folder = shared / "data/china_io_wiod_2007_2011"
    with (folder / "china_io_2011_musd.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    with (folder / "reference_linkages_2011.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.DictReader(file))
    codes = [row["code"] for row in expected]
    z = np.array([[float(rows[i][j]) for j in codes] for i in codes])
    x = np.array([float(rows[i]["gross_output"]) for i in codes])
    a = technical_coefficients(z, x)
    inverse = leontief_inverse(a)
    forward = forward_linkage(ghosh_inverse(z, x))
    for found, name in (
        (output_multipliers(inverse), "output_multiplier"),
        (backward_linkage(inverse), "backward"),
        (forward, "forward_ghosh"),
        (column_variation(inverse), "backward_cv"),
    ):
        assert found == pytest.approx([float(row[name]) for row in expected], abs=2e-6)
    for number, row in enumerate(expected):
        assert linkage_class(backward_linkage(inverse)[number], forward[number]) == row["class"]
    demand = x - z.sum(axis=1)
    place = codes.index("c14")
    assert extraction_loss(a, demand, place) == pytest.approx(
        float(expected[place]["extraction_loss_excl_own_share"]), abs=1e-4
    )


@given(arrays(np.float64, (4, 4), elements=st.floats(0, 0.24)))
def test_the_inverse_reproduces_output_from_final_demand(a: np.ndarray) -> None:
    """L f solves x = A x + f, and average linkage is one."""
    f = np.array([1.0, 2.0, 3.0, 4.0])
    inverse = leontief_inverse(a)
    x = inverse @ f
    assert np.allclose(a @ x + f, x)
    assert backward_linkage(inverse).mean() == pytest.approx(1.0)


def test_a_sector_without_output_is_refused_by_its_place() -> None:
    """Drop it first, says the message."""
    with pytest.raises(InvalidRequest, match="sector 2 has no output"):
        technical_coefficients([[1, 0], [0, 0]], [5, 0])


def test_inputs_that_reach_the_output_are_refused() -> None:
    """Such a table is wrong."""
    with pytest.raises(InvalidRequest, match="sector 1"):
        technical_coefficients([[6, 0], [5, 1]], [10, 10])
