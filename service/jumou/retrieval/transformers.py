"""Encoders and rerankers of the sentence-transformers library: the optional part `[transformers]`.

This is the only module that imports it, and with it torch. A model is a folder, or a name on the hub that is fetched
or already cached. Models are loaded at once, so that one that is missing is noticed when jumou starts.
"""

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

import httpx
import numpy as np
from numpy.typing import NDArray

from jumou.errors import MissingExtra
from jumou.retrieval.encode import Vectors, unit

if TYPE_CHECKING:
    from types import ModuleType

_BATCH: Final = 16
_Loaded = TypeVar("_Loaded")


class TransformersEncoder:
    """A bi-encoder. Its own prompts are used; e5 models that carry none get `query: ` and `passage: `."""

    def __init__(self, model: str) -> None:
        """Loads `model`.

        Raises:
            MissingExtra: library or model is not there.
        """
        library = _library()
        self.name = f"sentence-transformers:{model}"
        self._model: Any = _loaded(model, lambda: library.SentenceTransformer(model))
        self.dimension: int = int(self._model.get_embedding_dimension())
        prefixed = "e5" in Path(model).name.lower() and not any((self._model.prompts or {}).values())
        self._query, self._passage = ("query: ", "passage: ") if prefixed else ("", "")
        self._one = Lock()

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One row a question."""
        return self._encoded(self._model.encode_query, [self._query + text for text in texts])

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row a passage."""
        return self._encoded(self._model.encode_document, [self._passage + text for text in texts])

    def _encoded(self, encode: Callable[..., NDArray[np.floating]], texts: list[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._one:  # the tokenizer is not safe among threads
            return unit(encode(texts, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True))


class TransformersReranker:
    """A CrossEncoder; a model without a scoring head is a bi-encoder and reranks by cosine, scaled to 0–1."""

    def __init__(self, model: str) -> None:
        """Loads `model`.

        Raises:
            MissingExtra: library or model is not there.
        """
        library = _library()
        self.name = f"sentence-transformers:{model}"
        self._one = Lock()
        self._bare = TransformersEncoder(model) if _headless(Path(model)) else None
        self._model: Any = None if self._bare else _loaded(model, lambda: library.CrossEncoder(model))

    def scores(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """How well each passage answers the question, 0–1."""
        if not passages:
            return np.zeros(0, np.float32)
        if self._bare is not None:
            cosines = self._bare.passages(passages) @ self._bare.queries([query])[0]
            return np.asarray((1 + cosines) / 2, np.float32)
        from torch.nn import Sigmoid  # noqa: PLC0415 - torch is loaded with the model

        pairs = [(query, passage) for passage in passages]
        with self._one:
            found = self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False, activation_fn=Sigmoid())
        return np.asarray(found, np.float32).reshape(len(passages), -1)[:, -1]


def _library() -> "ModuleType":
    try:
        return import_module("sentence_transformers")  # an optional part, and seconds to load
    except ImportError as absent:
        raise MissingExtra(
            "所选的向量或重排模型需要 sentence-transformers,尚未安装。",
            "The encoder or reranker asked for needs sentence-transformers, which is not installed.",
            mend_zh='请运行 pip install "jumou[transformers]"。',
            mend_en='Run pip install "jumou[transformers]".',
        ) from absent


def _loaded(model: str, load: Callable[[], _Loaded]) -> _Loaded:
    try:
        return load()
    except (OSError, ValueError, RuntimeError, httpx.HTTPError) as problem:
        raise MissingExtra(
            f"模型 {model} 无法加载：{problem}",
            f"The model {model} cannot be loaded: {problem}",
            mend_zh="离线环境请先下载模型，并写成 sentence-transformers:<模型文件夹>。",
            mend_en="Without a network, download it first and give sentence-transformers:<folder of the model>.",
        ) from problem


def _headless(folder: Path) -> bool:
    """Whether a model's folder describes a bare encoder; not known, and taken for a CrossEncoder, on the hub."""
    try:
        described = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return all(str(name).endswith("Model") for name in described.get("architectures") or ())
