"""Runs: everything that was accepted to be done, where it stands, why it failed; cancelled, tried again, followed."""

import asyncio
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from jumou.api.access import Caller, Open, SigningOnce, Stored
from jumou.api.answers import RunChanged, RunList, WorkerAnswer
from jumou.api.following import After, Look, follow
from jumou.api.making import Making
from jumou.api.openapi import problems
from jumou.api.other_runs import evaluation_run, export_run
from jumou.api.requests import EvaluationRequest, ExportRequest
from jumou.api.room import WITH_ROOM
from jumou.api.strict import StrictRoute
from jumou.api.working import Working
from jumou.domain.access import Classification
from jumou.domain.run import RunKind, RunStanding, RunState
from jumou.errors import NotFound, RefusedFile
from jumou.storage import RunFile, RunStore, WorkerList
from jumou.workflow import runs as again

router = APIRouter(prefix="/v1", tags=["runs"], route_class=StrictRoute)

_MEDIA: Final = "application/octet-stream"
_SSE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "number, counted through the run"},
        "event": {"enum": ["accepted", "begun", "step", "retried", "cancelled", "done", "failed"]},
        "data": {"type": "string", "description": "JSON"},
    },
}


async def _store(jumou: Stored) -> RunStore:
    return jumou.runs


async def _working(request: Request, jumou: Open) -> Working:
    del jumou  # open first
    working: Working = request.app.state.working
    return working


Runs = Annotated[RunStore, Depends(_store)]
Work = Annotated[Working, Depends(_working)]


@router.get("/runs", responses=problems(422, 503))
def list_runs(
    store: Runs,
    state: Annotated[RunState | None, Query(description="`failed` lists what waits for somebody to look at it")] = None,
    kind: Annotated[RunKind | None, Query()] = None,
    cursor: Annotated[str, Query(max_length=200, pattern=r"^([0-9T:.+-]{10,40}\|[\w-]{1,64})?$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RunList:
    """Runs, newest first, with the reasons of those that failed."""
    page = store.runs(state=state, kind=kind, cursor=cursor, limit=limit)
    return RunList(runs=list(page.runs), next_cursor=page.next_cursor)


@router.get("/runs/{run_id}", responses=problems(404, 422, 503))
def get_run(run_id: str, store: Runs) -> RunStanding:
    """Where a run stands, and what became of it."""
    return store.standing(run_id)


@router.get(
    "/runs/{run_id}/progress",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "server-sent events; ids are sequence numbers", "content": {"text/event-stream": {"schema": _SSE}}},
        **problems(404, 422, 503),
    },
)  # fmt: skip
async def follow_run(run_id: str, store: Runs, after: After) -> EventSourceResponse:
    """What happens to a run, from the beginning or from where the caller lost it, to its end; whichever process does it."""

    def look(seen: int) -> Look:
        standing = store.standing(run_id)
        return Look.upon(store.events(run_id, after=seen), seen=seen, ended=standing.ended, last=standing.last_event)

    await asyncio.to_thread(store.standing, run_id)
    return EventSourceResponse(follow(look, after))


@router.post("/runs/{run_id}/cancel", responses=problems(404, 422, 503))
def cancel_run(run_id: str, jumou: Stored, caller: Caller) -> RunChanged:
    """Ends a run that has no outcome; what it has made so far is not kept. A second call changes nothing."""
    changed = again.cancel_run(jumou.runs, jumou.batches, run_id, caller.user)
    return RunChanged(changed=changed, run=jumou.runs.standing(run_id))


@router.post("/runs/{run_id}/retry", responses=problems(404, 422, 503))
def retry_run(run_id: str, jumou: Stored, caller: Caller, working: Work) -> RunChanged:
    """Does a run that failed or was cancelled once more. A run that is open or done stays as it is."""
    changed = again.retry_run(jumou.runs, jumou.batches, run_id, caller.user)
    if changed:
        working.submit()
    return RunChanged(changed=changed, run=jumou.runs.standing(run_id))


@router.get(
    "/runs/{run_id}/files/{name}",
    response_class=Response,
    responses={
        200: {"description": "the file", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        **problems(404, 422, 503),
    },
)  # fmt: skip
def get_run_file(run_id: str, name: str, store: Runs) -> Response:
    """A file a run has made."""
    store.standing(run_id)
    for file in store.files(run_id):
        if file.name == name:
            disposition = f"attachment; filename*=UTF-8''{quote(name)}"
            return Response(file.content, headers={"Content-Disposition": disposition}, media_type=_MEDIA)
    raise NotFound(f"任务 {run_id} 没有文件 {name}。", f"The run {run_id} has no file {name}.")


@router.post(
    "/plans/{plan_id}/exports", status_code=202, dependencies=[WITH_ROOM], responses={202: {"description": "accepted, being written"}, **problems(400, 404, 413, 422, 503)}
)  # fmt: skip
def export_plan(plan_id: str, sent: ExportRequest, jumou: Stored, sign: SigningOnce, working: Work) -> RunStanding:
    """Has the files of the plan written as it stands now; they are kept with the run."""
    event = jumou.store.history(plan_id).event
    who = sign("", "api")
    record, digest = export_run(plan_id, event, tuple(sent.files), who)
    accepted = jumou.runs.accept(record, key=who.key, digest=digest)
    working.submit()
    return jumou.runs.standing(accepted.id)


@router.post(
    "/documents",
    status_code=202,
    dependencies=[WITH_ROOM],
    responses={202: {"description": "accepted, being read"}, **problems(400, 413, 422, 503)},
)
async def add_documents(
    files: Annotated[list[UploadFile], File(description="PDF, Word, Excel, HTML, Markdown, text, CSV")],
    jumou: Open,
    sign: SigningOnce,
    request: Request,
    classification: Annotated[Classification, Form()] = "public",
) -> RunStanding:
    """Takes files into the library of the workspace. Once this answers, none is lost; what became of each stands in the run."""
    most, handed = jumou.settings.most_upload_bytes, []
    for number, file in enumerate(files):
        content = await file.read(most + 1)
        if len(content) > most:
            raise RefusedFile(
                f"{file.filename} 超过 {most // 1_000_000} MB。", f"{file.filename} has more than {most // 1_000_000} MB.",
                mend_zh="请拆分后再交。", mend_en="Split it.",
            )  # fmt: skip
        handed.append(RunFile((file.filename or f"{number + 1}")[:255], content))
    who = sign("", "api")
    making: Making = request.app.state.making
    accepted = await making.documents(jumou.runs, _told_apart(handed), classification, who, key=who.key)
    return await asyncio.to_thread(jumou.runs.standing, accepted.id)


def _told_apart(files: list[RunFile]) -> tuple[RunFile, ...]:
    """The files, the last one of each name, as a library would keep them."""
    return tuple({file.name: file for file in files}.values())


@router.post(
    "/evaluations",
    status_code=202,
    dependencies=[WITH_ROOM],
    responses={202: {"description": "accepted"}, **problems(400, 413, 422, 503)},
)
def evaluate(sent: EvaluationRequest, jumou: Open, sign: SigningOnce, working: Work) -> RunStanding:
    """Runs a suite of the evaluation over the shipped cases when nobody waits for anything else; the report is kept with the run."""
    jumou.drafter_named(sent.drafter)  # a model that is asked for and not there is told of before anything is kept
    who = sign("", "api")
    record, digest = evaluation_run(sent.suite, sent.drafter, who)
    accepted = jumou.runs.accept(record, key=who.key, digest=digest)
    working.submit()
    return jumou.runs.standing(accepted.id)


@router.get("/workers", responses=problems(503))
def list_workers(jumou: Stored) -> WorkerAnswer:
    """The processes that do runs, and how many runs of the workspace are open."""
    return WorkerAnswer(workers=list(WorkerList(jumou.whole.database).workers()), open=jumou.runs.depth())
