"""Where batches are kept: regions, attempts, outcomes, and events in the order of one number that counts through a batch."""

import json
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, false, insert, select

from jumou.domain.access import Reach
from jumou.domain.batch import (
    BatchEntry,
    BatchEvent,
    BatchRecord,
    BatchResult,
    BatchStanding,
    BatchTask,
    Failure,
    Outcome,
)  # fmt: skip
from jumou.domain.model import SCHEMA_VERSION
from jumou.domain.plan import ProjectList
from jumou.errors import InvalidRequest
from jumou.storage import batch_rows, batch_runs, tables
from jumou.storage.change import insert_new, now, record_text
from jumou.storage.database import writing
from jumou.storage.paging import page

_PAGE: Final = 50
"""Results read at a time; one is a few hundred kilobytes."""

_attempts: Final = tables.batch_attempts.c
_outcomes: Final = tables.batch_outcomes.c


class BatchPage(NamedTuple):
    """Some batches, newest first, and where the next page begins (empty at the last)."""

    batches: tuple[BatchStanding, ...]
    next_cursor: str


class BatchStore:
    """Batches. Rows are only added; safe among threads and processes. An attempt has one outcome, the first that is stored.

    Every method raises ServiceUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine, reach: Reach) -> None:
        """`engine` is an open database with all migrations run (`open_database`).

        Batches of other workspaces than the reach's are not there for this store; like chats they are working papers of
        those who draft.
        """
        self._engine = engine
        self._reach = reach

    # --- writing ----------------------------------------------------------------------------------------------

    def accept(self, record: BatchRecord, entries: Sequence[BatchEntry], *, key: str, digest: str) -> BatchRecord:
        """Stores a batch; once it returns, no region of it is lost. Regions that cannot be read have failed at once.

        A second batch under the same `key` is the first one; `digest` tells whether it asks for the same.

        Raises:
            InvalidRequest: the key was used for another batch.
        """
        record = record.model_copy(update={"workspace": self._reach.workspace})
        with writing(self._engine) as connection:
            if key:
                insert_new(
                    connection, tables.idempotency_keys,
                    [{"workspace": record.workspace, "key": f"batches:{key}", "request_hash": digest, "resource_id": record.id, "created_at": now()}],
                )  # fmt: skip
                held = connection.execute(
                    select(tables.idempotency_keys.c.request_hash, tables.idempotency_keys.c.resource_id).where(
                        tables.idempotency_keys.c.workspace == record.workspace,
                        tables.idempotency_keys.c.key == f"batches:{key}",
                    )
                ).one()
                if held.request_hash != digest:
                    raise InvalidRequest(
                        "该 Idempotency-Key 已用于另一批次。", "This Idempotency-Key was used for another batch.",
                        mend_zh="请换一个键。", mend_en="Use another key.",
                    )  # fmt: skip
                if held.resource_id != record.id:
                    return batch_rows.record(connection, held.resource_id, *self._within())
            self._insert(connection, record, entries)
        return record

    def _insert(self, connection: Connection, record: BatchRecord, entries: Sequence[BatchEntry]) -> None:
        at = now()
        connection.execute(
            insert(tables.batches).values(
                id=record.id, record=record_text(record), created_by=record.created_by, created_at=record.created_at,
                schema_version=SCHEMA_VERSION, workspace=record.workspace,
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
        batch_runs.accepted(connection, record)
        batch_rows.event(connection, record.id, "accepted", {"total": record.total})
        for number, entry in numbered:
            if entry.failure is not None:
                task = BatchTask(batch_id=record.id, row=number, attempt=1)
                batch_rows.settle(connection, task, entry.region, Outcome(state="failed", failure=entry.failure))
        batch_rows.end_when_done(connection, record.id)

    def cancel(self, batch_id: str) -> int:
        """Gives up the regions that have no outcome yet; returns how many. What is being drafted is not kept.

        Raises:
            NotFound: there is no such batch.
        """
        with writing(self._engine) as connection:
            batch_rows.lock(connection, batch_id, *self._within())
            waiting = batch_rows.open_attempts(connection, _attempts.batch_id == batch_id)
            if waiting:
                batch_rows.event(connection, batch_id, "cancelled", {"rows": len(waiting)})
                for task in waiting:
                    batch_rows.settle(connection, task, batch_rows.region(connection, task), Outcome(state="cancelled"))
                batch_rows.end_when_done(connection, batch_id)
        return len(waiting)

    def retry(self, batch_id: str) -> int:
        """Opens the regions that failed or were cancelled once more; returns how many. Unreadable profiles stay failed.

        Raises:
            NotFound: there is no such batch.
        """
        with writing(self._engine) as connection:
            batch_rows.lock(connection, batch_id, *self._within())
            again = [
                {"batch_id": batch_id, "row": row.row, "attempt": row.attempt + 1, "created_at": now()}
                for row in connection.execute(
                    batch_rows.newest_attempts(batch_id, tables.batch_rows.c.profile.is_not(None))
                ).all()
                if row.state in ("failed", "cancelled")
            ]
            if again:
                connection.execute(insert(tables.batch_attempts), again)
                batch_rows.event(connection, batch_id, "retried", {"rows": len(again)})
                batch_runs.retried(connection, batch_rows.record(connection, batch_id))
        return len(again)

    # --- reading ----------------------------------------------------------------------------------------------

    def standing(self, batch_id: str) -> BatchStanding:
        """How far the batch is.

        Raises:
            NotFound: there is no such batch.
        """
        with self._engine.connect() as connection:
            return batch_rows.standing(connection, batch_rows.record(connection, batch_id, *self._within()))

    def batches(self, *, cursor: str = "", limit: int = 50) -> BatchPage:
        """Batches, newest first, `limit` at a time; `cursor` is what the page before gave."""
        column = tables.batches.c
        wanted = select(column.record, column.created_at, column.id).where(*self._within())
        with self._engine.connect() as connection:
            rows, following = page(connection, wanted, column.created_at, column.id, cursor=cursor, limit=limit)
            records = [BatchRecord.model_validate_json(row.record) for row in rows]
            return BatchPage(tuple(batch_rows.standing(connection, record) for record in records), following)

    def results(self, batch_id: str) -> Iterator[BatchResult]:
        """What became of each region by its newest attempt, in the order they were handed in; reads a few at a time.

        Raises:
            NotFound: there is no such batch.
        """
        self.standing(batch_id)
        after = 0
        while True:
            with self._engine.connect() as connection:
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
        """The events with numbers above `after`.

        Raises:
            NotFound: there is no such batch.
        """
        column = tables.batch_events.c
        wanted = (
            select(column.number, column.kind, column.record, column.created_at)
            .where(column.batch_id == batch_id, column.number > after)
            .order_by(column.number)
        )
        with self._engine.connect() as connection:
            batch_rows.record(connection, batch_id, *self._within())
            return tuple(
                BatchEvent(number=row.number, kind=row.kind, at=row.created_at, data=json.loads(row.record))
                for row in connection.execute(wanted)
            )

    # --- connections ------------------------------------------------------------------------------------------

    def _within(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions under which a batch is there; no query of `batches` does without them."""
        mine = tables.batches.c.workspace == self._reach.workspace
        return (mine,) if self._reach.internal else (mine, false())
