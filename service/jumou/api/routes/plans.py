"""Plans: asked for, kept, read, followed while they are drafted, and handed out as files."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from jumou.api.access import Open, Signing, Speaking, Stored
from jumou.api.answers import Accepted, EventList, PlanList, PlanSummary
from jumou.api.files import plan_file
from jumou.api.following import After, Look, Told, follow
from jumou.api.making import Making, told_of
from jumou.api.openapi import problems
from jumou.api.requests import PlanDraftRequest
from jumou.api.room import WITH_ROOM
from jumou.api.routes.projects import read_request
from jumou.api.strict import StrictRoute
from jumou.domain.framework import Language
from jumou.domain.run import RunEvent
from jumou.errors import NotFound
from jumou.storage import PlanStore
from jumou.workflow.reading import StoredPlan, read_plan

router = APIRouter(prefix="/v1/plans", tags=["plans"], route_class=StrictRoute)

_LOOK_EVERY: Final = 0.1
"""Seconds between two looks at the progress of a draft."""

_SSE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"}, "event": {"enum": ["step", "done", "failed", "cancelled"]}, "data": {"type": "string", "description": "JSON"},
    },
}  # fmt: skip
_MEDIA: Final = {
    "plan.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "plan.md": "text/markdown; charset=utf-8",
    "projects.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "plan.json": "application/json",
}

FileName = Literal["plan.docx", "plan.md", "projects.xlsx", "plan.json"]
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=200, description="a second request with the same key gives the same plan")]  # fmt: skip


@router.post(
    "",
    dependencies=[WITH_ROOM],
    status_code=201,
    response_model=StoredPlan,
    responses={
        201: {"description": "drafted and kept; awaiting review"},
        202: {"model": Accepted, "description": "asked for with `Prefer: respond-async`: being drafted"},
        **problems(400, 409, 413, 422, 503),
    },
)
async def create_plan(
    sent: PlanDraftRequest,
    request: Request,
    jumou: Open,
    language: Speaking,
    sign: Signing,
    idempotency_key: IdempotencyKey = None,
    prefer: Annotated[
        str | None, Header(description="`respond-async`: answer at once, draft in the background")
    ] = None,
) -> Response:
    """Drafts a plan in four steps from a region's profile and keeps it."""
    making: Making = request.app.state.making
    asked = await read_request(sent, language, jumou.settings.language)
    wanted = replace(asked, classification=sent.classification)
    waits = "respond-async" not in (prefer or "")
    record = await making.plan(jumou.runs, wanted, sign(sent.created_by, "api"), key=idempotency_key or "", waits=waits)
    plan_id = record.id
    address = f"/v1/plans/{plan_id}"
    if not waits:
        accepted = Accepted(id=plan_id, plan=address, events=f"{address}/progress")
        headers = {"Location": address, "Preference-Applied": "respond-async"}
        return JSONResponse(accepted.model_dump(), 202, headers)
    await making.outcome(jumou.runs, plan_id)
    return await asyncio.to_thread(_plan_answer, jumou.store, plan_id, 201)


@router.get("", responses=problems(422, 503))
def list_plans(
    jumou: Stored,
    cursor: Annotated[str, Query(max_length=200, pattern=r"^([0-9T:.+-]{10,40}\|[\w-]{1,64})?$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PlanList:
    """Plans, newest first."""
    page = jumou.store.plans(cursor=cursor, limit=limit)
    return PlanList(
        plans=[
            PlanSummary(
                id=plan.id, title=plan.title, region=plan.profile.name, industry=plan.industry, language=plan.language,
                created_at=plan.created_at, created_by=plan.created_by,
            )
            for plan in page.plans
        ],
        next_cursor=page.next_cursor,
    )  # fmt: skip


@router.get(
    "/{plan_id}",
    response_model=StoredPlan,
    responses={304: {"description": "as the caller has it"}, **problems(404, 422, 503)},
)
def get_plan(
    plan_id: str,
    jumou: Stored,
    at_event: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="the plan as it was after this event")
    ] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The plan as it stands: the newest revision of each step, what people decided, evidence and quality."""
    if if_none_match and at_event is None:
        etag = f'"{jumou.store.history(plan_id).event}"'
        if if_none_match.removeprefix("W/") == etag:
            return Response(status_code=304, headers={"ETag": etag})
    return _plan_answer(jumou.store, plan_id, 200, at_event)


@router.get(
    "/{plan_id}/progress",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "server-sent events `step`, then `done`, `failed` or `cancelled`; ids are sequence numbers", "content": {"text/event-stream": {"schema": _SSE}}},
        **problems(404, 422, 503),
    },
)  # fmt: skip
async def follow_plan(
    plan_id: str,
    jumou: Stored,
    language: Speaking,
    after: After,
) -> EventSourceResponse:
    """The progress of drafting, from the beginning or from where the caller lost it."""
    runs = jumou.runs

    def look(seen: int) -> Look:
        standing = runs.standing(plan_id)  # before the events: the end is not missed
        told = told_of(runs.events(plan_id), standing.attempt, seen)
        return Look([Told(number, event.kind, _told(event, language)) for number, event in told], standing.ended)

    try:
        await asyncio.to_thread(runs.standing, plan_id)
    except NotFound:  # a plan from before there were runs, or none
        await asyncio.to_thread(jumou.store.plan, plan_id)
        return EventSourceResponse(_kept(plan_id, after))
    return EventSourceResponse(follow(look, after, every=_LOOK_EVERY))


async def _kept(plan_id: str, seen: int) -> AsyncIterator[ServerSentEvent]:
    yield Told(seen + 1, "done", {"plan": f"/v1/plans/{plan_id}"}).sent()


def _told(event: RunEvent, language: Language) -> dict[str, Any]:
    """What a reader is told: a failure in one language."""
    if event.kind != "failed":
        return event.data
    side = "zh" if language == "zh" else "en"
    mend = event.data.get(f"mend_{side}", "")
    return {"title": f"{event.data[f'message_{side}']} {mend}".strip(), "kind": event.data["kind"]}


@router.get(
    "/{plan_id}/files/{name}",
    response_class=FileResponse,
    responses={
        200: {"description": "the file", "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in _MEDIA.values()}},
        **problems(404, 409, 422, 503),
    },
)  # fmt: skip
def get_plan_file(plan_id: str, name: FileName, jumou: Stored) -> FileResponse:
    """The plan in a format planners hand in: Word, Excel, Markdown or JSON."""
    path = plan_file(read_plan(jumou.store, plan_id), name, jumou.settings.home, jumou.store.history(plan_id))
    return FileResponse(path, filename=name, media_type=_MEDIA[name])


@router.get(
    "/{plan_id}/audit",
    response_model=EventList,
    responses={
        200: {"description": "as JSON, or as JSON lines with `format=jsonl`", "content": {"application/jsonl": {"schema": {"type": "string"}}}},
        **problems(404, 422, 503),
    },
)  # fmt: skip
def get_audit_log(
    plan_id: str,
    jumou: Stored,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    format: Annotated[Literal["json", "jsonl"], Query()] = "json",  # noqa: A002 - the name callers expect
) -> Response:
    """Everything that happened to the plan, in order: what, when, by whom, in which request."""
    events = jumou.store.audit(plan_id, after=after)
    if format == "jsonl":
        return Response("".join(event.model_dump_json() + "\n" for event in events), media_type="application/jsonl")
    return Response(EventList(events=list(events)).model_dump_json(), media_type="application/json")


def _plan_answer(store: PlanStore, plan_id: str, status: int, at_event: int | None = None) -> Response:
    plan = read_plan(store, plan_id, at_event=at_event)
    headers = {"ETag": f'"{plan.event}"', "Location": f"/v1/plans/{plan_id}"}
    return Response(plan.model_dump_json(), status, headers, "application/json")
