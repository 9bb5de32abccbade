"""Compares a question with every passage, through a 4-bit copy of the vectors.

Reading all vectors is what a scan takes its time for: a copy of an eighth of the size, multiplied by onnxruntime, takes
a fraction of the time of the float matrix (evals/performance/search_speed.py). Its scores only choose the candidates;
these are compared exactly, and there are as many of them as the copy's own error asks for.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from jumou.retrieval.beside import Beside
from jumou.retrieval.encode import Vectors
from jumou.retrieval.postings import Mask, Ranked, Scores, best

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_BLOCK: Final = 32_768
"""Rows copied together; a full block is made once, rows never change."""

_FEW: Final = 2048
"""So many rows or fewer are multiplied as they are."""

_GATHERED: Final = 2000
"""So many allowed rows or fewer are compared exactly without looking at the others."""

_CANDIDATES: Final = 3
"""Candidates for each place that are compared before the error of the copy is known."""

_SURE: Final = 4.5
"""Standard deviations of the copy's error within which no row is passed over: one row in a hundred thousand lies outside."""

_SPREAD: Final = 2.5
"""Standard deviations of a dimension that four bits reach over; what lies outside counts as the outermost step."""

_GROUP: Final = 128
"""Dimensions that share a step of the question; the copy is padded to a multiple."""


class Scan:
    """Scores of one revision's vectors, by row."""

    def __init__(self, vectors: Vectors, blocks: "tuple[_Block, ...]") -> None:
        """Not called directly: use `over`."""
        self._vectors = vectors
        self.blocks = blocks

    @classmethod
    def over(cls, vectors: Vectors, before: Self | None = None) -> Self:
        """A scan of `vectors`, which begin with those that `before` was made of."""
        full = tuple(block for block in before.blocks if block.rows == _BLOCK) if before else ()
        rest = range(len(full) * _BLOCK, len(vectors), _BLOCK)
        return cls(vectors, full + tuple(_Block(vectors[start : start + _BLOCK]) for start in rest))

    def nearest(
        self, query: NDArray[np.float32], count: int, allowed: Mask, coarse_scores: Callable[[], Scores]
    ) -> Ranked:
        """The allowed rows nearest to `query` with their cosines: those that a comparison with every row would find.

        `coarse_scores` gives `coarse(query)`, which few allowed rows do not need.
        """
        if np.count_nonzero(allowed) <= _GATHERED:
            return self._compared(np.flatnonzero(allowed), query, count)
        coarse = coarse_scores()
        first = best(coarse, count * _CANDIDATES, allowed)
        cosines = _cosines(self._vectors[first.rows], query)
        near = _first(first.rows, cosines, count)
        least = near.scores[-1] - _SURE * self._error(query)
        if least >= first.scores[-1]:
            return near
        rest = coarse >= least
        rest &= allowed
        rest[first.rows] = False
        more = self._compared(np.flatnonzero(rest), query, count)
        return _first(np.concatenate([near.rows, more.rows]), np.concatenate([near.scores, more.scores]), count)

    def coarse(self, query: NDArray[np.float32], beside: Beside | None = None) -> Scores:
        """Cosines of all rows, as nearly as four bits tell; half of the blocks `beside`, where a core is free."""
        if not self.blocks:
            return np.zeros(0, np.float32)
        half = len(self.blocks) // 2 if beside is not None else 0
        others = beside.started(partial(_scores, self.blocks[:half], query)) if beside is not None and half else list
        own = _scores(self.blocks[half:], query)
        return np.concatenate([*others(), *own])

    def _error(self, query: NDArray[np.float32]) -> float:
        """The standard deviation of the coarse scores from the cosines."""
        return max((block.error(query) for block in self.blocks), default=0.0)

    def _compared(self, rows: NDArray[np.int64], query: NDArray[np.float32], count: int) -> Ranked:
        return _first(rows, _cosines(self._vectors[rows], query), count)


def _first(rows: NDArray[np.int64], scores: Scores, count: int) -> Ranked:
    order = np.lexsort((rows, -scores))[:count]
    return Ranked(rows[order], scores[order])


def _cosines(vectors: Vectors, query: NDArray[np.float32]) -> Scores:
    # not `@`: the threads of a BLAS wait for each other for many milliseconds when the processor is busy
    return np.asarray(np.einsum("rd,d->r", vectors, query), np.float32)


def _scores(blocks: "tuple[_Block, ...]", query: NDArray[np.float32]) -> list[Scores]:
    return [block.scores(query) for block in blocks]


class _Block:
    """Some rows: few as they are, many as their distance from the mean, each dimension scaled to four bits."""

    def __init__(self, vectors: Vectors) -> None:
        self.rows = len(vectors)
        self._plain = vectors if self.rows <= _FEW else None
        if self._plain is None:
            self._mean = vectors.mean(axis=0)
            moved = vectors - self._mean
            self._scale = np.maximum(_SPREAD * moved.std(axis=0) / 7.5, 1e-9).astype(np.float32)
            moved /= self._scale
            moved += 8
            rounded = np.clip(np.rint(moved), 0, 15)
            self._variance = np.square((moved - rounded) * self._scale).mean(axis=0)
            steps = rounded.astype(np.uint8)
            self._session = _product(np.pad(steps, ((0, 0), (0, -steps.shape[1] % _GROUP)), constant_values=8))

    def scores(self, query: NDArray[np.float32]) -> Scores:
        if self._plain is not None:
            return _cosines(self._plain, query)
        question = (query * self._scale)[None, :]
        if beyond := -query.size % _GROUP:
            question = np.pad(question, ((0, 0), (0, beyond)))
        (products,) = self._session.run(None, {"question": question})
        products[0] += _cosines(self._mean[None, :], query)[0]
        return np.asarray(products[0], np.float32)

    def error(self, query: NDArray[np.float32]) -> float:
        """The standard deviation of `scores(query)` from the cosines, as the copy's steps make it."""
        if self._plain is not None:
            return 1e-6
        rounding = np.square(query * self._scale).max() * query.size / (12 * 127**2)  # of the question, to eight bits
        return float(np.sqrt(_cosines(self._variance[None, :], np.square(query))[0] + rounding)) + 1e-6


def _product(steps: NDArray[np.uint8]) -> "InferenceSession":
    """Multiplies one row of floats with `steps` (rows, dimensions) of 0–15, 8 meaning zero."""
    import onnxruntime  # noqa: PLC0415 - only large libraries need it
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415 - same

    rows, width = steps.shape
    pairs = (steps[:, ::2] | steps[:, 1::2] << 4).reshape(rows, width // _GROUP, _GROUP // 2)
    node = helper.make_node(
        "MatMulNBits", ["question", "steps", "scales"], ["products"], domain="com.microsoft",
        K=width, N=rows, bits=4, block_size=_GROUP, accuracy_level=4,
    )  # fmt: skip
    graph = helper.make_graph(
        [node],
        "scan",
        [helper.make_tensor_value_info("question", TensorProto.FLOAT, [1, width])],
        [helper.make_tensor_value_info("products", TensorProto.FLOAT, [1, rows])],
        [
            numpy_helper.from_array(pairs, "steps"),
            numpy_helper.from_array(np.ones(rows * (width // _GROUP), np.float32), "scales"),
        ],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a block takes under a millisecond
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
