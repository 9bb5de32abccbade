"""Where batches are kept: regions, attempts, outcomes, and events in the order of one number that counts through a batch."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, and_, func, insert, or_, select

from jumou.domain.batch import (
    BatchEntry,
    BatchEvent,
    BatchEventKind,
    BatchRecord,
    BatchResult,
    BatchStanding,
    BatchTask,
    Failure,
    Outcome,
)  # fmt: skip
from jumou.domain.model import SCHEMA_VERSION
from jumou.domain.plan import ProjectList
from jumou.domain.region import RegionProfile
from jumou.domain.steps import canonical
from jumou.errors import InvalidRequest
from jumou.storage import batch_rows, tables
from jumou.storage.change import insert_new, now, record_text

_PAGE: Final = 50
"""Results read at a time; one is a few hundred kilobytes."""

_attempts: Final = tables.batch_attempts.c
_outcomes: Final = tables.batch_outcomes.c


class BatchPage(NamedTuple):
    """Some batches, newest first, and where the next page begins (empty at the last)."""

    batches: tuple[BatchStanding, ...]
    next_cursor: str


class Asked(NamedTuple):
    """A region that is to be drafted, with what it is drafted from; `settled` when its attempt has an outcome already."""

    record: BatchRecord
    profile: RegionProfile
    settled: bool


class BatchStore:
    """Batches. Rows are only added; safe among threads and processes. An attempt has one outcome, the first that is stored.

    Every method raises ServiceUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        """`engine` is an open database with all migrations run (`open_database`)."""
        self._engine = engine

    # --- writing ----------------------------------------------------------------------------------------------

    def accept(self, record: BatchRecord, entries: Sequence[BatchEntry], *, key: str, digest: str) -> BatchRecord:
        """Stores a batch; once it returns, no region of it is lost. Regions that cannot be read have failed at once.

        A second batch under the same `key` is the first one; `digest` tells whether it asks for the same.

        Raises:
            InvalidRequest: the key was used for another batch.
        """
        with self._writing() as connection:
            if key:
                insert_new(
                    connection, tables.idempotency_keys,
                    [{"key": f"batches:{key}", "request_hash": digest, "resource_id": record.id, "created_at": now()}],
                )  # fmt: skip
                held = connection.execute(
                    select(tables.idempotency_keys.c.request_hash, tables.idempotency_keys.c.resource_id).where(
                        tables.idempotency_keys.c.key == f"batches:{key}"
                    )
                ).one()
                if held.request_hash != digest:
                    raise InvalidRequest(
                        "该 Idempotency-Key 已用于另一批次。", "This Idempotency-Key was used for another batch.",
                        mend_zh="请换一个键。", mend_en="Use another key.",
                    )  # fmt: skip
                if held.resource_id != record.id:
                    return _record(connection, held.resource_id)
            self._insert(connection, record, entries)
        return record

    def _insert(self, connection: Connection, record: BatchRecord, entries: Sequence[BatchEntry]) -> None:
        at = now()
        connection.execute(
            insert(tables.batches).values(
                id=record.id, record=record_text(record), created_by=record.created_by, created_at=record.created_at,
                schema_version=SCHEMA_VERSION,
            )
        )  # fmt: skip
        numbered = list(enumerate(entries, start=1))
        connection.execute(
            insert(tables.batch_rows),
            [
                {
                    "batch_id": record.id, "number": number, "source": entry.source, "region": entry.region,
                    "profile": None if entry.profile is None else entry.profile.model_dump_json(),
                }
                for number, entry in numbered
            ],
        )  # fmt: skip
        connection.execute(
            insert(tables.batch_attempts),
            [{"batch_id": record.id, "row": number, "attempt": 1, "created_at": at} for number, _ in numbered],
        )
        _event(connection, record.id, "accepted", {"total": record.total})
        for number, entry in numbered:
            if entry.failure is not None:
                task = BatchTask(batch_id=record.id, row=number, attempt=1)
                _settle(connection, task, entry.region, Outcome(state="failed", failure=entry.failure))
        _end_when_done(connection, record.id)

    def settle(self, task: BatchTask, outcome: Outcome) -> bool:
        """Stores what became of a region. False when its attempt had an outcome already; nothing changes then.

        Raises:
            NotFound: there is no such batch.
        """
        with self._writing() as connection:
            _lock(connection, task.batch_id)
            if _settled(connection, task):
                return False
            _settle(connection, task, _region(connection, task), outcome)
            _end_when_done(connection, task.batch_id)
        return True

    def cancel(self, batch_id: str) -> int:
        """Gives up the regions that have no outcome yet; returns how many. What is being drafted is not kept.

        Raises:
            NotFound: there is no such batch.
        """
        with self._writing() as connection:
            _lock(connection, batch_id)
            waiting = batch_rows.open_attempts(connection, _attempts.batch_id == batch_id)
            if waiting:
                _event(connection, batch_id, "cancelled", {"rows": len(waiting)})
                for task in waiting:
                    _settle(connection, task, _region(connection, task), Outcome(state="cancelled"))
                _end_when_done(connection, batch_id)
        return len(waiting)

    def retry(self, batch_id: str) -> int:
        """Opens the regions that failed or were cancelled once more; returns how many. Unreadable profiles stay failed.

        Raises:
            NotFound: there is no such batch.
        """
        with self._writing() as connection:
            _lock(connection, batch_id)
            again = [
                {"batch_id": batch_id, "row": row.row, "attempt": row.attempt + 1, "created_at": now()}
                for row in connection.execute(
                    batch_rows.newest_attempts(batch_id, tables.batch_rows.c.profile.is_not(None))
                ).all()
                if row.state in ("failed", "cancelled")
            ]
            if again:
                connection.execute(insert(tables.batch_attempts), again)
                _event(connection, batch_id, "retried", {"rows": len(again)})
        return len(again)

    # --- reading ----------------------------------------------------------------------------------------------

    def open_tasks(self, batch_id: str = "") -> tuple[BatchTask, ...]:
        """The regions without an outcome, of one batch or of all, oldest first."""
        with self._reading() as connection:
            return batch_rows.open_attempts(connection, _attempts.batch_id == batch_id if batch_id else None)

    def asked(self, task: BatchTask) -> Asked:
        """What a region is drafted from.

        Raises:
            NotFound: there is no such batch or row.
        """
        row = tables.batch_rows.c
        with self._reading() as connection:
            record = _record(connection, task.batch_id)
            found = connection.execute(
                select(row.profile).where(row.batch_id == task.batch_id, row.number == task.row)
            ).first()
            if found is None or found.profile is None:
                raise batch_rows.no_batch(f"{task.batch_id}/{task.row}")
            return Asked(record, RegionProfile.model_validate_json(found.profile), _settled(connection, task))

    def standing(self, batch_id: str) -> BatchStanding:
        """How far the batch is.

        Raises:
            NotFound: there is no such batch.
        """
        with self._reading() as connection:
            return batch_rows.standing(connection, _record(connection, batch_id))

    def batches(self, *, cursor: str = "", limit: int = 50) -> BatchPage:
        """Batches, newest first, `limit` at a time; `cursor` is what the page before gave."""
        column = tables.batches.c
        wanted = select(column.record, column.created_at, column.id)
        if cursor:
            at, _, batch_id = cursor.partition("|")
            wanted = wanted.where(or_(column.created_at < at, and_(column.created_at == at, column.id < batch_id)))
        wanted = wanted.order_by(column.created_at.desc(), column.id.desc()).limit(limit + 1)
        with self._reading() as connection:
            rows = connection.execute(wanted).all()
            shown = rows[:limit]
            return BatchPage(
                tuple(batch_rows.standing(connection, BatchRecord.model_validate_json(row.record)) for row in shown),
                f"{shown[-1].created_at}|{shown[-1].id}" if len(rows) > limit else "",
            )

    def results(self, batch_id: str) -> Iterator[BatchResult]:
        """What became of each region by its newest attempt, in the order they were handed in; reads a few at a time.

        Raises:
            NotFound: there is no such batch.
        """
        self.standing(batch_id)
        after = 0
        while True:
            with self._reading() as connection:
                rows = connection.execute(
                    batch_rows.newest_attempts(batch_id, _attempts.row > after, whole=True)
                    .order_by(_attempts.row)
                    .limit(_PAGE)
                ).all()
            for row in rows:
                yield BatchResult(
                    row=row.row, source=row.source, region=row.region, state=row.state or "open", attempt=row.attempt,
                    failure=None if row.failure is None else Failure.model_validate_json(row.failure),
                    project_list=None if row.project_list is None else ProjectList.model_validate_json(row.project_list),
                )  # fmt: skip
            if len(rows) < _PAGE:
                return
            after = rows[-1].row

    def events(self, batch_id: str, *, after: int = 0) -> tuple[BatchEvent, ...]:
        """The events with numbers above `after`."""
        column = tables.batch_events.c
        wanted = (
            select(column.number, column.kind, column.record, column.created_at)
            .where(column.batch_id == batch_id, column.number > after)
            .order_by(column.number)
        )
        with self._reading() as connection:
            return tuple(
                BatchEvent(number=row.number, kind=row.kind, at=row.created_at, data=json.loads(row.record))
                for row in connection.execute(wanted)
            )

    # --- connections ------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection


def _lock(connection: Connection, batch_id: str) -> None:
    """Nobody else writes to the batch until the transaction ends."""
    row = connection.execute(
        select(tables.batches.c.id).where(tables.batches.c.id == batch_id).with_for_update()
    ).first()
    if row is None:
        raise batch_rows.no_batch(batch_id)


def _record(connection: Connection, batch_id: str) -> BatchRecord:
    row = connection.execute(select(tables.batches.c.record).where(tables.batches.c.id == batch_id)).first()
    if row is None:
        raise batch_rows.no_batch(batch_id)
    return BatchRecord.model_validate_json(row.record)


def _region(connection: Connection, task: BatchTask) -> str:
    row = tables.batch_rows.c
    found = connection.execute(select(row.region).where(row.batch_id == task.batch_id, row.number == task.row)).scalar()
    return found or ""


def _settled(connection: Connection, task: BatchTask) -> bool:
    wanted = select(_outcomes.row).where(
        _outcomes.batch_id == task.batch_id, _outcomes.row == task.row, _outcomes.attempt == task.attempt
    )
    return connection.execute(wanted).first() is not None


def _settle(connection: Connection, task: BatchTask, region: str, outcome: Outcome) -> None:
    """Stores an outcome and tells of it."""
    connection.execute(
        insert(tables.batch_outcomes).values(
            batch_id=task.batch_id, row=task.row, attempt=task.attempt, state=outcome.state,
            failure=None if outcome.failure is None else outcome.failure.model_dump_json(),
            project_list=None if outcome.project_list is None else outcome.project_list.model_dump_json(),
            created_at=now(), schema_version=SCHEMA_VERSION,
        )
    )  # fmt: skip
    told: dict[str, Any] = {"row": task.row, "region": region, "state": outcome.state, "attempt": task.attempt}
    if outcome.project_list is not None:
        told["projects"] = len(outcome.project_list.projects)
    if outcome.failure is not None:
        told["kind"], told["message"] = outcome.failure.kind, outcome.failure.message
    _event(connection, task.batch_id, "row", told)


def _event(connection: Connection, batch_id: str, kind: BatchEventKind, data: Mapping[str, Any]) -> None:
    column = tables.batch_events.c
    last = connection.execute(select(func.max(column.number)).where(column.batch_id == batch_id)).scalar() or 0
    connection.execute(
        insert(tables.batch_events).values(
            batch_id=batch_id, number=last + 1, kind=kind, record=canonical(dict(data)), created_at=now()
        )
    )


def _end_when_done(connection: Connection, batch_id: str) -> None:
    """Tells that a batch is done, together with the last outcome."""
    counts = batch_rows.counts(connection, batch_id)
    if not counts["open"]:
        _event(connection, batch_id, "done", {"state": batch_rows.state(counts), **counts})
