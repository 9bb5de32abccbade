"""Whether what search found answers a question at all; below the cut the honest answer is that no evidence was found.

Two raw signals of the three best hits are put together: the share of the question's telling words that stand in a passage
or its document's title, and the cosine. `evals/grounding` fits the cut on one half of its questions and reports what it
refuses on the other.
"""

import re
from collections.abc import Sequence
from typing import Final

from jumou.drafting.desk import held_of, telling
from jumou.retrieval import Hit

CUT: Final = 0.722
LOOKED_AT: Final = 3
"""So many of the best hits are looked at."""

_COSINE: Final = 6.0
_UNRELATED: Final = 0.8
"""Two texts of this encoder that have nothing to do with each other are still this near."""

_ASKING: Final = re.compile(
    r"多少|什么|哪[些里个年家]?|怎[么样]|如何|是否|能不能|可不可以|吗|呢|几[个家条项]?|有没有|最新|目前|现在|规模|标准|数量|要求|目标|情况|请问|告诉我"
    r"|\b(?:what|how|many|much|is|are|the|of|in|for|to|a|an|does|did|do|there|where|which|please|tell|me)\b",
    re.IGNORECASE,
)


def scores(question: str, hits: Sequence[Hit]) -> list[float]:
    """How well each hit fits the question, 0–2 or so; `CUT` and above carries an answer."""
    wanted = telling(_ASKING.sub(" ", question))
    return [_one(wanted, hit) for hit in hits]


def score(question: str, hits: Sequence[Hit]) -> float:
    """How well the best of the first hits fits; 0 without hits."""
    return max(scores(question, hits[:LOOKED_AT]), default=0.0)


def enough(question: str, hits: Sequence[Hit]) -> bool:
    """Whether to answer from these hits."""
    return score(question, hits) >= CUT


def _one(wanted: frozenset[str], hit: Hit) -> float:
    document = hit.document
    held = " ".join(
        (
            document.title,
            document.title_en,
            hit.passage.section,
            hit.passage.text,
            *document.regions,
            *document.industries,
        )
    )
    words = held_of(wanted, held) / max(1, len(wanted))
    return words + _COSINE * max(0.0, hit.parts.get("cosine", 0.0) - _UNRELATED)
