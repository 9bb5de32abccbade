"""Concentration of firms and industries: HHI, CR4, Krugman, Hachman and Ellison-Glaeser indices."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jumou.errors import InvalidRequest

Vector = NDArray[np.float64]
Band = Literal["low", "moderate", "high"]
_LOW: Final = 0.10
_HIGH: Final = 0.18


@dataclass(frozen=True, slots=True)
class Concentration:
    """Herfindahl-Hirschman index (0-1), its normalised form (None for one unit), 1/H, and the share of the top four."""

    hhi: float
    normalised: float | None
    effective_number: float
    top_share: float
    cr4: float
    units: int

    @property
    def band(self) -> Band:
        """Label after the 2023 US merger guidelines (1,000 and 1,800 points)."""
        return "low" if self.hhi < _LOW else "moderate" if self.hhi <= _HIGH else "high"


def concentration(sizes: ArrayLike) -> Concentration:
    """Concentration of units of the given sizes (or shares).

    Raises:
        InvalidRequest: a size is negative or all are zero.
    """
    values = np.asarray(sizes, dtype=np.float64)
    if values.size == 0 or np.any(values < 0) or not np.isfinite(values).all() or values.sum() <= 0:
        raise InvalidRequest("规模数据须为非负且不全为零。", "sizes have to be non-negative and not all zero.")
    shares = np.sort(values / values.sum())[::-1]
    hhi = float((shares**2).sum())
    n = len(shares)
    return Concentration(
        hhi=hhi,
        normalised=(hhi - 1 / n) / (1 - 1 / n) if n > 1 else None,
        effective_number=1 / hhi,
        top_share=float(shares[0]),
        cr4=float(shares[:4].sum()),
        units=n,
    )


def krugman(region: ArrayLike, base: ArrayLike, *, half: bool = False, rest_of_base: bool = False) -> float:
    """sum_i |s_ri - s_i|, 0 to 2 (0 to 1 with `half`); `rest_of_base` compares with the nation without the region.

    Reference: Krugman (1991).
    """
    x, n = np.asarray(region, dtype=np.float64), np.asarray(base, dtype=np.float64)
    if rest_of_base:
        n = n - x
    distance = float(np.abs(_shares(x) - _shares(n)).sum())
    return distance / 2 if half else distance


def hachman(region: ArrayLike, base: ArrayLike) -> float:
    """1 / sum_i (s_ri^2 / s_i), 0 to 1: one when the region has the nation's structure. Industries absent in both drop out."""
    s, t = _shares(region), _shares(base)
    used = (s > 0) | (t > 0)
    if np.any(t[used] <= 0):
        raise InvalidRequest(
            "区域有而全国无的行业，口径不一致。", "the region has an industry the base lacks: scopes differ."
        )
    return float(1 / (s[used] ** 2 / t[used]).sum())


@dataclass(frozen=True, slots=True)
class EllisonGlaeser:
    """Raw concentration G, plant Herfindahl H, 1 - sum of squared totals, and gamma (None when not computable)."""

    raw: float
    plant_hhi: float
    spread: float
    gamma: float | None

    @property
    def band(self) -> Literal["none", "moderate", "strong", "unknown"]:
        """Below 0.02 none, to 0.05 moderate, above strong."""
        if self.gamma is None:
            return "unknown"
        return "none" if self.gamma < 0.02 else "moderate" if self.gamma <= 0.05 else "strong"


def ellison_glaeser(industry_by_region: ArrayLike, total_by_region: ArrayLike, plants: ArrayLike) -> EllisonGlaeser:
    """Gamma = (G - (1 - sum z^2) H) / ((1 - sum z^2)(1 - H)); negative means dispersed.

    Args:
        industry_by_region: the industry's activity by region.
        total_by_region: all activity by region.
        plants: sizes of the industry's plants.

    Reference: Ellison and Glaeser (1997).
    """
    s, z, plant = _shares(industry_by_region), _shares(total_by_region), _shares(plants)
    raw = float(((s - z) ** 2).sum())
    plant_hhi = float((plant**2).sum())
    spread = float(1 - (z**2).sum())
    if spread <= 1e-12 or plant_hhi >= 1 - 1e-12:  # one region or one plant
        return EllisonGlaeser(raw, plant_hhi, spread, None)
    return EllisonGlaeser(raw, plant_hhi, spread, (raw - spread * plant_hhi) / (spread * (1 - plant_hhi)))


def _shares(values: ArrayLike) -> Vector:
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0 or np.any(array < 0) or array.sum() <= 0:
        raise InvalidRequest("结构数据须为非负且不全为零。", "a structure has to be non-negative and not all zero.")
    shares: Vector = array / array.sum()
    return shares
