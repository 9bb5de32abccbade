"""The plan in operation: actual values brought in, deviations by each indicator's own rule, proposals that people decide on."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from nicegui import events, ui

from jumou.domain.operation import Actual
from jumou.errors import JumouError
from jumou.web.fields import label_of, title_of
from jumou.web.frame import ask_name, button, html, tell
from jumou.web.panels import panel
from jumou.web.plan_page import PlanPage
from jumou.web.values import readable
from jumou.web.view import render, render_plain
from jumou.workflow.iterate import Operating
from jumou.workflow.review import Person

_MOST_BYTES: Final = 20_000_000


async def build_monitoring(page: PlanPage) -> None:
    """The content of the page."""
    t = page.t
    operating = page.service.stored().operating
    reported = bool((await asyncio.to_thread(operating.operation, page.plan_id)).actuals)
    html(render("monitoring_head", page.view, reported=reported))
    with panel(t("填报实际值", "Bring in actual values"), "Excel"):
        upload = ui.upload(label=t("拖入或选择填好的填报表（xlsx）", "Drop or choose the filled-in form (xlsx)"), auto_upload=True, max_file_size=_MOST_BYTES).props("accept=.xlsx flat").classes("w-full")  # fmt: skip
    box = html(await asyncio.to_thread(_content, page, operating))

    async def show() -> None:
        box.set_content(await asyncio.to_thread(_content, page, operating))

    async def bring(sent: events.UploadEventArguments) -> None:
        content = await sent.file.read()
        upload.reset()
        name = page.desk.chosen.name
        if not name:
            ask_name(page.chosen, lambda _: ui.navigate.reload())
            return
        try:
            kept = await asyncio.to_thread(_import, page, operating, content, page.service.person(name))
        except JumouError as error:
            tell(page.chosen, error)
            return
        ui.notify(t(f"已填报 {len(kept)} 项实际值。", f"{len(kept)} values are kept."), type="positive")
        await page.refresh()

    upload.on_upload(bring)
    ui.on("jm-act", lambda event: _decide(page, operating, event.args))
    page.after.append(show)


def _content(page: PlanPage, operating: Operating) -> str:
    language = page.chosen.language
    return render_plain(
        "monitoring", language, deviations=operating.deviations(page.plan_id), proposals=operating.proposals(page.plan_id),
        decided=operating.operation(page.plan_id).decisions, show=lambda value: readable(value, language), names=lambda item: title_of(item, language),
        labels=lambda item, key: label_of(item, key, language),
    )  # fmt: skip


def _import(page: PlanPage, operating: Operating, content: bytes, person: Person) -> tuple[Actual, ...]:
    from jumou.export import read_actuals  # noqa: PLC0415 - Word and charts are slow to load

    with tempfile.TemporaryDirectory(prefix="jumou-") as folder:
        path = Path(folder) / "actuals.xlsx"
        path.write_bytes(content)
        entries = read_actuals(path, page.view.loaded.whole.implementation.kpis)
    return operating.record(page.plan_id, entries, person) if entries else ()


async def _decide(page: PlanPage, operating: Operating, sent: dict[str, str]) -> None:
    act, proposal, t = sent["act"], sent["value"], page.t
    if act not in ("accept_proposal", "dismiss_proposal"):
        return
    name = page.desk.chosen.name
    if not name:
        ask_name(page.chosen, lambda _: ui.navigate.reload())
        return
    accepts = act == "accept_proposal"
    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(t("采纳建议", "Accept") if accepts else t("不采纳", "Dismiss")).classes("jm-h")
        hint = t("说明（可不填）", "Note (optional)") if accepts else t("请写明理由", "Why")
        words = ui.textarea(hint).props("outlined dense autogrow autofocus maxlength=2000").classes("w-full")

        async def send() -> None:
            dialog.close()
            said, person = (words.value or "").strip(), page.service.person(name)
            try:
                if accepts:
                    await asyncio.to_thread(operating.accept, page.plan_id, proposal, person, comment=said)
                else:
                    await asyncio.to_thread(operating.dismiss, page.plan_id, proposal, person, said)
            except JumouError as error:
                tell(page.chosen, error)
                return
            ui.notify(t("已保存", "Saved"), type="positive")
            await page.refresh()

        with ui.row():
            button(t("确定", "Do it"), send, main=True)
            button(t("取消", "Cancel"), dialog.close)
