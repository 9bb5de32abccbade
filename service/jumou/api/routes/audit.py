"""The audit stream of the workspace, for its administrators."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from jumou.api.access import Caller, Stored
from jumou.api.answers import AuditPage
from jumou.api.openapi import problems
from jumou.api.strict import StrictRoute

router = APIRouter(prefix="/v1/audit", tags=["access"], route_class=StrictRoute)


@router.get(
    "",
    response_model=AuditPage,
    responses={
        200: {"description": "as JSON, or as JSON lines with `format=jsonl`", "content": {"application/jsonl": {"schema": {"type": "string"}}}},
        **problems(403, 422, 503),
    },
)  # fmt: skip
def list_audit(
    jumou: Stored,
    caller: Caller,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="lines with numbers above this one")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    format: Annotated[Literal["json", "jsonl"], Query()] = "json",  # noqa: A002 - the name callers expect
) -> Response:
    """Everything that was changed or handed out in the workspace, in order: what, when, by whom, in which request."""
    caller.must("admin")
    entries = list(jumou.whole.audit.entries(after=after, workspace=caller.workspace, limit=limit))
    if format == "jsonl":
        return Response("".join(f"{entry.model_dump_json()}\n" for entry in entries), media_type="application/jsonl")
    page = AuditPage(entries=entries, next_after=entries[-1].number if len(entries) == limit else None)
    return JSONResponse(page.model_dump(mode="json"))
