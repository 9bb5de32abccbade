"""Reading JSON bodies strictly: no NaN or Infinity, which JSON does not know and no answer could carry."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, Final, NoReturn

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from jumou.profile.files import nested_beyond

_DEEPEST: Final = 100
"""What is written goes through programs that descend by recursion; a plan itself is a dozen levels deep."""


async def read_json(request: Request) -> Any:
    """The body as JSON.

    Raises:
        RequestValidationError: it is none; the place is an offset where the fault can be placed.
    """
    try:
        return await _strictly(request)
    except json.JSONDecodeError as fault:
        found = {"type": "json_invalid", "loc": ("body", fault.pos), "msg": f"JSON: {fault.msg}", "input": {}}
        raise RequestValidationError([found]) from fault


async def _strictly(request: Request) -> Any:
    try:
        found = json.loads(await request.body(), parse_constant=_refuse)
    except json.JSONDecodeError:
        raise
    except (UnicodeDecodeError, RecursionError, ValueError) as fault:  # FastAPI knows only the one kind of fault
        raise json.JSONDecodeError(str(fault), "", 0) from fault
    if nested_beyond(found, _DEEPEST):
        raise json.JSONDecodeError(f"nested more than {_DEEPEST} levels deep", "", 0)
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """The body as JSON."""
        return await _strictly(self)


class StrictRoute(APIRoute):
    """A route that reads JSON strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, over a strict request."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strict
