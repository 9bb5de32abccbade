"""Counters that several processes share through PostgreSQL. They may be lost at any time, and stand in no backup."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import Column, Engine, Float, Integer, MetaData, String, Table, delete, inspect, text
from sqlalchemy.dialects.postgresql import insert

_TABLES: Final = MetaData()

request_counters: Final = Table(
    "request_counters", _TABLES,
    Column("key", String(200), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("ends", Float, nullable=False),
    prefixes=["UNLOGGED"],  # written to no log and waiting for no disk; empty after a crash, which a limit survives
)  # fmt: skip

_ADVISORY_LOCK: Final = 0x6A756D6F77


class Counted(NamedTuple):
    """What to add to a counter, and when it may be forgotten (seconds since 1970)."""

    amount: int
    ends: float


def shared_by(engine: Engine) -> "SharedCounters | None":
    """What processes at one database count together by; None beside SQLite, which one process serves."""
    return SharedCounters(engine) if engine.dialect.name == "postgresql" else None


class SharedCounters:
    """The counters of all processes at one PostgreSQL database."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is an open PostgreSQL database; the table is made on first use."""
        self._engine = engine
        self._made = False

    def exchange(self, added: Mapping[str, Counted], now: float) -> dict[str, int]:
        """Adds to counters and returns what each of them stands at now, with what the others added. Clears what has ended.

        Raises:
            ServiceUnavailable: the database does not answer.
        """
        self._make()
        rows = [{"key": key, "count": one.amount, "ends": one.ends} for key, one in sorted(added.items())]
        with self._engine.begin() as connection:
            connection.execute(delete(request_counters).where(request_counters.c.ends < now))
            if not rows:
                return {}
            put = insert(request_counters).values(rows)
            totals = put.on_conflict_do_update(
                index_elements=["key"], set_={"count": request_counters.c.count + put.excluded.count}
            ).returning(request_counters.c.key, request_counters.c.count)
            return dict(connection.execute(totals).tuples().all())

    def _make(self) -> None:
        if self._made:
            return
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            if not inspect(connection).has_table(request_counters.name):
                _TABLES.create_all(connection)
        self._made = True
