"""The folder of an index: which generation is in use, which one is being made, and the lock of its one writer.

`current.json` names the generation that is searched and `next.json` one that is being made; the name moves from one to
the other in a single step at the end, so that a search always sees a whole index and a killed build is gone on with.
"""

import json
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from jumou.errors import IndexLocked
from jumou.files import write_atomically

_TURN: Final = 600.0
"""Seconds a writer waits for its turn when the vectors are on a server that several processes use."""


class Generations:
    """Names and lock of the generations under `root`. Safe among threads and processes."""

    def __init__(self, root: Path, *, shared: bool = False) -> None:
        """`root` need not be there yet. With `shared`, writers wait for each other instead of being refused."""
        self._root = root
        self._patience = _TURN if shared else 0.0
        self._lock = FileLock(root / "lock", timeout=0, thread_local=False)
        self._thread = threading.RLock()

    def folder(self, name: str) -> Path:
        """Where the generation called so is kept."""
        return self._root / name

    def current(self) -> str:
        """The generation in use; empty when there is none yet."""
        return self._named("current.json")

    def unfinished(self) -> str:
        """The generation whose making was broken off or goes on; empty when there is none."""
        return self._named("next.json")

    def stamp(self) -> int:
        """A number that changes when another generation comes into use; reading it costs microseconds."""
        try:
            return (self._root / "current.json").stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def begin(self) -> str:
        """Names a generation that is going to be made; an unfinished one is thrown away."""
        self.discard(self.unfinished())
        name = uuid.uuid4().hex[:12]
        self._write("next.json", name)
        return name

    def use(self, name: str) -> None:
        """From now on `name` is searched. Other generations stay until they are discarded."""
        if self.current() != name:
            self._write("current.json", name)
        if self.unfinished() == name:
            (self._root / "next.json").unlink(missing_ok=True)

    def discard(self, name: str) -> None:
        """Deletes a generation's folder."""
        if name:
            shutil.rmtree(self._root / name, ignore_errors=True)

    @property
    def held(self) -> bool:
        """Whether this process is writing."""
        return self._lock.is_locked

    @contextmanager
    def writing(self, patience: float | None = None) -> Iterator[bool]:
        """Holds the lock; may be entered again inside. Gives True to the outermost holder.

        Raises:
            IndexLocked: another process is writing and was not done within `patience` seconds.
        """
        with self._thread:
            outermost = not self._lock.is_locked
            self._root.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=self._patience if patience is None else patience)
            except Timeout as taken:
                raise IndexLocked(
                    f"另一个进程正在写入检索索引({self._root})。",
                    f"Another process is writing to the index ({self._root}).",
                    mend_zh="请等它结束后再试；需要多个进程或多台机器写入时，请设置 JUMOU_DATABASE_URL（PostgreSQL）与 JUMOU_CHROMA_URL（见 docs/scale.md）。",
                    mend_en="Try again when it is done; for several processes or machines set JUMOU_DATABASE_URL (PostgreSQL) and JUMOU_CHROMA_URL (docs/scale.md).",
                ) from taken
            try:
                yield outermost
            finally:
                self._lock.release()

    def _named(self, file: str) -> str:
        try:
            return str(json.loads((self._root / file).read_text(encoding="utf-8"))["generation"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _write(self, file: str, name: str) -> None:
        write_atomically(self._root / file, json.dumps({"generation": name}).encode())
