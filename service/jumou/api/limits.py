"""Refusing what goes beyond the rates of requests, and beyond the number of streams somebody may hold open."""

from collections import Counter
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jumou import metrics
from jumou.api.identity import wants_page
from jumou.api.problems import answer_to, language_of, problem
from jumou.api.rates import Rates, Standing, address_of
from jumou.api.refused_page import refused_page
from jumou.domain.access import Principal
from jumou.errors import TooManyRequests

_FREE: Final = ("/healthz", "/readyz", "/metrics", "/favicon.ico")
"""Asked by machines that watch, and by browsers of themselves."""

_AGAIN: Final = 10
"""Seconds after which somebody who had too many streams may look again."""


class RequestRates:
    """Refuses what goes beyond a user's or a workspace's rate: 429, with when to come again."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        """`rates` are those of the process."""
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or _free(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        standings = self._rates.count(scope["state"]["principal"], address_of(request))
        refused = next((one for one in standings if not one.taken), None)
        if refused is not None:
            metrics.note("jumou_limited_requests", limit=refused.name)
            answer = refusal(request, refused.error())
            _tell(answer.headers, refused)
            await answer(scope, receive, send)
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


def refusal(request: HTTPConnection, error: TooManyRequests) -> Response:
    """The answer to who asked too much: a page for who wants one, else a problem."""
    language = language_of(request)
    if request.scope.get("method") == "GET" and wants_page(request.scope["path"], request.headers):
        return refused_page(error, language)
    return answer_to(error, language)


def _free(path: str) -> bool:
    """What browsers load and keep beside a page is not counted."""
    return path in _FREE or path.startswith("/assets/") or (path.startswith("/_nicegui/") and not path.startswith("/_nicegui/client/"))  # fmt: skip


def _tell(headers: MutableHeaders, standing: Standing) -> None:
    """The header fields of draft-ietf-httpapi-ratelimit-headers."""
    headers["RateLimit-Policy"] = f'"{standing.name}";q={standing.most};w={standing.window}'
    headers["RateLimit"] = f'"{standing.name}";r={standing.left};t={standing.reset}'


class Streams:
    """Counts event streams and open pages under way, and refuses more than `most` of one user in this process."""

    def __init__(self, most: int) -> None:
        """One for a process."""
        self._most = most
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """Streams under way."""
        return self._open.total()

    def full(self, who: str) -> bool:
        """Whether somebody has as many as allowed."""
        return self._open[who] >= self._most

    def take(self, who: str) -> bool:
        """Takes one more for somebody, if there is room."""
        if self.full(who):
            return False
        self._open[who] += 1
        return True

    def give(self, who: str) -> None:
        """One has ended."""
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]


def holder(principal: Principal) -> str:
    """Whose streams are counted together."""
    return f"{principal.workspace}/{principal.user}"


def too_many_streams() -> TooManyRequests:
    """What whoever has too many is told."""
    metrics.note("jumou_limited_requests", limit="streams")
    return TooManyRequests(
        "同时打开的事件流或页面过多", "Too many event streams or pages are open at once", mend_zh="请先关闭不再使用的页面或连接。",
        mend_en="Close pages or connections that are no longer used.", retry_after=_AGAIN,
    )  # fmt: skip


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
        who, taken = holder(scope["state"]["principal"]), False

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
            await refusal(Request(scope), too_many_streams())(scope, receive, send)
        except BaseExceptionGroup as group:  # a stream sends from among several tasks
            if group.subgroup(_TooManyStreams) is None:
                raise
            await refusal(Request(scope), too_many_streams())(scope, receive, send)
        finally:
            if taken:
                self._streams.give(who)


class _TooManyStreams(Exception):
    """The user has as many open as allowed."""


def without_streams(app: ASGIApp) -> ASGIApp:
    """The application, which opens no stream: a client that asks for one by GET is told so (405, as MCP has it)."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await app(scope, receive, send)
            return
        zh = language_of(Request(scope)) == "zh"
        title = "本服务不提供事件流，请用 POST" if zh else "There is no event stream here: use POST"
        refused = problem(405, title, kind="http-405")
        refused.headers["Allow"] = "POST"
        await refused(scope, receive, send)

    return answered
