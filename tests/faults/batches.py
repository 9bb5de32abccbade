"""Batches over HTTP, the server killed while a model words them; every region ends once, no answer is paid for twice."""

import json
import time
from collections import Counter
from typing import Any

from follow import Reader
from ground import PROFILE, Ground, until
from paid import Paid, settings
from verdict import Check, exactly


def run(ground: Ground, kind: str) -> str:
    """A batch of regions worded by the model; killed at moments spread over its calls."""
    regions, kills = ground.size(8, 3), ground.size(10, 2)
    paid = Paid()
    killed: list[float] = []
    with paid.server(latency=0.2) as model:
        serving = ground.serving(ground.database(kind), **settings(model))
        with serving, serving.client() as client:
            sent = {"profiles": [{**PROFILE, "name": "基准县"}], "drafter": "llm"}
            first = client.post("/v1/project-lists:batch", json=sent).raise_for_status().json()["batch"]["id"]
            until(lambda: client.get(f"/v1/batches/{first}").json()["batch"]["open"] == 0, 240, "one region")
            each = paid.different
            profiles = [{**PROFILE, "name": f"第{number:02d}县"} for number in range(regions)]
            profiles[1] = {"name": ""}  # cannot be read: fails at once, and stays failed
            accepted = client.post(
                "/v1/project-lists:batch",
                json={"profiles": profiles, "drafter": "llm"},
                headers={"Idempotency-Key": "all"},
            )
            batch = accepted.raise_for_status().json()["batch"]["id"]
            address = f"{serving.address}/v1/batches/{batch}/progress"
            reader = Reader(address, frozenset({"done"}), ground.chance, most=4)
            reader.start()
            whole = each * (regions - 1)
            kept: dict[int, str] = {}
            changed = 0
            for number in range(kills):
                part = each + whole * (number + ground.chance.random()) / kills
                until(lambda: paid.different >= part or _over(client, batch), 300, "the batch to go on")
                if _over(client, batch):
                    break
                time.sleep(0.3 * ground.chance.random())
                serving.kill()
                killed.append(time.monotonic())
                serving.start()
                now = _lists(client, batch)
                changed += sum(now.get(row) != made for row, made in kept.items())
                kept = now
            until(lambda: _over(client, batch), 400, "the batch to end")
            read = reader.wait(30)
            again = client.post(
                "/v1/project-lists:batch",
                json={"profiles": profiles, "drafter": "llm"},
                headers={"Idempotency-Key": "all"},
            )
            results = _results(client, batch)
            after = _lists(client, batch)
            changed += sum(after.get(row) != made for row, made in kept.items())
    states = Counter(result["state"] for result in results)
    rows = Counter(data["row"] for _, kind_, data in reader.seen if kind_ == "row")
    ground.check(
        Check("kills", len(killed), at_least=kills - 1),
        exactly("regions drafted", states["drafted"], regions - 1),
        exactly("regions failed (the unreadable one)", states["failed"], 1),
        exactly("rows of results", len({result["row"] for result in results}), regions),
        exactly("recorded lists changed by a kill", changed, 0),
        exactly("the key still names it", int(again.json()["batch"]["id"] == batch), 1),
        exactly("outcomes told more than once", sum(count - 1 for count in rows.values()), 0),
        exactly("events lost or repeated by the reader", reader.lost + reader.repeated + (not read), 0),
        Check("times the reader came back", reader.connections - 1),
        Check("different model calls", paid.different),
        Check("calls made twice", paid.again(), at_most=len(killed)),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    return f"a batch of {regions} regions worded by a scripted model on {kind}, a reader that is cut and comes back; SIGKILL at {len(killed)} moments spread over its model calls"


def _over(client: Any, batch: str) -> bool:
    return bool(client.get(f"/v1/batches/{batch}").raise_for_status().json()["batch"]["open"] == 0)


def _results(client: Any, batch: str) -> list[dict[str, Any]]:
    text = client.get(f"/v1/batches/{batch}/results").raise_for_status().text
    return [json.loads(line) for line in text.splitlines()]


def _lists(client: Any, batch: str) -> dict[int, str]:
    """The lists that are recorded, by row."""
    return {
        result["row"]: result["project_list"]["provenance"]["id"]
        for result in _results(client, batch)
        if result["state"] == "drafted"
    }
