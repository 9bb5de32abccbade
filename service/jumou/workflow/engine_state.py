"""Where the durable engine keeps its own state: who is at work on what. It can be lost without losing a run."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any


def engine_address(home: Path, database_url: str) -> str:
    """Where the engine keeps its own state: the same PostgreSQL database, or a file beside the SQLite one."""
    if database_url.startswith("postgres"):
        return "postgresql://" + database_url.partition("://")[2]
    path = Path(database_url.partition("///")[2]) if database_url else home / "jumou.db"
    return f"sqlite:///{path.with_name(f'{path.stem}-durable.db')}"


def write_ahead(path: str) -> None:
    """Readers and one writer side by side, and no wait for the disk at each step: our own tables hold what counts."""
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


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
