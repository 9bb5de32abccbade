"""Encoders and documents: deterministic, fast, and without a model or a network."""

from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from jumou.corpus.fulltext import FullText
from jumou.domain.evidence import Document
from jumou.retrieval.encode import Vectors, unit


class BagEncoder:
    """An encoder that hashes character pairs: texts that share words are near each other, in any process alike."""

    def __init__(self, dimension: int = 64) -> None:
        """`dimension` is the length of a vector; it is part of the name."""
        self.dimension = dimension
        self.name = f"bag-{dimension}"

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One row a question."""
        return self._bags(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row a passage."""
        return self._bags(texts)

    def _bags(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[0] = 0.1
            folded = "".join(text.lower().split())
            for pair in map("".join, pairwise(folded)):
                number = int.from_bytes(blake2b(pair.encode(), digest_size=4).digest(), "little")
                row[number % self.dimension] += 1.0 if number & 0x10000 else -1.0
        return unit(rows)


class LengthReranker:
    """A reranker that likes short passages, whatever the question."""

    name = "length"

    def scores(self, query: str, passages: Sequence[str]) -> Vectors:
        """Between 0 and 1, falling with the length."""
        del query
        return np.array([1 / (1 + len(text)) for text in passages], np.float32)


def text_of(document_id: str, text: str, **described: object) -> FullText:
    """A document with its text; what is not described is a user's document of unknown status."""
    given: dict[str, object] = {"id": document_id, "kind": "user", "title": document_id, **described}
    return FullText(document=Document.model_validate(given), text=text)
