"""What a plan looks like on paper, before it is Word or Markdown: headings, paragraphs, tables, pictures, turned pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

RunKind = Literal["plain", "strong", "source", "state", "warning", "muted"]
ParagraphStyle = Literal["body", "item", "note", "reference"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one kind; `source` is a mark such as [3], `state` and `warning` say what stands behind it."""

    text: str
    kind: RunKind = "plain"


Line = tuple[Run, ...]
Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3; `number` is written out (一、 or 1.1) so that every reader of the file sees it."""

    level: int
    number: str
    text: str

    @property
    def full(self) -> str:
        """Number and text as they stand on the page."""
        return f"{self.number}{self.text}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or list item."""

    line: Line
    style: ParagraphStyle = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are relative. Its header is repeated on every page and no row is split."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One object shown field by field: a label and its content a row."""

    title: Line
    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart by its name, with caption and a description for people who cannot see it."""

    name: str
    caption: str
    alt: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """A new page, upright or across; what follows stays that way until the next turn."""

    landscape: bool


Block = Heading | Paragraph | Table | Record | Picture | Turn


def plain(text: str) -> Line:
    """A line of ordinary text."""
    return (Run(text),) if text else ()


def cell(*texts: str) -> Cell:
    """A cell with one line for each text that is not empty."""
    return tuple(plain(text) for text in texts if text)


def cell_of(lines: Iterable[Line]) -> Cell:
    """A cell of finished lines; empty ones drop out."""
    return tuple(line for line in lines if line)


def text_of(line: Line) -> str:
    """A line without its kinds."""
    return "".join(run.text for run in line)
