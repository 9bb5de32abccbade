"""The report of a period: actual values against targets, alerts, where projects should be, what is proposed and decided."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from jumou.domain.framework import Name
from jumou.domain.implementation import Kpi
from jumou.domain.operation import AdjustmentDecision, Deviation, Operation, Period, ProposedAdjustment
from jumou.domain.plan import Plan
from jumou.domain.portfolio import Project
from jumou.drafting.wording import number, unit_in
from jumou.export.blocks import Cell, Run, cell, plain
from jumou.export.chapters import Outline
from jumou.export.chapters.page import Page
from jumou.export.markdown import plan_markdown
from jumou.export.sources import source_list
from jumou.export.terms import PRIORITIES, term
from jumou.export.voice import Voice
from jumou.export.word import plan_docx
from jumou.files import write_atomically

_STANDINGS: Final = {
    "on_track": Name("达到进度", "on track"), "behind": Name("落后", "behind"), "alert": Name("预警", "alert"),
    "not_comparable": Name("不可比", "not comparable"),
}  # fmt: skip
_BASES: Final = {
    "annual": Name("年度目标", "target of the year"), "kept": Name("全年同一目标", "the same all year"),
    "to_date": Name("年度目标按季折算", "share of the year's target"), "interpolated": Name("两年目标间按季内插", "between two years' targets"),
}  # fmt: skip


_MONTH: Final = re.compile(r"\d{4}-\d{2}")


class Monitored(NamedTuple):
    """What a report tells: the deviations of its period, the open proposals, and all that was recorded."""

    period: Period
    deviations: tuple[Deviation, ...]
    proposals: tuple[ProposedAdjustment, ...]
    operation: Operation


def report_outline(plan: Plan, seen: Monitored) -> Outline:
    """The report, ready for Word or Markdown; dated by the last record it tells of, so that the same records give the same bytes."""
    period, zh = seen.period, plan.provenance.language == "zh"
    name = plan.title.removesuffix("初稿")
    title = f"{name}{period.name('zh')}监测报告" if zh else f"{name}: report of {period.code}"
    times = [actual.created_at for actual in seen.operation.actuals]
    times += [decision.created_at for decision in seen.operation.decisions]
    made = plan.provenance.model_copy(update={"created_at": max(times, default=plan.provenance.created_at)})
    dated = plan.model_copy(update={"title": title, "provenance": made})
    sources = source_list(plan)
    page = Page(dated, Voice(plan.provenance.language, sources), {})
    rows = {row.kpi_id: row for row in seen.deviations if row.period == period.code}
    _summary(page, seen, rows)
    _values(page, seen, rows)
    _alerts(page, rows)
    _projects(page, period)
    _proposals(page, seen.proposals)
    _decisions(page, seen.operation.decisions)
    return Outline(
        dated, tuple(page.blocks), sources, {}, page.pick("（监测报告　供审核）", "Monitoring report for review")
    )


def report_docx(plan: Plan, seen: Monitored) -> bytes:
    """The report as a Word file in official layout."""
    return plan_docx(report_outline(plan, seen))


def report_markdown(plan: Plan, seen: Monitored) -> str:
    """The report as Markdown."""
    return plan_markdown(report_outline(plan, seen))


def write_report(plan: Plan, seen: Monitored, path: Path) -> Path:
    """Writes the report to `path`: Markdown for `.md`, else Word."""
    write_atomically(path, report_markdown(plan, seen).encode() if path.suffix == ".md" else report_docx(plan, seen))
    return path


def _summary(page: Page, seen: Monitored, rows: dict[str, Deviation]) -> None:
    page.heading(1, "总体情况", "Summary")
    kpis = page.plan.implementation.kpis
    count = {state: sum(row.state == state for row in rows.values()) for state in _STANDINGS}
    page.body(
        plain(
            page.pick(
                f"{seen.period.name('zh')}，规划 {len(kpis)} 项指标中填报 {len(rows)} 项：达到进度 {count['on_track']} 项，落后但未达预警线 "
                f"{count['behind']} 项，预警 {count['alert']} 项，暂不可比 {count['not_comparable']} 项；未填报 {len(kpis) - len(rows)} 项。"
                f"待审核的调整建议 {len(seen.proposals)} 条，已处理 {len(seen.operation.decisions)} 条。",
                f"In {seen.period.code}, {len(rows)} of {len(kpis)} KPIs were entered: {count['on_track']} on track, {count['behind']} behind but "
                f"within their threshold, {count['alert']} in alert, {count['not_comparable']} not comparable; {len(kpis) - len(rows)} not entered. "
                f"{len(seen.proposals)} proposals wait for a decision, {len(seen.operation.decisions)} are decided.",
            )
        )
    )
    page.note(
        "偏差按各指标自身的方向、预警线和目标口径计算；实际值均为填报数，来源见下表。",
        "Deviations follow each KPI's own direction, threshold and kind of target; actual values are as entered, with their source.",
    )


def _values(page: Page, seen: Monitored, rows: dict[str, Deviation]) -> None:
    page.heading(1, "指标完成情况", "Actual against target")
    held = {actual.id: actual for actual in seen.operation.actuals}
    found: list[tuple[Cell | str, ...]] = []
    for kpi in page.plan.implementation.kpis:
        row = rows.get(kpi.id)
        if row is None:
            found.append((kpi.id, kpi.name, "—", "—", "—", page.pick("未填报", "not entered"), "—"))
            continue
        actual = held[row.actual_id]
        source = f"{actual.source}{page.pick('（', ' (')}{actual.person}{page.pick('）', ')')}"
        found.append(
            (kpi.id, kpi.name, _target(page, row), _actual(page, kpi, row), _gap(row), _state(page, row), source)
        )
    page.table(
        "指标实际值与目标", "Actual values and targets",
        (page.pick("编号", "Id"), page.pick("指标", "KPI"), page.pick("本期目标", "Target"), page.pick("实际值", "Actual"), page.pick("偏差", "Deviation"), page.pick("判断", "Standing"), page.pick("来源及填报人", "Source, by")),
        found, (0.8, 2.6, 2.0, 2.0, 1.2, 1.4, 2.4),
    )  # fmt: skip


def _figure(page: Page, value: float, unit: str) -> str:
    unit = unit_in(unit, page.language)
    between = "" if page.language == "zh" or unit[:1] in {"", "%"} else " "
    return f"{number(round(value, 4))}{between}{unit}"


def _target(page: Page, row: Deviation) -> Cell:
    if row.target is None:
        return cell("—")
    return (
        plain(_figure(page, row.target, row.compared_unit)),
        (Run(term(_BASES, row.basis, page.language), "muted"),),
    )


def _actual(page: Page, kpi: Kpi, row: Deviation) -> Cell:
    own = plain(_figure(page, row.actual, kpi.unit))
    if row.compared is None or row.compared == row.actual:
        return (own,)
    return (own, plain(page.pick("折合 ", "that is ") + _figure(page, row.compared, row.compared_unit)))


def _gap(row: Deviation) -> str:
    if row.shortfall is None:
        return "—"
    return f"{-100 * row.shortfall:+.1f}%" if row.shortfall else "0.0%"


def _state(page: Page, row: Deviation) -> Cell:
    name = term(_STANDINGS, row.state, page.language)
    if row.state == "not_comparable":
        return (plain(name), (Run(row.missing(page.language), "muted"),))
    if row.state == "alert":
        times = page.pick(f"连续{row.alerts_in_a_row}期", f"{row.alerts_in_a_row} in a row")
        return ((Run(name, "warning"),), (Run(times, "muted"),))
    return cell(name)


def _alerts(page: Page, rows: dict[str, Deviation]) -> None:
    page.heading(1, "预警", "Alerts")
    alerts = [
        (kpi, rows[kpi.id]) for kpi in page.plan.implementation.kpis if kpi.id in rows and rows[kpi.id].state == "alert"
    ]
    if not alerts:
        page.body(plain(page.pick("本期没有指标预警。", "No KPI is in alert.")))
        return
    columns: list[tuple[str, float, list[str]]] = [
        (page.pick("预警规则", "Alert"), 2.4, [kpi.alert for kpi, _ in alerts]),
        (page.pick("调整规则", "Adjustment"), 4.0, [kpi.adjust for kpi, _ in alerts]),
        (page.pick("责任单位", "Owner"), 1.6, [kpi.owner for kpi, _ in alerts]),
    ]
    own = [column for column in columns if len(alerts) == 1 or len(set(column[2])) > 1]
    page.table(
        "预警指标及其规则", "KPIs in alert and their rules",
        (page.pick("编号", "Id"), page.pick("指标", "KPI"), page.pick("落后", "Short by"), page.pick("连续期数", "In a row"), *(name for name, _, _ in own)),
        [
            (kpi.id, kpi.name, f"{100 * (row.shortfall or 0):.1f}%", str(row.alerts_in_a_row), *(values[place] for _, _, values in own))
            for place, (kpi, row) in enumerate(alerts)
        ],
        (0.8, 3.0, 1.0, 1.0, *(width for _, width, _ in own)),
    )  # fmt: skip
    shared = [
        page.voice.colon(name) + values[0] for name, _, values in columns if len(alerts) > 1 and len(set(values)) == 1
    ]
    if shared:
        page.note("各指标相同的规则：" + " ".join(shared), "The same for all of them: " + " ".join(shared))


def _projects(page: Page, period: Period) -> None:
    """Where projects should be by the plan: dates are the plan's, nothing is said of what was done."""
    page.heading(1, "项目进度（按计划应达到）", "Projects, as planned")
    begun = [project for project in page.plan.projects if project.start <= period.end]
    page.note(
        "下表按规划的起止时间和里程碑列出本期末应达到的进度，实际进展由责任单位核填。",
        "By the plan's dates and milestones, at the end of the period; what was done is for the bodies in charge to say.",
    )
    page.table(
        "应开工和在建项目", "Projects that should have begun",
        (page.pick("编号", "Id"), page.pick("项目", "Project"), page.pick("起止", "From, to"), page.pick("工期已过", "Time gone"), page.pick("本年应完成的里程碑", "Milestones due this year"), page.pick("牵头单位", "Lead")),
        [(one.id, one.name, f"{one.start} — {one.end}", _gone(one, period), _due(one, period), one.lead_body) for one in begun],
        (0.8, 3.0, 1.9, 1.0, 3.6, 1.8),
    )  # fmt: skip
    if not begun:
        page.body(plain(page.pick("按计划本期末尚无项目开工。", "By the plan no project has begun yet.")))


def _gone(project: Project, period: Period) -> str:
    if not all(_MONTH.fullmatch(month) for month in (project.start, project.end)):
        return "—"
    first, last, now = (_months(month) for month in (project.start, project.end, period.end))
    return f"{100 * min(1.0, (now - first + 1) / max(1, last - first + 1)):.0f}%"


def _months(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:7])


def _due(project: Project, period: Period) -> Cell:
    due = [one for one in project.milestones if f"{period.year}-01" <= one.date <= period.end]
    return cell(*(f"{one.date} {one.text}" for one in due)) or cell("—")


def _proposals(page: Page, proposals: Sequence[ProposedAdjustment]) -> None:
    page.heading(1, "调整建议（待审核）", "Proposed adjustments, awaiting decision")
    if not proposals:
        page.body(plain(page.pick("没有待审核的调整建议。", "No proposal waits for a decision.")))
    for one in proposals:
        page.record(
            (Run(one.title, "strong"),),
            (
                (page.pick("对象", "Subject"), cell(one.item_id)),
                (page.pick("调整内容", "Change"), _change(page, one)),
                (page.pick("理由", "Why"), cell(one.reason)),
                (page.pick("依据", "Evidence"), tuple(plain(page.voice.colon(figure.label) + _figure(page, figure.value, figure.unit) + (f"；{figure.note}" if figure.note else "")) for figure in one.evidence)),
                (page.pick("所依规则", "Rule"), cell(one.rule)),
            ),
        )  # fmt: skip


def _change(page: Page, one: ProposedAdjustment) -> Cell:
    """The changed fields, before and after; paths of targets year by year."""
    if "targets" in one.after:
        was = {row["year"]: row["quantity"] for row in one.before["targets"]}
        rows = [(row["year"], was.get(row["year"]), row["quantity"]) for row in one.after["targets"]]
        return cell(
            *(
                f"{year}{page.voice.colon('')}{_figure(page, old['value'], old['unit']) if old else '—'} → {_figure(page, new['value'], new['unit'])}"
                for year, old, new in rows
                if old != new
            )
        )
    names = {
        "start": page.pick("开工", "start"),
        "end": page.pick("完成", "end"),
        "priority": page.pick("优先级", "priority"),
    }

    def word(value: str) -> str:
        return term(PRIORITIES, value, page.language) if value in PRIORITIES else value

    return cell(
        *(
            f"{page.voice.colon(name)}{word(one.before[field])} → {word(one.after[field])}"
            for field, name in names.items()
            if field in one.after
        )
    )


def _decisions(page: Page, decisions: Sequence[AdjustmentDecision]) -> None:
    if not decisions:
        return
    page.heading(1, "已处理的建议", "Decided proposals")
    page.table(
        "处理情况", "Decisions",
        (page.pick("时间（UTC）", "Time (UTC)"), page.pick("建议", "Proposal"), page.pick("处理", "Decision"), page.pick("处理人", "By"), page.pick("说明", "Comment")),
        [
            (
                one.created_at[:16].replace("T", " "), one.proposal.title,
                page.pick("采纳", "accepted") if one.decision == "accept" else page.pick("不采纳", "dismissed"), one.person, one.comment or "—",
            )
            for one in decisions
        ],
        (1.8, 3.6, 1.0, 1.4, 3.0),
    )  # fmt: skip
