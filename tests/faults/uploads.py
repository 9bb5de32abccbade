"""Files handed in, a plan's files and an evaluation over HTTP, the server killed meanwhile: accepted is done, once, by itself."""

import contextlib
import json
import time
from typing import Any

import httpx
from commands import command, papers
from ground import PROFILE, Ground, Killer, environment, moments, until
from verdict import Check, exactly


def run(ground: Ground, kind: str) -> str:
    """Uploads and exports somebody waits for, then an evaluation nobody waits for."""
    home, url = ground.own_home(), ground.database(kind)
    uploads, kills, more = ground.size(20, 2), ground.size(8, 1), ground.size(2, 1)
    exports = ground.size(6, 1)
    files = sorted(papers(ground.folder / "papers", 4 * uploads, ground.size(60, 20), mark="产线").glob("*.md"))
    keys: dict[str, str] = {}
    with ground.serving(url, home=home) as serving, serving.client() as client:
        plan = client.post("/v1/plans", json={"profile": PROFILE}, timeout=120).raise_for_status().json()["id"]
        whole = Killer(serving, moments(ground, uploads + exports, kills))
        for number in range(uploads + exports):
            key = f"run-{number}"
            handed = None if number >= uploads else files[4 * number : 4 * number + 4]

            def sent(key: str = key, handed: Any = handed) -> None:
                headers = {"Idempotency-Key": key}
                if handed is None:
                    wanted = {"files": ["plan.md", "projects.xlsx"]}
                    answer = client.post(f"/v1/plans/{plan}/exports", json=wanted, headers=headers)
                else:
                    parts = [("files", (one.name, one.read_bytes())) for one in handed]
                    answer = client.post("/v1/documents", files=parts, headers=headers)
                keys[key] = answer.raise_for_status().json()["id"]

            with whole.around(number), contextlib.suppress(httpx.TransportError):
                sent()
                _waited(client, keys[key])
            if key not in keys:
                sent()
        evaluation = client.post("/v1/evaluations", json={"suite": "retrieval"}, headers={"Idempotency-Key": "eval"})
        keys["eval"] = evaluation.raise_for_status().json()["id"]
        begun = 0
        for _ in range(more):
            until(
                lambda: len(_events(client, keys["eval"])) > begun or _state(client, keys["eval"]) == "done",
                300,
                "the evaluation",
            )
            if _state(client, keys["eval"]) == "done":
                break
            time.sleep(ground.chance.random())
            begun = len(_events(client, keys["eval"]))
            serving.kill()
            whole.times.append(time.monotonic())
            serving.start()
        states = [until(lambda one=one: _over(client, one), 400, "the runs to end") for one in keys.values()]
        runs = client.get("/v1/runs", params={"limit": 200}).raise_for_status().json()["runs"]
        told = [kinds for one in keys.values() if (kinds := [event for event, _ in _events(client, one)])]
        made = [client.get(f"/v1/runs/{one}").raise_for_status().json()["result"] for one in keys.values()]
    settings = environment(url, home)
    listed = json.loads(command(["corpus", "list", "--json"], settings).stdout)
    titles = [one["document"]["title"] for one in listed]
    refused = [
        one["status"]
        for result in made[:uploads]
        for one in result["documents"]
        if one["status"] not in ("added", "unchanged", "replaced")
    ]
    ground.check(
        Check("kills", whole.kills, at_least=kills),
        exactly("runs that are done, without being asked for again", states.count("done"), len(keys)),
        exactly("runs in all, with the plan's", len(runs), len(keys) + 1),
        exactly("ends told other than once", sum(kinds.count("done") != 1 for kinds in told), 0),
        exactly("documents in", len(listed), len(files)),
        exactly("documents twice", len(titles) - len(set(titles)), 0),
        exactly("documents by halves", len({one["passages"] for one in listed}) - 1, 0),
        exactly("files refused", len(refused), 0),
        exactly("exports without both files", sum(len(result["files"]) != 2 for result in made[uploads:-1]), 0),
        exactly("evaluations without a report", int(not made[-1]), 0),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    return f"{uploads} uploads of four documents, {exports} exports and an evaluation over HTTP on {kind}; SIGKILL at {whole.kills} moments in the middle of them"


def _state(client: httpx.Client, run_id: str) -> str:
    return str(client.get(f"/v1/runs/{run_id}").raise_for_status().json()["state"])


def _over(client: httpx.Client, run_id: str) -> str:
    """The state of a run that has ended; empty before."""
    found = client.get(f"/v1/runs/{run_id}").raise_for_status().json()
    return str(found["state"]) if found["state"] in ("done", "failed", "cancelled") else ""


def _waited(client: httpx.Client, run_id: str) -> None:
    """Until a run has ended; a server that is killed meanwhile ends the waiting."""
    end = time.monotonic() + 120
    while time.monotonic() < end and not _over(client, run_id):
        time.sleep(0.05)


def _events(client: httpx.Client, run_id: str) -> list[tuple[str, str]]:
    """What was told of a run so far: kind and number."""
    found: list[tuple[str, str]] = []
    number = ""
    with (
        contextlib.suppress(httpx.ReadTimeout),
        client.stream("GET", f"/v1/runs/{run_id}/progress", timeout=1) as answer,
    ):
        for line in answer.iter_lines():
            if line.startswith("id:"):
                number = line.removeprefix("id:").strip()
            elif line.startswith("event:"):
                found.append((line.removeprefix("event:").strip(), number))
    return found
