"""Target paths: from a baseline by a middle growth rate or step, and what can be promised where there is no baseline.

Rates and steps are the playbook's planning assumptions; a path is never a measurement, and its formula stands with it.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jumou.analysis.targets import grown
from jumou.domain.evidence import Citation
from jumou.domain.framework import KpiFamily
from jumou.domain.implementation import FinancingPlan, Kpi, KpiTarget
from jumou.domain.playbook import Band, PolicyPace
from jumou.domain.portfolio import Project
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.kpi_grounds import computed, policy_pace, region_pace
from jumou.drafting.rules.numbers import money_scale, small_region

_COUNTED: Final = re.compile(
    r"[家户个项件支款部条场]|firms|works|lines|events|products|varieties|stores|farms|marks|sites|providers|clusters|projects|products|parks|brands|patents|platforms|standards|teams"
)
_SAYS_SO: Final = re.compile(r"累计|新增|cumulative|signed|added")
CHAIN_BAND: Final = Band(low=4, mid=8, high=12)
_PERCENT: Final = "%"


@dataclass(frozen=True, slots=True)
class Entry:
    """A KPI to be set, wherever it comes from; `beside` the general ones of its family, whose number it does not count in."""

    key: str
    family: KpiFamily
    name: str
    unit: str
    words: tuple[str, ...]
    keys: tuple[str, ...] = ()
    growth: Band | None = None
    step: Band | None = None
    increment: float | None = None
    constant: Band | None = None
    from_portfolio: bool = False
    core: bool = False
    down: bool = False
    from_chain: bool = False
    names_industry: bool = False
    beside: bool = False
    own: bool = False
    """An indicator of this kind of industry alone, or one the region asks for: it comes before the general ones."""
    counts: str = ""
    stated: bool = False
    policy: PolicyPace | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """Targets by year, the unit the KPI is measured in, how the targets were set; `renamed` when they need another name.

    Targets carry their own unit: without a baseline they are a yearly rate, points gained, or numbers added.
    """

    targets: tuple[KpiTarget, ...]
    unit: str
    note: str
    renamed: str = ""
    citations: tuple[Citation, ...] = ()


def target_path(
    ctx: DraftContext, entry: Entry, name: str, baseline: Quantity | None, unit: str, *, whole: bool = False
) -> Path:
    """The path of an entry over the plan's years; `whole` when the baseline measures the region's whole economy or industry.

    A policy's pace comes before our own; the whole of an economy grows in the band of the region and its peers.
    """
    if entry.from_portfolio:
        return Path((), unit, "")
    derived = by_policy(ctx, entry, name, baseline) if entry.policy else None
    if derived is None and whole and baseline is not None and entry.growth is not None:
        derived = by_growth_of_region(ctx, name, baseline)
    if derived is not None:
        return derived
    years = list(range(ctx.start_year, ctx.horizon + 1))
    sign = -1 if entry.down else 1
    write = ctx.writer
    if entry.constant is not None:
        values = [entry.constant.mid] * len(years)
        note = write.pick("按年度保持的水平，为规划假设。", "A level kept every year; a planning assumption.")
        return Path(
            _targets(name, years, values, entry.unit, f"constant = {entry.constant.mid:g}", "level"), entry.unit, note
        )
    if baseline is not None and (entry.growth is not None or entry.step is not None or entry.from_chain):
        return _from_baseline(ctx, entry, name, baseline, years, sign)
    if entry.increment is not None:
        level = 1.0 if _PERCENT in entry.unit else counted(ctx)
        raw = [entry.increment * level * (number + 1) for number in range(len(years))]
        if baseline is not None and not _SAYS_SO.search(name):
            return _added_to(ctx, name, baseline, raw, years)
        values = [max(1.0, float(round(value))) if _COUNTED.fullmatch(entry.unit) else neat(value) for value in raw]
        note = write.pick(
            "规划期内新增（累计）值，为规划假设。", "Added within the plan's term, cumulative; a planning assumption."
        )
        targets = _targets(name, years, values, entry.unit, "increment * level_factor * size_factor * years", "added")
        return Path(
            targets,
            entry.unit,
            note,
            "" if _SAYS_SO.search(name) else write.pick(f"新增{name}（累计）", f"{name}, added"),
        )
    if entry.step is not None:
        values = [round(sign * entry.step.mid * (number + 1), 2) for number in range(len(years))]
        points = write.pick("百分点（较基期）", "percentage points over baseline")
        note = write.pick(
            "缺基期值，先设较基期变动幅度，为规划假设。",
            "No baseline: the change against it is set, as a planning assumption.",
        )
        return Path(_targets(name, years, values, points, "step * years", "points"), entry.unit, note)
    return _rate(ctx, name, entry.unit, sign * (entry.growth or CHAIN_BAND).mid, years)


_USUAL_OUTPUT: Final = 500.0
"""Output of a prefecture's leading industry for which the catalogue's yearly counts are meant, hundred million yuan: our judgement."""


def counted(ctx: DraftContext) -> float:
    """By how much yearly counts differ from the catalogue's: the level, and the square root of the industry's size.

    A tenth of the output does not mean a tenth of the firms, but it does not mean as many either.
    """
    level = min(ctx.playbook.level_factors[ctx.profile.level], 2.0)
    size = money_scale(ctx)
    if size is None or (small_region(ctx) is False and ctx.profile.level != "city"):
        return level
    return level * min(1.5, max(0.3, math.sqrt(size.value / _USUAL_OUTPUT)))


def _rate(ctx: DraftContext, name: str, unit: str, rate: float, years: Sequence[int]) -> Path:
    """A yearly rate instead of levels; the KPI keeps the unit it is measured in, the targets say that they are a rate."""
    write = ctx.writer
    note = write.pick(
        "缺基期值，先设年均增速（降幅），为规划假设；补充基期后换算为绝对目标。",
        "No baseline: a yearly rate is set, as a planning assumption, until the baseline is known.",
    )
    own = write.pick("%（年均增速）" if rate >= 0 else "%（年均降幅）", "% a year" if rate >= 0 else "% a year, down")
    targets = _targets(name, years, [abs(rate)] * len(years), own, f"growth_rate = {rate:g}", "rate")
    return Path(targets, unit, note)


def _from_baseline(
    ctx: DraftContext, entry: Entry, name: str, baseline: Quantity, years: Sequence[int], sign: int
) -> Path:
    write, unit = ctx.writer, baseline.unit
    spans = [max(1, year - (baseline.year or ctx.start_year - 1)) for year in years]
    share = _PERCENT in unit
    if entry.step is not None:
        values = [neat(_bounded(baseline.value + sign * entry.step.mid * span, share=share)) for span in spans]
        formula = f"baseline + {sign * entry.step.mid:g} * years"
        note = write.pick(
            "以基期值为起点按年均提升幅度的中位假设推算，评审时可在区间内调整。",
            "From the baseline by a middle yearly step (planning assumption); adjust within the band in review.",
        )
    else:
        band = entry.growth or CHAIN_BAND
        rate = sign * band.mid / 100
        if _COUNTED.fullmatch(unit):
            return _count_from_baseline(ctx, band, name, baseline, spans, years)
        values = [neat(_bounded(baseline.value * (1 + rate) ** span, share=share)) for span in spans]
        formula = f"baseline * (1 + {rate:g}) ** years"
        note = write.pick(
            "以基期值为起点按年均增速的中位假设推算，评审时可在高、中、低情景间选择。",
            "From the baseline at a middle growth rate (planning assumption); choose between scenarios in review.",
        )
    return Path(_targets(name, years, values, unit, formula, "from_baseline"), unit, note)


def _added_to(ctx: DraftContext, name: str, baseline: Quantity, added: Sequence[float], years: Sequence[int]) -> Path:
    """A stock that grows by a number each year of the plan."""
    values = [float(round(baseline.value + more)) for more in added]
    note = ctx.writer.pick(
        "以基期值加规划期内逐年新增数推算，新增数为规划假设。",
        "The baseline and what the plan's years add to it; what is added is a planning assumption.",
    )
    formula = "baseline + increment * level_factor * size_factor * years"
    return Path(_targets(name, years, values, baseline.unit, formula, "from_baseline"), baseline.unit, note)


def _count_from_baseline(
    ctx: DraftContext, band: Band, name: str, baseline: Quantity, spans: Sequence[int], years: Sequence[int]
) -> Path:
    """A number of firms and the like: at the band's low rate until the plan begins, at its middle one within the plan's years."""
    low, mid = band.low / 100, band.mid / 100
    values = []
    for span, year in zip(spans, years, strict=True):
        within = min(span, year - ctx.start_year + 1)
        values.append(float(round(baseline.value * (1 + low) ** (span - within) * (1 + mid) ** within)))
    note = ctx.writer.pick(
        "以基期值为起点，规划期前按年均增速的低值、规划期内按中值推算，为规划假设，评审时可在高、中、低情景间选择。",
        "From the baseline at a low growth rate until the plan begins and a middle one within it (planning assumption); choose between scenarios in review.",
    )
    formula = f"baseline * (1 + {low:g}) ** years_before * (1 + {mid:g}) ** years_of_plan"
    return Path(_targets(name, years, values, baseline.unit, formula, "from_baseline"), baseline.unit, note)


def by_growth_of_region(ctx: DraftContext, name: str, baseline: Quantity) -> Path | None:
    """From the baseline at the middle of the region's growth band; None when no growth is known."""
    ground = region_pace(ctx)
    if ground is None:
        return None
    rows = []
    for year in range(ctx.start_year, ctx.horizon + 1):
        span = max(1, year - (baseline.year or ctx.start_year - 1))
        value = neat(grown(baseline.value, ground.rate, span))
        rows.append(
            KpiTarget(year=year, quantity=computed(ground, name, value, baseline.unit, year, baseline, "from_baseline"))
        )
    return Path(tuple(rows), baseline.unit, ground.note)


def by_policy(ctx: DraftContext, entry: Entry, name: str, baseline: Quantity | None) -> Path | None:
    """At a policy's pace: grown from the baseline, cumulated where the KPI cumulates, else as a yearly rate."""
    ground = policy_pace(ctx, entry.policy) if entry.policy else None
    if ground is None:
        return None
    citations = (ground.citation,) if ground.citation else ()
    write, rows, unit = ctx.writer, [], entry.unit
    for number, year in enumerate(range(ctx.start_year, ctx.horizon + 1), start=1):
        if entry.increment is not None and _PERCENT in entry.unit:
            value, shown, flag = neat(100 * ground.rate * number), entry.unit, "added"
        elif baseline is not None and entry.growth is not None:
            span = max(1, year - (baseline.year or ctx.start_year - 1))
            value, shown, flag = neat(grown(baseline.value, ground.rate, span)), baseline.unit, "from_baseline"
            unit = baseline.unit
        else:
            value, shown, flag = round(100 * ground.rate, 2), write.pick("%（年均增速）", "% a year"), "rate"
        rows.append(KpiTarget(year=year, quantity=computed(ground, name, value, shown, year, baseline, flag)))
    return Path(tuple(rows), unit, ground.note, citations=citations)


def _bounded(value: float, *, share: bool) -> float:
    """A share stays within 0 and 100."""
    return min(100.0, max(0.0, value)) if share else max(0.0, value)


def _targets(
    name: str, years: Sequence[int], values: Sequence[float], unit: str, formula: str, flag: str
) -> tuple[KpiTarget, ...]:
    return tuple(
        KpiTarget(
            year=year,
            quantity=Quantity(
                label=name, value=value, unit=unit, year=year, basis="assumption", formula=formula, flags=(flag,)
            ),
        )
        for year, value in zip(years, values, strict=True)
    )


def from_portfolio(
    ctx: DraftContext, kpis: Sequence[Kpi], projects: Sequence[Project], financing: FinancingPlan
) -> tuple[Kpi, ...]:
    """The KPIs with the paths that only the projects can give: money spent, people trained; else a yearly rate."""
    rows = []
    for kpi in kpis:
        if kpi.targets:
            rows.append(kpi)
            continue
        path = _trained(ctx, kpi, projects) if kpi.family == "jobs" else _spent(ctx, kpi, projects, financing)
        rows.append(
            kpi.model_copy(
                update={"targets": path.targets, "unit": path.unit, "target_note": path.note, "baseline_note": ""}
                | ({"name": path.renamed} if path.renamed else {})
            )
        )
    return tuple(rows)


def _spent(ctx: DraftContext, kpi: Kpi, projects: Sequence[Project], financing: FinancingPlan) -> Path:
    write, years = ctx.writer, list(range(ctx.start_year, ctx.horizon + 1))
    if financing.years:
        done, values = 0.0, []
        for year in financing.years:
            done += year.total
            values.append(neat(done))
        note = write.pick(
            "按项目投资中值和工期逐年累计，为规划假设。",
            "Middle of the projects' investment over their months, cumulated; a planning assumption.",
        )
        unit = write.pick("亿元", "hundred million yuan")
        return Path(_targets(kpi.name, years, values, unit, "cumulative sum(project.investment)", "added"), unit, note)
    counts = [float(sum(int(project.end[:4]) <= year for project in projects)) for year in years]
    name = write.pick("重点项目建成数（累计）", "Key projects completed (cumulative)")
    unit = write.pick("个", "projects")
    note = write.pick("按项目完成时间逐年累计。", "By the projects' dates, cumulated.")
    return Path(_targets(name, years, counts, unit, "count(project.end <= year)", "added"), unit, note, name)


def _trained(ctx: DraftContext, kpi: Kpi, projects: Sequence[Project]) -> Path:
    for project in projects:
        if project.type != "B3":
            continue
        for output in project.outputs:
            quantity = output.quantity
            if quantity is not None and quantity.unit in ("人", "人次"):
                years = list(range(ctx.start_year, ctx.horizon + 1))
                first = int(project.start[:4])
                values = [quantity.value if year > first else 0.0 for year in years]
                note = ctx.writer.pick(
                    f"取自项目{project.id}的产出目标，自开工次年起计，为规划假设。",
                    f"The output of {project.id}, from the year after it begins; a planning assumption.",
                )
                return Path(
                    _targets(kpi.name, years, values, kpi.unit, f"{project.id}.outputs", "level"), kpi.unit, note
                )
    return _rate(ctx, kpi.name, kpi.unit, CHAIN_BAND.mid, list(range(ctx.start_year, ctx.horizon + 1)))


def neat(value: float) -> float:
    """As many digits as a planning value carries: whole numbers from 100 on, one decimal from 10 on, else two."""
    if abs(value) >= 100:
        return float(round(value))
    return round(value, 1) if abs(value) >= 10 else round(value, 2)
