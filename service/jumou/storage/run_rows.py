"""What stands in the tables of runs: one run's newest attempt, its outcome, its events. Used inside others' transactions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, select

from jumou.domain.model import SCHEMA_VERSION
from jumou.domain.run import RunEventKind, RunOutcome, RunRecord, RunStanding, RunTask, RunUsage
from jumou.domain.steps import canonical
from jumou.errors import NotFound, StepConflict
from jumou.storage import run_tables as tables
from jumou.storage.change import now, record_text

_runs: Final = tables.runs.c
_attempts: Final = tables.run_attempts.c
_outcomes: Final = tables.run_outcomes.c
_open: Final = tables.open_runs.c
_events: Final = tables.run_events.c
_calls: Final = tables.run_calls.c


class RunFile(NamedTuple):
    """A file that was handed in with a run, or made by it."""

    name: str
    content: bytes


def lock(connection: Connection, run_id: str, within: ColumnElement[bool] | None = None) -> RunRecord:
    """The run, with nobody else writing to it until the transaction ends.

    Raises:
        NotFound: there is no such run `within` what may be seen.
    """
    wanted = select(_runs.record).where(_runs.id == run_id)
    row = connection.execute((wanted if within is None else wanted.where(within)).with_for_update()).first()
    if row is None:
        raise no_run(run_id)
    return RunRecord.model_validate_json(row.record)


def accept(connection: Connection, record: RunRecord, files: Sequence[RunFile] = ()) -> None:
    """Stores a run and opens its first attempt."""
    connection.execute(
        insert(tables.runs).values(
            id=record.id, workspace=record.workspace, kind=record.kind, subject=record.subject, priority=record.priority,
            record=record_text(record), created_by=record.created_by, created_at=record.created_at, schema_version=SCHEMA_VERSION,
        )
    )  # fmt: skip
    open_attempt(connection, record, 1)
    keep(connection, record.id, "in", files)
    event(connection, RunTask(run_id=record.id, attempt=1), "accepted", {"kind": record.kind})


def again(connection: Connection, record: RunRecord, states: Sequence[str], by: str) -> bool:
    """Opens another attempt when the newest one ended in one of `states`."""
    row = connection.execute(newest(_runs.id == record.id)).one()
    if standing(row).state not in states:
        return False
    open_attempt(connection, record, row.attempt + 1)
    event(connection, RunTask(run_id=record.id, attempt=row.attempt + 1), "retried", {"by": by} if by else {})
    return True


def open_attempt(connection: Connection, record: RunRecord, attempt: int) -> None:
    """Opens an attempt of a run."""
    at = now()
    connection.execute(insert(tables.run_attempts).values(run_id=record.id, attempt=attempt, created_at=at))
    connection.execute(
        insert(tables.open_runs).values(
            run_id=record.id, attempt=attempt, workspace=record.workspace, kind=record.kind, priority=record.priority, created_at=at
        )
    )  # fmt: skip


def settled(connection: Connection, task: RunTask) -> bool:
    """Whether the attempt has an outcome."""
    wanted = select(_outcomes.run_id).where(_outcomes.run_id == task.run_id, _outcomes.attempt == task.attempt)
    return connection.execute(wanted).first() is not None


def settle(connection: Connection, task: RunTask, outcome: RunOutcome) -> bool:
    """Stores what became of an attempt and tells of it; False, and nothing changed, when it has an outcome already."""
    lock(connection, task.run_id)
    if settled(connection, task):
        return False
    kept = outcome.model_copy(update={"usage": outcome.usage or _usage(connection, task)})
    connection.execute(
        insert(tables.run_outcomes).values(
            run_id=task.run_id, attempt=task.attempt, state=kept.state, record=record_text(kept), created_at=now()
        )
    )
    connection.execute(delete(tables.open_runs).where(_open.run_id == task.run_id, _open.attempt == task.attempt))
    connection.execute(delete(tables.run_calls).where(_calls.scope == task.scope))
    if outcome.state == "done":
        files = tables.run_files.c
        connection.execute(delete(tables.run_files).where(files.run_id == task.run_id, files.side == "in"))
    told: dict[str, Any] = dict(outcome.result)
    if outcome.failure is not None:
        told = outcome.failure.model_dump(mode="json", exclude_defaults=True)
    event(connection, task, outcome.state, told)
    return True


def settle_with(connection: Connection, task: RunTask, result: Mapping[str, Any]) -> None:
    """Stores that an attempt is done, in the transaction that keeps what it made: both are kept, or neither.

    Raises:
        StepConflict: the attempt has ended in the meantime: it was cancelled, or another process was faster.
    """
    if not settle(connection, task, RunOutcome(state="done", result=dict(result))):
        raise ended(task.run_id)


def keep(connection: Connection, run_id: str, side: str, files: Sequence[RunFile]) -> None:
    """Stores the files of a run, in their order."""
    if files:
        at = now()
        connection.execute(
            insert(tables.run_files),
            [
                {"run_id": run_id, "side": side, "name": file.name, "number": number, "content": file.content, "created_at": at}
                for number, file in enumerate(files)
            ],
        )  # fmt: skip


def event(connection: Connection, task: RunTask, kind: RunEventKind, data: Mapping[str, Any]) -> int:
    """Appends to what is told of a run; the caller holds its lock. Returns the number."""
    last = connection.execute(select(func.max(_events.number)).where(_events.run_id == task.run_id)).scalar() or 0
    connection.execute(
        insert(tables.run_events).values(
            run_id=task.run_id, number=last + 1, attempt=task.attempt, kind=kind, record=canonical(dict(data)), created_at=now()
        )
    )  # fmt: skip
    return last + 1


def newest(where: ColumnElement[bool]) -> Select[Any]:
    """Runs with their newest attempt and what became of it."""
    latest = (
        select(_attempts.run_id, func.max(_attempts.attempt).label("attempt")).group_by(_attempts.run_id).subquery()
    )
    last = select(func.max(_events.number)).where(_events.run_id == _runs.id).scalar_subquery()
    return (
        select(
            _runs.record, _runs.created_at, _runs.id, latest.c.attempt, _outcomes.record.label("outcome"),
            _outcomes.created_at.label("ended_at"), _open.taken_by, last.label("last_event"),
        )
        .select_from(
            tables.runs.join(latest, latest.c.run_id == _runs.id)
            .outerjoin(tables.run_outcomes, and_(_outcomes.run_id == _runs.id, _outcomes.attempt == latest.c.attempt))
            .outerjoin(tables.open_runs, _open.run_id == _runs.id)
        )
        .where(where)
    )  # fmt: skip


def standing(row: Any) -> RunStanding:
    """A row of `newest` as it is shown."""
    record = RunRecord.model_validate_json(row.record)
    outcome = None if row.outcome is None else RunOutcome.model_validate_json(row.outcome)
    return RunStanding(
        id=record.id, kind=record.kind, workspace=record.workspace, subject=record.subject, about=record.about, priority=record.priority,
        attempt=row.attempt, created_by=record.created_by, created_at=record.created_at, last_event=row.last_event or 0,
        state=outcome.state if outcome else "running" if row.taken_by or record.kind == "batch" else "waiting", worker=row.taken_by or "",
        ended_at=row.ended_at or "", result=outcome.result if outcome else {},
        failure=outcome.failure if outcome else None, usage=outcome.usage if outcome else None,
    )  # fmt: skip


def _usage(connection: Connection, task: RunTask) -> RunUsage | None:
    calls, tokens_in, tokens_out = connection.execute(
        select(func.count(), func.sum(_calls.tokens_in), func.sum(_calls.tokens_out)).where(_calls.scope == task.scope)
    ).one()
    return RunUsage(calls=calls, tokens_in=tokens_in, tokens_out=tokens_out) if calls else None


def no_run(run_id: str) -> NotFound:
    """The error for a run there is not."""
    return NotFound(f"没有任务 {run_id}。", f"There is no run {run_id}.")


def ended(run_id: str) -> StepConflict:
    """The error of work on a run that has ended."""
    return StepConflict(f"任务 {run_id} 已结束或已取消。", f"The run {run_id} has ended or was cancelled.")
