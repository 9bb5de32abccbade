"""A real browser in front of a real server: `jumou serve` on a free port, the shared index, a database of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Server:
    """`jumou serve`, which can be killed and started again on the same port and database."""

    def __init__(self, home: Path, database: Path, **more: str) -> None:
        """`more` are further variables of its environment. Its log, at debug level, stands beside the database."""
        self.log = database.with_suffix(".log")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ, "JUMOU_HOME": str(home), "JUMOU_DATABASE_URL": f"sqlite:///{database}",
            "JUMOU_DRAFTING_WORKERS": "0", "JUMOU_LANGUAGE": "zh", "JUMOU_LOG_LEVEL": "debug", **more,
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once everything is open."""
        command = [sys.executable, "-m", "jumou.cli.main", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        end = time.monotonic() + 240
        while time.monotonic() < end:
            try:
                asked = [httpx.get(f"{self.url}{path}", timeout=5).status_code for path in ("/readyz", "/")]
                if asked[0] == 200 and asked[1] < 500:  # a page may be for people who are logged in
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise TimeoutError("jumou serve did not become ready")

    def kill(self) -> None:
        """As a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def connected(page: Any) -> None:
    """Waits until the page's socket is open."""
    page.locator("#main").first.wait_for()
    page.wait_for_function("window.did_handshake && window.socket?.connected")


@pytest.fixture(scope="session")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server all tests share, over a copy of the home: they add documents."""
    own = tmp_path_factory.mktemp("web")
    shutil.copytree(home, own / "home")
    started = Server(own / "home", own / "jumou.db")
    started.start()
    yield started
    started.kill()


@pytest.fixture(scope="module")  # while it is open a loop runs in this thread, which other tests need for themselves
def chromium() -> Iterator[Any]:
    """The browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: no browser to look with")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def visit(chromium: Any, server: Server) -> Iterator[Callable[..., Any]]:
    """Opens a page as somebody, in a browser context of their own; errors of the page, and what its security policy had to stop, fail the test."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_page(
        path: str,
        *,
        name: str = "张工",
        language: str = "zh",
        dark: bool = False,
        width: int = 1280,
        zone: str = "Asia/Shanghai",
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, accept_downloads=True, timezone_id=zone
        )
        contexts.append(context)
        chosen = {"jm_name": quote(name), "jm_language": language, "jm_dark": "1" if dark else "0"}
        context.add_cookies([{"name": key, "value": value, "url": server.url} for key, value in chosen.items()])
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda told: errors.append(told.text) if "Security Policy" in told.text else None)
        page.goto(server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def plan(server: Server) -> dict[str, Any]:
    """A small plan of one's own."""
    answer = httpx.post(f"{server.url}/v1/plans", json={"profile": PROFILE, "created_by": "安工"}, timeout=120)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body
