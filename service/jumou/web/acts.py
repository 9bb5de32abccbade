"""What people do on an open page, counted as requests: it comes over the page's socket, which no limit of HTTP sees."""

import json
import re
import time
from typing import Final

from nicegui import Client
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jumou import metrics
from jumou.api.identity import wants_page
from jumou.api.limits import Streams, holder, refusal, too_many_streams
from jumou.api.rates import Rates, address_of
from jumou.domain.access import Principal
from jumou.domain.framework import Language
from jumou.errors import JumouError
from jumou.web.frame import tell
from jumou.web.preferences import preferences

_ACT: Final = re.compile(r'4[25]\d*-?(?=\["event",)')
"""How an event of the page begins in the words of its socket (Socket.IO); 45 has binary parts after it."""

_TOLD_EVERY: Final = 2.0
"""Seconds between two remarks on one page that too much was asked."""

_TOO_MUCH: Final = 1013


class Acts:
    """Holds what people do on pages to the rates of requests, and the pages they have open to the number of streams."""

    def __init__(self, app: ASGIApp, rates: Rates, streams: Streams, language: Language) -> None:
        """`rates` and `streams` are those of the API; `language` is that of a browser that chose none."""
        self._app = app
        self._rates = rates
        self._streams = streams
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One page, or one socket."""
        if scope["type"] == "websocket":
            await self._hold(scope, receive, send)
        elif scope["type"] == "http" and self._crowded(scope):
            await refusal(Request(scope), too_many_streams())(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _crowded(self, scope: Scope) -> bool:
        """Whether a page is asked for by somebody who has as many open as allowed."""
        principal: Principal = scope["state"]["principal"]
        page = scope["method"] == "GET" and wants_page(scope["path"], Request(scope).headers)
        return page and principal.authenticated and self._streams.full(holder(principal))

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal: Principal = scope["state"]["principal"]
        who, address, told = holder(principal), address_of(HTTPConnection(scope)), -_TOLD_EVERY
        if principal.authenticated and not self._streams.take(who):  # without accounts everybody is one user
            await receive()
            await send({"type": "websocket.close", "code": _TOO_MUCH})
            return

        async def counted() -> Message:
            nonlocal told
            while True:
                message = await receive()
                said = message.get("text") or ""
                if message["type"] != "websocket.receive" or not _ACT.match(said):
                    return message
                refused = self._rates.refused(principal, address)
                if refused is None:
                    return message
                metrics.note("jumou_limited_requests", limit=refused.name)
                if said.startswith("45"):  # its parts cannot be taken out of what follows
                    return {"type": "websocket.disconnect", "code": _TOO_MUCH}
                if time.monotonic() - told >= _TOLD_EVERY:
                    told = time.monotonic()
                    self._tell(said, principal, refused.error())

        try:
            await self._app(scope, counted, send)
        finally:
            if principal.authenticated:
                self._streams.give(who)

    def _tell(self, said: str, principal: Principal, error: JumouError) -> None:
        """Says so on the page the event came from."""
        try:
            client = Client.instances.get(str(json.loads(_ACT.sub("", said, count=1))[1]["client_id"]))
        except (ValueError, LookupError, TypeError):  # no page of ours says it like this
            return
        if client is None or client.request is None or holder(client.request.state.principal) != holder(principal):
            return
        with client:
            tell(preferences(self._language), error)
