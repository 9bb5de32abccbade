"""Where runs are kept: accepted in one transaction, open until the first outcome, told of in the order of one number."""

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, false, func, or_, select, true

from jumou.domain.access import Reach
from jumou.domain.run import RunEvent, RunKind, RunOutcome, RunRecord, RunStanding, RunState, RunTask
from jumou.errors import InvalidRequest
from jumou.storage import run_rows, run_tables, tables
from jumou.storage.change import insert_new, now
from jumou.storage.database import writing
from jumou.storage.paging import page
from jumou.storage.run_rows import RunFile

_runs: Final = run_tables.runs.c
_open: Final = run_tables.open_runs.c
_outcomes: Final = run_tables.run_outcomes.c
_events: Final = run_tables.run_events.c
_files: Final = run_tables.run_files.c


class RunPage(NamedTuple):
    """Some runs, newest first, and where the next page begins (empty at the last)."""

    runs: tuple[RunStanding, ...]
    next_cursor: str


class RunStore:
    """Runs as people have them; safe among threads and processes. An attempt has one outcome, the first that is stored.

    Nothing outside of the reach is there for this store; a run may be about what is internal, so it is for those who may see that.
    Every method raises ServiceUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine, reach: Reach) -> None:
        """`engine` is an open database with all migrations run (`open_database`)."""
        self._engine = engine
        self._reach = reach

    # --- writing ----------------------------------------------------------------------------------------------

    def accept(
        self, record: RunRecord, *, key: str = "", digest: str = "", files: Sequence[RunFile] = (), again: bool = False
    ) -> RunRecord:
        """Stores a run; once it returns, the run is not lost.

        A second run of the kind under the same `key` in the same workspace is the first one; `digest` tells whether it asks
        for the same. With `again` it is tried once more if it had failed.

        Raises:
            InvalidRequest: the key was used for something else.
        """
        with writing(self._engine) as connection:
            if key:
                held = _held(connection, record, key, digest)
                record = record.model_copy(update={"id": held})
                if connection.execute(select(_runs.id).where(_runs.id == held)).first() is not None:
                    first = run_rows.lock(connection, held)
                    if again:
                        run_rows.again(connection, first, ("failed",), first.created_by)
                    return first
            run_rows.accept(connection, record, files)
        return record

    def cancel(self, run_id: str, *, by: str = "") -> bool:
        """Ends a run that has no outcome; False when it has one. What is under way is not kept.

        Raises:
            NotFound: there is no such run.
        """
        with writing(self._engine) as connection:
            run_rows.lock(connection, run_id, self._within())
            attempt = connection.execute(select(_open.attempt).where(_open.run_id == run_id)).scalar()
            if attempt is None:
                return False
            told = {"by": by} if by else {}
            return run_rows.settle(
                connection, RunTask(run_id=run_id, attempt=attempt), RunOutcome(state="cancelled", result=told)
            )

    def retry(self, run_id: str, *, by: str = "") -> bool:
        """Opens a run that failed or was cancelled once more; False when it is open or done.

        Raises:
            NotFound: there is no such run.
        """
        with writing(self._engine) as connection:
            return run_rows.again(
                connection, run_rows.lock(connection, run_id, self._within()), ("failed", "cancelled"), by
            )

    # --- reading ----------------------------------------------------------------------------------------------

    def depth(self) -> dict[str, int]:
        """Open runs by kind."""
        wanted = select(_open.kind, func.count()).where(_open.workspace == self._reach.workspace).group_by(_open.kind)
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(wanted)}

    def standing(self, run_id: str) -> RunStanding:
        """Where a run stands.

        Raises:
            NotFound: there is no such run.
        """
        with self._engine.connect() as connection:
            row = connection.execute(run_rows.newest(and_(_runs.id == run_id, self._within()))).first()
        if row is None:
            raise run_rows.no_run(run_id)
        return run_rows.standing(row)

    def runs(
        self,
        *,
        state: RunState | None = None,
        kind: RunKind | None = None,
        cursor: str = "",
        limit: int = 50,
    ) -> RunPage:
        """Runs, newest first, `limit` at a time; `cursor` is what the page before gave. `state` failed is the list of the dead."""
        where = [self._within()]
        if kind is not None:
            where.append(_runs.kind == kind)
        match state:
            case "waiting":
                where.append(and_(_open.taken_by == "", _open.kind != "batch"))
            case "running":
                where.append(or_(_open.taken_by != "", _open.kind == "batch"))
            case None:
                pass
            case _:
                where.append(_outcomes.state == state)
        wanted = run_rows.newest(and_(*where))
        with self._engine.connect() as connection:
            rows, following = page(connection, wanted, _runs.created_at, _runs.id, cursor=cursor, limit=limit)
        return RunPage(tuple(run_rows.standing(row) for row in rows), following)

    def events(self, run_id: str, *, after: int = 0) -> tuple[RunEvent, ...]:
        """The events with numbers above `after`; none of a run that is not there."""
        wanted = (
            select(_events.number, _events.attempt, _events.kind, _events.record, _events.created_at)
            .select_from(run_tables.run_events.join(run_tables.runs, _runs.id == _events.run_id))
            .where(_events.run_id == run_id, _events.number > after, self._within())
            .order_by(_events.number)
        )
        with self._engine.connect() as connection:
            return tuple(
                RunEvent(
                    number=row.number, attempt=row.attempt, kind=row.kind, at=row.created_at, data=json.loads(row.record)
                )
                for row in connection.execute(wanted)
            )  # fmt: skip

    def files(self, run_id: str) -> tuple[RunFile, ...]:
        """The files it made, in their order; none of a run that is not there."""
        wanted = (
            select(_files.name, _files.content)
            .select_from(run_tables.run_files.join(run_tables.runs, _runs.id == _files.run_id))
            .where(_files.run_id == run_id, _files.side == "out", self._within())
            .order_by(_files.number)
        )
        with self._engine.connect() as connection:
            return tuple(RunFile(row.name, row.content) for row in connection.execute(wanted))

    # --- connections ------------------------------------------------------------------------------------------

    def _within(self) -> ColumnElement[bool]:
        """The condition under which a run is there; no query does without it."""
        return and_(_runs.workspace == self._reach.workspace, true() if self._reach.internal else false())


def _held(connection: Connection, record: RunRecord, key: str, digest: str) -> str:
    """The id of the run a key stands for: this one's, unless it stands for one already."""
    name = f"{'plans' if record.kind == 'plan' else f'runs/{record.kind}'}:{key}"
    insert_new(
        connection, tables.idempotency_keys,
        [{"workspace": record.workspace, "key": name, "request_hash": digest, "resource_id": record.id, "created_at": now()}],
    )  # fmt: skip
    keys = tables.idempotency_keys.c
    held = connection.execute(
        select(keys.request_hash, keys.resource_id).where(keys.workspace == record.workspace, keys.key == name)
    ).one()
    if held.request_hash != digest:
        raise InvalidRequest(
            "该 Idempotency-Key 已用于另一请求。", "This Idempotency-Key was used for another request.",
            mend_zh="请换一个键。", mend_en="Use another key.",
        )  # fmt: skip
    return str(held.resource_id)
