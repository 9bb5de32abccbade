"""What runs do to plans: a draft in four steps, another draft of a step. Each keeps its outcome together with what it made."""

import asyncio
from typing import Final, NamedTuple, cast

from jumou.domain.framework import STEPS, StepKey
from jumou.domain.run import RunOutcome, RunRecord, RunTask
from jumou.drafting.desk import Library
from jumou.drafting.drafter import Drafter
from jumou.errors import NotFound
from jumou.storage import PlanStore, RunQueue
from jumou.workflow.creating import keep_plan
from jumou.workflow.plan import draft_plan
from jumou.workflow.redraft import redraft
from jumou.workflow.runs import asked_plan, asking

PLANS: Final = "/v1/plans/"


class Bench(NamedTuple):
    """What a run of this process works with."""

    plans: PlanStore
    runs: RunQueue
    library: Library
    drafter: Drafter


async def do_plan(bench: Bench, task: RunTask, record: RunRecord) -> None:
    """Drafts a plan, tells of each step as it begins, and keeps plan and outcome together.

    Raises:
        StepConflict: the run has ended in the meantime; nothing is kept.
        JumouError: as the drafting.
    """
    request, plan_id = asked_plan(record), record.subject
    result = {"plan": f"{PLANS}{plan_id}"}
    if await asyncio.to_thread(exists, bench.plans, plan_id):  # kept by a version that did not keep outcomes
        await asyncio.to_thread(bench.runs.settle, task, RunOutcome(state="done", result=result))
        return

    def told(step: StepKey, number: int, total: int) -> None:
        title = STEPS[step].in_(request.language)
        bench.runs.step(task, {"step": step, "number": number, "total": total, "title": title})

    plan = await draft_plan(request, bench.library, bench.drafter, progress=told)
    await asyncio.to_thread(
        keep_plan, bench.plans, plan_id, request, plan, asking(record), also=lambda change: change.end_run(task, result)
    )


async def do_redraft(bench: Bench, task: RunTask, record: RunRecord) -> None:
    """Drafts a step of a stored plan again; the revision and the outcome are kept together.

    Raises:
        StepConflict: the run has ended in the meantime, or a step before it is not approved.
        JumouError: as `jumou.workflow.redraft`.
    """
    step = cast("StepKey", record.request["step"])
    bench.runs.step(task, {"step": step, "number": 1, "total": 1})
    address = f"{PLANS}{record.subject}"
    await redraft(
        bench.plans, bench.library, bench.drafter, record.subject, step, asking(record),
        also=lambda change, info: change.end_run(task, {"plan": address, "step": step, "revision": info.id}),
    )  # fmt: skip


def exists(store: PlanStore, plan_id: str) -> bool:
    """Whether the plan is stored."""
    try:
        store.plan(plan_id)
    except NotFound:
        return False
    return True
