"""Drafting for many callers: as many drafts at once as there are cores, the others wait their turn.

A draft is computing, not waiting, so threads of one process gain nothing. Worker processes open the index beside the
server once two drafts are asked for at a time; until they are ready, and when there are to be none, the server drafts
itself, one draft at a time. So one planner alone has no need of their memory, and a start is not slowed down by them.
"""

import asyncio
import contextlib
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import structlog

from jumou.api import worker
from jumou.compose import Jumou
from jumou.domain.framework import StepKey
from jumou.errors import ServiceUnavailable
from jumou.workflow import PlanRequest
from jumou.workflow.review import Person

_MOST_WAITING: Final = 200
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_P = ParamSpec("_P")
_T = TypeVar("_T")

log = structlog.get_logger("jumou.drafting")


class Drafting:
    """Takes drafts on. `start` once the parts are open, `stop` at the end."""

    def __init__(self) -> None:
        """No worker runs before `start`."""
        self._own = ThreadPoolExecutor(1, "draft")
        self._pool: ProcessPoolExecutor | None = None
        self._pool_ready = False
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

    async def project_list(self, request: PlanRequest, person: Person) -> bytes:
        """A project list as JSON.

        Raises:
            ServiceUnavailable: too many drafts are waiting.
        """
        return await self._run(worker.project_list, request, person)

    async def plan(self, plan_id: str, request: PlanRequest, person: Person) -> None:
        """Drafts and keeps a plan.

        Raises:
            ServiceUnavailable: too many drafts are waiting.
        """
        await self._run(worker.plan, plan_id, request, person)

    async def redraft(self, plan_id: str, step: StepKey, person: Person) -> str:
        """Drafts a step of a stored plan (again); returns the id of the revision.

        Raises:
            ServiceUnavailable: too many drafts are waiting.
            JumouError: as `jumou.workflow.redraft`.
        """
        return await self._run(worker.redraft, plan_id, step, person)

    async def _run(self, task: Callable[Concatenate[Jumou | None, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        if self._waiting >= _MOST_WAITING:
            raise ServiceUnavailable(
                "等待起草的请求过多。",
                "Too many drafts are waiting.",
                mend_zh="请稍后重试。",
                mend_en="Try again later.",
            )
        self._waiting += 1
        if self._waiting > 1 and self._pool is None and self._workers:
            self._open_pool()
        try:
            if self._pool is not None and self._pool_ready:
                with contextlib.suppress(BrokenProcessPool):
                    return await _in(self._pool, task, None, *args, **kwargs)
                log.warning("drafting worker lost")
                self._open_pool()
            return await _in(self._own, task, self._jumou, *args, **kwargs)
        finally:
            self._waiting -= 1

    def _open_pool(self) -> None:
        """Starts worker processes; until all answer, the server drafts itself."""
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
        first = [pool.submit(worker.ready) for _ in range(self._workers)]

        def answered(_: Any) -> None:
            done = all(future.done() and not future.cancelled() and future.exception() is None for future in first)
            if done and self._pool is pool:
                self._pool_ready = True
                log.info("drafting workers ready", workers=self._workers)

        for future in first:
            future.add_done_callback(answered)


async def _in(executor: Executor, task: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    return await asyncio.wrap_future(executor.submit(task, *args, **kwargs))
