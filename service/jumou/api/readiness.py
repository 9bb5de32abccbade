"""Opening what the service needs, in the background, while /healthz answers already."""

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Final

import structlog

from jumou.compose import Jumou
from jumou.domain.framework import Language
from jumou.errors import JumouError, OperatorError, ServiceUnavailable
from jumou.files import why_unwritable
from jumou.settings import Settings
from jumou.storage.counters import Counted, SharedCounters, shared_by

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 10.0
"""Seconds between two tries to open what failed; doubled from one to the next."""

log = structlog.get_logger("jumou.start")


@dataclass(slots=True)
class Opening:
    """The parts of this process, and how far their opening is."""

    settings: Settings
    when_open: Callable[[Jumou], None]
    done: int = 0
    total: int = 0
    what: str = ""
    error: JumouError | None = None
    _jumou: Jumou = field(init=False)
    _store_open: bool = False
    _open: bool = False
    _thread: threading.Thread | None = None
    _shared: SharedCounters | None = None
    _closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """The parts tell their progress here."""
        self._jumou = Jumou(self.settings, self._progress)

    def begin(self) -> None:
        """Starts opening, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="opening", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        began = time.perf_counter()
        wait = _FIRST_WAIT
        while not self._opened():
            if self._closing.wait(wait):
                return
            wait = min(2 * wait, _LONGEST_WAIT)
        self.when_open(self._jumou)
        self._open = True
        log.info("ready", seconds=round(time.perf_counter() - began, 2))

    def _opened(self) -> bool:
        """Opens what is not open yet; what fails is told to callers until a later try succeeds.

        A database or a vector server comes back, an operator frees the disk: nobody has to start the server again.
        """
        try:
            _ = self._jumou.database
            self._store_open = True
            self._jumou.index.warm()
        except (JumouError, OSError, sqlite3.Error) as problem:
            error = problem if isinstance(problem, JumouError) else why_unwritable(problem) or _unusable(problem)
            if self.error is None or self.error.message("en") != error.message("en"):
                cause = str(error.__cause__ or "")
                log.warning("opening failed", error=type(error).__name__, message=error.message("en"), cause=cause)
            self.error = error
            return False
        self.error = None
        return True

    def _progress(self, done: int, total: int, what: str) -> None:
        self.done, self.total, self.what = done, total, what

    def close(self) -> None:
        """Lets go of database and index."""
        self._closing.set()
        if self._store_open:
            self._jumou.database.dispose()
        if self._open:
            self._jumou.index.close()

    @property
    def ready(self) -> bool:
        """Whether everything is open."""
        return self._open

    @property
    def store_open(self) -> bool:
        """Whether the database was opened."""
        return self._store_open

    @property
    def whole(self) -> Jumou:
        """The parts, open or not, for whoever looks at what is wrong with them."""
        return self._jumou

    def jumou(self) -> Jumou:
        """The parts, all open.

        Raises:
            ServiceUnavailable: they are still being opened.
            JumouError: opening them failed, and is tried again.
        """
        if not self._open:
            raise self._reason()
        return self._jumou

    def stored(self) -> Jumou:
        """The parts with the database open; the library may not be yet.

        Raises:
            ServiceUnavailable: it is still being opened.
            JumouError: opening it failed, and is tried again.
        """
        if not self._store_open:
            raise self._reason()
        return self._jumou

    def exchange(self) -> "Callable[[Mapping[str, Counted], float], dict[str, int]] | None":
        """What counters are shared with other processes by; None while the database is not open, and beside SQLite."""
        if self._store_open and self._shared is None:
            self._shared = shared_by(self._jumou.database)
        return None if self._shared is None else self._shared.exchange

    def message(self, language: Language) -> str:
        """What is going on, in words."""
        if self.error is not None:
            return self.error.message(language)
        if self._open:
            return "就绪" if language == "zh" else "ready"
        share = f" {self.done}/{self.total}" if self.total else ""
        return f"正在准备检索索引{share}" if language == "zh" else f"preparing the index{share}"

    def _reason(self) -> JumouError:
        if self.error is not None:
            return copy(self.error)  # raised by many; one object would gather the traces of all
        return ServiceUnavailable(f"{self.message('zh')}。", f"{self.message('en')}.", mend_zh="请稍后重试。", mend_en="Try again soon.")  # fmt: skip


def _unusable(problem: OSError | sqlite3.Error) -> OperatorError:
    return OperatorError(
        f"数据目录无法使用：{problem}", f"The home folder cannot be used: {problem}",
        mend_zh="请检查 JUMOU_HOME；改正后自动继续。", mend_en="Check JUMOU_HOME; it goes on by itself once that is right.",
    )  # fmt: skip
