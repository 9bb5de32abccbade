"""The shared corpus log in the database: an append-only table of editions, and what each changed."""

import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine, Row, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from jumou.corpus.fulltext import FullText
from jumou.corpus.log import Changes, Edition, Put
from jumou.domain.evidence import Document
from jumou.errors import IndexLocked
from jumou.storage.corpus_tables import corpus_changes, corpus_editions

_LOCK: Final = 0x6A756D6F76
"""The advisory lock of the one writer; it goes with the writer's connection, so that a dead one holds nobody up."""

_WAIT: Final = 0.2


class DatabaseCorpusLog:
    """As `jumou.corpus.log.CorpusLog` promises. With SQLite there is no lock: one machine needs none of this."""

    def __init__(self, engine: Engine) -> None:
        """`engine` as `open_database` gives it; connections that were lost are replaced."""
        self._engine = engine

    def newest(self) -> Edition | None:
        """The newest edition; None while nothing was published."""
        with self._engine.connect() as connection:
            return _edition(
                connection.execute(select(corpus_editions).order_by(corpus_editions.c.number.desc()).limit(1)).first()
            )

    def edition(self, number: int) -> Edition | None:
        """The edition of that number."""
        with self._engine.connect() as connection:
            return _edition(
                connection.execute(select(corpus_editions).where(corpus_editions.c.number == number)).first()
            )

    def changes(self, after: int, until: int) -> Changes:
        """What happened after one revision up to another; after 0 nothing is removed."""
        rows = corpus_changes.c
        last = (
            select(rows.document, func.max(rows.edition).label("edition"))
            .where(rows.edition > after, rows.edition <= until)
            .group_by(rows.document)
            .subquery()
        )
        wanted = (
            select(corpus_changes)
            .join(last, (rows.document == last.c.document) & (rows.edition == last.c.edition))
            .order_by(rows.edition, rows.document)
        )
        if not after:
            wanted = wanted.where(rows.removed == 0)
        puts, removals = [], []
        with self._engine.connect() as connection:
            for row in connection.execute(wanted):
                if row.removed:
                    removals.append(row.document)
                else:
                    whole = FullText(document=Document.model_validate_json(row.description), text=row.text)
                    puts.append(Put(whole, row.digest, row.origin))
        return Changes(tuple(puts), tuple(removals))

    def shipped(self) -> dict[str, str]:
        """Digests of the newest edition's documents that came with the program, by id."""
        rows = corpus_changes.c
        last = select(rows.document, func.max(rows.edition).label("edition")).group_by(rows.document).subquery()
        wanted = (
            select(rows.document, rows.digest)
            .join(last, (rows.document == last.c.document) & (rows.edition == last.c.edition))
            .where(rows.removed == 0, rows.origin == "")
        )
        with self._engine.connect() as connection:
            return {row.document: row.digest for row in connection.execute(wanted)}

    def corpora(self) -> frozenset[str]:
        """The versions of the shipped corpus that were published at any time."""
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(select(corpus_editions.c.corpus).distinct()))

    @contextmanager
    def writing(self, patience: float) -> Iterator[None]:
        """Keeps all other writers away, on whatever machine.

        Raises:
            IndexLocked: another one is writing, and still after `patience` seconds.
        """
        if self._engine.dialect.name != "postgresql":
            yield
            return
        end = time.monotonic() + patience
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
                if time.monotonic() > end:
                    raise _busy()
                time.sleep(_WAIT)
            try:
                yield
            finally:
                # the connection goes back to the pool, and the lock would stay with it
                connection.invalidate()

    def publish(
        self, after: int, puts: Sequence[Put], removals: Collection[str], *, corpus: str, encoder: str
    ) -> Edition:
        """Appends a revision in one step.

        Raises:
            IndexLocked: somebody else has published since revision `after`.
        """
        edition = Edition(after + 1, uuid.uuid4().hex, corpus, encoder)
        rows = [
            {
                "edition": edition.number, "document": put.text.document.id, "removed": 0, "digest": put.digest,
                "origin": put.origin, "description": put.text.document.model_dump_json(exclude_defaults=True),
                "text": put.text.text,
            }
            for put in puts
        ]  # fmt: skip
        rows += [
            {"edition": edition.number, "document": name, "removed": 1, "digest": "", "origin": "", "description": "", "text": ""}
            for name in removals
        ]  # fmt: skip
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                connection.execute(
                    insert(corpus_editions).values(**edition._asdict(), at=datetime.now(UTC).isoformat())
                )
                if rows:
                    connection.execute(insert(corpus_changes), rows)
        except IntegrityError as taken:
            raise _busy() from taken
        return edition


def _edition(row: Row[tuple[object, ...]] | None) -> Edition | None:
    return None if row is None else Edition(row.number, row.mark, row.corpus, row.encoder)


def _busy() -> IndexLocked:
    return IndexLocked(
        "另一个进程正在写入共享语料库。", "Another process is writing to the shared corpus.",
        mend_zh="请等它结束后再试。", mend_en="Try again when it is done.",
    )  # fmt: skip
