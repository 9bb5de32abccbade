"""What a drafting process does: it opens the parts once, then drafts what it is sent.

The server can do it too, with its own parts; `None` stands for those of the process.
"""

import asyncio
import multiprocessing
import os
import threading
from typing import Any

from jumou.compose import Jumou
from jumou.domain.framework import STEPS, StepKey
from jumou.errors import StepConflict
from jumou.settings import Settings
from jumou.workflow import PlanRequest, draft_plan, draft_projects
from jumou.workflow.creating import keep_plan
from jumou.workflow.redraft import redraft as redraft_step
from jumou.workflow.review import Person

_opened: Jumou | None = None


def start(settings: Settings) -> None:
    """Opens the parts of this process; called once, before anything is drafted."""
    global _opened  # noqa: PLW0603 - a process has one set of parts, and a pool can hand over nothing else
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    _opened = Jumou(settings)
    _opened.library.warm()


def _end_with_parent() -> None:
    """A server that is killed says nothing to its workers; they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def ready() -> bool:
    """Whether the parts are open."""
    return _opened is not None


def project_list(parts: Jumou | None, request: PlanRequest) -> bytes:
    """A project list as JSON."""
    jumou = parts or _own()
    drafted = asyncio.run(draft_projects(request, jumou.library, jumou.drafter_named(request.drafter)))
    return drafted.model_dump_json().encode()


def plan(parts: Jumou | None, plan_id: str, request: PlanRequest, person: Person) -> None:
    """Drafts a plan, tells of each step as it begins, and keeps the plan."""
    jumou = parts or _own()

    def step(key: StepKey, number: int, total: int) -> None:
        told: dict[str, Any] = {
            "step": key,
            "number": number,
            "total": total,
            "title": STEPS[key].in_(request.language),
        }
        _unless_cancelled(jumou, plan_id)
        jumou.store.report_progress(plan_id, "step", told)

    drafter = jumou.drafter_named(request.drafter, user=person.name)
    drafted = asyncio.run(draft_plan(request, jumou.library, drafter, progress=step))
    _unless_cancelled(jumou, plan_id)
    keep_plan(jumou.store, plan_id, request, drafted, person)


def _unless_cancelled(jumou: Jumou, plan_id: str) -> None:
    """Ends a draft whose caller gave it up; a process cannot be told otherwise."""
    if any(entry.kind == "cancelled" for entry in jumou.store.progress(plan_id)):
        raise StepConflict("起草已取消。", "The draft was cancelled.")


def redraft(parts: Jumou | None, plan_id: str, step: StepKey, person: Person) -> str:
    """Drafts a step of a stored plan (again); returns the id of the revision."""
    jumou = parts or _own()
    drafter = jumou.drafter_named("", user=person.name)
    return asyncio.run(redraft_step(jumou.store, jumou.library, drafter, plan_id, step, person)).id


def _own() -> Jumou:
    if _opened is None:
        raise RuntimeError("start() was not called in this process")
    return _opened
