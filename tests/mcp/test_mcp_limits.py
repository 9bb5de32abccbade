"""`jumou mcp --http` is held to the limits of requests, as the API is."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from jumou.cli.mcp import over_http
from jumou.compose import Jumou
from jumou.domain.access import Role
from jumou.settings import Settings
from jumou.storage import Accounts

LISTED = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.mark.parametrize(("language", "word"), [("zh", "事件流"), ("en", "no event stream")])
def test_nobody_holds_a_stream_open(tmp_path: Path, language: str, word: str) -> None:
    """Calls are answered whole; a client that asks for a stream goes on without one, as the protocol has it."""
    headers = {"Accept": "application/json, text/event-stream", "Accept-Language": language}
    app = over_http(Jumou(Settings(home=tmp_path)), "127.0.0.1")
    with TestClient(app, base_url="http://127.0.0.1:8001", headers=headers) as client:
        asked, called = client.get("/mcp"), client.post("/mcp", json=LISTED)
    assert (asked.status_code, asked.headers["Allow"]) == (405, "POST")
    assert word in asked.json()["title"]
    assert called.headers["Content-Type"] == "application/json"
    assert called.json()["result"]["tools"]


@pytest.mark.parametrize(("language", "word"), [("zh", "频繁"), ("en", "too often")])
def test_who_asks_tools_too_often_is_told_when_to_come_again(tmp_path: Path, language: str, word: str) -> None:
    jumou = Jumou(Settings(home=tmp_path, rate_user="2/year"))
    headers = {"Accept": "application/json, text/event-stream", "Accept-Language": language}
    with TestClient(over_http(jumou, "127.0.0.1"), base_url="http://127.0.0.1:8001", headers=headers) as client:
        answers = [client.post("/mcp", json=LISTED) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert '"search"' in answers[0].text
    assert word in answers[-1].json()["title"]
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_a_users_requests_are_counted_wherever_they_arrive(tmp_path: Path) -> None:
    """By key, and together for the workspace; a wrong key is tried three times."""
    jumou = Jumou(Settings(home=tmp_path, accounts=True, rate_workspace="3/year", rate_failed_logins="3/year"))
    accounts = Accounts(jumou.database)
    keys = []
    for user in ("zhang", "li"):
        accounts.set_member("default", user, Role.PLANNER, by="test")
        keys.append(accounts.create_key("default", user, by="test").key)
    with TestClient(over_http(jumou, "127.0.0.1"), base_url="http://127.0.0.1:8001") as client:

        def ask(key: str) -> int:
            headers = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {key}"}
            return client.post("/mcp", json=LISTED, headers=headers).status_code

        assert [ask(keys[0]), ask(keys[1]), ask(keys[0]), ask(keys[1])] == [200, 200, 200, 429]
        assert [ask(f"jm_wrong{n}") for n in range(4)] == [401, 401, 401, 429]
