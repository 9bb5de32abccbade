"""Which processes do runs, as people see them: where, how many at once, when last heard of. Who is alive is decided by locks."""

from typing import Final

from sqlalchemy import Engine, delete, select, update

from jumou.domain.run import Worker
from jumou.storage import run_tables as tables
from jumou.storage.change import insert_new, now, record_text
from jumou.storage.database import writing

_workers: Final = tables.workers.c


class WorkerList:
    """The processes that do runs. Every method raises ServiceUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is an open database with all migrations run (`open_database`)."""
        self._engine = engine

    def seen(self, worker: Worker, *, stopping: bool = False) -> None:
        """Notes that a process lives; it appears with the first time."""
        at = now()
        with writing(self._engine) as connection:
            insert_new(
                connection, tables.workers,
                [{"name": worker.name, "record": record_text(worker), "started_at": worker.started_at, "seen_at": at, "stopping": int(stopping)}],
            )  # fmt: skip
            connection.execute(
                update(tables.workers).where(_workers.name == worker.name).values(seen_at=at, stopping=int(stopping))
            )

    def gone(self, name: str) -> None:
        """Takes a process out that has ended."""
        with writing(self._engine) as connection:
            connection.execute(delete(tables.workers).where(_workers.name == name))

    def workers(self) -> tuple[Worker, ...]:
        """All that were not seen to end, oldest first; one that was killed stays until another has noticed."""
        wanted = select(_workers.record, _workers.seen_at, _workers.stopping).order_by(_workers.started_at)
        with self._engine.connect() as connection:
            return tuple(
                Worker.model_validate_json(row.record).model_copy(
                    update={"seen_at": row.seen_at, "stopping": bool(row.stopping)}
                )
                for row in connection.execute(wanted)
            )
