"""What stands in the tables of batches: open attempts, the newest attempt of each region, counts."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select

from jumou.domain.batch import BatchEventKind, BatchRecord, BatchStanding, BatchState, BatchTask, Outcome
from jumou.domain.model import SCHEMA_VERSION
from jumou.domain.steps import canonical
from jumou.errors import NotFound
from jumou.storage import batch_runs, run_tables, tables
from jumou.storage.change import now

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


def lock(connection: Connection, batch_id: str, *within: ColumnElement[bool]) -> None:
    """Nobody else writes to the batch until the transaction ends; raises NotFound when there is none `within`."""
    row = connection.execute(
        select(tables.batches.c.id).where(tables.batches.c.id == batch_id, *within).with_for_update()
    ).first()
    if row is None:
        raise no_batch(batch_id)


def record(connection: Connection, batch_id: str, *within: ColumnElement[bool]) -> BatchRecord:
    """The batch as it was accepted; raises NotFound when there is none `within`."""
    row = connection.execute(select(tables.batches.c.record).where(tables.batches.c.id == batch_id, *within)).first()
    if row is None:
        raise no_batch(batch_id)
    return BatchRecord.model_validate_json(row.record)


def region(connection: Connection, task: BatchTask) -> str:
    """The name of a row's region."""
    row = tables.batch_rows.c
    found = connection.execute(select(row.region).where(row.batch_id == task.batch_id, row.number == task.row)).scalar()
    return found or ""


def settled(connection: Connection, task: BatchTask) -> bool:
    """Whether an attempt has its outcome."""
    wanted = select(_outcomes.row).where(
        _outcomes.batch_id == task.batch_id, _outcomes.row == task.row, _outcomes.attempt == task.attempt
    )
    return connection.execute(wanted).first() is not None


def settle(connection: Connection, task: BatchTask, name: str, outcome: Outcome) -> None:
    """Stores an outcome and tells of it."""
    connection.execute(
        insert(tables.batch_outcomes).values(
            batch_id=task.batch_id, row=task.row, attempt=task.attempt, state=outcome.state,
            failure=None if outcome.failure is None else outcome.failure.model_dump_json(),
            project_list=None if outcome.project_list is None else outcome.project_list.model_dump_json(),
            created_at=now(), schema_version=SCHEMA_VERSION,
        )
    )  # fmt: skip
    calls = run_tables.run_calls
    connection.execute(delete(calls).where(calls.c.scope == task.scope))
    told: dict[str, Any] = {"row": task.row, "region": name, "state": outcome.state, "attempt": task.attempt}
    if outcome.project_list is not None:
        told["projects"] = len(outcome.project_list.projects)
    if outcome.failure is not None:
        told["kind"], told["message"] = outcome.failure.kind, outcome.failure.message
    event(connection, task.batch_id, "row", told)


def event(connection: Connection, batch_id: str, kind: BatchEventKind, data: Mapping[str, Any]) -> None:
    """Stores something that happened, under the next number."""
    column = tables.batch_events.c
    last = connection.execute(select(func.max(column.number)).where(column.batch_id == batch_id)).scalar() or 0
    connection.execute(
        insert(tables.batch_events).values(
            batch_id=batch_id, number=last + 1, kind=kind, record=canonical(dict(data)), created_at=now()
        )
    )


def end_when_done(connection: Connection, batch_id: str) -> None:
    """Tells that a batch is done, together with the last outcome."""
    found = counts(connection, batch_id)
    if not found["open"]:
        event(connection, batch_id, "done", {"state": state(found), **found})
        batch_runs.ended(connection, batch_id, found)
