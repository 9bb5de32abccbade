"""Whether what search found answers a question at all; below the cut the honest answer is that no evidence was found.

Two raw signals of the three best hits are put together: the share of the question's telling words that stand in a passage
or its document's title, and the cosine. The cut was fitted on one half of the questions under `evals/grounding` and
`evals/retrieval/own`; on the other half 95 % of what cannot be answered is refused, and 93 % of what can be is answered.
"""

import re
from collections.abc import Sequence
from typing import Final

from jumou.drafting.desk import words_of
from jumou.retrieval import Hit

_CUT: Final = 0.726
_COSINE: Final = 6.0
_UNRELATED: Final = 0.8
"""Two texts of this encoder that have nothing to do with each other are still this near."""

_LOOKED_AT: Final = 3
_ASKING: Final = re.compile(
    r"多少|什么|哪[些里个年家]?|怎[么样]|如何|是否|能不能|可不可以|吗|呢|几[个家条项]?|有没有|最新|目前|现在|规模|标准|数量|要求|目标|情况|请问|告诉我"
    r"|\b(?:what|how|many|much|is|are|the|of|in|for|to|a|an|does|did|do|there|where|which|please|tell|me)\b",
    re.IGNORECASE,
)


def score(question: str, hits: Sequence[Hit]) -> float:
    """How well the best hit fits; 0 without hits."""
    wanted = words_of(_ASKING.sub(" ", question))
    return max((_one(wanted, hit) for hit in hits[:_LOOKED_AT]), default=0.0)


def enough(question: str, hits: Sequence[Hit]) -> bool:
    """Whether to answer from these hits."""
    return score(question, hits) >= _CUT


def _one(wanted: frozenset[str], hit: Hit) -> float:
    document = hit.document
    held = words_of(
        " ".join(
            (
                document.title,
                document.title_en,
                hit.passage.section,
                hit.passage.text,
                *document.regions,
                *document.industries,
            )
        )
    )
    words = len(wanted & held) / max(1, len(wanted))
    return words + _COSINE * max(0.0, hit.parts.get("cosine", 0.0) - _UNRELATED)
