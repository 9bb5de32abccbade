"""KPIs and projects give one figure for one thing: what a project delivers is what the KPI of it counts."""

import re
from collections.abc import Sequence
from typing import Final

from jumou.domain.implementation import Kpi, KpiTarget
from jumou.domain.portfolio import Project
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.scheduling import to_month

_PAIRS: Final = tuple(
    (re.compile(kpi), re.compile(output))
    for kpi, output in (
        (r"产业空间|Floor space for industry|Industrial space", r"标准厂房|industrial units"),
        (r"高层次人才和团队|Leading people and teams", r"高层次人才团队|teams of top people"),
        (r"关键核心技术攻关|Key technologies worked on", r"关键技术或产品突破|key technologies or products"),
        (r"制修订标准|Standards written", r"制修订标准|standards written"),
        (r"专精特新企业数|Specialised and sophisticated", r"新增专精特新企业|further specialised firms"),
        (r"知名品牌与区域公共品牌|Known and shared regional brands", r"培育知名品牌|known brands"),
        (r"应用场景与商业化|[Uu]ses opened and", r"建成应用场景|uses opened"),
    )
)
"""Names of KPIs that count what a plan adds, and of the outputs that are the same thing."""

_UNITS: Final = {("万平方米", "平方米"): 10_000.0, ("万平方米", "m²"): 10_000.0}
"""By how much an output's number has to be taken to be in a KPI's unit, where the two are not one."""


def agreed(
    ctx: DraftContext, kpis: Sequence[Kpi], projects: Sequence[Project], kept: frozenset[str]
) -> tuple[Kpi, ...]:
    """The KPIs, those that count the outputs of projects as the projects give them, by year; `kept` are the vision's."""
    return tuple(kpi if kpi.id in kept else _agreed(ctx, kpi, projects) for kpi in kpis)


def _agreed(ctx: DraftContext, kpi: Kpi, projects: Sequence[Project]) -> Kpi:
    output = next((output for name, output in _PAIRS if name.search(kpi.name)), None)
    if output is None or not kpi.targets or any("added" not in row.quantity.flags for row in kpi.targets):
        return kpi
    found = [
        (project, item.quantity)
        for project in projects
        for item in project.outputs
        if item.quantity is not None and output.search(item.text)
    ]
    if not found:
        return kpi
    names = ctx.writer.joined(dict.fromkeys(project.id for project, _ in found))
    return kpi.model_copy(
        update={
            "targets": tuple(_target(ctx, kpi, row, found, names) for row in kpi.targets),
            "target_note": ctx.writer.pick(
                f"取自{names}的产出目标，按工期逐年累计，为规划假设。",
                f"The outputs of {names} over their months, cumulated; a planning assumption.",
            ),
        }
    )


def _target(
    ctx: DraftContext, kpi: Kpi, row: KpiTarget, found: Sequence[tuple[Project, Quantity]], names: str
) -> KpiTarget:
    end = 12 * (row.year - ctx.start_year + 1)
    done = sum(
        amount.value * _UNITS.get((amount.unit, kpi.unit), 1.0) * _share(ctx, project, end) for project, amount in found
    )
    quantity = row.quantity.model_copy(
        update={"value": float(round(done)), "formula": f"cumulative sum({names}.outputs)"}
    )
    return row.model_copy(update={"quantity": quantity})


def _share(ctx: DraftContext, project: Project, month: int) -> float:
    """How much of a project is done by a month; whole from the month it ends."""
    begin, end = to_month(ctx, project.start), to_month(ctx, project.end) + 1
    return min(1.0, max(0.0, (month - begin) / max(1, end - begin)))
