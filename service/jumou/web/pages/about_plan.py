"""The pages of one plan: the board, its four steps, its operation, its versions."""

from nicegui import ui

from jumou.web.board import build_board
from jumou.web.diagnosis import build_diagnosis
from jumou.web.history import build_history
from jumou.web.implementation import build_implementation
from jumou.web.monitoring import build_monitoring
from jumou.web.plan_page import plan_page
from jumou.web.positioning import build_positioning
from jumou.web.preferences import preferences
from jumou.web.projects import build_projects
from jumou.web.service import Service

_WAIT: float = 30.0
_PAGES = {
    "diagnosis": build_diagnosis,
    "positioning": build_positioning,
    "projects": build_projects,
    "implementation": build_implementation,
    "monitoring": build_monitoring,
    "history": build_history,
}


def register(pages: Service) -> None:
    """Adds the pages."""

    @ui.page("/plans/{plan_id}", response_timeout=_WAIT)
    async def board(plan_id: str) -> None:
        service = pages.here()
        await plan_page(service, preferences(service.language), plan_id, "board", build_board)

    @ui.page("/plans/{plan_id}/{step}", response_timeout=_WAIT)
    async def step_page(plan_id: str, step: str) -> None:
        service = pages.here()
        build = _PAGES.get(step)
        if build is None:
            ui.navigate.to(f"/plans/{plan_id}")
            return
        await plan_page(service, preferences(service.language), plan_id, step, build)
