"""Charts of step 4: the road map with its critical path, the KPI paths, the financing by year."""

from typing import Final

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from jumou.domain.implementation import Kpi
from jumou.domain.plan import Plan
from jumou.drafting.wording import number, unit_in
from jumou.export.charts.canvas import (
    ACCENT,
    CRITICAL,
    MUTED,
    PALE,
    SERIES,
    WIDTH,
    Chart,
    drawn,
    plain_axes,
    short,
    wrapped,
)
from jumou.export.label import implicit_label
from jumou.export.terms import FUNDING

_COLUMNS: Final = 3
_MOST_PATHS: Final = 18


def months(date: str) -> int | None:
    """Months since year 0 of a date YYYY-MM; None when it is no such date."""
    year, _, rest = date.partition("-")
    if year.isdigit() and rest[:2].isdigit():
        return int(year) * 12 + int(rest[:2]) - 1
    return None


def roadmap(plan: Plan) -> Chart | None:
    """Projects on the time axis, critical ones in red, phases as bands; None without dates."""
    road, zh = plan.implementation.roadmap, plan.provenance.language == "zh"
    critical = set(road.critical_path) | {row.project_id for row in road.schedule if row.critical}
    slack = {row.project_id: row.total_float for row in road.schedule}
    rows = []
    for project in plan.projects:
        begin, end = months(project.start), months(project.end)
        if begin is not None and end is not None:
            rows.append((project, begin, max(1, end - begin + 1)))
    if not rows:
        return None
    rows.sort(key=lambda row: (-row[1], row[0].id), reverse=False)
    first, last = min(row[1] for row in rows), max(row[1] + row[2] for row in rows)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for place, phase in enumerate(road.phases):
            begin, end = months(phase.start), months(phase.end)
            if begin is None or end is None:
                continue
            axes.axvspan(begin, end + 1, color=PALE, alpha=0.55 if place % 2 == 0 else 0.2, linewidth=0)
            middle = (max(begin, first - 1) + min(end + 1, last + 1)) / 2
            axes.text(
                middle, len(rows) - 0.25, short(phase.name, 20), ha="center", va="bottom", fontsize=8, color=ACCENT
            )
        for place, (project, begin, length) in enumerate(rows):
            colour = CRITICAL if project.id in critical else ACCENT
            axes.barh(place, length, left=begin, height=0.52, color=colour)
            spare = slack.get(project.id, 0.0)
            if spare > 0 and project.id not in critical:
                axes.barh(place, spare, left=begin + length, height=0.16, color=MUTED, alpha=0.6)
            for milestone in project.milestones:
                at = months(milestone.date)
                if at is not None:
                    axes.plot(
                        at + 1,
                        place,
                        "D",
                        markersize=3.2,
                        color="white",
                        markeredgecolor="#33383d",
                        markeredgewidth=0.6,
                    )
        axes.set_yticks(
            range(len(rows)), [f"{project.id} {wrapped(project.name, 34)}" for project, _, _ in rows], fontsize=7
        )
        years = range(first // 12, last // 12 + 2)
        axes.set_xticks([year * 12 for year in years], [f"{year}年" if zh else str(year) for year in years], fontsize=8)
        axes.set_xlim(first - 1, max(last + 1, first + 12))
        axes.set_ylim(-0.6, len(rows) + 0.35)
        plain_axes(axes, grid="x")
        axes.legend(
            handles=[
                Patch(color=CRITICAL, label="关键路径" if zh else "critical path"),
                Patch(color=ACCENT, label="其他项目" if zh else "other projects"),
                Patch(color=MUTED, alpha=0.6, label="总时差" if zh else "slack"),
            ],
            loc="upper center", bbox_to_anchor=(0.4, -0.06 - 0.25 / len(rows)), ncols=3,
        )  # fmt: skip

    caption = "项目实施路线图（甘特图）" if zh else "Road map (Gantt chart)"
    path = " → ".join(road.critical_path)
    alt = f"{caption}；{'关键路径' if zh else 'critical path'}：{path or '—'}"
    return Chart("roadmap", caption, alt, drawn(WIDTH, 1.2 + 0.26 * len(rows), draw, label=implicit_label(plan)))


def kpi_paths(plan: Plan) -> Chart | None:
    """A small panel for each KPI with targets: baseline where known, then the target of each year."""
    zh = plan.provenance.language == "zh"
    kpis = [kpi for kpi in plan.implementation.kpis if kpi.targets][:_MOST_PATHS]
    if not kpis:
        return None
    lines = -(-len(kpis) // _COLUMNS)

    def draw(figure: Figure) -> None:
        height = figure.get_figheight()
        figure.subplots_adjust(
            left=0.03, right=0.97, bottom=0.25 / height, top=1 - 0.45 / height, wspace=0.12, hspace=0.85
        )
        for place, kpi in enumerate(kpis):
            _path(figure, kpi, lines, place, zh=zh)

    caption = "关键绩效指标目标路径" if zh else "Target paths of the KPIs"
    alt = caption + "：" + "；".join(f"{kpi.name} {number(kpi.targets[-1].quantity.value)}" for kpi in kpis)
    return Chart(
        "kpi_paths", caption, alt, drawn(WIDTH, 0.3 + 1.35 * lines, draw, label=implicit_label(plan), fitted=False)
    )


def _path(figure: Figure, kpi: Kpi, lines: int, place: int, *, zh: bool) -> None:
    axes = figure.add_subplot(lines, _COLUMNS, place + 1)
    years = [target.year for target in kpi.targets]
    values = [target.quantity.value for target in kpi.targets]
    unit = kpi.targets[0].quantity.unit or kpi.unit
    start = kpi.baseline
    if start is not None and start.year is not None and start.year < years[0] and start.unit == unit:
        axes.plot([start.year, years[0]], [start.value, values[0]], color=MUTED, linewidth=1.0, linestyle="--")
        axes.plot(start.year, start.value, "o", markersize=4, color=MUTED)
        axes.annotate(
            number(start.value),
            (start.year, start.value),
            xytext=(0, 5),
            textcoords="offset points",
            fontsize=6.5,
            ha="center",
            color="#5a6169",
        )
        ticks = [start.year, years[-1]]
    else:
        ticks = [years[0], years[-1]]
    axes.plot(years, values, color=ACCENT, marker="o", markersize=3, linewidth=1.3)
    axes.annotate(
        number(values[-1]),
        (years[-1], values[-1]),
        xytext=(0, 5),
        textcoords="offset points",
        fontsize=7,
        ha="center",
        color=ACCENT,
    )
    axes.set_xticks(sorted(set(ticks)))
    axes.tick_params(axis="both", labelsize=6.5)
    axes.set_yticks([])
    axes.margins(x=0.16, y=0.4)
    axes.spines[["top", "right", "left"]].set_visible(False)
    title = short(kpi.name, 26)
    shown_unit = unit_in(unit, "zh" if zh else "en")
    axes.set_title(f"{title}\n{short(shown_unit, 30)}" if shown_unit else f"{title}\n", fontsize=7.2, color="#33383d")


def financing(plan: Plan) -> Chart | None:
    """Money by year, stacked by source, hundred million yuan; None when nothing is sized."""
    money, language = plan.implementation.financing, plan.provenance.language
    zh = language == "zh"
    years = [year for year in money.years if year.total > 0]
    if not years:
        return None
    used = [source for source in FUNDING if any(year.amounts.get(source, 0.0) for year in money.years)]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        base = [0.0] * len(years)
        for source, colour in zip(used, SERIES, strict=False):
            values = [year.amounts.get(source, 0.0) for year in years]
            axes.bar(
                range(len(years)), values, bottom=base, color=colour, width=0.58, label=FUNDING[source].in_(language)
            )
            base = [low + value for low, value in zip(base, values, strict=True)]
        for place, total in enumerate(base):
            axes.text(place, total, f"{total:.1f}", ha="center", va="bottom", fontsize=8)
        axes.set_xticks(range(len(years)), [f"{year.year}年" if zh else str(year.year) for year in years])
        axes.set_ylabel("亿元（规划假设）" if zh else "hundred million yuan (planning assumption)")
        plain_axes(axes, grid="y")
        axes.margins(y=0.12)
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5))

    caption = "分年度资金来源" if zh else "Financing by year and source"
    alt = caption + "：" + "；".join(f"{year.year} {year.total:.1f}" for year in years)
    return Chart("financing", caption, alt, drawn(WIDTH, 2.9, draw, label=implicit_label(plan)))
