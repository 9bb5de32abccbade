"""Writing files so that a reader sees the whole of one or nothing of it."""

import errno
import os
import random
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Final

from jumou.errors import CannotWrite

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_SQLITE_FULL: Final = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_SHMSIZE"})
_SQLITE_READ_ONLY: Final = frozenset({"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"})
_SWITCH_SECONDS: Final = 30.0


def why_unwritable(problem: BaseException | None) -> CannotWrite | None:
    """What an error of the system or of SQLite says about the disk, in words; None when it is about something else."""
    full = read_only = False
    place = ""
    if isinstance(problem, OSError):
        full, read_only = problem.errno in _FULL, problem.errno in _READ_ONLY
        place = str(problem.filename or "")
    elif isinstance(problem, sqlite3.Error):
        name = getattr(problem, "sqlite_errorname", "")
        full = name in _SQLITE_FULL
        read_only = any(name == one or name.startswith(f"{one}_") for one in _SQLITE_READ_ONLY)
    if full:
        return CannotWrite(
            f"磁盘已满，未能写入{place}。", f"The disk is full; {place or 'it'} could not be written.",
            mend_zh="请清理磁盘后重试，或用 JUMOU_HOME 换一个目录；此前已保存的内容不受影响。",
            mend_en="Free some space and try again, or set JUMOU_HOME; what was stored before is as it was.",
        )  # fmt: skip
    if read_only:
        return CannotWrite(
            f"目录或数据库只能读取，未能写入{place}。", f"The folder or the database may only be read; {place or 'it'} could not be written.",
            mend_zh="请检查 JUMOU_HOME、数据库文件与输出目录的权限后重试。", mend_en="Check the permissions of JUMOU_HOME, of the database and of the target folder, then try again.",
        )  # fmt: skip
    return None


def write_ahead(connection: sqlite3.Connection) -> None:
    """Turns a database to write-ahead logging: readers and one writer side by side.

    SQLite's own time-out does not hold here: while another process makes the same switch or writes, ours is refused at
    once, so of several that open a new file together some would fail. It is tried again for half a minute.

    Raises:
        sqlite3.OperationalError: the database was in use all that time, or it cannot be written.
    """
    until = time.monotonic() + _SWITCH_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as problem:
            kind = problem.sqlite_errorcode & 0xFF  # the other bytes say more
            if kind != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(random.uniform(0.002, 0.02))  # noqa: S311 - spreads those who wait
        else:
            return


def _umask() -> int:
    """The process's mask; there is no way to read it but to set it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def write_atomically(path: Path, content: bytes) -> None:
    """Writes `content` to `path` in one step: a crash leaves the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o666 & ~_umask())  # mkstemp makes files only their owner can read
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
