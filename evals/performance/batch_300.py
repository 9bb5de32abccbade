"""A batch of 300 regions on the command line, killed once with SIGKILL on the way, then resumed by the same command.

Question: is anything lost, is anything that was recorded drafted again, and how many regions a minute go through? Bars: every
region drafted, no recorded list changed by the resumed run, at most the regions in hand begun twice, no process left behind
by the kill, and 1.5 s of processor time a region, start and files included. Throughput has no bar: it is the machine's
load as much as ours. The regions are the samples under new names.

    python evals/performance/batch_300.py [--home DIR] [--regions 300] [--kill-at 0.4] [--workers N]
"""

import argparse
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measured import Measure, report

from jumou.domain.access import HERE
from jumou.profile import sample_names, sample_profile
from jumou.retrieval import Library
from jumou.storage import BatchStore, open_database


def written_profiles(path: Path, regions: int) -> Path:
    """A JSON-lines file of that many regions."""
    profiles = [sample_profile(name).model_dump(mode="json") for name in sample_names()]
    with path.open("w", encoding="utf-8") as file:
        for number in range(regions):
            profile = profiles[number % len(profiles)]
            named = {**profile, "name": f"{profile['name']}{number + 1}区"}
            file.write(json.dumps(named, ensure_ascii=False) + "\n")
    return path


def recorded(store: BatchStore) -> dict[int, str]:
    """The regions that have a list, with the id of each list."""
    page = store.batches(limit=1).batches
    return {
        result.row: result.project_list.provenance.id
        for result in (store.results(page[0].id) if page else ())
        if result.project_list is not None
    }


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    found = Path(f"/proc/{process}/task")
    return [
        int(child)
        for task in (found.iterdir() if found.exists() else ())
        for child in (task / "children").read_text().split()
    ]


def processor_seconds() -> float:
    """Processor time of the processes that this one and its children have waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def begun_again(database: Path) -> int:
    """Regions that were begun more than once, as the engine counts them."""
    with sqlite3.connect(database.with_name(f"{database.stem}-durable.db")) as connection:
        row = connection.execute("SELECT count(*) FROM workflow_status WHERE recovery_attempts > 1").fetchone()
    return int(row[0])


def main() -> int:
    """Runs it and prints what was measured."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--home", type=Path)
    arguments.add_argument("--regions", type=int, default=300)
    arguments.add_argument(
        "--kill-at", type=float, default=0.4, help="share of the regions that are recorded when it is killed"
    )
    arguments.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="jumou-batch-") as scratch:
        home = chosen.home or Path(scratch) / "home"
        Library.ensure(home).close()
        database = Path(scratch) / "batch.db"
        environment = {
            **os.environ, "JUMOU_HOME": str(home), "JUMOU_DATABASE_URL": f"sqlite:///{database}", "JUMOU_LLM": "",
        }  # fmt: skip
        store = BatchStore(open_database(home, f"sqlite:///{database}"), HERE)
        profiles, out = written_profiles(Path(scratch) / "regions.jsonl", chosen.regions), Path(scratch) / "out"
        command = [
            sys.executable,
            "-m",
            "jumou.cli.main",
            "batch",
            str(profiles),
            "--out",
            str(out),
            "-w",
            str(chosen.workers),
        ]
        began = time.perf_counter()
        first = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        while not store.batches(limit=1).batches:
            time.sleep(0.1)
        batch = store.batches(limit=1).batches[0].id
        accepted = time.perf_counter() - began
        while store.standing(batch).drafted < chosen.kill_at * chosen.regions and first.poll() is None:
            time.sleep(0.2)
        helpers = children(first.pid)
        first.send_signal(signal.SIGKILL)
        first.wait()
        killed = time.perf_counter()
        before = recorded(store)
        time.sleep(2)
        left = sum(Path(f"/proc/{helper}").exists() for helper in helpers)
        again = time.perf_counter()
        spent = processor_seconds()
        second = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        while store.standing(batch).drafted == len(before) and second.poll() is None:
            time.sleep(0.1)
        resumed = time.perf_counter() - again
        code = second.wait()
        ended = time.perf_counter()
        each = (processor_seconds() - spent) / max(1, chosen.regions - len(before))
        after = recorded(store)
        seconds = (killed - began) + (ended - again)
        lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
        print(
            f"{chosen.regions} regions, {chosen.workers} workers, killed with {len(before)} recorded; exit code {code}"
        )
        return report(
            "batch_300",
            [
                Measure("regions drafted", len(after), "", at_least=chosen.regions),
                Measure("lines of results", len(lines), "", at_least=chosen.regions),
                Measure("batches", len(store.batches().batches), "", at_most=1),
                Measure(
                    "recorded lists changed", sum(after.get(row) != made for row, made in before.items()), "", at_most=0
                ),
                Measure("regions begun again", begun_again(database), "", at_most=2 * chosen.workers),
                Measure("processes left behind", left, "", at_most=0),
                Measure("accepted after", accepted, "s"),
                Measure("first new list after resuming", resumed, "s"),
                Measure("both runs", seconds, "s"),
                Measure("processor time a region, resumed run", each, "s", at_most=1.5),
                Measure("throughput", 60 * chosen.regions / seconds, "/min"),
            ],
        )


if __name__ == "__main__":
    sys.exit(main())
