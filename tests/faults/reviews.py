"""Review writes over HTTP, the server killed in the middle of them; what was acknowledged is compared with what is there."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import httpx
from ground import PROFILE, Ground, Killer, moments, until
from verdict import Check, exactly


@dataclass
class Act:
    """One write: its mark stands in what it makes. `acknowledged` is the id the server answered with."""

    kind: str
    mark: str
    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    method: str = "POST"
    acknowledged: str = ""
    sent: int = 0


def run(ground: Ground, kind: str) -> str:
    """Approves, edits, undoes, comments, locks; returns what was done."""
    writes, kills = ground.size(80, 10), ground.size(10, 2)
    serving = ground.serving(ground.database(kind), ready="/v1/plans")
    killer = Killer(serving, moments(ground, writes, kills))
    journal: list[Act] = []
    refused: list[str] = []
    with serving, serving.client() as client:
        until(lambda: client.get("/readyz").status_code == 200, 120, "the index")
        plan = client.post("/v1/plans", json={"profile": PROFILE, "created_by": "安工"}).raise_for_status().json()
        for number in range(writes):
            act = _next(ground, client, plan["id"], number)
            with killer.around(number):
                _send(client, act, refused, wait=False)
            if not act.acknowledged:
                _send(client, act, refused, wait=True)
            journal.append(act)
        serving.kill()
        serving.start()
        lost, twice, unfounded = _compare(client, plan["id"], journal)
        events = until(lambda: client.get(f"/v1/plans/{plan['id']}/audit").json()["events"], 60, "the audit log")
    numbers = [event["number"] for event in events]
    ground.check(
        exactly("kills", killer.kills, kills),
        Check("acknowledged writes", sum(bool(act.acknowledged) for act in journal), at_least=writes),
        Check("sent more than once", sum(act.sent > 1 for act in journal)),
        exactly("acknowledged writes lost", lost, 0),
        exactly("writes made twice", twice, 0),
        exactly("effects nobody asked for", unfounded, 0),
        exactly("answers other than 2xx", len(refused), 0),
        exactly("gaps in the audit log", sum(a + 1 != b for a, b in pairwise(numbers)), 0),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    for told in refused[:5]:
        ground.note(told)
    return f"{writes} approvals, edits, undos, locks and remarks over HTTP on {kind}, each with its Idempotency-Key; SIGKILL in the middle of {kills}, sent again after the restart"


def _next(ground: Ground, client: httpx.Client, plan: str, number: int) -> Act:
    base, mark = f"/v1/plans/{plan}/steps/projects", f"mark-{number:04d}"
    step = client.get(base).raise_for_status()
    standing = step.json()["standing"]
    item = ground.chance.choice([one for one in standing["items"] if one["id"].startswith("project/")])
    on_item = {"If-Match": f'"{item["hash"]}"', "Idempotency-Key": mark}
    named = {"reviewer": "张工", "item_id": item["id"], "comment": mark}
    revisions = client.get(f"{base}/revisions").json()["revisions"]
    choices = ["comment", "comment", "edit", "edit", "approve", "reject"]
    if len(revisions) > 2:
        choices.append("undo")
    match ground.chance.choice(choices):
        case "comment":
            return Act(
                "comment",
                mark,
                f"{base}/comments",
                {"author": "李处", "text": mark, "item_id": item["id"]},
                {"Idempotency-Key": mark},
            )
        case "edit":
            body = {**named, "patch": {"merge": {"lead_body": f"市{mark}局"}}}
            return Act("edit", mark, base, body, on_item, "PATCH")
        case "undo":
            target = ground.chance.choice([one for one in revisions if one["hash"] != standing["hash"]])
            headers = {"If-Match": step.headers["ETag"], "Idempotency-Key": mark}
            return Act(
                "undo",
                mark,
                f"{base}/undo",
                {"reviewer": "张工", "to_revision": target["id"], "comment": mark},
                headers,
            )
        case decision:
            return Act("decide", mark, f"{base}/reviews", {**named, "decision": decision}, on_item)


def _send(client: httpx.Client, act: Act, refused: list[str], *, wait: bool) -> None:
    def sent() -> httpx.Response:
        act.sent += 1
        return client.request(act.method, act.path, json=act.body, headers=act.headers)

    try:
        answer = until(sent, 60, act.path) if wait else sent()
    except httpx.TransportError:
        return
    if answer.is_success:
        act.acknowledged = str(answer.json()["id"])
    elif answer.status_code != 503:
        refused.append(f"{act.kind} {act.mark}: {answer.status_code} {answer.text[:200]}")


def _compare(client: httpx.Client, plan: str, journal: list[Act]) -> tuple[int, int, int]:
    """Acknowledged and not there; there more than once; there and never sent."""
    base = f"/v1/plans/{plan}/steps/projects"
    comments = until(lambda: client.get(f"{base}/comments").raise_for_status().json(), 60, "the comments")["comments"]
    reviews = client.get(f"{base}/reviews").raise_for_status().json()["reviews"]
    revisions = client.get(f"{base}/revisions").raise_for_status().json()["revisions"]
    there = {
        "comment": [(one["id"], one["text"]) for one in comments],
        "decide": [(one["id"], one["comment"]) for one in reviews if one["decision"] != "edit"],
        "edit": [(one["id"], one["note"]) for one in revisions if one["cause"] == "edit"],
        "undo": [(one["id"], one["note"]) for one in revisions if one["cause"] == "undo"],
    }
    asked = {(act.kind, act.mark) for act in journal}
    lost = sum((act.acknowledged, act.mark) not in there[act.kind] for act in journal if act.acknowledged)
    twice = sum(sum(mark == act.mark for _, mark in there[act.kind]) > 1 for act in journal)
    unfounded = sum((kind, mark) not in asked for kind, found in there.items() for _, mark in found)
    for act in journal:
        if act.kind == "edit" and act.acknowledged:
            content = client.get(f"/v1/plans/{plan}/revisions/{act.acknowledged}").raise_for_status().text
            lost += f"市{act.mark}局" not in content
    return lost, twice, unfounded
