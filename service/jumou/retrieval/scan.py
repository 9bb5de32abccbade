"""Compares a question with every passage, through an 8-bit copy of the vectors.

Reading all vectors is what a scan takes its time for: a copy of a quarter of the size, multiplied by onnxruntime, takes
a sixth of the processor time of the float matrix (evals/performance/search_speed.py). Its scores only choose the
candidates; these are compared exactly.
"""

from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

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

_CANDIDATES: Final = 4
"""Candidates for each place: enough that rounding never cost a place on the sets we measured."""


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

    def nearest(self, query: NDArray[np.float32], count: int, allowed: Mask, coarse: Scores) -> Ranked:
        """The allowed rows nearest to `query` with their cosines; `coarse` as `coarse(query)` gave it."""
        if np.count_nonzero(allowed) <= _GATHERED:
            rows = np.flatnonzero(allowed)
        else:
            rows = np.sort(best(coarse, count * _CANDIDATES, allowed).rows)
        near = best(_cosines(self._vectors[rows], query), count)
        return Ranked(rows[near.rows], near.scores)

    def coarse(self, query: NDArray[np.float32]) -> Scores:
        """Cosines of all rows, as nearly as eight bits tell."""
        if not self.blocks:
            return np.zeros(0, np.float32)
        return np.concatenate([block.scores(query) for block in self.blocks])


def _cosines(vectors: Vectors, query: NDArray[np.float32]) -> Scores:
    # not `@`: the threads of a BLAS wait for each other for many milliseconds when the processor is busy
    return np.asarray(np.einsum("rd,d->r", vectors, query), np.float32)


class _Block:
    """Some rows: few as they are, many as their distance from the mean, each dimension scaled to eight bits."""

    def __init__(self, vectors: Vectors) -> None:
        self.rows = len(vectors)
        self._plain = vectors if self.rows <= _FEW else None
        if self._plain is None:
            self._mean = vectors.mean(axis=0)
            moved = vectors - self._mean
            self._scale = np.maximum(np.abs(moved).max(axis=0) / 127, 1e-9).astype(np.float32)
            moved /= self._scale
            self._session = _product(np.ascontiguousarray(np.rint(moved, out=moved).astype(np.int8).T))

    def scores(self, query: NDArray[np.float32]) -> Scores:
        if self._plain is not None:
            return _cosines(self._plain, query)
        scaled = query * self._scale
        step = max(float(np.abs(scaled).max()) / 127, 1e-12)
        question = (np.rint(scaled / step) + 128).astype(np.uint8)[None, :]
        (products,) = self._session.run(None, {"question": question})
        return np.asarray(products[0] * np.float32(step) + _cosines(self._mean[None, :], query)[0], np.float32)


def _product(columns: NDArray[np.int8]) -> "InferenceSession":
    """Multiplies one row of bytes (128 meaning zero) with `columns`."""
    import onnxruntime  # noqa: PLC0415 - only large libraries need it
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415 - same

    width, rows = columns.shape
    node = helper.make_node("MatMulInteger", ["question", "columns", "zero"], ["products"])
    graph = helper.make_graph(
        [node],
        "scan",
        [helper.make_tensor_value_info("question", TensorProto.UINT8, [1, width])],
        [helper.make_tensor_value_info("products", TensorProto.INT32, [1, rows])],
        [numpy_helper.from_array(columns, "columns"), numpy_helper.from_array(np.array(128, np.uint8), "zero")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a block takes under a millisecond
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
