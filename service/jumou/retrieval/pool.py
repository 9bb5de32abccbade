"""Vectors that several machines share: each text is encoded once, by whoever has it first.

A vector is kept under a hash of the text it was made of, so that it never changes: a machine that is behind and one
that is ahead read the same pool, and what is lost from it is encoded again.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from jumou.retrieval.encode import Encoder, Vectors

_AT_ONCE: Final = 2000


class VectorPort(Protocol):
    """Where vectors are kept. Another store than Chroma needs these five methods and no more.

    Ids are texts of up to 200 characters, vectors float32 of one length and unit norm; fields are texts or lists of
    texts. What was put is there for every later `get`, by any client. ServiceUnavailable when the store is away.
    """

    def put(self, ids: Sequence[str], vectors: Vectors, fields: Sequence[Mapping[str, Any]]) -> None:
        """Stores vectors under ids, replacing what was there; as often as it is asked."""

    def get(self, ids: Sequence[str]) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """The stored vectors of those ids that are there, in any order."""

    def remove(self, ids: Sequence[str]) -> None:
        """Takes vectors out; unknown ids are passed over."""

    def count(self) -> int:
        """Number of vectors stored."""

    def close(self) -> None:
        """Lets go of the store; the next use opens it again."""


class NoVectors:
    """A store that keeps nothing: for an index whose encoder has a pool of its own."""

    def put(self, ids: Sequence[str], vectors: Vectors, fields: Sequence[Mapping[str, Any]]) -> None:
        """Keeps nothing."""

    def get(self, ids: Sequence[str]) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Has nothing."""
        del ids
        return iter(())

    def remove(self, ids: Sequence[str]) -> None:
        """Has nothing to remove."""

    def count(self) -> int:
        """Nothing."""
        return 0

    def drop(self) -> None:
        """Nothing to delete."""

    def close(self) -> None:
        """Nothing to let go of."""


class PooledEncoder:
    """An encoder that looks for the vector of a passage in the pool before it makes one, and puts there what it made."""

    def __init__(self, encoder: Encoder, pool: VectorPort) -> None:
        """`pool` holds vectors of this encoder and of no other."""
        self._encoder = encoder
        self._pool = pool
        self.name = encoder.name
        self.dimension = encoder.dimension

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One row a question; these are not kept."""
        return self._encoder.queries(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row a passage.

        Raises:
            ServiceUnavailable: the pool is away. Nothing is encoded beside it, so that all machines have the same vectors.
        """
        keys = [_key(text) for text in texts]
        by_key = dict(zip(keys, texts, strict=True))
        known: dict[str, NDArray[np.float32]] = {}
        wanted = list(by_key)
        for start in range(0, len(wanted), _AT_ONCE):
            known.update(self._pool.get(wanted[start : start + _AT_ONCE]))
        missing = [key for key in wanted if key not in known]
        if missing:
            made = self._encoder.passages([by_key[key] for key in missing])
            self._pool.put(missing, made, [{"encoder": self.name}] * len(missing))
            known.update(zip(missing, made, strict=True))
        if not keys:
            return np.zeros((0, self.dimension), np.float32)
        return np.stack([known[key] for key in keys])

    def learn(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Puts vectors into the pool that this encoder made elsewhere.

        Raises:
            ServiceUnavailable: the pool is away.
        """
        made = dict(zip(map(_key, texts), vectors, strict=True))
        if made:
            self._pool.put(list(made), np.stack(list(made.values())), [{"encoder": self.name}] * len(made))

    def close(self) -> None:
        """Lets go of the pool."""
        self._pool.close()


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def pool_name(encoder: Encoder) -> str:
    """The name of the collection for this encoder's vectors."""
    mark = hashlib.blake2b(f"{encoder.name}\0{encoder.dimension}".encode(), digest_size=6).hexdigest()
    return f"jumou-pool-{mark}"
