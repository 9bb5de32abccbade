"""What whoever does runs needs of them: those of all workspaces without an outcome, and a place for what became of each.

People see runs through `RunStore`, which is bound to a workspace; an engine works for all of them and hands out nothing.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, func, select, update

from jumou.domain.run import RunOutcome, RunRecord, RunTask
from jumou.storage import run_rows, run_tables
from jumou.storage.database import answers, writing
from jumou.storage.run_rows import RunFile

_runs: Final = run_tables.runs.c
_open: Final = run_tables.open_runs.c
_events: Final = run_tables.run_events.c
_files: Final = run_tables.run_files.c


class RunAsked(NamedTuple):
    """A run that is to be done; `settled` when its attempt has an outcome already."""

    record: RunRecord
    settled: bool


class OpenTask(NamedTuple):
    """An attempt without an outcome, how soon it is wanted, and what kind of run it is of."""

    task: RunTask
    priority: int
    kind: str


class RunQueue:
    """The runs that are to be done. Safe among threads and processes. An attempt has one outcome, the first that is stored.

    Every method but `answers` raises ServiceUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        """`engine` is an open database with all migrations run (`open_database`)."""
        self._engine = engine

    # --- writing ----------------------------------------------------------------------------------------------

    def begun(self, task: RunTask, worker: str) -> bool:
        """Tells that a process has taken an attempt up; False when it has ended already."""
        with writing(self._engine) as connection:
            run_rows.lock(connection, task.run_id)
            taken = connection.execute(
                update(run_tables.open_runs)
                .where(_open.run_id == task.run_id, _open.attempt == task.attempt)
                .values(taken_by=worker)
            )
            if taken.rowcount:
                run_rows.event(connection, task, "begun", {"attempt": task.attempt, "worker": worker})
            return bool(taken.rowcount)

    def step(self, task: RunTask, data: Mapping[str, Any]) -> None:
        """Tells of a step of an attempt, once however often the attempt is taken up.

        Raises:
            StepConflict: the attempt has ended: it was cancelled, or another process was faster.
        """
        with writing(self._engine) as connection:
            run_rows.lock(connection, task.run_id)
            if run_rows.settled(connection, task):
                raise run_rows.ended(task.run_id)
            record = json.dumps(dict(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            told = select(_events.number).where(
                _events.run_id == task.run_id, _events.attempt == task.attempt, _events.kind == "step", _events.record == record
            )  # fmt: skip
            if connection.execute(told).first() is None:
                run_rows.event(connection, task, "step", data)

    def settle(self, task: RunTask, outcome: RunOutcome, files: Sequence[RunFile] = ()) -> bool:
        """Stores what became of an attempt, with the files it made. False when it had an outcome already; nothing changes then.

        Raises:
            NotFound: there is no such run.
        """
        with writing(self._engine) as connection:
            if not run_rows.settle(connection, task, outcome):
                return False
            run_rows.keep(connection, task.run_id, "out", files)
        return True

    def handed_back(self, workers: Sequence[str]) -> None:
        """Tells that what these processes had in hand waits again."""
        with writing(self._engine) as connection:
            connection.execute(update(run_tables.open_runs).where(_open.taken_by.in_(workers)).values(taken_by=""))

    # --- reading ----------------------------------------------------------------------------------------------

    def answers(self) -> bool:
        """Whether the database answers."""
        return answers(self._engine)

    def open_tasks(self) -> tuple[OpenTask, ...]:
        """The attempts without an outcome, first what goes first. Batches are not among them."""
        wanted = (
            select(_open.run_id, _open.attempt, _open.priority, _open.kind)
            .where(_open.kind != "batch")
            .order_by(_open.priority, _open.created_at)
        )
        with self._engine.connect() as connection:
            return tuple(
                OpenTask(RunTask(run_id=row.run_id, attempt=row.attempt), row.priority, row.kind)
                for row in connection.execute(wanted)
            )

    def open_batches(self) -> tuple[str, ...]:
        """The batches that have regions without an outcome, oldest first."""
        wanted = select(_open.run_id).where(_open.kind == "batch").order_by(_open.created_at)
        with self._engine.connect() as connection:
            return tuple(connection.execute(wanted).scalars())

    def any_open(self) -> bool:
        """Whether there is a run without an outcome, batches among them."""
        with self._engine.connect() as connection:
            return connection.execute(select(_open.run_id).limit(1)).first() is not None

    def depth(self) -> dict[str, int]:
        """Open runs by kind, batches among them."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_open.kind, func.count()).group_by(_open.kind))
            return {row[0]: row[1] for row in rows}

    def asked(self, task: RunTask) -> RunAsked:
        """What is to be done.

        Raises:
            NotFound: there is no such run.
        """
        with self._engine.connect() as connection:
            row = connection.execute(select(_runs.record).where(_runs.id == task.run_id)).first()
            if row is None:
                raise run_rows.no_run(task.run_id)
            return RunAsked(RunRecord.model_validate_json(row.record), run_rows.settled(connection, task))

    def handed_in(self, run_id: str) -> tuple[RunFile, ...]:
        """The files that were handed in with a run, in their order."""
        wanted = (
            select(_files.name, _files.content)
            .where(_files.run_id == run_id, _files.side == "in")
            .order_by(_files.number)
        )
        with self._engine.connect() as connection:
            return tuple(RunFile(row.name, row.content) for row in connection.execute(wanted))

    # --- connections ------------------------------------------------------------------------------------------
