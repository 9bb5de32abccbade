"""A model behind a scripted server, reached over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from jumou.llm import LangchainEndpoint, LanguageModel
from jumou.testing import ModelServer

Asked = tuple[LanguageModel, ModelServer]


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Callable[..., Asked]]:
    """Makes a model and its server; what is given goes to the server, or to the model where it is the model's."""
    with ExitStack() as stack:

        def make(script: Any, *, timeout: float = 5.0, retries: int = 2, concurrency: int = 8, **given: Any) -> Asked:
            mine = {name: given.pop(name) for name in ("budget", "limits", "spending") if name in given}
            server = stack.enter_context(ModelServer(script, **given))
            endpoint = LangchainEndpoint("openai:scripted", base_url=server.url, api_key="secret-key", timeout=timeout)
            return LanguageModel(endpoint, tmp_path, concurrency=concurrency, retries=retries, **mine), server

        yield make
