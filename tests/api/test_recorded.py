import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from jumou.api.app import create_app
from jumou.api.recorded import BY_THEMSELVES, CHANGING_NOTHING, RECORDED
from jumou.domain.access import HERE
from jumou.domain.audit import Act, AuditEntry, verified
from jumou.settings import Settings
from jumou.storage import AuditLog, PlanStore, open_database
from jumou.storage.audit_copy import AuditCopy
from jumou.testing_plans import small_plan, small_request
from jumou.workflow.creating import keep_plan
from jumou.workflow.review import Person

Serve = Callable[..., AbstractContextManager[str]]


def stream(client: httpx.Client, after: int = 0) -> list[dict[str, Any]]:
    answer = client.get("/v1/audit", params={"after": after, "limit": 1000})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


def test_every_operation_that_changes_something_leaves_a_line() -> None:
    """By the table, or by its own transaction; whoever adds an operation says which."""
    app = create_app(Settings())
    changing = {
        str(operation["operationId"])
        for at_path in app.openapi()["paths"].values()
        for method, operation in at_path.items()
        if method in ("post", "put", "patch", "delete")
    }
    assert changing <= set(RECORDED) | BY_THEMSELVES | CHANGING_NOTHING


def test_changes_and_exports_of_a_plan_stand_in_the_stream(client: httpx.Client, plan: dict[str, Any]) -> None:
    """In order, with who and in which request, and never with what was written."""
    before = stream(client)[-1]["number"]
    name = plan["id"]
    client.post(f"/v1/plans/{name}/steps/diagnosis/comments", json={"author": "李处", "text": "口径存疑"})
    client.get(f"/v1/plans/{name}/files/plan.json", headers={"X-Request-ID": "r-export"})
    client.get(f"/v1/plans/{name}/files/nothing.txt")
    client.get(f"/v1/plans/{name}")
    comment, export = [one for one in stream(client, before) if one["subject"] == f"plan:{name}"]
    assert (comment["action"], comment["actor"], comment["subject"]) == ("plan.comment", "李处", f"plan:{name}")
    assert (export["action"], export["request_id"], export["details"]) == (
        "plan.exported", "r-export", {"name": "plan.json"},
    )  # fmt: skip
    assert "口径" not in json.dumps([comment, export], ensure_ascii=False)


def test_the_stream_is_read_by_pages_and_as_lines(client: httpx.Client, plan: dict[str, Any]) -> None:
    assert plan["id"]
    first = client.get("/v1/audit", params={"limit": 2}).json()
    second = client.get("/v1/audit", params={"limit": 2, "after": first["next_after"]}).json()
    assert [one["number"] for one in first["entries"] + second["entries"]] == [1, 2, 3, 4]
    lines = client.get("/v1/audit", params={"format": "jsonl", "limit": 1000})
    assert lines.headers["content-type"] == "application/jsonl"
    assert verified(AuditEntry.model_validate_json(line) for line in lines.text.splitlines()).broken is None


def test_what_cannot_be_recorded_is_not_handed_out(home: Path, tmp_path: Path, serve: Serve) -> None:
    """No export without its line."""
    url = f"sqlite:///{tmp_path / 'jumou.db'}"
    database = open_database(tmp_path, url)
    keep_plan(PlanStore(database, HERE), "p1", small_request(), small_plan(), Person("安工"))
    with serve(Settings(home=home, database_url=url, drafting_workers=0, work=False)) as address:
        path = f"{address}/v1/plans/p1/files/plan.json"
        assert httpx.get(path, timeout=60).status_code == 200
        with database.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(
                text(
                    "CREATE TRIGGER full BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END"
                )
            )
        refused = httpx.get(path, timeout=60)
        assert refused.status_code in (500, 503)
        assert "projects" not in refused.text


def test_a_copy_in_a_file_holds_every_line_once(tmp_path: Path) -> None:
    """Over stops, and with half a line left by a process that was killed."""
    log, path = AuditLog(open_database(tmp_path)), tmp_path / "copy" / "audit.jsonl"
    log.record(*(Act("key.made", f"key:{number}", "安工") for number in range(3)))
    assert AuditCopy(log, path).catch_up() == 3
    with path.open("ab") as file:
        file.write(b'{"number": 4, "at"')
    log.record(Act("key.revoked", "key:1", "安工"))
    assert AuditCopy(log, path).catch_up() == 1
    assert AuditCopy(log, path).catch_up() == 0
    lines = [AuditEntry.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]
    assert lines == list(log.entries())


def test_a_copying_process_that_ends_has_copied_everything(tmp_path: Path) -> None:
    log, path = AuditLog(open_database(tmp_path)), tmp_path / "audit.jsonl"
    copying = AuditCopy(log, path)
    copying.start()
    log.record(Act("key.made", "key:1", "安工"))
    copying.stop()
    assert len(path.read_text("utf-8").splitlines()) == 1


def test_documents_that_come_and_go_stand_in_the_stream(home: Path, tmp_path: Path) -> None:
    """Also when a command adds them: by whom on this machine, and by the ids of the documents."""
    shutil.copytree(home, tmp_path / "home")
    (tmp_path / "survey.md").write_text("# 瓦房店轴承调查\n\n保持架企业九家。", "utf-8")
    environment = {**os.environ, "JUMOU_HOME": str(tmp_path / "home"), "JUMOU_DATABASE_URL": ""}

    def jumou(*words: str) -> str:
        told = subprocess.run(
            [sys.executable, "-m", "jumou.cli.main", "corpus", *words], env=environment, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return told.stdout

    (added,) = json.loads(jumou("add", str(tmp_path / "survey.md"), "--json"))
    jumou("remove", added["document_id"])
    lines = list(AuditLog(open_database(tmp_path / "home")).entries())
    subject = f"document:{added['document_id']}"
    assert [(one.action, one.subject) for one in lines] == [("document.added", subject), ("document.removed", subject)]
    assert all(one.actor.startswith("cli:") for one in lines)
