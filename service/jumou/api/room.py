"""Whether more work is taken on: what is accepted is kept, so no more is accepted than can be done."""

import threading
import time
from typing import Final

from fastapi import Depends, Request

from jumou.api.access import Open
from jumou.errors import TooMuchWork
from jumou.storage.queues import open_work

_FRESH: Final = 1.0
"""Seconds a count of what waits is good for."""


class Room:
    """Counts what waits in the database, for one application."""

    def __init__(self, most: int) -> None:
        """`most` is how many runs and regions of batches may wait."""
        self._most = most
        self._lock = threading.Lock()
        self._waiting = 0
        self._looked = -_FRESH

    def check(self, jumou: Open) -> None:
        """Does nothing while there is room.

        Raises:
            TooMuchWork: as much waits as may.
        """
        with self._lock:
            if time.monotonic() - self._looked >= _FRESH:
                self._waiting = open_work(jumou.whole.database)
                self._looked = time.monotonic()
            waiting = self._waiting
        if waiting >= self._most:
            raise TooMuchWork(
                f"已有 {waiting} 项任务等待处理，暂不接受新任务。", f"{waiting} runs and regions wait already; no more are taken on for now.",
                mend_zh="请稍后重试；管理员可增加 jumou worker，或调大 JUMOU_OPEN_WORK。",
                mend_en="Try again later; more jumou workers help, and JUMOU_OPEN_WORK can be raised.",
            )  # fmt: skip


def _room(request: Request, jumou: Open) -> None:
    room: Room = request.app.state.room
    room.check(jumou)


WITH_ROOM: Final = Depends(_room)
"""On what takes work on."""
