"""Decisions made on the page: approve, edit, reject, ask again, comment, lock, and a clear choice when two people collide."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from nicegui import ui

from jumou.domain.framework import MODES, StepKey
from jumou.domain.review import Patch, RevisionInfo
from jumou.domain.steps import content_of, part
from jumou.errors import InvalidRequest, JumouError, StepConflict
from jumou.web.fields import Field, changes, fields_of, label_of, read, title_of
from jumou.web.frame import ask_name, button, tell
from jumou.web.preferences import Preferences
from jumou.web.service import Service
from jumou.web.values import readable
from jumou.workflow.review import Person, Subject, Verdict

_WORDS: Final[dict[str, tuple[str, str, str, str]]] = {
    "reject": ("退回", "Reject", "请写明退回理由", "Why is it rejected?"),
    "ask_again": ("要求重拟", "Ask again", "请写明希望怎样重拟", "What should be different?"),
    "comment": ("批注", "Comment", "批注内容", "Remark"),
}


@dataclass
class Desk:
    """The decisions of one person on one plan. `changed` is awaited after anything was stored."""

    service: Service
    chosen: Preferences
    plan_id: str
    changed: Callable[[str], Awaitable[None]]

    async def act(self, sent: dict[str, str]) -> None:
        """Does what a button or a key asked for."""
        act, item_id = sent["act"], sent["item"]
        if act not in ("approve", "edit", "reject", "ask_again", "comment", "lock", "redraft"):
            return
        if not self.chosen.name:
            ask_name(self.chosen, lambda name: self._named(name, sent))
            return
        subject = Subject(self.plan_id, cast("StepKey", sent["step"]), sent["hash"], item_id)
        match act:
            case "approve":
                await self.decide(subject, "approve")
            case "lock":
                await self.decide(subject, "unlock" if await self._locked(subject) else "lock")
            case "edit":
                await self.edit(subject)
            case "redraft":
                await self.redraft(subject)
            case _:
                self.ask(subject, act)

    async def _named(self, name: str, sent: dict[str, str]) -> None:
        self.chosen = self.chosen._replace(name=name)
        await self.act(sent)

    async def decide(self, subject: Subject, verdict: Verdict, comment: str = "") -> None:
        """Stores a decision."""
        await self._do(subject, lambda: self.service.stored().reviewing.decide(subject, verdict, self._person, comment))

    def ask(self, subject: Subject, act: str) -> None:
        """Asks for the words a decision needs."""
        t = self.chosen.t
        zh, en, hint_zh, hint_en = _WORDS[act]
        with ui.dialog(value=True) as dialog, ui.card():
            ui.label(
                f"{t(zh, en)} · {title_of(subject.item_id, self.chosen.language) or t('本步', 'whole step')}"
            ).classes("jm-h")
            words = (
                ui.textarea(t(hint_zh, hint_en))
                .props("outlined dense autogrow autofocus maxlength=2000")
                .classes("w-full")
            )

            async def send() -> None:
                dialog.close()
                reviewing = self.service.stored().reviewing
                if act == "comment":
                    await self._do(
                        subject,
                        lambda: reviewing.comment(
                            self.plan_id, subject.step, words.value or "", self._person, item_id=subject.item_id
                        ),
                    )
                else:
                    await self.decide(subject, cast("Verdict", act), words.value or "")

            with ui.row():
                button(t(zh, en), send, main=True)
                button(t("取消", "Cancel"), dialog.close)

    async def edit(self, subject: Subject, typed: dict[str, Any] | None = None) -> None:
        """Opens the item for editing; `typed` is what was typed before a conflict."""
        t = self.chosen.t
        value = await self.value(subject)
        fields = fields_of(subject.item_id, value, self.chosen.language)
        if not fields:
            ui.notify(
                t("这一条由测算得出，请修改它所依据的条目。", "This is computed; change what it rests on."), type="info"
            )
            return
        inputs: dict[str, Any] = {}
        with ui.dialog(value=True) as dialog, ui.card():
            ui.label(f"{t('修改', 'Edit')} · {title_of(subject.item_id, self.chosen.language)}").classes("jm-h")
            with ui.element("div").classes("form w-full"):
                for field in fields:
                    inputs[field.path] = _input(field, (typed or {}).get(field.path, read(field, value)))
                note = ui.input(t("修改说明（可不填）", "Note (optional)")).props("outlined dense").classes("w-full")
                approve = ui.checkbox(t("同时审定这一条", "approve it too"), value=False)
                approve.set_visibility(self.service.may("review"))

            async def send() -> None:
                written = {path: made.value for path, made in inputs.items()}
                patch = changes(fields, value, written)
                if not patch:
                    ui.notify(t("没有改动。", "Nothing was changed."), type="info")
                    return
                dialog.close()
                if "key" in patch and subject.item_id == "mode":
                    patch |= {
                        "name": MODES[patch["key"]].in_(self.chosen.language),
                        "decided_by": f"person:{self.chosen.name}",
                    }
                await self.write(
                    subject, Patch(merge=patch), note.value or "", approve=bool(approve.value), typed=written
                )

            with ui.row():
                button(t("保存为新版本", "Save as a new revision"), send, main=True)
                button(t("取消", "Cancel"), dialog.close)

    async def write(
        self, subject: Subject, patch: Patch, note: str = "", *, approve: bool = False,
        typed: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Stores an edit and says what the grounding check found in it."""
        t = self.chosen.t

        def store() -> RevisionInfo:
            reviewing = self.service.stored().reviewing
            return reviewing.edit(subject, patch, self._person, comment=note, approve=approve)

        info = await self._do(subject, store, patch=patch, typed=typed)
        if info is not None:
            found = [finding.message for finding in info.findings if finding.severity != "note"]
            if found:
                ui.notify(t("已保存。核查提示：", "Saved. The check says: ") + "；".join(found[:3]), type="warning", timeout=9000, multi_line=True)  # fmt: skip

    async def redraft(self, subject: Subject) -> None:
        """Has what waits in a step drafted again."""
        t = self.chosen.t
        waiting = ui.notification(t("正在重拟……", "Drafting again ..."), spinner=True, timeout=None)
        try:
            jumou, making = self.service.acting("draft"), self.service.making
            record = await making.redraft(jumou.store, jumou.runs, self.plan_id, subject.step, self._person)
            await making.outcome(jumou.runs, record.id)
        except JumouError as error:
            tell(self.chosen, error)
            return
        finally:
            waiting.dismiss()
        ui.notify(t("已重拟，未列入的条目保持原样。", "Drafted again; everything else is as it was."), type="positive")
        await self.changed("")

    async def value(self, subject: Subject) -> Any:
        """The item as it stands."""
        loaded = await self.service.load(self.plan_id)
        whole = loaded.whole
        content = {
            "diagnosis": whole.diagnosis, "positioning": whole.positioning, "projects": whole.projects,
            "implementation": whole.implementation,
        }[subject.step]  # fmt: skip
        return dict(part(subject.step, content_of(content))).get(subject.item_id, {})  # type: ignore[arg-type]

    @property
    def _person(self) -> Person:
        return self.service.person(self.chosen.name)

    async def _locked(self, subject: Subject) -> bool:
        loaded = await self.service.load(self.plan_id)
        step = next(step for step in loaded.plan.steps if step.step == subject.step)
        item = step.item(subject.item_id)
        return item is not None and item.locked

    async def _do(
        self, subject: Subject, store: Callable[[], Any], *, patch: Patch | None = None,
        typed: dict[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        try:
            result = await asyncio.to_thread(store)
        except StepConflict as conflict:
            if "current_hash" in conflict.versions:
                await self.changed("")
                self._collided(subject, conflict, patch, typed)
            else:
                tell(self.chosen, conflict)
            return None
        except JumouError as error:
            tell(self.chosen, error)
            return None
        except ValueError as problem:
            tell(self.chosen, InvalidRequest(f"内容不合规：{problem}", f"Not valid: {problem}"))
            return None
        ui.notify(self.chosen.t("已保存", "Saved"), type="positive", timeout=1500)
        await self.changed(subject.item_id)
        return result

    def _collided(
        self, subject: Subject, conflict: StepConflict, patch: Patch | None, typed: dict[str, Any] | None
    ) -> None:
        """Shows both versions and lets the person choose; nothing of either is lost."""
        t = self.chosen.t
        current, seen = conflict.versions.get("current") or {}, conflict.versions.get("seen") or {}
        mine = {**seen, **((patch.merge if patch else None) or {})} if isinstance(seen, dict) else {}
        names = [
            name for name in dict.fromkeys((*mine, *current)) if isinstance(current, dict)
            and (current.get(name) != seen.get(name) or mine.get(name) != seen.get(name)) and name != "author"
        ]  # fmt: skip
        with ui.dialog(value=True).props("persistent") as dialog, ui.card().classes("conflict"):
            ui.label(t("内容已被他人改动", "Somebody else changed this")).classes("jm-h")
            ui.label(
                t("您打开之后，这一条有了新版本。您的修改尚未保存，两个版本都在下面。", "It changed after you opened it. Your edit is not stored yet; both versions stand below.")
            ).classes("quiet")  # fmt: skip
            with ui.element("div").classes("grid2 w-full"):
                for title, side in (
                    (t("现在的版本（他人）", "as it stands (theirs)"), current),
                    (t("您的修改", "yours"), mine),
                ):
                    with ui.element("div").classes("card"):
                        ui.label(title).classes("jm-h4")
                        for name in names or ["—"]:
                            ui.label(
                                f"{label_of(subject.item_id, name, self.chosen.language)}{t('：', ': ')}{readable(side.get(name) if isinstance(side, dict) else side, self.chosen.language, most=400)}"
                            ).classes("small")

            async def again() -> None:
                dialog.close()
                fresh = subject._replace(seen=str(conflict.versions["current_hash"]))
                if typed is not None:
                    await self.edit(fresh, typed)
                elif patch is not None:
                    await self.write(fresh, patch)

            with ui.row():
                button(t("保留现在的版本", "Keep theirs"), dialog.close, main=True)
                if patch is not None:
                    button(t("在现在的版本上重做我的修改", "Apply mine to theirs"), again)


def _input(field: Field, value: Any) -> Any:
    if field.choices:
        return ui.select(field.choices, value=value, label=field.label).props("outlined dense").classes("w-full")
    if field.kind == "number":
        return ui.number(field.label, value=value).props("outlined dense").classes("w-full")
    if field.kind == "line":
        return ui.input(field.label, value=value).props("outlined dense").classes("w-full")
    return ui.textarea(field.label, value=value).props("outlined dense autogrow").classes("w-full")
