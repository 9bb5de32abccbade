"""What a reranker is, and how one is named. There is none unless it is asked for."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from jumou.errors import InvalidRequest


class Reranker(Protocol):
    """Reads question and passage together, which is slower and more exact than comparing their vectors."""

    @property
    def name(self) -> str:
        """Identifies the model."""

    def scores(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """How well each passage answers the question, 0–1."""


def load_reranker(name: str) -> Reranker | None:
    """The reranker called `name`; None for an empty name.

    Raises:
        InvalidRequest: no reranker is called so.
        MissingExtra: the extra `[transformers]` or the model is not installed.
    """
    if not name:
        return None
    kind, _, model = name.partition(":")
    if kind == "sentence-transformers" and model:
        from jumou.retrieval.transformers import TransformersReranker  # noqa: PLC0415 - an optional part

        return TransformersReranker(model)
    raise InvalidRequest(
        f"没有名为 {name} 的重排模型。",
        f"There is no reranker called {name}.",
        mend_zh="可用：sentence-transformers:<CrossEncoder 模型>。",
        mend_en="Known: sentence-transformers:<CrossEncoder model>.",
    )
