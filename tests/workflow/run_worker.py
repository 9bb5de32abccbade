"""A process that does runs whose work only waits; killed, asked to end and started again by the tests beside it.

python run_worker.py HOME DATABASE_URL LOG [--contract N] [--at-once N] [--until-done]: writes what it begins and ends to LOG.
A run's request says what it does: `seconds` to take (`at_first` when nobody has begun it before), `outside` times to fail as
something outside does, `broken` to break.
"""

import argparse
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from jumou.domain.run import RunRecord, RunTask
from jumou.errors import ServiceUnavailable
from jumou.storage import BatchQueue, Presence, RunQueue, WorkerList, open_database
from jumou.workflow.batch import RegionDesk
from jumou.workflow.durable import CONTRACT, Desks, Engine, Hands
from jumou.workflow.engine_state import engine_address
from jumou.workflow.runs import Made, RunDesk


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("home", type=Path)
    told.add_argument("database_url")
    told.add_argument("log", type=Path)
    told.add_argument("--contract", default=CONTRACT)
    told.add_argument("--at-once", type=int, default=2)
    told.add_argument("--until-done", action="store_true")
    asked = told.parse_args()
    tried: Counter[str] = Counter()

    def note(what: str) -> None:
        with asked.log.open("ab", buffering=0) as file:
            file.write(f"{what}\n".encode())

    def do(task: RunTask, record: RunRecord) -> Made:
        wanted = record.request
        again = record.id in asked.log.read_text(encoding="utf-8")
        note(f"begin {os.getpid()} {record.id}")
        tried[record.id] += 1
        runs.step(task, {"step": "first"})
        time.sleep(wanted.get("seconds", 0.05) if again else wanted.get("at_first", wanted.get("seconds", 0.05)))
        if tried[record.id] <= wanted.get("outside", 0):
            raise ServiceUnavailable("外部服务没有应答。", "Something outside does not answer.")
        if wanted.get("broken"):
            raise KeyError(record.id)
        note(f"end {os.getpid()} {record.id}")
        return Made({"by": os.getpid()})

    database = open_database(asked.home, asked.database_url)
    runs = RunQueue(database)
    desks = Desks(
        RunDesk(runs, dict.fromkeys(("plan", "ingest", "evaluation"), do)),
        RegionDesk(BatchQueue(database), lambda *_: b""),
    )
    engine = Engine(
        desks, Presence(database, asked.home), WorkerList(database), engine_address(asked.home, asked.database_url),
        hands=Hands(runs=asked.at_once, regions=1), contract=asked.contract,
    )  # fmt: skip
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    engine.start()
    note(f"ready {os.getpid()}")
    while not ending.wait(0.05) and (not asked.until_done or runs.any_open()):
        pass
    engine.stop(finishing=5)
    note(f"stopped {os.getpid()}")


if __name__ == "__main__":
    sys.exit(main())
