"""`jumou serve` in a process of its own, over the shared index."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from jumou.testing import ModelServer
from jumou.testing.good_answers import good_answers
from jumou.testing.serving import Serving


@pytest.fixture(scope="session")
def serving(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server without a model."""
    with Serving(home, tmp_path_factory.mktemp("chat") / "jumou.db") as made:
        yield made


@pytest.fixture
def client(serving: Serving) -> Iterator[httpx.Client]:
    """A client of it."""
    with serving.client() as opened:
        yield opened


@pytest.fixture(scope="session")
def model() -> Iterator[ModelServer]:
    """A language model's server that every test gives its script."""
    with ModelServer(good_answers) as made:
        yield made


@pytest.fixture(scope="session")
def with_model(home: Path, model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with that model."""
    settings = {
        "JUMOU_LLM": "openai:scripted",
        "JUMOU_LLM_BASE_URL": model.url,
        "JUMOU_LLM_RETRIES": "0",
        "JUMOU_LLM_TIMEOUT": "3",
    }
    with Serving(home, tmp_path_factory.mktemp("model") / "jumou.db", settings) as made:
        yield made


@pytest.fixture
def speaks(with_model: Serving, model: ModelServer) -> Iterator[tuple[httpx.Client, ModelServer]]:
    """A client, and the model with its knobs as they were."""
    with with_model.client() as opened:
        yield opened, model
    model.script, model.faults, model.latency, model.pace = good_answers, lambda _: "", 0.0, 0.0
    model.requests.clear()
