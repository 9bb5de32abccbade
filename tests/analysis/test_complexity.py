"""Economic complexity."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jumou.analysis.complexity import (
    complexity,
    density,
    fitness,
    new_link_ranking,
    outlook,
    outlook_gain,
    presence,
    proximity,
    revealed_advantage,
)

Golden = Callable[[str], dict[str, Any]]


def test_the_toy_panel_equals_the_worked_example(golden: Golden) -> None:
    """RCA, ECI, PCI, density, COI and COG of five regions and six products."""
    case = golden("worked")["complexity_toy"]
    rca = revealed_advantage(case["matrix"])
    made = presence(rca)
    result = complexity(made)
    assert rca == pytest.approx(np.array(case["rca"]), abs=1e-6)
    assert made.tolist() == case["M"]
    assert result.second == pytest.approx(case["second_eigenvalue"], abs=1e-6)
    assert result.eci == pytest.approx([case["eci"][name] for name in case["rows"]], abs=1e-6)
    assert result.pci == pytest.approx([case["pci_such_that_eci_is_mean_pci"][name] for name in case["cols"]], abs=1e-6)
    assert density(made) == pytest.approx(np.array(case["density_diagonal_included"]), abs=1e-6)
    assert outlook(made, result.pci) == pytest.approx(list(case["coi_diagonal_included"].values()), abs=1e-6)
    expected = np.array([[np.nan if v is None else v for v in row] for row in case["cog_diagonal_included"]])
    assert outlook_gain(made, result.pci) == pytest.approx(expected, abs=1e-6, nan_ok=True)


def test_gain_is_the_change_of_outlook_when_a_product_is_added(golden: Golden) -> None:
    """COG equals the recomputed COI minus the old one, with PCI and proximity held."""
    case = golden("worked")["complexity_toy"]
    made = np.array(case["M"], dtype=float)
    pci, phi = complexity(made).pci, proximity(made)
    gain = outlook_gain(made, pci, phi)
    for region, product in np.argwhere(made == 0):
        more = made.copy()
        more[region, product] = 1
        assert gain[region, product] == pytest.approx(outlook(more, pci, phi)[region] - outlook(made, pci, phi)[region])


def test_a_regions_eci_is_the_mean_pci_of_what_it_makes(golden: Golden) -> None:
    """The scale of PCI is fixed by this law."""
    made = np.array(golden("worked")["complexity_toy"]["M"], dtype=float)
    result = complexity(made)
    assert made @ result.pci / made.sum(axis=1) == pytest.approx(result.eci)


def test_equal_diversities_leave_the_index_undetermined(golden: Golden) -> None:
    """No sign can be fixed, so there is no index, and the reason is given."""
    made = presence(revealed_advantage(golden("worked")["complexity_degenerate"]["matrix"]))
    result = complexity(made)
    assert not result.computable
    assert result.reason == "all_diversities_equal"


def test_parts_that_share_nothing_have_no_common_index() -> None:
    """A disconnected matrix is reported, not ranked."""
    made = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]], dtype=float)
    assert complexity(made).reason == "matrix_is_disconnected"


def test_one_region_alone_has_no_index() -> None:
    """A panel is needed."""
    assert complexity(np.array([[1.0, 1.0, 0.0]])).reason == "too_few_rows_or_columns"


def test_new_links_rank_by_the_published_weights() -> None:
    """A product better on every count ranks first."""
    score = new_link_ranking([0.1, 0.5, 0.9], [-1.0, 0.0, 1.0], [0.0, 0.2, 0.4])
    assert list(np.argsort(score)) == [0, 1, 2]


def test_world_trade_equals_the_worked_example(golden: Golden, shared: Path) -> None:
    """226 countries by 785 products: second singular value, ECI of three countries and fitness of all."""
    folder = shared / "data/world_trade_sitc_1998_2000"
    with gzip.open(folder / "exports_country_sitc4.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    countries = sorted({row["country"] for row in rows})
    products = sorted({row["product"] for row in rows})
    place = {name: i for i, name in enumerate(countries)}
    column = {name: i for i, name in enumerate(products)}
    exports = np.zeros((len(countries), len(products)))
    for row in rows:
        exports[place[row["country"]], column[row["product"]]] += float(row["value"])
    made = presence(revealed_advantage(exports))
    expected = golden("shared_data")["complexity_world_1998_2000"]
    result = complexity(made)
    assert result.second**0.5 == pytest.approx(expected["second_singular_value"], abs=1e-6)
    for name, value in expected["eci_examples"].items():
        assert result.eci[place[name]] == pytest.approx(value, abs=1e-4)
        assert made[place[name]].sum() == expected["diversity"][name]
    with (folder / "reference_complexity_index_country.csv").open(encoding="utf-8", newline="") as file:
        reference = {row["id"]: float(row["value"]) for row in csv.DictReader(file)}
    kept = made.sum(axis=1) > 0
    score = fitness(made[kept][:, made.sum(axis=0) > 0], 19)
    names = [name for name, keep in zip(countries, kept, strict=True) if keep]
    assert score == pytest.approx([reference[name] for name in names], abs=1e-9)
