"""`jumou corpus`, `jumou search` and `jumou index`, as a shell sees them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def own_home(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the indexed home, so that other tests do not see what is added here."""
    copy = tmp_path_factory.mktemp("cli") / "home"
    shutil.copytree(home, copy)
    return copy


def jumou(home: Path, *arguments: str, language: str = "zh") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "JUMOU_HOME": str(home), "JUMOU_LANGUAGE": language, "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "jumou.cli.main", *arguments],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=False,
        timeout=300,
    )


def test_files_are_added_listed_found_and_removed(own_home: Path, tmp_path: Path) -> None:
    (tmp_path / "氢能.txt").write_bytes("瓦房店市建设加氢示范站十座，对加氢站给予运营补贴。".encode("gbk"))
    (tmp_path / "坏.pdf").write_bytes(b"%PDF-1.4 torn")
    added = jumou(own_home, "corpus", "add", str(tmp_path), "--json")
    assert added.returncode == 2, added.stderr  # one was refused
    outcomes: list[dict[str, Any]] = json.loads(added.stdout)
    assert {Path(one["path"]).name: one["status"] for one in outcomes} == {"氢能.txt": "added", "坏.pdf": "refused"}
    document_id = next(one["document_id"] for one in outcomes if one["status"] == "added")

    again = jumou(own_home, "corpus", "add", str(tmp_path / "氢能.txt"))
    assert again.returncode == 0
    assert "未变 1" in again.stderr

    listed = json.loads(jumou(own_home, "corpus", "list", "--json").stdout)
    assert [one["document"]["id"] for one in listed] == [document_id]

    found = json.loads(
        jumou(own_home, "search", "加氢示范站运营补贴", "--k", "1", "--where", "kind=user", "--json").stdout
    )
    assert found[0]["document"]["id"] == document_id

    removed = jumou(own_home, "corpus", "remove", document_id, language="en")
    assert (removed.returncode, removed.stderr.strip()) == (0, "1 removed.")
    assert json.loads(jumou(own_home, "corpus", "list", "--json").stdout) == []


def test_a_search_says_when_it_found_no_answer(own_home: Path) -> None:
    lost = jumou(own_home, "search", "火星基地的制氧工艺路线", "-k", "1")
    assert lost.returncode == 0, lost.stderr
    assert "没有找到足以回答的依据" in lost.stderr
    rows = json.loads(jumou(own_home, "search", "招商引资中能否给予特定经营者税收优惠", "--json").stdout)
    assert rows[0]["answerable"] is True


def test_a_search_shows_where_a_passage_stands(own_home: Path) -> None:
    shown = jumou(
        own_home,
        "search",
        "公平竞争审查 招商引资 补贴",
        "-k",
        "2",
        "--where",
        "kind=policy",
        "--where",
        "level=national",
    )
    assert shown.returncode == 0, shown.stderr
    assert "#" in shown.stdout
    assert "公平竞争" in shown.stdout


@pytest.mark.parametrize("condition", ["kind=users", "colour=red", "level", "from=soon", "level="])
def test_a_condition_that_is_not_understood_is_explained(own_home: Path, condition: str) -> None:
    refused = jumou(own_home, "search", "冷链", "--where", condition)
    assert refused.returncode == 2
    assert "--where" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_shipped_documents_cannot_be_removed(own_home: Path) -> None:
    refused = jumou(own_home, "corpus", "remove", "N11_gov_investment_funds")
    assert refused.returncode == 2
    assert "随附文献" in refused.stderr


def test_an_index_that_is_up_to_date_is_ready_at_once(own_home: Path) -> None:
    ready = json.loads(jumou(own_home, "index", "--json").stdout)
    assert ready["documents"] > 100
    assert ready["passages"] > ready["documents"]
