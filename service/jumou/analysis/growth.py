"""Growth of a region's industries: shift-share decompositions and growth-share quadrants."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jumou.errors import InvalidRequest

Vector = NDArray[np.float64]
Quadrant = Literal["leading", "emerging", "mature", "declining"]


@dataclass(frozen=True, slots=True)
class ShiftShare:
    """Parts of the change of each industry; national + mix + regional is the change, exactly.

    `competitive` and `allocation` split the regional part after Esteban-Marquillas; nan where e0 is zero.
    """

    national: Vector
    mix: Vector
    regional: Vector
    competitive: Vector
    allocation: Vector

    def totals(self) -> dict[str, float]:
        """Sums over the industries by part."""
        return {
            "national": float(np.nansum(self.national)),
            "mix": float(np.nansum(self.mix)),
            "regional": float(np.nansum(self.regional)),
            "competitive": float(np.nansum(self.competitive)),
            "allocation": float(np.nansum(self.allocation)),
        }


def shift_share(
    region_start: ArrayLike,
    region_end: ArrayLike,
    nation_start: ArrayLike,
    nation_end: ArrayLike,
    *,
    national_growth: float | None = None,
) -> ShiftShare:
    """Classic shift-share with the Esteban-Marquillas split of the regional part.

    National NS = e0 G, mix IM = e0 (g_i - G), regional RS = e1 - e0 (1 + g_i), which also holds for e0 = 0.
    Rows with n0 = 0 are nan.

    Args:
        region_start: e0 by industry.
        region_end: e1 by industry.
        nation_start: n0 by industry.
        nation_end: n1 by industry.
        national_growth: G of the whole nation, as a share; from the sums of the industries when absent.

    Raises:
        InvalidRequest: lengths differ or the nation has no activity at the start.

    References: Dunn (1960); Esteban-Marquillas (1972).
    """
    e0, e1, n0, n1 = (
        np.asarray(values, dtype=np.float64) for values in (region_start, region_end, nation_start, nation_end)
    )
    if not e0.shape == e1.shape == n0.shape == n1.shape or e0.ndim != 1:
        raise InvalidRequest("四列行业数据的长度不一致。", "the four industry columns differ in length.")
    if n0.sum() <= 0:
        raise InvalidRequest("全国基期合计为零，无法分解。", "the nation has no activity at the start.")
    growth = n1.sum() / n0.sum() - 1 if national_growth is None else national_growth
    with np.errstate(divide="ignore", invalid="ignore"):
        g = np.where(n0 > 0, n1 / n0 - 1, np.nan)
        r = np.where(e0 > 0, e1 / e0 - 1, np.nan)
    home = e0.sum() * n0 / n0.sum()
    return ShiftShare(
        national=np.where(np.isnan(g), np.nan, e0 * growth),
        mix=e0 * (g - growth),
        regional=e1 - e0 * (1 + g),
        competitive=home * (r - g),
        allocation=(e0 - home) * (r - g),
    )


def yearly_shift_share(region: ArrayLike, nation: ArrayLike) -> dict[str, float]:
    """Sums of the yearly decompositions over a run of years.

    Args:
        region: industries by years (rows by columns).
        nation: the same for the nation.

    Reference: Barff and Knight (1988).
    """
    e, n = np.asarray(region, dtype=np.float64), np.asarray(nation, dtype=np.float64)
    if e.shape != n.shape or e.ndim != 2 or e.shape[1] < 2:
        raise InvalidRequest(
            "逐年分解至少需要两年同口径数据。", "the yearly decomposition needs two years on one scope."
        )
    sums = {"national": 0.0, "mix": 0.0, "regional": 0.0}
    for year in range(e.shape[1] - 1):
        parts = shift_share(e[:, year], e[:, year + 1], n[:, year], n[:, year + 1]).totals()
        for name in sums:
            sums[name] += parts[name]
    return sums


def quadrant(quotient: float, growth: float, *, quotient_cut: float = 1.0, growth_cut: float) -> Quadrant:
    """The growth-share quadrant; boundary values go to the upper class.

    `growth_cut` is the growth of the whole region (or nation), in the unit of `growth`; the caller states which.

    References: Henderson (1970); Delgado, Porter and Stern (2014).
    """
    fast = growth >= growth_cut
    if quotient >= quotient_cut:
        return "leading" if fast else "mature"
    return "emerging" if fast else "declining"


def compound_growth(first: float, last: float, years: float) -> float | None:
    """(last / first)^(1 / years) - 1; None when it is not defined."""
    if first <= 0 or last <= 0 or years <= 0:
        return None
    return float((last / first) ** (1 / years) - 1)


def base_year_matters(growth: float) -> bool:
    """Whether growth (a share) over the run is beyond 25 per cent, so that both base years should be reported."""
    return abs(growth) > 0.25
