"""The OpenAPI document: every problem an operation can answer with, in the media type it comes in."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from jumou.api.answers import Problem
from jumou.api.problems import MEDIA

_MEANINGS: Final = {
    400: "the request cannot be read",
    401: "accounts are on, and the caller did not show who it is",
    403: "the caller's role, or its key, does not reach that far",
    404: "there is no such thing, or it is none of the caller's",
    408: "the body did not arrive in time",
    409: "it changed since the caller saw it; both versions are in the answer",
    413: "the request is too large",
    422: "the request does not make sense; the answer says where and how to mend it",
    415: "the media type is not one that can be read",
    428: "If-Match is missing: say which version you saw",
    429: "too much at once: try again after Retry-After seconds",
    500: "a defect in jumou",
    503: "not ready yet, or something outside does not answer; try again after Retry-After seconds",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of an operation, for its `responses`."""
    return {status: {"model": Problem, "description": _MEANINGS[status]} for status in sorted(statuses)}


def operation_id(route: APIRoute) -> str:
    """The name of the function, so that generated clients read well."""
    return route.name


def install(app: FastAPI) -> None:
    """Makes the document once, on first use."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            for path, operations in made["paths"].items():
                for operation in operations.values():
                    if path.startswith("/v1"):
                        for status in (401, 403):
                            operation["responses"].setdefault(str(status), _told(status))
                    if path.startswith("/v1/"):  # whoever asks too often is told so before anything else
                        operation["responses"].setdefault("429", _limited())
                    _as_problems(operation["responses"])
                    for parameter in operation.get("parameters", ()):
                        if parameter["name"] == "if-match":
                            parameter["required"] = True  # its absence has a status of its own, 428
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way of overriding it


def _told(status: int) -> dict[str, Any]:
    """Every operation may find accounts on, and the caller unknown or not allowed."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": _MEANINGS[status], "content": {MEDIA: {"schema": schema}}}


def _limited() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": _MEANINGS[429], "content": {MEDIA: {"schema": schema}}}


def _as_problems(responses: dict[str, Any]) -> None:
    for status, answer in responses.items():
        if status.isdigit() and int(status) >= 400 and "application/json" in answer.get("content", {}):
            schema = answer["content"]["application/json"]["schema"]
            if schema.get("$ref", "").endswith("/Problem"):
                answer["content"] = {MEDIA: {"schema": schema}}
