"""What a check of a deployment asks of the database."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Engine, func, select, text

from jumou.errors import OperatorError
from jumou.storage import tables
from jumou.storage.audit_tables import audit_entries
from jumou.storage.database import newest_migration, version_of


class DatabaseState(NamedTuple):
    """What kind it is, at which migration, and how many plans it holds."""

    kind: str
    schema: str
    plans: int


def database(engine: Engine) -> DatabaseState:
    """How the database stands.

    Raises:
        OperatorError: it is at another migration than this program.
        ServiceUnavailable: it does not answer.
    """
    with engine.connect() as connection:
        schema = version_of(connection)
        plans = connection.execute(select(func.count()).select_from(tables.plans)).scalar() or 0
    if schema != newest_migration():
        raise OperatorError(
            f"数据库迁移为 {schema}，本程序为 {newest_migration()}。", f"The database is at migration {schema}, this program at {newest_migration()}.",
            mend_zh="请让各进程使用同一版本的 jumou。", mend_en="Have all processes run the same version of jumou.",
        )  # fmt: skip
    return DatabaseState(engine.dialect.name, schema, plans)


def clock_difference(engine: Engine) -> float:
    """Seconds by which this machine's clock is ahead of the database server's; 0 beside SQLite."""
    if engine.dialect.name != "postgresql":
        return 0.0
    with engine.connect() as connection:
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return (datetime.now(UTC) - theirs).total_seconds()


def last_backup(engine: Engine) -> str | None:
    """When the newest backup was made, as the audit stream has it; None when there was none."""
    column = audit_entries.c
    wanted = (
        select(column.at)
        .where(column.record.startswith('{"action":"backup.made"', autoescape=True))
        .order_by(column.number.desc())
        .limit(1)
    )
    with engine.connect() as connection:
        found: str | None = connection.execute(wanted).scalar()
    return found
