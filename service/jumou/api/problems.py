"""Problems by RFC 9457, in the caller's language; the one place that knows HTTP status codes."""

import sqlite3
from math import ceil
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import Match

from jumou import errors
from jumou.api.headers import ALWAYS, OF_THE_API
from jumou.api.openai_errors import PREFIX, turned
from jumou.domain.framework import Language
from jumou.files import why_unwritable

STATUS: Final[dict[type[errors.JumouError], int]] = {
    errors.JumouError: 500,
    errors.CallerError: 400,
    errors.InvalidRequest: 422,
    errors.InvalidProfile: 422,
    errors.RefusedFile: 422,
    errors.NotFound: 404,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.OverBudget: 429,
    errors.TooMuchWork: 429,
    errors.TooManyRequests: 429,
    errors.StepConflict: 409,
    errors.OperatorError: 503,
    errors.IndexMismatch: 503,
    errors.IndexLocked: 503,
    errors.CannotWrite: 503,
    errors.MissingExtra: 501,
    errors.ModelRefused: 503,
    errors.DraftError: 500,
    errors.UngroundedClaim: 500,
    errors.MalformedAnswer: 502,
    errors.OutsideError: 503,
    errors.ServiceUnavailable: 503,
    errors.ModelUnavailable: 503,
}
"""Every class of the tree (a test holds it complete)."""

MEDIA: Final = "application/problem+json"


def language_of(request: HTTPConnection) -> Language:
    """The language asked for: `language=` in the query, else what was chosen on the page, else Accept-Language, else Chinese."""
    chosen = request.query_params.get("language") or request.cookies.get("jm_language")
    asked = chosen or request.headers.get("accept-language", "")
    return "en" if asked.lower().startswith("en") else "zh"


def problem(status: int, title: str, *, kind: str, **more: Any) -> JSONResponse:
    """An answer of type application/problem+json."""
    return JSONResponse(_problem(status, title, kind=kind, **more), status, media_type=MEDIA)


def _problem(status: int, title: str, *, kind: str, **more: Any) -> dict[str, Any]:
    return {"type": f"urn:jumou:problem:{kind}", "title": title, "status": status, **more}


def as_problem(error: errors.JumouError, language: Language) -> dict[str, Any]:
    """A designed error as a problem, in the caller's language."""
    text = error.message_zh if language == "zh" else error.message_en
    more: dict[str, Any] = {}
    mend = error.mend_zh if language == "zh" else error.mend_en
    if mend:
        more["detail"] = mend
    if isinstance(error, errors.InvalidProfile):
        more["problems"] = [item.model_dump(mode="json") for item in error.problems]
    if isinstance(error, errors.StepConflict) and error.versions:
        more["versions"] = error.versions
    return _problem(STATUS[type(error)], text, kind=type(error).__name__, **more)


def answer_to(error: errors.JumouError, language: Language) -> JSONResponse:
    """The answer to a designed error, with when to come again where that is known."""
    status = STATUS[type(error)]
    answer = JSONResponse(as_problem(error, language), status, media_type=MEDIA)
    if status == 503:
        answer.headers["Retry-After"] = "5"
    if isinstance(error, (errors.OverBudget, errors.TooManyRequests)) and error.retry_after is not None:
        answer.headers["Retry-After"] = str(ceil(error.retry_after))
    if isinstance(error, errors.TooMuchWork):
        answer.headers["Retry-After"] = "30"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="jumou"'
    return answer


def install(app: FastAPI) -> None:
    """Maps designed errors, request validation and unknown paths."""

    async def unwritable(request: Request, error: Exception) -> JSONResponse:
        found = why_unwritable(error)
        if found is None:
            raise error
        return await designed(request, found)

    app.add_exception_handler(OSError, unwritable)
    app.add_exception_handler(sqlite3.Error, unwritable)

    @app.exception_handler(errors.JumouError)
    async def designed(request: Request, error: errors.JumouError) -> JSONResponse:
        return answer_to(error, language_of(request))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        title = "请求内容不合规" if language_of(request) == "zh" else "The request does not hold together"
        found = [
            {"where": "/".join(str(part) for part in item["loc"]), "message": item["msg"]} for item in error.errors()
        ]
        return problem(422, title, kind="RequestValidation", problems=found)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, str(error.detail), kind=f"http-{error.status_code}")
        answer.headers.update(error.headers or {})
        if error.status_code == 405:
            answer.headers["Allow"] = ", ".join(_allowed(request))
        return answer

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> JSONResponse:
        """Says no more than the id under which the log has the rest; it stands outside everything else, so it is dressed here."""
        del error
        zh = language_of(request) == "zh"
        title = "程序内部出错" if zh else "A defect in jumou"
        told = str(getattr(request.state, "request_id", ""))
        detail = f"请将请求编号 {told} 告知管理员。" if zh else f"Tell your administrator the request id {told}."
        answer = problem(500, title, kind="Defect", detail=detail)
        if request.url.path.startswith(PREFIX):
            answer = JSONResponse(turned(_problem(500, title, kind="Defect", detail=detail))[1], 500)
        answer.headers.update({**ALWAYS, "Content-Security-Policy": OF_THE_API, "X-Request-ID": told})
        return answer


def _allowed(request: Request) -> list[str]:
    """The methods of all routes at the request's path; the router knows only those of the first."""
    found: set[str] = set()
    for route in request.app.routes:
        matched, _ = route.matches(request.scope)
        if matched is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return sorted(found)
