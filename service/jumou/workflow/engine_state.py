"""Where the durable engine keeps its own state: who is at work on what. It can be lost without losing a run."""

import contextlib
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jumou.files import write_ahead


def engine_address(home: Path, database_url: str) -> str:
    """Where the engine keeps its own state: the same PostgreSQL database, or a file beside the SQLite one."""
    if database_url.startswith("postgres"):
        return "postgresql://" + database_url.partition("://")[2]
    path = Path(database_url.partition("///")[2]) if database_url else home / "jumou.db"
    return f"sqlite:///{path.with_name(f'{path.stem}-durable.db')}"


def prepare_file(path: str) -> None:
    """No wait for the disk at each step, and readers beside the writer: our own tables hold what counts."""
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        write_ahead(connection)


def own_hands(engine: Any, hands: dict[str, int]) -> None:
    """Each process takes on as much as it can. DBOS keeps one number a queue for all of them; the one it keeps is 1."""
    kept = engine._sys_db  # noqa: SLF001 - there is no public name; without this, every process takes on one at a time
    read = kept.get_queue

    def get_queue(name: str, **more: Any) -> Any:
        found = read(name, **more)
        if found is not None and name in hands:
            found._worker_concurrency = hands[name]  # noqa: SLF001 - as above
        return found

    setattr(kept, "get_queue", get_queue)  # noqa: B010 - an attribute of this one object, not of its class


class UnderWay:
    """The workflows this process is in the middle of, and how often one that it should be in the middle of was not.

    When the database goes away at the wrong moment, the engine loses hold of a workflow: its thread has ended, and in the
    engine's table it is this process's for ever.
    """

    def __init__(self) -> None:
        """Nothing is under way."""
        self._lock = threading.Lock()
        self._names: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()

    @contextlib.contextmanager
    def entered(self, name: str) -> Iterator[None]:
        """Inside, the workflow is under way."""
        with self._lock:
            self._names[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._names[name] -= 1
                self._names = +self._names

    def stranded(self, mine: Iterable[str], looks: int) -> set[str]:
        """Those of `mine` that were not under way in so many looks in a row; to be asked once a look."""
        with self._lock:
            idle = {name for name in mine if not self._names[name]}
        self._missed = Counter({name: self._missed[name] + 1 for name in idle})
        return {name for name, missed in self._missed.items() if missed >= looks}
