"""How often somebody may ask, and how many streams somebody may hold open."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jumou import metrics
from jumou.api.problems import language_of, problem
from jumou.domain.access import Principal
from jumou.errors import InvalidRequest
from jumou.settings import Settings

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import SlidingWindowCounterRateLimiter

    from jumou.api.counting import Exchange

_USER: Final = "1200/minute"
_WORKSPACE: Final = "6000/minute"
"""What holds for accounts unless the settings say otherwise."""

_NO_LIMIT: Final = "none"

_FREE: Final = ("/healthz", "/readyz", "/metrics")
"""Asked by machines that watch, not by people."""


class _Standing(NamedTuple):
    """How one limit stands after a request: what is allowed, what is left, seconds until the window moves on."""

    name: str
    most: int
    window: int
    left: int
    reset: int
    taken: bool


class RequestRates:
    """Refuses what goes beyond a user's or a workspace's rate: 429, with when to come again."""

    def __init__(self, app: ASGIApp, settings: Settings, exchange: "Callable[[], Exchange | None]") -> None:
        """`exchange` gives what other processes are reached by, as in `Counters`."""
        self._app = app
        self._settings = settings
        self._exchange = exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] in _FREE:
            await self._app(scope, receive, send)
            return
        standings = self._count(scope["state"]["principal"])
        refused = next((one for one in standings if not one.taken), None)
        if refused is not None:
            metrics.note("jumou_limited_requests", limit=refused.name)
            await _too_often(Request(scope), refused)(scope, receive, send)
            return
        if not standings:
            await self._app(scope, receive, send)
            return
        nearest = min(standings, key=lambda one: one.left)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                _tell(MutableHeaders(scope=message), nearest)
            await send(message)

        await self._app(scope, receive, told)

    def _count(self, principal: Principal) -> list[_Standing]:
        """Counts the request for its user and its workspace, as far as they have limits; ends at the first that refuses."""
        found: list[_Standing] = []
        for name, who, limits in (
            ("user", f"{principal.workspace}/{principal.user}", self._limits("user", principal)),
            ("workspace", principal.workspace, self._limits("workspace", principal)),
        ):
            for limit in limits:
                taken = self._rates.hit(limit, name, who)
                stats = self._rates.get_window_stats(limit, name, who)
                reset = max(1, ceil(stats.reset_time - time.time()))
                window = limit.get_expiry()
                found.append(_Standing(name, limit.amount, window, max(0, int(stats.remaining)), reset, taken))
                if not taken:
                    return found
        return found

    def _limits(self, name: str, principal: Principal) -> "Sequence[RateLimitItem]":
        chosen = self._settings.rate_user if name == "user" else self._settings.rate_workspace
        if chosen == _NO_LIMIT or (not chosen and not principal.authenticated):
            return ()
        if (name, chosen) not in self._parsed:
            default = _USER if name == "user" else _WORKSPACE
            self._parsed[name, chosen] = parsed(chosen or default)
        return self._parsed[name, chosen]

    @cached_property
    def _parsed(self) -> "dict[tuple[str, str], Sequence[RateLimitItem]]":
        return {}

    @cached_property
    def _rates(self) -> "SlidingWindowCounterRateLimiter":
        from limits.strategies import SlidingWindowCounterRateLimiter  # noqa: PLC0415 - a quarter of a second only limits pay

        from jumou.api.counting import Counters  # noqa: PLC0415 - as above

        counters: Counters = Counters(self._exchange)
        return SlidingWindowCounterRateLimiter(counters)


def check_rates(settings: Settings) -> None:
    """Looks at the rates of the settings before anybody asks.

    Raises:
        InvalidRequest: one is no rate.
    """
    for rates in (settings.rate_user, settings.rate_workspace):
        if rates not in ("", _NO_LIMIT):
            parsed(rates)


def parsed(rates: str) -> "Sequence[RateLimitItem]":
    """The rates of a text such as `1200/minute;50/second`.

    Raises:
        InvalidRequest: it is no rate.
    """
    from limits import parse_many  # noqa: PLC0415 - as above

    try:
        return parse_many(rates)
    except ValueError as problem_:
        raise InvalidRequest(
            f"速率写法不对：{rates}。", f"This is no rate: {rates}.",
            mend_zh="请写成 1200/minute 或 1200/minute;50/second；none 为不限。",
            mend_en="Write 1200/minute or 1200/minute;50/second; none for no limit.",
        ) from problem_  # fmt: skip


def _tell(headers: MutableHeaders, standing: _Standing) -> None:
    """The header fields of draft-ietf-httpapi-ratelimit-headers."""
    headers["RateLimit-Policy"] = f'"{standing.name}";q={standing.most};w={standing.window}'
    headers["RateLimit"] = f'"{standing.name}";r={standing.left};t={standing.reset}'


def _too_often(request: Request, standing: _Standing) -> Any:
    zh = language_of(request) == "zh"
    who_zh, who_en = {"user": ("您的", "You"), "workspace": ("本工作区的", "Your workspace")}[standing.name]
    title = f"{who_zh}请求过于频繁" if zh else f"{who_en} asked too often"
    detail = (
        f"每 {standing.window} 秒最多 {standing.most} 次；请在 {standing.reset} 秒后重试。"
        if zh
        else f"At most {standing.most} requests in {standing.window} seconds; try again in {standing.reset} seconds."
    )
    answer = problem(429, title, kind="TooManyRequests", detail=detail)
    answer.headers["Retry-After"] = str(standing.reset)
    _tell(MutableHeaders(raw=answer.raw_headers), standing)
    return answer


class Streams:
    """Counts event streams under way, and refuses more than `most` of one user in this process."""

    def __init__(self, most: int) -> None:
        """One for an application; `around` goes around its requests."""
        self._most = most
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """Streams under way."""
        return self._open.total()

    def take(self, who: str) -> bool:
        """Takes one more for somebody, if there is room."""
        if self._open[who] >= self._most:
            return False
        self._open[who] += 1
        return True

    def give(self, who: str) -> None:
        """One has ended."""
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]


class StreamLimit:
    """Holds every user to a number of event streams."""

    def __init__(self, app: ASGIApp, streams: Streams) -> None:
        """`streams` counts them."""
        self._app = app
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        principal: Principal = scope["state"]["principal"]
        who, taken = f"{principal.workspace}/{principal.user}", False

        async def watched(message: Message) -> None:
            nonlocal taken
            if message["type"] == "http.response.start":
                kind = MutableHeaders(scope=message).get("content-type", "")
                if kind.startswith("text/event-stream"):
                    if not self._streams.take(who):
                        raise _TooManyStreams
                    taken = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except _TooManyStreams:
            await self._refuse(scope, receive, send)
        except BaseExceptionGroup as group:  # a stream sends from among several tasks
            if group.subgroup(_TooManyStreams) is None:
                raise
            await self._refuse(scope, receive, send)
        finally:
            if taken:
                self._streams.give(who)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        metrics.note("jumou_limited_requests", limit="streams")
        zh = language_of(Request(scope)) == "zh"
        title = "同时打开的事件流过多" if zh else "Too many event streams are open at once"
        detail = "请先关闭不再使用的页面或连接。" if zh else "Close pages or connections that are no longer used."
        answer = problem(429, title, kind="TooManyStreams", detail=detail)
        answer.headers["Retry-After"] = "10"
        await answer(scope, receive, send)


class _TooManyStreams(Exception):
    """The user has as many open as allowed."""
