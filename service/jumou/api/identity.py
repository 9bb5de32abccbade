"""Who a request comes from, found before any route sees it. Where there are accounts, nothing else is let in."""

import asyncio
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, NamedTuple
from urllib.parse import quote

from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from jumou.api.problems import answer_to, language_of
from jumou.api.rates import Rates, address_of
from jumou.api.tries import Tries
from jumou.compose import Jumou
from jumou.domain.access import LOCAL, Principal
from jumou.errors import JumouError, NotAllowed, NotSignedIn
from jumou.settings import Settings
from jumou.storage import Known
from jumou.storage.change import now

_FRESH: Final = 5.0
"""Seconds for which a key or a session is believed without asking the database; what is revoked works no longer than that."""

_REMEMBERED: Final = 10_000
_OPEN: Final = ("/healthz", "/readyz", "/metrics", "/login", "/docs", "/openapi.json", "/assets", "/favicon.ico")
"""Nothing of anybody's is to be had there; /metrics has a key of its own."""

_SAFE: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_calling: Final[ContextVar[Principal]] = ContextVar("jumou_principal")
_NOBODY: Final = Principal(user="", workspace="", via="nobody")
_COOKIE: Final = "jm_session"


class _Remembered(NamedTuple):
    known: Known | None
    seen: float


class Door:
    """Finds out who comes, by the key they bring or the session they are in. One a process."""

    def __init__(self, settings: Settings, parts: Callable[[], Jumou], rates: Rates | None = None) -> None:
        """Without accounts everybody is LOCAL. `parts` has the database open, or raises. `rates` are those of the process."""
        self._settings = settings
        self._parts = parts
        self.tries: Final = Tries(rates or Rates(settings), lambda: parts().audit)
        self._lately: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()
        self._signer: TimestampSigner | None = None

    @property
    def guarded(self) -> bool:
        """Whether there are accounts."""
        return self._settings.accounts

    async def principal(self, connection: HTTPConnection) -> Principal | None:
        """Who sends this; None when it is nobody we know.

        Raises:
            NotAllowed: it changes something, on the strength of a cookie alone and without saying from which page.
            TooManyRequests: it brings a key that is not known to be good, from an address that brought too many wrong ones.
            ServiceUnavailable: the database is not open yet, or does not answer.
        """
        if not self.guarded:
            return LOCAL
        kind, _, key = connection.headers.get("authorization", "").partition(" ")
        if kind:
            return await self._by_key(key.strip(), address_of(connection)) if kind.lower() == "bearer" else None
        session = self.session_of(connection)
        found = await self._find("session", session) if session else None
        if found is not None and _changes(connection) and not _says_from_where(connection.headers):
            raise NotAllowed(
                "请求没有说明来自哪个页面。", "The request does not say which page it comes from.",
                mend_zh="程序请改用 API 密钥。", mend_en="Programs use an API key.",
            )  # fmt: skip
        return found

    def still(self, principal: Principal, session: str) -> Principal:
        """The principal of an open page as it stands now; asks the database when it is a few seconds since the last time.

        Raises:
            NotSignedIn: the session has ended, or is somebody else's or another workspace's by now.
        """
        return _same(self._known("session", session), principal) if self.guarded else LOCAL

    def forget(self) -> None:
        """Asks the database again from here on: something was revoked, or somebody logged out."""
        self._lately.clear()

    # --- cookies ----------------------------------------------------------------------------------------------

    def session_of(self, connection: HTTPConnection) -> str:
        """The number of the session the cookie holds; empty when there is none, or not signed by us, or too old."""
        for name in (f"__Host-{_COOKIE}", _COOKIE):
            held = connection.cookies.get(name)
            if held:
                try:
                    longest = int(self._settings.session_hours * 3600)
                    return self.signer().unsign(held, max_age=longest).decode()
                except BadSignature:
                    continue
        return ""

    def give(self, answer: Response, connection: HTTPConnection, number: str) -> None:
        """Sets the cookie of a session."""
        secure = self.secure(connection)
        answer.set_cookie(
            f"__Host-{_COOKIE}" if secure else _COOKIE, self.signer().sign(number).decode(), path="/", secure=secure, httponly=True,
            max_age=int(self._settings.session_hours * 3600), samesite="lax",
        )  # fmt: skip

    def take(self, answer: Response, connection: HTTPConnection) -> None:
        """Takes the cookie away."""
        secure = self.secure(connection)
        name = f"__Host-{_COOKIE}" if secure else _COOKIE
        answer.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")

    def secure(self, connection: HTTPConnection) -> bool:
        """Whether the browser speaks to us, or to the proxy before us, over TLS."""
        return connection.url.scheme in ("https", "wss") or self._settings.public_url.startswith("https://")

    def signer(self) -> TimestampSigner:
        """Signs cookies, alike in all processes of one database."""
        if self._signer is None:
            self._signer = TimestampSigner(self._parts().sessions.secret("cookies"), salt="jumou-session")
        return self._signer

    # --- looking up -------------------------------------------------------------------------------------------

    async def _by_key(self, key: str, address: str) -> Principal | None:
        if self._settings.metrics_key and hmac.compare_digest(key.encode(), self._settings.metrics_key.encode()):
            return None  # nobody's, and no guess
        held = self._lately.get(("key", key))
        if held is None or held.known is None:  # a key that was good when it was last looked up is never kept out
            self.tries.check(address)
        found = await self._find("key", key)
        if found is None:
            await asyncio.to_thread(self.tries.failed, address)
        return found

    async def _find(self, kind: str, secret: str) -> Principal | None:
        fresh = self._fresh(kind, secret)
        if fresh is None:
            return await asyncio.to_thread(self._known, kind, secret)
        return _valid(fresh.known)

    def _known(self, kind: str, secret: str) -> Principal | None:
        fresh = self._fresh(kind, secret)
        if fresh is None:
            parts = self._parts()
            found = parts.accounts.find_key(secret) if kind == "key" else parts.sessions.find_session(secret)
            fresh = self._lately[kind, secret] = _Remembered(found, time.monotonic())
            while len(self._lately) > _REMEMBERED:
                self._lately.popitem(last=False)
        return _valid(fresh.known)

    def _fresh(self, kind: str, secret: str) -> _Remembered | None:
        held = self._lately.get((kind, secret))
        return held if held is not None and time.monotonic() - held.seen < _FRESH else None


class Identity:
    """Puts the principal of every request and every socket into its state (`request.state.principal`), or turns it away."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        """`app` is what is called with it."""
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refused: Response | None = None
        try:
            found = await self._door.principal(connection)
        except JumouError as error:
            found, refused = None, answer_to(error, language_of(connection))
        if found is None and _is_open(scope["path"]):
            found, refused = _NOBODY, None
        if found is None:
            await _turn_away(scope, receive, send, refused)
            return
        scope.setdefault("state", {})["principal"] = found
        token = _calling.set(found)
        try:
            await self._app(scope, receive, send)
        finally:
            _calling.reset(token)


def calling() -> Principal:
    """The principal of the request under way, for tools that are not handed the request."""
    return _calling.get()


def _is_open(path: str) -> bool:
    inside = any(path == one or path.startswith(f"{one}/") for one in _OPEN)
    return inside or (path.startswith("/_nicegui/") and not path.startswith("/_nicegui/client/"))


async def _turn_away(scope: Scope, receive: Receive, send: Send, refused: Response | None) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    request = Request(scope)
    path = scope["path"]
    if refused is None and scope["method"] == "GET" and wants_page(path, request.headers):
        back = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        refused = RedirectResponse(f"/login?next={quote(back)}", 303)
    if refused is None:
        error = NotSignedIn(
            "请先登录，或提供有效的 API 密钥。", "Log in, or bring a valid API key.",
            mend_zh="接口请用 Authorization: Bearer <密钥>。", mend_en="Programs send Authorization: Bearer <key>.",
        )  # fmt: skip
        refused = answer_to(error, language_of(request))
    await refused(scope, receive, send)


def wants_page(path: str, headers: Headers) -> bool:
    """Whether a browser asks for a page of ours."""
    return "text/html" in headers.get("accept", "") and not path.startswith(("/v1", "/openai", "/mcp"))


def _changes(connection: HTTPConnection) -> bool:
    return connection.scope["type"] == "http" and connection.scope["method"] not in _SAFE


def _says_from_where(headers: Headers) -> bool:
    return "origin" in headers or "sec-fetch-site" in headers


def _valid(known: Known | None) -> Principal | None:
    if known is None or (known.until and known.until <= now()):
        return None
    return known.principal


def _same(found: Principal | None, principal: Principal) -> Principal:
    if found is None or (found.user, found.workspace) != (principal.user, principal.workspace):
        raise NotSignedIn(
            "登录已结束，请重新登录。", "The session has ended; log in again.",
            mend_zh="请刷新页面。", mend_en="Reload the page.",
        )  # fmt: skip
    return found
