"""Spans over real HTTP: a small collector, a server and a drafting process of its own."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from jumou.testing import ModelServer
from jumou.testing.serving import Serving

pytest.importorskip("opentelemetry.sdk", reason="the extra [telemetry] is not installed")

MARK = "标记词七四三县"


class Collector:
    """Takes what is sent to /v1/traces, as OTLP over HTTP."""

    def __init__(self) -> None:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # noqa: PLC0415

        self.bodies: list[bytes] = []
        self.processes: set[int] = set()
        self.spans: dict[str, Any] = {}
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.bodies.append(body)
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    told = {one.key: one.value.int_value for one in resource.resource.attributes}
                    collector.processes.add(told["process.pid"])
                    for scope in resource.scope_spans:
                        for span in scope.spans:
                            collector.spans[span.span_id.hex()] = span
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def way(self, span: Any) -> list[str]:
        """The names from a span up to the request it belongs to."""
        found = [span.name]
        while (parent := self.spans.get(span.parent_span_id.hex())) is not None:
            span = parent
            found.append(span.name)
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()


def test_a_request_is_followed_to_its_search_and_its_model_calls(
    home: Path, tmp_path: Path, collector: Collector
) -> None:
    """From the caller's own trace, through a drafting process, and with no text in it."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    with ModelServer(lambda _: "好") as model:
        more = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "200", "JUMOU_DRAFTING_WORKERS": "1",
            "JUMOU_LLM": "openai:scripted", "JUMOU_LLM_BASE_URL": model.url, "JUMOU_LOG_LEVEL": "error",
        }  # fmt: skip
        with (
            Serving(home, tmp_path / "jumou.db", more, command=("serve", "--no-pages")) as server,
            httpx.Client(base_url=server.address, timeout=120) as client,
        ):
            client.headers["traceparent"] = f"00-{trace}-b7ad6b7169203331-01"
            body = {"profile": {"name": MARK, "industry": "轴承"}, "drafter": "llm"}
            several = [threading.Thread(target=lambda: client.post("/v1/project-lists", json=body)) for _ in range(2)]
            for one in several:
                one.start()
            for one in several:
                one.join()
            end = time.monotonic() + 60
            while not _workers_ready(client) and time.monotonic() < end:
                time.sleep(0.2)
            assert client.post("/v1/project-lists", json=body).status_code == 200
            assert client.post("/v1/plans", json={**body, "drafter": "rules"}).status_code == 201
            time.sleep(1)
    ways = {tuple(collector.way(span)) for span in collector.spans.values() if span.trace_id.hex() == trace}
    assert ("step projects", "draft project_list", "POST") in ways
    assert any(way[0] == "search" and way[-2:] == ("draft project_list", "POST") for way in ways)
    assert any(way[0] == "model call" and way[-2:] == ("draft project_list", "POST") for way in ways)
    assert ("step implementation", "draft do", "POST") in ways  # by a durable run, whichever process takes it up
    assert len(collector.processes) == 2
    sent = b"".join(collector.bodies)
    for text in (MARK, "保持架", "轴承"):
        assert text.encode() not in sent
    root = next(
        span for span in collector.spans.values() if span.name == "POST" and _route(span) == "/v1/project-lists"
    )
    assert root.parent_span_id.hex() == "b7ad6b7169203331"


def _route(span: Any) -> str:
    return next((str(one.value.string_value) for one in span.attributes if one.key == "http.route"), "")


def _workers_ready(client: httpx.Client) -> bool:
    return bool(client.get("/readyz").json()["workers_ready"])


def test_without_the_extra_the_start_says_what_to_install(tmp_path: Path) -> None:
    """Not silence, and not a trace of Python's."""
    hidden = tmp_path / "opentelemetry"
    hidden.mkdir()
    (hidden / "__init__.py").write_text("raise ImportError('not installed')")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from jumou import tracing\nfrom jumou.errors import MissingExtra\n"
        "try:\n    tracing.start()\nexcept MissingExtra as error:\n    print(error.message('en'))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True,
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
    )  # fmt: skip
    assert "jumou[telemetry]" in told.stdout
