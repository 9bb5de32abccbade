import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from limits import parse
from limits.strategies import SlidingWindowCounterRateLimiter

from jumou.api.counting import Counters
from jumou.api.rates import check_rates
from jumou.domain.access import Role
from jumou.errors import InvalidRequest, ServiceUnavailable
from jumou.settings import Settings
from jumou.storage import Accounts, open_database
from jumou.storage.counters import Counted, SharedCounters

Serve = Callable[..., AbstractContextManager[str]]


def settings(home: Path, folder: Path, **more: Any) -> Settings:
    return Settings(home=home, database_url=f"sqlite:///{folder / 'jumou.db'}", drafting_workers=0, **more)


@pytest.fixture(scope="module")
def strict(home: Path, tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[str]:
    """A server with tight limits of streams and time."""
    folder = tmp_path_factory.mktemp("strict")
    with serve(settings(home, folder, user_streams=2, body_seconds=0.6, request_seconds=30)) as address:
        yield address


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_asks_too_often_is_told_when_to_come_again(home: Path, tmp_path: Path, serve: Serve, language: str) -> None:
    """429 with Retry-After and the RateLimit fields; what watches the service is never refused."""
    with (
        serve(settings(home, tmp_path, rate_user="5/hour")) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        client.headers["Accept-Language"] = language
        answers = [client.get("/v1/samples") for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert answers[0].headers["RateLimit"].startswith('"user";r=4;t=')
        assert answers[0].headers["RateLimit-Policy"] == '"user";q=5;w=3600'
        refused = answers[-1]
        assert 1 <= int(refused.headers["Retry-After"]) <= 7200
        assert refused.headers["content-type"] == "application/problem+json"
        assert ("频繁" in refused.json()["title"]) == (language == "zh")
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200


def test_one_user_on_its_own_machine_has_no_limit_unless_told(client: httpx.Client) -> None:
    answer = client.get("/v1/samples")
    assert "RateLimit" not in answer.headers


def test_accounts_have_limits_of_their_own_unless_told(home: Path, tmp_path: Path, serve: Serve) -> None:
    """1200 a minute for a user, 3 for all users of a small workspace; figures are for its administrators too."""
    chosen = settings(home, tmp_path, accounts=True, rate_workspace="3/hour")
    accounts = Accounts(open_database(tmp_path, chosen.database_url))
    for user, role in (("zhang", Role.ADMIN), ("li", Role.VIEWER)):
        accounts.set_member("default", user, role, by="test")
    keys = {user: accounts.create_key("default", user, by="test").key for user in ("zhang", "li")}
    with serve(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:

        def asked(user: str, path: str = "/v1/samples") -> httpx.Response:
            return client.get(path, headers={"Authorization": f"Bearer {keys[user]}", "X-Forwarded-For": "10.0.0.9"})

        first = asked("zhang")
        assert (first.status_code, first.headers["RateLimit-Policy"]) == (200, '"workspace";q=3;w=3600')
        assert [asked(user).status_code for user in ("li", "zhang", "li", "zhang")] == [200, 200, 429, 429]
        assert "Your workspace" in asked("li", "/v1/samples?language=en").json()["title"]
        assert asked("zhang", "/metrics").status_code == 200
        assert asked("li", "/metrics").status_code == 403
        assert client.get("/readyz").status_code == 200


def test_a_limit_holds_over_processes_that_share_a_database(postgres: Any, tmp_path: Path) -> None:
    """Two processes' counters, hit in turns over two exchanges: together they admit what one would, but for one exchange."""
    postgres.psql("CREATE DATABASE counting")
    database = open_database(tmp_path, postgres.get_uri("counting"))
    both = [Counters(lambda: SharedCounters(database).exchange) for _ in range(2)]
    rates = [SlidingWindowCounterRateLimiter(counters) for counters in both]
    limit, admitted = parse("40/hour"), 0
    for _ in range(10):
        for rate in rates:
            admitted += sum(rate.hit(limit, "user", "a") for _ in range(4))
        for counters in both:
            counters.trade()
    assert 40 <= admitted <= 48
    assert not any(rate.hit(limit, "user", "a") for rate in rates)
    for counters in both:
        counters.close()
    database.dispose()


def test_while_the_database_is_away_a_process_counts_by_itself() -> None:
    """And hands over what it counted once it is back."""
    told: list[int] = []
    away = True

    def exchange(added: Any, _now: float) -> dict[str, int]:
        if away:
            raise ServiceUnavailable("不在", "away")
        told.extend(one.amount for one in added.values())
        return {key: one.amount for key, one in added.items()}

    counters = Counters(lambda: exchange)
    rate, limit = SlidingWindowCounterRateLimiter(counters), parse("5/hour")
    assert [rate.hit(limit, "user", "a") for _ in range(6)] == [True] * 5 + [False]
    counters.trade()
    away = False
    counters.trade()
    assert told == [5]
    counters.close()


def test_ended_counts_are_forgotten(postgres: Any, tmp_path: Path) -> None:
    postgres.psql("CREATE DATABASE forgetting")
    database = open_database(tmp_path, postgres.get_uri("forgetting"))
    shared = SharedCounters(database)
    assert shared.exchange({"a": Counted(3, 100.0)}, 50.0) == {"a": 3}
    assert shared.exchange({"a": Counted(2, 100.0)}, 60.0) == {"a": 5}
    assert shared.exchange({"a": Counted(1, 300.0)}, 200.0) == {"a": 1}
    database.dispose()


def test_counting_costs_a_request_less_than_a_tenth_of_a_millisecond() -> None:
    counters = Counters()
    rate, limit = SlidingWindowCounterRateLimiter(counters), parse("1000000/minute")
    seconds = []
    for _ in range(2000):
        began = time.perf_counter()
        rate.hit(limit, "user", "a")
        rate.get_window_stats(limit, "user", "a")
        seconds.append(time.perf_counter() - began)
    counters.close()
    assert statistics.median(seconds) < 1e-4


def test_a_rate_that_is_none_is_refused_before_anybody_asks(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="no rate") as refused:
        check_rates(Settings(home=tmp_path, rate_user="often"))
    assert "1200/minute" in refused.value.message("zh")


def test_a_user_holds_so_many_streams_open_and_no_more(strict: str) -> None:
    """The next is refused; one that is closed makes room."""
    with httpx.Client(base_url=strict, timeout=20) as client:
        chat = client.post("/v1/chats", json={}).json()["id"]
        path = f"/v1/chats/{chat}/events?stay=true"
        with client.stream("GET", path) as one:
            with client.stream("GET", path) as two:
                assert (one.status_code, two.status_code) == (200, 200)
                refused = client.get(path, headers={"Accept-Language": "en"})
                assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
                assert "streams" in refused.json()["title"]
            end = time.monotonic() + 10
            while (status := _status(client, path)) == 429 and time.monotonic() < end:
                time.sleep(0.1)
            assert status == 200


def _status(client: httpx.Client, path: str) -> int:
    with client.stream("GET", path) as answer:
        return answer.status_code


def test_no_more_work_is_taken_on_than_may_wait(home: Path, tmp_path: Path, serve: Serve) -> None:
    """429 in words, with when to come again; what was accepted before is done all the same."""
    profile = {"name": "瓦房店市", "industry": "轴承"}
    with (
        serve(settings(home, tmp_path, open_work=3, work=False)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        batch = {"profiles": [profile, {"name": "常山县", "industry": "轴承"}, {"name": "临海市", "industry": "轴承"}]}
        assert client.post("/v1/project-lists:batch", json=batch).status_code == 202
        time.sleep(1.1)
        for path, body in (
            ("/v1/project-lists:batch", batch), ("/v1/plans", {"profile": profile}),
        ):  # fmt: skip
            refused = client.post(path, json=body, headers={"Accept-Language": "en"})
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
            assert "jumou workers" in refused.json()["detail"]
        assert 'jumou_queue_depth{kind="region",state="open"} 3.0' in client.get("/metrics").text


def test_a_body_that_does_not_come_is_not_waited_for(strict: str) -> None:
    """408 in words, and the connection is closed."""
    address = urlsplit(strict)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as slow:
        slow.sendall(
            b"POST /v1/project-lists HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Accept-Language: en\r\nContent-Length: 100\r\n\r\n{"
        )
        began, told = time.monotonic(), b""
        while part := slow.recv(65536):
            told += part
        assert told.startswith(b"HTTP/1.1 408")
        assert b"did not arrive in time" in told
        assert time.monotonic() - began < 5


def test_a_head_that_does_not_come_is_not_waited_for(strict: str) -> None:
    """A connection without a whole head is closed, whether it sends nothing or a byte now and then; one in use is not."""
    address = urlsplit(strict)
    with httpx.Client(base_url=strict, timeout=60) as client:
        assert client.get("/healthz").status_code == 200
        silent = socket.create_connection((address.hostname or "", address.port or 0), timeout=10)
        dripping = socket.create_connection((address.hostname or "", address.port or 0), timeout=10)
        dripping.sendall(b"GET /healthz HTTP/1.1\r\n")
        threading.Timer(0.3, lambda: dripping.sendall(b"X-A: 1\r\n")).start()
        began = time.monotonic()
        assert silent.recv(10) == dripping.recv(10) == b""
        assert time.monotonic() - began < 5
        assert client.get("/healthz").status_code == 200


def test_an_idle_connection_outlives_those_of_proxies(address: str) -> None:
    """Uvicorn's own five seconds are those of many clients: a request sent just then would meet a connection being closed."""
    place = httpx.URL(address)
    with closing(HTTPConnection(place.host, place.port or 80, timeout=30)) as connection:
        sockets = []
        for pause in (0, 6):
            time.sleep(pause)
            connection.request("GET", "/healthz")
            sockets.append(connection.sock)  # http.client opens another by itself when it has been closed
            assert connection.getresponse().read()
        assert sockets[0] is sockets[1]
