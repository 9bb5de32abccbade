"""An edited Excel project list on its way back: what was changed is shown, and becomes one revision when a person says so."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from nicegui import events, ui

from jumou.domain.list_changes import ProjectListPatch
from jumou.domain.plan import Plan
from jumou.errors import JumouError
from jumou.export import read_list_patch
from jumou.web.frame import ask_name, button, html, tell
from jumou.web.plan_page import PlanPage
from jumou.web.values import readable
from jumou.web.view import render_plain
from jumou.workflow.review import Subject

_MOST_BYTES: Final = 20_000_000


def build_reimport(page: PlanPage) -> None:
    """The button, and what follows from it."""
    t = page.t

    def choose() -> None:
        if not page.desk.chosen.name:
            ask_name(page.chosen, lambda _: ui.navigate.reload())
            return
        with ui.dialog(value=True) as dialog, ui.card():
            ui.label(t("导入改后的 Excel 项目清单", "Bring back an edited Excel list")).classes("jm-h")
            ui.label(t("由本规划导出、在 Excel 中改过的 projects.xlsx。先列出改动，确认后才成为新版本。", "A projects.xlsx exported from this plan. Changes are listed first.")).classes("small quiet")  # fmt: skip

            async def read(sent: events.UploadEventArguments) -> None:
                content = await sent.file.read()
                dialog.close()
                await _show(page, content)

            ui.upload(label=t("选择 xlsx 文件", "Choose the xlsx file"), auto_upload=True, max_files=1, max_file_size=_MOST_BYTES, on_upload=read).props("accept=.xlsx flat").classes("w-full")  # fmt: skip
            button(t("取消", "Cancel"), dialog.close)

    button(t("导入改后的 Excel", "Bring back an edited list"), choose, slim=True)


async def _show(page: PlanPage, content: bytes) -> None:
    t, plan, seen = page.t, page.view.loaded.whole, page.view.step("projects").hash
    person = page.desk.chosen.name
    try:
        proposed = await asyncio.to_thread(_read, content, plan, person, remove=False)
    except JumouError as error:
        tell(page.chosen, error)
        return
    found = proposed.changes
    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(t("表中的改动", "Changes in the list")).classes("jm-h")
        html(render_plain("reimport", page.chosen.language, edits=found.edits, removed=found.removed, added=tuple(zip(proposed.new_ids, found.added, strict=True)), show=lambda value: readable(value, page.chosen.language, most=160)))  # fmt: skip
        without = ui.checkbox(t("删去表中没有的项目", "take out projects that are gone")) if found.removed else None

        async def apply() -> None:
            dialog.close()
            remove = without is not None and bool(without.value)
            patch = (await asyncio.to_thread(_read, content, plan, person, remove=remove)).patch
            if patch is None:
                return
            note = t("由改后的 Excel 清单导入", "from an edited Excel list")
            await page.desk.write(Subject(page.plan_id, "projects", seen), patch, note)

        with ui.row():
            if found.edits or found.removed or found.added:
                button(t("确认，成为新版本", "Make it a revision"), apply, main=True)
            button(t("取消", "Cancel"), dialog.close)


def _read(content: bytes, plan: Plan, person: str, *, remove: bool) -> ProjectListPatch:
    with tempfile.TemporaryDirectory(prefix="jumou-") as folder:
        path = Path(folder) / "projects.xlsx"
        path.write_bytes(content)
        return read_list_patch(path, plan, remove=remove, person=person)
