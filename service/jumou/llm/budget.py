"""What may be spent on a model, by run and by user, and what was.

A call is reserved with the most it can cost before it is made, so that calls under way at once cannot overshoot
together; the reservation is settled with what the endpoint counted. Prices come from the `genai-prices` table, in
US dollars; a model it does not know costs `None`, and such calls are counted.
"""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from jumou.domain.allowance import DayLimits, DayUse, Held, Spender
from jumou.errors import OverBudget
from jumou.llm.messages import Usage


class Budget(NamedTuple):
    """The most one run may use; `usd` binds only where a price is known."""

    calls: int = 150
    tokens: int = 1_000_000
    usd: float | None = None


class Spent(NamedTuple):
    """What was used. `usd` is None when no call had a known price; `unpriced` counts the calls without one."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float | None = None
    unpriced: int = 0

    @property
    def tokens(self) -> int:
        """In and out."""
        return self.tokens_in + self.tokens_out


@lru_cache(maxsize=4096)
def price(model: str, address: str, tokens_in: int, tokens_out: int) -> Decimal | None:
    """US dollars for so many tokens; None for a model the table does not know, and for a machine of one's own."""
    from genai_prices import Usage as Counted  # noqa: PLC0415 - the table is large, and most runs ask no model
    from genai_prices import calc_price  # noqa: PLC0415 - as above

    counted = Counted(input_tokens=tokens_in, output_tokens=tokens_out)
    try:
        if address.startswith("http"):
            return calc_price(counted, model, provider_api_url=address).total_price
        return calc_price(counted, model, provider_id=address).total_price
    except LookupError:
        return None


class Spending(Protocol):
    """The account of the day that all runs and processes share."""

    def hold(self, spender: Spender, tokens: int, micro_usd: int, limits: DayLimits) -> Held:
        """Sets aside what a call can use at most, unless that would pass a limit."""
        ...

    def settle(self, held: str, spender: Spender, used: DayUse) -> None:
        """Ends a hold (empty: there was none) with what the call used."""
        ...


_UNBOUND: Final = DayLimits()
_NOBODY: Final = Spender()
_DAY: Final = {
    "user_tokens": ("您当日的词元", "your tokens of the day", "JUMOU_LLM_USER_TOKENS"),
    "user_usd": ("您当日的费用", "your money of the day", "JUMOU_LLM_USER_USD"),
    "workspace_tokens": ("工作区当日的词元", "the workspace's tokens of the day", "JUMOU_LLM_WORKSPACE_TOKENS"),
    "workspace_usd": ("工作区当日的费用", "the workspace's money of the day", "JUMOU_LLM_WORKSPACE_USD"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Reservation:
    """What a call under way may cost at most."""

    tokens: int
    usd: Decimal | None
    held: str = ""
    """Under which the day's account knows it."""


@dataclass(slots=True)
class Ledger:
    """The account of one run: what is spent and what is reserved. Safe among threads."""

    budget: Budget
    model: str
    address: str
    spender: Spender = _NOBODY
    limits: DayLimits = _UNBOUND
    spending: Spending | None = None
    _calls: int = 0
    _in: int = 0
    _out: int = 0
    _usd: Decimal | None = None
    _unpriced: int = 0
    _reserved: list[Reservation] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def waits(self) -> bool:
        """Whether reserving asks the day's account, which may take as long as a database."""
        return self.spending is not None and self.limits != _UNBOUND

    @property
    def spent(self) -> Spent:
        """So far, without what is under way."""
        return Spent(self._calls, self._in, self._out, None if self._usd is None else float(self._usd), self._unpriced)

    def reserve(self, tokens_in: int, most_out: int) -> Reservation:
        """Sets aside what the next call can use at most.

        Raises:
            OverBudget: the run or the user has not that much left.
        """
        wanted = Reservation(tokens_in + most_out, price(self.model, self.address, tokens_in, most_out))
        with self._turn:
            self._within(wanted)
            self._reserved.append(wanted)
        if self.spending is None or not self.waits:
            return wanted
        day = Held(exceeded="unasked")
        try:
            day = self.spending.hold(self.spender, wanted.tokens, _micro(wanted.usd), self.limits)
        finally:
            held = replace(wanted, held=day.id)
            with self._turn:
                self._reserved.remove(wanted)
                if not day.exceeded:
                    self._reserved.append(held)
        if day.exceeded:
            raise _over(*_DAY[day.exceeded], retry_after=_until_midnight())
        return held

    def _within(self, wanted: Reservation) -> None:
        """Raises OverBudget when the run has not that much left."""
        if self._calls + len(self._reserved) + 1 > self.budget.calls:
            raise _over("调用次数", "calls", "JUMOU_LLM_RUN_CALLS")
        tokens = self._in + self._out + sum(held.tokens for held in self._reserved) + wanted.tokens
        if tokens > self.budget.tokens:
            raise _over("词元", "tokens", "JUMOU_LLM_RUN_TOKENS")
        held = sum((held.usd or Decimal(0) for held in self._reserved), wanted.usd or Decimal(0))
        if self.budget.usd is not None and (self._usd or Decimal(0)) + held > Decimal(str(self.budget.usd)):
            raise _over("费用", "money", "JUMOU_LLM_RUN_USD")

    def settle(self, reservation: Reservation, usage: Usage | None) -> Decimal | None:
        """Ends a reservation with what the call used; None when it failed and the endpoint counted nothing.

        Returns what it cost in US dollars; None where the price is not known.
        """
        counted = usage or Usage(0, 0)
        with self._turn:
            self._reserved.remove(reservation)
            cost = self._count(counted, answered=usage is not None)
        if self.spending is not None:
            used = DayUse(1, counted.tokens_in, counted.tokens_out, _micro(cost))
            self.spending.settle(reservation.held, self.spender, used)
        return cost

    def replay(self, usage: Usage) -> None:
        """Counts a call the run has paid for before, in another process; the user's day is not charged again."""
        with self._turn:
            self._count(usage, answered=True)

    def _count(self, counted: Usage, *, answered: bool) -> Decimal | None:
        self._calls += 1
        self._in += counted.tokens_in
        self._out += counted.tokens_out
        cost = price(self.model, self.address, counted.tokens_in, counted.tokens_out) if answered else Decimal(0)
        if cost is None:
            self._unpriced += 1
        elif answered:
            self._usd = (self._usd or Decimal(0)) + cost
        return cost


def _over(what_zh: str, what_en: str, setting: str, *, retry_after: float | None = None) -> OverBudget:
    return OverBudget(
        f"大模型的{what_zh}预算已用完。", f"The budget for the language model is used up: {what_en}.",
        mend_zh=f"可调大 {setting}。", mend_en=f"{setting} can be raised.", retry_after=retry_after,
    )  # fmt: skip


def _micro(usd: Decimal | None) -> int:
    return int((usd or Decimal(0)) * 1_000_000)


def _until_midnight() -> float:
    """Seconds until the next day begins, in UTC."""
    now = datetime.now(UTC)
    return (datetime.combine(now.date(), datetime.min.time(), UTC) + timedelta(days=1) - now).total_seconds()
