"""Actual values against targets: each indicator by its own threshold, direction and kind of target (docs/methods.md)."""

import math
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from jumou.domain.implementation import Kpi, KpiTarget
from jumou.domain.operation import Actual, Basis, Deviation, Period, Standing

_RATIO: Final = re.compile(r"[%％‰]|比例|百分点|percent|points|/|每|\bper\b")
_COUNTED: Final = re.compile(
    r"[家户个项支所人名]|firms|clusters|projects|products|parks|platforms|standards|teams|people"
)
_STOCK: Final = re.compile(
    r"余额|总额|资产|存量|保有|拥有量|有效|累计|从业|stock|assets|holdings|employed|in force|cumulative"
)
_FLOW: Final = re.compile(r"成交额|授权量|登记|当年|年度|培养|培训|granted|trained|a year")
_CUMULATIVE: Final = ("added", "points")


class Missing(NamedTuple):
    """Why an actual value cannot be compared."""

    zh: str
    en: str


def adds_up(kpi: Kpi) -> bool:
    """Whether values of an indicator add up over a year (output, money spent), so that a quarter's is the sum to date.

    The flags `flow` and `stock` of a target say so; else unit and name do: shares, ratios and numbers of firms or people do
    not add up, what is produced, sold or granted does.
    """
    flags = {flag for target in kpi.targets for flag in target.quantity.flags}
    if flags & {"flow", "stock"}:
        return "flow" in flags
    if flags & {"added", "points"} or _RATIO.search(kpi.unit) or _STOCK.search(kpi.name.lower()):
        return False
    return bool(_FLOW.search(kpi.name.lower())) or not _COUNTED.fullmatch(kpi.unit.strip())


def deviations_of(kpi: Kpi, actuals: Mapping[Period, Actual]) -> tuple[Deviation, ...]:
    """Every actual value of an indicator against its target, in order of periods; each says how many alerts stand in a row."""
    found: list[Deviation] = []
    rows: dict[tuple[bool, int], int] = {}
    for period in sorted(actuals, key=lambda one: one.order):
        made = _deviation(kpi, actuals, period)
        kind = bool(period.quarter)
        row = rows.get((kind, period.number - 1), 0) + 1 if made.state == "alert" else 0
        rows[kind, period.number] = row
        found.append(made.model_copy(update={"alerts_in_a_row": row}))
    return tuple(found)


def period_target(kpi: Kpi, period: Period) -> tuple[float, KpiTarget, Basis] | None:
    """The target of a period, the year's target it follows from, and how; None when the year has no target."""
    target = next((one for one in kpi.targets if one.year == period.year), None)
    if target is None:
        return None
    value, flags, quarter = target.quantity.value, target.quantity.flags, period.quarter
    if quarter in (0, 4):
        return value, target, "annual"
    if "rate" in flags or "level" in flags:
        whole: Basis = "to_date" if "level" in flags and adds_up(kpi) else "kept"
        return (value * quarter / 4 if whole == "to_date" else value), target, whole
    if not set(_CUMULATIVE) & set(flags) and adds_up(kpi):
        return value * quarter / 4, target, "to_date"
    before = _before(kpi, target)
    if before is None:
        return value, target, "kept"
    return before + (value - before) * quarter / 4, target, "interpolated"


def _before(kpi: Kpi, target: KpiTarget) -> float | None:
    """The value on the target's path at the end of the year before."""
    earlier = [one for one in kpi.targets if one.year < target.year]
    if earlier:
        known = max(earlier, key=lambda one: one.year)
        year, value = known.year, known.quantity.value
    elif set(_CUMULATIVE) & set(target.quantity.flags):
        year, value = target.year - 1, 0.0
    elif kpi.baseline is not None and kpi.baseline.year is not None and kpi.baseline.year < target.year:
        year, value = kpi.baseline.year, kpi.baseline.value
    else:
        return None
    return value + (target.quantity.value - value) * (target.year - 1 - year) / (target.year - year)


def _deviation(kpi: Kpi, actuals: Mapping[Period, Actual], period: Period) -> Deviation:
    actual = actuals[period]
    made = Deviation(
        kpi_id=kpi.id, kpi_name=kpi.name, period=period.code, actual_id=actual.id, actual=actual.value, unit=kpi.unit,
        threshold=kpi.alert_threshold, state="not_comparable",
    )  # fmt: skip
    aimed = period_target(kpi, period)
    if aimed is None:
        return _lacking(made, Missing(f"{period.year}年没有目标值", f"there is no target for {period.year}"))
    wanted, target, basis = aimed
    made = made.model_copy(
        update={
            "target": wanted, "target_of_year": target.quantity.value, "basis": basis, "compared_unit": target.quantity.unit or kpi.unit,
        }
    )  # fmt: skip
    compared = _compared(kpi, target, actuals, period)
    if isinstance(compared, Missing):
        return _lacking(made, compared)
    gap = compared - wanted
    # a rate of decline is written as a positive number, so more of it is better whatever the direction of the level
    up = kpi.direction == "up" or "rate" in target.quantity.flags
    worse = -gap if up else gap
    if not wanted and worse > 0:
        return _lacking(
            made.model_copy(update={"compared": compared, "gap": gap}),
            Missing("目标值为零，不能计算相对差距", "the target is zero, so there is no relative shortfall"),
        )
    shortfall = worse / abs(wanted) if wanted else 0.0
    state: Standing = "behind" if shortfall > 0 else "on_track"
    if kpi.alert_threshold is not None and shortfall > 0 and shortfall >= kpi.alert_threshold - 1e-9:
        state = "alert"
    return made.model_copy(update={"compared": compared, "gap": gap, "shortfall": shortfall, "state": state})


def _compared(kpi: Kpi, target: KpiTarget, actuals: Mapping[Period, Actual], period: Period) -> float | Missing:
    """The actual in the terms of the target."""
    quantity, value = target.quantity, actuals[period].value
    if quantity.unit == kpi.unit or not {"rate", "points"} & set(quantity.flags):
        return value
    if "rate" in quantity.flags:
        return _growth(kpi, actuals, period)
    first = min(one.year for one in kpi.targets)
    base = kpi.baseline.value if kpi.baseline is not None else None
    if base is None:
        known = [one for one in actuals if not one.quarter and one.year < first]
        base = actuals[max(known)].value if known else None
    if base is None:
        return Missing(f"缺基期值，请填报{first - 1}年实际值", f"no baseline: enter the actual value of {first - 1}")
    return value - base


def _growth(kpi: Kpi, actuals: Mapping[Period, Actual], period: Period) -> float | Missing:
    """The average yearly growth, per cent, since the earliest value of the same kind; of a falling indicator, the decline."""
    known = {
        one.year: actuals[one].value for one in actuals if one.quarter == period.quarter and one.year < period.year
    }
    base = kpi.baseline
    if not period.quarter and base is not None and base.year is not None and base.year < period.year:
        known.setdefault(base.year, base.value)
    if not known:
        before = Period(period.year - 1, period.quarter)
        return Missing(
            f"目标为年均增速，请填报{before.name('zh')}实际值", f"the target is a yearly rate: enter the actual value of {before.code}"
        )  # fmt: skip
    year = min(known)
    first, last = known[year], actuals[period].value
    if first <= 0 or last <= 0:
        return Missing("数值不为正，不能计算增速", "a rate needs values above zero")
    growth = 100 * (math.pow(last / first, 1 / (period.year - year)) - 1)
    return growth if kpi.direction == "up" else -growth


def _lacking(made: Deviation, missing: Missing) -> Deviation:
    return made.model_copy(update={"missing_zh": missing.zh, "missing_en": missing.en})
