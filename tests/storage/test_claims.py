"""A call of a model is made by one process at a time, and known to be free when that process is gone."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jumou.domain.access import HERE
from jumou.domain.run import SOON, RunRecord, RunTask
from jumou.llm.journal import Paid
from jumou.llm.messages import Reply, Usage
from jumou.storage import CallClaims, CallJournal, RunStore, open_database
from jumou.storage.change import new_id, now

HOLDER = """
import sys, time
from pathlib import Path
from jumou.storage import CallClaims, open_database
home, url, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
claims = CallClaims(open_database(home, url), home)
print(claims.take(name), flush=True)
time.sleep(600)
"""


@pytest.fixture
def database(tmp_path: Path, database_url: str) -> Iterator[Engine]:
    """An empty database of each kind."""
    engine = open_database(tmp_path, database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def process(tmp_path: Path, database: Engine) -> Callable[[], CallClaims]:
    """Makes what a process has: what two of them hold excludes each other also in one."""
    return lambda: CallClaims(database, tmp_path)


def until(found: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for something to come true."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def test_a_call_under_way_is_nobody_elses(process: Callable[[], CallClaims]) -> None:
    one, other = process(), process()
    assert one.take("a")
    assert not one.take("a")
    assert not other.take("a")
    assert other.take("b")
    other.release("a")  # not its own
    assert not other.take("a")
    one.release("a")
    assert other.take("a")


def test_a_killed_process_holds_nothing(tmp_path: Path, database_url: str, process: Callable[[], CallClaims]) -> None:
    claims = process()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), database_url, "a"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "True"
        assert not claims.take("a")
    finally:
        holder.kill()
        holder.wait()
    until(lambda: claims.take("a"))


def test_a_process_that_ends_waits_for_its_calls_and_begins_none(process: Callable[[], CallClaims]) -> None:
    claims = process()
    assert claims.take("a")
    threading.Timer(0.3, claims.release, ("a",)).start()
    began = time.monotonic()
    claims.end(20)
    assert 0.2 < time.monotonic() - began < 10
    assert not claims.take("b")
    assert process().take("b")


def test_it_does_not_wait_for_ever(process: Callable[[], CallClaims]) -> None:
    claims = process()
    assert claims.take("a")
    claims.end(0.1)
    assert not process().take("a")


def test_what_another_process_is_answered_is_not_asked_for_again(
    database: Engine, process: Callable[[], CallClaims]
) -> None:
    """A run is taken up while a call of its first attempt at it is under way elsewhere: the answer kept there is used here."""
    record = RunRecord(
        id=new_id(), workspace="default", kind="plan", subject="p", priority=SOON, created_by="安工", created_at=now(), request={}
    )  # fmt: skip
    RunStore(database, HERE).accept(record)
    task = RunTask(run_id=record.id, attempt=1)
    first, second = (Paid(CallJournal.of_run(database, process(), task)) for _ in range(2))
    answer = Reply(text="一", finish="stop", usage=Usage(10, 2))

    async def met() -> Reply | None:
        cut_off, again = first.call("x"), second.call("x")
        assert await cut_off.kept() is None
        waiting = asyncio.create_task(again.kept())
        await asyncio.sleep(0.3)
        assert not waiting.done()
        cut_off.keep(answer)
        cut_off.release()
        return await waiting

    assert asyncio.run(met()) == answer

    async def failed() -> Reply | None:
        cut_off, again = first.call("x"), second.call("x")
        assert await cut_off.kept() is None
        waiting = asyncio.create_task(again.kept())
        await asyncio.sleep(0.2)
        cut_off.release()  # it was not answered: whoever waits makes the call
        return await waiting

    assert asyncio.run(failed()) is None
