"""Whether what search found answers a question at all: the cut below which the honest answer is that no evidence was found.

The cut is put over two raw signals of the best hits: the share of the question's telling words that stand in a passage or
its title, and the cosine. It is fitted on one half of the questions and reported on the other (`evals/grounding`).
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict

from jumou.evaluation.concepts import terms_of
from jumou.retrieval import Hit

_ASKING: Final = re.compile(
    r"多少|什么|哪[些里个年家]?|怎[么样]|如何|是否|能不能|可不可以|吗|呢|几[个家条项]?|有没有|最新|目前|现在|规模|标准|数量|要求|目标|情况"
    r"|\b(?:what|how|many|much|is|are|the|of|in|for|to|a|an|does|did|do|there|where|which)\b",
    re.IGNORECASE,
)


class Sufficiency(BaseModel):
    """The cut: evidence is enough when the score over both signals reaches it."""

    model_config = ConfigDict(frozen=True)

    cut: float
    words: float = 1.0
    cosine: float = 4.0

    def score(self, question: str, hits: Sequence[Hit]) -> float:
        """The best hit's signals in one number; 0 without hits."""
        return max((self._one(question, hit) for hit in hits[:3]), default=0.0)

    def enough(self, question: str, hits: Sequence[Hit]) -> bool:
        """Whether to answer from these hits."""
        return self.score(question, hits) >= self.cut

    def _one(self, question: str, hit: Hit) -> float:
        wanted = terms_of(_ASKING.sub(" ", question))
        held = terms_of(f"{hit.document.title} {hit.document.title_en} {hit.passage.section} {hit.passage.text}")
        words = len(wanted & held) / max(1, len(wanted))
        return self.words * words + self.cosine * max(0.0, hit.parts.get("cosine", 0.0) - 0.8)


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
