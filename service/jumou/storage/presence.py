"""Which processes are alive: each holds a lock for as long as it lives, so that a killed one is known to be gone.

Beside SQLite the lock is a file's, which the system lets go of however the process ends; with PostgreSQL it is an advisory
lock of a session, which the server lets go of when the process or its machine is gone. No clock is compared with another.
"""

import contextlib
import threading
import uuid
from hashlib import blake2b
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from jumou.errors import ServiceUnavailable

_FOLDER: Final = "presence"


class Presence:
    """This process, under a name nothing else has, among those that share the database. Safe among threads."""

    def __init__(self, engine: Engine, home: Path) -> None:
        """`home` is the folder of local state, for a database that is in no folder."""
        self.name = uuid.uuid4().hex
        self._engine = engine
        self._folder = (Path(engine.url.database).parent if engine.url.database else home) / _FOLDER
        self._file: FileLock | None = None
        self._session: Connection | None = None
        self._changing = threading.Lock()

    @property
    def can_lapse(self) -> bool:
        """Whether a process that lives may be without its lock: until the next `hold`, when the database was away."""
        return self._engine.dialect.name != "sqlite"

    def hold(self) -> None:
        """Takes the lock, or takes it again when the database has lost it; cheap when it is held.

        Raises:
            ServiceUnavailable: the database does not answer.
        """
        with self._changing:
            self._hold()

    def _hold(self) -> None:
        if not self.can_lapse:
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = FileLock(self._folder / f"{self.name}.lock", thread_local=False)
                self._file.acquire()
            return
        try:
            if self._session is not None:
                self._session.execute(text("SELECT 1"))
                return
        except (DBAPIError, ServiceUnavailable):
            self._let_go()
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._session = session
        session.execute(text("SELECT pg_advisory_lock(:key)"), {"key": advisory_key(self.name)})

    def end(self) -> None:
        """Lets go of it."""
        with self._changing:
            if self._file is not None:
                self._file.release()
                (self._folder / f"{self.name}.lock").unlink(missing_ok=True)
                self._file = None
            if self._session is not None:  # said before the connection goes, which the server notices a moment later
                with contextlib.suppress(DBAPIError, ServiceUnavailable):
                    self._session.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": advisory_key(self.name)})
            self._let_go()

    def gone(self, name: str) -> bool:
        """Whether the process called so has ended."""
        if name == self.name:
            return False
        if self.can_lapse:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                key = {"key": advisory_key(name)}
                free = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar())
                if free:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            return free
        path = self._folder / f"{name}.lock"
        if not path.exists():
            return True
        try:
            with FileLock(path, timeout=0):
                pass
        except Timeout:
            return False
        path.unlink(missing_ok=True)
        return True

    def _let_go(self) -> None:
        if self._session is not None:
            self._session.invalidate()
            self._session.close()
            self._session = None


def advisory_key(name: str) -> int:
    """The name as PostgreSQL numbers its advisory locks: 64 bits with a sign."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
