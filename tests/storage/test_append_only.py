import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from jumou.domain.steps import canonical, content_of
from jumou.errors import InvalidRequest, NotFound, OperatorError, ServiceUnavailable, StepConflict
from jumou.storage import PlanStore, database, open_database, tables
from jumou.testing_plans import small_evidence, small_plan, small_request
from jumou.workflow.creating import keep_plan
from jumou.workflow.review import Person

ANNA = Person("安工")


def keep(store: PlanStore, plan_id: str = "p1") -> str:
    keep_plan(store, plan_id, small_request(), small_plan(), ANNA)
    return plan_id


def test_a_plan_comes_back_as_it_was_kept(store: PlanStore) -> None:
    history = store.history(keep(store))
    plan = small_plan()
    contents = {info.step: store.revision("p1", info.id).content for info in history.revisions}
    assert contents == {
        "diagnosis": content_of(plan.diagnosis),
        "positioning": content_of(plan.positioning),
        "projects": content_of(plan.projects),
        "implementation": content_of(plan.implementation),
    }


def test_evidence_is_frozen_with_the_revision_that_cites_it(store: PlanStore) -> None:
    revisions = {info.step: store.revision("p1", info.id) for info in store.history(keep(store)).revisions}
    assert revisions["diagnosis"].evidence == small_evidence()
    assert revisions["projects"].evidence.passages == ()
    assert revisions["projects"].evidence.corpus_version == "test"


def test_an_item_two_plans_share_is_stored_once(store: PlanStore) -> None:
    keep(store, "p1")
    with store._engine.connect() as connection:
        before = connection.execute(select(tables.contents.c.hash)).all()
    keep(store, "p2")
    with store._engine.connect() as connection:
        after = connection.execute(select(tables.contents.c.hash)).all()
    assert len(after) == len(before)


def test_what_fails_in_the_middle_leaves_no_trace(store: PlanStore) -> None:
    keep(store)
    seen = store.audit("p1")

    def break_off() -> None:
        with store.changing("p1") as change:
            change.event(actor="x", action="comment")
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert store.audit("p1") == seen


def test_events_of_a_plan_are_numbered_without_gap(store: PlanStore) -> None:
    keep(store)

    def comment(number: int) -> None:
        with store.changing("p1") as change:
            change.event(actor=f"person {number}", action="comment")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(comment, range(40)))
    assert [event.number for event in store.audit("p1")] == list(range(1, 46))


def test_one_id_is_one_plan(store: PlanStore) -> None:
    keep(store)
    with pytest.raises(StepConflict):
        keep(store)
    assert len(store.plans().plans) == 1


def test_a_plan_that_is_not_there_is_not_found(store: PlanStore) -> None:
    for ask in (store.plan, store.history, store.audit):
        with pytest.raises(NotFound):
            ask("nothing")


def test_pages_show_every_plan_once_newest_first(store: PlanStore) -> None:
    for number in range(7):
        keep(store, f"p{number}")
    seen: list[str] = []
    cursor = ""
    while True:
        page = store.plans(cursor=cursor, limit=3)
        seen += [plan.id for plan in page.plans]
        if not (cursor := page.next_cursor):
            break
    assert seen == [f"p{number}" for number in reversed(range(7))]


def test_migrations_make_the_tables_the_store_uses(store: PlanStore) -> None:
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        assert set(tables.metadata.tables) < set(inspect(connection).get_table_names())


_OPEN = """
import pathlib, sys
from jumou.domain.access import HERE
from jumou.storage import PlanStore, open_database
print(len(PlanStore(open_database(pathlib.Path(sys.argv[1]), sys.argv[2]), HERE).plans().plans))
"""


def test_migrations_are_numbered_by_their_module() -> None:
    assert (
        ScriptDirectory(str(Path(database.__file__).parent / "migrations")).get_current_head()
        == database.newest_migration()
    )


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path, database_url: str) -> None:
    engine = open_database(tmp_path, database_url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(OperatorError):
        open_database(tmp_path, database_url)


def test_processes_that_start_at_once_migrate_once(tmp_path: Path, database_url: str) -> None:
    command = [sys.executable, "-c", _OPEN, str(tmp_path), database_url]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[0] for process in started] == ["0\n"] * 3


def test_a_useless_address_is_refused_with_the_way_to_write_it(tmp_path: Path) -> None:
    for url in ("nonsense", "mysql://host/db"):
        with pytest.raises(InvalidRequest, match="JUMOU_DATABASE_URL"):
            open_database(tmp_path, url)


def test_a_database_that_does_not_answer_is_outside(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailable):
        open_database(tmp_path, "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")


def test_contents_are_canonical_so_that_equal_values_are_equal_bytes() -> None:
    assert canonical({"b": 1.0, "a": "一"}) == '{"a":"一","b":1.0}'
