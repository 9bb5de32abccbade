"""The embeddings endpoint, against a real server on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from jumou.corpus.fulltext import FullText
from jumou.errors import InvalidRequest, ServiceUnavailable
from jumou.retrieval import Encoder, Library, load_encoder
from jumou.testing import BagEncoder


class Endpoint(ThreadingHTTPServer):
    """An OpenAI-compatible endpoint; `busy` answers are refused first, `spoiled` ones hold nonsense."""

    busy = 0
    spoiled = ""
    calls = 0


class Answers(BaseHTTPRequestHandler):
    """Vectors of a bag encoder, given out of order as the protocol allows."""

    server: Endpoint

    def do_POST(self) -> None:
        """Answers one request."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls += 1
        if self.headers.get("Authorization") != "Bearer secret" or body["model"] != "bag":
            return self.answer(401, {"error": {"message": "bad key"}})
        if self.server.busy:
            self.server.busy -= 1
            return self.answer(429, {"error": "busy"})
        vectors = BagEncoder(16).passages(body["input"])
        rows = [{"index": n, "embedding": (3 * row).tolist()} for n, row in enumerate(vectors)]
        if self.server.spoiled == "short":
            rows = rows[1:]
        if self.server.spoiled == "empty":
            return self.answer(200, {})
        return self.answer(200, {"data": rows[::-1], "model": "bag"})

    def answer(self, status: int, content: object) -> None:
        """Sends JSON."""
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def encoder_at(endpoint: Endpoint, key: str = "secret", model: str = "bag", dimension: int | None = None) -> Encoder:
    url = f"http://127.0.0.1:{endpoint.server_address[1]}/v1/"
    return load_encoder(f"openai:{model}", home=Path(), base_url=url, api_key=key, dimension=dimension)


def test_vectors_come_in_the_order_of_the_texts_and_with_unit_length(endpoint: Endpoint) -> None:
    texts = [f"第{n}条 轴承" for n in range(150)]
    encoder = encoder_at(endpoint)
    assert np.allclose(encoder.passages(texts), BagEncoder(16).passages(texts), atol=1e-5)
    assert encoder.dimension == 16
    assert encoder.queries([]).shape == (0, 16)


def test_a_library_is_built_and_searched_with_it(endpoint: Endpoint, tmp_path: Path, texts: list[FullText]) -> None:
    with Library.build(tmp_path, encoder=encoder_at(endpoint), documents=texts, corpus="1") as library:
        assert library.search("瓦房店轴承")[0].document.id == "bearing"
        assert library.encoder_name == "openai:bag"


def test_a_busy_service_is_asked_again(endpoint: Endpoint) -> None:
    endpoint.busy = 2
    assert encoder_at(endpoint).queries(["轴承"]).shape == (1, 16)
    assert endpoint.calls == 3


def test_a_service_that_stays_busy_is_unavailable(endpoint: Endpoint) -> None:
    endpoint.busy = 99
    with pytest.raises(ServiceUnavailable) as refused:
        encoder_at(endpoint).queries(["轴承"])
    assert "HTTP 429" in str(refused.value)


def test_a_refused_key_is_the_callers_to_mend_and_not_asked_again(endpoint: Endpoint) -> None:
    with pytest.raises(InvalidRequest) as refused:
        encoder_at(endpoint, key="wrong").queries(["轴承"])
    assert "JUMOU_EMBEDDINGS_API_KEY" in refused.value.message("zh")
    assert "secret" not in str(refused.value)
    assert endpoint.calls == 1


@pytest.mark.parametrize("spoiled", ["short", "empty"])
def test_an_answer_of_another_shape_is_not_taken(endpoint: Endpoint, spoiled: str) -> None:
    endpoint.spoiled = spoiled
    with pytest.raises(ServiceUnavailable):
        encoder_at(endpoint).queries(["轴承", "铸件"])


def test_vectors_of_another_length_than_promised_are_not_taken(endpoint: Endpoint) -> None:
    with pytest.raises(ServiceUnavailable):
        encoder_at(endpoint, dimension=1024).queries(["轴承"])


def test_an_endpoint_without_address_is_refused_at_once() -> None:
    with pytest.raises(InvalidRequest) as refused:
        load_encoder("openai:bge-m3", home=Path())
    assert "JUMOU_EMBEDDINGS_BASE_URL" in refused.value.message("en")
