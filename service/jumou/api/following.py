"""Following something to its end by server-sent events, from wherever the reader lost it, whichever process does the work."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple, Protocol

from fastapi import Depends, Header, Query
from sse_starlette import ServerSentEvent

from jumou.errors import ServiceUnavailable

_LOOK_EVERY: Final = 0.25
"""Seconds between two looks."""

_PATIENCE: Final = 1.0
"""Seconds between two looks while the database is away."""

_LAST: Final = 2**31 - 1


class Happened(Protocol):
    """An event as it is stored; numbers count through what is followed."""

    @property
    def number(self) -> int:
        """Its number."""

    @property
    def kind(self) -> str:
        """What happened."""

    @property
    def at(self) -> str:
        """When."""

    @property
    def data(self) -> Mapping[str, Any]:
        """What else there is to say."""


class Told(NamedTuple):
    """An event as it is sent."""

    number: int
    kind: str
    data: Mapping[str, Any]

    def sent(self) -> ServerSentEvent:
        """Its form on the wire."""
        return ServerSentEvent(json.dumps(self.data, ensure_ascii=False), event=self.kind, id=str(self.number))


class Look(NamedTuple):
    """What one look found: the events that are new, and whether nothing comes after them."""

    events: Sequence[Told]
    over: bool

    @classmethod
    def upon(cls, events: Sequence[Happened], *, seen: int, ended: bool, last: int) -> "Look":
        """New events with their times. `ended` and `last`, the newest number by then, are from before the events were read, so that the end is not missed."""
        newest = events[-1].number if events else seen
        told = [Told(one.number, one.kind, {**one.data, "at": one.at}) for one in events]
        return cls(told, ended and newest >= last)


async def follow(
    look: Callable[[int], Look], seen: int, *, every: float = _LOOK_EVERY
) -> AsyncIterator[ServerSentEvent]:
    """Everything above the number `seen` as it comes, until a look says that it is over.

    `look` reads the database, in a thread; one that restarts meanwhile ends no stream.
    """
    while True:
        try:
            found = await asyncio.to_thread(look, seen)
        except ServiceUnavailable:
            await asyncio.sleep(_PATIENCE)
            continue
        for one in found.events:
            seen = one.number
            yield one.sent()
        if found.over:
            return
        await asyncio.sleep(every)


async def _after(
    last_event_id: Annotated[int, Header(ge=0, le=_LAST)] = 0,
    after: Annotated[int, Query(ge=0, le=_LAST, description="as Last-Event-ID")] = 0,
) -> int:
    return max(after, last_event_id)


After = Annotated[int, Depends(_after)]
"""The number of the last event the reader has."""
