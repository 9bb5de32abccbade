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
from jumou.drafting.rules.capacity import counted
from jumou.drafting.rules.kpi_grounds import computed, policy_pace, region_pace

_COUNTED: Final = re.compile(
    r"[家户个项件支款部条场]|firms|works|lines|events|products|varieties|stores|farms|marks|sites|providers|clusters|projects|products|parks|brands|patents|platforms|standards|teams"
)
_SAYS_SO: Final = re.compile(r"累计|新增|cumulative|signed|added")
CHAIN_BAND: Final = Band(low=4, mid=8, high=12)
_DOWN_BAND: Final = Band(low=0.5, mid=1.5, high=3)
"""What is to fall (coal burnt for a kilowatt-hour, time in port) falls slowly: physics and habits set the pace."""
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
    most: float | None = None
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
    part: bool = False
    """The size of one of the things the industry's name lists, called as the region's figure calls it."""
    about: str = ""
    legacy: bool = False
    stated: bool = False
    policy: PolicyPace | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What the region's own facts say of a KPI: its growth so far (a share a year), whether it must not grow, or should grow little."""

    own: float | None = None
    held: bool = False
    damped: bool = False


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
    ctx: DraftContext,
    entry: Entry,
    name: str,
    baseline: Quantity | None,
    unit: str,
    *,
    whole: bool = False,
    course: Course = Course(),
) -> Path:
    """The path of an entry over the plan's years; `whole` when the baseline measures the region's whole economy or industry.

    What must not grow is held or follows its own fall. A policy's pace comes before our own; the whole of an economy grows in the band of the region and its peers.
    """
    if entry.from_portfolio:
        return Path((), unit, "")
    if course.held and baseline is not None:
        return _held(ctx, name, baseline, course)
    derived = by_policy(ctx, entry, name, baseline) if entry.policy else None
    if derived is None and whole and not course.damped and baseline is not None and entry.growth is not None:
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
        return _from_baseline(ctx, entry, name, baseline, course)
    if entry.increment is not None:
        level = 1.0 if _PERCENT in entry.unit else counted(ctx)
        level *= _DAMPED if course.damped else 1.0
        most = entry.most if entry.most is not None else math.inf
        raw = [min(most, entry.increment * level * (number + 1)) for number in range(len(years))]
        if baseline is not None and not _SAYS_SO.search(name):
            return _added_to(ctx, name, baseline, raw, years)
        values = [max(1.0, float(round(value))) if _COUNTED.fullmatch(entry.unit) else neat(value) for value in raw]
        note = write.pick(
            "规划期内新增（累计）值，为规划假设。", "Added within the plan's term, cumulative; a planning assumption."
        )
        formula = "increment * level_factor * size_factor * years"
        formula = formula if entry.most is None else f"min({entry.most:g}, {formula})"
        targets = _targets(name, years, values, entry.unit, formula, "added")
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
    band = entry.growth or (_DOWN_BAND if entry.down else CHAIN_BAND)
    return _rate(ctx, name, entry.unit, sign * (band.low if course.damped else band.mid), years)


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


_DAMPED: Final = 0.5
"""Where posts stay empty or firms are too many already, half as many are added."""

_STEEPEST: Final = 0.05
"""A fall of the past is not carried on faster than this: our judgement."""


def _held(ctx: DraftContext, name: str, baseline: Quantity, course: Course) -> Path:
    """At most the baseline: what the region calls surplus, or depends on, follows its own fall but never grows."""
    years = _years(ctx, baseline)
    rate = round(max(-_STEEPEST, min(0.0, course.own or 0.0)), 4)
    values = [neat(baseline.value * (1 + rate) ** span) for span in _spans(ctx, baseline, years)]
    note = ctx.writer.pick(
        "所述问题指向过剩、依赖或衰退，不设增长目标：各年为控制上限，不高于基期"
        + ("，并沿本区域已有的下降走势推算。" if rate else "。"),
        "The region calls it surplus, a dependence or in decline, so no growth is set: each year is a ceiling, the baseline"
        + (" lowered along its own past fall." if rate else "."),
    )
    formula = f"ceiling: baseline * (1 + {rate:g}) ** years"
    return Path(_targets(name, years, values, baseline.unit, formula, "from_baseline"), baseline.unit, note)


def _years(ctx: DraftContext, baseline: Quantity) -> list[int]:
    """The plan's years after the baseline's: what a year brought is known by then, and no target."""
    years = range(ctx.start_year, ctx.horizon + 1)
    return [year for year in years if year > (baseline.year or ctx.start_year - 1)] or [ctx.horizon]


def _spans(ctx: DraftContext, baseline: Quantity, years: Sequence[int]) -> list[int]:
    return [max(1, year - (baseline.year or ctx.start_year - 1)) for year in years]


def _from_baseline(ctx: DraftContext, entry: Entry, name: str, baseline: Quantity, course: Course) -> Path:
    """From the baseline's year at the band's low rate or step until the plan begins, at its middle one within the plan's years."""
    write, unit, sign = ctx.writer, baseline.unit, -1 if entry.down else 1
    years = _years(ctx, baseline)
    share = _PERCENT in unit
    stages = [
        (span - within, within)
        for span, year in zip(_spans(ctx, baseline, years), years, strict=True)
        for within in (min(span, year - ctx.start_year + 1),)
    ]
    if entry.step is not None:
        before, step = sign * entry.step.low, sign * (entry.step.low if course.damped else entry.step.mid)
        values = [neat(_bounded(baseline.value + before * early + step * late, share=share)) for early, late in stages]
        formula = f"baseline {before:+g} * years_before {step:+g} * years_of_plan"
        note = write.pick(
            "以基期值为起点，规划期前按年均提升幅度的低值、规划期内按中值推算，为规划假设，评审时可在区间内调整。",
            "From the baseline by a small yearly step until the plan begins and a middle one within it (planning assumption); adjust within the band in review.",
        )
        return Path(_targets(name, years, values, unit, formula, "from_baseline"), unit, note)
    before, rate, note = _rates(ctx, entry, course)
    values = [
        neat(_bounded(baseline.value * (1 + before) ** early * (1 + rate) ** late, share=share))
        for early, late in stages
    ]
    if _COUNTED.fullmatch(unit):
        values = [float(round(value)) for value in values]
    formula = f"baseline * (1 + {before:g}) ** years_before * (1 + {rate:g}) ** years_of_plan"
    return Path(_targets(name, years, values, unit, formula, "from_baseline"), unit, note)


def _rates(ctx: DraftContext, entry: Entry, course: Course) -> tuple[float, float, str]:
    """The yearly rates until the plan begins and within it, and how they were set."""
    write = ctx.writer
    band = entry.growth or (_DOWN_BAND if entry.down else CHAIN_BAND)
    low, mid, high = band.low / 100, band.mid / 100, band.high / 100
    if entry.down:
        return -low, -mid, write.pick(
            "以基期值为起点，规划期前按年均降幅的低值、规划期内按中值推算，为规划假设。",
            "From the baseline at a slow yearly fall until the plan begins and a middle one within it (planning assumption).",
        )  # fmt: skip
    if course.damped:
        return round(max(-_STEEPEST, min(0.0, course.own or 0.0) / 2), 4), low, write.pick(
            "所述问题（用工短缺、企业小散或过剩）制约数量增长：规划期前不增长，规划期内按年均增速的低值推算，为规划假设。",
            "The stated problems (posts that stay empty, too many small firms, surplus) limit growth in number: none until the plan begins, the band's low rate within it (planning assumption).",
        )  # fmt: skip
    if course.own is not None and course.own < 0:
        return round(max(-_STEEPEST, course.own / 2), 4), low, write.pick(
            "基期增速为负：规划期前按已有降幅的一半、规划期内按年均增速的低值推算，为规划假设，须结合止跌回升进度复核。",
            "The figure has been falling: half its past fall until the plan begins, the band's low rate within it (planning assumption); check against the recovery.",
        )  # fmt: skip
    if course.own is not None:
        rate = round((mid + min(high, max(low, course.own))) / 2, 4)
        return min(low, course.own), rate, write.pick(
            "以基期值为起点，规划期前按年均增速的低值、规划期内按假设中值与本区域实际增速（限于区间内）的均值推算，评审时可在高、中、低情景间选择。",
            "From the baseline at a low rate until the plan begins, within it at the mean of the band's middle and the region's own growth, held within the band (planning assumption); choose between scenarios in review.",
        )  # fmt: skip
    return low, mid, write.pick(
        "以基期值为起点，规划期前按年均增速的低值、规划期内按中值推算，为规划假设，评审时可在高、中、低情景间选择。",
        "From the baseline at a low growth rate until the plan begins and a middle one within it (planning assumption); choose between scenarios in review.",
    )  # fmt: skip


def _added_to(ctx: DraftContext, name: str, baseline: Quantity, added: Sequence[float], years: Sequence[int]) -> Path:
    """A stock that grows by a number each year of the plan."""
    values = [float(round(baseline.value + more)) for more in added]
    note = ctx.writer.pick(
        "以基期值加规划期内逐年新增数推算，新增数为规划假设。",
        "The baseline and what the plan's years add to it; what is added is a planning assumption.",
    )
    formula = "baseline + increment * level_factor * size_factor * years"
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
    base = baseline if entry.growth is not None else None
    years = _years(ctx, base) if base else range(ctx.start_year, ctx.horizon + 1)
    for number, year in enumerate(years, start=1):
        if entry.increment is not None and _PERCENT in entry.unit:
            value, shown, flag = neat(100 * ground.rate * number), entry.unit, "added"
        elif base:
            span = max(1, year - (base.year or ctx.start_year - 1))
            value, shown, flag = neat(grown(base.value, ground.rate, span)), base.unit, "from_baseline"
            unit = base.unit
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
