"""The library's own text store: documents, passages and filter fields in one SQLite file.

Rows of documents and passages are numbers that only grow; vectors and postings refer to them. A document and all its
passages come or go in one transaction, which also raises the revision that derived files are checked against.
"""

import queue
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jumou.domain.evidence import Document, Passage
from jumou.files import write_ahead
from jumou.retrieval.filter import date_bounds, place

STORE_SCHEMA: Final = "1"

_TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, origin TEXT NOT NULL,
    description TEXT NOT NULL, outdated INTEGER NOT NULL, issued_low INTEGER NOT NULL, issued_high INTEGER NOT NULL,
    length INTEGER NOT NULL, size INTEGER NOT NULL);
CREATE INDEX documents_by_origin ON documents (origin);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, document INTEGER NOT NULL,
    ordinal INTEGER NOT NULL, section TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX passages_by_document ON passages (document);
CREATE TABLE facets (field TEXT NOT NULL, value TEXT NOT NULL, document INTEGER NOT NULL);
CREATE INDEX facets_by_document ON facets (document);
CREATE TABLE unsettled (passage TEXT PRIMARY KEY) WITHOUT ROWID;
"""


_MAPPED: Final = 2**31 - 65_536
"""Bytes of the file that are read without a call to the system each: the most SQLite maps."""

Facets = dict[str, dict[str, list[int]]]


class StoredPassage(NamedTuple):
    """A passage with its row and its document's row."""

    row: int
    document_row: int
    passage: Passage


class Columns(NamedTuple):
    """What ranking needs of every passage and document, as arrays indexed by row; row 0 is never used."""

    revision: int
    document_of: NDArray[np.int32]  # by passage row; 0 where there is no passage
    outdated: NDArray[np.bool_]  # by document row
    issued: NDArray[np.int32]  # by document row: (first day, last day) as YYYYMMDD
    size: NDArray[np.int32]  # by document row: number of passages
    corpus: str = ""
    edition: str = ""


class TextStore:
    """One SQLite file, used by one writer and any number of readers and threads."""

    def __init__(self, path: Path) -> None:
        """Opens the file, making it when it is not there."""
        self._path = path
        self._local = threading.local()  # its connection: what a thread changes, or reads as of one moment
        self._free: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()  # all others share these
        self._all: list[sqlite3.Connection] = []
        self._opening = threading.Lock()
        self._watching = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self._has_tables():
            with self.writing() as connection:
                if self._has_tables():  # another process was first
                    return
                for statement in _TABLES.split(";\n"):
                    connection.execute(statement)
                connection.executemany("INSERT INTO meta VALUES (?, ?)", [("revision", "0"), ("schema", STORE_SCHEMA)])

    def _has_tables(self) -> bool:
        return self._one("SELECT count(*) FROM sqlite_master WHERE name = 'meta'") == 1

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        write_ahead(connection)
        connection.execute("PRAGMA synchronous = NORMAL")  # a power cut takes the last changes back, whole
        connection.execute(f"PRAGMA mmap_size = {_MAPPED}")  # ten passages out of 100,000: 0.3 ms instead of 1.5
        with self._opening:
            self._all.append(connection)
        return connection

    def _rows(self, query: str, values: Sequence[str | int] = ()) -> list[Any]:
        """What a query finds. Fifty threads with a connection each would map the file fifty times."""
        mine: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if mine is not None and mine.in_transaction:  # sees what it has changed
            return mine.execute(query, values).fetchall()
        try:
            connection = self._free.get_nowait()
        except queue.Empty:
            connection = self._open()
        try:
            return connection.execute(query, values).fetchall()
        finally:
            self._free.put(connection)

    def close(self) -> None:
        """Closes the connections of all threads."""
        with self._opening:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local, self._free, self._watch = threading.local(), queue.LifoQueue(), None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing. Inside another it is part of that one."""
        connection = self._connection
        if connection.in_transaction:
            yield connection
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has SQLite take it back itself
                connection.execute("ROLLBACK")
            raise

    def _one(self, query: str, *values: str | int) -> int | str | None:
        found = self._rows(query, values)
        value: int | str | None = found[0][0] if found else None
        return value

    # --- what the index was made with -------------------------------------------------------------------------

    def meta(self, key: str) -> str:
        """A recorded property of the index; empty when it was never set."""
        return str(self._one("SELECT value FROM meta WHERE key = ?", key) or "")

    def set_meta(self, **values: str) -> None:
        """Records properties of the index."""
        with self.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))

    @property
    def revision(self) -> int:
        """Grows with every change of the documents."""
        return int(self.meta("revision") or 0)

    def foreign_changes(self) -> int:
        """A number that changes when anybody has written; reading it costs microseconds."""
        with self._watching:  # the number is of one connection, which never writes
            self._watch = self._watch or self._open()
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    # --- writing ----------------------------------------------------------------------------------------------

    def next_row(self) -> int:
        """The row the next passage will get."""
        return int(self._one("SELECT seq FROM sqlite_sequence WHERE name = 'passages'") or 0) + 1

    def put(self, document: Document, passages: Sequence[Passage], *, digest: str, origin: str, first_row: int) -> None:
        """Stores a document in place of any earlier one of its id; its passages get rows from `first_row` on.

        The passages' vectors count as settled with the same step.
        """
        low, high = date_bounds(document.issued or "")
        with self.writing() as connection:
            _remove(connection, document.id)
            row = connection.execute(
                "INSERT INTO documents (id, digest, origin, description, outdated, issued_low, issued_high, length, size)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document.id,
                    digest,
                    origin,
                    document.model_dump_json(exclude_defaults=True),
                    document.outdated,
                    low,
                    high,
                    passages[-1].end if passages else 0,
                    len(passages),
                ),
            ).lastrowid
            connection.executemany(
                "INSERT INTO passages (row, id, document, ordinal, section, start, stop, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (first_row + number, one.id, row, one.ordinal, one.section, one.start, one.end, one.text)
                    for number, one in enumerate(passages)
                ],
            )
            connection.executemany(
                "INSERT INTO facets VALUES (?, ?, ?)", [(field, value, row) for field, value in facets(document)]
            )
            connection.executemany("DELETE FROM unsettled WHERE passage = ?", [(one.id,) for one in passages])
            _raise_revision(connection)

    def remove(self, document_id: str) -> bool:
        """Takes a document out; its vectors are left unsettled until `settle`. False when there is none."""
        with self.writing() as connection:
            gone = _remove(connection, document_id)
            if gone:
                _raise_revision(connection)
        return gone

    def unsettle(self, passage_ids: Iterable[str]) -> None:
        """Notes that the vectors of these passages may differ from the store until `settle`."""
        with self.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", [(name,) for name in passage_ids])

    def unsettled(self) -> list[str]:
        """Passages whose vectors have to be put right or taken out."""
        return [name for (name,) in self._rows("SELECT passage FROM unsettled ORDER BY passage")]

    def settle(self, passage_ids: Iterable[str]) -> None:
        """The vectors of these passages agree with the store."""
        with self.writing() as connection:
            connection.executemany("DELETE FROM unsettled WHERE passage = ?", [(name,) for name in passage_ids])

    # --- reading ----------------------------------------------------------------------------------------------

    def state(self) -> tuple[Columns, Facets]:
        """The arrays of the present revision, and document rows by field and value."""
        connection = self._connection
        connection.execute("BEGIN")
        try:
            revision, corpus, edition = self.revision, self.meta("corpus"), self.meta("edition")
            owners = connection.execute("SELECT row, document FROM passages").fetchall()
            known = connection.execute("SELECT row, outdated, issued_low, issued_high, size FROM documents").fetchall()
            labels = connection.execute("SELECT field, value, document FROM facets").fetchall()
        finally:
            connection.execute("COMMIT")
        owner = np.array(owners, np.int32).reshape(-1, 2)
        rows = np.array(known, np.int32).reshape(-1, 5)
        document_of = np.zeros(int(owner[:, 0].max(initial=0)) + 1, np.int32)
        document_of[owner[:, 0]] = owner[:, 1]
        top = int(rows[:, 0].max(initial=0)) + 1
        outdated, issued, size = np.zeros(top, bool), np.zeros((top, 2), np.int32), np.zeros(top, np.int32)
        outdated[rows[:, 0]] = rows[:, 1] > 0
        issued[rows[:, 0]] = rows[:, 2:4]
        size[rows[:, 0]] = rows[:, 4]
        found: Facets = {}
        for field, value, row in labels:
            found.setdefault(field, {}).setdefault(value, []).append(row)
        return Columns(revision, document_of, outdated, issued, size, corpus, edition), found

    def passages(self, rows: Sequence[int]) -> dict[int, StoredPassage]:
        """The passages at these rows."""
        return {one.row: one for one in self._passages("passages.row", rows)}

    def passages_of(self, document_row: int) -> list[StoredPassage]:
        """The passages of one document, in order."""
        return sorted(self._passages("passages.document", [document_row]), key=lambda one: one.passage.ordinal)

    def passages_from(self, row: int) -> Iterator[StoredPassage]:
        """All passages at `row` and above, in the order of rows."""
        while True:
            rows = [
                found
                for (found,) in self._rows("SELECT row FROM passages WHERE row >= ? ORDER BY row LIMIT 500", (row,))
            ]
            if not rows:
                return
            found = self.passages(rows)
            yield from (found[number] for number in rows)
            row = rows[-1] + 1

    def passage(self, passage_id: str) -> StoredPassage | None:
        """The passage called so."""
        return next(self._passages("passages.id", [passage_id]), None)

    def passage_rows(self, passage_ids: Sequence[str]) -> dict[str, int]:
        """Rows of those passages that exist."""
        return {one.passage.id: one.row for one in self._passages("passages.id", passage_ids)}

    def _passages(self, column: str, values: Sequence[int] | Sequence[str]) -> Iterator[StoredPassage]:
        for start in range(0, len(values), 500):
            some = values[start : start + 500]
            marks = ",".join("?" * len(some))
            for row, name, document, number, ordinal, section, begin, stop, text in self._rows(
                "SELECT passages.row, passages.id, documents.id, documents.row, ordinal, section, start, stop, text"  # nosec B608 # noqa: S608 - marks only
                f" FROM passages JOIN documents ON documents.row = passages.document WHERE {column} IN ({marks})",
                tuple(some),
            ):
                yield StoredPassage(row, number, _passage(name, document, ordinal, section, begin, stop, text))

    def documents(self, rows: Sequence[int]) -> dict[int, Document]:
        """The documents at these rows."""
        found: dict[int, Document] = {}
        for start in range(0, len(rows), 500):
            some = rows[start : start + 500]
            for row, description in self._rows(
                f"SELECT row, description FROM documents WHERE row IN ({','.join('?' * len(some))})",  # nosec B608 # noqa: S608 - marks only
                tuple(some),
            ):
                found[row] = _document(description)
        return found

    def document_row(self, document_id: str) -> int | None:
        """The row of the document called so."""
        found = self._one("SELECT row FROM documents WHERE id = ?", document_id)
        return None if found is None else int(found)

    def digests(self) -> dict[str, tuple[str, str]]:
        """Digest and origin of every document, by id."""
        return {
            name: (digest, origin) for name, digest, origin in self._rows("SELECT id, digest, origin FROM documents")
        }

    def document_rows(self) -> list[int]:
        """Rows of all documents, in the order of their ids."""
        return [row for (row,) in self._rows("SELECT row FROM documents ORDER BY id")]


def _remove(connection: sqlite3.Connection, document_id: str) -> bool:
    found = connection.execute("SELECT row FROM documents WHERE id = ?", (document_id,)).fetchone()
    if found is None:
        return False
    connection.execute("INSERT OR IGNORE INTO unsettled SELECT id FROM passages WHERE document = ?", found)
    connection.execute("DELETE FROM passages WHERE document = ?", found)
    connection.execute("DELETE FROM facets WHERE document = ?", found)
    connection.execute("DELETE FROM documents WHERE row = ?", found)
    return True


def _raise_revision(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'revision'")


@lru_cache(maxsize=4096)
def _passage(name: str, document: str, ordinal: int, section: str, start: int, stop: int, text: str) -> Passage:
    """A passage as it was stored: checked when it came in, and made once, for the same ones are read again and again."""
    return Passage.model_construct(
        id=name, document_id=document, ordinal=ordinal, section=section, start=start, end=stop, text=text
    )


@lru_cache(maxsize=2048)
def _document(description: str) -> Document:
    return Document.model_validate_json(description)


def facets(document: Document) -> list[tuple[str, str]]:
    """The fields a search can be narrowed by, as (field, value) pairs."""
    single = [
        ("kind", document.kind),
        ("level", document.level),
        ("status", document.status),
        ("outcome", document.outcome or ""),
        ("workspace", document.workspace),
        ("classification", document.classification),
        ("document", document.id),
        ("title", document.title_en.lower()),
    ]
    several = [
        *(("region", place(name)) for name in document.regions),
        *(("mode", mode) for mode in document.modes),
        *(("project_type", kind) for kind in document.project_types),
        *(("industry", word.lower()) for word in document.industries),
    ]
    return list(dict.fromkeys((field, value) for field, value in [*single, *several] if value or field == "workspace"))
