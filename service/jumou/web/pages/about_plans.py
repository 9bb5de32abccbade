"""The list of plans, and the page a new one is drafted from."""

import asyncio
from typing import Any

from nicegui import ui

from jumou.domain.standing import standing
from jumou.domain.steps import STEP_ORDER
from jumou.errors import JumouError
from jumou.storage import PlanStore
from jumou.web.frame import frame, html, markup
from jumou.web.new_plan import NewPlan
from jumou.web.preferences import preferences
from jumou.web.service import Service
from jumou.web.view import STATE_NAMES, render_plain

_WAIT: float = 30.0


def register(pages: Service) -> None:
    """Adds the pages."""

    @ui.page("/", response_timeout=_WAIT)
    async def plans(cursor: str = "") -> None:
        service = pages.here()
        chosen = preferences(service.language)
        with frame(chosen, "plans", chosen.t("规划", "Plans")):
            try:
                store = service.stored().store
            except JumouError as error:
                markup("waiting", chosen, message=error.message(chosen.language))
                ui.timer(1.5, ui.navigate.reload, once=True)
                return
            rows, following = await asyncio.to_thread(_rows, store, cursor)
            html(render_plain("plans", chosen.language, rows=rows, following=following, states=STATE_NAMES))

    @ui.page("/new", response_timeout=_WAIT)
    async def new() -> None:
        service = pages.here()
        chosen = preferences(service.language)
        with frame(chosen, "new", chosen.t("新建规划", "New plan")):
            await NewPlan(service, chosen).build()


def _rows(store: PlanStore, cursor: str) -> tuple[list[dict[str, Any]], str]:
    page = store.plans(cursor=cursor, limit=50)
    rows = []
    for plan in page.plans:
        history = store.history(plan.id)
        steps = standing(history)
        counts = {key: [item.state for item in steps[key].items] for key in STEP_ORDER}
        rows.append(
            {
                "plan": plan,
                "steps": [(key, steps[key].state) for key in STEP_ORDER],
                "approved": sum(states.count("approved") for states in counts.values()),
                "items": sum(len(states) for states in counts.values()),
                "touched": history.revisions[-1].created_at if history.revisions else plan.created_at,
            }
        )
    return rows, page.next_cursor
