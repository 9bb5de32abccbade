"""The chat beside the vision: what was said and shown, candidates to adopt, an answer as it comes, and stopping it."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup, escape
from nicegui import ui

from jumou.chat.opening import ChatRequest, Choice, adopt, open_chat
from jumou.chat.session import Chatting
from jumou.domain.chat import ChatMessage, Proposal
from jumou.errors import JumouError
from jumou.web.frame import ask_name, button, html, tell
from jumou.web.plan_page import PlanPage
from jumou.web.view import render_plain

_BLANKS: Final = re.compile(r"\n{2,}")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_MARK: Final = re.compile(r"\[(\d{1,3})\]")


@dataclass
class Talk:
    """The chat about one plan. The newest chat of the plan is gone on with; a reload loses nothing of it."""

    page: PlanPage
    chat_id: str = ""
    messages: tuple[ChatMessage, ...] = ()
    proposals: dict[str, Proposal] = field(default_factory=dict)
    _log: ui.html | None = None
    _heard: str = ""
    _saying: bool = False
    _stop: ui.element | None = None

    async def build(self) -> None:
        """The panel's content."""
        t = self.page.t
        try:
            chatting = self._chatting()
            self.chat_id = await asyncio.to_thread(self._newest, chatting)
            await self._read()
        except JumouError as error:
            html(f'<div class="empty">{escape(error.message(self.page.chosen.language))}</div>')
            return
        self._log = html(self._content())
        words = ui.textarea(t("想说的话", "Your words")).props("outlined dense autogrow maxlength=4000").classes("w-full").style("margin-top:12px")  # fmt: skip

        async def send() -> None:
            text = (words.value or "").strip()
            if text and not self._saying:
                words.set_value("")
                await self.say(text)

        words.on("keydown.enter.exact.prevent", send)
        with ui.element("div").style("display:flex;gap:8px;margin-top:8px"):
            button(t("发送", "Send"), send, main=True)
            self._stop = button(t("停止", "Stop"), self._halt)
            self._stop.set_visibility(False)
        ui.on("jm-act", lambda event: self._adopt(event.args))
        self.page.after.append(self._show)
        if self.messages and self.messages[-1].role == "user":
            ui.timer(0.1, self._follow, once=True)  # an answer was under way when the page was opened

    async def say(self, text: str) -> None:
        """Sends a message and shows the answer as it comes."""
        name = self.page.desk.chosen.name
        if not name:
            ask_name(self.page.chosen, lambda given: self._named(given, text))
            return
        try:
            chatting = self.page.service.acting("draft").chatting
            if not self.chat_id:
                request = ChatRequest(self.page.view.loaded.plan.provenance.language, self.page.plan_id)
                record = await asyncio.to_thread(open_chat, chatting.store, chatting.plans, request, name)
                self.chat_id = record.id
            await chatting.say(self.chat_id, text, name)
            await self._follow()
        except JumouError as error:
            self._saying = False
            tell(self.page.chosen, error)
            await self._read()
            self._show()

    async def _named(self, name: str, text: str) -> None:
        self.page.desk.chosen = self.page.desk.chosen._replace(name=name)
        await self.say(text)

    async def _follow(self) -> None:
        chatting = self._chatting()
        self._heard, self._saying = "", True
        await self._read()
        turn = self.messages[-1].turn
        self._show()
        async for event in chatting.follow(self.chat_id):
            if event.turn == turn and event.kind == "token":
                self._heard += str(event.data.get("text", ""))
                self._show()
        self._saying = False
        await self._read()
        self._show()

    async def _halt(self) -> None:
        await self._chatting().stop(self.chat_id)

    async def _adopt(self, sent: dict[str, str]) -> None:
        if sent["act"] != "adopt_said":
            return
        name = self.page.desk.chosen.name
        if not name:
            ask_name(self.page.chosen, lambda _: ui.navigate.reload())
            return
        proposal_id, _, candidate_id = sent["value"].partition("|")
        choice = Choice(proposal_id, candidate_id, self.page.plan_id, sent["hash"])
        try:
            await adopt(
                self._chatting(),
                self.page.service.stored().reviewing,
                self.chat_id,
                choice,
                self.page.service.person(name),
            )
        except JumouError as error:
            tell(self.page.chosen, error)
            return
        ui.notify(self.page.t("已采用为愿景", "Adopted"), type="positive")
        await self._read()
        await self.page.refresh("vision")

    def _chatting(self) -> Chatting:
        return self.page.service.opened().chatting

    def _newest(self, chatting: Chatting) -> str:
        cursor = ""
        while True:
            listed = chatting.store.chats(cursor=cursor, limit=100)
            found = next((chat.id for chat in listed.chats if chat.plan_id == self.page.plan_id), "")
            cursor = listed.next_cursor
            if found or not cursor:
                return found

    async def _read(self) -> None:
        if not self.chat_id:
            return
        chatting = self._chatting()
        self.messages = await chatting.messages(self.chat_id)
        for message in self.messages:
            if message.proposal_id and message.proposal_id not in self.proposals:
                self.proposals[message.proposal_id] = await chatting.proposal(self.chat_id, message.proposal_id)

    def _show(self) -> None:
        if self._log is not None:
            self._log.set_content(self._content())
            ui.run_javascript(
                "setTimeout(() => { const e = document.querySelector('.talk'); if (e) e.scrollTop = e.scrollHeight; }, 60)"
            )
        if self._stop is not None:
            self._stop.set_visibility(self._saying)

    def _content(self) -> str:
        vision = self.page.view.standing("positioning", "vision")
        more: dict[str, Any] = {
            "messages": self.messages,
            "proposals": self.proposals,
            "saying": self._saying,
            "heard": self._heard,
        }
        return render_plain("talk", self.page.chosen.language, cite=_cited, seen=vision.hash if vision else "", **more)


def _cited(message: ChatMessage) -> Markup:
    """The text with its source numbers as buttons that open the passage."""
    shown = {one.n: one.citation for one in message.passages}

    def mark(found: re.Match[str]) -> str:
        citation = shown.get(int(found[1]))
        if citation is None:
            return found[0]
        return str(Markup('<button class="src" data-p="{}" data-q="{}" title="{}">{}</button>').format(citation.passage_id, citation.quote, citation.title, found[0]))  # fmt: skip

    text = _MARK.sub(mark, _BOLD.sub(r"<b>\1</b>", _BLANKS.sub("\n", str(escape(message.text.strip())))))
    return Markup(text.replace("\n", "<br>"))  # nosec B704 # noqa: S704 - the text was escaped above
