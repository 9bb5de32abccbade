"""Asking for runs and waiting for them: under one key one plan, however often and from wherever it is asked for."""

import asyncio
from functools import partial
from typing import Final

from jumou.api.other_runs import ingest_run
from jumou.api.working import Working
from jumou.domain.access import Classification
from jumou.domain.framework import StepKey
from jumou.domain.run import ENDS, SOMEBODY_WAITS, SOON, RunEvent, RunRecord, RunStanding
from jumou.errors import ServiceUnavailable, StepConflict
from jumou.storage import BatchStore, PlanStore, RunFile, RunStore
from jumou.workflow import PlanRequest
from jumou.workflow import runs as again
from jumou.workflow.redraft import check_redraft
from jumou.workflow.review import Person
from jumou.workflow.runs import plan_run, redraft_run

_LOOK_EVERY: Final = 0.1
"""Seconds between two looks at a run somebody waits for."""

_PATIENCE: Final = 1.0
"""Seconds between two looks while the database is away."""


class Making:
    """Takes runs on for people, and waits for them wherever they are done."""

    def __init__(self, working: Working) -> None:
        """`working` is told what was accepted."""
        self._working = working

    async def plan(
        self, runs: RunStore, request: PlanRequest, person: Person, *, key: str = "", waits: bool = True
    ) -> RunRecord:
        """Accepts the draft of a plan; a second request under the same key is the same run, tried again if it had failed.

        Raises:
            InvalidRequest: the key was used for another request.
        """
        person.principal.must("draft")
        record, digest = plan_run(request, person, priority=SOMEBODY_WAITS if waits else SOON)
        accepted = await asyncio.to_thread(runs.accept, record, key=key, digest=digest, again=True)
        await asyncio.to_thread(self._working.submit)
        return accepted

    async def redraft(self, plans: PlanStore, runs: RunStore, plan_id: str, step: StepKey, person: Person) -> RunRecord:
        """Accepts another draft of a step; what is asked under the person's key is asked once.

        Raises:
            NotFound: there is no such plan.
            StepConflict: a step before it is not approved.
            InvalidRequest: nothing in it waits to be drafted again.
        """
        person.principal.must("draft")
        if not person.key:  # under a key, what was asked for may be done already
            await asyncio.to_thread(check_redraft, plans, plan_id, step)
        record, digest = redraft_run(plan_id, step, person)
        accepted = await asyncio.to_thread(runs.accept, record, key=person.key, digest=digest, again=True)
        await asyncio.to_thread(self._working.submit)
        return accepted

    async def documents(
        self,
        runs: RunStore,
        files: tuple[RunFile, ...],
        classification: Classification,
        person: Person,
        *,
        key: str = "",
    ) -> RunRecord:
        """Accepts files into the library of the workspace; once it returns, none is lost.

        Raises:
            InvalidRequest: the key was used for other files.
        """
        person.principal.must("admin")
        record, digest = ingest_run(files, classification, person)
        accepted = await asyncio.to_thread(partial(runs.accept, record, key=key, digest=digest, files=files))
        await asyncio.to_thread(self._working.submit)
        return accepted

    async def cancel(self, runs: RunStore, batches: BatchStore, run_id: str, person: Person) -> bool:
        """Ends a run that has no outcome; False when it has one.

        Raises:
            NotFound: there is no such run.
        """
        person.principal.must("draft")
        return await asyncio.to_thread(again.cancel_run, runs, batches, run_id, person.name)

    async def retry(self, runs: RunStore, batches: BatchStore, run_id: str, person: Person) -> bool:
        """Does a run that failed or was cancelled once more; False when there is nothing to do.

        Raises:
            NotFound: there is no such run.
        """
        person.principal.must("draft")
        changed = await asyncio.to_thread(again.retry_run, runs, batches, run_id, person.name)
        if changed:
            await asyncio.to_thread(self._working.submit)
        return changed

    async def outcome(self, runs: RunStore, run_id: str) -> RunStanding:
        """The run once it has ended, whichever process does it.

        Raises:
            StepConflict: it was cancelled.
            JumouError: it failed; the error it failed with.
        """
        while (standing := await self._looked(runs, run_id)) is None or not standing.ended:  # noqa: ASYNC110 - it ends in a process, not in this loop
            await asyncio.sleep(_LOOK_EVERY)
        if standing.failure is not None:
            raise standing.failure.error()
        if standing.state == "cancelled":
            raise StepConflict(
                "任务已取消。", "The run was cancelled.", mend_zh="可以重试。", mend_en="It can be retried."
            )
        return standing

    async def _looked(self, runs: RunStore, run_id: str) -> RunStanding | None:
        """Where the run stands; None while the database is away, for the run goes on when it is back."""
        try:
            return await asyncio.to_thread(runs.standing, run_id)
        except ServiceUnavailable:
            await asyncio.sleep(_PATIENCE)
            return None


def told_of(events: tuple[RunEvent, ...], attempt: int, after: int) -> list[tuple[int, RunEvent]]:
    """What a reader of a draft is told, numbered from 1: its steps and its end, not how earlier attempts ended.

    `events` are all of the run; who takes it up, and how often, is nothing to its readers and leaves no gap in the numbers.
    """
    heard = enumerate((event for event in events if event.kind in ("step", *ENDS)), start=1)
    return [
        (number, event)
        for number, event in heard
        if number > after and (event.kind == "step" or event.attempt == attempt)
    ]
