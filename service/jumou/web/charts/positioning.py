"""The chart of the mode choice: all five scored, the chosen one in the accent."""

from typing import Any

from jumou.domain.framework import MODES, Language
from jumou.domain.plan import Plan
from jumou.web.charts.palette import Palette, axis, chart


def modes(plan: Plan, colours: Palette, language: Language) -> dict[str, Any] | None:
    """Scores of the five modes; None when they were not scored."""
    mode = plan.positioning.mode
    rows = sorted(mode.table, key=lambda row: row.score)
    if not rows:
        return None
    bars = [
        {"value": round(row.score, 3), "itemStyle": {"color": colours.accent if row.key == mode.key else colours.second, "opacity": 0.45 if row.gate == "failed" else 1}}
        for row in rows
    ]  # fmt: skip
    return chart(
        colours,
        xAxis=axis(colours, min=0),
        yAxis=axis(
            colours, "category", data=[MODES[row.key].in_(language) for row in rows], label={"color": colours.ink}
        ),
        grid={"left": 8, "right": 48, "top": 8, "bottom": 24, "containLabel": True},
        series=[
            {
                "type": "bar",
                "data": bars,
                "barMaxWidth": 18,
                "label": {"show": True, "position": "right", "color": colours.quiet},
            }
        ],
    )
