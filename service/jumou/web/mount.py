"""Puts the pages on an application beside the API."""

from importlib import import_module
from pathlib import Path
from typing import Any, Final

import structlog
from nicegui import Client, ui
from nicegui import app as pages_app

from jumou.settings import Settings
from jumou.web.acts import Acts
from jumou.web.frame import ASSETS
from jumou.web.pages.about_library import register as library_pages
from jumou.web.pages.about_plan import register as plan_pages
from jumou.web.pages.about_plans import register as list_pages
from jumou.web.pages.about_runs import register as run_pages
from jumou.web.service import Service

log = structlog.get_logger("jumou.web")
_STATIC: Final = Path(__file__).parent / "static"


class _Objects:
    """Stands in for `gc` where NiceGUI looks for its server among all objects there are."""

    @staticmethod
    def get_objects() -> list[Any]:
        """None of them."""
        return []


def _leave_objects_alone() -> None:
    """Keeps NiceGUI from listing every object of the process when the pages open.

    A tuple that another thread is building meanwhile gets a second owner by it, and the draft that needed it ends with
    `SystemError: bad argument to internal function`. The server NiceGUI looks for is only of use for stopping it.
    """
    import_module("nicegui.ui_run_with").gc = _Objects  # type: ignore[attr-defined]  # its module says `import gc`


def _same_person(client: Client) -> None:
    """A socket serves the page of whoever asked for that page; a page's id in somebody else's hands opens nothing."""
    request, environ = client.request, client.environ or {}
    state = environ.get("asgi.scope", {}).get("state", {})
    if request is None or "principal" not in state:
        return
    asked, came = request.state.principal, state["principal"]
    if (asked.user, asked.workspace) != (came.user, came.workspace):
        client.delete()


def install(app: Any, settings: Settings) -> None:
    """Adds the pages to `app`, which shares the state of the API, before it is started."""
    app.add_middleware(Acts, rates=app.state.rates, streams=app.state.streams, language=settings.language)
    service = Service(settings, app.state.parts, app.state.making, app.state.door)
    pages_app.add_static_files(ASSETS, _STATIC, max_cache_age=0)
    pages_app.on_page_exception(_defect)
    pages_app.on_connect(_same_person)
    for register in (list_pages, plan_pages, run_pages, library_pages):
        register(service)
    _leave_objects_alone()
    ui.run_with(
        app, title="聚谋 jumou", language="zh-CN" if settings.language == "zh" else "en-US", favicon=_STATIC / "icon.svg",
        show_welcome_message=False, reconnect_timeout=30.0, tailwind=False,
    )  # fmt: skip


def _defect(error: Exception) -> None:
    """The page instead of one that could not be made: what went wrong stands in the log, not here."""
    log.error("page failed", error=type(error).__name__, exc_info=error)
    ui.label("页面出错，详情见服务日志。 The page could not be made; the log has the details.").style("padding: 3rem")
    ui.link("聚谋 jumou", "/").style("padding: 0 3rem")
