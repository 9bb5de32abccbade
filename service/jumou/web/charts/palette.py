"""The colours of the design language (docs/design-language.md) for charts, and what all charts have in common."""

from typing import Any, Final, NamedTuple

FONT: Final = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif'


class Palette(NamedTuple):
    """Colours by meaning."""

    ink: str
    quiet: str
    line: str
    surface: str
    accent: str
    second: str
    good: str
    fair: str
    bad: str
    series: tuple[str, ...]


LIGHT: Final = Palette(
    "#1c2530", "#66717d", "#d9ddd7", "#ffffff", "#1b4f72", "#8a9aa8", "#1d6b43", "#b07a12", "#a8261c",
    ("#1b4f72", "#5b8fb0", "#a3c4d6", "#b07a12", "#d8b56a", "#6f8f72", "#9a8fb5"),
)  # fmt: skip
DARK: Final = Palette(
    "#e8ecef", "#94a1ad", "#323d47", "#1a2128", "#86bde4", "#6b7a88", "#7fd0a3", "#e8be6c", "#f29c92",
    ("#86bde4", "#5590b8", "#3d6a88", "#e8be6c", "#b08c45", "#8fb893", "#b9a7dd"),
)  # fmt: skip


def palette(*, dark: bool) -> Palette:
    """The colours for the light or the dark page."""
    return DARK if dark else LIGHT


def chart(colours: Palette, **more: Any) -> dict[str, Any]:
    """Options with what all charts have in common; animation is off, a page of figures holds still."""
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": colours.ink},
        "tooltip": {"backgroundColor": colours.surface, "borderColor": colours.line, "textStyle": {"color": colours.ink, "fontSize": 13}},
        "grid": {"left": 12, "right": 24, "top": 24, "bottom": 32, "containLabel": True},
        "aria": {"enabled": True},
        **more,
    }  # fmt: skip


def axis(colours: Palette, kind: str = "value", **more: Any) -> dict[str, Any]:
    """An axis: thin lines, quiet labels."""
    return {
        "type": kind,
        "axisLine": {"lineStyle": {"color": colours.line}},
        "axisTick": {"show": False},
        "axisLabel": {"color": colours.quiet, "fontSize": 12, **more.pop("label", {})},
        "splitLine": {"show": kind == "value", "lineStyle": {"color": colours.line, "width": 0.6}},
        "nameTextStyle": {"color": colours.quiet, "fontSize": 12},
        **more,
    }


def legend(colours: Palette, **more: Any) -> dict[str, Any]:
    """A legend below the chart."""
    return {"bottom": 0, "icon": "roundRect", "itemWidth": 12, "itemHeight": 8, "textStyle": {"color": colours.quiet, "fontSize": 12}, **more}  # fmt: skip
