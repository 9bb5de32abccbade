"""OpenAI's own client is told of every refusal in its own form, whatever refuses."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import openai
import pytest

from jumou.domain.access import Role
from jumou.settings import Settings
from jumou.storage import Accounts, open_database

Serve = Callable[..., AbstractContextManager[str]]
Clients = Callable[..., openai.OpenAI]


@pytest.fixture(scope="module")
def clients(home: Path, tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Clients]:
    """Makes clients, with a key of each member's, of a server with accounts, 9 requests and bodies of 20 kB."""
    folder = tmp_path_factory.mktemp("errors")
    chosen = Settings(
        home=home, database_url=f"sqlite:///{folder / 'jumou.db'}", drafting_workers=0, accounts=True,
        rate_user="9/year", most_upload_bytes=20_000, work=False,
    )  # fmt: skip
    accounts = Accounts(open_database(folder, chosen.database_url))
    keys = {}
    for user, role in (
        ("often-zh", Role.PLANNER),
        ("often-en", Role.PLANNER),
        ("seldom", Role.PLANNER),
        ("reads", Role.VIEWER),
    ):
        accounts.set_member("default", user, role, by="test")
        keys[user] = accounts.create_key("default", user, by="test").key
    made: list[openai.OpenAI] = []
    with serve(chosen) as address:

        def client(user: str, language: str = "zh") -> openai.OpenAI:
            header = {"Accept-Language": language}
            base, key = f"{address}/openai/v1", keys.get(user, user)
            made.append(openai.OpenAI(base_url=base, api_key=key, max_retries=0, default_headers=header))
            return made[-1]

        yield client
        for one in made:
            one.close()


@pytest.mark.parametrize(("language", "word"), [("zh", "频繁"), ("en", "too often")])
def test_who_asks_too_often_gets_a_rate_limit_error(clients: Clients, language: str, word: str) -> None:
    gpt = clients(f"often-{language}", language)
    for _ in range(9):
        gpt.models.list()
    with pytest.raises(openai.RateLimitError) as refused:
        gpt.models.list()
    assert (refused.value.type, refused.value.code) == ("rate_limit_error", "rate_limit_exceeded")
    assert word in refused.value.message
    assert int(refused.value.response.headers["Retry-After"]) >= 1
    assert refused.value.response.headers["content-type"] == "application/json"


def test_a_wrong_key_is_an_authentication_error(clients: Clients) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        clients("jm_wrong", "en").models.list()
    assert (refused.value.type, refused.value.code) == ("authentication_error", "invalid_api_key")
    assert refused.value.response.headers["WWW-Authenticate"] == 'Bearer realm="jumou"'
    assert "Bearer" in refused.value.message


def test_a_key_that_may_only_read_is_a_permission_error(clients: Clients) -> None:
    with pytest.raises(openai.PermissionDeniedError) as refused:
        clients("reads").chat.completions.create(model="jumou", messages=[{"role": "user", "content": "你好"}])
    assert refused.value.code == "insufficient_permissions"


def test_other_refusals_have_the_form_too(clients: Clients) -> None:
    """A body that is too large, a path there is not, a method that is not offered, a page of somebody else's."""
    gpt = clients("seldom")
    with pytest.raises(openai.APIStatusError) as large:
        gpt.chat.completions.create(model="jumou", messages=[{"role": "user", "content": "长" * 20_000}])
    assert (large.value.status_code, large.value.type) == (413, "invalid_request_error")
    with pytest.raises(openai.NotFoundError) as missing:
        gpt.embeddings.create(model="jumou", input="x")
    assert missing.value.code == "unknown_url"
    with pytest.raises(openai.NotFoundError) as no_model:
        gpt.models.retrieve("gpt-4")
    assert (no_model.value.code, no_model.value.param) == ("model_not_found", "model")
    refusals: list[tuple[int, Any]] = [(405, lambda: gpt.delete("/models", cast_to=object))]
    foreign: Any = {"headers": {"Origin": "https://evil.example"}}
    refusals.append((403, lambda: gpt.get("/models", cast_to=object, options=foreign)))
    for status, ask in refusals:
        with pytest.raises(openai.APIStatusError) as refused:
            ask()
        assert refused.value.status_code == status
        assert refused.value.type
        assert refused.value.message
