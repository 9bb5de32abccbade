"""Batches over HTTP: accepted at once, followed, cancelled, tried again, handed out; a bad profile never stops the others."""

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import openpyxl

from jumou.testing.serving import Serving

ONE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}
BAD = {"industry": "轴承"}


def asked(client: httpx.Client, *profiles: dict[str, Any], key: str = "") -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/v1/project-lists:batch", json={"profiles": list(profiles)}, headers=headers)


def done(client: httpx.Client, batch: str) -> dict[str, Any]:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        standing: dict[str, Any] = client.get(f"/v1/batches/{batch}").json()["batch"]
        if not standing["open"]:
            return standing
        time.sleep(0.1)
    raise TimeoutError(batch)


def events(client: httpx.Client, batch: str, after: int = 0) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    with client.stream("GET", f"/v1/batches/{batch}/progress", headers={"Last-Event-ID": str(after)}) as answer:
        number = 0
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "event":
                found.append((number, value))
    return found


def test_a_batch_is_drafted_and_a_bad_profile_stands_among_the_others(client: httpx.Client) -> None:
    answer = asked(client, ONE, BAD, {**ONE, "name": "常山县"})
    assert answer.status_code == 202, answer.text
    batch = answer.json()["batch"]["id"]
    assert answer.headers["Location"] == f"/v1/batches/{batch}"
    followed = events(client, batch)
    assert [kind for _, kind in followed] == ["accepted", "row", "row", "row", "done"]
    standing = done(client, batch)
    assert (standing["state"], standing["drafted"], standing["failed"]) == ("done", 2, 1)
    lines = [json.loads(line) for line in client.get(answer.json()["results"]).text.splitlines()]
    assert [(line["row"], line["state"]) for line in lines] == [(1, "drafted"), (2, "failed"), (3, "drafted")]
    assert lines[0]["project_list"]["projects"]
    assert lines[1]["failure"]["problems"][0]["mend"]
    book = openpyxl.load_workbook(io.BytesIO(client.get(answer.json()["workbook"]).content))
    regions, projects, problems = book.worksheets
    assert [row[3].value for row in regions.iter_rows(min_row=2)] == ["已起草", "未成", "已起草"]
    assert projects.max_row - 1 == sum(len(lines[place]["project_list"]["projects"]) for place in (0, 2))
    assert problems.max_row == 2
    assert events(client, batch, after=followed[-2][0]) == followed[-1:]


def test_the_same_key_is_the_same_batch(client: httpx.Client) -> None:
    first, second = (asked(client, BAD, key="b-1").json()["batch"]["id"] for _ in range(2))
    assert first == second
    assert asked(client, ONE, key="b-1").status_code == 422


def test_a_cancelled_batch_ends_and_can_be_taken_up_again(client: httpx.Client) -> None:
    batch = asked(client, *[{**ONE, "name": f"第{number}县"} for number in range(6)]).json()["batch"]["id"]
    cancelled = client.post(f"/v1/batches/{batch}/cancel").json()
    assert cancelled["batch"]["open"] == 0
    assert cancelled["batch"]["state"] == "cancelled"
    assert client.post(f"/v1/batches/{batch}/cancel").json()["rows"] == 0
    again = client.post(f"/v1/batches/{batch}/retry").json()
    assert again["rows"] == cancelled["rows"]
    assert done(client, batch)["drafted"] == 6


def test_batches_are_listed_and_unknown_ones_are_not_found(client: httpx.Client) -> None:
    batch = asked(client, BAD).json()["batch"]["id"]
    assert batch in [one["id"] for one in client.get("/v1/batches").json()["batches"]]
    for path in ("", "/results", "/files/projects.xlsx", "/progress"):
        assert client.get(f"/v1/batches/nothing{path}").status_code == 404
    for verb in ("cancel", "retry"):
        assert client.post(f"/v1/batches/nothing/{verb}").status_code == 404


def test_an_empty_batch_is_refused(client: httpx.Client) -> None:
    assert asked(client).status_code == 422


def test_nothing_loads_the_durable_engine_before_there_is_a_batch() -> None:
    """A server and every command start without it: it costs half a second."""
    look = "import sys, jumou.api.server, jumou.cli.main; sys.exit('dbos' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_a_batch_and_its_progress_survive_a_killed_server(home: Path, tmp_path: Path) -> None:
    """Killed with SIGKILL in the middle; the next server goes on by itself, and a reader goes on from the last event seen."""
    with Serving(home, tmp_path / "batch.db") as server:
        with server.client() as client:
            batch = asked(client, *[{**ONE, "name": f"第{number}县"} for number in range(6)]).json()["batch"]["id"]
            seen = 0
            while seen < 3:
                seen = client.get(f"/v1/batches/{batch}").json()["batch"]["last_event"]
            before = client.get(f"/v1/batches/{batch}/results").text.splitlines()[:1]
        server.kill()
        server.start()
        with server.client() as client:
            followed = events(client, batch, after=seen)
            assert [number for number, _ in followed] == list(range(seen + 1, 9))
            assert followed[-1] == (8, "done")
            assert done(client, batch)["drafted"] == 6
            assert client.get(f"/v1/batches/{batch}/results").text.splitlines()[:1] == before
