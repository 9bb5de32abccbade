"""`jumou serve` in a process of its own, over the shared index, with a database that can outlive it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}


@dataclass
class Serving:
    """A server that can be killed and started again on the same database and port."""

    home: Path
    database: Path
    more: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        environment = {
            **os.environ, "JUMOU_HOME": str(self.home), "JUMOU_DATABASE_URL": f"sqlite:///{self.database}",
            "JUMOU_DRAFTING_WORKERS": "0", "OMP_NUM_THREADS": "1", "JUMOU_LLM": "", **self.more,
        }  # fmt: skip
        command = [sys.executable, "-m", "jumou.cli.main", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=environment)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            assert self.process.poll() is None, "jumou serve ended"
            try:
                if httpx.get(f"{self.address}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise TimeoutError(self.address)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=60)


def read_events(client: httpx.Client, chat: str, after: int = 0, *, most: int | None = None, by_header: bool = True) -> list[dict[str, Any]]:
    """A plain reader of server-sent events, line by line; leaves after `most` events."""
    headers = {"Last-Event-ID": str(after)} if by_header else {}
    params = {} if by_header else {"after": after}
    found: list[dict[str, Any]] = []
    event: dict[str, Any] = {}
    with client.stream("GET", f"/v1/chats/{chat}/events", headers=headers, params=params) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                event["id"] = int(value)
            elif name == "event":
                event["kind"] = value
            elif name == "data":
                event["data"] = json.loads(value)
            elif not line and event:
                found.append(event)
                event = {}
                if most is not None and len(found) >= most:
                    break
    return found


def ask(client: httpx.Client, chat: str, text: str) -> dict[str, Any]:
    """Says something and waits for the whole answer: the message as it is kept, with its events."""
    sent = client.post(f"/v1/chats/{chat}/messages", json={"text": text})
    assert sent.status_code == 202, sent.text
    turn = sent.json()["message"]["turn"]
    events = [event for event in read_events(client, chat) if event["data"]["turn"] == turn]
    messages = client.get(f"/v1/chats/{chat}").json()["messages"]
    answer: dict[str, Any] = next(one for one in messages if one["turn"] == turn and one["role"] == "assistant")
    return {**answer, "events": events}


def open_chat(client: httpx.Client, **wanted: Any) -> str:
    """A new chat."""
    answer = client.post("/v1/chats", json=wanted)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture(scope="session")
def serving(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server without a model."""
    made = Serving(home, tmp_path_factory.mktemp("chat") / "jumou.db")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def client(serving: Serving) -> Iterator[httpx.Client]:
    """A client of it."""
    with serving.client() as opened:
        yield opened
