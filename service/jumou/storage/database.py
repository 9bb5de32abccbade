"""Opens the database and brings it to the newest migration, one process at a time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from typing import Any, Final

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError

from jumou.errors import InvalidRequest, JumouError, MissingExtra, OperatorError, ServiceUnavailable
from jumou.files import why_unwritable, write_ahead

_MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"
_BUSY_MS: Final = 30_000
_CONNECT_SECONDS: Final = 5
"""A machine that does not answer at all is given up after this; the next request tries again."""

_NO_ROOM: Final = ("53100", "53200")
"""PostgreSQL's disk full and out of memory."""

DATABASE_ERRORS: Final = (SQLAlchemyError,)
"""What libraries raise that keep tables of their own in the database; ours come as errors of the tree."""

_ADVISORY_LOCK: Final = 0x6A756D6F75
"""An arbitrary number all processes of jumou share; only its holder migrates."""


def open_database(home: Path, url: str = "") -> Engine:
    """The database of `home` (`jumou.db`), or the PostgreSQL database at `url`, with all migrations run.

    Whoever uses it gets, now and later, `ServiceUnavailable` when it does not answer and `CannotWrite` when the disk is full or
    may only be read; a connection that was lost is replaced when the database is back.

    Raises:
        InvalidRequest: `url` is no database address.
        MissingExtra: `url` names PostgreSQL and its driver is not installed.
        ServiceUnavailable: the database does not answer.
        CannotWrite: there is no room for it, or its folder may only be read.
        OperatorError: it was made by a newer version of jumou.
    """
    engine = connected(home, url)
    try:
        with alone(engine, home) as connection:
            if version_of(connection) != newest_migration():
                migrate(connection)
    except JumouError:
        engine.dispose()
        raise
    return engine


def connected(home: Path, url: str = "") -> Engine:
    """The same database as it is, whatever its migration."""
    engine = _engine(home, url)
    event.listen(engine, "handle_error", _in_our_words)
    return engine


def _in_our_words(context: ExceptionContext) -> None:
    """Failures of the database or its disk, wherever they come up, as the errors of the tree."""
    problem = context.original_exception
    if context.is_pre_ping:  # the pool tries another connection first
        return
    unwritable = why_unwritable(problem)
    if unwritable is None and getattr(problem, "sqlstate", None) in _NO_ROOM:
        unwritable = why_unwritable(OSError(ENOSPC, "", "PostgreSQL"))
    if unwritable is not None:
        raise unwritable from problem
    if (
        context.is_disconnect
        or isinstance(context.sqlalchemy_exception, OperationalError)
        or context.connection is None
    ):
        raise ServiceUnavailable(
            "数据库没有应答。", "The database does not answer.",
            mend_zh="请检查 JUMOU_DATABASE_URL 与数据库状态，稍后重试。", mend_en="Check JUMOU_DATABASE_URL and the server, and try again.",
        ) from problem  # fmt: skip


def answers(engine: Engine) -> bool:
    """Whether the database answers now."""
    try:
        with engine.connect() as connection:
            return version_of(connection) >= newest_migration()
    except (JumouError, SQLAlchemyError):
        return False


def newest_migration() -> str:
    """The number of the newest migration, from the names of the modules: `v0001_plans` is 0001."""
    return max(path.name[1:5] for path in (_MIGRATIONS / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py"))


def version_of(connection: Connection) -> str:
    """The migration the database is at; empty for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def migrate(connection: Connection, target: str = "head") -> None:
    """Brings the tables to a migration, within the transaction of `connection`.

    Raises:
        OperatorError: they are of another version of jumou.
    """
    from alembic import command  # noqa: PLC0415 - slow to load, and most starts find nothing to do
    from alembic.config import Config  # noqa: PLC0415 - same
    from alembic.util import CommandError  # noqa: PLC0415 - same

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, target)
    except CommandError as problem:
        raise OperatorError(
            f"数据库版本与本程序不符：{problem}", f"The database is of another version of jumou: {problem}",
            mend_zh="请升级 jumou,或换一个数据目录。", mend_en="Upgrade jumou, or use another home folder.",
        ) from problem  # fmt: skip


def _engine(home: Path, url: str) -> Engine:
    if not url:
        home.mkdir(parents=True, exist_ok=True)
        return _sqlite(f"sqlite:///{home / 'jumou.db'}")
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            return _sqlite(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        if address.get_backend_name() != "postgresql":
            raise _unusable()
        return create_engine(
            address,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            connect_args={"connect_timeout": _CONNECT_SECONDS},
        )
    except (ArgumentError, NoSuchModuleError) as problem:
        raise _unusable() from problem
    except ModuleNotFoundError as problem:
        raise MissingExtra(
            "未安装 PostgreSQL 驱动。", "The PostgreSQL driver is not installed.",
            mend_zh="请运行 pip install 'jumou[postgres]'。", mend_en="Run pip install 'jumou[postgres]'.",
        ) from problem  # fmt: skip


def _unusable() -> InvalidRequest:
    return InvalidRequest(
        "JUMOU_DATABASE_URL 不是可用的数据库地址。", "JUMOU_DATABASE_URL is no database address that can be used.",
        mend_zh="请写成 postgresql://用户:口令@主机/库名。", mend_en="Write postgresql://user:password@host/database.",
    )  # fmt: skip


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where _begin says, not at the driver's discretion
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")  # what is acknowledged survives a power cut; some ms a change
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # a writer takes its lock at once: upgrading a read lock fails when another has written in between
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that writes: kept when the block ends, undone when it raises. In SQLite one at a time."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def alone(engine: Engine, home: Path) -> Iterator[Connection]:
    """A connection in a transaction that no other process migrates beside."""
    if engine.dialect.name == "sqlite":
        folder = Path(engine.url.database).parent if engine.url.database else home
        with FileLock(folder / "jumou.db.lock"), writing(engine) as connection:
            yield connection
        return
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield connection
