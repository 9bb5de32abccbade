"""Batches: the project lists of many regions, asked for at once, followed, cancelled, tried again, and handed out as files."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Header, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from sse_starlette import EventSourceResponse

from jumou.api.access import Open, Signing, Speaking, Stored
from jumou.api.answers import BatchAnswer, BatchList, Changed
from jumou.api.following import After, Look, follow
from jumou.api.openapi import problems
from jumou.api.requests import BatchRequest
from jumou.api.room import WITH_ROOM
from jumou.api.strict import StrictRoute
from jumou.api.working import Working
from jumou.domain.batch import BatchOptions, BatchStanding
from jumou.profile import read_contents
from jumou.storage import BatchStore
from jumou.workflow.batch import accept_batch

router = APIRouter(prefix="/v1", tags=["batches"], route_class=StrictRoute)

_SSE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "number, counted through the batch"},
        "event": {"enum": ["accepted", "row", "cancelled", "retried", "done"]},
        "data": {"type": "string", "description": "JSON"},
    },
}
_MEDIA: Final = {
    "results.jsonl": "application/jsonl",
    "projects.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

FileName = Literal["results.jsonl", "projects.xlsx"]
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=200, description="a second request with the same key is the same batch")]  # fmt: skip


async def _working(request: Request, jumou: Open) -> Working:
    del jumou  # open first
    working: Working = request.app.state.working
    return working


async def _store(jumou: Stored) -> BatchStore:
    return jumou.batches


Work = Annotated[Working, Depends(_working)]
Store = Annotated[BatchStore, Depends(_store)]


@router.post(
    "/project-lists:batch",
    dependencies=[WITH_ROOM],
    status_code=202,
    response_model=BatchAnswer,
    responses={202: {"description": "kept, and being drafted"}, **problems(400, 413, 422, 503)},
)
def create_batch(
    sent: BatchRequest,
    jumou: Open,
    working: Work,
    language: Speaking,
    sign: Signing,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Takes on the project lists of many regions. Once this answers, no region is lost; a profile that cannot be read has failed."""
    options = BatchOptions(
        language=sent.language or jumou.settings.language, industry=sent.industry, start_year=sent.start_year,
        horizon=sent.horizon, drafter=sent.drafter or "",
    )  # fmt: skip
    entries = read_contents(sent.profiles, language)
    who = sign(sent.created_by, "api")
    record = accept_batch(jumou.batches, entries, options, created_by=who.name, key=idempotency_key or "")
    working.submit()
    answer = _answer(jumou.batches.standing(record.id))
    return JSONResponse(answer.model_dump(mode="json"), 202, {"Location": f"/v1/batches/{record.id}"})


@router.get("/batches", responses=problems(422, 503))
def list_batches(
    store: Store,
    cursor: Annotated[str, Query(max_length=200, pattern=r"^([0-9T:.+-]{10,40}\|[\w-]{1,64})?$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> BatchList:
    """Batches, newest first."""
    page = store.batches(cursor=cursor, limit=limit)
    return BatchList(batches=list(page.batches), next_cursor=page.next_cursor)


@router.get("/batches/{batch_id}", responses=problems(404, 422, 503))
def get_batch(batch_id: str, store: Store) -> BatchAnswer:
    """How far a batch is."""
    return _answer(store.standing(batch_id))


@router.get(
    "/batches/{batch_id}/results",
    response_class=StreamingResponse,
    responses={
        200: {"description": "JSON lines, a region a line in the order they were handed in; schema BatchResult", "content": {"application/jsonl": {"schema": {"type": "string"}}}},
        **problems(404, 422, 503),
    },
)  # fmt: skip
def get_batch_results(batch_id: str, store: Store) -> StreamingResponse:
    """What became of each region so far, with its project list or why there is none."""
    from jumou.export.batch import result_lines  # noqa: PLC0415 - a server starts without the spreadsheet library

    store.standing(batch_id)
    return StreamingResponse(result_lines(store.results(batch_id)), media_type=_MEDIA["results.jsonl"])


@router.get(
    "/batches/{batch_id}/files/{name}",
    response_class=FileResponse,
    responses={
        200: {"description": "the file", "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in _MEDIA.values()}},
        **problems(404, 422, 503),
    },
)  # fmt: skip
def get_batch_file(batch_id: str, name: FileName, store: Store, after: BackgroundTasks) -> FileResponse:
    """The results so far as a file: JSON lines, or one workbook with every region and every project."""
    from jumou.export.batch import write_results  # noqa: PLC0415 - as above

    language = store.standing(batch_id).options.language
    folder = tempfile.TemporaryDirectory(prefix="jumou-batch-")
    after.add_task(folder.cleanup)
    write_results(store.results(batch_id), Path(folder.name), language)
    return FileResponse(Path(folder.name) / name, filename=name, media_type=_MEDIA[name])


@router.get(
    "/batches/{batch_id}/progress",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "server-sent events: `accepted`, a `row` an outcome, `cancelled`, `retried`, `done`; ids are sequence numbers", "content": {"text/event-stream": {"schema": _SSE}}},
        **problems(404, 422, 503),
    },
)  # fmt: skip
async def follow_batch(batch_id: str, store: Store, after: After) -> EventSourceResponse:
    """The progress of a batch, from the beginning or from where the caller lost it, to its end; whichever process works on it."""

    def look(seen: int) -> Look:
        standing = store.standing(batch_id)
        return Look.upon(
            store.events(batch_id, after=seen), seen=seen, ended=not standing.open, last=standing.last_event
        )

    await asyncio.to_thread(store.standing, batch_id)
    return EventSourceResponse(follow(look, after))


@router.post("/batches/{batch_id}/cancel", responses=problems(404, 422, 503))
def cancel_batch(batch_id: str, store: Store) -> Changed:
    """Gives up the regions without an outcome; those that are drafted stay. A second call changes nothing."""
    rows = store.cancel(batch_id)
    return Changed(rows=rows, batch=store.standing(batch_id))


@router.post("/batches/{batch_id}/retry", responses=problems(404, 422, 503))
def retry_batch(batch_id: str, store: Store, working: Work) -> Changed:
    """Drafts the regions that failed or were cancelled once more; profiles that could not be read stay failed."""
    rows = store.retry(batch_id)
    if rows:
        working.submit()
    return Changed(rows=rows, batch=store.standing(batch_id))


def _answer(standing: BatchStanding) -> BatchAnswer:
    address = f"/v1/batches/{standing.id}"
    return BatchAnswer(
        batch=standing, results=f"{address}/results", workbook=f"{address}/files/projects.xlsx", progress=f"{address}/progress"
    )  # fmt: skip
