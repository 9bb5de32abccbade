"""From the start of `jumou serve` on a built index to the first answers, and what the process holds.

Bars: first project list and first search answer <= 4 s from process start; no torch in the process (DESIGN, "first answer
after `jumou serve`"). The median of several starts counts.

    python evals/performance/start.py [--home DIR] [--starts 5]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx
from http_project_lists import free_port, started
from measured import Measure, report

from jumou.retrieval import Library

_PROFILE = {"name": "瓦房店市", "industry": "轴承"}


class Start(NamedTuple):
    """Seconds from process start, and megabytes."""

    health: float
    search: float
    projects: float
    megabytes: float


def answered(
    client: httpx.Client, server: subprocess.Popen[bytes], path: str, began: float, *, post: bool = False
) -> float:
    """Seconds from `began` until `path` answers 200."""
    while time.perf_counter() - began < 120 and server.poll() is None:
        try:
            answer = client.post(path, json={"profile": _PROFILE}) if post else client.get(path)
            if answer.status_code == 200:
                return time.perf_counter() - began
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise TimeoutError(f"no answer from {path}")


def one_start(home: Path) -> Start:
    """Starts the server and asks; the answers are asked for in the order health, search, projects."""
    port = free_port()
    began = time.perf_counter()
    server = started(home, port, "")
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            health = answered(client, server, "/healthz", began)
            search = answered(client, server, "/v1/search?query=轴承产业补链", began)
            projects = answered(client, server, "/v1/project-lists", began, post=True)
            return Start(health, search, projects, resident(server.pid))
    finally:
        server.terminate()
        server.wait(20)


def resident(process: int) -> float:
    """Memory of the serving process in megabytes, without its drafting workers; 0 where /proc is not there."""
    status = Path(f"/proc/{process}/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def loads_torch(home: Path) -> bool:
    """Whether opening and drafting load torch."""
    script = (
        "import sys, asyncio, pathlib; from jumou.compose import at_home; from jumou.settings import Settings\n"
        "from jumou.api.app import create_app; from jumou.profile import parse_profile\n"
        "from jumou.workflow import PlanRequest, draft_projects\n"
        "chosen = Settings(home=pathlib.Path(sys.argv[1])); create_app(chosen); jumou = at_home(chosen)\n"
        f"request = PlanRequest(profile=parse_profile({_PROFILE!r}))\n"
        "asyncio.run(draft_projects(request, jumou.library, jumou.drafter)); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(home)], capture_output=True, text=True, check=True)
    return done.stdout.strip().endswith("True")


def main() -> int:
    """The exit code: 1 when a bar is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, help="a folder with a built index; a fresh one is built when not given")
    arguments.add_argument("--starts", type=int, default=5)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        Library.ensure(home).close()
        one_start(home)  # the first start reads everything from the disk and counts for nothing
        starts = [one_start(home) for _ in range(chosen.starts)]
        torch = loads_torch(home)
    return report(
        "start",
        [
            Measure("healthz", median(start.health for start in starts), "s"),
            Measure("first search answer", median(start.search for start in starts), "s", at_most=4),
            Measure("first project list", median(start.projects for start in starts), "s", at_most=4),
            Measure("memory of the server", max(start.megabytes for start in starts), "MB"),
            Measure("torch loaded", float(torch), "", at_most=0),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
