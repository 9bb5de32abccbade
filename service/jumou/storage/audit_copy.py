"""A copy of the audit stream in a file of its own: whoever can write to the database cannot quietly take lines out of both."""

import os
import threading
from pathlib import Path
from typing import Final

import structlog
from filelock import FileLock

from jumou.domain.audit import AuditEntry
from jumou.errors import JumouError
from jumou.storage.audit import AuditLog

_LOOK_EVERY: Final = 2.0
_LONGEST_LINE: Final = 65_536

log = structlog.get_logger("jumou.audit")


class AuditCopy:
    """Appends to the file what the stream has and it has not: in order, once, whichever process does it and after any stop."""

    def __init__(self, stream: AuditLog, path: Path) -> None:
        """Several processes may copy to one file."""
        self._stream = stream
        self._path = path
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit copy", daemon=True)
        self._failing = False

    def start(self) -> None:
        """Copies from now on, every two seconds."""
        self._thread.start()

    def stop(self) -> None:
        """Copies what is left, and ends."""
        self._stop.set()
        self._thread.join(10)

    def catch_up(self) -> int:
        """Copies what is missing; returns how many lines.

        Raises:
            OSError: the file cannot be written.
            JumouError: the database does not answer.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self._path}.lock"), self._path.open("ab+") as file:
            seen, end = _last(file.fileno())
            os.ftruncate(file.fileno(), end)  # half a line of a process that was killed
            count = 0
            for entry in self._stream.entries(after=seen):
                file.write(f"{entry.model_dump_json()}\n".encode())
                count += 1
            file.flush()
            os.fsync(file.fileno())
        return count

    def _run(self) -> None:
        ending = False
        while not ending:
            ending = self._stop.wait(_LOOK_EVERY)
            try:
                self.catch_up()
            except (OSError, JumouError) as problem:
                if not self._failing:
                    log.warning("audit copy cannot be written", error=type(problem).__name__)
                self._failing = True
            else:
                self._failing = False


def _last(handle: int) -> tuple[int, int]:
    """The number of the last whole line of a file, and where that line ends."""
    size = os.fstat(handle).st_size
    start = max(0, size - _LONGEST_LINE)
    tail = os.pread(handle, size - start, start)
    whole = tail.rfind(b"\n") + 1
    if not whole:
        return 0, 0
    line = tail[:whole].splitlines()[-1]
    return AuditEntry.model_validate_json(line).number, start + whole
