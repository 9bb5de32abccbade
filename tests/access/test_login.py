"""Logging in to the pages: with a key, and through an identity provider that speaks OpenID Connect over real HTTP."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

from jumou.api.identity import Door
from jumou.compose import Jumou
from jumou.domain.access import Role
from jumou.errors import NotSignedIn
from jumou.settings import Settings
from jumou.storage import Accounts, Sessions, open_database
from jumou.testing.serving import Serving

CLIENT, SECRET = "jumou", "s3cret"


@dataclass
class Provider:
    """A small identity provider. `claims` are those of whoever logs in next; `spoil` changes the ID token before it is signed."""

    claims: dict[str, Any] = field(default_factory=dict)
    spoil: dict[str, Any] = field(default_factory=dict)
    signs_with: RSAKey | None = None
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    address: str = ""

    def token(self, asked: dict[str, str]) -> str:
        """The ID token of a login."""
        at = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": asked["nonce"], **self.claims, **self.spoil,
        }  # fmt: skip
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signs_with or self.key)

    def answer(self, method: str, path: str, query: dict[str, str], form: dict[str, str]) -> tuple[int, Any, str]:
        """Status, JSON, and where to be sent on."""
        match path:
            case "/.well-known/openid-configuration":
                return 200, {
                    "issuer": self.address, "authorization_endpoint": f"{self.address}/authorize",
                    "token_endpoint": f"{self.address}/token", "jwks_uri": f"{self.address}/jwks",
                }, ""  # fmt: skip
            case "/jwks":
                return 200, {"keys": [self.key.as_dict(private=False)]}, ""
            case "/authorize":
                code = secrets.token_urlsafe(8)
                self.codes[code] = query
                assert query["code_challenge_method"] == "S256"
                return 302, {}, f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
            case "/token":
                asked = self.codes.pop(form.get("code", ""), None)
                if asked is None or create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]:
                    return 400, {"error": "invalid_grant"}, ""
                return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked)}, ""
        return 404, {"method": method}, ""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """The provider, listening."""
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            self.respond({})

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"])).decode()
            self.respond({name: values[0] for name, values in parse_qs(content).items()})

        def respond(self, form: dict[str, str]) -> None:
            split = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(split.query).items()}
            status, content, onwards = made.answer(self.command, split.path, query, form)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if onwards:
                self.send_header("Location", onwards)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()


@dataclass
class Site:
    """The service, and its accounts."""

    address: str
    accounts: Accounts
    sessions: Sessions

    def browser(self) -> httpx.Client:
        """A browser without cookies."""
        return httpx.Client(base_url=self.address, timeout=60, headers={"Accept": "text/html"})

    def me(self, browser: httpx.Client) -> Any:
        """Who the service thinks the browser is."""
        answer = browser.get("/v1/me")
        return answer.json() if answer.status_code == 200 else answer.status_code


@pytest.fixture(scope="module")
def site(home: Path, provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database = tmp_path_factory.mktemp("login") / "jumou.db"
    engine = open_database(home, f"sqlite:///{database}")
    accounts = Accounts(engine)
    accounts.create_workspace("yi", "乙局", by="test")
    accounts.set_member("default", "张工", Role.REVIEWER, by="test")
    more = {
        "JUMOU_ACCOUNTS": "on", "JUMOU_OIDC_ISSUER": provider.address, "JUMOU_OIDC_CLIENT_ID": CLIENT,
        "JUMOU_OIDC_CLIENT_SECRET": SECRET, "JUMOU_OIDC_ROLES": "局=default:planner,处长=default:reviewer,乙=yi:viewer",
        "JUMOU_RATE_FAILED_LOGINS": "1000/minute",
    }  # fmt: skip
    with Serving(home, database, more, ("serve", "--no-pages"), "/healthz") as serving:
        end = time.monotonic() + 60
        while httpx.get(f"{serving.address}/v1/me", timeout=60).status_code == 503 and time.monotonic() < end:
            time.sleep(0.05)
        yield Site(serving.address, accounts, Sessions(engine))
    engine.dispose()


@pytest.fixture(autouse=True)
def honest(provider: Provider) -> None:
    """The provider says who 李工 is, and is honest about it."""
    provider.claims = {"sub": "42", "preferred_username": "李工", "groups": ["局"]}
    provider.spoil, provider.signs_with = {}, None


def through(browser: httpx.Client, back: str = "/") -> httpx.Response:
    """Follows the browser to the provider and back."""
    begun = browser.get("/login/oidc", params={"next": back})
    assert begun.status_code == 303, begun.text
    sent_on = httpx.get(begun.headers["location"], timeout=60)
    return browser.get(sent_on.headers["location"])


def test_a_page_sends_strangers_to_log_in_and_back(site: Site) -> None:
    with site.browser() as browser:
        answer = browser.get("/login", params={"next": "/plans/x"})
        assert 'value="/plans/x"' in answer.text
        assert "统一身份认证" in answer.text
        assert "script" not in answer.text


def test_a_key_begins_a_session_that_reaches_as_far_as_the_key(site: Site) -> None:
    key = site.accounts.create_key("default", "张工", by="test", scopes=("read",)).key
    with site.browser() as browser:
        answer = browser.post("/login", data={"key": key, "next": "/corpus"}, headers={"Origin": site.address})
        assert (answer.status_code, answer.headers["location"]) == (303, "/corpus")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert key not in cookie
        assert site.me(browser)["principal"]["scopes"] == ["read"]
        assert browser.post("/v1/chats", json={}, headers={"Origin": site.address}).status_code == 403


def test_a_wrong_key_does_not(site: Site) -> None:
    with site.browser() as browser:
        answer = browser.post("/login", data={"key": "jm_wrong"}, headers={"Origin": site.address})
        assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
        assert "密钥无效" in answer.text


def test_the_provider_says_who_somebody_is_and_groups_what_they_may(site: Site) -> None:
    with site.browser() as browser:
        assert through(browser, "/plans/p1").headers["location"] == "/plans/p1"
        me = site.me(browser)
        assert (me["principal"]["user"], me["principal"]["role"], me["principal"]["via"]) == (
            "李工",
            "planner",
            "session",
        )
        assert [one["source"] for one in me["workspaces"]] == ["groups"]


def test_roles_follow_the_groups_at_the_next_login(site: Site, provider: Provider) -> None:
    provider.claims = {"sub": "7", "preferred_username": "王工", "groups": ["处长", "乙", "局"]}
    with site.browser() as browser:
        through(browser)
        assert {(one["workspace"], one["role"]) for one in site.me(browser)["workspaces"]} == {
            ("default", "reviewer"), ("yi", "viewer"),
        }  # fmt: skip
        provider.claims["groups"] = ["乙"]
        through(browser)
        assert [one["workspace"] for one in site.me(browser)["workspaces"]] == ["yi"]


def test_a_role_an_admin_gave_is_not_taken_by_groups(site: Site, provider: Provider) -> None:
    provider.claims = {"sub": "1", "preferred_username": "张工", "groups": ["局"]}
    with site.browser() as browser:
        through(browser)
        assert site.me(browser)["principal"]["role"] == "reviewer"


def test_somebody_in_two_workspaces_turns_from_one_to_the_other(site: Site, provider: Provider) -> None:
    provider.claims = {"sub": "9", "preferred_username": "赵工", "groups": ["局", "乙"]}
    with site.browser() as browser:
        through(browser)
        assert site.me(browser)["principal"]["workspace"] == "default"
        origin = {"Origin": site.address}
        assert browser.post("/session", data={"workspace": "yi"}, headers=origin).status_code == 303
        assert site.me(browser)["principal"] | {} == site.me(browser)["principal"]
        assert (site.me(browser)["principal"]["workspace"], site.me(browser)["principal"]["role"]) == ("yi", "viewer")
        assert browser.post("/session", data={"workspace": "none"}, headers=origin).status_code == 404


@pytest.mark.parametrize(
    "spoil",
    [
        {"iss": "http://elsewhere"}, {"aud": "another"}, {"nonce": "x"}, {"exp": 1}, {"sub": None}, {"preferred_username": ""},
        {"aud": [CLIENT, "another"]},
    ],
    ids=lambda spoil: next(iter(spoil)) + str(len(str(spoil))),
)  # fmt: skip
def test_a_token_that_does_not_hold_opens_nothing(site: Site, provider: Provider, spoil: dict[str, Any]) -> None:
    provider.spoil = spoil
    with site.browser() as browser:
        answer = through(browser)
        assert (answer.status_code, "jm_session" in answer.headers.get("set-cookie", "")) == (401, False)
        assert site.me(browser) == 401


def test_a_token_that_somebody_else_signed_opens_nothing(site: Site, provider: Provider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "k1"})
    with site.browser() as browser:
        assert through(browser).status_code == 401


def test_a_login_that_began_in_another_browser_is_refused(site: Site) -> None:
    with site.browser() as victim, site.browser() as attacker:
        begun = attacker.get("/login/oidc")
        sent_on = httpx.get(begun.headers["location"], timeout=60)
        assert victim.get(sent_on.headers["location"]).status_code == 401
        victim.get("/login/oidc")  # one of its own is under way: the state still tells them apart
        assert victim.get(sent_on.headers["location"]).status_code == 401


def test_too_many_failed_callbacks_bar_their_address(home: Path, provider: Provider, tmp_path: Path) -> None:
    more = {
        "JUMOU_ACCOUNTS": "on", "JUMOU_OIDC_ISSUER": provider.address, "JUMOU_OIDC_CLIENT_ID": CLIENT,
        "JUMOU_OIDC_CLIENT_SECRET": SECRET, "JUMOU_RATE_FAILED_LOGINS": "2/minute",
    }  # fmt: skip
    forged = "/login/oidc/callback?state=s&code=c"
    with Serving(home, tmp_path / "jumou.db", more, ("serve", "--no-pages")) as serving, serving.client() as browser:
        assert [browser.get(forged).status_code for _ in range(3)] == [401, 401, 429]
        barred = browser.get(forged)
        assert 0 < int(barred.headers["Retry-After"]) <= 60
        assert "登录失败次数过多" in barred.text


def test_a_name_that_belongs_to_another_account_is_refused(site: Site, provider: Provider) -> None:
    with site.browser() as browser:
        through(browser)
        provider.claims = {"sub": "43", "preferred_username": "李工", "groups": ["局"]}
        answer = through(browser)
        assert answer.status_code == 401
        assert "已属于另一账号" in answer.text


def test_somebody_of_no_workspace_is_told_so(site: Site, provider: Provider) -> None:
    provider.claims = {"sub": "99", "preferred_username": "陌生人", "groups": ["其他"]}
    with site.browser() as browser:
        answer = through(browser)
        assert (answer.status_code, "尚未加入任何工作区" in answer.text) == (401, True)


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/login?next=/x", "javascript:x"])  # fmt: skip
def test_nobody_is_led_elsewhere_after_logging_in(site: Site, back: str) -> None:
    with site.browser() as browser:
        assert through(browser, back).headers["location"] == "/"


def test_logging_out_ends_the_session_on_the_server(site: Site) -> None:
    with site.browser() as browser:
        through(browser)
        kept = dict(browser.cookies)
        assert browser.post("/logout", headers={"Origin": site.address}).headers["location"] == "/login"
        assert site.me(browser) == 401
        assert httpx.get(f"{site.address}/v1/me", cookies=kept, timeout=60).status_code == 401


def test_a_session_ends_by_itself_and_a_forged_cookie_never_begins_one(site: Site) -> None:
    number = site.sessions.begin_session("张工", hours=0.0001)
    time.sleep(0.5)
    assert site.sessions.find_session(number) is None
    for forged in (number, f"{number}.x.y", "jm"):
        answer = httpx.get(f"{site.address}/v1/me", cookies={"jm_session": forged}, timeout=60)
        assert answer.status_code == 401


def test_what_changes_something_by_cookie_has_to_come_from_our_own_page(site: Site) -> None:
    """A key needs no origin: no browser sends it by itself."""
    with site.browser() as browser:
        through(browser)
        assert browser.post("/v1/chats", json={}).status_code == 403
        assert browser.post("/v1/chats", json={}, headers={"Origin": "https://evil.example"}).status_code == 403
        assert browser.post("/v1/chats", json={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    key = site.accounts.create_key("default", "张工", by="test").key
    answer = httpx.get(f"{site.address}/v1/me", headers={"Authorization": f"Bearer {key}"}, timeout=60)
    assert answer.status_code == 200


def test_behind_tls_the_cookie_travels_by_tls_alone(site: Site) -> None:
    key = site.accounts.create_key("default", "张工", by="test").key
    headers = {"Origin": site.address.replace("http:", "https:"), "X-Forwarded-Proto": "https"}
    answer = httpx.post(f"{site.address}/login", data={"key": key}, headers=headers, timeout=60)
    assert answer.headers["set-cookie"].startswith("__Host-jm_session=")
    assert "Secure" in answer.headers["set-cookie"]


def test_a_revoked_key_ends_the_sessions_it_began(site: Site) -> None:
    made = site.accounts.create_key("default", "张工", by="test")
    number = site.sessions.begin_session("张工", hours=1, workspace="default", key_id=made.about.id)
    known = site.sessions.find_session(number)
    assert known is not None
    assert known.principal.user == "张工"
    site.accounts.revoke_key("default", made.about.id, by="test")
    assert site.sessions.find_session(number) is None


def test_an_open_page_reads_nothing_once_its_session_has_ended(tmp_path: Path) -> None:
    """The pages ask the door again before everything they read or write."""
    jumou = Jumou(Settings(home=tmp_path, accounts=True))
    jumou.accounts.create_workspace("yi", "乙局", by="test")
    for workspace in ("default", "yi"):
        jumou.accounts.set_member(workspace, "张工", Role.PLANNER, by="test")
    door = Door(jumou.settings, lambda: jumou)
    number = jumou.sessions.begin_session("张工", hours=1)
    found = jumou.sessions.find_session(number)
    assert found is not None
    assert door.still(found.principal, number) == found.principal
    jumou.sessions.switch(number, "yi")
    door.forget()
    with pytest.raises(NotSignedIn):  # a page of the workspace before shows nothing of it any more
        door.still(found.principal, number)
    jumou.sessions.end_session(number)
    door.forget()
    with pytest.raises(NotSignedIn):
        door.still(found.principal, number)
    jumou.database.dispose()
