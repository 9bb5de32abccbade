"""Wrong keys and failed logins: an address that brings too many is barred for a while, and nobody else is."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from jumou.api.tries import ACTION
from jumou.domain.access import Role
from jumou.settings import Settings
from jumou.storage import Accounts, AuditLog, open_database

Serve = Callable[..., AbstractContextManager[str]]


class Site(NamedTuple):
    """A server with accounts that bars an address after three failures, and what stands behind it."""

    address: str
    accounts: Accounts
    audit: AuditLog

    def key(self) -> str:
        """A key nobody has used yet."""
        return self.accounts.create_key("default", "zhang", by="test").key

    def asks(self, key: str, came_from: str, path: str = "/v1/me", language: str = "zh") -> httpx.Response:
        """A request with a key; the proxy in front says where it comes from."""
        headers = {"Authorization": f"Bearer {key}", "X-Forwarded-For": came_from, "Accept-Language": language}
        return httpx.get(f"{self.address}{path}", headers=headers, timeout=60)

    def logs_in(self, key: str, came_from: str, language: str = "zh") -> httpx.Response:
        """A login on the page."""
        headers = {"Origin": self.address, "X-Forwarded-For": came_from, "Cookie": f"jm_language={language}"}
        return httpx.post(f"{self.address}/login", data={"key": key}, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def site(home: Path, tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tries")
    more: dict[str, Any] = {"accounts": True, "rate_failed_logins": "3/year", "metrics_key": "figures", "work": False}
    chosen = Settings(home=home, database_url=f"sqlite:///{folder / 'jumou.db'}", drafting_workers=0, **more)
    engine = open_database(folder, chosen.database_url)
    accounts = Accounts(engine)
    accounts.set_member("default", "zhang", Role.ADMIN, by="test")
    with serve(chosen) as address:
        yield Site(address, accounts, AuditLog(engine))
    engine.dispose()


def test_wrong_keys_bar_their_address_and_no_other(site: Site) -> None:
    """429 with when to come again, in both languages; a right key from elsewhere, and one in use here, go on."""
    in_use, unused = site.key(), site.key()
    assert site.asks(in_use, "10.1.0.1").status_code == 200
    assert [site.asks(f"jm_wrong{n}", "10.1.0.1").status_code for n in range(4)] == [401, 401, 401, 429]
    for language, word in (("zh", "登录失败次数过多"), ("en", "Too many failed logins")):
        refused = site.asks(unused, "10.1.0.1", language=language)
        assert refused.status_code == 429
        assert word in refused.json()["title"]
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.headers["Retry-After"] in refused.json()["detail"]
    assert site.asks(in_use, "10.1.0.1").status_code == 200
    assert site.asks(unused, "10.1.0.2").status_code == 200


def test_the_login_page_is_barred_with_words_and_a_session_goes_on(site: Site) -> None:
    begun = site.logs_in(site.key(), "10.2.0.1")
    assert begun.status_code == 303
    assert [site.logs_in("jm_wrong", "10.2.0.1").status_code for _ in range(3)] == [401] * 3
    for language, word in (("zh", "登录失败次数过多"), ("en", "Too many failed logins")):
        refused = site.logs_in(site.key(), "10.2.0.1", language)
        assert (refused.status_code, "set-cookie" in refused.headers) == (429, False)
        assert word in refused.text
        assert int(refused.headers["Retry-After"]) >= 1
    cookie = begun.headers["set-cookie"].partition(";")[0]
    with_session = {"Cookie": cookie, "X-Forwarded-For": "10.2.0.1"}
    assert httpx.get(f"{site.address}/v1/me", headers=with_session, timeout=60).status_code == 200
    assert site.logs_in(site.key(), "10.2.0.2").status_code == 303


def test_an_address_that_is_barred_stands_in_the_audit_stream_once(site: Site) -> None:
    for n in range(6):
        site.asks(f"jm_guess{n}", "10.3.0.1")
    found = [one for one in site.audit.entries() if one.subject == "address:10.3.0.1"]
    assert [one.action for one in found] == [ACTION]
    assert "jm_guess" not in found[0].model_dump_json()


def test_addresses_one_machine_may_choose_from_are_one(site: Site) -> None:
    """A network of 2^64 addresses is given to single machines."""
    tried = [site.asks("jm_wrong", f"2001:db8:5::{n}").status_code for n in range(1, 5)]
    assert tried == [401, 401, 401, 429]
    assert site.asks("jm_wrong", "2001:db8:6::1").status_code == 401


def test_openai_clients_are_told_in_their_form(site: Site) -> None:
    answers = [site.asks("sk-wrong", "10.4.0.1", "/openai/v1/models") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].json()["error"]["code"] == "rate_limit_exceeded"


def test_who_watches_with_the_key_of_the_figures_fails_at_nothing(site: Site) -> None:
    assert [site.asks("figures", "10.5.0.1", "/metrics").status_code for _ in range(5)] == [200] * 5
    assert site.asks("jm_wrong", "10.5.0.1").status_code == 401


def test_without_a_key_nobody_is_barred(site: Site) -> None:
    answers = [
        httpx.get(f"{site.address}/v1/me", headers={"X-Forwarded-For": "10.6.0.1"}, timeout=60) for _ in range(6)
    ]
    assert {answer.status_code for answer in answers} == {401}
