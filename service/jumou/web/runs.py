"""Runs on the page: what waits, what is being done and how far it is, why something failed; cancelled and tried again."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from nicegui import ui

from jumou.compose import Office
from jumou.domain.audit import Act
from jumou.domain.framework import STEPS
from jumou.domain.run import KIND_NAMES, STATE_NAMES, RunStanding, RunState
from jumou.errors import JumouError, NotFound
from jumou.web.frame import button, html, markup, tell
from jumou.web.preferences import Preferences
from jumou.web.service import Service
from jumou.web.view import render_plain

_SHOWN: Final = 30
_LOOK_EVERY: Final = 2.0
"""Seconds between two looks while something is open."""

_QUIET: Final = 5
"""Looks left out while nothing is open."""

_CURSOR: Final = re.compile(r"([0-9T:.+-]{10,40}\|[\w-]{1,64})?")
_DRESS: Final[dict[RunState, str]] = {"waiting": "", "running": "awaiting", "done": "approved", "failed": "rejected", "cancelled": ""}  # fmt: skip


class Row(NamedTuple):
    """A run as the page shows it; `done` of `total` is how far it is, where that is known."""

    run: RunStanding
    title: str
    href: str
    doing: str
    done: int
    total: int
    files: tuple[tuple[str, str], ...]


class Shown(NamedTuple):
    """What stands on the page: of each run, by id, what there is to say and what can be done; and what stands below."""

    runs: dict[str, tuple[str, str]]
    rest: str
    open: bool


def shown_state(asked: str) -> RunState | None:
    """The state in the address; None, which is all, for what is none."""
    return next((state for state in STATE_NAMES if state == asked), None)


@dataclass
class RunsPage:
    """The page of one person, of one state or of all."""

    service: Service
    chosen: Preferences
    state: RunState | None
    cursor: str
    _shown: Shown = field(default_factory=lambda: Shown({}, "", open=True))
    _slots: dict[str, tuple[ui.html, ui.html]] = field(default_factory=dict)
    _left_out: int = 0

    async def build(self) -> None:
        """The content of the page; it is looked at again as long as it is open.

        Raises:
            JumouError: as the database.
        """
        if not _CURSOR.fullmatch(self.cursor):
            self.cursor = ""
        shown = await asyncio.to_thread(self._read)
        with ui.element("main").classes("page").props("id=main"):
            markup("runs_head", self.chosen, state=self.state or "", states=STATE_NAMES)
            self._panel = ui.element("section").classes("panel")
            self._rest = html("")
        self._show(shown)
        ui.timer(_LOOK_EVERY, self._look)
        ui.on("jm-act", lambda event: self._act(event.args))

    def _show(self, shown: Shown) -> None:
        """Puts in what has changed and leaves the rest alone, so that no button goes away under a finger."""
        before, self._shown = self._shown, shown
        if list(shown.runs) != list(before.runs):
            self._panel.clear()
            with self._panel:
                self._slots = {run_id: self._slot(run_id, *both) for run_id, both in shown.runs.items()}
        else:
            for run_id, both in shown.runs.items():
                for slot, content, was in zip(self._slots[run_id], both, before.runs[run_id], strict=True):
                    if content != was:
                        slot.set_content(content)
        self._panel.set_visibility(bool(shown.runs))
        if shown.rest != before.rest:
            self._rest.set_content(shown.rest)

    def _slot(self, run_id: str, told: str, acts: str) -> tuple[ui.html, ui.html]:
        with ui.element("div").classes("run").props(f"id=run-{run_id}"):
            return html(told), html(acts)

    # --- reading ----------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Shows what has changed; a database that is away for a moment leaves the page as it is."""
        if not self._shown.open and self._left_out < _QUIET:
            self._left_out += 1
            return
        self._left_out = 0
        try:
            shown = await asyncio.to_thread(self._read)
        except JumouError:
            return
        self._show(shown)

    def _read(self) -> Shown:
        office, language = self.service.stored(), self.chosen.language
        page = office.runs.runs(state=self.state, cursor=self.cursor, limit=_SHOWN)
        rows = [self._row(office, run) for run in page.runs]
        told = {
            row.run.id: (
                render_plain("run", language, row=row, states=STATE_NAMES, kinds=KIND_NAMES, dress=_DRESS),
                render_plain("run_acts", language, row=row),
            )
            for row in rows
        }
        following = quote(page.next_cursor)
        rest = render_plain("runs_rest", language, any=bool(rows), following=following, state=self.state or "")
        return Shown(told, rest, any(not row.run.ended for row in rows))

    def _row(self, office: Office, run: RunStanding) -> Row:
        title, href = run.about, ""
        if run.kind in ("plan", "redraft", "export") and (run.state == "done" or run.kind != "plan"):
            try:
                title, href = office.store.plan(run.subject).title, f"/plans/{run.subject}"
            except NotFound:  # internal, and not for whoever looks
                href = ""
        doing, done, total = self._progress(office, run)
        named = [str(one) for one in run.result.get("files", ()) if str(one).startswith("/v1/")]
        files = tuple((one.rpartition("/")[2], one) for one in named)
        if run.kind == "batch":
            files = tuple((name, f"/v1/batches/{run.id}/files/{name}") for name in ("projects.xlsx", "results.jsonl"))
            title = title or self.chosen.t(f"{total} 个区域", f"{total} regions")
        return Row(run, title, href, doing, done, total, files if run.ended else ())

    def _progress(self, office: Office, run: RunStanding) -> tuple[str, int, int]:
        """What is being done, and how much of how much is."""
        t = self.chosen.t
        if run.kind == "batch":
            batch = office.batches.standing(run.id)
            failed = t(f"失败 {batch.failed}", f"{batch.failed} failed") if batch.failed else ""
            return failed, batch.total - batch.open, batch.total
        if run.state != "running":
            return "", 0, 0
        steps = [event.data for event in office.runs.events(run.id) if event.kind == "step" and event.attempt == run.attempt]  # fmt: skip
        if not steps:
            return "", 0, 0
        newest: dict[str, Any] = steps[-1]
        key = str(newest.get("step", ""))
        name = next((step.in_(self.chosen.language) for known, step in STEPS.items() if known == key), "")
        return name or str(newest.get("title", "")), int(newest.get("number", 0)), int(newest.get("total", 0))

    # --- acting -----------------------------------------------------------------------------------------------

    async def _act(self, sent: dict[str, str]) -> None:
        if sent["act"] == "cancel_run":
            self._confirm(sent["value"])
        elif sent["act"] == "retry_run":
            await self._change(sent["value"], retry=True)

    def _confirm(self, run_id: str) -> None:
        t = self.chosen.t
        with ui.dialog(value=True) as dialog, ui.card():
            ui.label(t("取消这项任务？", "Cancel this run?")).classes("jm-h")
            ui.label(
                t("未完成的部分不会保留；批次中已起草的区域保留。取消后可以重做。", "What is not finished is not kept; regions of a batch that are drafted stay. It can be retried.")
            ).classes("quiet")  # fmt: skip

            async def cancel() -> None:
                dialog.close()
                await self._change(run_id, retry=False)

            with ui.row():
                button(t("取消任务", "Cancel the run"), cancel, main=True)
                button(t("不取消", "Keep it"), dialog.close)

    async def _change(self, run_id: str, *, retry: bool) -> None:
        t = self.chosen.t
        try:
            office, person = self.service.acting("draft"), self.service.person(self.chosen.name or "web")
            change = self.service.making.retry if retry else self.service.making.cancel
            changed = await change(office.runs, office.batches, run_id, person)
            if changed:
                act = Act("run.retried" if retry else "run.cancelled", f"run:{run_id}", person.name, office.reach.workspace)  # fmt: skip
                await asyncio.to_thread(office.whole.audit.record, act)
        except JumouError as error:
            tell(self.chosen, error)
            return
        if not changed:
            ui.notify(t("没有变化：任务已有结果，或无可重做之处。", "Nothing changed: it has ended, or nothing in it can be done again."), type="info")  # fmt: skip
        elif retry:
            ui.notify(t("已重新受理", "Accepted again"), type="positive")
        else:
            ui.notify(t("已取消", "Cancelled"), type="positive")
        self._left_out = _QUIET
        await self._look()
