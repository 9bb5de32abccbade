"""Who is acting right now, in which request: known to whatever is called on the way, without being handed through."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple


class Calling(NamedTuple):
    """The caller of the work under way. It travels to drafting processes and durable runs with what they are to do."""

    request_id: str = ""
    user: str = ""
    workspace: str = "default"
    run_id: str = ""
    trace: str = ""
    """The W3C `traceparent` of the span the work belongs to; empty without traces."""


NOBODY: Final = Calling()
_now: ContextVar[Calling] = ContextVar("jumou_calling", default=NOBODY)


def calling() -> Calling:
    """The caller; NOBODY outside of any request."""
    return _now.get()


@contextmanager
def called_by(caller: Calling) -> Iterator[None]:
    """Inside, `caller` is who is acting."""
    token = _now.set(caller)
    try:
        yield
    finally:
        _now.reset(token)
