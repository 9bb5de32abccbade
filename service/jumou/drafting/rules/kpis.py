"""The KPI set: twelve or more over the families, with baselines from the profile and target paths that say how they were set."""

from collections.abc import Sequence
from typing import Final

from jumou.domain.framework import KPI_FAMILIES, KpiFamily, ModeKey
from jumou.domain.implementation import Kpi
from jumou.domain.portfolio import Project
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import overlap
from jumou.drafting.rules.bodies import abroad, body
from jumou.drafting.rules.kpi_baselines import Start, name_of, start_of
from jumou.drafting.rules.kpi_entries import entries_for
from jumou.drafting.rules.kpi_owners import owner_of, source_of
from jumou.drafting.rules.kpi_stance import firms_are_too_many, labour_is_scarce, stance, trend
from jumou.drafting.rules.kpi_targets import Course, Entry, target_path

_WANTED: Final[dict[KpiFamily, int]] = {"scale": 7, "firms": 6, "rd": 4, "patents": 3, "jobs": 3, "efficiency": 6}
_WANTED_ABROAD: Final[dict[KpiFamily, int]] = {
    "scale": 7,
    "firms": 5,
    "rd": 4,
    "patents": 2,
    "jobs": 4,
    "efficiency": 5,
}
"""Not more in all: outside China jobs, pay and skills weigh more, and honours and registrations less."""

_FOR_ALL: Final[dict[KpiFamily, int]] = {"scale": 3}
"""So many places are left to what every plan states: output, projects, investment."""


_WHOLE: Final = ("gdp", "gva_secondary", "industrial_output", "revenue", "park_output")
"""Figures of the whole economy or industry: they grow with the region, not by what a plan for one industry wishes."""


_ALERT: Final = 0.1
_METHODS: Final[dict[KpiFamily, tuple[str, str, str, str]]] = {
    "scale": ("按统计制度汇总规模以上企业同口径数据", "summed over the firms of the industry on one definition", "统计部门季报、企业直报", "statistics office, company returns"),
    "firms": ("按企业名录库和认定名单逐户核实", "counted from business registers and programme records", "统计、市场监管和工信部门名录", "registers of the departments in charge"),
    "rd": ("按研发经费统计口径年度核算", "from the yearly R&D statistics", "科技统计年报", "science and technology statistics"),
    "patents": ("按授权与登记数据核实", "counted from grants and registrations", "知识产权、科技部门登记数据", "patent and contract registers"),
    "jobs": ("按企业用工和培训台账汇总", "summed from employment and training records", "人社部门台账、企业报表", "employment department, company returns"),
    "efficiency": ("按统计与监测口径核算", "computed from statistics and monitoring", "统计、能耗监测平台", "statistics and energy monitoring"),
}  # fmt: skip


def choose_kpis(ctx: DraftContext, mode: ModeKey) -> tuple[Kpi, ...]:
    """The KPIs of the plan, ids K01…: those with a baseline first in each family, every family served."""
    if mode not in ctx.kpis:
        ctx.kpis[mode] = _chosen(ctx, mode)
    return ctx.kpis[mode]


def _chosen(ctx: DraftContext, mode: ModeKey) -> tuple[Kpi, ...]:
    entries = entries_for(ctx, mode)
    wanted = _WANTED_ABROAD if abroad(ctx.profile) else _WANTED
    starts = [(entry, start_of(ctx, entry)) for entry in entries]
    found = [
        (entry, start)
        for entry, start in starts
        if (start is not None or not entry.stated)
        and (start is not None or entry.family != "scale" or stance(ctx, entry.name, entry.unit) == "grow")
    ]
    chosen: list[tuple[Entry, Start | None]] = []
    used: set[str] = set()
    for family in KPI_FAMILIES:
        pool = [item for item in found if item[0].family == family]
        pool.sort(key=lambda item: (item[1] is None, not item[0].own, not item[0].core, item[0].from_chain))
        for entry, start in pool:
            general = sum(item[0].family == family and not item[0].beside for item in chosen)
            if not entry.beside and general >= wanted[family]:
                continue
            own = sum(item[0].family == family and item[0].own for item in chosen)
            if entry.own and start is None and own >= wanted[family] - _FOR_ALL.get(family, 0):
                continue
            if any(item[0].name == entry.name for item in chosen):
                continue  # two entries may offer one measure for different reasons
            if start is not None and used.intersection(start.refs):
                if _said(ctx, entry, start, chosen):
                    continue
                start = start_of(ctx, entry, used)  # noqa: PLW2901 - one figure of the profile is the baseline of one KPI only
            if start is not None:
                used.update(start.refs)
            elif entry.stated:
                continue
            chosen.append((entry, start))
    return tuple(_kpi(ctx, f"K{number:02d}", entry, start) for number, (entry, start) in enumerate(chosen, start=1))


_SAME: Final = 0.5


def _said(ctx: DraftContext, entry: Entry, start: Start, chosen: Sequence[tuple[Entry, Start | None]]) -> bool:
    """Whether a KPI chosen already measures the same by the same figure, under another name."""
    return any(
        other is not None
        and other.refs == start.refs
        and (
            name_of(ctx, entry, start) == name_of(ctx, first, other)
            or overlap(entry.name, f"{first.name} {name_of(ctx, first, other)}") >= _SAME
        )
        for first, other in chosen
    )


def with_projects(kpis: Sequence[Kpi], projects: Sequence[Project]) -> tuple[Kpi, ...]:
    """The KPIs with the projects that move them."""
    return tuple(
        kpi.model_copy(update={"project_ids": tuple(project.id for project in projects if kpi.id in project.kpi_ids)})
        for kpi in kpis
    )


def moved_by(families: Sequence[KpiFamily], kpis: Sequence[Kpi], text: str, industry: str) -> tuple[str, ...]:
    """The KPIs a project moves: in each of its families those its text speaks of, else the family's first.

    The industry's own name tells nothing: it stands in all of them. Quality and green measures differ too much for that: of them only those the text speaks of count, unless nothing else does.
    """
    ids: list[str] = []
    for family in families:
        own = [kpi for kpi in kpis if kpi.family == family]
        said = sorted(
            ((overlap(kpi.name.replace(industry, ""), text), -place, kpi.id) for place, kpi in enumerate(own)),
            reverse=True,
        )
        near = [name for share, _, name in said if share >= _SPOKEN_OF][:_MOVED]
        ids.extend(near or [kpi.id for kpi in own[: 1 if family != "efficiency" else 0]])
    if not ids:
        ids = [kpi.id for kpi in kpis if kpi.family in families][:1]
    return tuple(dict.fromkeys(ids))


_SPOKEN_OF: Final = 0.3
_MOVED: Final = 2


_ALL_FIRMS: Final = ("firms_above_size", "firms_of_industry", "firms_of_region")
_ALL_JOBS: Final = ("employment", "jobs")


def _course(ctx: DraftContext, entry: Entry, start: Start | None) -> Course:
    """What the profile's own trend and problems mean for the KPI."""
    scarce = entry.key in _ALL_JOBS and labour_is_scarce(ctx)
    damped = scarce or (entry.key in _ALL_FIRMS and firms_are_too_many(ctx))
    if start is None:
        return Course(damped=damped)
    held = len(start.cells) == 1 and stance(ctx, start.cell.metric, start.cell.unit) == "hold"
    return Course(own=trend(ctx, start.cell) if len(start.cells) == 1 else None, held=held, damped=damped)


def _kpi(ctx: DraftContext, kpi_id: str, entry: Entry, start: Start | None) -> Kpi:
    write = ctx.writer
    method_zh, method_en, source_zh, source_en = _METHODS[entry.family]
    baseline = start.quantity if start is not None else None
    unit = baseline.unit if baseline is not None else entry.unit
    name = name_of(ctx, entry, start)
    whole = start is not None and start.cell.key in _WHOLE
    course = _course(ctx, entry, start)
    path = target_path(ctx, entry, name, baseline, unit, whole=whole, course=course)
    down = entry.down or course.held
    owner = owner_of(ctx, name, entry.family)
    source_zh, source_en = source_of(owner) or (source_zh, source_en)
    return Kpi(
        id=kpi_id,
        name=path.renamed or name,
        family=entry.family,
        unit=path.unit,
        baseline=baseline,
        baseline_note="" if baseline else write.pick("资料缺基期值，列入数据清单，补充后按同一方法换算绝对目标。", "No baseline in the profile; it is on the data list, and absolute targets follow once it is known."),
        targets=path.targets,
        target_note=path.note,
        direction="down" if down else "up",
        method=write.pick(method_zh, method_en),
        data_source=write.pick(source_zh, source_en),
        frequency=write.pick("季度监测、年度考核", "quarterly watch, yearly review") if entry.family in ("scale", "firms", "jobs") else write.pick("年度", "yearly"),
        owner=body(ctx.profile, owner, ctx.language),
        alert=write.pick("实际值超过当年控制目标一成以上", "the actual value exceeds the year's target by a tenth or more") if down else write.pick("实际值落后当年目标一成以上", "the actual value falls short of the year's target by a tenth or more"),
        alert_threshold=_ALERT,
        adjust=write.pick(
            "连续两期预警的，复核相关项目进度与目标口径，提出项目增减、时序调整或目标修订建议，经评审后进入下一版规划。",
            "After two alerts in a row, the projects behind the KPI and the scope of its target are reviewed; changes of projects, timing or target go into the next version after review.",
        ),
        citations=path.citations,
        state="grounded" if baseline or path.citations else "assumption",
    )  # fmt: skip
