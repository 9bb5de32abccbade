"""Counting requests for several processes at once: each counts by itself and exchanges what it counted every half second.

So a request costs no question to the database, and a limit holds over all processes but for what the others took on within
that time. The windows are those of `limits`' sliding counter, cut by the clock, so that they are the same everywhere.
"""

import threading
import time
from collections.abc import Callable, Mapping
from math import floor
from typing import Any, Final

import structlog
from limits.storage import Storage
from limits.storage.base import SlidingWindowCounterSupport, TimestampedSlidingWindow

from jumou.errors import JumouError
from jumou.storage.counters import Counted

EXCHANGE_EVERY: Final = 0.5
"""Seconds between two exchanges."""

Exchange = Callable[[Mapping[str, Counted], float], Mapping[str, int]]
log = structlog.get_logger("jumou.limits")


class Counters(Storage, SlidingWindowCounterSupport, TimestampedSlidingWindow):
    """A storage of `limits`: in this process, and beside others where there is an `exchange`."""

    STORAGE_SCHEME = ["jumou"]  # noqa: RUF012 - as the library declares it

    def __init__(self, exchange: Callable[[], Exchange | None] = lambda: None) -> None:
        """`exchange` gives what the others are reached by, once that is open; None while there are no others."""
        super().__init__()
        self._exchange = exchange
        self._lock = threading.Lock()
        self._held: dict[str, int] = {}  # what is known of all processes, with what is in _fresh
        self._fresh: dict[str, int] = {}
        self._ends: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._away = False

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Counts `amount` unless that would be more than `limit`."""
        now = time.time()
        with self._lock:
            before, _, current, _ = self._window(key, expiry, now)
            share = before * (1 - (now / expiry) % 1)
            if floor(share + current) + amount > limit:
                return False
            name = self.sliding_window_keys(key, expiry, now)[1]
            self._held[name] = current + amount
            self._fresh[name] = self._fresh.get(name, 0) + amount
            self._ends[name] = (floor(now / expiry) + 2) * expiry
        if self._thread is None:
            self._begin()
        return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Counts and seconds left of the window before and of this one."""
        with self._lock:
            return self._window(key, expiry, time.time())

    def _window(self, key: str, expiry: int, now: float) -> tuple[int, float, int, float]:
        before, current = self.sliding_window_keys(key, expiry, now)
        left = (1 - (now / expiry) % 1) * expiry
        held = self._held.get(before, 0)
        return held, left if held else 0.0, self._held.get(current, 0), left + expiry

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forgets what this process knows of the two windows."""
        with self._lock:
            for name in self.sliding_window_keys(key, expiry, time.time()):
                self._held.pop(name, None)
                self._fresh.pop(name, None)

    # --- with the others --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="counting", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(EXCHANGE_EVERY):
            self.trade()

    def trade(self) -> None:
        """One exchange; while the database is away this process goes on by itself."""
        now = time.time()
        with self._lock:
            for name in [name for name, end in self._ends.items() if end < now]:
                self._held.pop(name, None)
                self._fresh.pop(name, None)
                del self._ends[name]
            fresh, self._fresh = self._fresh, {}
            asked = {name: Counted(fresh.get(name, 0), end) for name, end in self._ends.items()}
        exchange = self._exchange()
        if exchange is None or not asked:
            return
        try:
            totals = exchange(asked, now)
        except JumouError as error:
            if not self._away:
                log.warning("counting alone", error=type(error).__name__)
            self._away, totals = True, {}
            with self._lock:
                for name, amount in fresh.items():
                    self._fresh[name] = self._fresh.get(name, 0) + amount
        else:
            self._away = False
        with self._lock:
            for name, total in totals.items():
                self._held[name] = total + self._fresh.get(name, 0)

    def close(self) -> None:
        """Ends the exchange."""
        self._stop.set()

    # --- what else a storage has; nobody here counts by fixed windows -----------------------------------------

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing of it fails."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Not offered."""
        raise NotImplementedError  # `limits` asks it of every storage; only sliding windows are counted here

    def get(self, key: str) -> int:
        """What is counted under a window's name."""
        return self._held.get(key, 0)

    def get_expiry(self, key: str) -> float:
        """When the window's count may be forgotten."""
        return self._ends.get(key, time.time())

    def check(self) -> bool:
        """It is there."""
        return True

    def reset(self) -> int | None:
        """Forgets everything this process knows."""
        with self._lock:
            known: Any = (self._held, self._fresh, self._ends)
            found = len(self._held)
            for one in known:
                one.clear()
        return found

    def clear(self, key: str) -> None:
        """Forgets one window."""
        with self._lock:
            self._held.pop(key, None)
