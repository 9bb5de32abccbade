"""A database that is full, read-only or away: designed errors, nothing half stored, and recovery without a restart."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from jumou.domain.access import HERE
from jumou.domain.batch import BatchEntry, BatchOptions
from jumou.domain.region import RegionProfile
from jumou.errors import CannotWrite, ServiceUnavailable
from jumou.files import why_unwritable
from jumou.retrieval.store import TextStore
from jumou.storage import BatchStore, PlanStore, open_database
from jumou.testing_plans import small_plan, small_request
from jumou.workflow.batch import accept_batch
from jumou.workflow.creating import keep_plan
from jumou.workflow.engine_state import prepare_file
from jumou.workflow.review import Person


def test_a_full_database_is_told_and_takes_the_plan_once_there_is_room(tmp_path: Path) -> None:
    engine = open_database(tmp_path)
    most = 0

    @event.listens_for(engine, "begin")
    def bounded(connection: object) -> None:
        if most:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")  # type: ignore[attr-defined]

    store = PlanStore(engine, HERE)
    with engine.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    most = pages + 2
    with pytest.raises(CannotWrite) as told:
        keep_plan(store, "p", small_request(), small_plan(), Person("张工"))
    assert "磁盘已满" in told.value.message("zh")
    assert not store.plans().plans
    most = 1_000_000
    keep_plan(store, "p", small_request(), small_plan(), Person("张工"))
    assert [plan.id for plan in store.plans().plans] == ["p"]
    store.close()


def test_a_database_that_is_away_is_named_with_what_to_check(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailable) as told:
        open_database(tmp_path, "postgresql://nobody@127.0.0.1:9/none")
    assert "JUMOU_DATABASE_URL" in told.value.message("zh")
    assert told.value.__cause__ is not None


@pytest.mark.parametrize(
    "opened",
    [open_database, lambda home: TextStore(home / "jumou.db"), lambda home: prepare_file(str(home / "jumou.db"))],
)
def test_a_new_file_somebody_writes_into_is_waited_for(tmp_path: Path, opened: Callable[[Path], object]) -> None:
    """The switch to write-ahead logging is refused at once, whatever the time-out, while anybody writes into the file."""
    other = sqlite3.connect(tmp_path / "jumou.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE theirs (one)")
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, lambda: other.execute("COMMIT")).start()
    opened(tmp_path)
    other.close()
    with closing(sqlite3.connect(tmp_path / "jumou.db")) as again:
        assert again.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("opened", [open_database, lambda home: TextStore(home / "library.sqlite")])
def test_several_may_be_the_first(tmp_path: Path, opened: Callable[[Path], object]) -> None:
    for turn in range(5):
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(opened, [tmp_path / str(turn)] * 6))


def test_a_text_store_that_is_full_takes_nothing_by_halves_and_goes_on(tmp_path: Path) -> None:
    store = TextStore(tmp_path / "library.sqlite")
    with store.writing() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]

    def written() -> None:
        with store.writing() as connection:
            connection.execute(f"PRAGMA max_page_count = {pages + 1}")
            connection.execute("INSERT INTO meta VALUES ('long', ?)", ["x" * 100_000])

    with pytest.raises(sqlite3.OperationalError) as full:
        written()
    assert isinstance(why_unwritable(full.value), CannotWrite)
    with store.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
        connection.execute("INSERT INTO meta VALUES ('long', ?)", ["x" * 100_000])
    assert store.meta("long")
    store.close()


def test_a_batch_that_does_not_fit_is_not_half_there(tmp_path: Path) -> None:
    engine = open_database(tmp_path)
    store = BatchStore(engine, HERE)
    entries = [BatchEntry(source=f"{n}", region=f"{n}县", profile=RegionProfile(name=f"{n}县")) for n in range(500)]
    with engine.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(CannotWrite):
        accept_batch(store, entries, BatchOptions(language="zh"), created_by="t", key="k")
    assert not store.batches().batches
    engine.dispose()
    assert accept_batch(store, entries, BatchOptions(language="zh"), created_by="t", key="k").total == 500
    engine.dispose()
