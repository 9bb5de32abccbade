"""The plan's money: each project's sources by year, the total as a middle with a reasoned range, and whether the region can carry it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from jumou.analysis.figures import figure, quantity
from jumou.analysis.finance import total_range
from jumou.domain.evidence import Statement
from jumou.domain.implementation import FinancingPlan, FinancingYear
from jumou.domain.portfolio import Funding, Project
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.capacity import BUDGET_LINE, GDP_LINE
from jumou.drafting.rules.scheduling import to_month
from jumou.retrieval import Filter

_MONEY: Final = "亿元"


def financing_plan(ctx: DraftContext, projects: tuple[Project, ...]) -> FinancingPlan:
    """Each project's money by source, spread evenly over its months and summed by year."""
    years: dict[int, dict[Funding, float]] = {
        year: defaultdict(float) for year in range(ctx.start_year, ctx.horizon + 1)
    }
    by_source: dict[Funding, float] = defaultdict(float)
    ranges: list[tuple[float, float]] = []
    for project in projects:
        if project.investment is None:
            continue
        ranges.append((project.investment.value, project.investment.upper or project.investment.value))
        months = _months_by_year(ctx, project)
        span = sum(months.values())
        for share in project.financing:
            amount = share.amount.value if share.amount else 0.0
            by_source[share.source] += amount
            for year, count in months.items():
                years[year][share.source] += amount * count / span
    write = ctx.writer
    if not any(high for _, high in ranges):
        note = write.say(
            "资料未给出可用的投资口径，资金总量待可行性研究确定；各项目已列资金来源结构。",
            "No cost basis in the profile: totals are left to feasibility studies; the mix of sources is given by project.",
            state="no_evidence",
        )
        return FinancingPlan(notes=(note,), state="no_evidence")
    low, middle, high = total_range(ranges)
    total = Quantity(
        label=write.pick("项目总投资区间（规划假设）", "range of total investment (planning assumption)"),
        value=_whole(low), upper=_whole(high), unit="亿元", basis="assumption", formula="total_range(project.investment)",
    )  # fmt: skip
    central = Quantity(
        label=write.pick("项目总投资中值（规划假设）", "middle of total investment (planning assumption)"),
        value=_whole(middle), unit="亿元", basis="assumption", formula="sum(project.investment_mid)",
    )  # fmt: skip
    return FinancingPlan(
        total=total,
        central=central,
        years=tuple(
            FinancingYear(year=year, amounts={source: round(value, 2) for source, value in sorted(amounts.items())})
            for year, amounts in years.items()
        ),
        by_source={source: round(value, 2) for source, value in sorted(by_source.items())},
        notes=(
            _how_wide(ctx, ranges, total),
            *_afforded(ctx, central, by_source, len(years)),
            *_financing_notes(ctx, by_source),
        ),
        figures=(central, total),
        state="assumption",
    )


def _months_by_year(ctx: DraftContext, project: Project) -> dict[int, int]:
    begin, end = to_month(ctx, project.start), to_month(ctx, project.end)
    counts: dict[int, int] = defaultdict(int)
    for offset in range(begin, end + 1):
        counts[min(ctx.horizon, ctx.start_year + offset // 12)] += 1
    return dict(counts)


def _financing_notes(ctx: DraftContext, by_source: dict[Funding, float]) -> tuple[Statement, ...]:
    write = ctx.writer
    total = sum(by_source.values())
    share = Quantity(
        label=write.pick("政府性资金占比", "public share"),
        value=round(100 * sum(by_source.get(name, 0.0) for name in ("government", "special_bond")) / total, 1),
        unit="%", basis="computed", formula="(government + special_bond) / total", source_ids=("implementation.financing.by_source",),
    )  # fmt: skip
    notes = [
        write.say(
            "按测算，政府投资与专项债券合计约占{share}，其余由企业自筹、基金、银行贷款和社会资本承担；测算建立在规划假设之上。",
            "Public money comes to about {share} of the total; firms, funds, loans and private capital carry the rest. The sum rests on planning assumptions.",
            share=share, state="assumption",
        )
    ]  # fmt: skip
    if not abroad(ctx.profile):
        for question, words, zh, en in (
            ("专项债券 负面清单 收益", ["专项债", "收益", "负面清单", "special bonds"],
             "专项债券只用于有收益的公共基础设施部分，逐项测算收益覆盖本息。", "Special bonds pay only for the revenue-bearing part of public infrastructure, and income has to cover debt service item by item."),
            ("政府投资基金 设立 招商引资", ["基金", "招商引资", "县级", "fund"],
             "产业基金按市场化方式运作，不以招商引资为目的设立，县区优先参与上级母基金。", "The industry fund runs on market lines and is not set up to attract investment; counties join the funds of higher levels."),
        ):  # fmt: skip
            hits = ctx.desk.find(question, limit=5, where=Filter(kinds=("policy", "user")))
            citations = ctx.desk.cite(hits, words, fresh=False)
            notes.append(write.say(zh, en, citations=citations, state="grounded" if citations else "no_evidence"))
    return tuple(notes)


def _whole(value: float) -> float:
    """A total without decimals where it is large: an assumption should not look like an account."""
    return float(round(value)) if value >= 10 else round(value, 1)


def _how_wide(ctx: DraftContext, ranges: Sequence[tuple[float, float]], total: Quantity) -> Statement:
    write = ctx.writer
    sums = Quantity(
        label=write.pick("各项目上下限直接相加", "sums of all lows and of all highs"), value=_whole(sum(low for low, _ in ranges)),
        upper=_whole(sum(high for _, high in ranges)), unit=_MONEY, basis="assumption", formula="sum(project.investment)",
    )  # fmt: skip
    return write.say(
        "总投资以各项目区间中值之和为中值；各项目不会同时取下限或上限，按两两相关系数四分之一合成，合理区间为{total}，不采用上下限直接相加的{sums}。",
        "The middle of the total is the sum of the projects' middles. Not all projects come out low or high together: with a correlation of a quarter between any two, the range is {total}, not the {sums} that plain addition would give.",
        total=total, sums=sums, state="assumption",
    )  # fmt: skip


def _afforded(ctx: DraftContext, central: Quantity, by_source: Mapping[Funding, float], years: int) -> list[Statement]:
    """The plan's money beside the region's: investment a year against GDP, public money a year against the budget's revenue."""
    write = ctx.writer
    public = sum(by_source.get(name, 0.0) for name in ("government", "special_bond"))
    rows = (
        ("gdp", central.value, 100 * GDP_LINE, "总投资年均额", "yearly investment", "total / years / gdp"),
        ("budget_revenue", public, 100 * BUDGET_LINE, "政府投资与专项债券年均额", "yearly spending from government money and special bonds", "(government + special_bond) / years / budget_revenue"),
    )  # fmt: skip
    found = []
    for key, amount, most, zh, en, formula in rows:
        cell = figure(ctx.profile, key)
        if cell is None or not cell.value or cell.unit != _MONEY:
            continue
        base = quantity(cell)
        share = Quantity(
            label=write.pick(f"{zh}与{base.label}之比", f"{en} over {write.statistic(base.label)}"), value=round(100 * amount / years / base.value, 1),
            unit="%", basis="computed", formula=formula, source_ids=base.source_ids,
        )  # fmt: skip
        heavy = share.value > most
        limit = Quantity(
            label=write.pick("须专门论证的比例", "share that has to be argued"),
            value=most,
            unit="%",
            basis="assumption",
            formula="planning_limit",
        )
        found.append(
            write.say(
                "{what}相当于{label}（{base}）的{share}，{verdict}{limit}{tail}。",
                "{what} comes to {share} of {label} ({base}), {verdict} {limit}{tail}.",
                what=write.pick(zh, en), label=base.label, base=base, share=share, limit=limit,
                verdict=write.pick("高于" if heavy else "未超过", "above" if heavy else "not above"),
                tail=write.pick("的论证线，须分期实施、压减规模或专门论证承受能力", ", the line from which spending has to be phased, cut or argued for")
                if heavy
                else write.pick("的论证线", ", the line from which it would have to be argued"),
                state="grounded",
            )
        )  # fmt: skip
    if not found:
        found.append(
            write.say(
                "资料缺少可用的地区生产总值和财政收入，投资规模与本地承受能力未能校核，须补充后复核。",
                "The profile gives neither GDP nor budget revenue that could be used: whether the region can carry the plan has to be checked when they are supplied.",
                state="no_evidence",
            )
        )  # fmt: skip
    return found
