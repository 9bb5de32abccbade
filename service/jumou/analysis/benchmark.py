"""Comparison with peers: gap, frontier, percentile, catch-up, structure distance, and which regions are peers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from jumou.analysis.concentration import krugman

LEAST_PEERS: Final = 5


@dataclass(frozen=True, slots=True)
class Peer:
    """A region of the panel: name, level, year, GDP (hundred million yuan), sector values in order, growth in per cent."""

    name: str
    level: str
    year: int
    gdp: float
    code: str = ""
    population: float | None = None
    sectors: tuple[float, ...] = ()
    growth: float | None = None
    per_head: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class PeerTable:
    """The panel peers are chosen from."""

    rows: tuple[Peer, ...]


def gap_ratio(value: float, peers: Sequence[float]) -> float | None:
    """The value as a share of the median peer; None without peers or with a zero median."""
    if not peers:
        return None
    middle = float(np.median(peers))
    return value / middle if middle else None


def frontier_distance(value: float, peers: Sequence[float]) -> float | None:
    """(x - min) / (max - min) of the peers; within 0 to 1 when the region itself is in the set."""
    if not peers or max(peers) == min(peers):
        return None
    return (value - min(peers)) / (max(peers) - min(peers))


def mid_rank(value: float, peers: Sequence[float]) -> float | None:
    """(below + half of the ties) / n, 0 to 1; None without peers."""
    if not peers:
        return None
    return (sum(peer < value for peer in peers) + 0.5 * sum(peer == value for peer in peers)) / len(peers)


def catch_up_years(value: float, benchmark: float, growth: float, benchmark_growth: float) -> float | None:
    """ln(B/x) / ln((1+g)/(1+gB)), growth as shares; 0 when already there, None when the gap never closes."""
    if value >= benchmark:
        return 0.0
    if value <= 0 or growth <= benchmark_growth:
        return None
    return math.log(benchmark / value) / math.log((1 + growth) / (1 + benchmark_growth))


def structure_distance(region: Sequence[float], other: Sequence[float]) -> float | None:
    """Krugman index of two sector structures, 0 to 2; None when either is unknown."""
    if len(region) != len(other) or not region or sum(region) <= 0 or sum(other) <= 0:
        return None
    return krugman(region, other)


def choose_peers(
    region: Peer, table: PeerTable, *, size_band: tuple[float, float] = (0.5, 2.0), most: int = 10
) -> tuple[tuple[Peer, float | None], ...]:
    """Peers of the same level and like size (population, else GDP, within the band), the nearest in structure first.

    Only one row a region is taken, of the year nearest to the region's. Fewer than five allow no percentile.
    """
    nearest: dict[str, Peer] = {}
    for row in table.rows:
        if row.level != region.level or row.name == region.name or (row.code and row.code == region.code):
            continue
        kept = nearest.get(row.name)
        if kept is None or abs(row.year - region.year) < abs(kept.year - region.year):
            nearest[row.name] = row
    found = []
    for row in nearest.values():
        own, other = (
            (region.population, row.population) if region.population and row.population else (region.gdp, row.gdp)
        )
        if own and other and size_band[0] <= other / own <= size_band[1]:
            found.append((row, structure_distance(region.sectors, row.sectors)))
    found.sort(key=lambda pair: (pair[1] is None, pair[1] if pair[1] is not None else 0.0, pair[0].name))
    return tuple(found[:most])
