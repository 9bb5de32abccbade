"""Cuts texts into the model's unigram pieces (Viterbi, Kudo 2018), as the reference engine does."""

import marshal
import re
from pathlib import Path
from typing import Final

from jumou.files import write_atomically
from jumou.retrieval.e5_weights import E5Weights

_SPACE: Final = "\u2581"
_UNKNOWN_PENALTY: Final = 10.0
_BLANKS = re.compile(" {2,}")


class E5Tokens:
    """Token ids of texts, without the marks at beginning and end.

    The vocabulary is kept as one marshalled table under `folder`, which loads about ten times faster than a
    tokenizer built from its pieces; a missing or foreign table is made again.
    """

    def __init__(self, weights: E5Weights, folder: Path) -> None:
        """Loads the table, or makes it."""
        self._weights = weights
        path = folder / f"e5-pieces-2-{weights.shape.words}.marshal"
        try:
            table = marshal.loads(path.read_bytes())  # nosec B302 # noqa: S302 - a cache written by this class
        except (FileNotFoundError, EOFError, ValueError, TypeError):
            table = self._table()
            write_atomically(path, marshal.dumps(table))
        self._ids, self._scores, self._reach, self._unknown_score = table

    def _table(self) -> tuple[dict[str, int], list[float], dict[str, int], float]:
        ids: dict[str, int] = {}
        reach: dict[str, int] = {}
        for number, piece in enumerate(self._weights.pieces()):
            if number == self._weights.unknown or not piece:
                continue
            ids.setdefault(piece, number)
            reach[piece[:2]] = max(reach.get(piece[:2], 1), len(piece))
        scores = self._weights.scores.tolist()
        return ids, scores, reach, min(scores) - _UNKNOWN_PENALTY

    def ids(self, text: str) -> list[int]:
        """The best cut of `text` under the unigram model."""
        text = _BLANKS.sub(" ", text.translate(self._weights.normalisation))
        if not text.startswith(" "):
            text = " " + text
        text = text.replace(" ", _SPACE)
        size = len(text)
        best = [-1e30] * (size + 1)
        best[0] = 0.0
        came: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        known, scores, reach, unknown = self._ids.get, self._scores, self._reach.get, self._weights.unknown
        for start in range(size):
            here = best[start]
            # how long a piece may be is known from its first two characters: most are two characters at most
            for end in range(start + 1, min(size, start + reach(text[start : start + 2], 1)) + 1):
                number = known(text[start:end])
                if number is not None and here + scores[number] > best[end]:
                    best[end] = here + scores[number]
                    came[end] = (start, number)
            if here + self._unknown_score > best[start + 1]:
                best[start + 1] = here + self._unknown_score
                came[start + 1] = (start, unknown)
        cut: list[int] = []
        end = size
        while end > 0:
            end, number = came[end]
            cut.append(number)
        cut.reverse()
        return cut
