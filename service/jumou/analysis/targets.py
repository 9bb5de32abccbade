"""KPI targets: growth bands, closing of gaps, and paths of ratios."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from jumou.errors import InvalidRequest

_LEAST_YEARS: Final = 3


@dataclass(frozen=True, slots=True)
class Band:
    """Three values of one target or growth rate: cautious, middle, ambitious."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class TargetPath:
    """Values by year of the three courses, the rates behind them (None for steps), and quality flags."""

    years: tuple[int, ...]
    low: tuple[float, ...]
    mid: tuple[float, ...]
    high: tuple[float, ...]
    growth: Band | None
    flags: tuple[str, ...] = ()
    formula: str = "kpi_band"


def growth_band(own: float | None, peers: Sequence[float]) -> tuple[Band, tuple[str, ...]] | None:
    """Low = peers' 25th percentile, high = own growth (else the peers' 75th), mid = their mean; shares a year.

    None when neither is known. When the own rate lies below the peers' low, the two change places.
    """
    if own is None and not peers:
        return None
    flags: list[str] = []
    if not peers:
        own_rate = own or 0.0
        flags.append("own_growth_only")
        low, high = sorted((0.75 * own_rate, own_rate))
    else:
        low = float(np.percentile(peers, 25))
        high = own if own is not None else float(np.percentile(peers, 75))
        if own is None:
            flags.append("peers_only")
        low, high = min(low, high), max(low, high)
    return Band(low, (low + high) / 2, high), tuple(flags)


def grown(base: float, growth: float, years: float) -> float:
    """The base after growth: base (1 + growth)^years."""
    return float(base * (1 + growth) ** years)


def gap_closing_target(base: float, benchmark: float, benchmark_growth: float, years: float, share: float) -> float:
    """The base grown at the benchmark's rate, plus `share` of the gap that would be left at the end."""
    own_end = grown(base, benchmark_growth, years)
    return own_end + share * (grown(benchmark, benchmark_growth, years) - own_end)


def ratio_target(base: float, step: float, years: float) -> float:
    """A share (0-1) moved by `step` a year on the logit scale, so that it never passes 0 or 1.

    Raises:
        InvalidRequest: the base is not strictly between 0 and 1.
    """
    if not 0 < base < 1:
        raise InvalidRequest("比率类指标的基期值须在 0 与 1 之间。", "a ratio's baseline has to lie between 0 and 1.")
    return 1 / (1 + math.exp(-(math.log(base / (1 - base)) + step * years)))


def ratio_step(first: float, last: float, years: float) -> float | None:
    """The yearly step on the logit scale between two observations; None where it is not defined."""
    if not (0 < first < 1 and 0 < last < 1) or years <= 0:
        return None
    return (math.log(last / (1 - last)) - math.log(first / (1 - first))) / years


def kpi_targets(
    base: float,
    base_year: int,
    years: Sequence[int],
    *,
    growth: Band | None = None,
    step: Band | None = None,
    ratio: bool = False,
    frontier: float | None = None,
    history_years: int | None = None,
    estimated: bool = False,
) -> TargetPath:
    """Target values for `years` from a baseline.

    `growth` gives yearly rates (shares); `step` yearly increments, used for ratios on the logit scale (`ratio=True`)
    or absolutely when the baseline is zero or negative. Values stop at `frontier`.

    Raises:
        InvalidRequest: neither fits the baseline, or a year does not follow the base year.
    """
    if any(year <= base_year for year in years):
        raise InvalidRequest("目标年份须晚于基期。", "target years have to follow the base year.")
    flags = ["baseline_is_estimate"] if estimated else []
    if history_years is not None and history_years < _LEAST_YEARS:
        flags.append("short_history")
    spans = [year - base_year for year in years]
    if ratio and step is not None:
        courses = [[ratio_target(base, rate, span) for span in spans] for rate in (step.low, step.mid, step.high)]
        formula = "kpi_logit"
    elif base > 0 and growth is not None:
        courses = [[grown(base, rate, span) for span in spans] for rate in (growth.low, growth.mid, growth.high)]
        formula = "kpi_band"
    elif step is not None:
        courses = [[base + rate * span for span in spans] for rate in (step.low, step.mid, step.high)]
        flags.append("absolute_step")
        formula = "kpi_step"
    else:
        raise InvalidRequest(
            "基期为零或负时不能按增长率设目标。", "a zero or negative baseline cannot grow by a rate.",
            mend_zh="请改用绝对增量。", mend_en="Give absolute steps.",
        )  # fmt: skip
    if frontier is not None and any(value > frontier for course in courses for value in course):
        courses = [[min(value, frontier) for value in course] for course in courses]
        flags.append("capped_at_frontier")
    low, mid, high = (tuple(course) for course in courses)
    return TargetPath(tuple(years), low, mid, high, growth if formula == "kpi_band" else None, tuple(flags), formula)
