"""Does one half of a search beside the other, where a core is free for it."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar

_MOST: Final = 4

T = TypeVar("T")


class Beside:
    """A few threads; work that finds none of them free is done by the one who asks for its result."""

    def __init__(self, threads: int | None = None) -> None:
        """`threads` defaults to one less than the cores, four at most; with 0 nothing is done beside."""
        count = min(_MOST, _cores() - 1) if threads is None else threads
        self._free = BoundedSemaphore(count) if count > 0 else None
        self._pool = ThreadPoolExecutor(max(1, count), "search")  # a thread starts with the first work

    def started(self, work: Callable[[], T]) -> Callable[[], T]:
        """Begins `work`; the function given back waits for its result, as often as it is asked."""
        if self._free is None or not self._free.acquire(blocking=False):
            return cache(work)
        future = self._pool.submit(work)
        future.add_done_callback(self._done)
        return future.result

    def _done(self, _: Future[Any]) -> None:
        if self._free is not None:
            self._free.release()

    def close(self) -> None:
        """Ends the threads when their work is done."""
        self._pool.shutdown(wait=False)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
