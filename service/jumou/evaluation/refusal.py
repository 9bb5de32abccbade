"""Refusing measured: the product's own cut (`drafting.sufficiency`) over questions with and without an answer.

The cut is chosen on one half of the questions and reported on the other.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from pydantic import BaseModel, ConfigDict


class Refusals(BaseModel):
    """Refusing as a decision: precision and recall over the questions nobody can answer from this corpus."""

    model_config = ConfigDict(frozen=True)

    precision: float | None
    recall: float | None
    answered: float | None
    questions: int


def refusals(answerable: Sequence[float], unanswerable: Sequence[float], cut: float) -> Refusals:
    """What refusing below `cut` gives."""
    right = sum(score < cut for score in unanswerable)
    wrong = sum(score < cut for score in answerable)
    return Refusals(
        precision=right / (right + wrong) if right + wrong else None,
        recall=right / len(unanswerable) if unanswerable else None,
        answered=1 - wrong / len(answerable) if answerable else None,
        questions=len(answerable) + len(unanswerable),
    )


def fitted_cut(answerable: Sequence[float], unanswerable: Sequence[float]) -> float:
    """The cut with the best balanced accuracy: refusing an answerable question is as bad as making up an answer."""
    scores = sorted({*answerable, *unanswerable})
    cuts = [0.0, *((low + high) / 2 for low, high in pairwise(scores))]

    def balanced(cut: float) -> float:
        good = np.mean([score >= cut for score in answerable]) if answerable else 0.0
        bad = np.mean([score < cut for score in unanswerable]) if unanswerable else 0.0
        return float(good + bad)

    return max(cuts, key=lambda cut: (balanced(cut), -cut))


def halves(names: Mapping[str, object]) -> tuple[list[str], list[str]]:
    """Every second name to fit on, the others to report on."""
    listed = sorted(names)
    return listed[::2], listed[1::2]
