"""Economic complexity on a panel of regions: RCA, proximity, density, ECI, PCI, COI and COG.

Conventions fixed here: proximity diagonal 1, population standard deviation, COI not rescaled (ECONOMICS 1.4).
A single region has no ECI; a panel is needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]
_DEGENERATE = 1e-9


def revealed_advantage(activity: ArrayLike) -> Matrix:
    """Balassa's index, regions by products; 0 where a row or column is empty. Reference: Balassa (1965)."""
    x = np.asarray(activity, dtype=np.float64)
    total = x.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        rca = (x / x.sum(axis=1, keepdims=True)) / (x.sum(axis=0, keepdims=True) / total)
    result: Matrix = np.nan_to_num(rca, nan=0.0, posinf=0.0)
    return result


def presence(rca: ArrayLike) -> Matrix:
    """1 where the advantage is at least 1, else 0."""
    return (np.asarray(rca) >= 1).astype(np.float64)


def proximity(made: ArrayLike) -> Matrix:
    """phi_pq = sum_c M_cp M_cq / max(u_p, u_q), with diagonal 1. Reference: Hidalgo et al. (2007)."""
    m = np.asarray(made, dtype=np.float64)
    ubiquity = m.sum(axis=0)
    bound = np.maximum.outer(ubiquity, ubiquity)
    with np.errstate(divide="ignore", invalid="ignore"):
        phi: Matrix = np.nan_to_num((m.T @ m) / bound, nan=0.0)
    np.fill_diagonal(phi, 1.0)
    return phi


def density(made: ArrayLike, phi: ArrayLike | None = None) -> Matrix:
    """w_cp = sum_q M_cq phi_pq / sum_q phi_pq, 0 to 1."""
    m = np.asarray(made, dtype=np.float64)
    weights = proximity(m) if phi is None else np.asarray(phi, dtype=np.float64)
    result: Matrix = m @ weights / weights.sum(axis=0)
    return result


@dataclass(frozen=True, slots=True)
class Complexity:
    """ECI by region and PCI by product (nan for rows and columns that were dropped), or why there is none.

    `second` is the second eigenvalue of the country matrix.
    """

    eci: NDArray[np.float64]
    pci: NDArray[np.float64]
    second: float
    reason: str = ""

    @property
    def computable(self) -> bool:
        """Whether the indices exist."""
        return not self.reason


def complexity(made: ArrayLike) -> Complexity:
    """ECI and PCI of a 0/1 matrix, regions by products, by singular value decomposition.

    ECI is standardised with the population standard deviation, signed to correlate with diversity; PCI is scaled so
    that a region's ECI is the mean PCI of what it makes. Unavailable, with a reason, when all diversities are equal
    (the sign is undetermined) or the matrix falls into parts that share nothing.

    References: Hidalgo and Hausmann (2009); Hausmann et al. (2014); Mealy, Farmer and Teytelboym (2019).
    """
    m = np.asarray(made, dtype=np.float64)
    eci, pci = np.full(m.shape[0], np.nan), np.full(m.shape[1], np.nan)
    rows, columns = _kept(m)
    core = m[np.ix_(rows, columns)]
    if core.shape[0] < 3 or core.shape[1] < 2:
        return Complexity(eci, pci, float("nan"), "too_few_rows_or_columns")
    diversity, ubiquity = core.sum(axis=1), core.sum(axis=0)
    if np.ptp(diversity) == 0:
        return Complexity(eci, pci, float("nan"), "all_diversities_equal")
    scaled = core / np.sqrt(np.outer(diversity, ubiquity))
    left, singular, _ = np.linalg.svd(scaled, full_matrices=False)
    value = float(singular[1] ** 2)
    if value > 1 - _DEGENERATE:
        return Complexity(eci, pci, value, "matrix_is_disconnected")
    k = left[:, 1] / np.sqrt(diversity)
    centred = k - k.mean()
    if k.std() < _DEGENERATE or abs(centred @ (diversity - diversity.mean())) < _DEGENERATE:
        return Complexity(eci, pci, value, "sign_undetermined")
    if centred @ (diversity - diversity.mean()) < 0:
        k = -k
    mean, spread = k.mean(), k.std()
    eci[rows] = (k - mean) / spread
    pci[columns] = ((core.T @ k) / ubiquity / value - mean) / spread
    return Complexity(eci, pci, value)


def outlook(made: ArrayLike, pci: ArrayLike, phi: ArrayLike | None = None) -> NDArray[np.float64]:
    """COI_c = sum_p (1 - M_cp) w_cp PCI_p: how near a region is to complex products it does not make."""
    m, values = np.asarray(made, dtype=np.float64), np.asarray(pci, dtype=np.float64)
    result: NDArray[np.float64] = ((1 - m) * density(m, phi) * values).sum(axis=1)
    return result


def outlook_gain(made: ArrayLike, pci: ArrayLike, phi: ArrayLike | None = None) -> Matrix:
    """COG_cp: the change of COI_c when c adds p, PCI and proximity held fixed; nan for products already made."""
    m, values = np.asarray(made, dtype=np.float64), np.asarray(pci, dtype=np.float64)
    weights = proximity(m) if phi is None else np.asarray(phi, dtype=np.float64)
    shares = weights / weights.sum(axis=0)  # column q: phi_pq / sum_k phi_kq
    absent = 1 - m
    gain: Matrix = (absent * values) @ shares.T - np.diag(shares) * absent * values - density(m, weights) * values
    gain[m == 1] = np.nan
    return gain


def new_link_ranking(
    density_: ArrayLike, pci: ArrayLike, gain: ArrayLike, weights: tuple[float, float, float] = (0.5, 0.3, 0.2)
) -> NDArray[np.float64]:
    """0.5 z(density) + 0.3 z(PCI) + 0.2 z(COG) over candidate products; the weights are ours and shown to the user."""
    parts = [np.asarray(values, dtype=np.float64) for values in (density_, pci, gain)]
    score = np.zeros(parts[0].shape)
    for weight, values in zip(weights, parts, strict=True):
        spread = values.std()
        score += weight * ((values - values.mean()) / spread if spread > 0 else 0.0)
    return score


def fitness(made: ArrayLike, rounds: int) -> NDArray[np.float64]:
    """Fitness of regions after `rounds` iterations, each round scaled to mean 1. Reference: Tacchella et al. (2012)."""
    m = np.asarray(made, dtype=np.float64)
    region, product = np.ones(m.shape[0]), np.ones(m.shape[1])
    for _ in range(rounds):
        next_region = m @ product
        with np.errstate(divide="ignore"):
            next_product = 1 / (m.T @ (1 / region))
        region, product = next_region / next_region.mean(), next_product / next_product.mean()
    return region


def _kept(m: Matrix) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns left after empty ones are dropped until none remains."""
    rows, columns = np.arange(m.shape[0]), np.arange(m.shape[1])
    while True:
        core = m[np.ix_(rows, columns)]
        keep_rows, keep_columns = core.sum(axis=1) > 0, core.sum(axis=0) > 0
        if keep_rows.all() and keep_columns.all():
            return rows, columns
        rows, columns = rows[keep_rows], columns[keep_columns]
