"""Input-output linkages: Leontief and Ghosh inverses, Rasmussen indices, extraction, and regional coefficients."""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jumou.errors import InvalidRequest

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
LinkageClass = Literal["key", "backward", "forward", "weak"]


def technical_coefficients(transactions: ArrayLike, output: ArrayLike) -> Matrix:
    """A = Z x^-1, by column; use domestic transactions, or the multipliers overstate.

    Raises:
        InvalidRequest: the table is not square, a sector has no output (drop it first), or a column of A reaches 1.
    """
    z, x = _table(transactions, output)
    a: Matrix = z / x
    over = np.flatnonzero(a.sum(axis=0) >= 1)
    if over.size:
        raise InvalidRequest(
            f"第 {over[0] + 1} 个部门的直接消耗系数合计不小于 1,数据有误。",
            f"sector {over[0] + 1}: its inputs reach its output, so the table is wrong.",
        )
    return a


def leontief_inverse(coefficients: ArrayLike) -> Matrix:
    """L = (I - A)^-1.

    Raises:
        InvalidRequest: I - A is singular or L has negative entries.
    """
    return _inverse(np.asarray(coefficients, dtype=np.float64))


def ghosh_inverse(transactions: ArrayLike, output: ArrayLike) -> Matrix:
    """G = (I - B)^-1 with allocation coefficients B = Z / row output. Reference: Ghosh (1958)."""
    z, x = _table(transactions, output)
    return _inverse(z / x[:, None])


def backward_linkage(leontief: ArrayLike) -> Vector:
    """Power of dispersion U_j = n sum_i L_ij / sum L; above 1 the sector pulls more than average. Rasmussen (1956)."""
    inverse = np.asarray(leontief, dtype=np.float64)
    result: Vector = len(inverse) * inverse.sum(axis=0) / inverse.sum()
    return result


def forward_linkage(inverse: ArrayLike) -> Vector:
    """The same by rows: sensitivity of dispersion of a Leontief inverse, or, better, of a Ghosh inverse."""
    matrix = np.asarray(inverse, dtype=np.float64)
    result: Vector = len(matrix) * matrix.sum(axis=1) / matrix.sum()
    return result


def output_multipliers(leontief: ArrayLike) -> Vector:
    """Column sums of L: output in all sectors for one unit of final demand."""
    result: Vector = np.asarray(leontief, dtype=np.float64).sum(axis=0)
    return result


def column_variation(leontief: ArrayLike) -> Vector:
    """Coefficient of variation of the columns of L (sample sd): low values spread their pull evenly."""
    inverse = np.asarray(leontief, dtype=np.float64)
    result: Vector = inverse.std(axis=0, ddof=1) / inverse.mean(axis=0)
    return result


def linkage_class(backward: float, forward: float) -> LinkageClass:
    """`key` when both linkages are above 1, else the side that is, else `weak`."""
    if backward > 1 and forward > 1:
        return "key"
    if backward > 1:
        return "backward"
    return "forward" if forward > 1 else "weak"


def extraction_loss(coefficients: ArrayLike, final_demand: ArrayLike, sector: int) -> float:
    """Share of all output (without the sector's own) that is lost when the sector is taken out.

    Row, column and final demand of the sector are dropped. Reference: Dietzenbacher and van der Linden (1997).
    """
    a, f = np.asarray(coefficients, dtype=np.float64), np.asarray(final_demand, dtype=np.float64)
    full = leontief_inverse(a) @ f
    rest = np.delete(np.arange(len(f)), sector)
    without = leontief_inverse(a[np.ix_(rest, rest)]) @ f[rest]
    return float((full[rest].sum() - without.sum()) / full.sum())


def flegg_coefficients(
    coefficients: ArrayLike, quotients: ArrayLike, *, region_size: float, nation_size: float, delta: float = 0.3
) -> Matrix:
    """Regional coefficients min(1, FLQ) times national ones; report a range for delta of 0.2 to 0.4.

    FLQ_ij = (LQ_i / LQ_j) lambda off the diagonal, LQ_i lambda on it, lambda = [log2(1 + TR/TN)]^delta.
    Reference: Flegg and Webber (1997).
    """
    quotient = flegg_quotients(quotients, region_size=region_size, nation_size=nation_size, delta=delta)
    result: Matrix = np.minimum(1.0, quotient) * np.asarray(coefficients, dtype=np.float64)
    return result


def flegg_quotients(quotients: ArrayLike, *, region_size: float, nation_size: float, delta: float = 0.3) -> Matrix:
    """FLQ_ij without the cap at 1; nan in columns of industries the region lacks."""
    lq = np.asarray(quotients, dtype=np.float64)
    if not 0 < region_size <= nation_size:
        raise InvalidRequest(
            "区域规模须为正且不超过全国。", "the region's size has to be positive and at most the nation's."
        )
    scale = math.log2(1 + region_size / nation_size) ** delta
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Matrix = np.outer(lq, 1 / lq) * scale
    np.fill_diagonal(result, lq * scale)
    return result


def _table(transactions: ArrayLike, output: ArrayLike) -> tuple[Matrix, Vector]:
    z, x = np.asarray(transactions, dtype=np.float64), np.asarray(output, dtype=np.float64)
    if z.ndim != 2 or z.shape[0] != z.shape[1] or x.shape != (len(z),):
        raise InvalidRequest("投入产出表须为方阵且与总产出对应。", "the table has to be square and match the outputs.")
    idle = np.flatnonzero(x <= 0)
    if idle.size:
        raise InvalidRequest(
            f"第 {idle[0] + 1} 个部门总产出为零。", f"sector {idle[0] + 1} has no output.",
            mend_zh="请先剔除该部门。", mend_en="Drop it first.",
        )  # fmt: skip
    return z, x


def _inverse(a: Matrix) -> Matrix:
    try:
        inverse: Matrix = np.asarray(np.linalg.inv(np.eye(len(a)) - a), dtype=np.float64)
    except np.linalg.LinAlgError as problem:
        raise InvalidRequest("系数矩阵不可逆。", "the coefficient matrix cannot be inverted.") from problem
    if np.any(inverse < -1e-9):
        raise InvalidRequest(
            "逆矩阵出现负值，系数有误。", "the inverse has negative entries, so the coefficients are wrong."
        )
    return inverse
