"""Whether a process that was answering still lives, so that what a killed one left half said is ended by another."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Sized
from typing import Final

from jumou.errors import JumouError
from jumou.storage import Presence
from jumou.storage.database import DATABASE_ERRORS

_HEARTBEAT: Final = 1.0
_LAPSED: Final = 4.0
"""Seconds without a lock after which a process has ended, and not just its connection to the database."""


class Liveness:
    """One of those that answer in this process, and what it knows of others. Lives in one event loop."""

    def __init__(self, presence: Presence) -> None:
        """`presence` is that of the process, which may hold several of these."""
        self.name = f"{presence.name}:{uuid.uuid4().hex[:8]}"
        """What messages are marked with while they are answered: the process, and which of its own."""
        self._presence = presence
        self._silent: dict[str, float] = {}  # processes that hold no lock, and since when this was seen
        self._proving: asyncio.Task[None] | None = None

    async def show(self, under_way: Sized) -> None:
        """Takes the lock, and sees to it that it is held for as long as anything is `under_way`.

        Raises:
            ServiceUnavailable: the database does not answer.
        """
        await asyncio.to_thread(self._presence.hold)
        if self._proving is None or self._proving.done():
            self._proving = asyncio.create_task(self._prove(under_way))

    async def gone(self, name: str) -> bool:
        """Whether the process that was answering under `name` has ended; a lock that can lapse has to be seen free for a while."""
        process = name.partition(":")[0]
        if not await asyncio.to_thread(self._presence.gone, process):
            self._silent.pop(process, None)
            return False
        since = self._silent.setdefault(process, time.monotonic())
        return not self._presence.can_lapse or time.monotonic() - since >= _LAPSED

    async def _prove(self, under_way: Sized) -> None:
        """A database that was away has lost the lock."""
        await asyncio.sleep(_HEARTBEAT)
        while under_way:
            with contextlib.suppress(JumouError, *DATABASE_ERRORS):  # it is away still
                await asyncio.to_thread(self._presence.hold)
            await asyncio.sleep(_HEARTBEAT)
