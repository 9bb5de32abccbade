"""The smile curve."""

import csv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jumou.analysis.linkages import leontief_inverse
from jumou.analysis.smile import fit_curve, gaps, propagation_length, value_shares

Golden = Callable[[str], dict[str, Any]]


def test_electronics_margins_bend_into_a_smile(golden: Golden) -> None:
    """Coefficients of the fit over eight branches, and the shape."""
    case = golden("worked")["smile_curve_electronics_2024"]
    names = list(case["positions"])
    margins = {name: case["margin"].get(name) for name in names}
    fit = fit_curve([case["positions"][name] for name in names], [margins[name] for name in names])
    assert fit.coefficients == pytest.approx(case["quadratic_a_b_c"], abs=1e-5)
    assert fit.shape == "smile"


def test_gaps_leave_stages_without_local_activity_empty(golden: Golden) -> None:
    """Local minus reference; no activity is an empty point, not a zero."""
    segments = golden("worked")["smile_gap_toy"]["segments"].values()
    local = [np.nan if row["local_va_ratio"] is None else row["local_va_ratio"] for row in segments]
    found = gaps(local, [row["global_va_ratio"] for row in segments])
    assert found[:2] == pytest.approx([-0.2, 0.4])
    assert np.isnan(found[2])


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([3, 1, 1, 3], "smile"), ([1, 3, 3, 1], "frown"), ([1, 2, 3, 4], "rising"), ([4, 3, 2, 1], "falling"),
        ([2, 2, 2, 2], "flat"), ([1, 2, 3], "unknown"),
    ],
)  # fmt: skip
def test_only_a_curve_with_its_low_inside_is_called_a_smile(values: list[float], shape: str) -> None:
    """Other shapes get their own names; fewer than four points get none."""
    assert fit_curve(range(len(values)), values).shape == shape


def test_value_shares_of_a_closed_table_sum_to_one() -> None:
    """All value of a product is somebody's value added."""
    a = np.array([[0.1, 0.3, 0.0], [0.2, 0.1, 0.4], [0.0, 0.2, 0.1]])
    inverse = leontief_inverse(a)
    for product in range(3):
        assert value_shares(1 - a.sum(axis=0), inverse, product).sum() == pytest.approx(1.0)


def test_a_pure_chain_counts_its_stages() -> None:
    """The supplier of a supplier stands two stages away, the product itself none."""
    a = np.array([[0, 0.5, 0], [0, 0, 0.5], [0, 0, 0]])
    lengths = propagation_length(leontief_inverse(a), 2)
    assert lengths == pytest.approx([2.0, 1.0, 0.0])


def test_shipped_stage_lengths_are_consistent_with_the_reference(shared: Path) -> None:
    """Shares by origin of a shipped product table stay within one unit of final product."""
    sums: dict[str, float] = defaultdict(float)
    with (shared / "data/smile_curve_wiod_2011/chn_c15_final_product.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sums[row["origin"]] += float(row["va_share_of_final_product"])
    assert sums["local"] == pytest.approx(0.778, abs=0.01)
    assert sum(sums.values()) <= 1.0
