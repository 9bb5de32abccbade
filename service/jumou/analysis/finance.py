"""Financing: the cheapest mix of sources within rules, cover of debt service, and leverage of a fund."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from jumou.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Source:
    """A source of money: yearly cost, equity-like or debt, the highest and lowest share of the whole (all as shares)."""

    name: str
    annual_cost: float
    most: float
    equity: bool
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares by source (sum 1), the weighted yearly cost, and the limits that bind."""

    shares: dict[str, float]
    cost: float
    binding: tuple[str, ...]


def mix(sources: Sequence[Source], *, minimum_equity: float, maximum_debt: float) -> Mix:
    """The cheapest shares with sum 1, each within its limits, equity at least and debt at most as given.

    Ties between equally cheap sources go to the one listed first.

    Raises:
        InvalidRequest: no mix meets all limits; the message names the limit that stands in the way.
    """
    if not sources:
        raise InvalidRequest("没有资金来源。", "there is no source of money.")
    equity = np.array([float(source.equity) for source in sources])
    _refuse_infeasible(sources, minimum_equity, maximum_debt)
    cost = np.array([source.annual_cost for source in sources]) + 1e-9 * np.arange(len(sources))
    from scipy.optimize import linprog  # noqa: PLC0415 - a fifth of a second of every start, and only a whole plan needs it

    solved = linprog(
        cost,
        A_ub=np.vstack([-equity, 1 - equity]),
        b_ub=np.array([-minimum_equity, maximum_debt]),
        A_eq=np.ones((1, len(sources))),
        b_eq=np.array([1.0]),
        bounds=[(source.least, source.most) for source in sources],
        method="highs",
    )
    if not solved.success:
        raise InvalidRequest(f"融资结构无可行解：{solved.message}", f"no feasible mix: {solved.message}")
    answer = np.asarray(solved.x, dtype=np.float64)
    shares = np.where(np.abs(answer) < 1e-9, 0.0, answer)
    binding = [f"most:{s.name}" for s, x in zip(sources, shares, strict=True) if abs(x - s.most) < 1e-7 and s.most < 1]
    if abs(shares @ equity - minimum_equity) < 1e-7:
        binding.append("minimum_equity")
    if abs(shares @ (1 - equity) - maximum_debt) < 1e-7:
        binding.append("maximum_debt")
    return Mix(
        shares={source.name: float(share) for source, share in zip(sources, shares, strict=True)},
        cost=float(sum(s.annual_cost * x for s, x in zip(sources, shares, strict=True))),
        binding=tuple(binding),
    )


def _refuse_infeasible(sources: Sequence[Source], minimum_equity: float, maximum_debt: float) -> None:
    """Say in words which limit cannot be met."""
    equity_most = sum(source.most for source in sources if source.equity)
    debt_most = min(maximum_debt, sum(source.most for source in sources if not source.equity))
    equity_least = sum(source.least for source in sources if source.equity)
    debt_least = sum(source.least for source in sources if not source.equity)
    mends = {"mend_zh": "请提高相应来源的上限或调整项目规模。", "mend_en": "Raise the caps or change the project."}
    if equity_most < minimum_equity - 1e-9:
        raise InvalidRequest(
            f"权益类来源上限合计 {equity_most:.0%}，低于最低资本金比例 {minimum_equity:.0%}。",
            f"minimum_equity binds: equity sources reach {equity_most:.0%}, below the {minimum_equity:.0%} required.",
            **mends,
        )
    if debt_least > maximum_debt + 1e-9:
        raise InvalidRequest(
            f"债务类来源下限合计 {debt_least:.0%}，超过债务比例上限 {maximum_debt:.0%}。",
            f"maximum_debt binds: debt sources need {debt_least:.0%}, above the {maximum_debt:.0%} allowed.",
            **mends,
        )
    if equity_most + debt_most < 1 - 1e-9:
        name = "maximum_debt" if debt_most == maximum_debt else "most"
        raise InvalidRequest(
            f"各来源上限合计 {equity_most + debt_most:.0%}，不足以覆盖总投资（{name}）。",
            f"{name} binds: the caps of all sources reach {equity_most + debt_most:.0%} of the investment.",
            **mends,
        )
    if equity_least + debt_least > 1 + 1e-9:
        raise InvalidRequest(
            "各来源下限合计超过总投资。", "least binds: the floors of the sources exceed the investment.", **mends
        )


def level_payment(principal: float, annual_rate: float, years: int) -> float:
    """The yearly payment that repays a loan in `years` equal parts.

    Raises:
        InvalidRequest: there is no year to repay in.
    """
    if years <= 0:
        raise InvalidRequest("还款年限须为正。", "the term has to be positive.")
    if annual_rate == 0:
        return principal / years
    return principal * annual_rate / (1 - (1 + annual_rate) ** -years)


def debt_service_cover(cash: Sequence[float], service: Sequence[float]) -> tuple[float | None, ...]:
    """Cash available over debt service by year; None in years without service. Lenders ask for 1.2 to 1.3 in every one."""
    return tuple(money / due if due > 0 else None for money, due in zip(cash, service, strict=True))


def leverage(private_money: float, fund_money: float) -> float | None:
    """Private money a unit of fund money brings; None without a fund."""
    return private_money / fund_money if fund_money > 0 else None


TOGETHER: Final = 0.25
"""Correlation assumed between the errors of two projects' estimates where nothing is known of it."""


def total_range(ranges: Sequence[tuple[float, float]], together: float = TOGETHER) -> tuple[float, float, float]:
    """Low, middle and high of a sum whose parts are ranges of equal confidence, symmetric about their middles.

    The half widths add like standard deviations with one correlation between all pairs: 0 would be independence, 1 gives
    the sums of all lows and of all highs.

    Raises:
        InvalidRequest: a range is upside down, or the correlation lies outside 0 to 1.
    """
    if not 0 <= together <= 1 or any(high < low for low, high in ranges):
        raise InvalidRequest(
            "投资区间的下限高于上限，或相关系数不在0—1之间。",
            "A range is upside down, or the correlation is not within 0 to 1.",
        )
    halves = [(high - low) / 2 for low, high in ranges]
    middle = sum((low + high) / 2 for low, high in ranges)
    apart = sum(half * half for half in halves)
    half = math.sqrt(together * sum(halves) ** 2 + (1 - together) * apart)
    return middle - half, middle, middle + half
