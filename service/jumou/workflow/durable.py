"""The durable engine: a short workflow for each run and each region, taken up again wherever a process ends. Only this module knows DBOS.

What is accepted and what became of it stands in our own tables; the engine's hold who is at work on what. A workflow carries
ids alone, so any version of jumou can finish what another has begun. A process that ends leaves its workflows behind under
its name; the others find its lock free and put them back on the queue.
"""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any, Final, NamedTuple, TypeVar

import structlog
from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos import error as dbos_error

from jumou.domain.batch import BatchTask
from jumou.domain.run import RunTask, Worker
from jumou.errors import CannotWrite, JumouError, OutsideError, ServiceUnavailable
from jumou.storage import DATABASE_ERRORS, Presence, WorkerList
from jumou.storage.change import now
from jumou.workflow import queueing
from jumou.workflow.batch import RegionDesk
from jumou.workflow.engine_state import UnderWay, own_hands, prepare_file
from jumou.workflow.queueing import Entry
from jumou.workflow.runs import RunDesk

CONTRACT: Final = "2"
"""Version of what a workflow's arguments mean. A process takes only workflows of its own from the queue; what another version
has left, it queues anew, for ids mean the same to all."""

_QUEUE_EVERY: Final = 0.5
"""Seconds between two looks for runs nobody has queued."""

_WATCH_EVERY: Final = 2.0
"""Seconds between two looks for processes that have ended and workflows that broke."""

_HEARTBEAT: Final = 1.0
"""Seconds between two proofs that this process holds its lock."""

_SILENT: Final = 10.0
"""Seconds without such a proof after which the process does not call itself well."""

_MISSED: Final = 3
"""Looks in a row a process has to be found gone, unless it said that it ends: a database that restarts drops every lock for a moment."""

_STRANDED: Final = 5
"""Looks in a row at which nothing here was at work on a workflow of this process, before it is queued anew."""

_TRIES: Final = 4
"""Times a run is tried while something outside does not answer; waits 1, 2 and 4 seconds in between."""

_TAKEN_UP: Final = 25
"""Times a run is begun; one that has ended so many processes is not begun again, and has failed."""

_FINISHING: Final = 8
"""Seconds what is under way has to be kept before the engine stops, unless told otherwise."""

_PATIENCE: Final = 1.0
"""Seconds between two tries while the database is away or the disk is full."""

_BROKEN: Final = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED")

T = TypeVar("T")

log = structlog.get_logger("jumou.durable")


class Desks(NamedTuple):
    """What the workflows of a process work at."""

    runs: RunDesk
    regions: RegionDesk


class Hands(NamedTuple):
    """How much a process takes on at once: runs people wait for, and besides them regions of batches.

    `a_minute` bounds how many of each all processes together begin within a minute; None binds nothing.
    """

    runs: int
    regions: int
    a_minute: int | None = None


class _Ending(BaseException):
    """The process ends while its database is away. No exception of DBOS's kind, so it records nothing, and others take over."""


class _Work(NamedTuple):
    desks: Desks
    name: str
    ending: threading.Event


_under_way: Final = UnderWay()
_work: _Work | None = None
"""What this process is at: DBOS has one engine a process and finds workflows by name."""


class Engine:
    """Works off the open runs and regions of the database. One a process; `start` once, `stop` at the end."""

    def __init__(
        self, desks: Desks, presence: Presence, workers: WorkerList, address: str, *, hands: Hands, contract: str = CONTRACT
    ) -> None:  # fmt: skip
        """`address` is from `engine_address`; `contract` is another than this version's in tests alone."""
        self._desks = desks
        self._presence = presence
        self._workers = workers
        self._address = address
        self._hands = hands
        self._queued: set[str] = set()
        self._queueing = threading.Lock()
        self._ending = threading.Event()
        self._proved = 0.0
        self._missed: dict[str, int] = {}
        self._threads: list[threading.Thread] = []
        self._self = Worker(
            name=presence.name, host=socket.gethostname(), pid=os.getpid(), at_once=hands.regions, contract=contract,
            version=version("jumou"), started_at=now(), seen_at=now(),
        )  # fmt: skip

    @property
    def well(self) -> bool:
        """Whether it holds its lock and is heard of."""
        return time.monotonic() - self._proved < _SILENT

    @property
    def name(self) -> str:
        """The name of this process among those at work."""
        return self._self.name

    def start(self) -> None:
        """Opens the engine, takes up what ended processes have left, and queues what is open.

        Raises:
            ServiceUnavailable: the database does not answer.
        """
        global _work  # noqa: PLW0603 - as said there
        self._prove()
        if self._address.startswith("sqlite"):
            prepare_file(self._address.removeprefix("sqlite:///"))
        config: DBOSConfig = {
            "name": "jumou", "system_database_url": self._address, "dbos_system_schema": "jumou_durable",
            "application_version": self._self.contract, "executor_id": self.name, "log_level": "ERROR",
            "max_executor_threads": 2 * (self._hands.runs + self._hands.regions) + 8, "use_listen_notify": False,
        }  # fmt: skip
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # else it writes lines of its own form
        try:
            engine = DBOS(config=config)
            _work = _Work(self._desks, self.name, self._ending)
            DBOS.listen_queues(list(queueing.LOOK_EVERY))
            DBOS.launch()
            own_hands(engine, queueing.hands(self._hands.runs, self._hands.regions))
            limit = None if self._hands.a_minute is None else {"limit": self._hands.a_minute, "period": 60.0}
            for queue, every in queueing.LOOK_EVERY.items():
                DBOS.register_queue(
                    queue, worker_concurrency=1, limiter=limit, polling_interval_sec=every, on_conflict="always_update",  # type: ignore[arg-type] # its own TypedDict
                )  # fmt: skip
        except (dbos_error.DBOSException, OSError, *DATABASE_ERRORS) as problem:
            DBOS.destroy()  # so that the next start finds nothing of this one
            raise ServiceUnavailable("任务引擎未能启动。", "The durable engine could not be started.") from problem
        self._queue_open()
        for name, task, every in (
            ("presence", self._prove, _HEARTBEAT), ("queueing", self._queue_open, _QUEUE_EVERY), ("watch", self._look_after, _WATCH_EVERY),
        ):  # fmt: skip
            thread = threading.Thread(
                target=self._repeat, args=(task, every), name=f"durable-{name}", daemon=True
            )  # fmt: skip
            thread.start()
            self._threads.append(thread)
        log.info("engine started", executor=self.name)

    def stop(self, *, finishing: float = _FINISHING) -> None:
        """Takes nothing more on. What is under way may end within `finishing` seconds, else it is left to whoever is alive."""
        self._ending.set()
        for thread in self._threads:
            thread.join(10)
        with contextlib.suppress(JumouError):
            self._workers.seen(self._self, stopping=True)
        DBOS.destroy(workflow_completion_timeout_sec=int(finishing))
        logging.getLogger("dbos").setLevel(
            logging.CRITICAL
        )  # what is still under way has nowhere to report to, as it should
        with contextlib.suppress(JumouError):
            self._desks.runs.store.handed_back([self.name])
            self._workers.gone(self.name)
        self._presence.end()

    def look(self) -> None:
        """Queues what was accepted, without waiting for the next look."""
        self._queue_open()

    # --- looking after ----------------------------------------------------------------------------------------

    def _repeat(self, task: Callable[[], object], every: float) -> None:
        while not self._ending.wait(every):
            try:
                task()
            except (JumouError, dbos_error.DBOSException, OSError, *DATABASE_ERRORS) as error:
                log.warning("engine not looked after", task=task.__name__, error=type(error).__name__)

    def _prove(self) -> None:
        self._presence.hold()
        self._workers.seen(self._self)
        self._proved = time.monotonic()

    def _queue_open(self) -> None:
        """Queues the runs and regions nobody has queued, and forgets those that have ended."""
        waiting = self._waiting(whole=not self._threads)
        self._queue(waiting)
        with self._queueing:
            self._queued &= {entry.name for entry in waiting}

    def _waiting(self, *, whole: bool = False) -> list[Entry]:
        """What is open. `whole` looks for regions of batches too that were accepted before batches were runs."""
        runs = queueing.runs(self._desks.runs.store.open_tasks())
        regions = self._desks.regions.store
        if whole:
            return [*runs, *queueing.regions(regions.open_tasks())]
        batches = self._desks.runs.store.open_batches()
        return [*runs, *(entry for batch in batches for entry in queueing.regions(regions.open_tasks(batch)))]

    def _queue(self, entries: Iterable[Entry]) -> None:
        with self._queueing:
            for entry in entries:
                if entry.name in self._queued:
                    continue
                with SetWorkflowID(entry.name), SetEnqueueOptions(priority=entry.priority):
                    if isinstance(entry.task, RunTask):
                        DBOS.enqueue_workflow(entry.queue, do_run, entry.task.run_id, entry.task.attempt)
                    else:
                        task = entry.task
                        DBOS.enqueue_workflow(entry.queue, draft_region, task.batch_id, task.row, task.attempt)
                self._queued.add(entry.name)

    def _look_after(self) -> None:
        """Takes up what ended processes have left, and keeps what became of workflows that broke."""
        if not self._desks.runs.store.answers():
            return
        begun = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        gone = self._gone({one.executor_id for one in begun if one.executor_id})
        stranded = _under_way.stranded([one.workflow_id for one in begun if one.executor_id == self.name], _STRANDED)
        if gone:
            DBOS._recover_pending_workflows(gone)  # noqa: SLF001 - what DBOS's own coordinator calls; there is no public name
            self._desks.runs.store.handed_back(gone)
            for name in gone:
                self._workers.gone(name)
            log.info("runs taken over", processes=len(gone))
        waiting = self._waiting()
        for chunk in queueing.chunks(waiting):
            by_name = {entry.name: entry for entry in chunk}
            for one in DBOS.list_workflows(workflow_ids=list(by_name), load_input=False, load_output=True):
                self._settle(by_name[one.workflow_id], one, gone, stranded=one.workflow_id in stranded)

    def _settle(self, entry: Entry, one: Any, gone: list[str], *, stranded: bool) -> None:
        """Keeps what became of a workflow that broke; queues anew what another version has left, or what the engine has lost."""
        if one.status in _BROKEN and not isinstance(one.error, DATABASE_ERRORS):
            kind = "Interrupted" if one.error is None else type(one.error).__name__
            detail = (one.status if one.error is None else f"{kind}: {one.error}")[:500]
            if isinstance(entry.task, RunTask):
                self._desks.runs.broken(entry.task, kind, detail)
            else:
                self._desks.regions.broken(entry.task, kind, detail)
            log.error("run broken", workflow=one.workflow_id, kind=kind)
            return
        # a success, and yet it is open: our tables are from a backup; an error of the database is none of the run's
        lost = stranded or one.status in ("SUCCESS", "ERROR")
        foreign = one.app_version != self._self.contract
        left = one.status == "ENQUEUED" or one.executor_id in gone
        if lost or (foreign and left):
            DBOS.delete_workflow(one.workflow_id)
            with self._queueing:
                self._queued.discard(entry.name)
            log.info("run queued anew", workflow=one.workflow_id, contract=one.app_version)

    def _gone(self, names: set[str]) -> list[str]:
        """The processes that have ended: at once those that said so, the others after some looks."""
        known = {worker.name for worker in self._workers.workers()}
        self._missed = {
            name: self._missed.get(name, 0) + 1
            for name in sorted(names | known)
            if name != self.name and self._presence.gone(name)
        }
        return [name for name, missed in self._missed.items() if missed >= _MISSED or name not in known]


# --- workflows --------------------------------------------------------------------------------------------------


@DBOS.workflow(name="jumou.run", max_recovery_attempts=_TAKEN_UP)
def do_run(run_id: str, attempt: int) -> str:
    """Does one run, once; a failure somebody can act on is an outcome like any other."""
    with _under_way.entered(f"{run_id}-{attempt}"):
        try:
            return _done(run_id, attempt)
        except dbos_error.DBOSMaxStepRetriesExceeded as spent:
            return _run_given_up(run_id, attempt, _last(spent))
        except JumouError as error:
            return _run_given_up(run_id, attempt, error)


@DBOS.workflow(name="jumou.region", max_recovery_attempts=_TAKEN_UP)
def draft_region(batch_id: str, row: int, attempt: int) -> str:
    """Drafts one region, once; as `do_run`."""
    with _under_way.entered(f"{batch_id}-{row}-{attempt}"):
        try:
            return _drafted(batch_id, row, attempt)
        except dbos_error.DBOSMaxStepRetriesExceeded as spent:
            return _given_up(batch_id, row, attempt, _last(spent))
        except JumouError as error:
            return _given_up(batch_id, row, attempt, error)


def _outside(error: BaseException) -> bool:
    return isinstance(error, OutsideError)


@DBOS.step(name="jumou.run.do", retries_allowed=True, max_attempts=_TRIES, should_retry=_outside)
def _done(run_id: str, attempt: int) -> str:
    work = _at_work()
    return _patiently(lambda: work.desks.runs.work(RunTask(run_id=run_id, attempt=attempt), work.name))


@DBOS.step(name="jumou.run.give-up", retries_allowed=True, max_attempts=_TRIES)
def _run_given_up(run_id: str, attempt: int, error: JumouError) -> str:
    return _patiently(lambda: _at_work().desks.runs.give_up(RunTask(run_id=run_id, attempt=attempt), error))


@DBOS.step(name="jumou.region.draft", retries_allowed=True, max_attempts=_TRIES, should_retry=_outside)
def _drafted(batch_id: str, row: int, attempt: int) -> str:
    task = BatchTask(batch_id=batch_id, row=row, attempt=attempt)
    return _patiently(lambda: _at_work().desks.regions.work(task)) or "settled"


@DBOS.step(name="jumou.region.give-up", retries_allowed=True, max_attempts=_TRIES)
def _given_up(batch_id: str, row: int, attempt: int, error: JumouError) -> str:
    task = BatchTask(batch_id=batch_id, row=row, attempt=attempt)
    return _patiently(lambda: _at_work().desks.regions.give_up(task, error))


def _patiently(work: Callable[[], T]) -> T:
    """Does it; waits for a database that is away and a disk that is full, as no try of the run's own: nothing could be kept."""
    at_work = _at_work()
    while True:
        try:
            return work()
        except OutsideError:
            if at_work.desks.runs.store.answers():
                raise
        except CannotWrite as error:
            log.warning("run waits for the disk", message=error.message("en"))
        if at_work.ending.wait(_PATIENCE):
            raise _Ending


def _at_work() -> _Work:
    if _work is None:
        raise RuntimeError("no engine was started in this process")
    return _work


def _last(spent: dbos_error.DBOSMaxStepRetriesExceeded) -> JumouError:
    last = spent.errors[-1]
    if not isinstance(last, JumouError):
        raise last
    return last
