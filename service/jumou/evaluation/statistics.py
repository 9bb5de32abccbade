"""Means with their uncertainty: weighted, over the cases that were measured, by the bootstrap (Efron & Tibshirani 1993)."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict

RESAMPLES: Final = 2000
SEED: Final = 20240601


class Mean(BaseModel):
    """A weighted mean with its 95 % interval; `value` is None when no case was measured."""

    model_config = ConfigDict(frozen=True)

    value: float | None
    low: float | None = None
    high: float | None = None
    cases: int = 0
    unmeasured: int = 0
    weight: float = 0.0


def mean(values: Sequence[float | None], weights: Sequence[float] | None = None) -> Mean:
    """The weighted mean over the measured values; cases are resampled whole, so items of one case stay together."""
    given = [1.0] * len(values) if weights is None else list(weights)
    known = [(value, weight) for value, weight in zip(values, given, strict=True) if value is not None and weight > 0]
    missing = len(values) - len(known)
    if not known:
        return Mean(value=None, unmeasured=missing)
    rows = np.array(known)
    draws = _draws(len(rows))
    totals = rows[draws, 1].sum(axis=1)
    means = (rows[draws, 0] * rows[draws, 1]).sum(axis=1) / totals
    low, high = np.percentile(means, [2.5, 97.5])
    value = float((rows[:, 0] * rows[:, 1]).sum() / rows[:, 1].sum())
    return Mean(
        value=round(value, 4), low=round(float(low), 4), high=round(float(high), 4), cases=len(rows), unmeasured=missing,
        weight=float(rows[:, 1].sum()),
    )  # fmt: skip


def difference(
    one: Mapping[str, float | None], other: Mapping[str, float | None], weights: Mapping[str, float] | None = None
) -> Mean:
    """`one` minus `other`, paired by case; an interval above 0 says that `one` is better."""
    names = [name for name in one if name in other]
    gaps: list[float | None] = []
    for name in names:
        left, right = one[name], other[name]
        gaps.append(None if left is None or right is None else left - right)
    return mean(gaps, [1.0 if weights is None else weights.get(name, 0.0) for name in names])


def _draws(count: int) -> np.ndarray:
    return np.random.default_rng(SEED).integers(0, count, (RESAMPLES, count))
