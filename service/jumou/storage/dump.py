"""All rows of the database in one consistent reading, and back into an empty one, of either kind."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from sqlalchemy import Connection, Engine, LargeBinary, MetaData, Table, delete, func, insert, inspect, select

from jumou.domain.audit import Head
from jumou.errors import InvalidRequest, OperatorError, RefusedFile
from jumou.storage import database
from jumou.storage.audit import head
from jumou.storage.tables import metadata

_PASSING: Final = frozenset({"secrets", "sessions", "workers"})
"""What holds only while a process or a login lives, and what logins are signed with: made anew where it is missing."""

_ROWS: Final = 500
"""Rows read or written at a time, so that memory does not grow with the database."""


class Dumped(NamedTuple):
    """One table as it was written: its name and how many rows."""

    table: str
    rows: int


@contextmanager
def snapshot(engine: Engine) -> Iterator["Snapshot"]:
    """One state of the database, whatever is written meanwhile; writers are not held up."""
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield Snapshot(connection)


class Snapshot:
    """Reads tables out of one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Made by `snapshot`."""
        self._connection = connection
        self.schema = database.version_of(connection)
        self._tables = {table.name: table for table in _ours(connection)}

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of all tables that are kept, each after those it refers to."""
        return tuple(self._tables)

    def audit_head(self) -> Head:
        """The newest line of the audit stream."""
        return head(self._connection)

    def write(self, name: str, file: BinaryIO) -> Dumped:
        """Writes a table: a line with its columns, then a line a row, by primary key, so that equal states are equal bytes."""
        table = self._tables[name]
        columns, binary = [column.name for column in table.columns], _binary(table)
        file.write(_line(columns))
        wanted = select(table).order_by(*table.primary_key.columns)
        rows = 0
        for row in self._connection.execution_options(yield_per=_ROWS).execute(wanted):
            values = [
                base64.b64encode(value).decode() if name_ in binary and value is not None else value
                for name_, value in zip(columns, row, strict=True)
            ]
            file.write(_line(values))
            rows += 1
        return Dumped(name, rows)


def fill(
    home: Path, url: str, schema: str, parts: Iterable[tuple[str, Callable[[], BinaryIO]]], *, replace: bool = False
) -> Engine:
    """Makes the database of `home` or `url` out of what `Snapshot.write` wrote, wholly or not at all; returns it, migrated.

    The rows go into tables as they were at the migration `schema`, which are then brought to the newest.

    Raises:
        InvalidRequest: it holds something already, and `replace` does not say to give that up.
        OperatorError: `schema` is newer than this program.
        RefusedFile: a part is no table of that schema.
    """
    if schema > database.newest_migration():
        raise OperatorError(
            f"备份来自更新版本的 jumou（{schema}）。", f"The backup is of a newer version of jumou ({schema}).",
            mend_zh="请先升级 jumou。", mend_en="Upgrade jumou first.",
        )  # fmt: skip
    engine = database.connected(home, url)
    with database.alone(engine, home) as connection:
        held = [
            table for table in _ours(connection) if connection.execute(select(func.count()).select_from(table)).scalar()
        ]
        if held and not replace:
            raise InvalidRequest(
                "数据库中已有内容，未做恢复。", "The database is not empty; nothing was restored.",
                mend_zh="请换一个空的 JUMOU_HOME 或数据库；确要替换现有内容，加 --replace。",
                mend_en="Use an empty JUMOU_HOME or database, or say --replace to give up what it holds.",
            )  # fmt: skip
        _drop(connection)
        database.migrate(connection, schema)
        tables = {table.name: table for table in _ours(connection)}
        for table in reversed(tables.values()):
            connection.execute(delete(table))  # a migration may have put first rows in
        for name, opened in parts:
            if name not in tables:
                raise _foreign(name)
            with opened() as file:
                _insert(connection, tables[name], file)
        database.migrate(connection)
    return engine


def _ours(connection: Connection) -> list[Table]:
    """The tables of jumou that are there, as they are now, each after those it refers to."""
    names = set(inspect(connection).get_table_names()) & (set(metadata.tables) - _PASSING)
    found = MetaData()
    found.reflect(connection, only=sorted(names), resolve_fks=False)
    return [table for table in found.sorted_tables if table.name in names]


def _drop(connection: Connection) -> None:
    """Takes all tables of jumou away, the mark of their migration too."""
    names = set(inspect(connection).get_table_names()) & {*metadata.tables, "alembic_version"}
    found = MetaData()
    found.reflect(connection, only=sorted(names), resolve_fks=False)
    found.drop_all(connection)


def _insert(connection: Connection, table: Table, file: BinaryIO) -> None:
    columns = json.loads(file.readline())
    known, binary = set(table.columns.keys()), _binary(table)
    if not set(columns) <= known:
        raise _foreign(table.name)

    def row(line: bytes) -> Mapping[str, Any]:
        values = dict(zip(columns, json.loads(line), strict=True))
        for name in binary & values.keys():
            values[name] = None if values[name] is None else base64.b64decode(values[name])
        return values

    waiting: list[Mapping[str, Any]] = []
    for line in file:
        waiting.append(row(line))
        if len(waiting) == _ROWS:
            connection.execute(insert(table), waiting)
            waiting = []
    if waiting:
        connection.execute(insert(table), waiting)


def _binary(table: Table) -> set[str]:
    return {column.name for column in table.columns if isinstance(column.type, LargeBinary)}


def _line(values: list[Any]) -> bytes:
    return f"{json.dumps(values, ensure_ascii=False, separators=(',', ':'))}\n".encode()


def _foreign(name: str) -> RefusedFile:
    return RefusedFile(
        f"备份中的 {name} 与其所称版本不符。", f"{name} in the backup is not of the version it claims.",
        mend_zh="请换用完好的备份。", mend_en="Use another backup.",
    )  # fmt: skip
