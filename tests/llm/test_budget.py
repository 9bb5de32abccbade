import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jumou.domain.allowance import DayLimits, Spender
from jumou.domain.calling import Calling, called_by
from jumou.errors import OverBudget
from jumou.llm import Budget, LanguageModel, Message, Usage
from jumou.llm.budget import Ledger, price
from jumou.storage import open_database
from jumou.storage.spending import DaySpending
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


def spending(home: Path, url: str = "") -> DaySpending:
    """As a process has it; each call is another process."""
    return DaySpending.beside(home, lambda: open_database(home, url), shared=bool(url))


def ledger(account: DaySpending, user: str, limits: DayLimits, workspace: str = "default") -> Ledger:
    return Ledger(Budget(), "m", "openai", Spender(user, workspace), limits, account)


def test_a_users_day_is_kept_over_runs_and_processes(tmp_path: Path, database_url: str) -> None:
    """In PostgreSQL where it is the database; another user has an allowance of their own."""
    limits = DayLimits(user_tokens=1000)
    for _ in range(2):
        one = ledger(spending(tmp_path, database_url), "zhang", limits)
        one.settle(one.reserve(100, 300), Usage(100, 250))
    with pytest.raises(OverBudget, match="day") as over:
        ledger(spending(tmp_path, database_url), "zhang", limits).reserve(100, 300)
    assert 0 < (over.value.retry_after or 0) <= 86_400
    ledger(spending(tmp_path, database_url), "li", limits).reserve(100, 300)
    assert spending(tmp_path, database_url).today(user="zhang").tokens == 700


def test_a_workspaces_day_is_shared_by_its_users(tmp_path: Path, database_url: str) -> None:
    limits = DayLimits(workspace_tokens=1000)
    for user in ("zhang", "li"):
        one = ledger(spending(tmp_path, database_url), user, limits, "dalian")
        one.settle(one.reserve(100, 300), Usage(100, 250))
    with pytest.raises(OverBudget, match="workspace"):
        ledger(spending(tmp_path, database_url), "wang", limits, "dalian").reserve(100, 300)
    ledger(spending(tmp_path, database_url), "wang", limits, "jilin").reserve(100, 300)


def test_calls_of_several_processes_cannot_overshoot_together(tmp_path: Path, database_url: str) -> None:
    """What each may cost is set aside before it is made: of twelve at once, as many as fit."""
    accounts = [spending(tmp_path, database_url) for _ in range(3)]
    limits = DayLimits(user_tokens=2000)

    def reserve(number: int) -> bool:
        try:
            ledger(accounts[number % 3], "zhang", limits).reserve(100, 300)
        except OverBudget:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(reserve, range(12))) == 5


def test_what_many_calls_cost_that_end_at_once_is_counted_to_the_last_token(tmp_path: Path, database_url: str) -> None:
    """They are written together; what was set aside for them is free again."""
    account, limits = spending(tmp_path, database_url), DayLimits(user_tokens=100_000)
    users = ("zhang", "li")

    def call(number: int) -> None:
        one = ledger(account, users[number % 2], limits)
        one.settle(one.reserve(100, 300), Usage(number, 1))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(call, range(60)))
    used = [account.today(user=user) for user in users]
    assert [one.calls for one in used] == [30, 30]
    assert sum(one.tokens_in for one in used) == sum(range(60))
    assert account.hold(Spender("zhang"), 100_000 - used[0].tokens, 0, limits).exceeded == ""


def test_what_a_killed_process_had_set_aside_is_given_up(tmp_path: Path) -> None:
    account, limits = spending(tmp_path), DayLimits(user_tokens=500)
    ledger(account, "zhang", limits).reserve(100, 300)
    with pytest.raises(OverBudget):
        ledger(account, "zhang", limits).reserve(100, 300)
    with sqlite3.connect(tmp_path / "llm" / "spending.db") as database:
        database.execute("UPDATE model_holds SET ends = 0")
    ledger(account, "zhang", limits).reserve(100, 300)


def test_the_caller_of_the_work_pays_where_there_are_accounts(tmp_path: Path, model: Make) -> None:
    """Not the name that was typed."""
    account = spending(tmp_path)
    asked, _ = model(lambda _: "好", spending=account)
    with called_by(Calling(user="zhang", workspace="dalian")):
        run = asked.run(user="somebody else")
    asyncio.run(run.write(HELLO))
    assert account.today(user="zhang", workspace="dalian").calls == 1
    assert account.today(user="somebody else").calls == 0
