"""The list of runs."""

from nicegui import ui

from jumou.errors import JumouError
from jumou.web.frame import fault, frame
from jumou.web.preferences import preferences
from jumou.web.runs import RunsPage, shown_state
from jumou.web.service import Service

_WAIT: float = 30.0


def register(pages: Service) -> None:
    """Adds the page."""

    @ui.page("/runs", response_timeout=_WAIT)
    async def runs(state: str = "", cursor: str = "") -> None:
        service = pages.here()
        chosen = preferences(service.language)
        with frame(chosen, "runs", chosen.t("任务", "Runs")):
            try:
                service.caller.must("draft")  # they are working papers
                await RunsPage(service, chosen, shown_state(state), cursor[:200]).build()
            except JumouError as error:
                fault(chosen, error)
