"""Three workspaces behind one real server with accounts, each with plans, chats, a batch and documents that carry its mark."""

import hashlib
import io
import random
import shutil
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from jumou.domain.access import Role
from jumou.retrieval import Library
from jumou.retrieval.intake import Upload, add_uploads
from jumou.storage import Accounts, open_database
from jumou.testing.serving import Serving

WORKSPACES = {"jia": "ZZQJIA7731", "yi": "ZZQYI4402", "bing": "ZZQBING9958"}
"""Workspaces, and the mark that stands in everything of theirs."""


@dataclass
class Side:
    """One workspace: its mark, a key for each role, and the ids of what is in it, by the name of a path parameter."""

    workspace: str
    mark: str
    keys: dict[str, str]
    key_ids: list[str]
    ids: dict[str, list[str]] = field(default_factory=dict)
    hashes: list[str] = field(default_factory=list)

    def client(self, address: str, role: str = "admin") -> httpx.Client:
        """A client with the key of a member of that role."""
        return httpx.Client(base_url=address, timeout=120, headers={"Authorization": f"Bearer {self.keys[role]}"})


@dataclass
class Province:
    """The server and everybody on it."""

    address: str
    sides: dict[str, Side]
    home: Path
    database: str


def text_of(answer: httpx.Response) -> str:
    """Everything an answer says, with what is packed inside office files."""
    content = answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    return str(answer.headers) + content.decode("utf-8", "replace")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def province(
    request: pytest.FixtureRequest, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Province]:
    """A server with three workspaces, on each kind of database."""
    folder = tmp_path_factory.mktemp("province")
    own = folder / "home"
    shutil.copytree(home, own, ignore=shutil.ignore_patterns("files", "models", "*.db*"))
    if (home / "models").is_dir():
        (own / "models").symlink_to(home / "models")
    url = f"sqlite:///{folder / 'jumou.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        name = f"access_{random.randrange(10**9)}"  # noqa: S311 - no secret
        server.psql(f"CREATE DATABASE {name}")
        url = str(server.get_uri(name))
    engine = open_database(own, url)
    accounts = Accounts(engine)
    sides = {name: _side(accounts, name, mark) for name, mark in WORKSPACES.items()}
    engine.dispose()
    with Library.open(own) as library:
        for side in sides.values():
            _documents(library, side)
    more = {"JUMOU_ACCOUNTS": "on", "JUMOU_DATABASE_URL": url, "JUMOU_LANGUAGE": "zh"}
    with Serving(own, folder / "unused.db", more) as serving:
        for side in sides.values():
            with side.client(serving.address) as client:
                _fill(client, side)
        yield Province(serving.address, sides, own, url)
        serving.kill()  # what it was still drafting is nobody's concern


def _side(accounts: Accounts, workspace: str, mark: str) -> Side:
    accounts.create_workspace(workspace, mark, by="test")
    keys, key_ids = {}, []
    for role in Role:
        user = f"{mark}-{role}"
        accounts.set_member(workspace, user, role, by="test")
        made = accounts.create_key(workspace, user, by="test", label=mark)
        keys[str(role)] = made.key
        key_ids.append(made.about.id)
    return Side(workspace, mark, keys, key_ids)


def _documents(library: Library, side: Side) -> None:
    for name, classification in (("招商口径.txt", "internal"), ("产业通报.txt", "public")):
        words = (
            f"{side.mark} 蓝鲸计划：轴承保持架与热处理补链招商，县级财政配套与用地保障。\n{side.mark}{classification}。"
        )
        found = add_uploads(
            library, [Upload(name, words.encode())], workspace=side.workspace,
            classification="internal" if classification == "internal" else "public",
        )[0]  # fmt: skip
        assert found.status == "added", found
        side.ids.setdefault("document_id", []).append(found.document_id)
        side.ids.setdefault("passage_id", []).append(f"{found.document_id}#0")


def _fill(client: httpx.Client, side: Side) -> None:
    """A plan with a decision, a remark and actual values, a chat with a proposal, and a batch of one region."""
    profile = {
        "name": f"{side.mark}县",
        "industry": "轴承",
        "background": f"{side.mark}：轴承企业集中，保持架依赖外购。",
    }
    plan = _ok(client.post("/v1/plans", json={"profile": profile}))
    plan_id = plan["id"]
    step = _ok(client.get(f"/v1/plans/{plan_id}/steps/positioning"))
    side.hashes = [step["revision"]["hash"], *(item["hash"] for item in step["revision"]["items"])]
    seen = {"If-Match": f'"{step["revision"]["hash"]}"'}
    _ok(client.post(f"/v1/plans/{plan_id}/steps/positioning/comments", json={"text": f"{side.mark} 请核对。"}))
    review = {"decision": "approve", "comment": side.mark}
    _ok(client.post(f"/v1/plans/{plan_id}/steps/positioning/reviews", json=review, headers=seen))
    kpis = [one["id"] for one in plan["implementation"]["kpis"]]
    entry = {"kpi_id": kpis[0], "period": "2026", "value": 1, "source": side.mark}
    _ok(client.post(f"/v1/plans/{plan_id}/actuals", json={"entries": [entry]}))
    revisions = _ok(client.get(f"/v1/plans/{plan_id}/steps/positioning/revisions"))["revisions"]
    chat = _ok(client.post("/v1/chats", json={"plan_id": plan_id, "horizon": 2030, "scope": "auto"}))["id"]
    _ok(client.post(f"/v1/chats/{chat}/messages", json={"text": "请拟一个愿景"}))
    end = time.monotonic() + 90
    while (told := _ok(client.get(f"/v1/chats/{chat}")))["answering"] and time.monotonic() < end:
        time.sleep(0.1)
    batch = _ok(client.post("/v1/project-lists:batch", json={"profiles": [profile]}))["batch"]["id"]
    while _ok(client.get(f"/v1/batches/{batch}"))["batch"]["open"] and time.monotonic() < end:
        time.sleep(0.2)
    side.ids |= {
        "plan_id": [plan_id], "revision_id": [one["id"] for one in revisions], "chat_id": [chat], "batch_id": [batch],
        "proposal_id": [one["proposal_id"] for one in told["messages"] if one["proposal_id"]], "key_id": side.key_ids,
        "adjustment_id": [hashlib.sha256(side.mark.encode()).hexdigest()[:16]], "run_id": [one["id"] for one in _ok(client.get("/v1/runs"))["runs"]],
    }  # fmt: skip
    assert side.ids["proposal_id"]


def _ok(answer: httpx.Response) -> Any:
    assert answer.is_success, (answer.status_code, answer.text)
    return answer.json()
