"""What many answers say at the same time is stored together: while one write is under way the next ones gather behind it.

A single answer is written at once, as before; sixty of them cost a few transactions a second instead of hundreds. After a
write that took long, because many wait for the processor or the database, more are gathered before the next.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from jumou.domain.chat import ChatEvent, EventKind
from jumou.errors import JumouError
from jumou.storage import ChatStore

_PAUSES: Final = 3
"""So many times as long as a write took, the next one is awaited."""
_LONGEST: Final = 0.1
"""Seconds a word waits at most to be written."""


class _Waiting(NamedTuple):
    chat_id: str
    turn: int
    events: Sequence[tuple[EventKind, Mapping[str, Any]]]
    stored: "asyncio.Future[tuple[ChatEvent, ...]]"


@dataclass(slots=True)
class Ink:
    """Writes to one store, within one event loop."""

    store: ChatStore
    _waiting: list[_Waiting] = field(default_factory=list)
    _writing: "asyncio.Task[None] | None" = None

    async def write(
        self, chat_id: str, turn: int, events: Sequence[tuple[EventKind, Mapping[str, Any]]]
    ) -> tuple[ChatEvent, ...]:
        """Stores what an answer did; returns it with its numbers once it is stored.

        Raises:
            NotFound: there is no such chat.
            ServiceUnavailable: the database does not answer.
        """
        one = _Waiting(chat_id, turn, events, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await one.stored

    async def _write(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while self._waiting:
                gathered, self._waiting = self._waiting, []
                began = clock()
                await self._store(gathered)
                await asyncio.sleep(min(_PAUSES * (clock() - began), _LONGEST))
        finally:
            self._writing = None

    async def _store(self, gathered: Sequence[_Waiting]) -> None:
        try:
            asked = [(one.chat_id, one.turn, one.events) for one in gathered]
            for one, events in zip(gathered, await asyncio.to_thread(self.store.append_all, asked), strict=True):
                if not one.stored.done():  # else whoever asked has gone; what was said is stored all the same
                    one.stored.set_result(events)
        except JumouError as error:
            if len(gathered) > 1:  # what is wrong with one is no matter of the others
                for one in gathered:
                    await self._store([one])
            elif not gathered[0].stored.done():
                gathered[0].stored.set_exception(error)
        except BaseException:
            for one in gathered:  # a defect, or the end of the loop: nobody waits for ever
                one.stored.cancel()
            raise
