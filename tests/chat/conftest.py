"""`jumou serve` in a process of its own, over the shared index."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

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
