"""Charts of step 4: the road map as a Gantt with its critical path, money by year and source, target paths of the KPIs."""

from typing import Any

from jumou.domain.framework import Language
from jumou.domain.implementation import Kpi
from jumou.domain.plan import Plan
from jumou.drafting.wording import unit_in
from jumou.export.terms import FUNDING
from jumou.web.charts.palette import Palette, axis, chart, legend


def months(date: str) -> int | None:
    """Months since year 0 of a date YYYY-MM; None when it is no such date."""
    year, _, rest = date.partition("-")
    return int(year) * 12 + int(rest[:2]) - 1 if year.isdigit() and rest[:2].isdigit() else None


def roadmap(plan: Plan, colours: Palette, language: Language) -> dict[str, Any] | None:
    """Projects on the time axis, the critical path in red, slack thin behind, milestones as diamonds; None without dates."""
    zh, road = language == "zh", plan.implementation.roadmap
    critical = set(road.critical_path) | {row.project_id for row in road.schedule if row.critical}
    slack = {row.project_id: row.total_float for row in road.schedule}
    rows = [
        (project, begin, max(1, end - begin + 1))
        for project in plan.projects
        if (begin := months(project.start)) is not None and (end := months(project.end)) is not None
    ]
    if not rows:
        return None
    rows.sort(key=lambda row: (row[1], row[0].id), reverse=True)
    first, last = min(begin for _, begin, _ in rows), max(begin + length for _, begin, length in rows)
    place = {project.id: at for at, (project, _, _) in enumerate(rows)}
    colour = {True: colours.bad, False: colours.accent}
    bands = [
        [{"xAxis": begin, "name": phase.name, "itemStyle": {"color": colours.accent, "opacity": 0.07 if at % 2 == 0 else 0.0}}, {"xAxis": end + 1}]
        for at, phase in enumerate(road.phases)
        if (begin := months(phase.start)) is not None and (end := months(phase.end)) is not None
    ]  # fmt: skip
    diamonds = [
        {"value": [at + 1, place[project.id]], "name": f"{milestone.date} {milestone.text}"}
        for project, _, _ in rows for milestone in project.milestones if (at := months(milestone.date)) is not None
    ]  # fmt: skip
    return chart(
        colours,
        tooltip={"formatter": "{b}"},
        legend=legend(colours, data=["关键路径" if zh else "critical path", "其他项目" if zh else "other projects", "总时差" if zh else "slack", "里程碑" if zh else "milestone"]),
        grid={"left": 8, "right": 24, "top": 44, "bottom": 56, "containLabel": True},
        xAxis=axis(colours, min=first - first % 12, max=last + (12 - last % 12) % 12, interval=12, label={":formatter": f"(v) => Math.floor(v / 12) + '{'年' if zh else ''}'"}),
        yAxis=axis(colours, "category", data=[f"{project.id} {project.name}" for project, _, _ in rows], label={"width": 250, "overflow": "truncate", "color": colours.ink}),
        series=[
            {"type": "bar", "stack": "g", "silent": True, "itemStyle": {"color": "transparent"}, "data": [begin for _, begin, _ in rows], "markArea": {"silent": True, "data": bands, "label": {"color": colours.quiet, "fontSize": 12}}},
            *(
                {"type": "bar", "stack": "g", "name": name, "barMaxWidth": 13, "itemStyle": {"color": colour[is_critical], "borderRadius": 2},
                 "data": [{"value": length if (project.id in critical) == is_critical else 0, "name": f"{project.id} {project.name}<br>{project.start} — {project.end}<br>{project.lead_body}"} for project, _, length in rows]}
                for is_critical, name in ((True, "关键路径" if zh else "critical path"), (False, "其他项目" if zh else "other projects"))
            ),
            {"type": "bar", "stack": "g", "name": "总时差" if zh else "slack", "silent": True, "itemStyle": {"color": colours.second, "opacity": 0.3},
             "data": [0 if project.id in critical else min(slack.get(project.id, 0.0), max(0, last - begin - length)) for project, begin, length in rows]},
            {"type": "scatter", "name": "里程碑" if zh else "milestone", "symbol": "diamond", "symbolSize": 9, "data": diamonds, "z": 5, "itemStyle": {"color": colours.surface, "borderColor": colours.ink, "borderWidth": 1}},
        ],
    )  # fmt: skip


def financing(plan: Plan, colours: Palette, language: Language) -> dict[str, Any] | None:
    """Money by year, stacked by source, hundred million yuan; None when nothing is sized."""
    zh, years = language == "zh", [year for year in plan.implementation.financing.years if year.total > 0]
    if not years:
        return None
    used = [source for source in FUNDING if any(year.amounts.get(source, 0.0) for year in years)]
    return chart(
        colours,
        legend=legend(colours),
        tooltip={"trigger": "axis"},
        grid={"left": 12, "right": 16, "top": 34, "bottom": 56, "containLabel": True},
        xAxis=axis(colours, "category", data=[f"{year.year}{'年' if zh else ''}" for year in years], label={"color": colours.ink}),
        yAxis=axis(colours, name="亿元" if zh else "100 million yuan"),
        series=[
            {"type": "bar", "stack": "m", "name": FUNDING[source].in_(language), "barMaxWidth": 46, "itemStyle": {"color": tint},
             "data": [round(year.amounts.get(source, 0.0), 2) for year in years]}
            for source, tint in zip(used, colours.series, strict=False)
        ],
    )  # fmt: skip


def kpi_path(kpi: Kpi, colours: Palette, language: Language) -> dict[str, Any]:
    """A small chart of one KPI: baseline where known, then the target of each year."""
    start = kpi.baseline
    points = [(target.year, target.quantity.value) for target in kpi.targets]
    unit = unit_in(kpi.targets[0].quantity.unit or kpi.unit, language)
    known = (
        start is not None
        and start.year is not None
        and start.year < points[0][0]
        and start.unit == kpi.targets[0].quantity.unit
    )
    years = ([start.year] if known and start is not None else []) + [year for year, _ in points]
    base = [start.value] if known and start is not None else []
    return chart(
        colours,
        tooltip={"trigger": "axis", ":valueFormatter": f"(v) => v + {unit!r}"},
        grid={"left": 6, "right": 18, "top": 10, "bottom": 2, "containLabel": True},
        xAxis=axis(colours, "category", data=[str(year) for year in years], boundaryGap=False, label={"fontSize": 11}),
        yAxis=axis(colours, scale=True, splitNumber=2, label={"fontSize": 11}),
        series=[{"type": "line", "data": [*base, *(value for _, value in points)], "symbol": "circle", "symbolSize": 5, "lineStyle": {"color": colours.accent, "width": 2}, "itemStyle": {"color": colours.accent}}],
    )  # fmt: skip
