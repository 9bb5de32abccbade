"""The library on the page: browse, add, search; a document opens in the drawer."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from nicegui import events, ui

from jumou.domain.audit import Act
from jumou.domain.evidence import Document
from jumou.errors import JumouError
from jumou.export.terms import LEVELS, STATUSES, term
from jumou.retrieval import Filter, Shelf
from jumou.retrieval.intake import Outcome, remove_added
from jumou.storage import RunFile
from jumou.web.evidence import page_of
from jumou.web.frame import button, html, markup, tell
from jumou.web.preferences import Preferences
from jumou.web.service import Service
from jumou.web.view import render_plain

_MOST_HITS: Final = 12
_SHOWN: Final = 60
_KINDS: Final = {
    "policy": ("政策", "policy"),
    "case": ("案例", "case"),
    "chain": ("产业链", "chain"),
    "user": ("自有", "yours"),
}
_OUTCOMES: Final = {
    "added": ("已收入", "added"), "updated": ("已更新", "updated"), "unchanged": ("未变", "unchanged"),
    "duplicate": ("重复", "duplicate"), "refused": ("未收入", "refused"),
}  # fmt: skip
_ACCEPTED: Final = ".pdf,.docx,.xlsx,.html,.htm,.md,.txt,.csv"


def drawer(service: Service, chosen: Preferences) -> None:
    """The drawer a document opens in."""
    with ui.element("aside").classes("drawer").props(f'aria-label="{chosen.t("文献", "document")}"'):
        box = html("").style("display:contents")

    async def show(sent: dict[str, str]) -> None:
        try:
            library = service.opened().library
            document_id = sent["passage"].rpartition("#")[0]
            document, passages = await asyncio.to_thread(_read, library, document_id)
        except JumouError as error:
            tell(chosen, error)
            return
        at = next((place for place, one in enumerate(passages) if one.id == sent["passage"]), 0)
        shown = passages[max(0, at - _SHOWN // 2) : at + _SHOWN]
        cited = sent["passage"] if not sent["passage"].endswith("#0") else ""
        note = chosen.t(f"共 {len(passages)} 段。", f"{len(passages)} passages.")
        box.set_content(page_of(document, shown, chosen.language, cited=cited, quote="", note=note))
        ui.run_javascript("setTimeout(() => jm.open(), 60)")

    ui.on("jm-evidence", lambda event: show(event.args))


def _read(library: Shelf, document_id: str) -> tuple[Document, Any]:
    return library.document(document_id), library.passages(document_id)


def build_corpus(service: Service, chosen: Preferences) -> None:
    """The list of documents, and adding to it."""
    t = chosen.t
    library = service.opened().library
    with ui.element("main").classes("page").props("id=main"):
        markup("corpus", chosen)
        with ui.element("section").classes("panel") as adding:
            html(
                f"<header><h2>{t('收入文献', 'Add documents')}</h2><span class='why'>PDF、Word、Excel、HTML、Markdown、TXT、CSV</span></header>"
            )
            upload = (
                ui.upload(
                    label=t("拖入或选择文件，可多选", "Drop or choose files"),
                    multiple=True,
                    auto_upload=True,
                    max_file_size=service.settings.most_upload_bytes,
                )
                .props(f'accept="{_ACCEPTED}" flat')
                .classes("w-full")
            )
            internal = ui.checkbox(t("内部资料", "internal"))
            told = html("")
        adding.set_visibility(service.may("admin"))
        with ui.element("section").classes("panel"):
            with ui.element("div").classes("grid3"):
                words = ui.input(t("标题、机关或区域", "Title, issuer or region")).props(
                    "outlined dense clearable debounce=250"
                )
                kind = ui.select(
                    {"": t("全部类别", "all kinds"), **{key: t(*names) for key, names in _KINDS.items()}}, value=""
                ).props("outlined dense")
                level = ui.select(
                    {
                        "": t("全部层级", "all levels"),
                        **{str(key): name.in_(chosen.language) for key, name in LEVELS.items()},
                    },
                    value="",
                ).props("outlined dense")
            box = html("")

        def listed() -> None:
            box.set_content(_list(library, chosen, words.value or "", kind.value or "", level.value or ""))

        for control in (words, kind, level):
            control.on_value_change(listed)
        upload.on_multi_upload(lambda event: _add(service, chosen, event, told.set_content, listed, internal=bool(internal.value)))  # fmt: skip
        ui.on("jm-act", lambda event: _take_out(service, chosen, event.args, listed))
        listed()
    drawer(service, chosen)


def _take_out(service: Service, chosen: Preferences, sent: dict[str, str], then: Callable[[], None]) -> None:
    """Asks, then takes a document of the user's out of the library."""
    if sent["act"] != "take_out" or not service.may("admin"):
        return
    t = chosen.t
    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(t("从文献库移除？", "Remove it from the library?")).classes("jm-h")
        ui.label(t("已引用它的规划仍保留当时的原文。", "Plans that cite it keep the text of their time.")).classes(
            "quiet"
        )

        async def remove() -> None:
            dialog.close()
            try:
                await asyncio.to_thread(_remove, service, sent["value"])
            except JumouError as error:
                tell(chosen, error)
            then()

        with ui.row():
            button(t("移除", "Remove"), remove, main=True)
            button(t("取消", "Cancel"), dialog.close)


def _remove(service: Service, document_id: str) -> None:
    office = service.acting("admin")
    workspace = office.reach.workspace
    remove_added(office.whole.index, [document_id], workspace=workspace)
    office.whole.audit.record(Act("document.removed", f"document:{document_id}", service.caller.user, workspace))


def _list(library: Shelf, chosen: Preferences, words: str, kind: str, level: str) -> str:
    everything = library.documents()
    found = [
        one for one in everything
        if (not kind or one.kind == kind) and (not level or one.level == level)
        and all(word in f"{one.title} {one.title_en} {one.issuer} {' '.join(one.regions)} {' '.join(one.industries)}" for word in words.split())
    ]  # fmt: skip
    return render_plain(
        "corpus_list", chosen.language, documents=sorted(found, key=lambda one: (one.kind, one.title)), total=len(everything),
        kinds={key: chosen.t(*names) for key, names in _KINDS.items()}, levels=lambda key: term(LEVELS, key, chosen.language),
        statuses=lambda key: term(STATUSES, key, chosen.language),
    )  # fmt: skip


async def _add(
    service: Service, chosen: Preferences, event: events.MultiUploadEventArguments, tell_in: Callable[[str], object], then: Callable[[], None],
    *, internal: bool,
) -> None:  # fmt: skip
    files = tuple({file.name: RunFile(file.name, await file.read()) for file in event.files}.values())
    tell_in(f'<p class="loading" role="status">{chosen.t("正在读取并编入索引……", "Reading and indexing ...")}</p>')
    outcomes: list[Outcome] = []
    try:
        office = service.acting("admin")
        run = await service.making.documents(
            office.runs, files, "internal" if internal else "public", service.person(chosen.name or "web")
        )
        ended = await service.making.outcome(office.runs, run.id)
        outcomes = [Outcome.model_validate(one) for one in ended.result["documents"]]
    except JumouError as error:
        tell(chosen, error)
    names = {key: chosen.t(*both) for key, both in _OUTCOMES.items()}
    tell_in(render_plain("corpus_added", chosen.language, outcomes=outcomes, names=names))
    then()


def build_search(service: Service, chosen: Preferences, first: str) -> None:
    """Search over the library."""
    t = chosen.t
    with ui.element("main").classes("page").props("id=main"):
        markup("search_head", chosen)
        with (
            ui.element("section").classes("panel"),
            ui.element("div").style("display:flex;gap:12px;align-items:flex-start;flex-wrap:wrap"),
        ):
            query = (
                ui.input(t("例如：轴承 补链 招商", "e.g. bearings, attracting suppliers"), value=first)
                .props("outlined dense autofocus")
                .style("flex:1;min-width:240px")
            )
            kind = (
                ui.select(
                    {"": t("全部类别", "all kinds"), **{key: t(*names) for key, names in _KINDS.items()}}, value=""
                )
                .props("outlined dense")
                .style("width:140px")
            )
            outdated = ui.checkbox(t("含已废止", "outdated too"))
            go = ui.element("button").classes("btn main").props("type=button")
            with go:
                ui.label(t("检索", "Search"))
        box = html("")

        async def find() -> None:
            asked = (query.value or "").strip()
            if not asked:
                return
            box.set_content(f'<p class="loading" role="status">{t("正在检索……", "Searching ...")}</p>')
            where = Filter(kinds=(kind.value,)) if kind.value else None
            try:
                hits = await asyncio.to_thread(
                    service.opened().library.search, asked, limit=_MOST_HITS, where=where, include_outdated=bool(outdated.value)
                )  # fmt: skip
            except JumouError as error:
                box.set_content("")
                tell(chosen, error)
                return
            box.set_content(render_plain("search_hits", chosen.language, hits=hits, query=asked))

        go.on("click", find)
        query.on("keydown.enter", find)
        if first:
            ui.timer(0.05, find, once=True)
    drawer(service, chosen)
