"""Batches in this process: the durable engine, started when there is a batch and never before, drafting beside what people wait for."""

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Final

import structlog

from jumou.api.drafting import Drafting
from jumou.compose import Jumou
from jumou.domain.access import Principal
from jumou.errors import JumouError
from jumou.storage import BatchQueue, Presence
from jumou.workflow import PlanRequest
from jumou.workflow.batch import RegionDesk
from jumou.workflow.review import Person

if TYPE_CHECKING:
    from jumou.workflow.durable import Engine

_IN_HAND: Final = 2
"""Regions in hand for each that is being drafted, so that no drafting process waits for the queue."""

log = structlog.get_logger("jumou.batching")


class Batching:
    """Works off the batches of a database. `listen` and `open` (or `use`) before anything else, `stop` at the end."""

    def __init__(self, drafting: Drafting) -> None:
        """`drafting` does the work; a batch has at most two regions a worker in it, so people's own drafts get their turn."""
        self._drafting = drafting
        self._jumou: Jumou | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()
        self._engine: Engine | None = None
        self._stopped = False

    def listen(self) -> None:
        """Called within the event loop that drafts."""
        self._loop = asyncio.get_running_loop()

    def use(self, jumou: Jumou) -> None:
        """Works with these parts, once there is something to do."""
        self._jumou = jumou

    def open(self, jumou: Jumou) -> None:
        """The same, and goes on with what was left open, if anything was; called from a thread that may wait."""
        self.use(jumou)
        try:
            if self.queue.open_tasks():
                threading.Thread(target=self.begin, name="batching", daemon=True).start()
        except JumouError as error:
            log.warning("batches not looked at", message=error.message("en"))

    @property
    def queue(self) -> BatchQueue:
        """What is to be drafted, whosever it is."""
        if self._jumou is None:
            raise RuntimeError("it was not told what to work with")
        return self._jumou.queue

    def begin(self, batch_id: str = "") -> None:
        """Starts the engine unless it runs, and queues the regions of a batch. Not for the event loop's thread.

        Raises:
            ServiceUnavailable: the database does not answer.
        """
        with self._starting:
            if self._stopped:
                return
            if self._engine is None:
                self._engine = self._started()
        if batch_id:
            self._engine.submit(batch_id)

    def _started(self) -> "Engine":
        from jumou.workflow.durable import Engine, engine_address  # noqa: PLC0415 - half a second nobody else should wait

        jumou = self._jumou
        if jumou is None:
            raise RuntimeError("it was not told what to work with")
        workers = jumou.settings.drafting_workers
        at_once = _IN_HAND * max(1, (os.cpu_count() or 1) if workers is None else workers)
        home, address = jumou.settings.home, jumou.settings.database_url
        engine = Engine(
            RegionDesk(self.queue, self._draft), Presence(jumou.database, home), engine_address(home, address),
            at_once=at_once,
        )  # fmt: skip
        engine.start()
        return engine

    def _draft(self, request: PlanRequest, caller: Principal) -> bytes:
        """Drafts in the event loop's stead; called by the engine's threads."""
        if self._loop is None:
            raise RuntimeError("listen() was not called")
        return asyncio.run_coroutine_threadsafe(
            self._drafting.project_list(request, Person(caller.user, principal=caller)), self._loop
        ).result()

    def stop(self) -> None:
        """Takes nothing more on; what is under way is taken up by the next process. Not for the event loop's thread."""
        with self._starting:
            self._stopped = True
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop()
