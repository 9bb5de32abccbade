"""What a browser of somebody else's cannot do here: calls under foreign names, from foreign pages; and how answers are dressed."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from starlette.responses import HTMLResponse
from starlette.types import Message

from jumou.api.app import create_app
from jumou.api.headers import SecurityHeaders
from jumou.api.origins import Names, SameOrigin
from jumou.settings import Settings

PROFILE = {"name": "瓦房店市", "industry": "轴承"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home nobody opens: these applications are asked without being started."""
    return tmp_path_factory.mktemp("guard")


def dressed(app: FastAPI) -> None:
    """What goes around the pages, but for the question who calls."""
    app.add_middleware(SameOrigin, names=Names("127.0.0.1"))
    app.add_middleware(SecurityHeaders, pages=True)


def asked(app: FastAPI, method: str, url: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        carried = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=carried) as client:
            return await client.request(method, url, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.nip.io", "localhost.evil.example", "10.0.0.7", "evil", "127.0.0.1@evil.example", "", "a b", "[::1"])  # fmt: skip
def test_a_page_that_points_its_own_name_here_reaches_nothing(client: httpx.Client, host: str) -> None:
    answer = client.get("/v1/plans", headers={"Host": host})
    assert answer.status_code in (400, 421)  # 400: the server itself does not take such a name
    if answer.status_code == 421:
        assert answer.json()["type"] == "urn:jumou:problem:ForeignHost"
        assert "JUMOU_ALLOWED_HOSTS" in answer.json()["detail"]


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "jumou.localhost"])
def test_the_names_of_this_machine_are_ours(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_bound_elsewhere_bare_addresses_are_ours_and_other_names_are_allowed_one_by_one(empty: Path) -> None:
    plain = create_app(Settings(home=empty), "0.0.0.0")  # noqa: S104 - nothing listens in this test
    named = create_app(Settings(home=empty, allowed_hosts="plan.example.gov.cn, *.city.example"), "0.0.0.0")  # noqa: S104 - as above
    public = create_app(Settings(home=empty, public_url="https://plan.example.gov.cn"), "0.0.0.0")  # noqa: S104 - as above
    assert asked(public, "GET", "http://plan.example.gov.cn/healthz").status_code == 200
    for host, without, with_names in [
        ("10.0.0.7:8000", 200, 200), ("api-1:8000", 200, 200), ("plan.example.gov.cn", 421, 200), ("a.city.example", 421, 200),
        ("city.example", 421, 421), ("evilcity.example", 421, 421), ("rebound.example", 421, 421),
    ]:  # fmt: skip
        url = f"http://{host}/healthz"
        assert (asked(plain, "GET", url).status_code, asked(named, "GET", url).status_code) == (without, with_names), (
            host
        )


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "file://"}, {"Origin": ""},
        {"Origin": "http://localhost.evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    ],
)  # fmt: skip
def test_a_foreign_page_changes_nothing(client: httpx.Client, headers: dict[str, str]) -> None:
    before = client.get("/v1/plans").json()
    for kind in ("application/json", "text/plain"):  # the second needs no preflight
        answer = client.post("/v1/plans", json={"profile": PROFILE}, headers={**headers, "Content-Type": kind})
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:jumou:problem:ForeignOrigin"
    assert client.get("/v1/plans").json() == before


def test_our_own_page_and_programs_are_let_through(client: httpx.Client, address: str) -> None:
    for headers in (
        {"Origin": address},
        {"Origin": address, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {},
    ):
        assert client.post("/v1/profiles/check", json=PROFILE, headers=headers).status_code == 200


def test_a_link_from_elsewhere_may_be_followed_but_not_read_by_scripts(client: httpx.Client) -> None:
    assert client.get("/docs", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert client.get("/v1/plans", headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(("origin", "admitted"), [("http://localhost:8000", True), ("https://evil.example", False), ("null", False), (None, True)])  # fmt: skip
def test_a_websocket_is_opened_by_our_own_page_only(origin: str | None, *, admitted: bool) -> None:
    """The pages are driven over one; NiceGUI itself admits any origin."""
    reached: list[str] = []
    app = FastAPI()

    @app.websocket("/ws")
    async def talk(websocket: WebSocket) -> None:
        reached.append("yes")
        await websocket.accept()

    dressed(app)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost:8000"), *([(b"origin", origin.encode())] if origin else [])]
    scope = {
        "type": "websocket",
        "path": "/ws",
        "raw_path": b"/ws",
        "headers": headers,
        "query_string": b"",
        "subprotocols": [],
    }
    asyncio.run(app(scope, receive, send))
    assert bool(reached) == admitted
    assert (sent[0]["type"] == "websocket.close") != admitted


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/plans", 200), ("GET", "/v1/nothing", 404), ("TRACE", "/v1/plans", 405), ("PROPFIND", "/v1/plans", 405), ("GET", "/docs", 200), ("GET", "/v1/profiles/template.xlsx", 200)])  # fmt: skip
def test_every_answer_says_what_a_browser_may_not_do(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(
        answer.headers["Content-Security-Policy"].split("; ")
    )
    assert "private" in answer.headers["Cache-Control"]
    assert "Strict-Transport-Security" not in answer.headers  # the connection is not encrypted
    assert "Server" not in answer.headers or "uvicorn" in answer.headers["Server"]


def test_only_an_encrypted_connection_is_asked_to_stay_so(empty: Path) -> None:
    app = create_app(Settings(home=empty))
    assert "max-age" in asked(app, "GET", "https://localhost/healthz").headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in asked(app, "GET", "http://localhost/healthz").headers
    behind = create_app(Settings(home=empty, public_url="https://plan.example.gov.cn"))
    assert "max-age" in asked(behind, "GET", "http://plan.example.gov.cn/healthz").headers["Strict-Transport-Security"]


def test_the_reference_page_loads_nothing_and_names_every_operation(client: httpx.Client) -> None:
    page = client.get("/docs").text
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page)
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page


def test_a_defect_is_told_by_its_id_alone(empty: Path) -> None:
    app = create_app(Settings(home=empty))

    @app.get("/v1/defect")
    def defect() -> None:
        raise RuntimeError("token=very-secret /home/somebody")

    answer = asked(app, "GET", "http://localhost/v1/defect", **{"X-Request-ID": "r-7"})
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "r-7" in answer.json()["detail"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search("secret|somebody|Traceback|RuntimeError", answer.text)


def test_a_page_carries_its_nonce_on_every_script_and_nowhere_else() -> None:
    app = FastAPI()

    @app.get("/")
    def page() -> HTMLResponse:
        return HTMLResponse("<script src='/a.js'></script><p>&lt;script></p><script>1</script><scripture>")

    dressed(app)
    first, second = asked(app, "GET", "http://localhost/"), asked(app, "GET", "http://localhost/")
    policy = first.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([\w-]{20,})'", policy)
    assert nonce is not None
    assert first.text.count(f'nonce="{nonce[1]}"') == 2
    assert "<scripture>" in first.text
    assert policy != second.headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src "))
    assert "unsafe-inline" not in scripts
    assert "http" not in scripts


def test_json_nested_beyond_reason_is_refused_wherever_it_comes(client: httpx.Client) -> None:
    deep = "[" * 900 + "]" * 900
    for path, body in (
        ("/v1/profiles/check", f'{{"name":"x","notes":{deep}}}'),
        ("/v1/plans", f'{{"profile":{{"name":"x","a":{deep}}}}}'),
    ):
        answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422)
        assert answer.headers["Content-Type"] == "application/problem+json"
