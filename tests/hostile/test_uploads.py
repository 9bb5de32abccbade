"""Hostile files through every door they can come in by: each is taken in or refused in words, and nothing else happens."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jumou.confined.bounds import Bounds
from jumou.retrieval import Library
from jumou.retrieval.intake import Outcome, Upload, add_files, add_uploads
from jumou.testing import BagEncoder, text_of

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}
ENDS = ("accepted", "refused")
SLOW = 130.0
"""Seconds any one file may keep somebody waiting: the wall time of a reader and what comes around it."""


@pytest.fixture
def small(ground: Any) -> Iterator[Library]:
    home = ground.root / f"home-{time.monotonic_ns()}"
    with Library.build(
        home, encoder=BagEncoder(), documents=[text_of("shipped", "国家支持产业集群。")], corpus="small"
    ) as built:
        yield built


@pytest.fixture(autouse=True)
def nothing_else_happens(ground: Any, canary: Any) -> Iterator[None]:
    """After every test: nothing was written beside the homes, no address was called."""
    yield
    assert ground.untouched()
    assert canary.calls == 0


def clear(outcome: Outcome) -> bool:
    """Whether a person can see what became of the file."""
    if outcome.status == "refused":
        return bool(outcome.message_zh and outcome.message_en and outcome.message_zh != outcome.message_en)
    return outcome.status in ("added", "updated", "unchanged") and bool(outcome.message_zh or outcome.document_id)


def test_there_are_more_than_two_hundred_and_the_sample_is_the_same_every_time(ground: Any) -> None:
    assert len(ground.contents) >= 200
    assert ground.sample(9) == ground.sample(9)


def test_documents_are_added_or_refused_and_the_good_ones_are_in(ground: Any) -> None:
    chosen = [ground.files / name for name in ground.sample(60)]
    good = ground.root / "home-good.md"
    good.write_text("# 好文件\n\n最后一份好文件。\n", encoding="utf-8")
    home = ground.root / f"home-{time.monotonic_ns()}"
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, Path(__file__).with_name("reading.py"), home, *chosen, good],
        check=True,
        stdout=subprocess.PIPE,
    )
    told = json.loads(ran.stdout)
    outcomes = [Outcome.model_validate(one) for one in told["outcomes"]]
    assert len(outcomes) == len(chosen) + 1
    assert all(clear(outcome) for outcome in outcomes)
    assert outcomes[-1].status == "added"
    assert time.monotonic() - began < SLOW + 2 * len(chosen)
    assert not told["leaked"]
    assert told["peak"] < Bounds().memory_bytes


def test_what_is_no_file_and_what_leads_elsewhere_is_refused(ground: Any, small: Library, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "好.txt").write_text("产业集群规划的好文件。", encoding="utf-8")
    (folder / "secret.txt").symlink_to(ground.outside / "secret.txt")
    (folder / "away").symlink_to(ground.outside)
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "gone.md").symlink_to("nowhere.md")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "self").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(os.fspath(Path(os.path.relpath(folder / "socket.pdf"))))
    deep = folder
    for _ in range(60):
        deep /= "d"
    deep.mkdir(parents=True)
    outcomes = {Path(one.path).name: one for one in add_files(small, [folder])}
    listening.close()
    assert outcomes["好.txt"].status == "added"
    refused = {name for name, one in outcomes.items() if one.status == "refused"}
    assert {"secret.txt", "away", "loop.txt", "gone.md", "zero.txt", "pipe.txt", "socket.pdf"} <= refused
    assert all(clear(one) for one in outcomes.values())
    assert not [hit for hit in small.search("canary-of-the-secret-file", limit=20) if "canary-of" in hit.passage.text]


def test_names_of_uploads_are_names_and_lead_nowhere(ground: Any, small: Library) -> None:
    uploads = [Upload(name, f"第{number}份：产业集群发展规划。".encode()) for number, name in enumerate(ground.names)]
    outcomes = add_uploads(small, uploads)
    assert len(outcomes) == len(uploads)
    for outcome in outcomes:
        assert clear(outcome)
        assert all(char.isprintable() for char in outcome.path + outcome.document_id + outcome.title)
        assert not any(char in outcome.document_id for char in "/\\<>\"'")


def test_a_profile_that_comes_over_http_is_checked_or_refused(ground: Any, client: httpx.Client) -> None:
    for name in ground.sample(20, ".xlsx", ".xlsm", ".xls", ".json", ".csv", ".docx", ".txt"):
        began = time.monotonic()
        answer = client.post("/v1/profiles/check", files={"file": (name, ground.contents[name])})
        told(answer, name)
        assert time.monotonic() - began < SLOW
        if answer.status_code == 200:
            assert answer.json()["ok"] or answer.json()["problems"][0]["message"]
    for name in ground.names:
        answer = client.post(
            "/v1/profiles/check", files={"file": (name.encode("utf-8", "replace").decode(), b'{"name": "x"}')}
        )
        told(answer, name)
    for name in ground.sample(6, ".json"):
        answer = client.post(
            "/v1/profiles/check", content=ground.contents[name], headers={"Content-Type": "application/json"}
        )
        told(answer, name)
    assert client.get("/healthz").status_code == 200


@pytest.fixture(scope="module")
def plan(client: httpx.Client) -> dict[str, Any]:
    answer = client.post("/v1/plans", json={"profile": PROFILE, "created_by": "安工"})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("door", ["projects.xlsx?reviewer=x", "actuals.xlsx?person=x"])
def test_a_workbook_that_comes_back_changes_nothing_or_what_it_says(
    ground: Any, client: httpx.Client, plan: dict[str, Any], door: str
) -> None:
    where = f"/v1/plans/{plan['id']}"
    before = client.get(where).json()
    for name in ground.sample(12, ".xlsx", ".xlsm", ".xls", ".docx", ".pdf", ".csv"):
        answer = client.post(f"{where}/{door}", files={"file": (name, ground.contents[name])})
        told(answer, name)
        assert answer.status_code >= 400, name  # none of them is this plan's own list
    assert client.get(where).json() == before


def told(answer: httpx.Response, name: str) -> None:
    """A refusal in words: a problem with its title, no trace, nothing of the machine."""
    assert answer.status_code in (200, 201, 400, 409, 413, 415, 422), (name, answer.status_code, answer.text[:300])
    assert "Traceback" not in answer.text
    assert "canary-of-the-secret-file" not in answer.text
    if answer.status_code >= 400:
        assert answer.json()["title"]


@pytest.mark.parametrize("name", ["formulas.xlsx", "tags.json", "locked-as"])
def test_the_command_line_ends_with_a_documented_code(ground: Any, name: str) -> None:
    path = next(ground.files / one for one in sorted(ground.contents) if one.startswith(name))
    environment = {**os.environ, "JUMOU_HOME": str(ground.root / "home-cli"), "JUMOU_LANGUAGE": "en"}
    ended = subprocess.run(
        [sys.executable, "-m", "jumou.cli.main", "profile", "check", str(path)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    assert ended.returncode in (0, 2), ended.stderr[-600:]
    assert "Traceback" not in ended.stderr + ended.stdout
    assert ended.stderr.strip() or ended.stdout.strip()
