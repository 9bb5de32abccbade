"""How often an address may fail to show who it is: wrong keys, wrong logins. What is in use already is not kept out by it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from jumou import metrics
from jumou.api.rates import Rates
from jumou.domain.audit import Act
from jumou.errors import JumouError, TooManyRequests
from jumou.storage import AuditLog
from jumou.storage.database import DATABASE_ERRORS

ACTION: Final = "login.barred"
log = structlog.get_logger("jumou.access")


class Tries:
    """Bars addresses that have failed too often from trying anything new for a while. One for an application."""

    def __init__(self, rates: Rates, audit: Callable[[], AuditLog]) -> None:
        """`audit` gives the stream; it is asked for when an address is barred."""
        self._rates = rates
        self._audit = audit

    def check(self, address: str) -> None:
        """Does nothing for an address that may try.

        Raises:
            TooManyRequests: it has failed too often.
        """
        seconds = self._rates.barred(address)
        if seconds:
            metrics.note("jumou_limited_requests", limit="logins")
            raise TooManyRequests(
                "该地址登录失败次数过多，暂停登录。", "Too many failed logins from this address.",
                mend_zh=f"请在 {seconds} 秒后重试；已登录的页面和在用的密钥不受影响。",
                mend_en=f"Try again in {seconds} seconds; pages that are logged in and keys in use go on.",
                retry_after=seconds,
            )  # fmt: skip

    def failed(self, address: str) -> None:
        """Counts a failure; the one that bars the address stands in the log and in the audit stream. It may ask the database."""
        if not self._rates.failed(address):
            return
        log.warning("logins barred", address=address)
        with suppress(JumouError, *DATABASE_ERRORS):  # a database that is away keeps nobody from being barred
            self._audit().record(Act(ACTION, f"address:{address}", actor="unknown"))
