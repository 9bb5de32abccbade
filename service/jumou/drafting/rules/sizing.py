"""How large projects are: planning assumptions, scaled by the region's level and by its own output, and labelled as such."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jumou.domain.playbook import Archetype, OutputRule, UnitCost
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.kpi_targets import counted
from jumou.drafting.rules.numbers import money_scale

_ENVELOPE: Final = 0.2
"""Investment over the plan's five years as a share of one year's industry output: a planning assumption, not a norm."""

_LEAST, _MOST = 0.25, 4.0
_MOST_LEVEL: Final = 2.0
_IN_TEN_THOUSANDS: Final = 0.1
"""Unit costs below this many hundred million yuan are written in ten thousand yuan."""

_COUNTED_IN_LEVEL: Final = frozenset(("家", "人", "个", "项", "万平方米", "人次"))


@dataclass(frozen=True, slots=True)
class Sizing:
    """Factors that turn the playbook's sizes into this region's."""

    level: float
    output: Quantity | None
    fit: float
    count: float = 1.0
    """Counts grow with the root of the industry's output, as the KPIs' yearly counts do."""

    def investment(self, ctx: DraftContext, archetype: Archetype) -> tuple[Quantity | None, str, tuple[Quantity, ...]]:
        """The investment as a range, how it was set, and the figures that sentence uses."""
        write = ctx.writer
        if archetype.size is None:
            return (
                None,
                write.pick(
                    "制度性项目，不安排固定投资，工作经费纳入部门预算。",
                    "Institutional work: no fixed investment; running cost within departmental budgets.",
                ),
                (),
            )
        if abroad(ctx.profile):
            return (
                None,
                write.pick(
                    "资料未给出当地造价与币种口径，投资待可行性研究确定。",
                    "The profile gives no local cost basis; investment is left to the feasibility study.",
                ),
                (),
            )
        if archetype.unit is not None:
            return self._by_unit(ctx, archetype, archetype.unit)
        low, high = (_neat(value * self.level * self.fit) for value in (archetype.size.low, archetype.size.high))
        label = write.pick("投资规模（规划假设）", "investment (planning assumption)")
        investment = Quantity(
            label=label, value=low, upper=high, unit="亿元", basis="assumption",
            formula="archetype_size * level_factor * output_fit",
        )  # fmt: skip
        if self.output is not None:
            text, figures = write.fill(
                write.pick(
                    "按同类项目投资区间和区域层级设定，以{label}{value}校核；可研阶段核定。",
                    "Usual size of such projects at this level, fitted to the {label} of {value}; settled by the feasibility study.",
                ),
                label=self.output.label, value=self.output,
            )  # fmt: skip
            return investment, text, figures
        return (
            investment,
            write.pick(
                "按同类项目投资区间和区域层级设定；资料缺少产业规模，可研阶段核定。",
                "Usual size of such projects at this level; the profile gives no output to fit it to; settled by the feasibility study.",
            ),
            (),
        )

    def _by_unit(
        self, ctx: DraftContext, archetype: Archetype, unit: UnitCost
    ) -> tuple[Quantity, str, tuple[Quantity, ...]]:
        """The first output times what one unit of it costs."""
        write, rule = ctx.writer, archetype.outputs[0]
        output = self.target(ctx, rule, rule.text.in_(ctx.language).split("{")[0])
        scale = min(1.0, self.level) * min(1.0, self.fit) if unit.by_firms else 1.0
        low, high = unit.low * scale, unit.high * scale
        small = high < _IN_TEN_THOUSANDS
        factor = 10_000 if small else 1
        cost = Quantity(
            label=write.pick("单位投资", "unit cost"), value=_fine(low * factor), upper=_fine(high * factor),
            unit="万元" if small else "亿元", basis="assumption",
            formula="unit_cost * level_factor * output_fit" if unit.by_firms else "unit_cost",
        )  # fmt: skip
        investment = Quantity(
            label=write.pick("投资规模（规划假设）", "investment (planning assumption)"),
            value=_neat(output.value * low), upper=max(_neat(output.value * high), _neat(output.value * low)), unit="亿元",
            basis="assumption", formula="output * unit_cost",
        )  # fmt: skip
        text, figures = write.fill(
            write.pick(
                "按产出目标{output}、每{unit}{cost}测算；单位投资为规划假设，可研阶段按当地造价核定。",
                "Output target ({output}) times {cost} each; the unit cost is a planning assumption, settled by the feasibility study at local prices.",
            ),
            output=output, unit=rule.unit, cost=cost,
        )  # fmt: skip
        return investment, text, figures

    def target(self, ctx: DraftContext, rule: OutputRule, label: str) -> Quantity:
        """An output target of a project, as a planning assumption."""
        value = rule.value
        if rule.unit in _COUNTED_IN_LEVEL and rule.value > 1:
            value = max(1.0, round(rule.value * min(self.level, 3.0) * self.count))
        return Quantity(
            label=label or ctx.writer.pick("产出目标", "output target"), value=value, unit=rule.unit, basis="assumption",
            formula="archetype_output * level_factor * size_factor",
        )  # fmt: skip


def sizing(ctx: DraftContext, archetypes: Sequence[Archetype]) -> Sizing:
    """The factors for this region: level, and how the sum of the sizes fits a share of the industry's yearly output."""
    level = ctx.playbook.level_factors[ctx.profile.level]
    output = money_scale(ctx)
    planned = sum((item.size.low + item.size.high) / 2 for item in archetypes if item.size) * level
    if output is None or planned <= 0:
        return Sizing(level=level, output=None, fit=1.0)
    years = ctx.horizon - ctx.start_year + 1
    envelope = output.value * _ENVELOPE * years / 5
    fit = min(_MOST, max(_LEAST, envelope / planned))
    return Sizing(level=level, output=output, fit=fit, count=counted(ctx) / min(level, _MOST_LEVEL))


def _fine(value: float) -> float:
    """Two significant digits."""
    return float(f"{value:.2g}")


def _neat(value: float) -> float:
    """One or two significant digits: an assumption should not look like a measurement."""
    if value >= 100:
        return float(round(value / 10) * 10)
    if value >= 10:
        return float(round(value))
    if value >= 1:
        return round(value * 2) / 2
    return max(0.1, round(value, 1))
