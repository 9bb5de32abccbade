"""The shipped reference tables: national figures, the panel of regions, margins, linkages and twin links of chains."""

import csv
from functools import lru_cache
from typing import Final, NamedTuple

from jumou.analysis.benchmark import Peer, PeerTable
from jumou.assets import asset_dir
from jumou.domain.region import RegionLevel

PANEL_LEVELS: Final[dict[RegionLevel, str]] = {"provincial": "province", "city": "prefecture", "county": "county"}
"""How the panel names the levels peers are sought on; other levels have no peers in it."""


class NationalFigure(NamedTuple):
    """A national figure of one year; growth in per cent."""

    value: float
    unit: str
    growth: float | None
    source: str
    name: str


class Linkage(NamedTuple):
    """Linkages of a sector of the national table: backward and forward above 1 make it a key sector."""

    sector: str
    name: str
    multiplier: float
    backward: float
    forward: float
    extraction_loss: float
    kind: str
    year: int
    source: str


@lru_cache(maxsize=1)
def national_figures() -> dict[tuple[str, int], NationalFigure]:
    """National figures by key (gdp, gva_secondary, rd, rd_intensity, revenue ...) and year."""
    return {
        (row["key"], int(row["year"])): NationalFigure(
            float(row["value"]), row["unit"], _number(row["growth_percent"]), row["source"], row["name_zh"]
        )
        for row in _rows("national.csv")
    }


@lru_cache(maxsize=1)
def region_panel() -> PeerTable:
    """The panel of Chinese regions that peers are chosen from."""
    return PeerTable(tuple(_peer(row) for row in _rows("region_panel.csv")))


@lru_cache(maxsize=1)
def branch_margins() -> dict[str, float]:
    """Profit over revenue by GB/T 4754 class for the electronics branches, per cent, 2024; '' is the whole."""
    return {
        row["gbt4754"]: 100 * float(row["profit_yi_yuan"]) / float(row["revenue_yi_yuan"])
        for row in _rows("electronics_margins.csv")
    }


@lru_cache(maxsize=1)
def sector_linkages() -> dict[str, Linkage]:
    """Linkages by GB/T 4754 division (C36); several divisions share a sector of the national table."""
    found: dict[str, Linkage] = {}
    for row in _rows("linkages.csv"):
        linkage = Linkage(
            row["sector"], row["name_zh"], float(row["output_multiplier"]), float(row["backward"]),
            float(row["forward_ghosh"]), float(row["extraction_loss"]), row["linkage"], int(row["year"]), row["source"],
        )  # fmt: skip
        for division in row["gbt4754"].split():
            found[division] = linkage
    return found


@lru_cache(maxsize=1)
def twin_links() -> dict[tuple[str, str], frozenset[tuple[str, str]]]:
    """Links (chain, node) that count for one another across chains, one step only, in both directions."""
    pairs: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for row in _rows("cross_chain_links.csv"):
        one, other = _link(row["node"]), _link(row["counts_also_as"])
        pairs.setdefault(one, set()).add(other)
        pairs.setdefault(other, set()).add(one)
    return {name: frozenset(twins) for name, twins in pairs.items()}


def _link(text: str) -> tuple[str, str]:
    chain, _, node = text.partition(".")
    return chain, node


def _peer(row: dict[str, str]) -> Peer:
    sectors = tuple(_number(row[name]) for name in ("primary", "secondary", "tertiary"))
    return Peer(
        name=row["name_zh"],
        level=row["level"],
        year=int(row["year"]),
        gdp=float(row["gdp_yi_yuan"]),
        code=row["code"],
        population=_number(row["population_wan"]),
        sectors=tuple(value for value in sectors if value is not None) if None not in sectors else (),
        growth=_number(row["gdp_growth"]),
        per_head=_number(row["gdp_per_capita_yuan"]),
        source=row["source"],
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _rows(name: str) -> list[dict[str, str]]:
    with (asset_dir("corpus") / "reference" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
