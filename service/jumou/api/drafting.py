"""Drafting for many callers: as many drafts at once as there are cores, the others wait their turn.

A draft is computing, not waiting, so threads of one process gain nothing. Worker processes open the index beside the
server once two drafts are asked for at a time; until they are ready, and when there are to be none, the server drafts
itself, one draft at a time. So one planner alone has no need of their memory, and a start is not slowed down by them.

What a model is asked for a run is asked by a worker from the first: it outlives a server that is killed for as long as it
has calls under way, and keeps their answers (`worker.start`).
"""

import asyncio
import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextvars import copy_context
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import structlog

from jumou import metrics, tracing
from jumou.api import worker
from jumou.compose import Jumou
from jumou.domain.batch import BatchTask
from jumou.domain.calling import calling
from jumou.domain.run import RunRecord, RunTask
from jumou.drafting.drafter import DrafterName
from jumou.errors import JumouError, ServiceUnavailable
from jumou.workflow import PlanRequest
from jumou.workflow.review import Person
from jumou.workflow.runs import Made

_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_P = ParamSpec("_P")
_T = TypeVar("_T")

log = structlog.get_logger("jumou.drafting")


class Drafting:
    """Takes drafts on. `start` once the parts are open, `stop` at the end."""

    def __init__(self, *, threads: int = 1) -> None:
        """No worker runs before `start`. `threads` are the drafts this process makes itself at once, where there are no workers."""
        self._own = ThreadPoolExecutor(threads, "draft")
        self._pool: ProcessPoolExecutor | None = None
        self._pool_ready = False
        self._first: list[Future[bool]] = []
        self._workers = 0
        self._jumou: Jumou | None = None
        self._waiting = 0

    def start(self, jumou: Jumou) -> None:
        """Makes drafts possible."""
        self._jumou = jumou
        wanted = jumou.settings.drafting_workers
        self._workers = (os.cpu_count() or 1) if wanted is None else wanted

    def stop(self) -> None:
        """Ends the workers; drafts under way are finished, those waiting are given up."""
        self._own.shutdown(cancel_futures=True)
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    @property
    def workers_ready(self) -> bool:
        """Whether worker processes draft (and not the server itself)."""
        return self._pool_ready

    @property
    def waiting(self) -> int:
        """Drafts under way or waiting for a turn."""
        return self._waiting

    async def project_list(self, request: PlanRequest, person: Person, *, region: BatchTask | None = None) -> bytes:
        """A project list as JSON; `region` is the region of a batch it is for, under which paid calls are kept.

        Raises:
            ServiceUnavailable: too many drafts are waiting.
        """
        outlives = region is not None and self._asks_model(request.drafter)
        return await self._run(outlives, worker.project_list, request, person, region)

    async def do(self, task: RunTask, record: RunRecord) -> Made | None:
        """Does a run: a plan's draft or a step's, which keeps its outcome itself, or an export.

        Raises:
            ServiceUnavailable: too many drafts are waiting.
            JumouError: as the work.
        """
        drafts = record.kind in ("plan", "redraft")
        outlives = drafts and self._asks_model(record.request.get("drafter", ""))
        return await self._run(outlives, worker.do, task, record)

    def _asks_model(self, name: DrafterName) -> bool:
        return self._jumou is not None and self._jumou.settings.asks_model(name)

    async def _run(
        self, outlives: bool, task: Callable[Concatenate[Jumou | None, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Runs a task; one whose calls of a model are to outlive the server waits for a worker, where there are to be any."""
        most = self._jumou.settings.waiting_drafts if self._jumou is not None else 0
        if self._waiting >= most:
            raise ServiceUnavailable(
                "等待起草的请求过多。",
                "Too many drafts are waiting.",
                mend_zh="请稍后重试。",
                mend_en="Try again later.",
            )
        self._waiting += 1
        if (self._waiting > 1 or outlives) and self._pool is None and self._workers:
            self._open_pool(1 if outlives and self._waiting == 1 else self._workers)
        if outlives and self._first and not self._pool_ready:
            await asyncio.wait([asyncio.wrap_future(one) for one in self._first])
        kind = task.__name__
        began, outcome = time.perf_counter(), "defect"
        try:
            with tracing.span(f"draft {kind}"):
                found = await self._drafted(task, *args, **kwargs)
        except JumouError as error:
            outcome = type(error).__name__
            raise
        else:
            outcome = "done"
            return found
        finally:
            self._waiting -= 1
            metrics.note("jumou_drafts", kind=kind, outcome=outcome)
            metrics.note("jumou_draft_seconds", time.perf_counter() - began, kind=kind)

    async def _drafted(
        self, task: Callable[Concatenate[Jumou | None, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        caller = calling()._replace(trace=tracing.current())
        if self._pool is not None and self._pool_ready:
            with contextlib.suppress(BrokenProcessPool):
                found, noted = await _in(self._pool, partial(worker.on_behalf, caller, task, *args, **kwargs))
                metrics.replay(noted)
                if isinstance(found, JumouError):
                    raise found
                return found
            log.warning("drafting worker lost")
            self._open_pool(self._workers)
        here = partial(task, self._jumou, *args, **kwargs)
        return await _in(self._own, partial(copy_context().run, here))  # the thread works for the same caller

    def _open_pool(self, at_first: int) -> None:
        """Starts that many worker processes, the others when there is work for them; until all answer, the server drafts itself."""
        if self._jumou is None:
            return
        self._pool_ready = False
        for name in _THREADS:
            os.environ.setdefault(name, "1")  # read by what the workers load; a worker a core, a thread a worker
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        pool = ProcessPoolExecutor(
            self._workers, multiprocessing.get_context("spawn"), worker.start, (self._jumou.settings,)
        )
        self._pool = pool
        first = [pool.submit(worker.ready) for _ in range(at_first)]
        self._first = first

        def answered(_: Any) -> None:
            done = all(future.done() and not future.cancelled() and future.exception() is None for future in first)
            if done and self._pool is pool:
                self._pool_ready = True
                log.info("drafting workers ready", workers=self._workers)

        for future in first:
            future.add_done_callback(answered)


async def _in(executor: Executor, work: Callable[[], _T]) -> _T:
    return await asyncio.wrap_future(executor.submit(work))
