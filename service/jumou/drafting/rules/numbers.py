"""The two figures several sections lean on: how specialised the region is in the industry, and how large the industry is."""

from jumou.domain.quantity import Indicator, Quantity
from jumou.drafting.context import DraftContext


def specialisation(ctx: DraftContext) -> Indicator | None:
    """The location quotient of the target industry, when it could be computed."""
    return ctx.analysis.target_quotient


def scale_figure(ctx: DraftContext) -> Quantity | None:
    """The profile's own figure for the size of the industry (or of its industry as a whole), when it has one."""
    return ctx.analysis.scale
