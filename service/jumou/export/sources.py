"""Numbered sources: every cited document gets a number, every sentence quoted from it a place under that number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from jumou.domain.evidence import Citation, Document
from jumou.domain.plan import Plan
from jumou.domain.quantity import Quantity

_Kind = TypeVar("_Kind", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Quote:
    """A quoted sentence and where in the document it stands."""

    mark: str
    text: str
    section: str
    passage_id: str


@dataclass(frozen=True, slots=True)
class Source:
    """A cited document; `document` is None when the plan carries no description of it."""

    number: int
    document_id: str
    title: str
    grade: str
    document: Document | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class SourceList:
    """The sources of a plan in the order in which the plan first leans on them."""

    sources: tuple[Source, ...]
    _marks: dict[tuple[str, str], str]
    _numbers: dict[str, int]

    def mark(self, citation: Citation) -> str:
        """`[3]`, or `[3-2]` when several sentences of the document are quoted."""
        return self._marks[citation.document_id, citation.quote]

    def marks(self, citations: Iterable[Citation]) -> str:
        """The marks of several citations, each once."""
        return "".join(dict.fromkeys(self.mark(citation) for citation in citations))

    def number_of(self, passage_id: str) -> int | None:
        """The number of the document a passage belongs to; None when that document is not cited."""
        return self._numbers.get(passage_id) or self._numbers.get(passage_id.rpartition("#")[0])


def source_list(plan: Plan) -> SourceList:
    """The sources of `plan`, numbered by first use from diagnosis to implementation."""
    described = {item.document.id: item.document for item in plan.evidence.passages}
    sections = {item.passage.id: item.passage.section for item in plan.evidence.passages}
    quotes: dict[str, dict[str, Citation]] = {}
    for citation in citations_in(plan):
        quotes.setdefault(citation.document_id, {}).setdefault(citation.quote, citation)
    sources: list[Source] = []
    marks: dict[tuple[str, str], str] = {}
    numbers: dict[str, int] = {}
    for number, (document_id, found) in enumerate(quotes.items(), start=1):
        document = described.get(document_id)
        listed = []
        for place, citation in enumerate(found.values(), start=1):
            mark = f"{number}" if len(found) == 1 else f"{number}-{place}"
            marks[document_id, citation.quote] = f"[{mark}]"
            numbers[citation.passage_id] = number
            listed.append(Quote(mark, citation.quote, sections.get(citation.passage_id, ""), citation.passage_id))
        numbers[document_id] = number
        first = next(iter(found.values()))
        title = first.title or (document.title if document is not None else document_id)
        sources.append(Source(number, document_id, title, first.grade, document, tuple(listed)))
    return SourceList(tuple(sources), marks, numbers)


def citations_in(plan: Plan) -> Iterator[Citation]:
    """Every citation of the four steps, in reading order."""
    for part in steps(plan):
        yield from _found(part, Citation)


def quantities_in(plan: Plan) -> Iterator[Quantity]:
    """Every figure of the four steps, in reading order."""
    for part in steps(plan):
        yield from _found(part, Quantity)


def steps(plan: Plan) -> tuple[BaseModel, ...]:
    """The parts of a plan that say something, in reading order."""
    return (plan.diagnosis, plan.positioning, *plan.projects, plan.implementation)


def _found(value: object, kind: type[_Kind]) -> Iterator[_Kind]:
    if isinstance(value, kind):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _found(getattr(value, name), kind)
    elif isinstance(value, tuple):
        for item in value:
            yield from _found(item, kind)
