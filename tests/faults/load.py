"""Many at once: chats that stream and planners that edit, with a scripted model. No error, quick answers, memory that stays."""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from ground import PROFILE, Ground, Memory, memory_of, percentile, processor_seconds
from verdict import Check, exactly

CHATS, PLANNERS = 64, 8
_MODEL = """
import sys, threading
from jumou.testing import ModelServer, Words, good_answers
def script(request):
    del server.requests[:-100]
    if request.body.get("response_format") or isinstance(request.body.get("tool_choice"), dict):
        return good_answers(request)
    return Words("返投要求逐步取消[1]。" * 20)
with ModelServer(script, latency=0.5, pace=0.25, piece=8) as server:
    print(server.url, flush=True)
    threading.Event().wait()
"""
"""A model of about 40 tokens a second, in a process of its own: what it costs is not the server's."""


@dataclass
class Account:
    """What the clients saw: seconds a request took by kind, words of what went wrong, answers streamed to their end."""

    took: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    answers: int = 0
    edits: int = 0
    memory: list[tuple[float, Memory]] = field(default_factory=list)
    """Seconds since the beginning, and what the server held."""

    async def send(self, client: httpx.AsyncClient, kind: str, method: str, path: str, **more: Any) -> httpx.Response:
        """A request that waits for no model."""
        began = time.perf_counter()
        answer = await client.request(method, path, **more)
        self.took.setdefault(kind, []).append(time.perf_counter() - began)
        if not answer.is_success:
            self.wrong.append(f"{kind}: {answer.status_code} {answer.text[:120]}")
        return answer


def run(ground: Ground) -> str:
    """64 chats that are answered all the time, and 8 planners, each with a plan, who read, edit, approve and remark."""
    seconds = 20.0 if ground.smoke else 60 * ground.minutes
    load = os.getloadavg()[0]
    model = subprocess.Popen([sys.executable, "-c", _MODEL], stdout=subprocess.PIPE)
    try:
        url = model.stdout.readline().decode().strip() if model.stdout is not None else ""
        settings = {
            "JUMOU_LLM": "openai:scripted",
            "JUMOU_LLM_BASE_URL": url,
            "JUMOU_LLM_CONCURRENCY": "64",
            "JUMOU_USER_STREAMS": str(2 * CHATS),  # without accounts all of them are one user's
        }
        with (
            ground.serving(ground.database("postgresql" if ground.postgres else "sqlite"), **settings) as serving,
            serving.client() as client,
        ):
            plans = [
                client.post(
                    "/v1/plans", json={"profile": {**PROFILE, "name": f"第{number}县"}, "drafter": "rules"}, timeout=120
                )
                .raise_for_status()
                .json()["id"]
                for number in range(PLANNERS)
            ]
            pid = serving.process.pid if serving.process is not None else 0
            account = Account()
            used, began = processor_seconds(pid), time.monotonic()
            asyncio.run(_everybody(ground, account, serving.address, plans, seconds, pid))
            cores = (processor_seconds(pid) - used) / (time.monotonic() - began)
    finally:
        model.kill()
        model.wait(20)
    every = [took for kind in account.took.values() for took in kind]
    warm = [(at, held.own) for at, held in account.memory if at > seconds / 3]
    last = account.memory[-1][1] if account.memory else Memory(0, 0)
    ground.check(
        exactly("errors", len(account.wrong), 0),
        Check("answers streamed to their end", account.answers, at_least=CHATS // 4),
        Check("edits", account.edits, at_least=PLANNERS),
        Check("requests that wait for no model", len(every), at_least=100),
        Check("their median", 1000 * percentile(every, 0.5), "ms"),
        Check("their p95", 1000 * percentile(every, 0.95), "ms", at_most=None if ground.smoke else 300),
        *(Check(f"p95 of {kind}", 1000 * percentile(took, 0.95), "ms") for kind, took in sorted(account.took.items())),
        Check("processor time of the server", cores, "cores"),
        Check("the server's own memory at the end", last.own, "MB"),
        Check("its slope after the first third", _slope(warm), "MB/min", at_most=None if ground.smoke else 3),
        Check("pages of mapped files beside it", last.mapped, "MB"),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    ground.note(
        f"load average when it began: {load:.1f} on {os.cpu_count()} cores; clients and model run beside the server"
    )
    for told in list(dict.fromkeys(account.wrong))[:8]:
        ground.note(told)
    return f"{CHATS} chats that are answered without a pause and {PLANNERS} planners who read, edit, approve and remark, for {seconds:.0f} s, with a scripted model of 40 tokens a second"


async def _everybody(
    ground: Ground, account: Account, address: str, plans: list[str], seconds: float, pid: int
) -> None:
    end = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=CHATS + 4 * PLANNERS, max_keepalive_connections=CHATS + 4 * PLANNERS)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        people = [_chatter(account, client, end, number / CHATS * 5) for number in range(CHATS)]
        people += [_planner(ground, account, client, plan, end) for plan in plans]
        await asyncio.gather(*people, _watch(account, pid, end))


async def _chatter(account: Account, client: httpx.AsyncClient, end: float, late: float) -> None:
    await asyncio.sleep(late)
    chat = (await account.send(client, "opening a chat", "POST", "/v1/chats", json={"profile": PROFILE})).json()["id"]
    after = 0
    while time.monotonic() < end:
        await account.send(
            client,
            "sending a message",
            "POST",
            f"/v1/chats/{chat}/messages",
            json={"text": "政府投资基金可以有返投要求吗？"},
        )
        done = ""
        try:
            async with client.stream(
                "GET", f"/v1/chats/{chat}/events", headers={"Last-Event-ID": str(after)}
            ) as answer:
                account.wrong += [] if answer.is_success else [f"stream: {answer.status_code}"]
                kind = ""
                async for line in answer.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name == "id":
                        account.wrong += [] if int(value) == after + 1 else [f"event {value} after {after}"]
                        after = int(value)
                    elif name == "event":
                        kind = value
                    elif name == "data" and kind == "done":
                        done = value
        except httpx.TransportError as cut:
            account.wrong.append(f"stream: {cut!r}")
        if '"ending": "complete"' in done:
            account.answers += 1
        else:
            account.wrong.append(f"stream ended with {done[:120] or 'nothing'}")


async def _planner(ground: Ground, account: Account, client: httpx.AsyncClient, plan: str, end: float) -> None:
    base = f"/v1/plans/{plan}/steps/projects"
    number = 0
    while time.monotonic() < end:
        number += 1
        await account.send(client, "reading a plan", "GET", f"/v1/plans/{plan}")
        step = (await account.send(client, "reading a step", "GET", base)).json()
        item = ground.chance.choice([one for one in step["standing"]["items"] if one["id"].startswith("project/")])
        sent = {"reviewer": "张工", "item_id": item["id"]}
        patch = {**sent, "patch": {"merge": {"lead_body": f"市第{number}局"}}}
        edited = await account.send(
            client, "editing", "PATCH", base, json=patch, headers={"If-Match": f'"{item["hash"]}"'}
        )
        account.edits += edited.is_success
        if edited.is_success:
            await account.send(
                client,
                "approving",
                "POST",
                f"{base}/reviews",
                json={**sent, "decision": "approve"},
                headers={"If-Match": edited.headers["ETag"]},
            )
        await account.send(
            client,
            "remarking",
            "POST",
            f"{base}/comments",
            json={"author": "李处", "text": f"第{number}条。", "item_id": item["id"]},
        )
        await account.send(client, "searching", "GET", "/v1/search", params={"query": f"轴承 保持架 {number}"})
        await asyncio.sleep(ground.chance.uniform(0.5, 1.5))


async def _watch(account: Account, pid: int, end: float) -> None:
    began = time.monotonic()
    while time.monotonic() < end:
        account.memory.append((time.monotonic() - began, memory_of(pid)))
        await asyncio.sleep(1)


def _slope(points: list[tuple[float, float]]) -> float:
    """MB a minute, by least squares; 0 of less than two points."""
    if len(points) < 2:
        return 0.0
    middle = sum(at for at, _ in points) / len(points)
    level = sum(mb for _, mb in points) / len(points)
    return 60 * sum((at - middle) * (mb - level) for at, mb in points) / sum((at - middle) ** 2 for at, _ in points)
