"""Gives work to confined processes, which are started when needed and replaced when the work ended them.

Nothing a file does reaches the process that asks: it sends bytes and gets JSON back, and the workers know neither paths
nor settings nor keys. Each leads a process group of its own and is ended with all of it.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final, Literal, Self

from jumou.confined.bounds import Bounds
from jumou.errors import RefusedFile

Why = Literal["costly", "deep", "broken"]

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
"""What a worker sees of the environment: settings and keys are not among it."""

_KILLED: Final = (-9, -24)  # SIGKILL, SIGXCPU


class Ended(Exception):
    """The work did not come to an end of its own: `costly` (time or memory), `deep` (nesting), `broken` (the process died)."""

    def __init__(self, why: Why) -> None:
        """`why` is for the one who asked, who knows what the file was."""
        super().__init__(why)
        self.why = why


class Confined:
    """A few processes under the same bounds. Safe among threads; not to be carried through a fork."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        """No process is started yet."""
        self.bounds = bounds or Bounds()
        self._idle: queue.LifoQueue[_Process] = queue.LifoQueue()
        for _ in range(self.bounds.workers):
            self._idle.put(_Process(self.bounds))

    def __enter__(self) -> Self:
        """The processes."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends them."""
        self.close()

    def close(self) -> None:
        """Ends the processes that are idle; one that works ends with the process it belongs to."""
        held = []
        with suppress(queue.Empty):
            while True:
                held.append(self._idle.get_nowait())
        for process in held:
            process.stop()
            self._idle.put(process)

    def run(self, task: str, head: dict[str, Any], parts: Sequence[bytes]) -> Any:
        """What the function `task` (module:function) makes of `head` and `parts`, as JSON values.

        Raises:
            RefusedFile: as the function raised it.
            Ended: it used up its means, or the process died of it.
        """
        process = self._idle.get()
        try:
            return process.run(task, head, parts)
        finally:
            self._idle.put(process)

    def standing(self) -> dict[str, Any]:
        """Which layers hold the processes on this machine: `limits`, `landlock` (its version, 0 for none), `seccomp`.

        Raises:
            Ended: no process can be started.
        """
        found: dict[str, Any] = self.run("", {}, ())
        return found


class _Process:
    """One process; started by the first piece of work, and anew after one that ended it."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._running: subprocess.Popen[bytes] | None = None

    def run(self, task: str, head: dict[str, Any], parts: Sequence[bytes]) -> Any:
        running = self._running or self._start()
        late = threading.Event()

        def end() -> None:
            late.set()
            _kill(running)

        clock = threading.Timer(self._bounds.wall_seconds, end)
        clock.daemon = True
        clock.start()
        try:
            answer = self._ask(running, task, head, parts)
        finally:
            clock.cancel()
        if answer is None:
            code = self.stop()
            raise Ended("costly" if late.is_set() or code in _KILLED else "broken")
        if "refused" in answer:
            zh, en, mend_zh, mend_en = answer["refused"]
            raise RefusedFile(zh, en, mend_zh=mend_zh, mend_en=mend_en)
        if "ended" in answer:
            why: Why = "deep" if answer["ended"] == "deep" else "costly" if answer["ended"] == "costly" else "broken"
            raise Ended(why)
        return answer.get("done")

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        running = subprocess.Popen(
            [sys.executable, "-P", "-m", "jumou.confined.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, start_new_session=True,
        )  # fmt: skip
        self._running = running
        with suppress(OSError):  # seen again when it is asked
            _send(running, json.dumps(asdict(self._bounds)).encode() + b"\n")
        return running

    def _ask(
        self, running: "subprocess.Popen[bytes]", task: str, head: dict[str, Any], parts: Sequence[bytes]
    ) -> dict[str, Any] | None:
        """The answer; None when the process died, or answered with what is none."""
        line = json.dumps({"task": task, "head": head, "sizes": [len(part) for part in parts]}).encode() + b"\n"
        try:
            _send(running, line + b"".join(parts))
            told = running.stdout.readline(self._bounds.answer_bytes) if running.stdout is not None else b""
            answer = json.loads(told) if told.endswith(b"\n") else None
        except (OSError, ValueError, RecursionError):
            return None
        return answer if isinstance(answer, dict) else None

    def stop(self) -> int:
        """Ends the process with its group, and gives its exit code."""
        running, self._running = self._running, None
        if running is None:
            return 0
        for pipe in (running.stdin, running.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            code = running.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            _kill(running)
            return running.wait()
        _kill(running)
        return code


def _kill(running: "subprocess.Popen[bytes]") -> None:
    """The process and whatever it may have started."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()


def _send(running: "subprocess.Popen[bytes]", content: bytes) -> None:
    if running.stdin is not None:
        running.stdin.write(content)
        running.stdin.flush()
