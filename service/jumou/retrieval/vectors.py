"""Vectors: Chroma is the store of record, a memory-mapped matrix beside it answers searches exactly.

This is the only module that imports chromadb, and only when vectors are written or the matrix is lost: a scan over a
hundred thousand rows of the matrix is faster than the graph index and filters cost it nothing
(evals/performance/search_speed.py). Chroma gets vectors and filter fields, never text.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from jumou.domain.evidence import Document
from jumou.errors import ServiceUnavailable
from jumou.retrieval.encode import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

BATCH: Final = 5000
"""Most vectors Chroma takes at a time (its own bound is 5,461)."""


class VectorStore:
    """A Chroma collection: in a folder of its own, or on a server when `url` is given."""

    def __init__(self, folder: Path, name: str, *, url: str = "") -> None:
        """Nothing is opened before it is needed. `name` has at least three characters."""
        self._folder = folder
        self._name = name
        self._url = url

    @cached_property
    def _client(self) -> "ClientAPI":
        import chromadb  # noqa: PLC0415 - half a second that a search never has to wait
        from chromadb.config import Settings  # noqa: PLC0415 - same

        settings = Settings(anonymized_telemetry=False)
        if not self._url:
            self._folder.mkdir(parents=True, exist_ok=True)
            return chromadb.PersistentClient(str(self._folder), settings=settings)
        parts = urlsplit(self._url)
        try:
            return chromadb.HttpClient(
                host=parts.hostname or "localhost",
                port=parts.port or (443 if parts.scheme == "https" else 8000),
                ssl=parts.scheme == "https",
                settings=settings,
            )
        except (ValueError, ConnectionError, OSError) as problem:
            raise self._silent() from problem

    def _silent(self) -> ServiceUnavailable:
        parts = urlsplit(self._url)
        return ServiceUnavailable(
            f"向量库 {parts.hostname}:{parts.port} 没有应答。",
            f"The vector server at {parts.hostname}:{parts.port} does not answer.",
            mend_zh="请检查 JUMOU_CHROMA_URL 与服务状态。",
            mend_en="Check JUMOU_CHROMA_URL and the server.",
        )

    @cached_property
    def _collection(self) -> "Collection":
        return self._client.get_or_create_collection(
            self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    @contextmanager
    def _asking(self) -> Iterator["Collection"]:
        """The collection, for one call; a server that fails is asked anew by the next.

        Raises:
            ServiceUnavailable: the server does not answer, or not as it should.
        """
        if not self._url:
            yield self._collection
            return
        from chromadb.errors import ChromaError  # noqa: PLC0415 - with chromadb itself
        from httpx import HTTPError  # noqa: PLC0415 - same

        try:
            yield self._collection
        except (HTTPError, ChromaError, ValueError, OSError) as problem:
            self.close()
            raise self._silent() from problem

    def put(self, ids: Sequence[str], vectors: Vectors, fields: Sequence[Mapping[str, Any]]) -> None:
        """Stores vectors under ids, replacing what was there."""
        for start in range(0, len(ids), BATCH):
            end = start + BATCH
            with self._asking() as collection:
                collection.upsert(
                    ids=list(ids[start:end]),
                    embeddings=vectors[start:end],
                    metadatas=[dict(one) for one in fields[start:end]],
                )

    def remove(self, ids: Sequence[str]) -> None:
        """Takes vectors out; unknown ids are passed over."""
        for start in range(0, len(ids), BATCH):
            with self._asking() as collection:
                collection.delete(ids=list(ids[start : start + BATCH]))

    def get(self, ids: Sequence[str]) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """The stored vectors of those ids that are there."""
        for start in range(0, len(ids), BATCH):
            with self._asking() as collection:
                found = collection.get(ids=list(ids[start : start + BATCH]), include=["embeddings"])
            rows = found["embeddings"]
            if rows is not None and len(rows):
                yield from zip(found["ids"], np.asarray(rows, np.float32), strict=True)

    def count(self) -> int:
        """Number of vectors stored."""
        with self._asking() as collection:
            return int(collection.count())

    def drop(self) -> None:
        """Deletes the collection and lets go of the store."""
        if self._url and self._name in {one.name for one in self._client.list_collections()}:
            self._client.delete_collection(self._name)
        self.close()

    def close(self) -> None:
        """Lets go of the store; the next use opens it again."""
        client = self.__dict__.pop("_client", None)
        self.__dict__.pop("_collection", None)
        if client is not None:
            client.close()


def fields(document: Document) -> dict[str, Any]:
    """What Chroma can filter by: no empty values, which it refuses."""
    known: dict[str, Any] = {
        "document": document.id,
        "kind": document.kind,
        "level": document.level,
        "status": document.status,
        "issued": document.issued,
        "outcome": document.outcome,
        "workspace": document.workspace,
        "classification": document.classification,
        "regions": list(document.regions),
        "industries": list(document.industries),
        "modes": list(document.modes),
        "project_types": list(document.project_types),
    }
    return {name: value for name, value in known.items() if value}


class Matrix:
    """Vectors by passage row in one flat file; rows of passages that are gone hold what they held."""

    def __init__(self, path: Path, dimension: int) -> None:
        """`path` need not be there yet."""
        self._path = path
        self._dimension = dimension

    @property
    def _stride(self) -> int:
        return self._dimension * 4

    def reach(self) -> int:
        """One more than the highest row in the file."""
        return self._path.stat().st_size // self._stride if self._path.is_file() else 0

    def put(self, first_row: int, vectors: Vectors) -> None:
        """Writes vectors from `first_row` on; they are on the disk when this returns."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            os.pwrite(handle, np.ascontiguousarray(vectors, "<f4").tobytes(), first_row * self._stride)
            os.fsync(handle)
        finally:
            os.close(handle)

    def view(self, rows: int) -> Vectors:
        """The first `rows` rows, mapped."""
        if not rows or self.reach() < rows:
            return np.zeros((0, self._dimension), np.float32)
        return np.asarray(np.memmap(self._path, "<f4", "r", shape=(rows, self._dimension)))

    def clear(self) -> None:
        """Forgets everything."""
        self._path.unlink(missing_ok=True)
