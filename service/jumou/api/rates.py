"""Counting what somebody asks for against the rates of the settings. One for a process: API, pages and MCP count together."""

import ipaddress
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

from starlette.requests import HTTPConnection

from jumou.domain.access import Principal
from jumou.errors import InvalidRequest, TooManyRequests
from jumou.settings import Settings

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import SlidingWindowCounterRateLimiter

    from jumou.api.counting import Exchange

_USER: Final = "1200/minute"
_WORKSPACE: Final = "6000/minute"
_FAILED: Final = "20/minute;200/hour"
"""What holds for accounts unless the settings say otherwise."""

_NO_LIMIT: Final = "none"
_WHOSE: Final = {
    "user": ("您的请求过于频繁", "You asked too often"),
    "workspace": ("本工作区的请求过于频繁", "Your workspace asked too often"),
}


class Standing(NamedTuple):
    """How one limit stands after a request: what is allowed, what is left, seconds until the window moves on."""

    name: str
    most: int
    window: int
    left: int
    reset: int
    taken: bool

    def error(self) -> TooManyRequests:
        """What whoever is refused by it is told."""
        zh, en = _WHOSE[self.name]
        return TooManyRequests(
            zh, en, mend_zh=f"每 {self.window} 秒最多 {self.most} 次；请在 {self.reset} 秒后重试。",
            mend_en=f"At most {self.most} requests in {self.window} seconds; try again in {self.reset} seconds.",
            retry_after=self.reset,
        )  # fmt: skip


class Rates:
    """Counts requests of users and workspaces, and failures of addresses to show who they are."""

    def __init__(self, settings: Settings, exchange: "Callable[[], Exchange | None]" = lambda: None) -> None:
        """`exchange` gives what other processes are reached by, as in `Counters`."""
        self._settings = settings
        self._exchange = exchange

    def count(self, principal: Principal, address: str) -> list[Standing]:
        """Counts a request for its user and its workspace, as far as they have limits; ends at the first that refuses.

        Who has not shown who they are is counted by address, so that nobody keeps others from logging in.
        """
        found: list[Standing] = []
        known = bool(principal.workspace)
        user = f"{principal.workspace}/{principal.user}" if known else f"@{address}"
        whose = [("user", user, self._settings.rate_user, _USER)]
        if known:
            whose.append(("workspace", principal.workspace, self._settings.rate_workspace, _WORKSPACE))
        for name, who, chosen, default in whose:
            usual = default if principal.authenticated or not known else _NO_LIMIT
            for limit in self._limits(chosen or usual):
                taken = self._counting.hit(limit, name, who)
                stats = self._counting.get_window_stats(limit, name, who)
                found.append(
                    Standing(
                        name, limit.amount, limit.get_expiry(), max(0, int(stats.remaining)), _seconds(stats.reset_time), taken,
                    )
                )  # fmt: skip
                if not taken:
                    return found
        return found

    def refused(self, principal: Principal, address: str = "") -> Standing | None:
        """Counts a request; the limit that refuses it, if one does."""
        return next((one for one in self.count(principal, address) if not one.taken), None)

    # --- failures to show who one is ----------------------------------------------------------------------------

    def barred(self, address: str) -> int:
        """Seconds for which nothing new is tried for an address that has failed too often; 0 for the others."""
        waits = (
            _seconds(self._counting.get_window_stats(limit, "login", address).reset_time)
            for limit in self._limits(self._settings.rate_failed_logins or _FAILED)
            if not self._counting.test(limit, "login", address)
        )
        return max(waits, default=0)

    def failed(self, address: str) -> bool:
        """Counts a failure; whether it is the one that bars the address."""
        limits = self._limits(self._settings.rate_failed_logins or _FAILED)
        counted = [self._counting.hit(limit, "login", address) for limit in limits]
        return any(
            was and not self._counting.test(limit, "login", address) for limit, was in zip(limits, counted, strict=True)
        )

    # --- the counters -------------------------------------------------------------------------------------------

    def _limits(self, chosen: str) -> "Sequence[RateLimitItem]":
        if chosen == _NO_LIMIT:
            return ()
        if chosen not in self._parsed:
            self._parsed[chosen] = parsed(chosen)
        return self._parsed[chosen]

    @cached_property
    def _parsed(self) -> "dict[str, Sequence[RateLimitItem]]":
        return {}

    @cached_property
    def _counting(self) -> "SlidingWindowCounterRateLimiter":
        from limits.strategies import SlidingWindowCounterRateLimiter  # noqa: PLC0415 - a quarter of a second only limits pay

        from jumou.api.counting import Counters  # noqa: PLC0415 - as above

        counters: Counters = Counters(self._exchange)
        return SlidingWindowCounterRateLimiter(counters)


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from, as the server believes it; a network of 2^64 IPv6 addresses, which one machine may have, is one."""
    host = connection.client.host if connection.client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((found, 64), strict=False))
    return host


def check_rates(settings: Settings) -> None:
    """Looks at the rates of the settings before anybody asks.

    Raises:
        InvalidRequest: one is no rate.
    """
    for rates in (settings.rate_user, settings.rate_workspace, settings.rate_failed_logins):
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


def _seconds(until: float) -> int:
    return max(1, ceil(until - time.time()))
