"""The audit stream in the database: what changes state appends to it within its own transaction."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, Engine, insert, select, text

from jumou.domain.audit import Act, AuditEntry, Head, Verdict, entry_after, verified
from jumou.domain.calling import calling
from jumou.storage.audit_tables import audit_entries
from jumou.storage.change import now, record_text
from jumou.storage.database import writing

_ADVISORY_LOCK: Final = 0x6A756D6F76
"""Held from an entry's writing to the end of its transaction, so that no two follow the same one."""

_PAGE: Final = 1000


def append(connection: Connection, acts: Sequence[Act]) -> None:
    """Adds what was done to the stream, with the change itself or not at all.

    The last thing a transaction does: whoever writes an entry waits for the one before, and must lock nothing after it.
    Who acts, where and in which request is taken from the caller of the work under way where an act does not say.
    """
    if not acts:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    last, caller = head(connection), calling()
    rows = []
    for act in acts:
        whole = act._replace(
            actor=act.actor or caller.user or "system",
            workspace=act.workspace or caller.workspace,
            request_id=act.request_id or caller.request_id,
        )
        entry = entry_after(last, whole, now())
        last = Head(entry.number, entry.hash)
        rows.append(
            {
                "number": entry.number, "at": entry.at, "workspace": entry.workspace, "record": record_text(entry),
                "hash": entry.hash,
            }
        )  # fmt: skip
    connection.execute(insert(audit_entries), rows)


class AuditLog:
    """Reads the stream, and adds what is no change of the database: exports, documents, settings."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is an open database with all migrations run (`open_database`)."""
        self._engine = engine

    def record(self, *acts: Act) -> None:
        """Adds acts in a transaction of their own; they are kept when this returns."""
        with writing(self._engine) as connection:
            append(connection, acts)

    def entries(
        self, *, after: int = 0, workspace: str | None = None, limit: int | None = None
    ) -> Iterator[AuditEntry]:
        """The lines with numbers above `after`, in order, of one workspace or of all. Read a page at a time."""
        column, seen, left = audit_entries.c, after, limit
        while left is None or left > 0:
            size = _PAGE if left is None else min(left, _PAGE)
            wanted = (
                select(column.number, column.record).where(column.number > seen).order_by(column.number).limit(size)
            )
            if workspace is not None:
                wanted = wanted.where(column.workspace == workspace)
            with self._engine.connect() as connection:
                rows = connection.execute(wanted).all()
            for row in rows:
                yield AuditEntry.model_validate_json(row.record)
            if len(rows) < size:
                return
            seen = rows[-1].number
            left = None if left is None else left - len(rows)

    def head(self) -> Head:
        """The newest line."""
        with self._engine.connect() as connection:
            return head(connection)

    def verify(self) -> Verdict:
        """Whether every line is as it was written and none between two others is missing."""
        return verified(self.entries())

    def differs_from(self, exported: Iterator[AuditEntry]) -> int | None:
        """The first line of an earlier export that the stream does not hold as it was; None when it holds them all.

        A chain cannot show that its newest lines were taken away, or that all of it was written anew; a copy can.
        """
        column = audit_entries.c
        with self._engine.connect() as connection:
            for entry in exported:
                held = connection.execute(select(column.hash).where(column.number == entry.number)).scalar()
                if held != entry.hash or entry.hash != entry.expected_hash:
                    return entry.number
        return None


def head(connection: Connection) -> Head:
    """The newest line of the stream."""
    column = audit_entries.c
    row = connection.execute(select(column.number, column.hash).order_by(column.number.desc()).limit(1)).first()
    return Head(row.number, row.hash) if row else Head()
