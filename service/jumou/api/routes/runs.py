"""Runs: everything that was accepted to be done, where it stands, why it failed; cancelled, tried again, followed."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from jumou.api.access import Caller, Open, Stored
from jumou.api.answers import RunChanged, RunList, WorkerAnswer
from jumou.api.openapi import problems
from jumou.api.strict import StrictRoute
from jumou.api.working import Working
from jumou.domain.run import RunKind, RunStanding, RunState
from jumou.errors import NotFound, ServiceUnavailable
from jumou.storage import RunStore, WorkerList

router = APIRouter(prefix="/v1", tags=["runs"], route_class=StrictRoute)

_LOOK_EVERY: Final = 0.25
"""Seconds between two looks at a run."""

_PATIENCE: Final = 1.0
"""Seconds between two looks while the database is away."""

_MEDIA: Final = "application/octet-stream"
_SSE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "number, counted through the run"},
        "event": {"enum": ["accepted", "begun", "step", "retried", "cancelled", "done", "failed"]},
        "data": {"type": "string", "description": "JSON"},
    },
}


def _store(jumou: Stored) -> RunStore:
    return jumou.runs


def _working(request: Request, jumou: Open) -> Working:
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
async def follow_run(
    run_id: str,
    store: Runs,
    last_event_id: Annotated[int, Header(ge=0, le=2**31 - 1)] = 0,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="as Last-Event-ID")] = 0,
) -> EventSourceResponse:
    """What happens to a run, from the beginning or from where the caller lost it, to its end; whichever process does it."""
    await asyncio.to_thread(store.standing, run_id)
    return EventSourceResponse(_progress(store, run_id, max(after, last_event_id)))


async def _progress(store: RunStore, run_id: str, seen: int) -> AsyncIterator[ServerSentEvent]:
    while True:
        try:
            standing = await asyncio.to_thread(store.standing, run_id)  # before the look
            events = await asyncio.to_thread(store.events, run_id, after=seen)
        except ServiceUnavailable:  # a database that restarts ends no stream
            await asyncio.sleep(_PATIENCE)
            continue
        for event in events:
            seen = event.number
            data = json.dumps({**event.data, "at": event.at}, ensure_ascii=False)
            yield ServerSentEvent(data, event=event.kind, id=str(event.number))
        if standing.ended and seen >= standing.last_event:
            return
        await asyncio.sleep(_LOOK_EVERY)


@router.post("/runs/{run_id}/cancel", responses=problems(404, 422, 503))
def cancel_run(run_id: str, store: Runs, caller: Caller) -> RunChanged:
    """Ends a run that has no outcome; what it has made so far is not kept. A second call changes nothing."""
    changed = store.cancel(run_id, by=caller.user)
    return RunChanged(changed=changed, run=store.standing(run_id))


@router.post("/runs/{run_id}/retry", responses=problems(404, 422, 503))
def retry_run(run_id: str, store: Runs, caller: Caller, working: Work) -> RunChanged:
    """Does a run that failed or was cancelled once more. A run that is open or done stays as it is."""
    changed = store.retry(run_id, by=caller.user)
    if changed:
        working.submit()
    return RunChanged(changed=changed, run=store.standing(run_id))


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


@router.get("/workers", responses=problems(503))
def list_workers(jumou: Stored) -> WorkerAnswer:
    """The processes that do runs, and how many runs of the workspace are open."""
    return WorkerAnswer(workers=list(WorkerList(jumou.whole.database).workers()), open=jumou.runs.depth())
