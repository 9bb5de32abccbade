"""The drawer: a cited passage highlighted in its document, or what stands behind the figures of a statement."""

import re
from typing import Any, Final

from markupsafe import Markup, escape

from jumou.domain.evidence import Document, Passage
from jumou.domain.framework import Language
from jumou.domain.quantity import Quantity
from jumou.errors import JumouError, NotFound
from jumou.export import figure_terms
from jumou.export.terms import BASES, GRADES, LEVELS, STATUSES, term
from jumou.web.service import Loaded, Service
from jumou.web.view import View, render_plain

_BLANKS: Final = re.compile(r"\n{2,}")
_AROUND: Final = 12
"""Passages shown before and after the cited one: a law of hundreds of articles would be slow to open."""


def passages(service: Service, view: View, passage_id: str, quote: str) -> str:
    """The drawer of a cited passage, in its document as the library has it, or as it was frozen with the plan.

    Raises:
        NotFound: neither the plan nor the library has it.
    """
    frozen = _frozen(view.loaded, passage_id)
    around, document = _in_library(service, passage_id)
    unchanged = frozen is None or any(one.id == passage_id and one.text == frozen[0].text for one in around)
    if frozen is not None and not unchanged:
        around, document = (frozen[0],), frozen[1]
    if document is None:
        raise NotFound("找不到这段引文。", "The passage is not there.")
    if frozen is not None and unchanged:
        note = view.t(
            "引文已随规划存档，与文献库现文一致。", "Kept with the plan; the library has the same text today."
        )
    elif frozen is not None:
        note = view.t("文献库中的文本已变动或移除；以下为随规划存档的原文。", "The library's text has changed; this is the text kept with the plan.")  # fmt: skip
    else:
        note = view.t("引自文献库。", "From the library.")
    return page_of(document, around, view.language, cited=passage_id, quote=quote, note=note)


def page_of(
    document: Document, shown: tuple[Passage, ...], language: Language, *, cited: str, quote: str, note: str
) -> str:
    """A document's passages with the cited one marked."""
    rows = [
        {"id": one.id, "section": one.section, "html": _marked(one, quote if one.id == cited else "")} for one in shown
    ]
    return render_plain(
        "drawer", language, kind="passages", document=document, passages=rows, cited=cited, note=note,
        status=term(STATUSES, document.status, language), level=term(LEVELS, document.level, language),
        grade=term(GRADES, document.source_grade, language),
    )  # fmt: skip


def figures(view: View, kept: tuple[Quantity, ...]) -> str:
    """The drawer of the figures of a statement."""
    rows: list[dict[str, Any]] = [
        {
            "label": one.label, "value": view.shown(one), "year": one.year, "basis": term(BASES, one.basis, view.language),
            "assumed": one.basis == "assumption", "formula": one.formula or "", "sources": "、".join(one.source_ids),
            "flags": figure_terms.flags(one.flags, view.language),
        }
        for one in kept
    ]  # fmt: skip
    return render_plain("drawer", view.language, kind="figures", rows=rows)


def _frozen(loaded: Loaded, passage_id: str) -> tuple[Passage, Document] | None:
    found = next((one for one in loaded.plan.evidence.passages if one.passage.id == passage_id), None)
    return None if found is None else (found.passage, found.document)


def _in_library(service: Service, passage_id: str) -> tuple[tuple[Passage, ...], Document | None]:
    try:
        library = service.opened().library
        document = library.document(passage_id.rpartition("#")[0])
        everything = library.passages(document.id)
    except JumouError:  # not open yet, or no longer there: the frozen text serves
        return (), None
    at = next((place for place, one in enumerate(everything) if one.id == passage_id), 0)
    return everything[max(0, at - _AROUND) : at + _AROUND + 1], document


def _marked(passage: Passage, quote: str) -> Markup:
    """The passage's text, its headings left to the page, the quote highlighted where it stands."""
    lines = [line.lstrip("# ") if quote and quote in line else line for line in passage.text.strip().split("\n")]
    text = _BLANKS.sub("\n", "\n".join(line for line in lines if not line.startswith("#"))).strip()
    place = text.find(quote) if quote else -1
    if place < 0:
        return escape(text)
    end = place + len(quote)
    return escape(text[:place]) + Markup("<mark>{}</mark>").format(quote) + escape(text[end:])
