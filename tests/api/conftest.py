"""The application over real HTTP: uvicorn on a free port, the shared index, a database of its own."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from jumou.api.app import create_app
from jumou.api.patience import patient_protocol
from jumou.settings import Settings
from jumou.testing.serving import Serving

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}


@contextmanager
def running(chosen: Settings, *, until: int = 200) -> Iterator[str]:
    """A server with these settings in a thread of this process; its address once /readyz answers with the status `until`."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(chosen), log_config=None, access_log=False, http=patient_protocol(chosen.body_seconds)
        )
    )
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    found = f"http://127.0.0.1:{listening.getsockname()[1]}"
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            if httpx.get(f"{found}/readyz", timeout=60).status_code == until:
                break
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    try:
        yield found
    finally:
        server.should_exit = True
        thread.join(20)


Serve = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Starts a server of one's own: a context manager over settings that gives the address."""
    return running


@pytest.fixture(scope="session")
def address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server listens; its index is open. In a process of its own: there is one durable engine a process."""
    database = tmp_path_factory.mktemp("api") / "jumou.db"
    with Serving(home, database, {"JUMOU_MOST_UPLOAD_BYTES": "2000000"}, ("serve", "--no-pages")) as server:
        yield server.address


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    """A client of the server."""
    with httpx.Client(base_url=address, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="session")
def kept(address: str) -> dict[str, Any]:
    """A plan that is kept, as the server answered when it made it."""
    answer = httpx.post(f"{address}/v1/plans", json={"profile": PROFILE, "created_by": "安工"}, timeout=120)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def plan(client: httpx.Client) -> dict[str, Any]:
    """A plan of one's own, to change."""
    answer = client.post("/v1/plans", json={"profile": PROFILE})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body
