"""What follows from actual values, by rule: a baseline set, a path of targets revised, a project begun earlier or put first.

Every figure is an actual value, a target of the plan, or follows from both by a formula. A proposal is made
once as many alerts stand in a row as the indicator's own rule asks for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from jumou.analysis.deviation import deviations_of
from jumou.domain.framework import Language, StepKey
from jumou.domain.implementation import Kpi, KpiTarget
from jumou.domain.operation import (
    Actual,
    AdjustmentKind,
    Deviation,
    Operation,
    Period,
    ProposedAdjustment,
    linked_projects,
)
from jumou.domain.portfolio import Project
from jumou.domain.quantity import Quantity
from jumou.domain.review import content_hash
from jumou.drafting.rules.kpi_targets import neat

_TWO: Final = re.compile(r"连续两[期次]|two alerts in a row|two periods in a row")
_GROWTH: Final = re.compile(r"baseline \* \(1 \+ (-?[\d.]+(?:e-?\d+)?)\) \*\* years")
_STEP: Final = re.compile(r"baseline \+ (-?[\d.]+(?:e-?\d+)?) \* years")
_RATE: Final = re.compile(r"growth_rate = (-?[\d.]+(?:e-?\d+)?)")
_COUNTED: Final = re.compile(
    r"[家户个项件支人]|firms|clusters|projects|products|patents|platforms|standards|teams|people"
)
_MONTH: Final = re.compile(r"\d{4}-\d{2}")
_MOST_PROJECTS: Final = 3
"""Projects proposed for one indicator and one kind of change; those that begin first."""


class Standing(NamedTuple):
    """What proposals are made from: the plan's projects and indicators as they stand, with the hash of each item."""

    language: Language
    projects: tuple[Project, ...]
    kpis: tuple[Kpi, ...]
    hashes: Mapping[str, str]

    def pick(self, zh: str, en: str) -> str:
        """The text in the plan's language."""
        return zh if self.language == "zh" else en


class _Case(NamedTuple):
    """An indicator with its newest deviation."""

    kpi: Kpi
    deviation: Deviation
    actual: Actual

    @property
    def period(self) -> Period:
        return self.actual.when


def alerts_needed(kpi: Kpi) -> int:
    """How many alerts in a row the indicator's own rule asks for before the plan is changed."""
    return 2 if _TWO.search(kpi.adjust) else 1


def proposals(plan: Standing, operation: Operation) -> tuple[ProposedAdjustment, ...]:
    """All proposals that follow, those on indicators first; decided ones among them."""
    actuals = operation.standing()
    found: list[ProposedAdjustment] = []
    cases: list[_Case] = []
    for kpi in plan.kpis:
        own = actuals.get(kpi.id, {})
        found.extend(_missing_baseline(plan, kpi, own))
        rows = deviations_of(kpi, own)
        if not rows or rows[-1].alerts_in_a_row < alerts_needed(kpi):
            continue
        case = _Case(kpi, rows[-1], own[max(own, key=lambda one: one.order)])
        cases.append(case)
        found.extend(_revised(plan, case))
    return (*found, *_for_projects(plan, cases))


# --- indicators -----------------------------------------------------------------------------------------------------


def _missing_baseline(plan: Standing, kpi: Kpi, actuals: Mapping[Period, Actual]) -> Iterator[ProposedAdjustment]:
    """Targets set as rates or points become values once a yearly value is known."""
    years = [period for period in actuals if not period.quarter]
    # where the indicator itself is measured as a rate or in points, its values are no levels to start from
    flags = {flag for one in kpi.targets if one.quantity.unit != kpi.unit for flag in one.quantity.flags}
    if kpi.baseline is not None or not years or not flags & {"rate", "points"}:
        return
    actual = actuals[max(years)]
    year = actual.when.year
    if "%" not in kpi.unit and "points" in flags:
        return
    targets = tuple(target if target.year <= year else _absolute(kpi, target, actual) for target in kpi.targets)
    if targets == kpi.targets:
        return
    after = _path_fields(plan, kpi, actual, targets)
    reason = plan.pick(
        f"{kpi.name}原缺基期值，目标按增速或变动幅度设定；现有{actual.when.name('zh')}实际值，可换算为绝对目标。",
        f"{kpi.name} had no baseline and its targets are rates or points; the actual value of {actual.when.code} makes them values.",
    )
    rule = kpi.baseline_note or kpi.target_note
    yield _made(plan, "set_baseline", "implementation", f"kpi/{kpi.id}", after, reason, rule, [(kpi, None, actual)])


def _absolute(kpi: Kpi, target: KpiTarget, actual: Actual) -> KpiTarget:
    quantity, year = target.quantity, actual.when.year
    rate = _RATE.fullmatch(quantity.formula or "")
    if rate is not None:
        share = float(rate[1]) / 100
        return _target(
            kpi, target.year, actual.value * (1 + share) ** (target.year - year), f"baseline * (1 + {share:g}) ** years"
        )
    if "points" not in quantity.flags:
        return target
    done = next((one.quantity.value for one in kpi.targets if one.year == year), 0.0)
    return _target(kpi, target.year, actual.value + quantity.value - done, "baseline + points")


def _revised(plan: Standing, case: _Case) -> Iterator[ProposedAdjustment]:
    """A path that a whole year has missed begins anew at what was reached, with the plan's own rates."""
    kpi, actual = case.kpi, case.actual
    if actual.when.quarter:
        return
    year = actual.when.year
    before = next((one.quantity.value for one in kpi.targets if one.year == year), None)
    targets = tuple(target if target.year <= year else _anew(kpi, target, actual, before) for target in kpi.targets)
    if targets == kpi.targets:
        return
    after = _path_fields(plan, kpi, actual, targets)
    if {flag for target in targets for flag in target.quantity.flags} & {"added"}:
        after.pop("baseline")
    reason = _behind(plan, case) + plan.pick(
        "后续年度目标以实际值为起点、按原有增速或增量假设重新推算。",
        " Later targets begin at the actual value and keep the plan's own rate or increments.",
    )
    yield _made(plan, "revise_targets", "implementation", f"kpi/{kpi.id}", after, reason, kpi.adjust, [(kpi, case.deviation, actual)])  # fmt: skip


def _anew(kpi: Kpi, target: KpiTarget, actual: Actual, before: float | None) -> KpiTarget:
    quantity, span = target.quantity, target.year - actual.when.year
    if "added" in quantity.flags and before is not None:
        return _target(kpi, target.year, actual.value + quantity.value - before, "actual + planned increments", "added")
    if (growth := _GROWTH.fullmatch(quantity.formula or "")) is not None:
        return _target(kpi, target.year, actual.value * (1 + float(growth[1])) ** span, quantity.formula or "")
    if (step := _STEP.fullmatch(quantity.formula or "")) is not None:
        return _target(kpi, target.year, actual.value + float(step[1]) * span, quantity.formula or "")
    return target


def _target(kpi: Kpi, year: int, value: float, formula: str, flag: str = "from_baseline") -> KpiTarget:
    value = min(100.0, max(0.0, value)) if "%" in kpi.unit else max(0.0, value)
    value = float(round(value)) if _COUNTED.fullmatch(kpi.unit.strip()) else neat(value)
    figure = Quantity(
        label=kpi.name, value=value, unit=kpi.unit, year=year, basis="assumption", formula=formula, flags=(flag,)
    )
    return KpiTarget(year=year, quantity=figure)


def _path_fields(plan: Standing, kpi: Kpi, actual: Actual, targets: Sequence[KpiTarget]) -> dict[str, Any]:
    note = plan.pick(
        "以最近一个年度的实际值为新基期，沿用原增速或增量假设推算；此前年度目标不变。",
        "From the actual value of the latest year, with the plan's earlier rate or increments; earlier targets stay.",
    )
    return {
        "baseline": _actual_figure(plan, kpi, actual).model_dump(mode="json"),
        "baseline_note": "",
        "targets": [target.model_dump(mode="json") for target in targets],
        "target_note": note,
    }


# --- projects -------------------------------------------------------------------------------------------------------


def _for_projects(plan: Standing, cases: Sequence[_Case]) -> Iterator[ProposedAdjustment]:
    """Projects behind the indicators in alert; one that several point at is proposed once, with the evidence of all."""
    known = {project.id: project for project in plan.projects}
    names = {project.id: project.kpi_ids for project in plan.projects}
    wanted: dict[tuple[AdjustmentKind, str], list[_Case]] = {}
    for case in cases:
        linked = [known[name] for name in linked_projects(case.kpi, names)]
        open_ = sorted((one for one in linked if one.end > case.period.end), key=lambda one: (one.start, one.id))
        later = [one for one in open_ if _earlier(one, known, case.period)]
        lower = [one for one in open_ if one.priority != "high"]
        for project in later[:_MOST_PROJECTS]:
            wanted.setdefault(("bring_forward", project.id), []).append(case)
        for project in lower[:_MOST_PROJECTS]:
            wanted.setdefault(("raise_priority", project.id), []).append(case)
    for (kind, name), own in sorted(wanted.items(), key=lambda row: (row[0][1], row[0][0])):
        project, last = known[name], max(own, key=lambda one: one.period.order)
        numbers = plan.pick("、", ", ").join(dict.fromkeys(case.kpi.id for case in own))
        if kind == "bring_forward":
            months = _earlier(project, known, last.period)
            if not months:
                continue
            after = _moved(project, months)
            what = plan.pick(
                f"{project.name}支撑{numbers}，尚未到计划开工时间，前序项目允许其提前{months}个月；工期不变。",
                f"{project.name} serves {numbers} and has not reached its planned start; its predecessors allow it to begin {months} months earlier, with its length kept.",
            )
        else:
            why = plan.pick(
                f"{numbers}连续预警，按指标的调整规则优先保障。",
                f"{numbers} in alert; put first by the rule of the indicator.",
            )
            after = {"priority": "high", "priority_reason": why}
            what = plan.pick(
                f"{project.name}支撑{numbers}，尚在实施期内。",
                f"{project.name} serves {numbers} and is still to be carried out.",
            )
        reason = plan.pick("", " ").join([*(_behind(plan, case) for case in own), what])
        ground = [(case.kpi, case.deviation, case.actual) for case in own]
        yield _made(plan, kind, "projects", f"project/{name}", after, reason, own[0].kpi.adjust, ground)


def _earlier(project: Project, known: Mapping[str, Project], period: Period) -> int:
    """By how many months a project that has not begun can begin earlier: after the period, and after what it waits for."""
    ends = [known[name].end for name in project.predecessors if name in known]
    if not all(_MONTH.fullmatch(month) for month in (project.start, project.end, *ends)):
        return 0  # what a person typed instead of a month cannot be counted from
    first = _months(max([period.end, *ends])) + 1
    return max(0, _months(project.start) - first)


def _moved(project: Project, months: int) -> dict[str, Any]:
    return {
        "start": _month(_months(project.start) - months),
        "end": _month(_months(project.end) - months),
        "milestones": [
            {"date": _month(_months(one.date) - months) if _MONTH.fullmatch(one.date) else one.date, "text": one.text}
            for one in project.milestones
        ],
    }


def _months(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:7]) - 1


def _month(months: int) -> str:
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


# --- both -----------------------------------------------------------------------------------------------------------

_TITLES: Final[dict[AdjustmentKind, tuple[str, str]]] = {
    "set_baseline": ("补充基期并换算目标", "set the baseline, turn targets into values"),
    "revise_targets": ("修订目标路径", "revise the path of targets"),
    "bring_forward": ("提前实施", "begin earlier"),
    "raise_priority": ("提高优先级", "raise the priority"),
}


def _made(
    plan: Standing,
    kind: AdjustmentKind,
    step: StepKey,
    item_id: str,
    after: dict[str, Any],
    reason: str,
    rule: str,
    ground: Sequence[tuple[Kpi, Deviation | None, Actual]],
) -> ProposedAdjustment:
    key = item_id.partition("/")[2]
    subjects: list[Kpi | Project] = [*plan.projects, *plan.kpis]
    subject = next(one for one in subjects if one.id == key)
    dumped = subject.model_dump(mode="json")
    evidence = tuple(figure for row in ground for figure in _figures(plan, *row))
    said = {
        "kind": kind, "item": item_id, "seen": plan.hashes[item_id], "after": after,
        "actuals": [actual.id for _, _, actual in ground],
    }  # fmt: skip
    return ProposedAdjustment(
        id=content_hash(said)[:24], kind=kind, step=step, item_id=item_id, seen=plan.hashes[item_id],
        title=f"{key} {subject.name}{plan.pick('：', ': ')}{plan.pick(*_TITLES[kind])}", reason=reason, rule=rule,
        kpi_ids=tuple(dict.fromkeys(kpi.id for kpi, _, _ in ground)), period=max((actual.when for _, _, actual in ground), key=lambda one: one.order).code,
        evidence=evidence, actual_ids=tuple(actual.id for _, _, actual in ground),
        before={name: dumped[name] for name in after}, after=after,
    )  # fmt: skip


def _figures(plan: Standing, kpi: Kpi, deviation: Deviation | None, actual: Actual) -> Iterator[Quantity]:
    yield _actual_figure(plan, kpi, actual)
    if deviation is None or deviation.target is None or deviation.shortfall is None:
        return
    yield Quantity(
        label=plan.pick(f"{kpi.name}：本期目标", f"{kpi.name}: target of the period"), value=deviation.target,
        unit=deviation.compared_unit, year=actual.when.year, basis="computed", formula=f"kpi_period_target:{deviation.basis}",
        source_ids=(kpi.id,),
    )  # fmt: skip
    yield Quantity(
        label=plan.pick(f"{kpi.name}：落后目标", f"{kpi.name}: short of the target"), value=round(100 * deviation.shortfall, 1),
        unit="%", year=actual.when.year, basis="computed", formula="kpi_shortfall", source_ids=(actual.id, kpi.id),
    )  # fmt: skip


def _actual_figure(plan: Standing, kpi: Kpi, actual: Actual) -> Quantity:
    return Quantity(
        label=plan.pick(f"{kpi.name}：实际值", f"{kpi.name}: actual"), value=actual.value, unit=kpi.unit, year=actual.when.year,
        basis="computed", formula=f"actual:{kpi.id}:{actual.period}", source_ids=(actual.id,),
        note=f"{actual.source}{plan.pick('（填报：', ' (entered by ')}{actual.person}{plan.pick('）', ')')}",
    )  # fmt: skip


def _behind(plan: Standing, case: _Case) -> str:
    found, times = case.deviation, case.deviation.alerts_in_a_row
    share = f"{100 * (found.shortfall or 0.0):.1f}%"
    return plan.pick(
        f"{case.kpi.id} {case.kpi.name}{case.period.name('zh')}落后目标{share}，已连续{times}期预警。",
        f"{case.kpi.id} {case.kpi.name} is {share} short of its target in {case.period.code}, alert number {times} in a row.",
    )
