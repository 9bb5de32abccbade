"""Versions on the page: every revision of every step, what changed in it, going back, and all decisions."""

import asyncio
from typing import cast

from nicegui import ui

from jumou.domain.framework import Language, StepKey
from jumou.errors import JumouError
from jumou.web.frame import ask_name, button, markup, tell
from jumou.web.plan_page import PlanPage
from jumou.web.values import readable
from jumou.workflow.diff import Change, Difference, difference
from jumou.workflow.review import Subject


def build_history(page: PlanPage) -> None:
    """The content of the page."""
    page.section("history")
    ui.on("jm-act", lambda event: _act(page, event.args))


async def _act(page: PlanPage, sent: dict[str, str]) -> None:
    if sent["act"] == "diff":
        await _show(page, sent["value"])
    elif sent["act"] == "undo":
        if not page.chosen.name:
            ask_name(page.chosen, lambda _: ui.navigate.reload())
            return
        _confirm(page, sent)


async def _show(page: PlanPage, revision_id: str) -> None:
    store = page.service.stored().store

    def compare() -> Difference:
        after = store.revision(page.plan_id, revision_id)
        return difference(store.revision(page.plan_id, after.parent_id), after)

    try:
        found = await asyncio.to_thread(compare)
    except JumouError as error:
        tell(page.chosen, error)
        return
    changes = [
        {"id": item.item_id, "kind": item.kind, "rows": [_row(change, page.chosen.language) for change in item.changes]}
        for item in found.items
    ]
    with ui.dialog(value=True) as dialog, ui.card().style("max-height:86vh;overflow-y:auto"):
        ui.label(page.t("这一版的改动", "What this revision changed")).classes("jm-h")
        markup("diff", page.chosen, changes=changes, unchanged=found.unchanged)
        button(page.t("关闭", "Close"), dialog.close)


def _row(change: Change, language: Language) -> dict[str, str]:
    return {
        "path": change.path.strip("/") or "—",
        "before": readable(change.before, language),
        "after": readable(change.after, language),
    }


def _confirm(page: PlanPage, sent: dict[str, str]) -> None:
    t = page.t
    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(t("恢复到此版？", "Go back to this revision?")).classes("jm-h")
        ui.label(
            t(
                "会写成一个新版本，现在的版本仍然保留。",
                "It becomes a new revision; the present one stays in the history.",
            )
        ).classes("quiet")

        async def undo() -> None:
            dialog.close()
            subject = Subject(page.plan_id, cast("StepKey", sent["step"]), sent["hash"])
            try:
                await asyncio.to_thread(
                    page.service.stored().reviewing.undo, subject, sent["value"], page.service.person(page.chosen.name)
                )
            except JumouError as error:
                tell(page.chosen, error)
                return
            ui.notify(t("已恢复为新版本", "Restored as a new revision"), type="positive")
            await page.refresh()

        with ui.row():
            button(t("恢复", "Go back"), undo, main=True)
            button(t("取消", "Cancel"), dialog.close)
