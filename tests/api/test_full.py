"""What a server does when it has as much to do as it may, or takes longer than it may: it says so and goes on. Nothing here rests on timing."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from jumou.api.patience import TimeLimit
from jumou.domain.access import HERE
from jumou.settings import Settings
from jumou.storage import RunStore, open_database
from jumou.testing import ModelServer

Serve = Callable[..., AbstractContextManager[str]]
PROFILE = {"name": "瓦房店市", "industry": "轴承"}


@pytest.mark.parametrize(("language", "word"), [("zh", "已停止等待"), ("en", "took more than")])
def test_an_answer_that_does_not_come_is_not_waited_for(
    home: Path, tmp_path: Path, serve: Serve, language: str, word: str
) -> None:
    """503 with what to do instead. Nobody does runs here, so the plan would be waited for for ever; it is kept."""
    url = f"sqlite:///{tmp_path / 'jumou.db'}"
    chosen = Settings(home=home, database_url=url, drafting_workers=0, work=False, request_seconds=0.7)
    with serve(chosen) as address:

        def ask() -> httpx.Response:
            headers = {"Accept-Language": language, "Idempotency-Key": "one"}
            return httpx.post(f"{address}/v1/plans", json={"profile": PROFILE}, headers=headers, timeout=120)

        answer = ask()
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:jumou:problem:TookTooLong")
        assert word in answer.json()["title"]
        assert "respond-async" in answer.json()["detail"]
        assert answer.headers["Retry-After"] == "10"
        runs = RunStore(open_database(tmp_path, url), HERE)
        # on a slow machine the time may be over before the profile is read; it is asked for again then, under the same key
        wait_for(lambda: bool(runs.runs(state="waiting").runs) or ask().is_success)
        assert len(runs.runs().runs) == 1


def test_the_end_of_the_time_is_not_lost_when_it_comes_together_with_the_body() -> None:
    """Both are there in one turn of the loop, as after a turn that took long: the request is still ended."""
    sent: list[Any] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        await asyncio.Event().wait()

    async def receive() -> Message:
        time.sleep(0.2)  # noqa: ASYNC251 - the turn that takes long
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    async def request() -> None:
        scope = {"type": "http", "method": "POST", "path": "/v1/plans", "headers": [], "query_string": b""}
        async with asyncio.timeout(20):
            await TimeLimit(app, body_seconds=10, answer_seconds=0.1)(scope, receive, send)

    asyncio.run(request())
    assert sent[0]["status"] == 503


def test_no_more_drafts_wait_at_a_process_than_may(home: Path, tmp_path: Path, serve: Serve) -> None:
    """One may; it waits for its model, the next is asked to come again, and once there is room it is drafted."""
    asked, released = threading.Event(), threading.Event()

    def answers(_: Any) -> str:
        asked.set()
        released.wait(120)
        return "no answer that can be used: the rules go on"

    with ModelServer(answers) as model:
        more: dict[str, Any] = {"llm": "openai:scripted", "llm_base_url": model.url, "llm_run_calls": 1}
        url = f"sqlite:///{tmp_path / 'jumou.db'}"
        chosen = Settings(home=home, database_url=url, drafting_workers=0, waiting_drafts=1, work=False, **more)
        with serve(chosen) as address, ThreadPoolExecutor(1) as beside:

            def draft(drafter: str, language: str = "zh") -> httpx.Response:
                sent = {"profile": PROFILE, "drafter": drafter}
                headers = {"Accept-Language": language}
                return httpx.post(f"{address}/v1/project-lists", json=sent, headers=headers, timeout=300)

            try:
                first = beside.submit(draft, "llm")
                assert asked.wait(120)
                refused = {language: draft("rules", language) for language in ("zh", "en")}
                assert "jumou_drafts_waiting 1.0" in httpx.get(f"{address}/metrics").text
            finally:
                released.set()
            assert first.result(300).status_code == 200
            assert [answer.status_code for answer in refused.values()] == [503, 503]
            assert "等待起草的请求过多" in refused["zh"].json()["title"]
            assert refused["en"].json()["title"] == "Too many drafts are waiting."
            assert int(refused["en"].headers["Retry-After"]) >= 1
            assert draft("rules").status_code == 200


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    """Looks until it is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)
