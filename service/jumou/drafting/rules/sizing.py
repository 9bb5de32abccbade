"""How large projects are: planning assumptions, scaled by the region's level and by its own output, and labelled as such."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jumou.domain.playbook import Archetype, OutputRule
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.numbers import money_scale

_ENVELOPE: Final = 0.2
"""Investment over the plan's five years as a share of one year's industry output: a planning assumption, not a norm."""

_LEAST, _MOST = 0.25, 4.0
_COUNTED_IN_LEVEL: Final = frozenset(("家", "人", "个", "项", "万平方米", "人次"))


@dataclass(frozen=True, slots=True)
class Sizing:
    """Factors that turn the playbook's sizes into this region's."""

    level: float
    output: Quantity | None
    fit: float

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
        low, high = (_neat(value * self.level * self.fit) for value in (archetype.size.low, archetype.size.high))
        label = write.pick("投资规模（规划假设）", "investment (planning assumption)")
        investment = Quantity(
            label=label, value=low, upper=high, unit="亿元", basis="assumption",
            formula="archetype_size * level_factor * output_fit",
        )  # fmt: skip
        if self.output is not None:
            text, figures = write.fill(
                write.pick(
                    "规划假设：按同类项目单位投资区间，结合区域层级与{label}{value}的规模校核，可行性研究阶段核定。",
                    "Planning assumption: usual size of such projects, fitted to the region's level and to its {label} of {value}; to be settled by the feasibility study.",
                ),
                label=self.output.label, value=self.output,
            )  # fmt: skip
            return investment, text, figures
        return (
            investment,
            write.pick(
                "规划假设：按同类项目单位投资区间和区域层级设定；资料缺少产业规模数据，可行性研究阶段核定。",
                "Planning assumption: usual size of such projects at the region's level; the profile gives no output to fit it to; to be settled by the feasibility study.",
            ),
            (),
        )

    def target(self, ctx: DraftContext, rule: OutputRule, label: str) -> Quantity:
        """An output target of a project, as a planning assumption."""
        value = rule.value
        if rule.unit in _COUNTED_IN_LEVEL:
            value = max(1.0, round(rule.value * min(self.level, 3.0)))
        return Quantity(
            label=label or ctx.writer.pick("产出目标", "output target"), value=value, unit=rule.unit, basis="assumption",
            formula="archetype_output * level_factor",
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
    return Sizing(level=level, output=output, fit=min(_MOST, max(_LEAST, envelope / planned)))


def _neat(value: float) -> float:
    """One or two significant digits: an assumption should not look like a measurement."""
    if value >= 100:
        return float(round(value / 10) * 10)
    if value >= 10:
        return float(round(value))
    if value >= 1:
        return round(value * 2) / 2
    return max(0.1, round(value, 1))
