"""Who may call from a browser: only pages that this service itself served, under a name that is its own.

A browser carries its cookies, and its place on the network, to whatever address a foreign page names. Two questions stop
that. *Is the name ours?* A foreign page can let its own name point to 127.0.0.1 (DNS rebinding); its requests then carry
that name as `Host`. *Does the request come from us?* Browsers say so in `Origin` and `Sec-Fetch-Site`; programs say
nothing and are let through, as they carry only what their user gave them.
"""

import ipaddress
import socket
from typing import Final, Self
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from jumou.api.problems import language_of, problem
from jumou.settings import Settings

_SAFE: Final = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
_ELSEWHERE: Final = frozenset(("cross-site", "same-site"))
_NO_PORT: Final = (None, 80, 443)


class Names:
    """The names under which this service may be called."""

    def __init__(self, bound: str, allowed: str = "") -> None:
        """`bound` is the address it listens on; `allowed` are further names, separated by commas, `*.` for all below one.

        Bound to loopback these are localhost and loopback addresses. Bound elsewhere also every bare address, the name of
        the machine and names without a point: none of them is a name that a page out there could have been served from.
        """
        self._local = loopback(bound)
        self._allowed = tuple(one.strip().lower().rstrip(".") for one in allowed.split(",") if one.strip())
        self._own = {bound.lower(), socket.gethostname().lower()}

    @classmethod
    def of(cls, settings: Settings, bound: str) -> Self:
        """The names that the settings allow, the host of the public address among them."""
        public = urlsplit(settings.public_url).hostname or ""
        return cls(bound, f"{settings.allowed_hosts},{public}")

    def __contains__(self, host: str) -> bool:
        """Whether `host`, a name without port, is one of them."""
        host = host.lower().rstrip(".")
        if host == "localhost" or host.endswith(".localhost") or self.listed(host):
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return not self._local and (host in self._own or "." not in host)
        return address.is_loopback or not self._local

    def listed(self, host: str) -> bool:
        """Whether the operator allowed `host` by name."""
        return any(one in ("*", host) or (one.startswith("*.") and host.endswith(one[1:])) for one in self._allowed)


class SameOrigin:
    """Refuses requests under a foreign name (421) and from foreign pages (403), websockets among them."""

    def __init__(self, app: ASGIApp, names: Names) -> None:
        """`app` sees only what is left."""
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = hosts[0] if len(hosts) == 1 else ""
        if hosts and _name(host) not in self._names:  # without any it is no browser
            await _refuse(scope, receive, send, 421)
        elif self._foreign(scope, headers, host):
            await _refuse(scope, receive, send, 403)
        else:
            await self._app(scope, receive, send)

    def _foreign(self, scope: Scope, headers: Headers, host: str) -> bool:
        """Whether a page of somebody else's sent it."""
        if "origin" in headers:
            return not all(self._ours(origin, host) for origin in headers.getlist("origin"))
        writes = scope["type"] == "websocket" or scope["method"] not in _SAFE
        return writes and headers.get("sec-fetch-site", "").lower() in _ELSEWHERE

    def _ours(self, origin: str, host: str) -> bool:
        try:
            came = urlsplit(origin)
            name, port = (came.hostname or "").lower(), came.port
        except ValueError:
            return False
        if came.scheme not in ("http", "https") or not name:
            return False
        return self._names.listed(name) or (name, port if port not in _NO_PORT else None) == _parted(host)


def loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _name(host: str) -> str:
    return _parted(host)[0]


def _parted(host: str) -> tuple[str, int | None]:
    """Name and port of a `Host` header; an empty name for what is none."""
    if not host or any(char in host for char in "/@\\?# \t,"):
        return "", None
    try:
        split = urlsplit(f"//{host}")
        name, port = (split.hostname or "").lower(), split.port
    except ValueError:
        return "", None
    return name, port if port not in _NO_PORT else None


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    zh = language_of(Request(scope)) == "zh"
    if status == 421:
        title = "本服务不以这个名称提供访问" if zh else "This service is not called by that name"
        detail = (
            "请用服务自己的地址访问；管理员可用 JUMOU_ALLOWED_HOSTS 加入名称。"
            if zh
            else "Use its own address; JUMOU_ALLOWED_HOSTS adds names."
        )
    else:
        title = "请求来自其他网站，已拒绝" if zh else "The request comes from another site and is refused"
        detail = "请在本服务的页面中操作。" if zh else "Use this service's own pages."
    kind = "ForeignHost" if status == 421 else "ForeignOrigin"
    await problem(status, title, kind=kind, detail=detail)(scope, receive, send)
