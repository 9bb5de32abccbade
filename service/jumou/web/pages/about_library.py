"""The library, the search over it, and the check of the installation."""

import asyncio
from collections.abc import Callable

from nicegui import ui

from jumou.errors import JumouError
from jumou.web.doctor import examined, settings_shown
from jumou.web.frame import fault, frame, html, markup
from jumou.web.library import build_corpus, build_search
from jumou.web.preferences import Preferences, preferences
from jumou.web.service import Service
from jumou.web.view import render_plain

_WAIT: float = 30.0


def register(pages: Service) -> None:
    """Adds the pages."""

    @ui.page("/corpus", response_timeout=_WAIT)
    async def corpus() -> None:
        service = pages.here()
        chosen = preferences(service.language)
        with frame(chosen, "corpus", chosen.t("文献", "Library")):
            _once_open(service, chosen, lambda: build_corpus(service, chosen))

    @ui.page("/search", response_timeout=_WAIT)
    async def search(q: str = "") -> None:
        service = pages.here()
        chosen = preferences(service.language)
        with frame(chosen, "search", chosen.t("检索", "Search")):
            _once_open(service, chosen, lambda: build_search(service, chosen, q[:1000]))

    @ui.page("/doctor", response_timeout=_WAIT)
    async def doctor() -> None:
        service = pages.here()
        chosen = preferences(service.language)
        with frame(chosen, "doctor", chosen.t("自检", "Check")):
            try:
                service.caller.must("admin")  # it tells of the machine, which is not everybody's business
            except JumouError as error:
                fault(chosen, error)
                return
            rows = await asyncio.to_thread(examined, service, chosen)
            with ui.element("main").classes("page").props("id=main"):
                html(render_plain("doctor", chosen.language, rows=rows, settings=settings_shown(service)))


def _once_open(service: Service, chosen: Preferences, build: Callable[[], None]) -> None:
    """Builds the page when the library is open; until then says what is going on and tries again."""
    try:
        service.opened()
    except JumouError as error:
        markup("waiting", chosen, message=error.message(chosen.language))
        ui.timer(1.5, ui.navigate.reload, once=True)
        return
    build()
