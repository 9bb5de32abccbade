"""Which calls of a model are under way, and that somebody living waits for them: each is a lock of the process that makes it.

A call is paid for whether or not the process that began it lives to read the answer. Whoever takes a run up again finds the
lock held while another process still has the call under way, and waits for what that one keeps. The lock is a file's beside
SQLite, an advisory one of a session with PostgreSQL: both are let go of when the process ends, however it ends.
"""

import threading
from hashlib import blake2b
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from jumou.errors import ServiceUnavailable
from jumou.storage.presence import advisory_key

_FOLDER: Final = "presence"


class CallClaims:
    """The calls this process has under way. Safe among threads."""

    def __init__(self, engine: Engine, home: Path) -> None:
        """`home` is the folder of local state, for a database that is in no folder."""
        self._engine = engine
        self._files = engine.dialect.name == "sqlite"
        self._folder = (Path(engine.url.database).parent if engine.url.database else home) / _FOLDER
        self._held: dict[str, FileLock | None] = {}
        self._session: Connection | None = None
        self._changing = threading.Condition()
        self._ending = False

    def take(self, name: str) -> bool:
        """Takes a call on; False while somebody has it under way, and for ever once this process is ending.

        Raises:
            ServiceUnavailable: the database does not answer.
        """
        with self._changing:
            if self._ending or name in self._held:
                return False
            lock = None
            if self._files:
                self._folder.mkdir(parents=True, exist_ok=True)
                lock = FileLock(self._folder / f"call-{_digest(name).hex()}.lock", thread_local=False)
                try:
                    lock.acquire(timeout=0)
                except Timeout:
                    return False
            elif not self._locked(name):
                return False
            self._held[name] = lock
            return True

    def release(self, name: str) -> None:
        """The call has ended: its answer is kept, or there is none."""
        with self._changing:
            if name not in self._held:
                return
            lock = self._held.pop(name)
            if lock is not None:
                Path(lock.lock_file).unlink(missing_ok=True)
                lock.release()
            elif self._session is not None:
                try:
                    self._session.execute(
                        text("SELECT pg_advisory_unlock(:key)"), {"key": advisory_key(f"call:{name}")}
                    )
                except (DBAPIError, ServiceUnavailable):
                    self._lost()
            self._changing.notify_all()

    def end(self, seconds: float) -> None:
        """Takes no call on any more, and waits for those under way to be kept, `seconds` at most."""
        with self._changing:
            self._ending = True
            self._changing.wait_for(lambda: not self._held, seconds)

    def _locked(self, name: str) -> bool:
        try:
            if self._session is None:
                self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            asked = text("SELECT pg_try_advisory_lock(:key)")
            return bool(self._session.execute(asked, {"key": advisory_key(f"call:{name}")}).scalar())
        except (DBAPIError, ServiceUnavailable):
            self._lost()
            raise

    def _lost(self) -> None:
        """The session is gone, and its locks with it: what is under way here is not known to others any more."""
        if self._session is not None:
            self._session.invalidate()
            self._session.close()
            self._session = None


def _digest(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=8).digest()
