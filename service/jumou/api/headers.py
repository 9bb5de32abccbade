"""Headers that tell a browser how little it may do with an answer."""

import re
import secrets
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jumou.api.withheld import Withheld

ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
}
"""On every answer."""

OF_THE_API: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Answers of the API run nothing and load nothing; its reference page has a style element."""

_OF_THE_PAGES: Final = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; script-src-attr 'none'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; frame-src 'none'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Scripts come from here or carry the nonce of their page; no attribute is a script. NiceGUI evaluates what the server sends."""

_YEAR: Final = 31_536_000
_SCRIPT: Final = re.compile(rb"<script(?=[\s>])")


class SecurityHeaders:
    """Puts the headers on every answer; on the pages, scripts get the nonce of their page."""

    def __init__(self, app: ASGIApp, *, pages: bool = False, encrypted: bool = False) -> None:
        """`encrypted`: a proxy in front speaks TLS, whatever this process sees. `pages`: answers in HTML are pages of ours, whose markup holds no text of anybody else outside its data."""
        self._app = app
        self._pages = pages
        self._encrypted = encrypted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(18)
        policy = _OF_THE_PAGES.format(nonce=nonce) if self._pages else OF_THE_API
        if self._pages and "text/html" in Headers(scope=scope).get("accept", ""):
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"accept-encoding"]}

        def dressed(head: Message) -> bool:
            """Puts the headers on; whether it is a page, whose scripts wait for their nonce."""
            headers = MutableHeaders(scope=head)
            for name, value in ALWAYS.items():
                headers.setdefault(name, value)
            headers.setdefault("Content-Security-Policy", policy)
            if self._encrypted or scope.get("scheme") == "https":
                headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
            if not self._pages:
                headers.setdefault("Cache-Control", "private, no-cache")
                return False
            return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers

        def signed(_: Message, body: bytes) -> bytes:
            return _SCRIPT.sub(f'<script nonce="{nonce}"'.encode(), body)

        await self._app(scope, receive, Withheld(send, dressed, signed))
