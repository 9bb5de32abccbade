"""What a region can carry: the money its plan can take up, and the people and firms that counts are bounded by."""

import math
import re
from dataclasses import dataclass
from typing import Final

from jumou.analysis.figures import figure, figures, quantity, usable
from jumou.domain.quantity import Quantity
from jumou.domain.region import ProfileIndicator, RegionLevel, RegionProfile
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.numbers import money_scale, small_region

_OF_OUTPUT: Final = 0.04
"""Investment a year as a share of the industry's yearly output: a planning assumption, not a norm."""

_LEAST_OF_GDP: Final = 0.01
"""A young industry in a large economy draws on the economy: so much of its GDP a year is always within reach."""

GDP_LINE: Final = 0.05
BUDGET_LINE: Final = 0.1
"""Shares a year from which investment weighs on the economy, and public money on the budget, so much that it has to be argued: ours."""

_WITHIN: Final = 0.9
"""A plan stays this far within the lines: its ranges reach above its middles."""

_REVENUE_TO_GDP: Final = 12.0
_GDP_PER_HEAD: Final = 8.0
"""GDP over local budget revenue, and per head in ten thousand yuan, where GDP itself is not given: rough means, for an order of magnitude."""

_INDUSTRY_OF_GDP: Final = 0.25
"""Output of a leading industry over GDP where no output is given at all."""

_USUAL_GDP: Final[dict[RegionLevel, float]] = {
    "national": 100_000.0, "provincial": 10_000.0, "city": 1000.0, "county": 200.0, "park": 200.0, "town": 20.0, "other": 1000.0,
}  # fmt: skip
"""GDP of a region of a level of which nothing is known, hundred million yuan."""

_USUAL_OUTPUT: Final = 500.0
"""Output of a prefecture's leading industry for which the catalogue's yearly counts are meant, hundred million yuan: our judgement."""

_USUAL_PEOPLE: Final = 4_000_000.0
"""People of the prefecture that sizes and counts of the playbook are meant for."""

_SMALL: Final = 0.2
_MONEY: Final = "亿元"
_FIRMS: Final = re.compile(
    r"企业|公司|商户|经营户|\bfirms\b|\bcompanies\b|\bbusinesses\b|\benterprises\b", re.IGNORECASE
)
_SOME_FIRMS: Final = re.compile(
    r"高新技术|上市|专精特新|小巨人|瞪羚|独角兽|龙头|利润|营收|营业收入|产值|占比|比重|增|用电|用水|high-tech|listed|unicorn|share|revenue|growth|raised",
    re.IGNORECASE,
)
"""Figures of a kind of firm, or of what firms turn over, count no industry's firms."""

_JOBS: Final = re.compile(r"就业|从业|职工|\bjobs\b|employment|employees|workforce", re.IGNORECASE)
_SHARE_OR_RATE: Final = re.compile(r"率|占比|比重|增|rate|share|growth|unemploy", re.IGNORECASE)
_SCALES: Final = (("亿", 1e8), ("万", 1e4), ("billion", 1e9), ("million", 1e6), ("thousand", 1e3))


@dataclass(frozen=True, slots=True)
class Capacity:
    """Money in hundred million yuan for the plan's whole term; people, jobs and firms as they are; None where not known.

    `base` is the figure `envelope` follows from, None when only the region's level is known. `most` and `public_most` are
    what the lines for all investment and for public money leave.
    """

    envelope: float
    base: Quantity | None
    most: float | None
    public_most: float | None
    people: float | None
    jobs: float | None
    firms: float | None


def capacity(ctx: DraftContext) -> Capacity:
    """The capacity of the region by its own figures, the nearest to the industry first."""
    profile, years = ctx.profile, ctx.horizon - ctx.start_year + 1
    gdp, budget, people = _money(profile, "gdp"), _money(profile, "budget_revenue"), _people(profile)
    size = money_scale(ctx)
    economy = gdp.value if gdp else budget.value * _REVENUE_TO_GDP if budget else None
    if economy is None and people is not None:
        economy = people[0] * _GDP_PER_HEAD / 1e4
    most = GDP_LINE * gdp.value * years * _WITHIN if gdp else None
    wanted = _OF_OUTPUT * (size.value if size else 0.0) * years
    least = _LEAST_OF_GDP * (economy or (0.0 if size else _USUAL_GDP[profile.level])) * years
    base = size if size and wanted >= least else gdp or budget or (people[1] if people else None) or size
    return Capacity(
        envelope=min(max(wanted, least), most or math.inf),
        base=base,
        most=most,
        public_most=BUDGET_LINE * budget.value * years * _WITHIN if budget else None,
        people=people[0] if people else None,
        jobs=_of_industry(ctx, _JOBS, _SHARE_OR_RATE),
        firms=_of_industry(ctx, _FIRMS, _SOME_FIRMS) or _firms_above_size(profile),
    )


def level_of(ctx: DraftContext) -> float:
    """How many times a Chinese prefecture the region is, for sizes and counts.

    A county of a prefecture's economy counts for more than its level, a small prefecture for less: the mean of both. Abroad
    a state or a province says nothing of how many live there: the root of its people does, or a prefecture's level at most.
    """
    level = ctx.playbook.level_factors[ctx.profile.level]
    if not abroad(ctx.profile):
        gdp = _money(ctx.profile, "gdp")
        if gdp is None or not _SMALL <= level <= 1:
            return level
        return math.sqrt(level * min(2.0, max(_SMALL, math.sqrt(gdp.value / _USUAL_GDP["city"]))))
    people = _people(ctx.profile)
    if people is None:
        return min(level, 1.0)
    return min(3.0, max(0.2, math.sqrt(people[0] / _USUAL_PEOPLE)))


def counted(ctx: DraftContext) -> float:
    """By how much yearly counts differ from the catalogue's: the level, and the square root of the industry's size.

    A tenth of the output does not mean a tenth of the firms, but it does not mean as many either.
    """
    level = min(level_of(ctx), 2.0)
    if abroad(ctx.profile) or (not small_region(ctx) and ctx.profile.level != "city"):
        return level
    size = money_scale(ctx)
    output = size.value if size else _likely_output(ctx.profile)
    return level if output is None else level * min(1.5, max(0.3, math.sqrt(output / _USUAL_OUTPUT)))


def _likely_output(profile: RegionProfile) -> float | None:
    """Output of a leading industry by the region's GDP, budget or people; None where none is known."""
    gdp, budget, people = _money(profile, "gdp"), _money(profile, "budget_revenue"), _people(profile)
    economy = gdp.value if gdp else budget.value * _REVENUE_TO_GDP if budget else None
    if economy is None and people is not None and profile.level == "city":
        economy = people[0] * _GDP_PER_HEAD / 1e4
    return None if economy is None or profile.level != "city" else _INDUSTRY_OF_GDP * economy


def _money(profile: RegionProfile, key: str) -> Quantity | None:
    cell = figure(profile, key)
    return quantity(cell) if cell is not None and cell.value and cell.unit == _MONEY else None


def _people(profile: RegionProfile) -> tuple[float, Quantity] | None:
    cell = next((cell for cell in figures(profile, "population") if cell.value), None)
    return None if cell is None else (_heads(cell), quantity(cell))


def _heads(cell: ProfileIndicator) -> float:
    scale = next((factor for word, factor in _SCALES if word in cell.unit.lower()), 1.0)
    return (cell.value or 0.0) * scale


def _of_industry(ctx: DraftContext, find: re.Pattern[str], leave: re.Pattern[str]) -> float | None:
    """The largest count of a kind in the industry, by the figures whose names speak of it."""
    names = {
        part for part in re.split(r"[、，,;；/与和()（）]|\band\b", ctx.industry.name.lower()) if len(part.strip()) > 1
    }
    names |= {alias.lower() for chain in ctx.industry.chains for alias in (*chain.aliases.zh, *chain.aliases.en)}
    found = [
        _heads(cell)
        for cell in ctx.profile.indicators
        if usable(cell) and cell.value and "%" not in cell.unit and _MONEY not in cell.unit
        and find.search(cell.metric) and not leave.search(cell.metric)
        and any(name.strip().removesuffix("产业").removesuffix(" manufacturing") in cell.metric.lower() for name in names)
    ]  # fmt: skip
    return max(found, default=None)


def _firms_above_size(profile: RegionProfile) -> float | None:
    cell = figure(profile, "firms")
    return cell.value if cell is not None and cell.value else None
