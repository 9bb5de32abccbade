"""Puts the pages on the application that serves the API. The API's own paths keep their answers, errors included."""

from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from nicegui import app as pages_app
from nicegui import ui

from jumou.errors import NotFound
from jumou.settings import Settings
from jumou.web.frame import ASSETS
from jumou.web.pages.about_library import register as library_pages
from jumou.web.pages.about_plan import register as plan_pages
from jumou.web.pages.about_plans import register as list_pages
from jumou.web.service import Service

_STATIC: Final = Path(__file__).parent / "static"
_API: Final = "/v1/{rest:path}"


def install(app: Any, settings: Settings) -> None:
    """Adds the pages to `app` (made by `jumou.api.app.create_app`), before it is started."""
    service = Service(settings, app.state.parts, app.state.making)

    def unknown(rest: str) -> None:
        raise NotFound(f"没有接口 /v1/{rest}。", f"There is nothing at /v1/{rest}.")

    # the pages are mounted at the root: without this, an unknown path of the API would get a page for an answer
    app.add_api_route(_API, unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    pages_app.add_static_files(ASSETS, _STATIC, max_cache_age=0)
    for register in (list_pages, plan_pages, library_pages):
        register(service)
    ui.run_with(
        app, title="聚谋 jumou", language="zh-CN" if settings.language == "zh" else "en-US", favicon=_STATIC / "icon.svg",
        show_welcome_message=False, reconnect_timeout=30.0, tailwind=False,
    )  # fmt: skip
    pages_app.version = version("jumou")
