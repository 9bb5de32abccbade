"""Specialisation: location quotients of a region's industries against the nation."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jumou.errors import InvalidRequest

SPECIALISED: Final = 1.25
UNDER_REPRESENTED: Final = 0.8
"""Cut-offs are conventions of practice, not tests (ECONOMICS 1.1)."""


def location_quotients(
    region: ArrayLike,
    nation: ArrayLike,
    *,
    region_total: float | None = None,
    nation_total: float | None = None,
) -> NDArray[np.float64]:
    """LQ_i = (x_ri / x_r) / (n_i / n), one value an industry; nan where it is not computable (n_i or x_r is zero or unknown).

    Args:
        region: activity of each industry in the region, one measure, one year; nan where unknown.
        nation: the same for the nation, which includes the region.
        region_total: denominator x_r; the sum over `region` when absent.
        nation_total: denominator n; the sum over `nation` when absent.

    Raises:
        InvalidRequest: lengths differ, a value is negative, or the region exceeds the nation in an industry.

    Reference: Isard (1960).
    """
    x, n = _vectors(region, nation)
    over = np.flatnonzero(x > n)
    if over.size:
        raise InvalidRequest(
            f"第 {over[0] + 1} 个行业的区域值大于全国值，口径不一致。",
            f"industry {over[0] + 1}: the region exceeds the nation, so the scopes differ.",
            mend_zh="请核对单位、年份和统计口径。",
            mend_en="Check unit, year and scope.",
        )
    x_total = float(np.nansum(x)) if region_total is None else region_total
    n_total = float(np.nansum(n)) if nation_total is None else nation_total
    result = np.full(x.shape, np.nan)
    if x_total <= 0 or n_total <= 0:
        return result
    usable = np.isfinite(x) & (n > 0)
    result[usable] = (x[usable] / x_total) / (n[usable] / n_total)
    return result


def symmetric_quotients(quotients: ArrayLike) -> NDArray[np.float64]:
    """(LQ - 1) / (LQ + 1), from -1 to 1, for averages and charts. Reference: Laursen (2015)."""
    lq = np.asarray(quotients, dtype=np.float64)
    return (lq - 1) / (lq + 1)


def _vectors(region: ArrayLike, nation: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = np.asarray(region, dtype=np.float64)
    n = np.asarray(nation, dtype=np.float64)
    if x.shape != n.shape or x.ndim != 1:
        raise InvalidRequest("区域与全国的行业数不一致。", "region and nation list different numbers of industries.")
    if np.any(x < 0) or np.any(n < 0):
        raise InvalidRequest("行业数据不能为负。", "industry figures cannot be negative.")
    return x, n
