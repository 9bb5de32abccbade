"""The parks a profile names: where projects go."""

import re
from typing import Final

from jumou.drafting.context import DraftContext
from jumou.drafting.wording import Said

_PARK: Final = re.compile(
    r"(?:园区|开发区|高新区|经开区|产业园|新区|试验区|工业园|科技园|产业基地|示范区|产业城|新城|科学城|park|zone|campus|city)(?:\(.*\)|（.*）)?$",
    re.IGNORECASE,
)
_LONGEST: Final = 24


def named_parks(ctx: DraftContext) -> tuple[Said, ...]:
    """The region itself when it is a park, then the parks among its infrastructure and resources, in the profile's order."""
    found = [ctx.region] if ctx.profile.level == "park" or _PARK.search(ctx.profile.name) else []
    for item in (*ctx.profile.infrastructure, *ctx.profile.resources):
        name = item.name.strip()
        if (
            _PARK.search(name)
            and len(name) <= (_LONGEST if ctx.language == "zh" else 2 * _LONGEST)
            and not re.search(r"\d", name)
        ):
            found.append(Said(name, item.ref))
    return tuple({word.text: word for word in found}.values())


def park(ctx: DraftContext) -> Said:
    """The park projects go to: the first the profile names, else the region's parks in general terms."""
    return next(
        iter(named_parks(ctx)),
        Said(
            ctx.writer.pick(f"{ctx.profile.name}重点产业园区", f"the main industrial parks of {ctx.profile.name}"),
            "profile:name",
        ),
    )
