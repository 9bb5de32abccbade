"""Where the durable engine keeps its own state: who is at work on what. It can be lost without losing a run."""

import contextlib
import sqlite3
from pathlib import Path


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
