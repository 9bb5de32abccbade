"""The figures several sections lean on: how specialised the region is in the industry, and how large it is."""

from typing import Final

from jumou.analysis.figures import figures, quantity, usable
from jumou.domain.quantity import Indicator, Quantity
from jumou.domain.region import ProfileIndicator, RegionProfile
from jumou.drafting.context import DraftContext
from jumou.drafting.wording import Said
from jumou.profile.units import yi_yuan


def specialisation(ctx: DraftContext) -> Indicator | None:
    """The location quotient of the target industry, when it could be computed."""
    return ctx.analysis.target_quotient


def scale_figure(ctx: DraftContext) -> Quantity | None:
    """The profile's own figure for the size of the industry (or of its industry as a whole), when it has one."""
    return ctx.analysis.scale


def latest(profile: RegionProfile) -> list[ProfileIndicator]:
    """The newest usable figure of each name, in the profile's order."""
    found: dict[str, ProfileIndicator] = {}
    for cell in profile.indicators:
        known = found.get(cell.metric)
        if usable(cell) and (known is None or (cell.year or 0) > (known.year or 0)):
            found[cell.metric] = cell
    return list(found.values())


def fact(ctx: DraftContext, cell: ProfileIndicator) -> tuple[str, tuple[Quantity, ...]]:
    """A figure of the profile as a text tells it: year, name and value."""
    value = quantity(cell)
    return ctx.writer.fill(
        ctx.writer.pick("{year}{label}{value}", "{label} {value}{year}"),
        year="" if cell.year is None else ctx.writer.pick(f"{cell.year}年", f" ({cell.year})"),
        label=Said(cell.metric, cell.ref), value=value,
    )  # fmt: skip


_MONEY: Final = "亿元"
_SMALL: Final = 300.0
"""Below this output of industry, in hundred million yuan, a county, a town or a park plans in smaller units."""

_LOCAL: Final = ("county", "town", "park")


def money_scale(ctx: DraftContext) -> Quantity | None:
    """The size of the industry in hundred million yuan; failing that, the output or revenue of the region's whole industry."""
    own = scale_figure(ctx)
    if own is not None and (size := _in_yi_yuan(own)) is not None:
        return size
    for key in ("industrial_output", "revenue"):
        sizes = (_in_yi_yuan(quantity(cell)) for cell in figures(ctx.profile, key) if cell.value)
        found = next((size for size in sizes if size is not None), None)
        if found is not None:
            return found
    return None


def _in_yi_yuan(figure: Quantity) -> Quantity | None:
    """An amount of yuan in hundred million; None when it is none."""
    if figure.unit == _MONEY:
        return figure
    factor = yi_yuan(figure.unit)
    if factor is None:
        return None
    changed = {"value": round(figure.value * factor, 6), "unit": _MONEY, "basis": "computed"}
    return figure.model_copy(update={**changed, "formula": f"baseline * {factor:g}"})


def small_region(ctx: DraftContext) -> bool:
    """Whether the region has neither the powers nor the size of a city: a county, a town, or a park of little output."""
    if ctx.profile.level not in _LOCAL:
        return False
    if ctx.profile.level != "town" and any(name in (ctx.profile.parent or "") for name in _MUNICIPALITIES):
        return False  # a district of a municipality has a city's powers
    size = money_scale(ctx)
    return (size is None and ctx.profile.level != "park") or (size is not None and size.value < _SMALL)


_MUNICIPALITIES: Final = ("北京", "上海", "天津", "重庆")


_TIERS: Final = (
    (500.0, ("千亿级", "100 billion yuan")), (50.0, ("百亿级", "10 billion yuan")), (0.0, ("十亿级", "one billion yuan")),
)  # fmt: skip
"""A cluster of a rank is within reach from half its revenue on, hundred million yuan: our judgement."""

_LARGE_ECONOMY: Final = 3000.0
"""GDP of a city, hundred million yuan, from which a cluster of 100 billion is within reach where nothing else is known."""


def tier(ctx: DraftContext) -> tuple[str, str]:
    """The rank of cluster a region can aim at, in both languages: by the industry's size, else by level and GDP."""
    size = money_scale(ctx)
    if ctx.profile.level in ("national", "provincial"):
        return _TIERS[0][1]
    if size is not None:
        return next(name for least, name in _TIERS if size.value >= least)
    if ctx.profile.level != "city":
        return _TIERS[2][1]
    gdp = max((cell.value or 0.0 for cell in figures(ctx.profile, "gdp")), default=0.0)
    return _TIERS[0 if gdp >= _LARGE_ECONOMY else 1][1]
