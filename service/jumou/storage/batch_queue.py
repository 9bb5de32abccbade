"""What whoever drafts batches needs of them: the open regions of all workspaces, and a place for what became of each.

People see batches through `BatchStore`, which is bound to a workspace; an engine works for all of them and hands out nothing.
"""

from typing import Final, NamedTuple

from sqlalchemy import Engine, select

from jumou.domain.batch import BatchOptions, BatchRecord, BatchTask, Outcome
from jumou.domain.region import RegionProfile
from jumou.storage import batch_rows, tables
from jumou.storage.database import writing

_attempts: Final = tables.batch_attempts.c


class Asked(NamedTuple):
    """A region that is to be drafted, with what it is drafted from; `settled` when its attempt has an outcome already."""

    record: BatchRecord
    profile: RegionProfile
    settled: bool


class BatchQueue:
    """The regions to be drafted. Safe among threads and processes. An attempt has one outcome, the first that is stored.

    Every method raises ServiceUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        """`engine` is an open database with all migrations run (`open_database`)."""
        self._engine = engine

    def settle(self, task: BatchTask, outcome: Outcome) -> bool:
        """Stores what became of a region. False when its attempt had an outcome already; nothing changes then.

        Raises:
            NotFound: there is no such batch.
        """
        with writing(self._engine) as connection:
            batch_rows.lock(connection, task.batch_id)
            if batch_rows.settled(connection, task):
                return False
            batch_rows.settle(connection, task, batch_rows.region(connection, task), outcome)
            batch_rows.end_when_done(connection, task.batch_id)
        return True

    def open_tasks(self, batch_id: str = "") -> tuple[BatchTask, ...]:
        """The regions without an outcome, of one batch or of all, oldest first."""
        with self._engine.connect() as connection:
            return batch_rows.open_attempts(connection, _attempts.batch_id == batch_id if batch_id else None)

    def asked(self, task: BatchTask) -> Asked:
        """What a region is drafted from.

        Raises:
            NotFound: there is no such batch or row.
        """
        row = tables.batch_rows.c
        with self._engine.connect() as connection:
            record = batch_rows.record(connection, task.batch_id)
            found = connection.execute(
                select(row.profile).where(row.batch_id == task.batch_id, row.number == task.row)
            ).first()
            if found is None or found.profile is None:
                raise batch_rows.no_batch(f"{task.batch_id}/{task.row}")
            return Asked(record, RegionProfile.model_validate_json(found.profile), batch_rows.settled(connection, task))

    def options(self, batch_id: str) -> BatchOptions:
        """What holds for all regions of a batch.

        Raises:
            NotFound: there is no such batch.
        """
        with self._engine.connect() as connection:
            return batch_rows.record(connection, batch_id).options

    # --- connections ------------------------------------------------------------------------------------------
