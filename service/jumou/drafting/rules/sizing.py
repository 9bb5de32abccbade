"""How large projects are: planning assumptions, scaled by the region's level and by what it can carry, and labelled as such."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from jumou.domain.playbook import Archetype, OutputRule, UnitCost
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.capacity import Capacity, capacity, counted, level_of

_LEAST, _MOST = 0.15, 4.0
"""How far sizes fit themselves to what a region can carry; below the least an institute is none any more."""

_LAST, _FEWEST = 0.08, 0.5
"""How far sizes and numbers give way where the lines would be passed. What is still too much is for the plan to say: projects too
small to do anything help nobody."""


_MOST_LEVEL: Final = 2.0
_MOST_COUNT_LEVEL: Final = 3.0
_LEAST_UNIT: Final = 0.4
"""A leading firm or a production line has a size of its own: a small region has fewer of them, not toys."""

_ROUNDS: Final = 12
_SHRINK: Final = 0.8
_IN_TEN_THOUSANDS: Final = 0.1
"""Unit costs below this many hundred million yuan are written in ten thousand yuan."""

_COUNTED_IN_LEVEL: Final = frozenset(("家", "人", "个", "项", "万平方米", "人次", "处"))
_NEW_FIRMS: Final = re.compile(r"新增|引进|落地|在孵|毕业|集聚|培育|总部")
_SERVED, _NEW = 0.6, 0.3
"""Of the firms on record so many can be served or changed by one project within the term, and so many join them: our judgement."""

_OF_THE_PEOPLE, _OF_THE_JOBS = 0.001, 0.1
_SPACE: Final = 10.0
"""Of a region's people so many are trained by one project a year, and of the industry's jobs; ten thousand m² for a million people."""

_SEVERAL, _LEAST_SEVERAL = 5, 2.0
"""Where the catalogue plans several of a thing, a small region plans two."""

_FIRM, _HEADS, _AREA = "家", ("人", "人次"), "万平方米"


@dataclass(frozen=True, slots=True)
class Sizing:
    """Factors that turn the playbook's sizes into this region's."""

    level: float
    fit: float
    count: float
    """Counts grow with the root of the industry's output, as the KPIs' yearly counts do."""
    carries: Capacity

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
        low, high = self.range_of(archetype)
        investment = Quantity(
            label=write.pick("投资规模（规划假设）", "investment (planning assumption)"), value=low, upper=high, unit="亿元",
            basis="assumption", formula="archetype_size * level_factor * output_fit",
        )  # fmt: skip
        base = self.carries.base
        if base is not None:
            text, figures = write.fill(
                write.pick(
                    "按同类项目投资区间和区域层级设定，以{label}{value}校核；可研阶段核定。",
                    "Usual size of such projects at this level, fitted to the {label} of {value}; settled by the feasibility study.",
                ),
                label=base.label, value=base,
            )  # fmt: skip
            return investment, text, figures
        return (
            investment,
            write.pick(
                "按同类项目投资区间和同层级区域的一般规模设定；资料缺少产业规模、生产总值和财政收入，可研阶段核定。",
                "Usual size of such projects in a region of this level; the profile gives neither output, GDP nor budget to fit it to; settled by the feasibility study.",
            ),
            (),
        )

    def range_of(self, archetype: Archetype) -> tuple[float, float]:
        """Low and high of an archetype's investment, hundred million yuan; none for institutional work."""
        if archetype.size is None:
            return 0.0, 0.0
        if archetype.unit is not None:
            value, (low, high) = self._value(archetype.outputs[0])[0], self._unit(archetype.unit)
            return _neat(value * low), max(_neat(value * high), _neat(value * low))
        low, high = (_neat(value * self.level * self.fit) for value in (archetype.size.low, archetype.size.high))
        return low, high

    def _unit(self, unit: UnitCost) -> tuple[float, float]:
        scale = max(_LEAST_UNIT, min(1.0, self.level) * min(1.0, self.fit)) if unit.by_firms else 1.0
        return unit.low * scale, unit.high * scale

    def _by_unit(
        self, ctx: DraftContext, archetype: Archetype, unit: UnitCost
    ) -> tuple[Quantity, str, tuple[Quantity, ...]]:
        """The first output times what one unit of it costs."""
        write, rule = ctx.writer, archetype.outputs[0]
        output = self.target(ctx, rule, rule.text.in_(ctx.language).split("{")[0])
        low, high = self._unit(unit)
        small = high < _IN_TEN_THOUSANDS
        factor = 10_000 if small else 1
        cost = Quantity(
            label=write.pick("单位投资", "unit cost"), value=_fine(low * factor), upper=_fine(high * factor),
            unit="万元" if small else "亿元", basis="assumption",
            formula="unit_cost * level_factor * output_fit" if unit.by_firms else "unit_cost",
        )  # fmt: skip
        least, most = self.range_of(archetype)
        investment = Quantity(
            label=write.pick("投资规模（规划假设）", "investment (planning assumption)"), value=least, upper=most,
            unit="亿元", basis="assumption", formula="output * unit_cost",
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
        value, bound = self._value(rule)
        formula = "archetype_output * level_factor * size_factor"
        return Quantity(
            label=label or ctx.writer.pick("产出目标", "output target"), value=value, unit=rule.unit, basis="assumption",
            formula=f"min({formula}, {bound})" if bound else formula,
        )  # fmt: skip

    def _value(self, rule: OutputRule) -> tuple[float, str]:
        """An output's number, and what bounds it where its region is too small for it."""
        if rule.unit not in _COUNTED_IN_LEVEL or rule.value <= 1:
            return rule.value, ""
        least = _LEAST_SEVERAL if rule.value >= _SEVERAL else 1.0
        value = max(least, round(rule.value * min(self.level, _MOST_COUNT_LEVEL) * self.count))
        bounds = self._bounds(rule)
        if not bounds or value <= min(bounds.values()):
            return float(value), ""
        bound = min(bounds, key=lambda name: bounds[name])
        return max(1.0, float(int(bounds[bound]))), bound

    def _bounds(self, rule: OutputRule) -> dict[str, float]:
        known = self.carries
        if rule.unit == _FIRM and known.firms:
            share = _NEW if _NEW_FIRMS.search(rule.text.zh) else _SERVED
            return {f"{share:g} * firms_on_record": share * known.firms}
        if rule.unit in _HEADS:
            found = {"0.001 * population": _OF_THE_PEOPLE * known.people} if known.people else {}
            return found | ({"0.1 * jobs_in_industry": _OF_THE_JOBS * known.jobs} if known.jobs else {})
        if rule.unit == _AREA and known.people:
            return {"space_per_head * population": _SPACE * known.people / 1e6}
        return {}


def sizing(ctx: DraftContext, archetypes: Sequence[Archetype]) -> Sizing:
    """The factors for this region: level, and how the sum of the projects fits what the region can carry.

    The sum stays within the lines from which it would have to be argued, as far as projects of some use allow: sizes give way
    first, then numbers.
    """
    level = level_of(ctx)
    sizes = Sizing(level=level, fit=1.0, count=counted(ctx) / min(level, _MOST_LEVEL), carries=capacity(ctx))
    if abroad(ctx.profile) or not archetypes:
        return sizes
    carries, least, fewest = sizes.carries, _LEAST, _FEWEST * sizes.count
    by_unit = [item for item in archetypes if item.unit is not None]
    free = sum((item.size.low + item.size.high) / 2 for item in archetypes if item.size and item.unit is None) * level
    for _ in range(_ROUNDS):
        taken = sum(map(sum, map(sizes.range_of, by_unit))) / 2
        fit = (carries.envelope - taken) / free if free else 1.0
        sizes = replace(sizes, fit=min(_MOST, max(least, fit)))
        total, public = _sums(ctx, sizes, archetypes)
        if total <= (carries.most or total) and public <= (carries.public_most or public):
            break
        over = max(total / (carries.most or total), public / (carries.public_most or public))
        carries = replace(carries, envelope=carries.envelope / over)
        if sizes.fit <= least:
            sizes = replace(sizes, count=max(fewest, sizes.count * _SHRINK))
            least = max(_LAST, least * _SHRINK)
    return sizes


def _sums(ctx: DraftContext, sizes: Sizing, archetypes: Sequence[Archetype]) -> tuple[float, float]:
    """The middle of all investment, and of what government and special bonds pay of it."""
    total = public = 0.0
    for item in archetypes:
        middle = sum(sizes.range_of(item)) / 2
        mix = ctx.playbook.financing_mixes[item.financing]
        total += middle
        public += middle * (mix.get("government", 0.0) + mix.get("special_bond", 0.0))
    return total, public


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
    return round(value, 1) if value >= 0.095 else max(0.01, round(value, 2))
