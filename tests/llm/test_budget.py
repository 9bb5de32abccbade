import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from jumou.errors import OverBudget
from jumou.llm import Allowance, Budget, LanguageModel, Message, Spending, Usage
from jumou.llm.budget import Ledger, price
from jumou.testing import ModelServer

Make = Callable[..., tuple[LanguageModel, ModelServer]]
HELLO = (Message("user", "你好"),)


def test_a_run_makes_no_more_calls_than_its_budget_has(model: Make) -> None:
    """Also when they are asked for at once."""
    asked, server = model(lambda _: "好", latency=0.1, budget=Budget(calls=3))
    run = asked.run()

    async def many() -> list[object]:
        return await asyncio.gather(*(run.write(HELLO) for _ in range(8)), return_exceptions=True)

    results = asyncio.run(many())
    assert server.calls == run.spent.calls == 3
    assert sum(isinstance(result, OverBudget) for result in results) == 5


def test_tokens_are_set_aside_before_a_call() -> None:
    """Calls under way cannot overshoot together."""
    ledger = Ledger(Budget(tokens=1000), "m", "openai")
    first = ledger.reserve(200, 400)
    with pytest.raises(OverBudget, match="tokens"):
        ledger.reserve(100, 400)
    ledger.settle(first, Usage(180, 20))
    ledger.reserve(100, 400)
    assert ledger.spent.tokens == 200


def test_money_binds_where_the_price_is_known() -> None:
    """Prices come from the table; a call is refused that could cost more than is left."""
    known = price("gpt-4o-mini", "openai", 1_000_000, 0)
    assert known is not None
    assert known > 0
    ledger = Ledger(Budget(usd=0.0001), "gpt-4o-mini", "openai")
    with pytest.raises(OverBudget, match="money"):
        ledger.reserve(1000, 2000)


def test_an_unknown_price_is_none_and_counted() -> None:
    """Never 0: nobody said that it was free."""
    assert price("a-model-of-our-own", "http://127.0.0.1:9/v1", 10, 10) is None
    ledger = Ledger(Budget(usd=1), "a-model-of-our-own", "http://127.0.0.1:9/v1")
    ledger.settle(ledger.reserve(10, 10), Usage(10, 5))
    assert ledger.spent.usd is None
    assert ledger.spent.unpriced == 1


def test_a_users_day_is_kept_over_runs_and_processes(tmp_path: Path) -> None:
    """What was spent stands in the home folder; another user has an allowance of their own."""
    for _ in range(2):
        ledger = Ledger(Budget(), "m", "openai", "zhang", Allowance(tokens=1000), Spending(tmp_path))
        ledger.settle(ledger.reserve(100, 300), Usage(100, 250))
    again = Ledger(Budget(), "m", "openai", "zhang", Allowance(tokens=1000), Spending(tmp_path))
    with pytest.raises(OverBudget, match="day"):
        again.reserve(100, 300)
    Ledger(Budget(), "m", "openai", "li", Allowance(tokens=1000), Spending(tmp_path)).reserve(100, 300)
    assert Spending(tmp_path).today("zhang").tokens == 700
