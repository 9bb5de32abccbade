"""Project lists over HTTP: the real server, 8 clients at once, for half a minute.

Question: does the server keep up 5 lists a second, and does nobody wait long? Bars: >= 5 requests/s sustained, p95 <= 2 s,
no failed request (DESIGN, "project lists over HTTP, rules drafter"). Every request has a profile no other has: the sample
regions under new names.

    python evals/performance/http_project_lists.py [--home DIR] [--clients 8] [--seconds 30] [--workers N]
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from measured import Measure, percentile, report

from jumou.profile import sample_names, sample_profile
from jumou.retrieval import Library


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(home: Path, port: int, workers: str) -> subprocess.Popen[bytes]:
    """The server as `jumou serve` starts it."""
    environment = {**os.environ, "JUMOU_HOME": str(home), "JUMOU_LOG_LEVEL": "error"}
    if workers:
        environment["JUMOU_DRAFTING_WORKERS"] = workers
    return subprocess.Popen([sys.executable, "-m", "jumou.cli.main", "serve", "--port", str(port)], env=environment)


async def until_ready(
    client: httpx.AsyncClient, server: subprocess.Popen[bytes], *, workers: bool, seconds: float = 600
) -> None:
    """Waits until the index is open, and on demand until the drafting workers are."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and server.poll() is None:
        try:
            answer = await client.get("/readyz")
            if answer.status_code == 200 and (answer.json()["workers_ready"] or not workers):
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.2)
    raise TimeoutError("the server did not get ready")


def processor_seconds(process: int) -> float:
    """Processor time of a process and its children, as /proc tells; 0 where there is none."""
    total = 0.0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if process in (int(status.parent.name), int(fields[1])):
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


async def load(client: httpx.AsyncClient, clients: int, seconds: float) -> tuple[list[float], int, float]:
    """Seconds each request took, how many failed, and how long it all took."""
    profiles = [sample_profile(name).model_dump(mode="json") for name in sample_names()]
    taken: list[float] = []
    failed = number = 0
    began = time.perf_counter()

    async def one_client() -> None:
        nonlocal failed, number
        while time.perf_counter() - began < seconds:
            number += 1
            profile: dict[str, Any] = {
                **profiles[number % len(profiles)],
                "name": f"{profiles[number % len(profiles)]['name']}{number}区",
            }
            start = time.perf_counter()
            answer = await client.post("/v1/project-lists", json={"profile": profile})
            taken.append(time.perf_counter() - start)
            failed += answer.status_code != 200 or not answer.json()["projects"]

    await asyncio.gather(*(one_client() for _ in range(clients)))
    return taken, failed, time.perf_counter() - began


async def measure(
    port: int, server: subprocess.Popen[bytes], clients: int, seconds: float, *, workers: bool
) -> list[Measure]:
    """Warms the server up, then loads it."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        await until_ready(client, server, workers=False)
        await load(client, clients, min(4, seconds))  # the workers start when two drafts are asked for at a time
        await until_ready(client, server, workers=workers)
        used = processor_seconds(server.pid)
        taken, failed, wall = await load(client, clients, seconds)
    return [
        Measure("requests", len(taken)),
        Measure("processor time a list", (processor_seconds(server.pid) - used) / len(taken), "s"),
        Measure("rate", len(taken) / wall, "1/s", at_least=5),
        Measure("p50", percentile(taken, 0.5), "s"),
        Measure("p95", percentile(taken, 0.95), "s", at_most=2),
        Measure("slowest", max(taken), "s"),
        Measure("failed", failed, "", at_most=0),
    ]


def main() -> int:
    """The exit code: 1 when a bar is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, help="a folder with a built index; a fresh one is built when not given")
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--seconds", type=float, default=30)
    arguments.add_argument("--workers", default="", help="drafting processes; empty for the server's own choice")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        Library.ensure(home).close()
        port = free_port()
        server = started(home, port, chosen.workers)
        try:
            measures = asyncio.run(measure(port, server, chosen.clients, chosen.seconds, workers=chosen.workers != "0"))
        finally:
            server.terminate()
            server.wait(20)
    print(json.dumps({"clients": chosen.clients, "seconds": chosen.seconds, "cores": os.cpu_count()}))
    return report("http_project_lists", measures)


if __name__ == "__main__":
    sys.exit(main())
