"""Plans and redrafts over HTTP, worded by a model, the server killed meanwhile: accepted is kept, made once, paid for once."""

import time
from dataclasses import dataclass
from typing import Any

import httpx
from follow import Reader
from ground import PROFILE, Ground, Killer, moments, until
from paid import Paid, settings
from verdict import Check, exactly

_LAST = frozenset({"done", "failed", "cancelled"})


@dataclass
class Redraft:
    """A step that is to be drafted again: what was there before, and the revision the server answered with."""

    plan: str
    before: set[str]
    key: str
    acknowledged: str = ""


def run(ground: Ground, kind: str) -> str:
    """Plans that are accepted and left to the server, then redrafts somebody waits for."""
    plans, kills = ground.size(4, 1), ground.size(6, 2)
    redrafts, more = ground.size(6, 1), ground.size(4, 1)
    paid = Paid()
    killed: list[float] = []
    with paid.server(latency=0.2) as model:
        serving = ground.serving(ground.database(kind), **settings(model))
        with serving, serving.client() as client:
            waiting = [_prepared(client, number) for number in range(redrafts)]
            _plan(client, "基准县", "first", wait=True)
            each = paid.different
            keys = {f"plan-{number}": f"第{number:02d}县" for number in range(plans)}
            accepted = {key: _plan(client, name, key) for key, name in keys.items()}
            readers = {
                key: Reader(f"{serving.address}/v1/plans/{plan}/progress", _LAST, ground.chance, most=2)
                for key, plan in accepted.items()
            }
            for reader in readers.values():
                reader.start()
            for number in range(kills):
                part = each + each * plans * (number + ground.chance.random()) / kills
                until(lambda: paid.different >= part or _there(client, accepted) == plans, 300, "the plans to go on")
                if _there(client, accepted) == plans:
                    break
                time.sleep(0.3 * ground.chance.random())
                serving.kill()
                killed.append(time.monotonic())
                serving.start()
            ended = [reader.wait(300) for reader in readers.values()]
            fresh = {key: Reader(reader.address, _LAST, ground.chance, most=1000) for key, reader in readers.items()}
            for reader in fresh.values():
                reader.start()
            ended += [reader.wait(60) for reader in fresh.values()]
            there = until(lambda: _there(client, accepted), 60, "the plans")
            same = sum(_plan(client, name, key) == accepted[key] for key, name in keys.items())
            killer = Killer(serving, moments(ground, redrafts, more))
            for number, redraft in enumerate(waiting):
                with killer.around(number):
                    _redrafted(client, redraft, wait=False)
                if not redraft.acknowledged:
                    _redrafted(client, redraft, wait=True)
            serving.kill()
            serving.start()
            new = [_new(client, redraft) for redraft in waiting]
            kept = len(client.get("/v1/plans", params={"limit": 200}).raise_for_status().json()["plans"])
            open_runs = _open_runs(client)
    told = [[kind_ for _, kind_, _ in reader.seen] for reader in readers.values()]
    ground.check(
        Check("kills while plans were drafted", len(killed), at_least=max(1, kills - 1)),
        Check("kills while steps were drafted again", killer.kills, at_least=max(1, more - 1)),
        exactly("accepted plans that are there, without being asked for again", there, plans),
        exactly("the key still names its plan", same, plans),
        exactly("plans in all", kept, plans + redrafts + 1),
        exactly("readers that saw the end", sum(ended), 2 * plans),
        exactly("ends told more than once, or other than done", sum(kinds.count("done") != 1 for kinds in told), 0),
        exactly(
            "readers whose record differs from one read without a break",
            sum(readers[key].seen != fresh[key].seen for key in keys),
            0,
        ),
        Check("times readers came back", sum(reader.connections - 1 for reader in readers.values())),
        exactly(
            "redrafts acknowledged and lost",
            sum(one.acknowledged not in found for one, found in zip(waiting, new, strict=True)),
            0,
        ),
        exactly("redrafts made other than once", sum(len(found) != 1 for found in new), 0),
        exactly("runs left open", open_runs, 0),
        Check("different model calls", paid.different),
        Check("calls made twice", paid.again(), at_most=len(killed) + killer.kills),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    return f"{plans} plans accepted with respond-async and {redrafts} steps drafted again, worded by a scripted model, on {kind}; SIGKILL at {len(killed)} moments spread over the model calls of the plans and in the middle of {killer.kills} redrafts; nobody asks for the plans again"


def _prepared(client: httpx.Client, number: int) -> Redraft:
    """A plan by the rules, approved up to the projects, of which one is to be drafted again."""
    sent = {"profile": {**PROFILE, "name": f"重拟{number:02d}县"}, "drafter": "rules"}
    plan = client.post("/v1/plans", json=sent, timeout=120).raise_for_status().json()["id"]
    base = f"/v1/plans/{plan}/steps"
    for step in ("diagnosis", "positioning"):
        seen = {"If-Match": client.get(f"{base}/{step}").raise_for_status().headers["ETag"]}
        client.post(
            f"{base}/{step}/reviews", json={"decision": "approve", "reviewer": "张工"}, headers=seen
        ).raise_for_status()
    found = client.get(f"{base}/projects").raise_for_status().json()
    item = next(one for one in found["standing"]["items"] if one["id"].startswith("project/"))
    again = {"decision": "ask_again", "reviewer": "张工", "item_id": item["id"], "comment": "请补充用地来源。"}
    client.post(f"{base}/projects/reviews", json=again, headers={"If-Match": f'"{item["hash"]}"'}).raise_for_status()
    return Redraft(plan, _revisions(client, plan), f"redraft-{number}")


def _revisions(client: httpx.Client, plan: str) -> set[str]:
    found = client.get(f"/v1/plans/{plan}/steps/projects/revisions").raise_for_status().json()["revisions"]
    return {one["id"] for one in found}


def _new(client: httpx.Client, redraft: Redraft) -> set[str]:
    return _revisions(client, redraft.plan) - redraft.before


def _plan(client: httpx.Client, name: str, key: str, *, wait: bool = False) -> str:
    headers = {"Idempotency-Key": key} | ({} if wait else {"Prefer": "respond-async"})
    sent = {"profile": {**PROFILE, "name": name}, "drafter": "llm"}
    return str(client.post("/v1/plans", json=sent, headers=headers, timeout=300).raise_for_status().json()["id"])


def _redrafted(client: httpx.Client, redraft: Redraft, *, wait: bool) -> None:
    def sent() -> httpx.Response:
        path, headers = f"/v1/plans/{redraft.plan}/steps/projects/drafts", {"Idempotency-Key": redraft.key}
        return client.post(path, json={"reviewer": "张工"}, headers=headers, timeout=300)

    try:
        answer = until(sent, 300, "the redraft") if wait else sent()
    except httpx.TransportError:
        return
    if answer.status_code == 503:
        return
    redraft.acknowledged = str(answer.raise_for_status().json()["id"])


def _there(client: httpx.Client, accepted: dict[str, str]) -> int:
    return sum(client.get(f"/v1/plans/{plan}").status_code == 200 for plan in accepted.values())


def _open_runs(client: httpx.Client) -> int:
    found: dict[str, Any] = client.get("/v1/runs", params={"limit": 200}).raise_for_status().json()
    return sum(one["state"] in ("waiting", "running") for one in found["runs"])
