import contextlib
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from jumou.settings import Settings

Serve = Callable[..., AbstractContextManager[str]]


class Gate:
    """A port in front of the database server that can be shut and opened: the server away, and back."""

    def __init__(self, target: str) -> None:
        self._target = target  # a Unix socket
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._listening: socket.socket | None = None
        self._open: list[socket.socket] = []

    def open(self) -> None:
        """What comes in gets through."""
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind(("127.0.0.1", self.port))
        self._listening.listen()
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def shut(self) -> None:
        """Nothing new gets through, and what is connected is cut."""
        if self._listening is not None:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                caller, _ = listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            self._open += [caller, server]
            for one, other in ((caller, server), (server, caller)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := one.recv(65536):
            other.sendall(part)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def gate(postgres: Any) -> Iterator[tuple[Gate, str]]:
    """A gate, and the address of an empty database behind it."""
    name = f"test_{uuid.uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    address = urlsplit(postgres.get_uri(name))
    folder = parse_qs(address.query)["host"][0]
    made = Gate(f"{folder}/.s.PGSQL.5432")
    yield made, f"postgresql://postgres@127.0.0.1:{made.port}/{name}"
    made.shut()


def ready(address: str) -> tuple[int, dict[str, Any]]:
    answer = httpx.get(f"{address}/readyz", params={"language": "en"}, timeout=10)
    return answer.status_code, answer.json()


def waited(address: str, status: int, seconds: float = 20) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, body = ready(address)
        if found == status:
            return body
        time.sleep(0.1)
    raise TimeoutError(f"/readyz never answered {status}: {body}")


def test_a_database_that_is_away_is_said_and_waited_for(home: Path, gate: tuple[Gate, str], serve: Serve) -> None:
    """Away at the start, there, away in the middle, there again: no restart, and /readyz says each time what is missing."""
    door, url = gate
    with serve(Settings(home=home, database_url=url, drafting_workers=0), until=503) as address:
        body = waited(address, 503)
        while body["status"] == "preparing":
            time.sleep(0.1)
            body = ready(address)[1]
        assert body["status"] == "failed"
        assert [part["ok"] for part in body["parts"] if part["name"] == "database"] == [False]
        assert "database does not answer" in body["message"]
        assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
        assert httpx.get(f"{address}/v1/plans", timeout=60).status_code == 503
        door.open()
        assert waited(address, 200)["status"] == "ready"
        assert httpx.get(f"{address}/v1/plans", timeout=60).status_code == 200
        door.shut()
        body = waited(address, 503)
        assert body["status"] == "away"
        assert "goes on by itself" in body["message"]
        door.open()
        waited(address, 200)
        assert httpx.get(f"{address}/v1/plans", timeout=60).status_code == 200


def test_a_vector_server_that_is_away_is_said(home: Path, tmp_path: Path, serve: Serve) -> None:
    """Beside what else is missing: each part has its line."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    database = f"sqlite:///{tmp_path / 'jumou.db'}"
    settings = Settings(home=home, database_url=database, chroma_url=nobody, drafting_workers=0)
    with serve(settings, until=503) as address:
        while not (parts := {part["name"]: part for part in ready(address)[1]["parts"]})["database"]["ok"]:
            time.sleep(0.1)
        assert (parts["database"]["ok"], parts["chroma"]["ok"]) == (True, False)
        assert "vector server does not answer" in parts["chroma"]["message"]


def test_a_home_folder_that_cannot_be_made_is_said(tmp_path: Path, serve: Serve) -> None:
    """With what is wrong, and tried again without a restart."""
    (tmp_path / "file").write_text("no folder")
    with serve(Settings(home=tmp_path / "file" / "home", drafting_workers=0), until=503) as address:
        end = time.monotonic() + 10
        while (body := ready(address)[1])["status"] == "preparing" and time.monotonic() < end:
            time.sleep(0.05)
        assert (body["status"], str(tmp_path / "file") in body["message"]) == ("failed", True)
