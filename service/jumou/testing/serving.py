"""`jumou serve` in a process of its own, to be killed and started again, and a plain reader of its chats."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx


@dataclass
class Serving:
    """A server; a context manager. `more` are further environment variables; port and database outlive the process.

    `ready` is the path that answers 200 once it is ready; empty when listening means that it is.
    """

    home: Path
    database: Path
    more: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("serve",)
    ready: str = "/readyz"
    port: int = 0
    log: IO[bytes] | None = None
    """Where what it says goes; to this process's own streams when there is none."""
    process: "subprocess.Popen[bytes] | None" = None

    def __enter__(self) -> Self:
        """Starts, and waits until it is ready."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Asks it to end."""
        self.stop()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables it runs with."""
        return {
            **os.environ, "JUMOU_HOME": str(self.home), "JUMOU_DATABASE_URL": f"sqlite:///{self.database}",
            "JUMOU_DRAFTING_WORKERS": "0", "OMP_NUM_THREADS": "1", "JUMOU_LLM": "", **self.more,
        }  # fmt: skip

    def start(self) -> None:
        """Starts it, again on the same port.

        Raises:
            TimeoutError: it is not ready after two minutes.
        """
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "jumou.cli.main", *self.command, "--port", str(self.port)]
        self.process = subprocess.Popen(  # noqa: S603 - jumou itself
            command, env=self.environment, stdout=self.log, stderr=self.log
        )
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            if self._answers():
                return
            time.sleep(0.05)
        self.kill()
        raise TimeoutError(f"{' '.join(command)} is not ready")

    def _answers(self) -> bool:
        try:
            if self.ready:
                return httpx.get(f"{self.address}{self.ready}").status_code == 200
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except (httpx.TransportError, OSError):
            return False

    def kill(self) -> None:
        """Ends it without a word of warning (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)

    def stop(self) -> None:
        """Asks it to end, and waits."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def client(self) -> httpx.Client:
        """A client of it."""
        return httpx.Client(base_url=self.address, timeout=60)


def open_chat(client: httpx.Client, **wanted: Any) -> str:
    """The id of a new chat."""
    answer = client.post("/v1/chats", json=wanted)
    answer.raise_for_status()
    return str(answer.json()["id"])


def say(client: httpx.Client, chat: str, text: str) -> int:
    """Says something; returns the number of the turn once it is acknowledged."""
    sent = client.post(f"/v1/chats/{chat}/messages", json={"text": text})
    sent.raise_for_status()
    return int(sent.json()["message"]["turn"])


def read_events(
    client: httpx.Client, chat: str, after: int = 0, *, most: int | None = None, by_header: bool = True
) -> list[dict[str, Any]]:
    """The events after a number, read line by line as `curl` shows them; leaves after `most` events."""
    headers = {"Last-Event-ID": str(after)} if by_header else {}
    params = {} if by_header else {"after": after}
    found: list[dict[str, Any]] = []
    event: dict[str, Any] = {}
    with client.stream("GET", f"/v1/chats/{chat}/events", headers=headers, params=params) as answer:
        answer.raise_for_status()
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
    """Says something and waits for the whole answer: the message as it is kept, with its `events`."""
    turn = say(client, chat, text)
    events = [event for event in read_events(client, chat) if event["data"]["turn"] == turn]
    messages = client.get(f"/v1/chats/{chat}").json()["messages"]
    answer: dict[str, Any] = next(one for one in messages if one["turn"] == turn and one["role"] == "assistant")
    return {**answer, "events": events}
