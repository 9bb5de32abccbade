import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from jumou.domain.access import HERE
from jumou.domain.audit import Act, AuditEntry, Head
from jumou.domain.calling import Calling, called_by
from jumou.storage import AuditLog, PlanStore, open_database
from jumou.testing_plans import small_plan, small_request
from jumou.workflow.creating import keep_plan
from jumou.workflow.review import Person


@pytest.fixture
def database(tmp_path: Path, database_url: str) -> Engine:
    return open_database(tmp_path, database_url)


def written(log: AuditLog, lines: int = 5) -> list[AuditEntry]:
    log.record(*(Act("key.made", f"key:{number}", "安工") for number in range(lines)))
    return list(log.entries())


def test_a_change_and_its_line_are_kept_together_or_not_at_all(database: Engine) -> None:
    """A plan's events stand in the stream; what is rolled back leaves no line."""
    store, log = PlanStore(database, HERE), AuditLog(database)
    keep_plan(store, "p1", small_request(), small_plan(), Person("安工", "r1"))
    lines = list(log.entries())
    assert {(line.actor, line.subject, line.request_id) for line in lines} == {("安工", "plan:p1", "r1")}
    assert [line.details["event"] for line in lines] == [event.number for event in store.audit("p1")]

    def broken_off() -> None:
        with store.changing("p1") as change:
            change.event(actor="安工", action="comment")
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    assert list(log.entries()) == lines


def test_lines_name_the_caller_of_the_work_under_way(database: Engine) -> None:
    log = AuditLog(database)
    with called_by(Calling("r9", "李处", "dalian")):
        log.record(Act("document.added", "document:u_1"))
    log.record(Act("workers.started"))
    first, second = log.entries()
    assert (first.actor, first.workspace, first.request_id) == ("李处", "dalian", "r9")
    assert (second.actor, second.workspace) == ("system", "default")
    assert [line.number for line in log.entries(workspace="dalian")] == [1]


def test_many_writers_make_one_chain(database: Engine) -> None:
    """From several threads at once: numbers without a gap, each line following the one before."""
    log = AuditLog(database)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: log.record(Act("n", f"k:{number}"), Act("m", f"k:{number}")), range(20)))
    verdict = log.verify()
    assert (verdict.broken, verdict.entries, verdict.head.number) == (None, 40, 40)
    assert log.head() == verdict.head


@pytest.mark.parametrize(
    ("statement", "broken", "why"),
    [
        ("UPDATE audit_entries SET record = replace(record, 'key:2', 'key:9') WHERE number = 3", 3, "altered"),
        ("DELETE FROM audit_entries WHERE number = 2", 3, "removed"),
        ("DELETE FROM audit_entries WHERE number = 1", 2, "removed"),
    ],
)
def test_a_line_that_was_altered_or_removed_is_found(database: Engine, statement: str, broken: int, why: str) -> None:
    log = AuditLog(database)
    written(log)
    with database.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text(statement))
    verdict = log.verify()
    assert (verdict.broken, verdict.why) == (broken, why)


def test_a_line_written_anew_with_its_own_hash_breaks_the_next(database: Engine) -> None:
    log = AuditLog(database)
    forged = written(log)[1].model_copy(update={"actor": "someone else"})
    forged = forged.model_copy(update={"hash": forged.expected_hash})
    with database.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(
            text("UPDATE audit_entries SET record = :record WHERE number = 2"), {"record": forged.model_dump_json()}
        )
    assert log.verify()[2:] == (3, "relinked")


def test_an_earlier_export_shows_that_the_newest_lines_are_gone(database: Engine) -> None:
    """Which no chain can show by itself."""
    log = AuditLog(database)
    exported = written(log)
    assert log.differs_from(iter(exported)) is None
    with database.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("DELETE FROM audit_entries WHERE number = 5"))
    assert log.verify().broken is None
    assert log.differs_from(iter(exported)) == 5


def test_an_empty_stream_is_whole(database: Engine) -> None:
    assert AuditLog(database).verify().head == Head()


def test_the_command_exports_and_verifies(tmp_path: Path) -> None:
    """Exit code 3 and the number of the line when one was altered."""
    engine = open_database(tmp_path)
    written(AuditLog(engine))

    def jumou(*words: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "JUMOU_HOME": str(tmp_path), "JUMOU_LANGUAGE": "zh", "JUMOU_DATABASE_URL": ""}
        return subprocess.run(
            [sys.executable, "-m", "jumou.cli.main", "audit", *words], env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    copy = tmp_path / "audit.jsonl"
    assert jumou("export", "--out", str(copy)).returncode == 0
    assert [json.loads(line)["number"] for line in copy.read_text("utf-8").splitlines()] == [1, 2, 3, 4, 5]
    assert jumou("verify", str(copy)).returncode == 0
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE audit_entries SET record = replace(record, 'key:2', 'key:9') WHERE number = 3"))
    told = jumou("verify")
    assert told.returncode == 3
    assert "第 3 行" in told.stderr
