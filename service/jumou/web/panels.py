"""Panels that charts stand in: a title, the chart or what it would need, and a line on how to read it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from markupsafe import escape
from nicegui import ui

from jumou.web.charts.palette import Palette, palette
from jumou.web.frame import html
from jumou.web.plan_page import PlanPage

Draw = Callable[[Any, Palette, Any], dict[str, Any] | None]


@contextmanager
def panel(title: str, why: str = "", anchor: str = "") -> Iterator[None]:
    """A panel; its content is built inside."""
    with ui.element("section").classes("panel").props(f"id={anchor}" if anchor else ""):
        html(f'<header><h2>{escape(title)}</h2><span class="why">{escape(why)}</span></header>')
        yield


def draw(
    page: PlanPage, make: Draw, *, height: int, note: str = "", lacking: str = "", alt: str = "", least: int = 0
) -> None:
    """A chart of the plan, drawn anew when it changes; `lacking` says what it would need when there is nothing to draw.

    On a screen narrower than `least` pixels the chart keeps that width and is moved sideways.
    """

    def options() -> dict[str, Any] | None:
        return make(page.view.loaded.whole, palette(dark=page.chosen.dark), page.chosen.language)

    first = options()
    if first is None:
        html(f'<div class="empty">{escape(lacking)}</div>')
        return
    with ui.element("div").classes("wide").props("tabindex=0") if least else nullcontext():
        made = ui.echart(first).classes("chart").style(f"height:{height}px;min-width:{least}px")
    made.props(f'role=img aria-label="{escape(alt)}"')
    if note:
        html(f'<p class="chart-note">{escape(note)}</p>')

    def follow() -> None:
        fresh = options()
        if fresh is not None and fresh != made.options:
            made.options.clear()
            made.options.update(fresh)
            made.update()

    page.after.append(follow)


def contents(page: PlanPage, entries: Iterable[tuple[str, str]]) -> None:
    """The list of panels beside a long page."""
    links = "".join(f'<a href="#{anchor}">{escape(name)}</a>' for anchor, name in entries)
    html(f'<nav class="toc" aria-label="{page.t("本页目录", "on this page")}">{links}</nav>').style("display:contents")
