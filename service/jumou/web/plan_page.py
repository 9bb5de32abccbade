"""A page about one plan: its sections are rendered from the plan, and again, one by one, when something was decided."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from nicegui import ui

from jumou.errors import JumouError
from jumou.web import evidence
from jumou.web.frame import frame, html, markup, tell
from jumou.web.preferences import Preferences
from jumou.web.reviewing import Desk
from jumou.web.service import Service
from jumou.web.view import View, render

_LOOK_EVERY: Final = 10.0
"""Seconds between two looks at whether somebody else changed the plan."""


@dataclass
class PlanPage:
    """One open page. `sections` are the parts that follow the plan; `after` is called when it has changed."""

    service: Service
    chosen: Preferences
    plan_id: str
    view: View
    desk: Desk = field(init=False)
    after: list[Callable[[], object]] = field(default_factory=list)
    _sections: list[tuple[ui.html, str, dict[str, Any]]] = field(default_factory=list)
    _drawer: ui.html | None = None

    def __post_init__(self) -> None:
        """Decisions are made at the desk of whoever opened the page."""
        self.desk = Desk(self.service, self.chosen, self.plan_id, self.refresh)

    def t(self, zh: str, en: str) -> str:
        """The text in the page's language."""
        return self.chosen.t(zh, en)

    def section(self, template: str, **more: Any) -> None:
        """A part of the page that follows the plan."""
        self._sections.append((html(render(template, self.view, **more)), template, more))

    async def refresh(self, item_id: str = "") -> None:
        """Renders anew what differs after a change, and gives the item its focus back."""
        self.view = View(await self.service.load(self.plan_id), self.chosen.language)
        for element, template, more in self._sections:
            content = render(template, self.view, **more)
            if content != element.content:
                element.set_content(content)
        for follow in self.after:
            made = follow()
            if asyncio.iscoroutine(made):
                await made
        if item_id:
            ui.run_javascript(f"jm.focus({item_id!r})")

    async def follow(self) -> None:
        """Shows what others changed meanwhile; a decision under way still meets the version it was made on."""
        try:
            history = await asyncio.to_thread(self.service.stored().store.history, self.plan_id)
        except JumouError:  # the next look may find it again
            return
        if history.event != self.view.loaded.history.event:
            await self.refresh()
            ui.notify(
                self.t("他人改动了本规划，页面已更新。", "Somebody changed the plan; the page is up to date."),
                type="info",
            )

    def drawer(self) -> None:
        """The drawer of evidence, shut."""
        with ui.element("aside").classes("drawer").props(f'aria-label="{self.t("依据", "evidence")}"'):
            self._drawer = html("").style("display:contents")
        ui.on("jm-evidence", lambda event: self._show_passage(event.args))
        ui.on("jm-figures", lambda event: self._show_figures(event.args))

    async def _show_passage(self, sent: dict[str, str]) -> None:
        try:
            content = await asyncio.to_thread(
                evidence.passages, self.service, self.view, sent["passage"], sent["quote"]
            )
        except JumouError as error:
            tell(self.chosen, error)
            return
        self._open(content)

    def _show_figures(self, sent: dict[str, str]) -> None:
        kept = self.view.figures.get(sent["key"])
        if kept:
            self._open(evidence.figures(self.view, kept))

    def _open(self, content: str) -> None:
        if self._drawer is not None:
            self._drawer.set_content(content)
            ui.run_javascript("setTimeout(() => jm.open(), 60)")


async def plan_page(
    service: Service, chosen: Preferences, plan_id: str, here: str, build: Callable[[PlanPage], Awaitable[None] | None]
) -> None:
    """A page of the plan with its head and drawer; `build` fills it. What cannot be read is said in words."""
    try:
        loaded = await service.load(plan_id)
    except JumouError as error:
        with frame(chosen, "plans", chosen.t("规划", "Plan")):
            markup("fault", chosen, message=error.message(chosen.language))
        return
    page = PlanPage(service, chosen, plan_id, View(loaded, chosen.language))
    with frame(chosen, "plans", loaded.plan.profile.name):
        page.section("frame_plan", here=here)
        with ui.element("main").classes("page").props("id=main"):
            made = build(page)
            if made is not None:
                await made
        if here in ("diagnosis", "positioning", "projects", "implementation"):
            markup("keys", chosen)
        page.drawer()
        ui.on("jm-act", lambda event: page.desk.act(event.args))
        ui.timer(_LOOK_EVERY, page.follow, immediate=False)
