"""What stands in the tables of batches: open attempts, the newest attempt of each region, counts."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, select

from jumou.domain.batch import BatchRecord, BatchStanding, BatchState, BatchTask
from jumou.errors import NotFound
from jumou.storage import tables

_attempts: Final = tables.batch_attempts.c
_outcomes: Final = tables.batch_outcomes.c
_OUTCOME_OF_ATTEMPT: Final = and_(
    _outcomes.batch_id == _attempts.batch_id, _outcomes.row == _attempts.row, _outcomes.attempt == _attempts.attempt
)


def open_attempts(connection: Connection, where: ColumnElement[bool] | None) -> tuple[BatchTask, ...]:
    """The attempts without an outcome, oldest first."""
    wanted = (
        select(_attempts.batch_id, _attempts.row, _attempts.attempt)
        .select_from(tables.batch_attempts.outerjoin(tables.batch_outcomes, _OUTCOME_OF_ATTEMPT))
        .where(_outcomes.row.is_(None))
        .order_by(_attempts.created_at, _attempts.batch_id, _attempts.row)
    )
    rows = connection.execute(wanted if where is None else wanted.where(where)).all()
    return tuple(BatchTask(batch_id=row.batch_id, row=row.row, attempt=row.attempt) for row in rows)


def newest_attempts(batch_id: str, where: ColumnElement[bool] | None = None, *, whole: bool = False) -> Any:
    """The newest attempt of each row with its outcome; `whole` brings the contents along."""
    newest = (
        select(_attempts.row, func.max(_attempts.attempt).label("attempt"))
        .where(_attempts.batch_id == batch_id)
        .group_by(_attempts.row)
        .subquery()
    )
    rows = tables.batch_rows.c
    columns: list[Any] = [_attempts.row, _attempts.attempt, _outcomes.state]
    if whole:
        columns += [rows.source, rows.region, _outcomes.failure, _outcomes.project_list]
    wanted = (
        select(*columns)
        .select_from(
            tables.batch_attempts.join(
                newest, and_(newest.c.row == _attempts.row, newest.c.attempt == _attempts.attempt)
            )
            .join(tables.batch_rows, and_(rows.batch_id == _attempts.batch_id, rows.number == _attempts.row))
            .outerjoin(tables.batch_outcomes, _OUTCOME_OF_ATTEMPT)
        )
        .where(_attempts.batch_id == batch_id)
    )
    return wanted if where is None else wanted.where(where)


def counts(connection: Connection, batch_id: str) -> dict[str, int]:
    """Regions by what became of their newest attempt."""
    latest = newest_attempts(batch_id).subquery()
    found = {"open": 0, "drafted": 0, "failed": 0, "cancelled": 0}
    for key, count in connection.execute(select(latest.c.state, func.count()).group_by(latest.c.state)):
        found[key or "open"] = count
    return found


def state(by_state: Mapping[str, int]) -> BatchState:
    """A batch is running while a region is open, and cancelled while one is."""
    if by_state["open"]:
        return "running"
    return "cancelled" if by_state["cancelled"] else "done"


def standing(connection: Connection, record: BatchRecord) -> BatchStanding:
    """How far a batch is."""
    by_state = counts(connection, record.id)
    column = tables.batch_events.c
    last = connection.execute(select(func.max(column.number)).where(column.batch_id == record.id)).scalar() or 0
    return BatchStanding(
        id=record.id, state=state(by_state), total=record.total, **by_state, created_by=record.created_by,
        created_at=record.created_at, options=record.options, last_event=last,
    )  # fmt: skip


def no_batch(batch_id: str) -> NotFound:
    """The error for a batch there is not."""
    return NotFound(f"没有批次 {batch_id}。", f"There is no batch {batch_id}.")
