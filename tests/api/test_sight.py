import io
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from jumou import metrics
from jumou.api.measuring import GAUGES
from jumou.domain.access import HERE
from jumou.logs import set_up_log
from jumou.settings import Settings
from jumou.storage import PlanStore, open_database
from jumou.testing import ModelServer
from jumou.testing_plans import small_plan, small_request
from jumou.workflow.creating import keep_plan
from jumou.workflow.review import Person

Serve = Callable[..., AbstractContextManager[str]]

KEY = "sk-marked-key-5f1e"
MARKS = {
    name: f"{name}标记词七四三"
    for name in ("profile", "background", "query", "chat", "comment", "openai", "header", "path")
}
"""Words that stand in what is sent, and nowhere else."""


@pytest.fixture(scope="module")
def served(
    home: Path, tmp_path_factory: pytest.TempPathFactory, serve: Serve, lines: io.StringIO
) -> Iterator[httpx.Client]:
    """A server with a scripted model behind it, its figures kept, its log taken."""
    metrics.start()
    url = f"sqlite:///{tmp_path_factory.mktemp('sight') / 'jumou.db'}"
    keep_plan(PlanStore(open_database(home, url), HERE), "p1", small_request(), small_plan(), Person("安工"))
    with ModelServer(lambda _: f"答：{MARKS['chat']}") as model:
        chosen = Settings(
            home=home, database_url=url, drafting_workers=0, log_level="debug", work=False,
            llm="openai:scripted", llm_base_url=model.url, llm_api_key=KEY, metrics_key="metrics-key-1",
        )  # fmt: skip
        set_up_log(chosen, lines)
        with serve(chosen) as address, httpx.Client(base_url=address, timeout=120) as client:
            yield client


def test_no_text_and_no_key_is_ever_logged(served: httpx.Client, lines: io.StringIO) -> None:
    """Every face is sent marked words, the log is at debug: none of them is in it, and every line is JSON."""
    profile = {"name": MARKS["profile"], "industry": "轴承", "background": MARKS["background"]}
    headers = {"X-Mark": "header-mark-743", "Authorization": "Bearer header-mark-743"}
    served.headers.update(headers)
    assert served.post("/v1/project-lists", json={"profile": profile, "drafter": "rules"}).status_code == 200
    plan = "p1"
    asked = {"profile": profile, "drafter": "rules", "created_by": MARKS["comment"]}
    assert served.post("/v1/plans", json=asked, headers={"Prefer": "respond-async"}).status_code == 202
    served.post("/v1/profiles/check", json={"name": MARKS["profile"], "horizon": MARKS["background"]})
    served.get("/v1/search", params={"query": MARKS["query"]})
    served.post(f"/v1/plans/{plan}/steps/diagnosis/comments", json={"author": "安工", "text": MARKS["comment"]})
    served.get(f"/v1/plans/{plan}/files/plan.md")
    served.get(f"/v1/plans/{plan}/audit?format=jsonl")
    served.get(f"/v1/{MARKS['path']}")
    served.post("/v1/plans", content=b'{"profile": {"name": "' + MARKS["background"].encode() + b'"')
    chat = served.post("/v1/chats", json={"profile": profile}).json()["id"]
    served.post(f"/v1/chats/{chat}/messages", json={"text": MARKS["chat"]})
    served.get(f"/v1/chats/{chat}/events")
    served.post(
        "/openai/v1/chat/completions",
        json={"model": "jumou", "messages": [{"role": "user", "content": MARKS["openai"]}]},
    )
    log = lines.getvalue()
    assert len(log.splitlines()) >= 10
    assert all(isinstance(json.loads(line), dict) for line in log.splitlines())
    said = json.dumps([json.loads(line) for line in log.splitlines()], ensure_ascii=False)
    for secret in (*MARKS.values(), KEY, "header-mark-743", "metrics-key-1"):
        assert secret not in said
        assert secret not in log


def test_every_line_of_a_request_carries_its_id(served: httpx.Client, lines: io.StringIO) -> None:
    """Also what is logged deep inside, by whatever thread does the work."""
    log = structlog.get_logger("jumou.test")
    served.get("/v1/samples", headers={"X-Request-ID": "r-742"})
    log.info("outside")
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [one["route"] for one in found if one.get("request_id") == "r-742"] == ["/v1/samples"]
    assert next(one for one in found if one["event"] == "outside").get("request_id") is None


def figures(client: httpx.Client, **more: Any) -> str:
    answer = client.get("/metrics", headers={"Authorization": "Bearer metrics-key-1"}, **more)
    assert answer.status_code == 200, answer.text
    return answer.text


def value(text: str, name: str, **labels: str) -> float:
    """The sum over all lines of a name that have these labels."""
    total = 0.0
    for line in text.splitlines():
        found = re.match(rf"{name}(?:\{{(.*)\}})? (\S+)$", line)
        if found and all(f'{key}="{wanted}"' in (found[1] or "") for key, wanted in labels.items()):
            total += float(found[2])
    return total


def test_figures_tell_what_was_done(served: httpx.Client) -> None:
    """Requests by pattern, drafts by drafter, model calls and tokens, searches, what waits, the index, the process."""
    before = figures(served)
    profile = {"name": "瓦房店市", "industry": "轴承"}
    plan = "p1"
    served.post("/v1/project-lists", json={"profile": profile, "drafter": "rules"})
    served.get(f"/v1/plans/{plan}")
    served.get("/v1/nothing/at/all")
    chat = served.post("/v1/chats", json={"profile": profile}).json()["id"]
    served.post(f"/v1/chats/{chat}/messages", json={"text": "请拟一个愿景"})
    served.get(f"/v1/chats/{chat}/events")
    after = figures(served)

    def grown(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert grown("jumou_http_requests_total", method="GET", route="/v1/plans/{plan_id}", status="200") == 1
    assert grown("jumou_http_requests_total", route="-", status="404") == 1
    assert grown("jumou_http_request_seconds_count", route="/v1/project-lists", method="POST") == 1
    assert grown("jumou_draft_steps_total", drafter="rules", outcome="done") >= 3
    assert grown("jumou_drafts_total", outcome="done") >= 1
    assert grown("jumou_model_calls_total", model="scripted") >= 1
    assert grown("jumou_model_tokens_total", direction="out") > 0
    assert grown("jumou_search_seconds_count") >= 1
    assert value(after, "jumou_ready") == 1
    assert value(after, "jumou_index_passages") > 100
    assert value(after, "jumou_corpus") == 1
    assert value(after, "process_resident_memory_bytes") > 1e6
    assert plan not in after
    assert chat not in after


def test_every_figure_that_is_named_exists(served: httpx.Client) -> None:
    """What is declared is shown, and what deploy/ draws and warns of is declared."""
    shown = set(re.findall(r"^# TYPE (\S+)", figures(served), re.MULTILINE))
    for name, measure in metrics.MEASURES.items():
        assert (name if measure.buckets else f"{name}_total") in shown
    assert set(GAUGES) <= shown
    known = shown | {f"{name}{end}" for name in shown for end in ("_bucket", "_count", "_sum")}
    folder = Path(__file__).resolve().parents[2] / "deploy"
    named = {
        name
        for path in folder.rglob("*")
        if path.suffix in (".json", ".yml", ".yaml")
        for name in re.findall(r"\b(?:jumou|process)_[a-z_]+\b", path.read_text("utf-8"))
    }
    assert len(named) >= 10
    assert named <= known


def test_figures_are_for_this_machine_or_for_the_holder_of_the_key(served: httpx.Client, client: httpx.Client) -> None:
    """With a key, its holder; without one this machine, unless it asks for somebody else."""
    assert served.get("/metrics").status_code == 403
    assert served.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert "jumou_ready" in figures(served)
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 403


def test_counting_costs_next_to_nothing() -> None:
    metrics.start()
    began = time.perf_counter()
    for _ in range(1000):
        metrics.note("jumou_http_requests", method="GET", route="/v1/samples", status="200")
    assert (time.perf_counter() - began) / 1000 < 1e-4


@pytest.fixture
def taken() -> Iterator[io.StringIO]:
    """Where one test has the log written; the server the others ask goes on writing where it did, in whatever order they run."""
    names = ("", "jumou", "uvicorn")
    before, kept = structlog.get_config(), [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers = logging.getLogger().handlers[:]
    yield io.StringIO()
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers
    for logger, level in kept:
        logger.setLevel(level)


def test_an_error_is_logged_with_its_place_and_without_its_message(tmp_path: Path, taken: io.StringIO) -> None:
    """The message may hold what somebody wrote; keys are taken out wherever they stand."""
    set_up_log(
        Settings(home=tmp_path, log_level="debug", llm_api_key=KEY, database_url="postgresql://u:p%40ss-word@h/d"),
        taken,
    )
    try:
        {}[MARKS["profile"]]
    except KeyError:
        structlog.get_logger("jumou.test").exception("failed")
        logging.getLogger("served.error").exception(
            "failed %s", "here"
        )  # one that no server of another test has set up
    logging.getLogger("some.library").warning("got %s", MARKS["query"])
    logging.getLogger("some.library").debug("body")
    structlog.get_logger("jumou.test").warning("tried", address=f"http://x/?key={KEY}&p=p@ss-word")
    first, second, third, last = [json.loads(line) for line in taken.getvalue().splitlines()]
    assert (first["error"], second["error"]) == ("KeyError", "KeyError")
    assert "test_sight.py" in first["raised_at"][0]
    assert third["event"] == "got %s"
    assert last["address"] == "http://x/?key=***&p=***"
    assert MARKS["profile"] not in taken.getvalue()
