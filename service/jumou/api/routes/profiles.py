"""Region profiles: checked before a plan is drawn from them, templates, samples."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import Response
from starlette.datastructures import UploadFile as Uploaded

from jumou.api.access import Speaking
from jumou.api.answers import ProfileReport, SampleList
from jumou.api.openapi import problems
from jumou.api.strict import StrictRoute, read_json
from jumou.domain.framework import Language
from jumou.domain.region import ProfileProblem, RegionProfile
from jumou.errors import InvalidRequest
from jumou.profile import examine_content, examine_profile, sample_names, sample_profile, write_template

router = APIRouter(prefix="/v1", tags=["profiles"], route_class=StrictRoute)

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "description": "a profile in any form a JSON file may have"},
                "examples": {"sparse": {"value": {"name": "瓦房店市", "industry": "轴承"}}},
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object", "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary", "description": "xlsx, json or csv"}},
                }
            },
        },
    }
}  # fmt: skip


@router.post("/profiles/check", openapi_extra=_BODY, responses=problems(400, 413, 415, 422))
async def check_profile(request: Request, language: Speaking) -> ProfileReport:
    """Everything wrong with a profile: place, what, and how to mend it. JSON, or a file as form field `file`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=5) as form:
            sent = form.get("file")
            if not isinstance(sent, Uploaded):
                raise InvalidRequest("请把资料文件放在表单字段 file 中。", "Send the profile as form field `file`.")
            return await asyncio.to_thread(_examine_file, sent, language)
    content = await read_json(request)
    if not isinstance(content, dict):
        raise InvalidRequest("请提交一个 JSON 对象。", "Send a JSON object.", mend_zh="至少含 name。", mend_en="With at least a name.")  # fmt: skip
    reading = await asyncio.to_thread(examine_content, content, language)
    return _report(reading.profile, reading.problems)


def _examine_file(sent: UploadFile | Uploaded, language: Language) -> ProfileReport:
    suffix = Path(sent.filename or "").suffix.lower()
    with tempfile.TemporaryDirectory(prefix="jumou-") as folder:
        path = Path(folder) / f"profile{suffix or '.xlsx'}"
        with path.open("wb") as target:
            while block := sent.file.read(1 << 20):
                target.write(block)
        reading = examine_profile(path, language)
    return _report(reading.profile, reading.problems)


def _report(profile: RegionProfile | None, found: tuple[ProfileProblem, ...]) -> ProfileReport:
    return ProfileReport(ok=profile is not None, problems=list(found))


@router.get(
    "/profiles/template.xlsx",
    response_class=Response,
    responses={
        200: {"description": "the workbook", "content": {_SHEET: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def get_profile_template(language: Speaking) -> Response:
    """An empty workbook with comments, to fill in."""
    with tempfile.TemporaryDirectory(prefix="jumou-") as folder:
        content = write_template(Path(folder) / "template.xlsx", language).read_bytes()
    headers = {"Content-Disposition": 'attachment; filename="template.xlsx"'}
    return Response(content, media_type=_SHEET, headers=headers)


@router.get("/samples")
def list_samples() -> SampleList:
    """The sample regions that travel with jumou."""
    return SampleList(samples=list(sample_names()))


@router.get("/samples/{name}", responses=problems(404, 422))
def get_sample(name: str) -> RegionProfile:
    """A sample region's profile; it can be sent back as it is to draft a plan."""
    return sample_profile(name)
