"""The region beside its peers: who they are, and how far it stands from them."""

from collections.abc import Sequence
from typing import Final

from jumou.analysis.benchmark import (
    LEAST_PEERS,
    Peer,
    PeerTable,
    catch_up_years,
    choose_peers,
    frontier_distance,
    gap_ratio,
    mid_rank,
)
from jumou.analysis.figures import figure
from jumou.analysis.indicators import pick
from jumou.analysis.references import PANEL_LEVELS
from jumou.domain.framework import Language
from jumou.domain.model import Code, Model
from jumou.domain.quantity import Indicator
from jumou.domain.region import ProfileIndicator, RegionProfile

_YI: Final = "亿元"


class PeerRow(Model):
    """A peer: GDP in hundred million yuan, growth in per cent, distance of its sector structure from the region's (0-2)."""

    name: Code
    level: Code
    year: int
    gdp: float
    growth: float | None = None
    structure_distance: float | None = None
    source: Code = ""


def compare_with_peers(
    profile: RegionProfile, table: PeerTable, language: Language
) -> tuple[tuple[PeerRow, ...], list[Indicator]]:
    """Peers of the region and its position among them; says what is missing where none can be chosen."""
    if profile.abroad:  # the panel is of Chinese regions
        return (), []
    gdp = figure(profile, "gdp")
    label = pick(language, "地区生产总值与对标地区中位数之比", "GDP over the median peer")
    if profile.level not in PANEL_LEVELS or gdp is None or gdp.unit != _YI or gdp.value is None:
        reason = pick(language, "地区生产总值（亿元）与同层级对标地区", "GDP in yuan and peers of the same level")
        return (), [Indicator(id="benchmark:gdp", formula="gap_ratio", label=label, missing=(reason,))]
    own = _own(profile, gdp)
    chosen = choose_peers(own, table)
    rows = tuple(
        PeerRow(
            name=peer.name, level=peer.level, year=peer.year, gdp=peer.gdp, growth=peer.growth,
            structure_distance=distance, source=peer.source,
        )
        for peer, distance in chosen
    )  # fmt: skip
    if not chosen:
        reason = pick(language, "同层级、规模相近的对标地区", "peers of the same level and like size")
        return (), [Indicator(id="benchmark:gdp", formula="gap_ratio", label=label, missing=(reason,))]
    return rows, _position(own, gdp, [peer for peer, _ in chosen], label, language)


def _own(profile: RegionProfile, gdp: ProfileIndicator) -> Peer:
    cells = [figure(profile, key, gdp.year) for key in ("gva_primary", "gva_secondary", "gva_tertiary")]
    population = figure(profile, "population")
    growth = gdp.growth_percent
    return Peer(
        name=profile.name,
        level=PANEL_LEVELS[profile.level],
        year=gdp.year or 0,
        gdp=gdp.value or 0.0,
        code=profile.code,
        population=population.value if population is not None and "万" in population.unit else None,
        sectors=tuple(cell.value or 0.0 for cell in cells if cell is not None) if None not in cells else (),
        growth=growth,
    )


def _position(
    own: Peer, gdp: ProfileIndicator, peers: Sequence[Peer], label: str, language: Language
) -> list[Indicator]:
    values = [peer.gdp for peer in peers]
    years = {peer.year for peer in peers} | {own.year}
    inputs = (gdp.ref or "profile:gdp", *(f"reference:panel:{peer.name}:{peer.year}" for peer in peers))
    flags = ["reprinted_peer_figures", *(["years_differ"] if len(years) > 1 else [])]
    rates = [peer.growth for peer in peers if peer.growth is not None]
    detail = {"peers": float(len(peers))}
    distance = frontier_distance(own.gdp, [*values, own.gdp])
    if distance is not None:
        detail["frontier_distance"] = distance
    if len(values) >= LEAST_PEERS:
        detail["percentile"] = mid_rank(own.gdp, [*values, own.gdp]) or 0.0
    if own.growth is not None and rates:
        middle = sorted(rates)[len(rates) // 2]
        detail["median_growth"] = middle
        best = max(values)
        years_needed = catch_up_years(own.gdp, best, own.growth / 100, middle / 100)
        if years_needed is not None:
            detail["catch_up_years"] = years_needed
    found = [
        Indicator(
            id="benchmark:gdp", formula="gap_ratio", label=label, value=gap_ratio(own.gdp, values), year=own.year,
            scope=pick(language, "同层级、规模二分之一至两倍", "same level, half to double the size"), inputs=inputs,
            flags=tuple(flags), detail=detail,
        )
    ]  # fmt: skip
    if own.growth is not None and len(rates) >= LEAST_PEERS:
        found.append(
            Indicator(
                id="benchmark:growth", formula="percentile",
                label=pick(language, "增速在对标地区中的位次（百分位）", "growth among peers (percentile)"),
                value=mid_rank(own.growth, [*rates, own.growth]), year=own.year, inputs=inputs, flags=tuple(flags),
            )
        )  # fmt: skip
    return found
