"""Pages are held to the limits too: what is asked for as a page, and what is done on one that is open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jumou.domain.access import Role
from jumou.storage import Accounts, open_database

from .conftest import Server, connected

MOST = 8


@pytest.fixture(scope="module")
def limited(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server that takes eight requests of each user, who may have one page open; with a key of each member's."""
    database = tmp_path_factory.mktemp("limited") / "jumou.db"
    accounts = Accounts(open_database(home, f"sqlite:///{database}"))
    keys = {}
    for user in ("张工", "li", "王工"):
        accounts.set_member("default", user, Role.PLANNER, by="test")
        keys[user] = accounts.create_key("default", user, by="test").key
    more = {"JUMOU_ACCOUNTS": "on", "JUMOU_RATE_USER": f"{MOST}/year", "JUMOU_USER_STREAMS": "1", "JUMOU_WORK": "false"}
    server = Server(home, database, **more)
    server.start()
    yield server, keys
    server.kill()


def logged_in(chromium: Any, server: Server, key: str, language: str) -> Any:
    """A page of a browser that is logged in."""
    answer = httpx.post(f"{server.url}/login", data={"key": key}, headers={"Origin": server.url}, timeout=60)
    assert answer.status_code == 303
    cookies = {**dict(answer.cookies), "jm_language": language}
    context = chromium.new_context()
    context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies.items()])
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page


@pytest.mark.parametrize(
    ("user", "language", "word"), [("张工", "zh", "请求过于频繁"), ("li", "en", "You asked too often")]
)
def test_what_is_done_on_a_page_is_counted_and_refused_in_words(
    chromium: Any, limited: tuple[Server, dict[str, str]], user: str, language: str, word: str
) -> None:
    """First on the page that is open, then for the page that is asked for; the API counts with them."""
    server, keys = limited
    page = logged_in(chromium, server, keys[user], language)
    try:
        page.goto(f"{server.url}/")
        connected(page)
        page.evaluate(f"for (let n = 0; n < {MOST}; n++) window.emitEvent('jm-act', {{ act: 'none' }})")
        page.get_by_text(word).first.wait_for()
        told = httpx.get(f"{server.url}/v1/plans", headers={"Authorization": f"Bearer {keys[user]}"}, timeout=60)
        assert told.status_code == 429
        refused = page.goto(f"{server.url}/")
        assert (refused.status, word in page.locator("#refused").inner_text()) == (429, True)
        assert int(refused.headers["retry-after"]) >= 1
    finally:
        page.context.close()


def test_a_user_has_so_many_pages_open_and_no_more(chromium: Any, limited: tuple[Server, dict[str, str]]) -> None:
    server, keys = limited
    page = logged_in(chromium, server, keys["王工"], "en")
    try:
        page.goto(f"{server.url}/")
        connected(page)
        other = page.context.new_page()
        refused = other.goto(f"{server.url}/corpus")
        assert (refused.status, "open at once" in other.locator("#refused").inner_text()) == (429, True)
        assert page.locator("#main").count() == 1
    finally:
        page.context.close()
