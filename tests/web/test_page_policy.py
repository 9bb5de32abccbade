"""What the policy of the pages stops in a real browser, and who may open the connection behind them."""

import base64
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx


def upgraded(port: int, origin: str | None) -> str:
    """The status line of a websocket handshake with the pages."""
    lines = [
        "GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", *([f"Origin: {origin}"] if origin else []),
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), timeout=20) as opened:
        opened.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return opened.recv(200).decode("latin-1").split("\r\n")[0]


def test_only_our_own_pages_open_the_connection_behind_them(server: Any) -> None:
    assert " 101 " in upgraded(server.port, server.url)
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        assert " 403 " in upgraded(server.port, origin)
        polled = httpx.get(
            f"{server.url}/_nicegui_ws/socket.io/?EIO=4&transport=polling", headers={"Origin": origin}, timeout=20
        )
        assert polled.status_code == 403
        assert "access-control-allow-origin" not in polled.headers
    assert httpx.get(server.url, headers={"Host": "rebound.example"}, timeout=20).status_code == 421


def test_markup_that_got_into_a_page_runs_nothing_and_reaches_nobody(server: Any, chromium: Any) -> None:
    with socket.socket() as canary:
        canary.bind(("127.0.0.1", 0))
        canary.listen()
        canary.settimeout(1)
        away = f"http://127.0.0.1:{canary.getsockname()[1]}"
        context = chromium.new_context()
        try:
            page = context.new_page()
            page.goto(server.url)
            page.wait_for_selector("#main")
            stopped = page.evaluate(
                """async (away) => {
                const stopped = [];
                document.addEventListener("securitypolicyviolation", (it) => stopped.push(it.effectiveDirective));
                const box = document.createElement("div");
                box.innerHTML = `<img src="x:" onerror="window.ran=1"><svg onload="window.ran=1"></svg><iframe src="${away}/frame"></iframe>
                  <img src="${away}/pixel"><object data="${away}/object"></object><a id="evil" href="javascript:window.ran=1">x</a>`;
                document.body.append(box);
                const script = document.createElement("script");
                script.textContent = "window.ran=1";
                document.body.append(script);
                document.querySelector("#evil").click();
                await fetch(`${away}/fetch`).catch(() => 0);
                await new Promise((done) => setTimeout(done, 500));
                return stopped;
                }""",
                away,
            )
            assert page.evaluate("window.ran") is None
            assert {"script-src-attr", "script-src-elem", "img-src", "connect-src", "frame-src"} <= set(stopped)
        finally:
            context.close()
        with suppress(TimeoutError):
            came, _ = canary.accept()
            came.settimeout(1)
            assert came.recv(100) == b""  # chromium may knock before it asks its policy; it says nothing


def test_hostile_files_dropped_on_the_page_end_in_words(visit: Callable[..., Any], server: Any) -> None:
    """The good one among them is in; names are shown as names."""
    page = visit("/corpus")
    files = {
        "好文件.md": "# 轴承园区办法\n\n支持保持架企业进园区。\n".encode(), "<img src=x onerror=alert(1)>.txt": "产业集群的第二份文件。".encode(),
        "=cmd|calc.csv": b"a,b\n=1,2\n", "bomb.docx": b"PK\x03\x04" + b"\x00" * 500, "deep.html": b"<div>" * 20_000, "locked.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 900,
        "self.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>",
    }  # fmt: skip
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files.items()]
    )
    page.get_by_text("轴承园区办法").first.wait_for()
    told = page.locator("body").inner_text()
    for name in ("bomb.docx", "deep.html", "locked.xlsx", "self.pdf"):
        assert name in told
    assert "onerror" not in page.evaluate("[...document.querySelectorAll('img')].map((it) => it.outerHTML).join()")
    assert httpx.get(f"{server.url}/healthz", timeout=20).status_code == 200
