"""The plan's charts as PNG pictures. Each chart is a function from the plan to a picture, or None when data are lacking."""

from collections.abc import Callable
from typing import Final

from jumou.domain.plan import Plan
from jumou.export.charts.canvas import Chart, font_name
from jumou.export.charts.diagnosis import chain_map, growth_share, smile_curve, specialisation
from jumou.export.charts.implementation import financing, kpi_paths, roadmap
from jumou.export.charts.positioning import mode_scores

CHARTS: Final[dict[str, Callable[[Plan], Chart | None]]] = {
    "smile_curve": smile_curve,
    "value_chain": chain_map,
    "specialisation": specialisation,
    "growth_share": growth_share,
    "mode_scores": mode_scores,
    "roadmap": roadmap,
    "kpi_paths": kpi_paths,
    "financing": financing,
}
"""All charts by file name, in the order of the plan."""


def draw_charts(plan: Plan) -> dict[str, Chart]:
    """The charts that the plan's data allow, by name; a chart without data is left out, never drawn empty."""
    found = {name: draw(plan) for name, draw in CHARTS.items()}
    return {name: chart for name, chart in found.items() if chart is not None}


__all__ = ["CHARTS", "Chart", "draw_charts", "font_name"]
