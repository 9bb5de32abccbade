"""What a drafting process does: it opens the parts once, then drafts what it is sent.

The server can do it too, with its own parts; `None` stands for those of the process.
"""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

from jumou import metrics, tracing
from jumou.api.other_runs import evaluate, export
from jumou.compose import Jumou, Office
from jumou.domain.batch import BatchTask
from jumou.domain.calling import Calling, called_by
from jumou.domain.run import RunRecord, RunTask
from jumou.errors import JumouError
from jumou.logs import set_up_log
from jumou.settings import Settings
from jumou.storage import CallJournal
from jumou.workflow import PlanRequest, draft_projects, finished
from jumou.workflow.doing import Bench, do_plan, do_redraft
from jumou.workflow.review import Person
from jumou.workflow.runs import Made, asking

_P = ParamSpec("_P")
_T = TypeVar("_T")

_DOING: Final = {"plan": do_plan, "redraft": do_redraft}
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
    """A server that is killed says nothing to its workers; they would wait for work for ever.

    What they have asked a model for is paid for: they keep the answers for whoever takes the run up, and begin nothing new.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        if _opened is not None and _opened.model is not None:
            _opened.claims.end(_opened.settings.llm_timeout)
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


def project_list(parts: Jumou | None, request: PlanRequest, person: Person, region: BatchTask | None = None) -> bytes:
    """A project list as JSON; `region` is the region of a batch it is for, under which paid calls are kept."""
    jumou = _office(parts, person)
    drafter = jumou.drafter_named(
        request.drafter,
        journal=None if region is None else CallJournal.of_region(jumou.whole.database, jumou.whole.claims, region),
    )
    drafted = finished(draft_projects(request, jumou.library_for(drafter.name), drafter))
    return drafted.model_dump_json().encode()


def do(parts: Jumou | None, task: RunTask, record: RunRecord) -> Made | None:
    """Does a run for whoever asked for it; None when it has kept its outcome together with what it made."""
    if record.kind == "export":
        return export(parts or _own(), task, record)
    person = asking(record)
    jumou = _office(parts, person)
    journal = CallJournal.of_run(jumou.whole.database, jumou.whole.claims, task)
    if record.kind == "plan":
        drafter = jumou.drafter_named(record.request.get("drafter", ""), user=person.name, journal=journal)
    else:
        drafter = jumou.drafter_of(record.subject, user=person.name, journal=journal)
    bench = Bench(jumou.store, jumou.whole.runs, jumou.library_for(drafter.name), drafter)
    asyncio.run(_DOING[record.kind](bench, task, record))
    return None


def evaluate_here(task: RunTask, record: RunRecord) -> Made:
    """Runs a suite of the evaluation, in a process that has nothing else to do."""
    return evaluate(_own(), task, record)


def _office(parts: Jumou | None, person: Person) -> Office:
    return (parts or _own()).within(person.principal.reach)


def _own() -> Jumou:
    if _opened is None:
        raise RuntimeError("start() was not called in this process")
    return _opened
