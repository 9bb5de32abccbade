"""`jumou doctor` looks at a deployment, too."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from jumou.compose import Jumou
from jumou.doctor import Finding, examine
from jumou.domain.access import HERE
from jumou.domain.audit import Act
from jumou.domain.batch import BatchEntry, BatchOptions
from jumou.domain.region import RegionProfile
from jumou.settings import Settings
from jumou.storage import AuditLog, BatchStore, open_database
from jumou.testing import ModelServer
from jumou.workflow.batch import accept_batch


def examined(jumou: Jumou, *, model: bool = False) -> dict[str, Finding]:
    return {one.check: one for one in examine(jumou, "en", index=lambda: jumou.index, model=model)}


@pytest.fixture
def chosen(home: Path, tmp_path: Path) -> dict[str, Any]:
    return {"home": home, "database_url": f"sqlite:///{tmp_path / 'jumou.db'}"}


def test_a_sound_installation_passes_every_check(chosen: dict[str, Any]) -> None:
    """With a model that answers; that there is no backup yet is a warning."""
    with ModelServer(lambda _: "好") as server:
        jumou = Jumou(Settings(**chosen, llm="openai:scripted", llm_base_url=server.url))
        found = examined(jumou, model=True)
    assert [one for one in found.values() if not one.ok] == []
    assert found["backup"].level == "warning"
    assert {"database", "clock", "encoder", "index", "accounts", "work", "audit stream", "language model"} <= set(found)
    jumou.index.close()


def test_what_is_away_is_named_and_the_other_checks_go_on(home: Path, tmp_path: Path) -> None:
    """No database, no vector server, no model: each in words, and the corpus is looked at all the same."""
    nobody = "http://127.0.0.1:9"
    jumou = Jumou(
        Settings(
            home=home, database_url="postgresql://nobody@127.0.0.1:9/none", chroma_url=nobody, llm="openai:none",
            llm_base_url=f"{nobody}/v1", llm_retries=0,
        )
    )  # fmt: skip
    found = examined(jumou, model=True)
    failed = {name for name, one in found.items() if not one.ok}
    assert {"database", "vector store", "language model", "work", "backup", "audit stream"} <= failed
    assert "JUMOU_DATABASE_URL" in found["database"].detail
    assert "JUMOU_CHROMA_URL" in found["vector store"].detail
    assert found["corpus"].ok
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("more", "check", "level", "said"),
    [
        ({"public_url": "https://plan.example.gov.cn"}, "accounts", "failed", "accounts are off"),
        ({"accounts": True, "public_url": "http://plan.example.gov.cn"}, "encryption", "failed", "in the clear"),
        ({"accounts": True}, "encryption", "warning", "JUMOU_PUBLIC_URL"),
        ({"accounts": True, "public_url": "https://plan.example.gov.cn"}, "encryption", "ok", "Secure"),
    ],
)
def test_what_others_can_reach_is_held_to_more(
    chosen: dict[str, Any], more: dict[str, Any], check: str, level: str, said: str
) -> None:
    jumou = Jumou(Settings(**chosen, **more))
    found = next(one for one in examine(jumou, "en", index=lambda: jumou.index) if one.check == check)
    assert (found.level, said in found.detail) == (level, True)


def test_work_that_nobody_does_an_old_backup_and_a_changed_stream_are_found(chosen: dict[str, Any]) -> None:
    jumou = Jumou(Settings(**chosen))
    log = AuditLog(jumou.database)
    log.record(Act("backup.made", details={"file": "b.tar.gz"}), Act("key.made", "key:1"))
    old = (datetime.now(UTC) - timedelta(days=9)).isoformat(timespec="microseconds")
    with jumou.database.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE audit_entries SET at = :old WHERE number = 1"), {"old": old})
        connection.execute(text("UPDATE audit_entries SET record = replace(record, 'key:1', 'key:2') WHERE number = 2"))
    entries = [BatchEntry(source="a", region="甲县", profile=RegionProfile(name="甲县"))]
    accept_batch(BatchStore(jumou.database, HERE), entries, BatchOptions(language="zh"), created_by="test", key="one")
    found = examined(jumou)
    assert (found["backup"].level, "9 days" in found["backup"].detail) == ("warning", True)
    assert (found["audit stream"].level, "Line 2" in found["audit stream"].detail) == ("failed", True)
    assert (found["work"].level, "jumou worker" in found["work"].detail) == ("failed", True)
    jumou.index.close()


def test_a_database_of_another_migration_is_found(chosen: dict[str, Any], tmp_path: Path) -> None:
    engine = open_database(tmp_path, chosen["database_url"])
    jumou = Jumou(Settings(**chosen))
    assert jumou.database is not None
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    found = next(one for one in examine(jumou, "en", index=lambda: jumou.index) if one.check == "database")
    assert (found.level, "same version" in found.detail) == ("failed", True)


def test_a_folder_that_is_no_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    jumou = Jumou(Settings(home=tmp_path / "file" / "home"))
    found = {one.check: one for one in examine(jumou, "en", index=lambda: jumou.index)}
    assert not found["home"].ok
    assert not found["database"].ok
    shutil.rmtree(tmp_path)
