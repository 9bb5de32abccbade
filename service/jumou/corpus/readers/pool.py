"""Reads files in processes of their own, each with bounded memory and time; one that dies is replaced.

Nothing a file does reaches the process that asks: it sends bytes and gets JSON back, and the readers know neither paths
nor settings nor keys.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from typing import Any, Final, NamedTuple, Self

from jumou.corpus.readers import refusals
from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.limits import Limits
from jumou.errors import RefusedFile

_PASSED_ON: Final = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "SYSTEMROOT",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
)
"""What the reading process sees of the environment: settings and keys are not among it."""

_CPU_SIGNAL: Final = 24  # SIGXCPU
_KILLED: Final = 9


class Job(NamedTuple):
    """A file to be read: its name, its bytes, and those of its sidecar."""

    name: str
    content: bytes
    described: bytes | None = None


class Readers:
    """A few reading processes, started when they are needed. Safe among threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        """No process is started yet."""
        self.limits = limits or Limits()
        self._idle: queue.LifoQueue[_Process] = queue.LifoQueue()
        for _ in range(self.limits.workers):
            self._idle.put(_Process(self.limits))

    def __enter__(self) -> Self:
        """The readers themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the processes."""
        self.close()

    def close(self) -> None:
        """Ends the processes that are idle."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().stop()

    def read(self, job: Job) -> Extract:
        """The text of one file.

        Raises:
            RefusedFile: it cannot be taken in: whatever it did to the process that read it.
        """
        process = self._idle.get()
        try:
            return process.read(job)
        finally:
            self._idle.put(process)

    def read_all(self, jobs: Iterable[Job]) -> Iterator[Extract | RefusedFile]:
        """The texts of many files in their order, or why one is refused; files are taken from `jobs` as they are needed."""
        waiting = iter(jobs)
        with ThreadPoolExecutor(self.limits.workers, thread_name_prefix="reading") as threads:
            ahead = [threads.submit(self._attempt, job) for job in islice(waiting, 2 * self.limits.workers)]
            while ahead:
                done: Future[Extract | RefusedFile] = ahead.pop(0)
                found = done.result()
                ahead += [threads.submit(self._attempt, job) for job in islice(waiting, 1)]
                yield found

    def _attempt(self, job: Job) -> Extract | RefusedFile:
        try:
            return self.read(job)
        except RefusedFile as refused:
            return refused


class _Process:
    """One reading process; started by the first file, and anew after a file that ended it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running: subprocess.Popen[bytes] | None = None

    def read(self, job: Job) -> Extract:
        running = self._running or self._start()
        late = threading.Event()

        def end() -> None:
            late.set()
            running.kill()

        clock = threading.Timer(self._limits.wall_seconds, end)
        clock.daemon = True
        clock.start()
        try:
            answer = self._ask(running, job)
        finally:
            clock.cancel()
        if answer is None:
            code = self.stop()
            if late.is_set() or code in (-_CPU_SIGNAL, -_KILLED):
                raise refusals.too_costly(job.name)
            raise refusals.broken(job.name, _claimed(job.name))
        if "refused" in answer:
            zh, en, mend_zh, mend_en = answer["refused"]
            raise RefusedFile(zh, en, mend_zh=mend_zh, mend_en=mend_en)
        return Extract.from_record(answer["read"])

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        running = subprocess.Popen(
            [sys.executable, "-P", "-m", "jumou.corpus.readers.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        self._running = running
        with suppress(OSError):  # seen again when it is asked
            _send(running, json.dumps(asdict(self._limits)).encode() + b"\n")
        return running

    def _ask(self, running: "subprocess.Popen[bytes]", job: Job) -> dict[str, Any] | None:
        """The answer; None when the process died, or answered with what is none."""
        described = job.described
        head = {"name": job.name, "size": len(job.content), "sidecar": None if described is None else len(described)}
        most = 12 * self._limits.characters + 1_000_000
        try:
            _send(running, json.dumps(head).encode() + b"\n" + job.content + (described or b""))
            line = running.stdout.readline(most) if running.stdout is not None else b""
            answer = json.loads(line) if line.endswith(b"\n") else None
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    def stop(self) -> int:
        """Ends the process and gives its exit code."""
        running, self._running = self._running, None
        if running is None:
            return 0
        for pipe in (running.stdin, running.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            return running.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            running.kill()
            return running.wait()


def _send(running: "subprocess.Popen[bytes]", content: bytes) -> None:
    if running.stdin is not None:
        running.stdin.write(content)
        running.stdin.flush()


def _claimed(name: str) -> str:
    """What a file claims to be by its ending, for the message."""
    ending = name.rpartition(".")[2].lower()
    return {"pdf": "pdf", "docx": "docx", "xlsx": "xlsx", "xlsm": "xlsx", "html": "html", "htm": "html"}.get(
        ending, "text"
    )
