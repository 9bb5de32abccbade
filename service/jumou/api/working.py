"""Runs and batches in this process: the durable engine, started when there is work and never before, beside what people wait for."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

from jumou.api import worker
from jumou.api.drafting import Drafting
from jumou.compose import Jumou
from jumou.domain.access import Principal
from jumou.domain.batch import BatchTask
from jumou.domain.calling import Calling, called_by
from jumou.domain.run import RunRecord, RunTask
from jumou.errors import JumouError
from jumou.storage import Presence, WorkerList
from jumou.workflow import PlanRequest
from jumou.workflow.batch import RegionDesk
from jumou.workflow.engine_state import engine_address
from jumou.workflow.review import Person
from jumou.workflow.runs import Made, RunDesk

if TYPE_CHECKING:
    from jumou.workflow.durable import Engine, Hands

_IN_HAND: Final = 2
"""Regions in hand for each that is being drafted, so that no drafting process waits for the queue."""

_PEOPLE: Final = 4
"""Runs people wait for that a process takes on at once, for each that it drafts."""

_LOOK_EVERY: Final = 2.0
"""Seconds between two looks for work that others have accepted, while there is no engine here; a look is one small query."""

T = TypeVar("T")

log = structlog.get_logger("jumou.working")


class Working:
    """Does the runs and batches of a database. `listen` and `open` before anything else, `stop` at the end."""

    def __init__(self, drafting: Drafting, *, at_once: int | None = None, always: bool = False) -> None:
        """`drafting` does the work, with `at_once` regions in hand: two for each it drafts unless told, so people get their turn.

        `always` works also where the settings leave the work to others.
        """
        self._drafting = drafting
        self._jumou: Jumou | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()
        self._wanted = threading.Event()
        self._ending = threading.Event()
        self._engine: Engine | None = None
        self._thread: threading.Thread | None = None
        self._at_once = at_once
        self._always = always

    def listen(self) -> None:
        """Called within the event loop that drafts."""
        self._loop = asyncio.get_running_loop()

    def open(self, jumou: Jumou) -> None:
        """Works with these parts, once there is something to do; not at all where the settings leave the work to others."""
        self._jumou = jumou
        if jumou.settings.work or self._always:
            self._thread = threading.Thread(target=self._look_out, name="working", daemon=True)
            self._thread.start()

    @property
    def engine(self) -> "Engine | None":
        """The engine, once it was started."""
        return self._engine

    def submit(self) -> None:
        """Something was accepted; it is begun by whoever is free first. Never waits for the engine to start."""
        engine = self._engine
        if engine is None:
            self._wanted.set()
            return
        try:
            engine.look()
        except JumouError as error:  # it is accepted; the next look queues it
            log.warning("not queued yet", error=type(error).__name__)

    def stop(self, *, finishing: float | None = None) -> None:
        """Takes nothing more on; what is under way is taken up by the next process. Not for the event loop's thread."""
        self._ending.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(60)
        with self._starting:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop() if finishing is None else engine.stop(finishing=finishing)

    def _look_out(self) -> None:
        """Starts the engine when there is work, whoever accepted it; tries again while the database is away."""
        while not self._ending.is_set():
            try:
                if self._wanted.is_set() or self._parts().runs.any_open() or self._parts().queue.open_tasks():
                    with self._starting:
                        self._engine = self._started()
                    return
            except JumouError as error:
                log.warning("no engine yet", error=type(error).__name__, message=error.message("en"))
                self._ending.wait(_LOOK_EVERY)
            self._wanted.wait(_LOOK_EVERY)

    def _started(self) -> "Engine":
        from jumou.workflow.durable import Desks, Engine  # noqa: PLC0415 - half a second nobody else should wait

        jumou = self._parts()
        database, settings = jumou.database, jumou.settings
        desks = Desks(
            RunDesk(
                jumou.runs,
                {
                    "plan": self._do,
                    "redraft": self._do,
                    "export": self._do,
                    "ingest": self._ingest,
                    "evaluation": self._evaluate,
                },
            ),
            RegionDesk(jumou.queue, self._draft),
        )
        engine = Engine(
            desks, Presence(database, settings.home), WorkerList(database), engine_address(settings.home, settings.database_url),
            hands=self._hands(),
        )  # fmt: skip
        engine.start()
        return engine

    def _hands(self) -> "Hands":
        from jumou.workflow.durable import Hands  # noqa: PLC0415 - as above

        settings = self._parts().settings
        drafting = max(1, (os.cpu_count() or 1) if settings.drafting_workers is None else settings.drafting_workers)
        regions = self._at_once or _IN_HAND * drafting
        return Hands(max(regions, _PEOPLE * drafting), regions, settings.runs_per_minute)

    def _do(self, task: RunTask, record: RunRecord) -> Made | None:
        """Does a run in the event loop's stead; called by the engine's threads."""
        with called_by(_caller_of(task, record)):
            return self._wait(self._drafting.do(task, record))

    def _ingest(self, task: RunTask, record: RunRecord) -> Made:
        """Takes files in, here: the process that has the index open is the one that may write to it."""
        from jumou.api.other_runs import ingest  # noqa: PLC0415 - the readers of all kinds of files

        with called_by(_caller_of(task, record)):
            return ingest(self._parts(), task, record)

    def _evaluate(self, task: RunTask, record: RunRecord) -> Made:
        """Runs a suite in a process of its own, which ends with this one: it computes for minutes."""
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, spawn, worker.start, (self._parts().settings,)) as alone:
            return alone.submit(worker.evaluate_here, task, record).result()

    def _draft(self, request: PlanRequest, caller: Principal, task: BatchTask) -> bytes:
        person = Person(caller.user, principal=caller)
        with called_by(Calling(user=caller.user, workspace=caller.workspace, run_id=task.scope)):
            return self._wait(self._drafting.project_list(request, person, region=task))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            raise RuntimeError("listen() was not called")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _parts(self) -> Jumou:
        if self._jumou is None:
            raise RuntimeError("it was not told what to work with")
        return self._jumou


def _caller_of(task: RunTask, record: RunRecord) -> Calling:
    """Whom a run is done for; its id stands in every line of the log on the way."""
    asked = record.request
    return Calling(
        asked.get("request_id", ""),
        record.created_by,
        record.workspace,
        run_id=task.run_id,
        trace=asked.get("trace", ""),
    )
