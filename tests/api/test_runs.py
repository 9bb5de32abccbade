"""Runs over HTTP: listed, cancelled, tried again; a draft outlives its server, and a model is not paid twice."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import httpx

from jumou.testing import ModelServer, good_answers
from jumou.testing.serving import Serving

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}


def events(client: httpx.Client, address: str, after: int = 0, most: int = 1000) -> list[tuple[int, str, Any]]:
    found: list[tuple[int, str, Any]] = []
    kind, number = "", 0
    with client.stream("GET", address, headers={"Last-Event-ID": str(after)}) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                number = int(value)
            elif name == "data":
                found.append((number, kind, json.loads(value)))
                if len(found) == most:
                    break
    return found


def asked(client: httpx.Client, **more: Any) -> str:
    answer = client.post("/v1/plans", json={"profile": PROFILE, **more}, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def test_a_draft_is_a_run_with_its_outcome(client: httpx.Client) -> None:
    plan = asked(client)
    told = events(client, f"/v1/runs/{plan}/progress")
    assert [kind for _, kind, _ in told] == ["accepted", "begun", "step", "step", "step", "step", "done"]
    standing = client.get(f"/v1/runs/{plan}").json()
    assert (standing["kind"], standing["state"], standing["result"]) == ("plan", "done", {"plan": f"/v1/plans/{plan}"})
    assert plan in [
        run["id"] for run in client.get("/v1/runs", params={"kind": "plan", "state": "done"}).json()["runs"]
    ]
    assert not client.post(f"/v1/runs/{plan}/retry").json()["changed"]
    assert not client.post(f"/v1/runs/{plan}/cancel").json()["changed"]
    assert client.get("/v1/workers").json()["workers"]


def test_a_failed_run_is_listed_with_its_reason(client: httpx.Client) -> None:
    answer = client.post("/v1/plans", json={"profile": PROFILE, "start_year": 2031, "horizon": 2030})
    assert answer.status_code == 422
    failed = client.get("/v1/runs", params={"state": "failed"}).json()["runs"][0]
    assert failed["failure"]["kind"] == "InvalidRequest"
    assert failed["failure"]["message_zh"] == answer.json()["title"]
    again = client.post(f"/v1/runs/{failed['id']}/retry").json()
    assert again["changed"]
    told = events(client, f"/v1/runs/{failed['id']}/progress", after=failed["last_event"])
    assert [kind for _, kind, _ in told] == ["retried", "begun", "failed"]


def test_a_run_there_is_not_is_not_found(client: httpx.Client) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/progress"),
        ("GET", "/files/x"),
        ("POST", "/cancel"),
        ("POST", "/retry"),
    ):
        assert client.request(method, f"/v1/runs/nothing{path}").status_code == 404


def test_a_plans_files_are_exported_by_a_run(client: httpx.Client, kept: dict[str, Any]) -> None:
    asked_for = client.post(f"/v1/plans/{kept['id']}/exports", json={"files": ["plan.md", "plan.json"]})
    assert asked_for.status_code == 202, asked_for.text
    run = ended(client, asked_for.json()["id"])
    assert run["state"] == "done"
    assert [address.rpartition("/")[2] for address in run["result"]["files"]] == ["plan.md", "plan.json"]
    assert client.get(run["result"]["files"][1]).json()["projects"] == kept["projects"]
    assert client.post("/v1/plans/none/exports", json={}).status_code == 404
    assert client.post(f"/v1/plans/{kept['id']}/exports", json={"files": ["x.exe"]}).status_code == 422


def test_a_batch_stands_among_the_runs_and_is_retried_as_one(client: httpx.Client) -> None:
    sent = client.post("/v1/project-lists:batch", json={"profiles": [PROFILE, {"industry": "轴承"}]})
    batch = sent.json()["batch"]["id"]
    run = ended(client, batch)
    assert (run["kind"], run["state"], run["result"]["failed"]) == ("batch", "failed", 1)
    assert "1" in run["failure"]["message_zh"]
    assert batch in [one["id"] for one in client.get("/v1/runs", params={"state": "failed"}).json()["runs"]]
    assert not client.post(f"/v1/runs/{batch}/retry").json()["changed"]  # what cannot be read stays failed
    other = client.post(
        "/v1/project-lists:batch", json={"profiles": [{**PROFILE, "name": f"第{n}县"} for n in range(5)]}
    )
    name = other.json()["batch"]["id"]
    assert client.post(f"/v1/runs/{name}/cancel").json()["run"]["state"] == "cancelled"
    assert client.post(f"/v1/runs/{name}/retry").json()["changed"]
    assert ended(client, name)["state"] == "done"


def test_files_are_taken_into_the_library_by_a_run(home: Path, tmp_path: Path) -> None:
    """Accepted, killed before they are in, and in after the next start: the files wait in the database."""
    own = tmp_path / "home"
    shutil.copytree(home, own)
    with Serving(own, tmp_path / "ingest.db", {"JUMOU_WORK": "false"}, command=("serve", "--no-pages")) as server:
        with server.client() as client:
            text = "瓦房店市建设加氢示范站十座，对加氢站给予运营补贴。".encode()
            files = [("files", ("氢能.txt", text)), ("files", ("坏.pdf", b"%PDF-1.4 torn"))]
            asked_for = client.post("/v1/documents", files=files, headers={"Idempotency-Key": "one"})
            assert asked_for.status_code == 202, asked_for.text
            again = client.post("/v1/documents", files=files, headers={"Idempotency-Key": "one"})
            assert again.json()["id"] == asked_for.json()["id"]
            assert client.get(f"/v1/runs/{asked_for.json()['id']}").json()["state"] == "waiting"
        server.kill()
        server.more["JUMOU_WORK"] = "true"
        server.start()
        with server.client() as client:
            run = ended(client, asked_for.json()["id"])
            assert {one["path"]: one["status"] for one in run["result"]["documents"]} == {
                "氢能.txt": "added",
                "坏.pdf": "refused",
            }
            found = client.get("/v1/search", params={"query": "加氢示范站运营补贴"})
            assert "加氢" in found.text


def test_a_draft_outlives_its_server_and_pays_for_what_was_under_way_only(home: Path, tmp_path: Path) -> None:
    """Killed twice with SIGKILL; the plan is drafted without anybody doing anything, and a reader goes on where it was."""
    with ModelServer(good_answers, latency=0.05) as model:
        more = {
            "JUMOU_LLM": "openai:scripted", "JUMOU_LLM_BASE_URL": model.url, "JUMOU_LLM_CONCURRENCY": "1",
            "JUMOU_LLM_RUN_CALLS": "400",
        }  # fmt: skip
        with Serving(home, tmp_path / "runs.db", more, command=("serve", "--no-pages")) as server:
            with server.client() as client:
                plan = asked(client, drafter="llm")
                seen = events(client, f"/v1/plans/{plan}/progress", most=1)
            for calls in (8, 20):
                wait_for(lambda calls=calls: len(distinct(model)) >= calls)
                server.kill()
                server.start()
            with server.client() as client:
                rest = events(client, f"/v1/plans/{plan}/progress", after=seen[-1][0])
                assert [(kind, data.get("step")) for _, kind, data in rest] == [
                    ("step", "positioning"), ("step", "projects"), ("step", "implementation"), ("done", None),
                ]  # fmt: skip
                use = client.get(f"/v1/plans/{plan}").json()
                assert use["steps"]
                usage = client.get(f"/v1/runs/{plan}").json()["usage"]
    assert model.calls - len(distinct(model)) <= 2  # one a kill: the call that was under way
    assert usage["calls"] == len(distinct(model))


def ended(client: httpx.Client, run: str) -> dict[str, Any]:
    standing: dict[str, Any] = {}

    def look() -> bool:
        standing.update(client.get(f"/v1/runs/{run}").json())
        return bool(standing["ended_at"])

    wait_for(look)
    return standing


def distinct(model: ModelServer) -> set[str]:
    return {json.dumps(request.body, sort_keys=True) for request in model.requests}


def wait_for(what: Any, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)
