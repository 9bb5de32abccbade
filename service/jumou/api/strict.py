"""Reading JSON bodies strictly: no NaN or Infinity, which JSON does not know and no answer could carry."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute


async def read_json(request: Request) -> Any:
    """The body as JSON.

    Raises:
        RequestValidationError: it is none; the place is a byte offset where the fault can be placed.
    """
    try:
        return json.loads(await request.body(), parse_constant=_refuse)
    except json.JSONDecodeError as fault:
        raise _invalid(fault.pos, fault.msg) from fault
    except (UnicodeDecodeError, RecursionError, ValueError) as fault:
        raise _invalid(0, str(fault) or "nested too deeply") from fault


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _invalid(place: int, message: str) -> RequestValidationError:
    return RequestValidationError(
        [{"type": "json_invalid", "loc": ("body", place), "msg": f"JSON: {message}", "input": {}}]
    )


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """The body as JSON."""
        return await read_json(self)


class StrictRoute(APIRoute):
    """A route that reads JSON strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, over a strict request."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strict
