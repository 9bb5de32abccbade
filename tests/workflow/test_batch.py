"""Batches survive: whatever moment a process is killed at, every region ends in one outcome that can be seen."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from jumou.domain.access import HERE
from jumou.domain.batch import BatchEntry, BatchOptions, BatchTask, Failure, Outcome
from jumou.domain.region import RegionProfile
from jumou.errors import InvalidRequest, NotFound
from jumou.storage import BatchQueue, BatchStore, Presence, open_database
from jumou.workflow.batch import accept_batch

WORKER = Path(__file__).with_name("batch_worker.py")
KILLS = 6
OPTIONS = BatchOptions(language="zh")


@pytest.fixture
def batches(tmp_path: Path, database_url: str) -> Iterator[BatchStore]:
    """An empty store of batches on each kind of database."""
    engine = open_database(tmp_path, database_url)
    yield BatchStore(engine, HERE)
    engine.dispose()


@pytest.fixture
def queue(batches: BatchStore) -> BatchQueue:
    """What an engine has of the same batches."""
    return BatchQueue(batches._engine)


def entry(number: int) -> BatchEntry:
    return BatchEntry(source=f"{number}", region=f"第{number}县", profile=RegionProfile(name=f"第{number}县"))


UNREADABLE = BatchEntry(source="x.json", failure=Failure(kind="InvalidProfile", message="缺少区域名称"))
LEFT_OUT = Outcome(state="failed", failure=Failure(kind="InvalidRequest", message="年限不成立"))


def task(batch_id: str, row: int, attempt: int = 1) -> BatchTask:
    return BatchTask(batch_id=batch_id, row=row, attempt=attempt)


def test_a_batch_killed_at_random_moments_loses_nothing_and_drafts_nothing_twice(
    tmp_path: Path, database_url: str
) -> None:
    """36 regions, killed with SIGKILL again and again; what was recorded before a kill is never drafted after it."""
    log = tmp_path / "log"
    command = [sys.executable, str(WORKER), str(tmp_path), database_url, str(log)]
    chance = random.Random(20261125)  # noqa: S311 - no secret
    kills = 0
    while True:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = len(lines(log))
        if kills < KILLS:
            wait_for(lambda: len(lines(log)) > before + 1 or process.poll() is not None)  # noqa: B023 - waited for here
            time.sleep(chance.uniform(0, 0.3))
            kills += process.poll() is None
            process.kill()
        if process.wait(120) == 0:
            break
    store = BatchStore(open_database(tmp_path, database_url), HERE)
    accepted = {line.split()[1] for line in lines(log) if line.startswith("accepted")}
    assert len(accepted) == 1
    batch = accepted.pop()
    results = list(store.results(batch))
    assert [result.row for result in results] == list(range(1, 37))
    assert Counter(result.state for result in results) == {"drafted": 32, "failed": 4}
    assert {result.row: result.failure.kind for result in results if result.failure} == {
        5: "InvalidProfile", 9: "InvalidRequest", 17: "InvalidProfile", 21: "KeyError",
    }  # fmt: skip
    assert all(result.project_list is not None for result in results if result.state == "drafted")
    events = store.events(batch)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    rows = [event.data["row"] for event in events if event.kind == "row"]
    assert sorted(rows) == list(range(1, 37))
    assert [event.kind for event in events].count("done") == 1
    begun = Counter(line.split()[2] for line in lines(log) if line.startswith("begin"))
    again = sum(count - 1 for count in begun.values())
    assert again <= 3 * kills  # at most what was in hand when it was killed


def test_what_a_killed_process_had_in_hand_is_taken_over_by_another(tmp_path: Path, database_url: str) -> None:
    """Two processes at one batch; one is killed, and the other finishes alone, without anybody's help."""
    log = tmp_path / "log"
    command = [sys.executable, str(WORKER), str(tmp_path), database_url, str(log)]
    one, other = (subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2))
    wait_for(lambda: any(line.startswith(f"begin {one.pid} ") for line in lines(log)) or one.poll() is not None)
    one.kill()
    one.wait()
    assert other.wait(120) == 0
    store = BatchStore(open_database(tmp_path, database_url), HERE)
    batch = next(line.split()[1] for line in lines(log) if line.startswith("accepted"))
    assert Counter(result.state for result in store.results(batch)) == {"drafted": 32, "failed": 4}


def test_a_region_the_engine_lost_hold_of_is_taken_up_again_by_the_same_process(tmp_path: Path) -> None:
    """As when the database goes away while the engine records: its thread has ended, and the process is alive."""
    log = tmp_path / "log"
    command = [sys.executable, str(WORKER), str(tmp_path), "", str(log), "第30县"]
    assert subprocess.run(command, stderr=subprocess.DEVNULL, timeout=120, check=False).returncode == 0
    begun = Counter(line.split()[2] for line in lines(log) if line.startswith("begin"))
    assert begun["第30县"] == 2
    assert set(begun.values()) == {1, 2}
    batch = next(line.split()[1] for line in lines(log) if line.startswith("accepted"))
    store = BatchStore(open_database(tmp_path), HERE)
    assert Counter(result.state for result in store.results(batch)) == {"drafted": 32, "failed": 4}


def test_an_outcome_is_kept_once(batches: BatchStore, queue: BatchQueue) -> None:
    """Two processes at the same region: the first outcome stands."""
    made = accept_batch(batches, [entry(1), entry(2)], OPTIONS, created_by="t")
    assert queue.settle(task(made.id, 1), LEFT_OUT)
    assert not queue.settle(task(made.id, 1), Outcome(state="cancelled"))
    assert [result.state for result in batches.results(made.id)] == ["failed", "open"]


def test_one_key_is_one_batch(batches: BatchStore) -> None:
    first = accept_batch(batches, [entry(1)], OPTIONS, created_by="t", key="k")
    assert accept_batch(batches, [entry(1)], OPTIONS, created_by="t", key="k").id == first.id
    with pytest.raises(InvalidRequest):
        accept_batch(batches, [entry(2)], OPTIONS, created_by="t", key="k")


def test_an_unreadable_profile_has_failed_when_the_batch_is_accepted(batches: BatchStore, queue: BatchQueue) -> None:
    made = accept_batch(batches, [entry(1), UNREADABLE], OPTIONS, created_by="t")
    standing = batches.standing(made.id)
    assert (standing.state, standing.open, standing.failed) == ("running", 1, 1)
    assert [task.row for task in queue.open_tasks(made.id)] == [1]


def test_a_cancelled_batch_ends_at_once_and_what_comes_late_is_not_kept(batches: BatchStore, queue: BatchQueue) -> None:
    made = accept_batch(batches, [entry(1), entry(2)], OPTIONS, created_by="t")
    assert batches.cancel(made.id) == 2
    assert not queue.settle(task(made.id, 1), LEFT_OUT)
    assert batches.standing(made.id).state == "cancelled"
    assert [event.kind for event in batches.events(made.id)] == ["accepted", "cancelled", "row", "row", "done"]
    assert batches.cancel(made.id) == 0


def test_retry_opens_what_failed_and_can_be_drafted(batches: BatchStore, queue: BatchQueue) -> None:
    made = accept_batch(batches, [entry(1), entry(2), UNREADABLE], OPTIONS, created_by="t")
    queue.settle(task(made.id, 1), LEFT_OUT)
    assert batches.retry(made.id) == 1
    assert queue.open_tasks(made.id) == (task(made.id, 2), task(made.id, 1, 2))
    assert [(result.state, result.attempt) for result in batches.results(made.id)] == [
        ("open", 2), ("open", 1), ("failed", 1),
    ]  # fmt: skip


def test_events_go_on_from_where_a_reader_was(batches: BatchStore, queue: BatchQueue) -> None:
    made = accept_batch(batches, [entry(1)], OPTIONS, created_by="t")
    seen = batches.events(made.id)[-1].number
    queue.settle(task(made.id, 1), LEFT_OUT)
    assert [event.kind for event in batches.events(made.id, after=seen)] == ["row", "done"]


def test_batches_are_listed_newest_first_page_by_page(batches: BatchStore) -> None:
    made = [accept_batch(batches, [entry(1)], OPTIONS, created_by="t").id for _ in range(3)]
    first = batches.batches(limit=2)
    rest = batches.batches(cursor=first.next_cursor, limit=2)
    assert [one.id for one in (*first.batches, *rest.batches)] == made[::-1]
    assert rest.next_cursor == ""


def test_there_is_no_batch_of_another_name(batches: BatchStore) -> None:
    for ask in (batches.standing, batches.cancel, batches.retry):
        with pytest.raises(NotFound):
            ask("nothing")


def test_a_process_is_present_until_it_ends(tmp_path: Path, database_url: str) -> None:
    engine = open_database(tmp_path, database_url)
    here, other = Presence(engine, tmp_path), Presence(engine, tmp_path)
    here.hold()
    assert not other.gone(here.name)
    here.hold()
    here.end()
    assert other.gone(here.name)
    engine.dispose()


def lines(log: Path) -> list[str]:
    """The lines that are whole."""
    return log.read_text(encoding="utf-8").split("\n")[:-1] if log.exists() else []


def wait_for(what: object, seconds: float = 60) -> None:
    assert callable(what)
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)
