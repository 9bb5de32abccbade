"""What a drafting process does: it opens the parts once, then drafts what it is sent.

The server can do it too, with its own parts; `None` stands for those of the process.
"""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from jumou import metrics, tracing
from jumou.compose import Jumou, Office
from jumou.domain.calling import Calling, called_by
from jumou.domain.framework import STEPS, StepKey
from jumou.errors import JumouError, StepConflict
from jumou.logs import set_up_log
from jumou.settings import Settings
from jumou.workflow import PlanRequest, draft_plan, draft_projects
from jumou.workflow.creating import keep_plan
from jumou.workflow.redraft import redraft as redraft_step
from jumou.workflow.review import Person

_P = ParamSpec("_P")
_T = TypeVar("_T")

_opened: Jumou | None = None


def start(settings: Settings) -> None:
    """Opens the parts of this process; called once, before anything is drafted."""
    global _opened  # noqa: PLW0603 - a process has one set of parts, and a pool can hand over nothing else
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    set_up_log(settings)
    tracing.start()
    _opened = Jumou(settings)
    _opened.index.warm()


def _end_with_parent() -> None:
    """A server that is killed says nothing to its workers; they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def on_behalf(
    caller: Calling, task: Callable[Concatenate[Jumou | None, _P], _T], *args: _P.args, **kwargs: _P.kwargs
) -> tuple[_T | JumouError, list[metrics.Noted]]:
    """Does what `caller` asked for; what was counted on the way comes back with the result, or with the error."""
    with metrics.collected() as noted, called_by(caller):
        try:
            return task(None, *args, **kwargs), noted
        except JumouError as error:
            return error, noted
        finally:
            tracing.flush()


def ready() -> bool:
    """Whether the parts are open."""
    return _opened is not None


def project_list(parts: Jumou | None, request: PlanRequest, person: Person) -> bytes:
    """A project list as JSON."""
    jumou = _office(parts, person)
    drafter = jumou.drafter_named(request.drafter)
    drafted = asyncio.run(draft_projects(request, jumou.library_for(drafter.name), drafter))
    return drafted.model_dump_json().encode()


def plan(parts: Jumou | None, plan_id: str, request: PlanRequest, person: Person) -> None:
    """Drafts a plan, tells of each step as it begins, and keeps the plan."""
    jumou = _office(parts, person)

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
    drafted = asyncio.run(draft_plan(request, jumou.library_for(drafter.name), drafter, progress=step))
    _unless_cancelled(jumou, plan_id)
    keep_plan(jumou.store, plan_id, request, drafted, person)


def _unless_cancelled(jumou: Office, plan_id: str) -> None:
    """Ends a draft whose caller gave it up; a process cannot be told otherwise."""
    if any(entry.kind == "cancelled" for entry in jumou.store.progress(plan_id)):
        raise StepConflict("起草已取消。", "The draft was cancelled.")


def redraft(parts: Jumou | None, plan_id: str, step: StepKey, person: Person) -> str:
    """Drafts a step of a stored plan (again); returns the id of the revision."""
    person.principal.must("draft")
    jumou = _office(parts, person)
    drafter = jumou.drafter_of(plan_id, user=person.name)
    library = jumou.library_for(drafter.name)
    return asyncio.run(redraft_step(jumou.store, library, drafter, plan_id, step, person)).id


def _office(parts: Jumou | None, person: Person) -> Office:
    return (parts or _own()).within(person.principal.reach)


def _own() -> Jumou:
    if _opened is None:
        raise RuntimeError("start() was not called in this process")
    return _opened
