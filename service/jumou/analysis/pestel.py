"""Scores of the macro scan and weights from pairwise comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from jumou.errors import InvalidRequest

_RANDOM_INDEX: Final = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Saaty's mean consistency index of random matrices by order."""


@dataclass(frozen=True, slots=True)
class ScanScore:
    """Scores of the factors in order (None where unscored), their positive and negative sums, and the net."""

    scores: tuple[float | None, ...]
    opportunity: float
    threat: float

    @property
    def net(self) -> float:
        """Opportunity plus threat, -5 to 5."""
        return self.opportunity + self.threat


def scan_scores(
    impacts: Sequence[float],
    probabilities: Sequence[float],
    weights: Sequence[float],
    evidenced: Sequence[bool] | None = None,
) -> ScanScore:
    """Score = impact (-5 to 5) times probability (0 to 1) times weight; factors without evidence stay unscored.

    Raises:
        InvalidRequest: lengths differ, a value is out of range, or the weights do not sum to 1.

    Reference: Aguilar (1967).
    """
    if not len(impacts) == len(probabilities) == len(weights):
        raise InvalidRequest("影响、概率、权重的个数不一致。", "impacts, probabilities and weights differ in number.")
    if any(abs(impact) > 5 for impact in impacts) or any(not 0 <= chance <= 1 for chance in probabilities):
        raise InvalidRequest("影响须在 -5 至 5,概率须在 0 至 1。", "impact is -5 to 5, probability 0 to 1.")
    if weights and abs(sum(weights) - 1) > 1e-6:
        raise InvalidRequest("权重之和须为 1。", "the weights have to sum to 1.")
    shown = evidenced if evidenced is not None else [True] * len(impacts)
    scores = tuple(
        impact * chance * weight if seen else None
        for impact, chance, weight, seen in zip(impacts, probabilities, weights, shown, strict=True)
    )
    known = [score for score in scores if score is not None]
    return ScanScore(scores, sum(s for s in known if s > 0), sum(s for s in known if s < 0))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Weights of a pairwise comparison (sum 1) and how consistent it is; below 0.1 is accepted."""

    weights: tuple[float, ...]
    largest: float
    index: float
    ratio: float

    @property
    def consistent(self) -> bool:
        """Whether the consistency ratio is below 0.1."""
        return self.ratio < 0.1


def compare_pairwise(matrix: ArrayLike) -> Comparison:
    """Weights by the principal eigenvector of a reciprocal matrix, with Saaty's consistency ratio.

    Raises:
        InvalidRequest: the matrix is not square, positive and reciprocal, or has more than ten rows.

    Reference: Saaty (1980).
    """
    a = np.asarray(matrix, dtype=np.float64)
    n = len(a)
    if (
        a.ndim != 2
        or a.shape != (n, n)
        or n >= len(_RANDOM_INDEX)
        or np.any(a <= 0)
        or not np.allclose(a * a.T, 1, atol=1e-6)
    ):
        raise InvalidRequest(
            "判断矩阵须为正互反方阵，且不超过十阶。", "the matrix has to be positive, reciprocal and at most 10 by 10."
        )
    values, vectors = np.linalg.eig(a)
    first = int(np.argmax(values.real))
    vector = np.abs(vectors[:, first].real)
    largest = float(values[first].real)
    index = (largest - n) / (n - 1) if n > 1 else 0.0
    random = _RANDOM_INDEX[n]
    ratio = index / random if random else 0.0
    return Comparison(tuple(float(value) for value in vector / vector.sum()), largest, index, ratio)
