"""A process that works off batches with a drafter that only waits; killed and started again by the tests beside it.

python batch_worker.py HOME DATABASE_URL LOG: takes on a batch of 36 regions under one key (two unreadable, one that cannot be
drafted, one whose drafting breaks), works until all have an outcome, and writes what was begun and kept to LOG.
"""

import os
import random
import sys
import time
from pathlib import Path

from jumou.domain.access import HERE, Principal
from jumou.domain.batch import BatchEntry, BatchOptions, BatchTask, Failure
from jumou.domain.plan import ProjectList
from jumou.domain.region import RegionProfile
from jumou.errors import InvalidRequest
from jumou.storage import BatchQueue, BatchStore, Presence, RunQueue, WorkerList, open_database
from jumou.testing_plans import small_plan
from jumou.workflow import PlanRequest
from jumou.workflow.batch import RegionDesk, accept_batch
from jumou.workflow.durable import Desks, Engine, Hands
from jumou.workflow.engine_state import engine_address
from jumou.workflow.runs import RunDesk

REGIONS = 36
UNREADABLE, REFUSED, BREAKING = (5, 17), 9, 21


def entries() -> list[BatchEntry]:
    found = []
    for number in range(1, REGIONS + 1):
        name = f"第{number}县"
        if number in UNREADABLE:
            told = Failure(kind="InvalidProfile", message="缺少区域名称")
            found.append(BatchEntry(source=f"{number}.json", failure=told))
        else:
            found.append(BatchEntry(source=f"{number}.json", region=name, profile=RegionProfile(name=name)))
    return found


def main(home: Path, database_url: str, log: Path, stumbling: str = "") -> None:
    plan, fallen = small_plan(), set[str]()

    def note(what: str) -> None:
        with log.open("ab", buffering=0) as file:
            file.write(f"{what}\n".encode())

    def draft(request: PlanRequest, caller: Principal, _: BatchTask) -> bytes:
        assert caller.workspace == "default"
        name = request.profile.name
        note(f"begin {os.getpid()} {name}")
        time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 - no secret
        if name == f"第{REFUSED}县":
            raise InvalidRequest("年限不成立。", "The term makes no sense.")
        if name == stumbling and name not in fallen:
            fallen.add(name)
            raise SystemExit  # what the engine records nothing of: the thread ends, and the workflow stays this process's
        if name == f"第{BREAKING}县":
            raise KeyError(name)
        return (
            ProjectList(
                region=name, industry="轴承", mode="anchor_firm", themes=(), gaps=(), projects=plan.projects,
                evidence=plan.evidence, quality=plan.quality, provenance=plan.provenance,
            ).model_dump_json().encode()
        )  # fmt: skip

    database = open_database(home, database_url)
    store = BatchStore(database, HERE)
    record = accept_batch(store, entries(), BatchOptions(language="zh"), created_by="test", key="one")
    note(f"accepted {record.id}")
    engine = Engine(
        Desks(RunDesk(RunQueue(database), {}), RegionDesk(BatchQueue(database), draft)), Presence(database, home),
        WorkerList(database), engine_address(home, database_url), hands=Hands(runs=1, regions=3),
    )  # fmt: skip
    engine.start()
    while store.standing(record.id).state == "running":
        time.sleep(0.05)
    note("done")
    engine.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), *sys.argv[4:])
