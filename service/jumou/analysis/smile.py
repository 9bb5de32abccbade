"""The smile curve: added value by stage of a chain, its shape, and the local curve against the reference."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jumou.errors import InvalidRequest

Shape = Literal["smile", "frown", "rising", "falling", "flat", "unknown"]
_FLAT = 1e-9


@dataclass(frozen=True, slots=True)
class CurveFit:
    """Quadratic a x^2 + b x + c (empty when not fitted) and the shape it shows."""

    coefficients: tuple[float, ...]
    shape: Shape


def fit_curve(positions: ArrayLike, values: ArrayLike) -> CurveFit:
    """The quadratic through the known points and its shape.

    A smile needs a > 0 and the minimum inside the range; a frown a < 0 with the maximum inside; else the curve
    rises or falls. Points with an unknown value drop out; fewer than four points give no fit.
    """
    x, y = np.asarray(positions, dtype=np.float64), np.asarray(values, dtype=np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if len(x) < 4 or len(np.unique(x)) < 3:
        return CurveFit((), "unknown")
    a, b, c = (float(value) for value in np.polyfit(x, y, 2))
    return CurveFit((a, b, c), _shape(a, b, float(x.min()), float(x.max()), float(np.ptp(y))))


def _shape(a: float, b: float, low: float, high: float, spread: float) -> Shape:
    if spread < _FLAT:
        return "flat"
    bend = -b / (2 * a) if abs(a) > _FLAT else float("inf")
    if low < bend < high:
        return "smile" if a > 0 else "frown"
    slope = a * (low + high) + b
    return "rising" if slope > 0 else "falling"


def gaps(local: ArrayLike, reference: ArrayLike) -> NDArray[np.float64]:
    """Local minus reference by stage; nan where the region has no activity (an empty point, not zero)."""
    return np.asarray(local, dtype=np.float64) - np.asarray(reference, dtype=np.float64)


def value_shares(value_added_ratio: ArrayLike, leontief: ArrayLike, product: int) -> NDArray[np.float64]:
    """v_i L_ij: the share of stage i in the value of one unit of final product j; sums to 1 over a closed table.

    References: Ye, Meng and Wei (2015); Meng, Ye and Wei (2020).
    """
    v, inverse = np.asarray(value_added_ratio, dtype=np.float64), np.asarray(leontief, dtype=np.float64)
    result: NDArray[np.float64] = v * inverse[:, product]
    return result


def propagation_length(leontief: ArrayLike, product: int) -> NDArray[np.float64]:
    """Average number of stages from i to final product j: [L (L - I)]_ij / (L - I)_ij, 0 for j itself.

    nan where i does not supply j at all. Reference: Dietzenbacher and Romero (2007).
    """
    inverse = np.asarray(leontief, dtype=np.float64)
    if inverse.ndim != 2 or inverse.shape[0] != inverse.shape[1]:
        raise InvalidRequest("列昂惕夫逆矩阵须为方阵。", "the Leontief inverse has to be square.")
    indirect = inverse - np.eye(len(inverse))
    with np.errstate(divide="ignore", invalid="ignore"):
        lengths: NDArray[np.float64] = (inverse @ indirect)[:, product] / indirect[:, product]
    lengths = np.where(np.abs(indirect[:, product]) > _FLAT, lengths, np.nan)
    lengths[product] = 0.0
    return lengths
