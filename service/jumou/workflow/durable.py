"""The durable engine: a workflow a region on a queue, taken up again wherever a process ends. Only this module knows DBOS.

What is accepted and what became of it stands in our own tables; the engine's hold who is at work on what. A workflow carries
ids alone and is one draft long, so any version of jumou can finish what another has begun. A process that ends leaves its
workflows behind under its name; the others find its lock free and put them back on the queue.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos import error as dbos_error

from jumou.domain.batch import BatchTask
from jumou.errors import JumouError, OutsideError, ServiceUnavailable
from jumou.storage import Presence
from jumou.workflow.batch import RegionDesk

_QUEUE: Final = "jumou-regions"
_CONTRACT: Final = "1"
"""Version of what a workflow's arguments mean; a process takes only workflows of its own."""

_LOOK_EVERY: Final = 0.25
"""Seconds between two looks at the queue; a look costs 3 ms of processor time, also when there is nothing to do."""

_WATCH_EVERY: Final = 2.0
"""Seconds between two looks for processes that have ended, regions nobody has queued and workflows that broke."""

_TRIES: Final = 4
"""Times a region is drafted while something outside does not answer; waits 1, 2 and 4 seconds in between."""

_TAKEN_UP: Final = 25
"""Times a region is begun; one that has ended so many processes is not begun again, and has failed."""

_FINISHING: Final = 8
"""Seconds a region under way has to be kept before the engine stops."""

_CHUNK: Final = 200
_BROKEN: Final = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED"]

log = structlog.get_logger("jumou.durable")

_desk: RegionDesk | None = None
"""What the workflows of this process work at: DBOS has one engine a process and finds workflows by name."""


def engine_address(home: Path, database_url: str) -> str:
    """Where the engine keeps its own state: the same PostgreSQL database, or a file beside the SQLite one."""
    if database_url.startswith("postgres"):
        return "postgresql://" + database_url.partition("://")[2]
    path = Path(database_url.partition("///")[2]) if database_url else home / "jumou.db"
    return f"sqlite:///{path.with_name(f'{path.stem}-durable.db')}"


class Engine:
    """Works off the regions of all batches in the database. One a process; `start` once, `stop` at the end."""

    def __init__(self, desk: RegionDesk, presence: Presence, address: str, *, at_once: int) -> None:
        """`address` is from `engine_address`; `at_once` is how many regions this process has in hand."""
        self._desk = desk
        self._presence = presence
        self._address = address
        self._at_once = at_once
        self._queued: set[str] = set()
        self._queueing = threading.Lock()
        self._ending = threading.Event()
        self._watch: threading.Thread | None = None

    def start(self) -> None:
        """Opens the engine, takes up what ended processes have left, and queues what is open.

        Raises:
            ServiceUnavailable: the database does not answer.
        """
        global _desk  # noqa: PLW0603 - as said there
        self._presence.hold()
        if self._address.startswith("sqlite"):
            _write_ahead(self._address.removeprefix("sqlite:///"))
        config: DBOSConfig = {
            "name": "jumou", "system_database_url": self._address, "dbos_system_schema": "jumou_durable",
            "application_version": _CONTRACT, "executor_id": self._presence.name, "log_level": "ERROR",
            "max_executor_threads": 2 * self._at_once + 8, "use_listen_notify": False,
        }  # fmt: skip
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # else it writes lines of its own form
        DBOS(config=config)
        _desk = self._desk
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE, worker_concurrency=self._at_once, polling_interval_sec=_LOOK_EVERY, on_conflict="always_update"
        )
        self._look_after()
        self._watch = threading.Thread(target=self._keep_watch, name="durable-watch", daemon=True)
        self._watch.start()
        log.info("engine started", executor=self._presence.name)

    def stop(self) -> None:
        """Takes nothing more on. What is under way is left to whoever comes next, unless it is kept in time."""
        self._ending.set()
        if self._watch is not None:
            self._watch.join(10)
        DBOS.destroy(workflow_completion_timeout_sec=_FINISHING)
        logging.getLogger("dbos").setLevel(
            logging.CRITICAL
        )  # what is still under way has nowhere to report to, as it should
        self._presence.end()

    def submit(self, batch_id: str) -> None:
        """Queues the open regions of a batch; those that are queued already stay so."""
        self._queue(self._desk.store.open_tasks(batch_id))

    def _queue(self, tasks: Iterable[BatchTask]) -> None:
        with self._queueing:
            for task in tasks:
                name = _name(task)
                if name not in self._queued:
                    with SetWorkflowID(name):
                        DBOS.enqueue_workflow(_QUEUE, draft_region, task.batch_id, task.row, task.attempt)
                    self._queued.add(name)

    def _keep_watch(self) -> None:
        while not self._ending.wait(_WATCH_EVERY):
            try:
                self._look_after()
            except ServiceUnavailable as error:
                log.warning("database does not answer", message=error.message("en"))

    def _look_after(self) -> None:
        """Takes up what ended processes have left, queues what nobody has, and keeps what became of workflows that broke."""
        self._presence.hold()
        begun = DBOS.list_workflows(status="PENDING", queue_name=_QUEUE, load_input=False, load_output=False)
        gone = [name for name in {one.executor_id for one in begun} if name and self._presence.gone(name)]
        if gone:
            DBOS._recover_pending_workflows(gone)  # noqa: SLF001 - what DBOS's own coordinator calls; there is no public name
            log.info("regions taken over", processes=len(gone))
        waiting = self._desk.store.open_tasks()
        self._queue(waiting)
        for chunk in _chunks(waiting):
            by_name = {_name(task): task for task in chunk}
            for one in DBOS.list_workflows(
                workflow_ids=list(by_name), status=_BROKEN, load_input=False, load_output=True
            ):
                kind = "Interrupted" if one.error is None else type(one.error).__name__
                detail = one.status if one.error is None else f"{kind}: {one.error}"
                self._desk.broken(by_name[one.workflow_id], kind, detail[:500])
                log.error("region broken", workflow=one.workflow_id, kind=kind)


@DBOS.workflow(name="jumou.region", max_recovery_attempts=_TAKEN_UP)
def draft_region(batch_id: str, row: int, attempt: int) -> str:
    """Drafts one region, once; a failure somebody can act on is an outcome like any other."""
    try:
        return _drafted(batch_id, row, attempt)
    except dbos_error.DBOSMaxStepRetriesExceeded as spent:
        last = spent.errors[-1]
        if not isinstance(last, JumouError):
            raise
        return _given_up(batch_id, row, attempt, last)
    except JumouError as error:
        return _given_up(batch_id, row, attempt, error)


@DBOS.step(
    name="jumou.region.draft", retries_allowed=True, max_attempts=_TRIES,
    should_retry=lambda error: isinstance(error, OutsideError),
)  # fmt: skip
def _drafted(batch_id: str, row: int, attempt: int) -> str:
    return _at_work().work(BatchTask(batch_id=batch_id, row=row, attempt=attempt)) or "settled"


@DBOS.step(name="jumou.region.give-up", retries_allowed=True, max_attempts=_TRIES)
def _given_up(batch_id: str, row: int, attempt: int, error: JumouError) -> str:
    return _at_work().give_up(BatchTask(batch_id=batch_id, row=row, attempt=attempt), error)


def _at_work() -> RegionDesk:
    if _desk is None:
        raise RuntimeError("no engine was started in this process")
    return _desk


def _name(task: BatchTask) -> str:
    return f"{task.batch_id}-{task.row}-{task.attempt}"


def _chunks(tasks: tuple[BatchTask, ...]) -> Iterator[tuple[BatchTask, ...]]:
    for begin in range(0, len(tasks), _CHUNK):
        yield tasks[begin : begin + _CHUNK]


def _write_ahead(path: str) -> None:
    """Readers and one writer side by side, and no wait for the disk at each step: our own tables hold what counts."""
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
