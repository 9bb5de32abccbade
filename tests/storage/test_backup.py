import gzip
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import uuid
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from jumou.backup import back_up, examine, restore, restore_documents
from jumou.compose import Jumou
from jumou.domain.access import HERE
from jumou.domain.audit import Act
from jumou.errors import InvalidRequest, OperatorError, RefusedFile
from jumou.retrieval.intake import Upload, add_uploads, list_added
from jumou.settings import Settings
from jumou.storage import AuditLog, PlanStore, open_database
from jumou.testing_plans import small_plan, small_request
from jumou.workflow.creating import keep_plan
from jumou.workflow.review import Person

Make = Callable[[], str]


@pytest.fixture
def other_url(postgres: Any) -> Make:
    """The address of another empty PostgreSQL database."""

    def made() -> str:
        name = f"test_{uuid.uuid4().hex}"
        postgres.psql(f"CREATE DATABASE {name}")
        return str(postgres.get_uri(name))

    return made


def plans_kept(home: Path, url: str, *names: str) -> PlanStore:
    store = PlanStore(open_database(home, url), HERE)
    for name in names:
        keep_plan(store, name, small_request(), small_plan(), Person("安工"))
    return store


def everything(store: PlanStore) -> dict[str, Any]:
    """Every revision of every plan, byte for byte, with its hash."""
    return {
        info.id: (info.hash, store.revision(plan.id, info.id).model_dump_json())
        for plan in store.plans(limit=200).plans
        for info in store.history(plan.id).revisions
    }


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_made_while_people_write_comes_back_whole(
    tmp_path: Path, database_url: str, other_url: Make, target: str
) -> None:
    """From either kind of database into either: every plan that is in it is complete, its bytes and hashes as they were."""
    source = Settings(home=tmp_path / "from", database_url=database_url)
    store = plans_kept(source.home, database_url, "first")
    written, stopping = ["first"], threading.Event()

    def write(who: int) -> None:
        for number in range(60):
            if stopping.is_set():
                return
            name = f"w{who}-{number}"
            keep_plan(store, name, small_request(), small_plan(), Person("李处"))
            written.append(name)

    writers = [threading.Thread(target=write, args=(who,)) for who in range(2)]
    for writer in writers:
        writer.start()
    while len(written) < 4:
        stopping.wait(0.01)
    known = set(written)
    file = tmp_path / "backup.tar.gz"
    manifest = back_up(Jumou(source), file, documents=False)
    stopping.set()
    for writer in writers:
        writer.join()
    chosen = Settings(home=tmp_path / "to", database_url=other_url() if target == "postgresql" else "")
    restore(file, chosen, documents=False)
    back = PlanStore(open_database(chosen.home, chosen.database_url), HERE)
    held = {plan.id for plan in back.plans(limit=200).plans}
    assert known <= held <= set(written)
    before, after = everything(store), everything(back)
    assert after == {key: value for key, value in before.items() if key in after}
    assert len(after) == 4 * len(held)
    verdict = AuditLog(open_database(chosen.home, chosen.database_url)).verify()
    assert verdict.broken is None
    assert verdict.head.number == manifest.audit.number + 1  # and the line that says it was restored
    store.close()
    back.close()


def test_two_backups_of_one_state_hold_the_same_tables(tmp_path: Path) -> None:
    chosen = Settings(home=tmp_path)
    plans_kept(tmp_path, "", "one", "two").close()
    first, second = (back_up(Jumou(chosen), tmp_path / name, documents=False) for name in ("a.tar.gz", "b.tar.gz"))

    def hashes(manifest: Any) -> dict[str, str]:
        return {part.name: part.sha256 for part in manifest.parts if "audit" not in part.name}

    assert hashes(first) == hashes(second)


def test_a_restore_gives_up_nothing_unless_told(tmp_path: Path) -> None:
    """What the database holds stays; with `replace` it is what the backup says."""
    plans_kept(tmp_path / "from", "", "kept").close()
    back_up(Jumou(Settings(home=tmp_path / "from")), tmp_path / "b.tar.gz", documents=False)
    chosen = Settings(home=tmp_path / "to")
    plans_kept(chosen.home, "", "other").close()
    with pytest.raises(InvalidRequest, match="not empty"):
        restore(tmp_path / "b.tar.gz", chosen, documents=False)
    assert [plan.id for plan in plans_kept(chosen.home, "").plans().plans] == ["other"]
    restore(tmp_path / "b.tar.gz", chosen, replace=True, documents=False)
    assert [plan.id for plan in plans_kept(chosen.home, "").plans().plans] == ["kept"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup."""
    home = tmp_path_factory.mktemp("whole")
    plans_kept(home, "", "one").close()
    back_up(Jumou(Settings(home=home)), home / "b.tar.gz", documents=False)
    return home / "b.tar.gz"


def altered(whole: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same file with its parts changed; those that become None are left out."""
    with tarfile.open(whole) as old, tarfile.open(target, "w:gz") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            content = change(member.name, file.read() if file else b"")
            if content is not None:
                entry = tarfile.TarInfo(member.name)
                entry.size = len(content)
                new.addfile(entry, BytesIO(content))
    return target


def test_a_damaged_backup_is_refused_and_writes_nothing(whole: Path, tmp_path: Path) -> None:
    """Cut short anywhere, a byte changed, a part taken out, another part put in its place, no backup at all."""
    content = whole.read_bytes()
    broken = []
    for share in (0.02, 0.3, 0.7, 0.99):
        broken.append(tmp_path / f"cut{share}")
        broken[-1].write_bytes(content[: int(share * len(content))])
    for place in (0.4, 0.8):
        flipped = bytearray(content)
        flipped[int(place * len(content))] ^= 0x40
        broken.append(tmp_path / f"flipped{place}")
        broken[-1].write_bytes(flipped)
    plans = "tables/plans.jsonl"
    broken.append(altered(whole, tmp_path / "edited", lambda name, old: old.replace("安工".encode(), "李处".encode()) if name == plans else old))  # fmt: skip
    broken.append(altered(whole, tmp_path / "missing", lambda name, old: None if name == plans else old))
    broken.append(tmp_path / "none")
    broken[-1].write_bytes(gzip.compress(b"no tar"))
    broken.append(tmp_path / "empty")
    broken[-1].write_bytes(b"")
    for path in broken:
        with pytest.raises(RefusedFile):
            restore(path, Settings(home=tmp_path / "home"), documents=False)
        assert not (tmp_path / "home").exists(), path.name


def test_a_backup_of_a_newer_version_is_refused(whole: Path, tmp_path: Path) -> None:
    def newer(**fields: Any) -> Callable[[str, bytes], bytes]:
        return lambda name, old: json.dumps({**json.loads(old), **fields}).encode() if name == "manifest.json" else old

    for number, fields in enumerate(({"schema_revision": "9999"}, {"format": 99})):
        path = altered(whole, tmp_path / f"newer{number}", newer(**fields))
        with pytest.raises(OperatorError, match="newer"):
            restore(path, Settings(home=tmp_path / "home"), documents=False)


def test_a_backup_holds_no_secret_and_is_for_its_owner_only(tmp_path: Path) -> None:
    hidden = "sk-never-in-a-backup"
    chosen = Settings(home=tmp_path, llm_api_key=hidden, metrics_key=hidden, llm="openai:qwen3-32b")
    back_up(Jumou(chosen), tmp_path / "b.tar.gz", documents=False)
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o077 == 0
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        texts = {name: file.read().decode() for name in tar.getnames() if (file := tar.extractfile(name))}
    assert not {"tables/secrets.jsonl", "tables/sessions.jsonl"} & set(texts)
    assert not any(hidden in content for content in texts.values())
    assert json.loads(texts["settings.json"])["llm"] == "openai:qwen3-32b"


def test_users_documents_come_back_to_be_found(home: Path, tmp_path: Path) -> None:
    """With their ids, their origin and every passage; a second restore adds nothing."""
    for name in ("from", "to"):
        shutil.copytree(home, tmp_path / name)
    source, target = (Jumou(Settings(home=tmp_path / name)) for name in ("from", "to"))
    content = "# 瓦房店轴承保持架调查\n\n全市保持架企业九家，年产能二百万套。".encode()
    add_uploads(source.index, [Upload("survey.md", content)])
    (added,) = list_added(source.index)
    back_up(source, tmp_path / "b.tar.gz")
    assert restore_documents(tmp_path / "b.tar.gz", target) == 1
    assert restore_documents(tmp_path / "b.tar.gz", target) == 0
    assert list_added(target.index) == [added]
    hits = target.index.search("保持架企业几家 年产能", limit=3)
    assert added.document.id in {hit.document.id for hit in hits}
    for jumou in (source, target):
        jumou.index.close()


def test_the_commands_say_what_is_wrong(tmp_path: Path) -> None:
    """Exit code 2 for a damaged file and for a database that is not empty."""
    engine = open_database(tmp_path / "from")
    AuditLog(engine).record(Act("key.made", "key:1", "安工"))

    def jumou(home: str, *words: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            **os.environ,
            "JUMOU_HOME": str(tmp_path / home),
            "JUMOU_LANGUAGE": "en",
            "JUMOU_DATABASE_URL": "",
        }
        return subprocess.run(
            [sys.executable, "-m", "jumou.cli.main", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    file = tmp_path / "b.tar.gz"
    assert jumou("from", "backup", str(file), "--no-documents").returncode == 0
    assert examine(file).audit.number == 2
    refused = jumou("from", "restore", str(file), "--no-documents")
    assert (refused.returncode, "--replace" in refused.stderr) == (2, True)
    file.write_bytes(file.read_bytes()[:-20])
    assert jumou("to", "restore", str(file), "--check").returncode == 2
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_entries")).scalar() == 2
