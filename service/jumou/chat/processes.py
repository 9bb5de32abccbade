"""Which processes are answering: each holds a lock for as long as it lives, so that a killed one is known to be gone."""

import uuid
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

_FOLDER: Final = "chat"


class Process:
    """This process, under a name nothing else has. The system lets go of its lock when it ends, however it ends."""

    def __init__(self, home: Path) -> None:
        """`home` is the folder of local state, shared by the processes of one machine."""
        self.name = uuid.uuid4().hex
        self._folder = home / _FOLDER
        self._lock: FileLock | None = None

    def begin(self) -> None:
        """Takes the lock; called before anything is answered."""
        if self._lock is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._folder / f"{self.name}.lock", thread_local=False)
            self._lock.acquire()

    def end(self) -> None:
        """Lets go of it."""
        if self._lock is not None:
            self._lock.release()
            (self._folder / f"{self.name}.lock").unlink(missing_ok=True)
            self._lock = None

    def gone(self, name: str) -> bool:
        """Whether the process called so has ended. One that works on another machine's home is held to be alive."""
        if name == self.name:
            return False
        path = self._folder / f"{name}.lock"
        if not path.exists():
            return self._folder_is_ours()
        try:
            with FileLock(path, timeout=0):
                pass
        except Timeout:
            return False
        path.unlink(missing_ok=True)
        return True

    def _folder_is_ours(self) -> bool:
        """A lock that is not there was cleared away by whoever found its process gone, as only happens in this folder."""
        return self._folder.is_dir()
