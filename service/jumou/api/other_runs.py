"""Runs that are no drafts: files into the library, a plan's files, an evaluation. Each may be begun again from its beginning."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from jumou.api.files import plan_file
from jumou.compose import Jumou, Office
from jumou.corpus.readers.limits import Limits
from jumou.domain.access import Reach
from jumou.domain.review import content_hash
from jumou.domain.run import SOON, WHEN_IDLE, RunRecord, RunTask
from jumou.retrieval.intake import Upload, acts_of, add_uploads
from jumou.storage import RunFile, RunQueue
from jumou.workflow.reading import read_plan
from jumou.workflow.review import Person
from jumou.workflow.runs import Made, new_run

EXPORTS: Final = ("plan.docx", "plan.md", "projects.xlsx", "plan.json")
"""The files of a plan."""

SUITES: Final = ("plans", "retrieval", "grounding", "safety")
"""What can be evaluated."""


def export_run(plan_id: str, at_event: int, files: tuple[str, ...], person: Person) -> tuple[RunRecord, str]:
    """The files of a version of a plan, and a hash of what is asked for."""
    asked = {"at_event": at_event, "files": list(files)}
    return new_run("export", asked, person, subject=plan_id, priority=SOON), content_hash({"plan": plan_id, **asked})


def ingest_run(files: tuple[RunFile, ...], classification: str, person: Person) -> tuple[RunRecord, str]:
    """Files into the library of a workspace, and a hash of them."""
    record = new_run("ingest", {"classification": classification}, person, priority=SOON)
    return record, content_hash(
        {"classification": classification, "files": [[file.name, file.content.hex()] for file in files]}
    )


def evaluation_run(suite: str, drafter: str, person: Person) -> tuple[RunRecord, str]:
    """A suite of the evaluation, and a hash of what is asked for."""
    asked = {"suite": suite, "drafter": drafter}
    return new_run("evaluation", asked, person, priority=WHEN_IDLE), content_hash(asked)


def export(jumou: Jumou, task: RunTask, record: RunRecord) -> Made:
    """Writes the files of a version of a plan.

    Raises:
        NotFound: there is no such plan.
        StepConflict: it does not have all four steps yet.
    """
    del task
    office = _office(jumou, record)
    plan = read_plan(office.store, record.subject, at_event=record.request["at_event"])
    history = office.store.history(record.subject)
    made = tuple(
        RunFile(name, plan_file(plan, name, jumou.settings.home, history).read_bytes())
        for name in record.request["files"]
    )
    return Made({"plan": record.subject, "event": plan.event, "files": _addresses(record, made)}, made)


def ingest(jumou: Jumou, task: RunTask, record: RunRecord) -> Made:
    """Takes the files that were handed in into the library; a refused one stops nothing.

    Raises:
        IndexLocked: another process is writing to the index.
    """
    queue = jumou.runs
    uploads = [Upload(file.name, file.content) for file in queue.handed_in(record.id)]
    outcomes = add_uploads(
        jumou.index, uploads, workspace=record.workspace, classification=record.request["classification"],
        limits=replace(Limits(), file_bytes=jumou.settings.most_upload_bytes), progress=_told(queue, task),
    )  # fmt: skip
    jumou.audit.record(*acts_of(outcomes, workspace=record.workspace))
    return Made({"documents": [outcome.model_dump(mode="json") for outcome in outcomes]})


def _told(queue: RunQueue, task: RunTask) -> Callable[[int, int, str], None]:
    """Tells of the files as they are read; ends the work when the run was cancelled."""

    def tell(done: int, total: int, what: str) -> None:
        queue.step(task, {"step": "file", "number": done, "total": total, "title": what})

    return tell


def _addresses(record: RunRecord, files: tuple[RunFile, ...]) -> list[str]:
    return [f"/v1/runs/{record.id}/files/{file.name}" for file in files]


def _office(jumou: Jumou, record: RunRecord) -> Office:
    return jumou.within(Reach(record.workspace))


def evaluate(jumou: Jumou, task: RunTask, record: RunRecord) -> Made:
    """Runs a suite in a folder of its own, where it goes on after a stop; the report is kept with the run.

    Raises:
        InvalidRequest: a model is to draft and the settings name none.
        NotFound: there is nothing to evaluate.
    """
    from jumou.api.evaluating import run_suite  # noqa: PLC0415 - seconds to load

    queue = jumou.runs
    folder = jumou.settings.home / "eval" / "runs" / record.id
    found: dict[str, Any]
    found, written = run_suite(jumou, record.request["suite"], record.request["drafter"], folder, _told(queue, task))
    files = tuple(RunFile(path.name, path.read_bytes()) for path in written if Path(path).is_file())
    return Made({**found, "files": _addresses(record, files)}, files)
