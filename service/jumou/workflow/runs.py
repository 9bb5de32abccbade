"""Runs: accepted into our tables, done by whoever is alive, ended once. What a run does is a function of its record alone."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from jumou.domain.access import on_behalf_of
from jumou.domain.calling import calling
from jumou.domain.framework import StepKey
from jumou.domain.region import RegionProfile
from jumou.domain.review import content_hash
from jumou.domain.run import SOMEBODY_WAITS, RunFailure, RunKind, RunOutcome, RunRecord, RunTask
from jumou.errors import JumouError
from jumou.storage import BatchStore, RunFile, RunQueue, RunStore
from jumou.storage.change import new_id, now
from jumou.workflow.plan import PlanRequest
from jumou.workflow.review import Person


class Made(NamedTuple):
    """What a run made: where it can be had, and files that are kept with it."""

    result: Mapping[str, Any]
    files: tuple[RunFile, ...] = ()


Doing = Callable[[RunTask, RunRecord], Made | None]
"""Does a run; None when it has kept the outcome itself, together with what it made. Called from several threads at once."""


def plan_run(request: PlanRequest, person: Person, *, priority: int = SOMEBODY_WAITS) -> tuple[RunRecord, str]:
    """The draft of a plan in four steps, and a hash of what it asks for. The plan will have the run's id."""
    asked = {
        "profile": request.profile.model_dump(mode="json"), "language": request.language,
        "industry": request.industry, "start_year": request.start_year, "horizon": request.horizon,
        **({"drafter": request.drafter} if request.drafter else {}),
        **({"classification": "internal"} if request.classification == "internal" else {}),
    }  # fmt: skip
    plan_id = new_id()
    return new_run("plan", asked, person, subject=plan_id, priority=priority, run_id=plan_id), content_hash(asked)


def redraft_run(
    plan_id: str, step: StepKey, person: Person, *, priority: int = SOMEBODY_WAITS
) -> tuple[RunRecord, str]:
    """Another draft of a step of a stored plan, and a hash of what it asks for."""
    record = new_run("redraft", {"step": step}, person, subject=plan_id, priority=priority)
    return record, content_hash({"plan": plan_id, "step": step})


def new_run(
    kind: RunKind, asked: Mapping[str, Any], person: Person, *, subject: str = "", priority: int, run_id: str = ""
) -> RunRecord:
    """A run that is about to be accepted, with an id of its own unless it is given one."""
    return RunRecord(
        id=run_id or new_id(), workspace=person.principal.workspace, kind=kind, subject=subject, priority=priority,
        created_by=person.name, created_at=now(),
        request={**asked, "request_id": person.request_id, **({"trace": trace} if (trace := calling().trace) else {})},
    )  # fmt: skip


def cancel_run(runs: RunStore, batches: BatchStore, run_id: str, by: str) -> bool:
    """Ends a run that has no outcome; False when it has one. A batch gives up the regions that have none.

    Raises:
        NotFound: there is no such run.
    """
    if runs.standing(run_id).kind == "batch":
        return batches.cancel(run_id) > 0
    return runs.cancel(run_id, by=by)


def retry_run(runs: RunStore, batches: BatchStore, run_id: str, by: str) -> bool:
    """Does a run that failed or was cancelled once more, a batch the regions of it that were; False when there is nothing to do.

    Raises:
        NotFound: there is no such run.
    """
    if runs.standing(run_id).kind == "batch":
        return batches.retry(run_id) > 0
    return runs.retry(run_id, by=by)


def asked_plan(record: RunRecord) -> PlanRequest:
    """What a run of kind `plan` is to draft."""
    asked = record.request
    return PlanRequest(
        profile=RegionProfile.model_validate(asked["profile"]), language=asked["language"], industry=asked["industry"],
        start_year=asked["start_year"], horizon=asked["horizon"], drafter=asked.get("drafter", ""),
        classification=asked.get("classification", "public"),
    )  # fmt: skip


def asking(record: RunRecord) -> Person:
    """Who asked for a run, in which request; it was allowed when it was accepted."""
    principal = on_behalf_of(record.created_by, record.workspace)
    return Person(record.created_by, str(record.request.get("request_id", "")), principal=principal)


class RunDesk(NamedTuple):
    """Does runs, one at a call, and keeps what became of them."""

    store: RunQueue
    doing: Mapping[RunKind, Doing]

    def work(self, task: RunTask, worker: str) -> str:
        """Does a run and keeps what it made. Nothing is done when there is an outcome already.

        Raises:
            JumouError: as the work; nothing is kept then (`give_up` does).
        """
        asked = self.store.asked(task)
        if asked.settled or not self.store.begun(task, worker):
            return "settled"
        made = self.doing[asked.record.kind](task, asked.record)
        if made is not None:
            self.store.settle(task, RunOutcome(state="done", result=dict(made.result)), made.files)
        return "done"

    def give_up(self, task: RunTask, error: JumouError) -> str:
        """Keeps why it failed."""
        self.store.settle(task, RunOutcome(state="failed", failure=RunFailure.of(error)))
        return "failed"

    def broken(self, task: RunTask, kind: str, detail: str) -> None:
        """Keeps that it broke in a way nobody foresaw."""
        self.store.settle(task, RunOutcome(state="failed", failure=RunFailure.broken(kind, detail)))
