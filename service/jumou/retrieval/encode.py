"""What an encoder is, which ones there are, and how one is named.

`e5-small-int8` is the default and needs nothing from outside. `sentence-transformers:<model>` needs the extra
`[transformers]`; `openai:<model>` asks an OpenAI-compatible endpoint.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from jumou.errors import InvalidRequest

Vectors = NDArray[np.float32]

DEFAULT_ENCODER: Final = "e5-small-int8"


class Encoder(Protocol):
    """Turns texts into vectors of unit length; `name` is recorded with an index and must match on opening it."""

    @property
    def name(self) -> str:
        """Identifies model and quantisation."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One row a question, float32, L2-normalised."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row a passage, float32, L2-normalised."""


def load_encoder(
    name: str = DEFAULT_ENCODER, *, home: Path, base_url: str = "", api_key: str = "", dimension: int | None = None
) -> Encoder:
    """The encoder called `name`; model files it builds go to `home`/models.

    Raises:
        InvalidRequest: no encoder is called so.
        MissingExtra: it needs an optional part or a model that is not installed.
    """
    kind, _, model = name.partition(":")
    if name == DEFAULT_ENCODER:
        from jumou.retrieval.e5 import E5Encoder  # noqa: PLC0415 - onnxruntime is not loaded for another encoder

        return E5Encoder(home / "models")
    if kind == "sentence-transformers" and model:
        from jumou.retrieval.transformers import TransformersEncoder  # noqa: PLC0415 - an optional part

        return TransformersEncoder(model)
    if kind == "openai" and model:
        from jumou.retrieval.openai import OpenAIEncoder  # noqa: PLC0415 - only when asked for

        return OpenAIEncoder(model, base_url=base_url, api_key=api_key, dimension=dimension)
    raise InvalidRequest(
        f"没有名为 {name} 的向量编码器。",
        f"There is no encoder called {name}.",
        mend_zh=f"可用：{DEFAULT_ENCODER}、sentence-transformers:<模型>、openai:<模型>。",
        mend_en=f"Known: {DEFAULT_ENCODER}, sentence-transformers:<model>, openai:<model>.",
    )


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """`vectors` scaled to unit length row by row; zero rows stay zero."""
    rows = np.asarray(vectors, np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-12), np.float32)


class QueryCache:
    """Remembers the vectors of recent questions; safe among threads."""

    def __init__(self, encoder: Encoder, size: int = 1024) -> None:
        """Keeps the `size` questions asked last."""
        self._encoder = encoder
        self._size = size
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def queries(self, texts: Sequence[str]) -> Vectors:
        """As Encoder.queries; only unknown texts reach the encoder."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        unknown = [text for text in dict.fromkeys(texts) if text not in found]
        if unknown:
            found.update(zip(unknown, self._encoder.queries(unknown), strict=True))
        with self._lock:
            for text in texts:
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        if not texts:
            return np.zeros((0, self._encoder.dimension), np.float32)
        return np.stack([found[text] for text in texts])
