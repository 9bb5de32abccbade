"""A plan in operation: actual values, deviations, proposed adjustments, the report of a period; edited lists come back."""

import asyncio
import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from jumou.api.access import Signing, Speaking, Stored
from jumou.api.openapi import problems
from jumou.api.operating import (
    AcceptRequest,
    ActualList,
    ActualsRequest,
    AdjustmentList,
    DeviationList,
    DismissRequest,
    ProjectImport,
)
from jumou.api.strict import StrictRoute
from jumou.compose import Office
from jumou.domain.framework import Language
from jumou.domain.operation import AdjustmentDecision, Period
from jumou.errors import InvalidRequest, StepConflict
from jumou.workflow.iterate import Operating, deviations, open_proposals, read_period
from jumou.workflow.reading import read_plan
from jumou.workflow.review import Person, Subject

router = APIRouter(prefix="/v1/plans/{plan_id}", tags=["operation"], route_class=StrictRoute)

_READ: Final = problems(404, 409, 422, 503)
_WRITE: Final = problems(400, 404, 409, 413, 422, 503)
_UPLOAD: Final = problems(400, 404, 409, 413, 415, 422, 503)
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MARKDOWN: Final = "text/markdown"
_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary", "description": "xlsx"}}}
            }
        },
    }
}  # fmt: skip
_T = TypeVar("_T")


async def _operating(jumou: Stored) -> Operating:
    return jumou.operating


Operates = Annotated[Operating, Depends(_operating)]
PeriodQuery = Annotated[str, Query(max_length=20, description="a year or a quarter: 2026, 2026Q2")]
WhoQuery = Annotated[
    str, Query(alias="person", min_length=1, max_length=100, pattern=r"\S", description="who enters them")
]


def _binary(media: str) -> dict[str, Any]:
    return {"description": "the file", "content": {media: {"schema": {"type": "string", "format": "binary"}}}}


@router.get("/actuals", responses=_READ)
def list_actuals(plan_id: str, operating: Operates) -> ActualList:
    """All actual values that were entered, with source and person; corrections stand behind what they correct."""
    return ActualList(actuals=list(operating.operation(plan_id).actuals))


@router.post("/actuals", status_code=201, responses=_WRITE)
def enter_actuals(plan_id: str, sent: ActualsRequest, operating: Operates, sign: Signing) -> ActualList:
    """Keeps actual values; answers with those that are new. Nothing entered before is overwritten."""
    return ActualList(actuals=list(operating.record(plan_id, sent.entries, sign(sent.person))))


@router.get("/actuals.xlsx", response_class=Response, responses={200: _binary(_SHEET), **_READ})
def get_actuals_template(plan_id: str, jumou: Stored, period: PeriodQuery = "") -> Response:
    """A workbook with the plan's indicators to enter actual values in; without `period` for the last full quarter."""
    from jumou.export import actuals_xlsx  # noqa: PLC0415 - Word and charts are slow to load

    wanted = read_period(period) if period else _last_quarter()
    content = actuals_xlsx(read_plan(jumou.store, plan_id).whole(), wanted, jumou.store.operation(plan_id).standing())
    return Response(content, media_type=_SHEET, headers=_named(f"actuals-{wanted.code}.xlsx"))


@router.post("/actuals.xlsx", status_code=201, openapi_extra=_FILE, responses=_UPLOAD)
async def import_actuals(
    plan_id: str, request: Request, jumou: Stored, person_name: WhoQuery, sign: Signing, language: Speaking
) -> ActualList:  # fmt: skip
    """Keeps the actual values of a filled-in workbook (form field `file`); faults name sheet, row and column."""
    from jumou.export import read_actuals  # noqa: PLC0415 - as above

    def keep(path: Path) -> ActualList:
        plan = read_plan(jumou.store, plan_id).whole()
        entries = read_actuals(path, plan.implementation.kpis)
        kept = jumou.operating.record(plan_id, entries, sign(person_name)) if entries else ()
        return ActualList(actuals=list(kept))

    return await _with_upload(request, language, keep)


@router.get("/deviations", responses=_READ)
def list_deviations(plan_id: str, operating: Operates, period: PeriodQuery = "") -> DeviationList:
    """How far actual values are from the targets of their periods, each by the rule of its indicator."""
    return DeviationList(deviations=list(operating.deviations(plan_id, period)))


@router.get("/adjustments", responses=_READ)
def list_adjustments(plan_id: str, operating: Operates) -> AdjustmentList:
    """What follows from the actual values by rule and waits for a decision, and what was decided."""
    return AdjustmentList(open=list(operating.proposals(plan_id)), decided=list(operating.operation(plan_id).decisions))


@router.post("/adjustments/{adjustment_id}/accept", status_code=201, responses=_WRITE)
def accept_adjustment(
    plan_id: str, adjustment_id: str, sent: AcceptRequest, operating: Operates, sign: Signing
) -> AdjustmentDecision:
    """Writes a proposal into the next version of the plan, as a revision that can be reviewed and undone."""
    who = sign(sent.person)
    return operating.accept(plan_id, adjustment_id, who, comment=sent.comment, approve=sent.approve)


@router.post("/adjustments/{adjustment_id}/dismiss", status_code=201, responses=_WRITE)
def dismiss_adjustment(
    plan_id: str, adjustment_id: str, sent: DismissRequest, operating: Operates, sign: Signing
) -> AdjustmentDecision:
    """Sets a proposal aside, with the reason."""
    return operating.dismiss(plan_id, adjustment_id, sign(sent.person), sent.comment)


@router.get(
    "/report",
    response_class=Response,
    responses={
        200: {"description": "the report", "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in (_WORD, _MARKDOWN)}},
        **_READ,
    },
)  # fmt: skip
def get_report(
    plan_id: str,
    jumou: Stored,
    period: PeriodQuery = "",
    format: Annotated[Literal["docx", "md"], Query()] = "docx",  # noqa: A002 - the name callers expect
) -> Response:
    """The report of a period, Word or Markdown; without `period` of the last one with actual values."""
    from jumou.export import Monitored, report_docx, report_markdown  # noqa: PLC0415 - as above

    stored, operation = read_plan(jumou.store, plan_id), jumou.store.operation(plan_id)
    plan = stored.whole()
    if period:
        wanted = read_period(period)
    elif operation.actuals:
        wanted = max((actual.when for actual in operation.actuals), key=lambda one: one.order)
    else:
        raise StepConflict(
            "尚未填报实际值。", "No actual values have been entered.",
            mend_zh="请先填报，或用 period 指定期间。", mend_en="Enter some, or give a period.",
        )  # fmt: skip
    found = deviations(plan.implementation.kpis, operation, wanted.code)
    seen = Monitored(wanted, found, open_proposals(stored, operation), operation)
    name = f"report-{wanted.code}.{format}"
    if format == "md":
        return Response(report_markdown(plan, seen), media_type=_MARKDOWN, headers=_named(name))
    return Response(report_docx(plan, seen), media_type=_WORD, headers=_named(name))


@router.post("/projects.xlsx", openapi_extra=_FILE, responses=_UPLOAD)
async def import_projects(
    plan_id: str,
    request: Request,
    jumou: Stored,
    sign: Signing,
    language: Speaking,
    reviewer: Annotated[str, Query(max_length=100, description="writes the revision in this name; empty: only show what changes")] = "",
    remove: Annotated[bool, Query(description="remove the projects whose row is gone")] = False,
    comment: Annotated[str, Query(max_length=2000)] = "",
) -> ProjectImport:  # fmt: skip
    """An edited project list (form field `file`) as a patch; with `reviewer` it becomes a revision that awaits approval."""
    who = sign(reviewer) if reviewer.strip() else None

    def read(path: Path) -> ProjectImport:
        return _imported(jumou, path, plan_id, who, remove=remove, comment=comment)

    return await _with_upload(request, language, read)


def _imported(
    jumou: Office, path: Path, plan_id: str, who: Person | None, *, remove: bool, comment: str
) -> ProjectImport:
    from jumou.export import read_list_patch  # noqa: PLC0415 - as above

    stored = read_plan(jumou.store, plan_id)
    seen = next(step.hash for step in stored.steps if step.step == "projects")
    proposed = read_list_patch(path, stored.whole(), remove=remove, person=who.name if who else "")
    if who is None or proposed.patch is None:
        return ProjectImport(proposed=proposed, seen=seen)
    subject = Subject(plan_id, "projects", seen)
    info = jumou.reviewing.edit(subject, proposed.patch, who, comment=comment or "导入项目清单 projects.xlsx")
    return ProjectImport(proposed=proposed, seen=seen, revision=info)


async def _with_upload(request: Request, language: Language, use: Callable[[Path], _T]) -> _T:
    """Calls `use` with the file of the form field `file`, in a folder that is gone afterwards."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        told = "请以 multipart/form-data 上传。" if language == "zh" else "Send multipart/form-data."
        raise HTTPException(415, told)
    async with request.form(max_files=1, max_fields=5) as form:
        sent = form.get("file")
        if not isinstance(sent, UploadFile):
            raise InvalidRequest("请把文件放在表单字段 file 中。", "Send the workbook as form field `file`.")
        content = await sent.read()
    with tempfile.TemporaryDirectory(prefix="jumou-") as folder:
        path = Path(folder) / "sent.xlsx"
        path.write_bytes(content)
        return await asyncio.to_thread(use, path)


def _last_quarter() -> Period:
    today = dt.datetime.now(dt.UTC).date()
    quarter = (today.month - 1) // 3
    return Period(today.year, quarter) if quarter else Period(today.year - 1, 4)


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
