"""A new plan: a profile from a file, a sample or a few words, its problems by place, the terms, and the draft with its progress."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from nicegui import events, ui

from jumou.domain.framework import STEPS
from jumou.domain.region import ProfileProblem, RegionProfile
from jumou.errors import JumouError
from jumou.profile import examine_content, examine_profile, sample_names, sample_profile
from jumou.web.frame import ask_name, button, html, markup, tell
from jumou.web.preferences import Preferences
from jumou.web.service import Service
from jumou.web.view import render_plain
from jumou.workflow import PlanRequest

_LOOK_EVERY: Final = 0.3
_MOST_BYTES: Final = 20_000_000


@dataclass
class NewPlan:
    """The page of one person who is making a plan."""

    service: Service
    chosen: Preferences
    profile: RegionProfile | None = None
    problems: tuple[ProfileProblem, ...] = ()
    origin: str = ""
    _report: ui.html | None = None
    _terms: ui.element | None = None
    _fields: dict[str, Any] = field(default_factory=dict)
    _upload: ui.upload | None = None

    async def build(self) -> None:
        """The page."""
        t = self.chosen.t
        with ui.element("main").classes("page").props("id=main"):
            markup("new_head", self.chosen)
            with ui.element("div").classes("grid2"):
                with ui.element("section").classes("panel"):
                    html(f"<header><h2>{t('一　区域资料', '1  The region')}</h2></header>")
                    self._upload = (
                        ui.upload(
                            label=t("拖入或选择 Excel / JSON / CSV 文件", "Drop or choose an Excel, JSON or CSV file"), auto_upload=True,
                            max_files=1, max_file_size=_MOST_BYTES, on_upload=self._uploaded, on_rejected=self._too_large,
                        )
                        .props('accept=".xlsx,.json,.csv" flat')
                        .classes("w-full")
                    )  # fmt: skip
                    html(
                        f'<p class="small quiet" style="margin:6px 0 14px"><a href="/v1/profiles/template.xlsx" download>{t("下载空白模板", "empty template")}</a>{t("，表内有逐列批注。", ", with a comment on each column.")}</p><h4>{t("或从样例开始", "or start from a sample")}</h4>'
                    )
                    with ui.element("div").style("display:flex;gap:8px;flex-wrap:wrap;margin:6px 0 16px"):
                        for sample in sample_names():
                            button(sample_profile(sample).name, partial(self._sample, sample), slim=True)
                    html(f"<h4>{t('或只填名称与产业', 'or give only a name and an industry')}</h4>")
                    with ui.element("div").classes("form").style("margin-top:6px"):
                        name = ui.input(t("区域名称", "Region")).props("outlined dense")
                        industry = ui.input(t("主导产业", "Industry")).props("outlined dense")
                        background = ui.textarea(t("背景（可不填）", "Background (optional)")).props(
                            "outlined dense autogrow"
                        )
                        button(t("采用", "Use"), lambda: self._words(name.value, industry.value, background.value))
                with ui.element("section").classes("panel"):
                    html(f"<header><h2>{t('二　检查结果', '2  What the check found')}</h2></header>")
                    self._report = html(self._report_html())
            self._terms = ui.element("section").classes("panel")
            with self._terms:
                self._build_terms()

    def _build_terms(self) -> None:
        t, year = self.chosen.t, datetime.now(UTC).year
        html(
            f"<header><h2>{t('三　起草', '3  Draft')}</h2><span class='why'>{t('留空则由资料推定', 'empty: taken from the profile')}</span></header>"
        )
        with ui.element("div").classes("grid3"):
            self._fields["industry"] = ui.input(t("主导产业", "Industry")).props("outlined dense")
            self._fields["start"] = ui.number(
                t("起始年", "First year"), min=2000, max=2100, format="%d", placeholder=str(year + 1)
            ).props("outlined dense")
            self._fields["horizon"] = ui.number(t("目标年", "Last year"), min=2000, max=2100, format="%d").props(
                "outlined dense"
            )
            self._fields["language"] = ui.select(
                {"zh": "中文", "en": "English"}, value=self.chosen.language, label=t("成稿语言", "Language of the plan")
            ).props("outlined dense")
        with ui.element("div").style("margin-top:16px"):
            button(t("起草四步初稿", "Draft the four steps"), self._draft, main=True).props("id=draft")

    # --- the profile -------------------------------------------------------------------------------------------

    async def _uploaded(self, sent: events.UploadEventArguments) -> None:
        name = Path(sent.file.name).name
        with tempfile.TemporaryDirectory(prefix="jumou-") as folder:
            path = Path(folder) / f"profile{Path(name).suffix.lower() or '.xlsx'}"
            path.write_bytes(await sent.file.read())
            try:
                reading = await asyncio.to_thread(examine_profile, path, self.chosen.language)
            except JumouError as error:
                self._take(
                    None,
                    (ProfileProblem(severity="error", file=name, message=error.message(self.chosen.language)),),
                    name,
                )
                return
            finally:
                if self._upload is not None:
                    self._upload.reset()
        self._take(reading.profile, reading.problems, name)

    def _too_large(self) -> None:
        ui.notify(self.chosen.t("文件过大或类型不符：请上传 20 MB 以内的 xlsx、json 或 csv。", "Too large or of another kind: send xlsx, json or csv up to 20 MB."), type="negative")  # fmt: skip

    def _sample(self, name: str) -> None:
        self._take(sample_profile(name), (), self.chosen.t("样例", "sample"))

    def _words(self, name: str, industry: str, background: str) -> None:
        content = {
            "name": (name or "").strip(),
            "industry": (industry or "").strip(),
            "background": (background or "").strip(),
        }
        reading = examine_content({key: text for key, text in content.items() if text}, self.chosen.language)
        self._take(reading.profile, reading.problems, self.chosen.t("手工填写", "typed in"))

    def _take(self, profile: RegionProfile | None, problems: tuple[ProfileProblem, ...], origin: str) -> None:
        self.profile, self.problems, self.origin = profile, problems, origin
        if self._report is not None:
            self._report.set_content(self._report_html())
        if profile is not None:
            self._fields["industry"].set_value(profile.target_industry or "")
            if profile.horizon:
                self._fields["horizon"].set_value(profile.horizon)

    def _report_html(self) -> str:
        return render_plain(
            "profile_report", self.chosen.language, profile=self.profile, problems=self.problems, origin=self.origin
        )

    # --- the draft ---------------------------------------------------------------------------------------------

    async def _named(self, name: str) -> None:
        self.chosen = self.chosen._replace(name=name)
        await self._draft()

    async def _draft(self) -> None:
        t = self.chosen.t
        if self.profile is None:
            ui.notify(t("请先上传资料、选择样例或填写区域名称。", "Choose a profile first."), type="warning")
            return
        if not self.chosen.name:
            ask_name(self.chosen, self._named)
            return
        language = self._fields["language"].value
        request = PlanRequest(
            self.profile, language, self._fields["industry"].value.strip() or None, _year(self._fields["start"].value),
            _year(self._fields["horizon"].value),
        )  # fmt: skip
        making = self.service.making
        try:
            runs = self.service.acting("draft").runs
            run_id = (await making.plan(runs, request, self.service.person(self.chosen.name))).id
        except JumouError as error:
            tell(self.chosen, error)
            return
        task = asyncio.create_task(making.outcome(runs, run_id))
        with ui.dialog(value=True).props("persistent") as dialog, ui.card():
            progress = html(render_plain("progress", self.chosen.language, done=0, total=len(STEPS), steps=STEPS))
            cancelled = False

            async def cancel() -> None:
                nonlocal cancelled
                cancelled = await asyncio.to_thread(runs.cancel, run_id, by=self.chosen.name)

            button(t("取消起草", "Cancel"), cancel)
        while not task.done():
            told = await asyncio.to_thread(runs.events, run_id)
            done = max((event.data.get("number", 0) for event in told if event.kind == "step"), default=0)
            progress.set_content(
                render_plain("progress", self.chosen.language, done=done, total=len(STEPS), steps=STEPS)
            )
            await asyncio.wait({task}, timeout=_LOOK_EVERY)
        dialog.close()
        try:
            await task
        except JumouError as error:
            if cancelled:
                ui.notify(t("已取消，资料仍保留在本页。", "Cancelled; the profile is still here."), type="info")
            else:
                tell(self.chosen, error)
            return
        ui.navigate.to(f"/plans/{run_id}")


def _year(value: float | None) -> int | None:
    return int(value) if value else None
