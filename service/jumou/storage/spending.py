"""What users and workspaces spent on language models by day, for all processes: in PostgreSQL where it is the database.

Beside SQLite it stands in a file of its own, so that a call of the model never waits for somebody's plan to be written. A call
sets aside the most it can cost before it is made; what a killed process had set aside is given up after some minutes.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from jumou.domain.allowance import DayLimits, DayUse, Held, Spender
from jumou.errors import ServiceUnavailable
from jumou.storage.database import connected, writing

_TABLES: Final = MetaData()
_ADVISORY_LOCK: Final = 0x6A756D6F78
_GIVEN_UP: Final = 900.0
"""Seconds after which a call that was never settled counts no more."""

_use: Final = Table(
    "model_use", _TABLES,
    Column("day", String(10), primary_key=True),
    Column("workspace", String(64), primary_key=True),
    Column("user", String(255), primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("micro_usd", Integer, nullable=False),
)  # fmt: skip

_holds: Final = Table(
    "model_holds", _TABLES,
    Column("id", String(32), primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("user", String(255), nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("micro_usd", Integer, nullable=False),
    Column("ends", Float, nullable=False),
)  # fmt: skip


class DaySpending:
    """The account of a day, shared by all processes of a database or a home folder."""

    def __init__(self, opened: Callable[[], Engine]) -> None:
        """`opened` gives the database, when it is first needed."""
        self._opened = opened
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._unsettled: list[tuple[str, str, Spender, DayUse]] = []
        self._settling = False
        self._turn = threading.Lock()

    @classmethod
    def beside(cls, home: Path, database: Callable[[], Engine], *, shared: bool) -> "DaySpending":
        """In the PostgreSQL `database` where that is `shared`, else in a file under `home`."""
        if shared:
            return cls(database)
        return cls(lambda: _file(home / "llm"))

    def hold(self, spender: Spender, tokens: int, micro_usd: int, limits: DayLimits) -> Held:
        """Sets aside what a call can use at most, unless that would pass a limit.

        Raises:
            ServiceUnavailable: the database does not answer.
        """
        with self._writing() as connection:
            connection.execute(delete(_holds).where(_holds.c.ends < time.time()))
            exceeded = next(_exceeded(connection, spender, tokens, micro_usd, limits), "")
            if exceeded:
                return Held(exceeded=exceeded)
            made = uuid.uuid4().hex
            connection.execute(
                insert(_holds).values(
                    id=made, tokens=tokens, micro_usd=micro_usd, ends=time.time() + _GIVEN_UP, **spender._asdict()
                )
            )
        return Held(made)

    def settle(self, held: str, spender: Spender, used: DayUse) -> None:
        """Ends a hold (empty: there was none) with what the call used. While the database is away it is kept for the next time.

        Calls that end together are written together, by the first of them; the others do not wait for it.
        """
        with self._turn:
            self._unsettled.append((held, _today(), spender, used))
            if self._settling:
                return
            self._settling = True
        try:
            while waiting := self._waiting():
                self._write(waiting)
        except ServiceUnavailable:
            with self._turn:
                self._unsettled = [*waiting, *self._unsettled]
                self._settling = False
        except BaseException:
            self._settling = False
            raise

    def _waiting(self) -> list[tuple[str, str, Spender, DayUse]]:
        """What is to be written now; with nothing left the writing is over."""
        with self._turn:
            waiting, self._unsettled = self._unsettled, []
            self._settling = bool(waiting)
            return waiting

    def _write(self, settled: Iterable[tuple[str, str, Spender, DayUse]]) -> None:
        sums: dict[tuple[str, Spender], DayUse] = {}
        held: list[str] = []
        for one, day, who, use in settled:
            held += [one] if one else []
            before = sums.get((day, who), DayUse())
            sums[day, who] = DayUse(*(left + right for left, right in zip(before, use, strict=True)))
        with self._writing() as connection:
            if held:
                connection.execute(delete(_holds).where(_holds.c.id.in_(held)))
            for (day, who), use in sums.items():
                _add(connection, day, who, use)

    def today(self, *, user: str | None = None, workspace: str | None = None) -> DayUse:
        """What a user, a workspace, or a user in a workspace has used since midnight UTC."""
        with self._writing() as connection:
            return _used(connection, user, workspace)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        engine = self._ready()
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":  # one at a time; SQLite's own lock sees to it there
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection

    def _ready(self) -> Engine:
        with self._opening:
            if self._engine is None:
                engine = self._opened()
                with writing(engine) as connection:
                    if engine.dialect.name == "postgresql":
                        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
                    _TABLES.create_all(connection)
                self._engine = engine
            return self._engine


def _file(folder: Path) -> Engine:
    folder.mkdir(parents=True, exist_ok=True)
    return connected(folder, f"sqlite:///{folder / 'spending.db'}")


def _exceeded(
    connection: Connection, spender: Spender, tokens: int, micro_usd: int, limits: DayLimits
) -> Iterator[str]:
    for name, user, workspace, most_tokens, most_usd in (
        ("user", spender.user, None, limits.user_tokens, limits.user_usd),
        ("workspace", None, spender.workspace, limits.workspace_tokens, limits.workspace_usd),
    ):
        if most_tokens is None and most_usd is None:
            continue
        used = _used(connection, user, workspace)
        held_tokens, held_usd = _held(connection, user, workspace)
        if most_tokens is not None and used.tokens + held_tokens + tokens > most_tokens:
            yield f"{name}_tokens"
        if most_usd is not None and used.micro_usd + held_usd + micro_usd > most_usd * 1_000_000:
            yield f"{name}_usd"


def _used(connection: Connection, user: str | None, workspace: str | None) -> DayUse:
    column = _use.c
    sums = [
        func.coalesce(func.sum(one), 0) for one in (column.calls, column.tokens_in, column.tokens_out, column.micro_usd)
    ]
    wanted = select(*sums).where(column.day == _today())
    row = connection.execute(_narrowed(wanted, column, user, workspace)).one()
    return DayUse(*(int(value) for value in row))


def _held(connection: Connection, user: str | None, workspace: str | None) -> tuple[int, int]:
    column = _holds.c
    wanted = select(func.coalesce(func.sum(column.tokens), 0), func.coalesce(func.sum(column.micro_usd), 0))
    tokens, usd = connection.execute(_narrowed(wanted, column, user, workspace)).one()
    return int(tokens), int(usd)


def _narrowed(wanted: Any, column: Any, user: str | None, workspace: str | None) -> Any:
    if user is not None:
        wanted = wanted.where(column.user == user)
    return wanted if workspace is None else wanted.where(column.workspace == workspace)


def _add(connection: Connection, day: str, spender: Spender, used: DayUse) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    put = dialect.insert(_use).values(day=day, **spender._asdict(), **used._asdict())
    added = {name: _use.c[name] + put.excluded[name] for name in used._fields}
    connection.execute(put.on_conflict_do_update(index_elements=["day", "workspace", "user"], set_=added))


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
