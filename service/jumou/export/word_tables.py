"""Tables of the Word document: repeated headers, unbroken rows, fixed widths, plain lines."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Final

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table as WordTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from jumou.export.blocks import Cell, Line, Record, Table, text_of
from jumou.export.layout import HEIGHT_MM, WIDTH_MM, StyleBook
from jumou.export.properties import xml_text

WriteLine = Callable[[Paragraph, Line], None]
_LABEL_SHARE: Final = 0.13
_HAN: Final = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_LATIN_MM: Final = 2.25
_HAN_MM: Final = 3.75
"""Width of a sign at 10.5 points; Latin letters on average, in a wide face."""

_TABLE_SCALE: Final = 9 / 10.5
_SMALL_SCALE: Final = 8 / 10.5
"""Tables are set in 9 points, on pages turned across in 8."""

_PADDING: Final = 3.6
_LINE_MM: Final = 5.0
"""A line of a table, its share of the rows' margins included."""

_FIRST: Final = 2
"""Rows that stay with the next: the header and the first, so that two rows of content stand below a header."""

_BY_VOLUME: Final = 0.65
_LONGEST_WORD: Final = 13
_SHORT_TERM: Final = 5


def add_table(document: Document, book: StyleBook, table: Table, width: float, write: WriteLine) -> None:
    """A table of `width` mm, in small print on a page turned across; the header row comes again on each page."""
    small = width > WIDTH_MM
    look = "Plan Small" if small else "Plan Table"
    scale = _SMALL_SCALE if small else _TABLE_SCALE
    columns = _columns(table, width, scale=scale)
    grid = _grid(document, len(table.rows) + 1, columns)
    head = grid.rows[0]
    _repeat(head)
    for cell, text in zip(head.cells, table.header, strict=True):
        _shade(cell)
        book.dress(cell.paragraphs[0], f"{look} Head").add_run(xml_text(text))
    rows = _rows(grid)
    for row, contents in zip(rows[1:], table.rows, strict=True):
        for cell, content in zip(row, contents, strict=True):
            _fill(book, cell, content, write, look=look)
    heights = [
        max(_height(content, size, scale) for content, size in zip(row, columns, strict=True)) for row in table.rows
    ]
    _keep_together(rows, [1, *heights], (WIDTH_MM if small else HEIGHT_MM) / _LINE_MM)


def add_record(document: Document, book: StyleBook, record: Record, width: float, write: WriteLine) -> None:
    """An object as labels and contents, its title across the top; two short fields share a row where that saves height."""
    label = width * _LABEL_SHARE
    half = width / 2 - label
    titled = bool(record.title)
    lines = _paired(record.rows, half, width - label)
    grid = _grid(document, len(lines) + titled, (label, half, label, half))
    rows = _rows(grid)
    if titled:
        first = rows[0][0].merge(rows[0][3])
        _shade(first)
        _repeat(grid.rows[0])
        _fill(book, first, (record.title,), write)
    for cells, fields in zip(rows[titled:], lines, strict=True):
        if len(fields) == 1:
            cells[1].merge(cells[3])
        for place, (name, content) in enumerate(fields):
            left = cells[2 * place]
            _shade(left)
            book.dress(left.paragraphs[0], "Plan Table Head").add_run(xml_text(name))
            _fill(book, cells[2 * place + 1], content, write)
    sizes = [half if len(fields) == 2 else width - label for fields in lines]
    heights = [max(_height(content, size) for _, content in fields) for fields, size in zip(lines, sizes, strict=True)]
    _keep_together(rows, [1, *heights] if titled else heights, HEIGHT_MM / _LINE_MM)


def _keep_together(rows: Sequence[Sequence[_Cell]], heights: Sequence[int], page: float) -> None:
    """A table of up to half a page stays on one; of a longer one no single row is left at the foot or goes over alone.

    `heights` are lines, row by row, and `page` the lines of a page.
    """
    last = len(rows) - 1
    whole = sum(heights) <= page / 2
    for place, row in enumerate(rows[:-1]):
        if whole or place < _FIRST or place == last - 1:
            for cell in row:
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.keep_with_next = True


_Field = tuple[str, Cell]


def _paired(fields: Sequence[_Field], half: float, whole: float) -> list[tuple[_Field, ...]]:
    """The fields row by row: neighbours side by side when the taller of them, at half the width, is lower than both in turn."""
    rows: list[tuple[_Field, ...]] = []
    left = list(fields)
    while left:
        first = left.pop(0)
        if left:
            pair = (first, left[0])
            beside = max(_height(content, half) for _, content in pair)
            if beside < sum(_height(content, whole) for _, content in pair):
                rows.append((first, left.pop(0)))
                continue
        rows.append((first,))
    return rows


def _height(content: Cell, width: float, scale: float = _TABLE_SCALE) -> int:
    """About how many lines a content takes in a cell of `width` mm."""
    fitting = max(1.0, (width - _PADDING) / (_HAN_MM / 2 * scale))
    return sum(max(1, math.ceil(_signs(text_of(line)) / fitting)) for line in content)


def _columns(table: Table, whole: float, *, scale: float) -> tuple[float, ...]:
    """Widths in mm, by the table's shares and by how much text the fullest cell of a column holds.

    No column is narrower than its longest word while there is room for all of them.
    """
    total = sum(table.widths)
    volume = [
        max((sum(_signs(text_of(line)) for line in row[place]) for row in table.rows), default=0) ** 0.5
        for place in range(len(table.header))
    ]
    filled = sum(volume) or 1.0
    wished = [
        whole * ((1 - _BY_VOLUME) * part / total + _BY_VOLUME * amount / filled)
        for part, amount in zip(table.widths, volume, strict=True)
    ]
    least = [
        scale * max(_longest(text) for text in (head, *(text_of(line) for row in table.rows for line in row[place])))
        + _PADDING
        for place, head in enumerate(table.header)
    ]
    if sum(least) >= whole:
        return tuple(whole * part / sum(least) for part in least)
    spare = [max(0.0, wish - need) for wish, need in zip(wished, least, strict=True)]
    lacking = sum(max(0.0, need - wish) for wish, need in zip(wished, least, strict=True))
    kept = 1 - lacking / sum(spare) if sum(spare) else 0.0
    return tuple(need + more * kept for need, more in zip(least, spare, strict=True))


def _signs(text: str) -> int:
    """The length of a text where a Chinese sign counts two."""
    return len(text) + len(_HAN.findall(text))


def _longest(text: str) -> float:
    """Millimetres of the longest stretch that should not be broken: a word, a number, a short Chinese term."""
    longest = 0.0
    for word in text.replace("/", " ").split():
        latin = max((len(part) for part in _HAN.split(word)), default=0)
        han = sum(1 for sign in word if _HAN.match(sign))
        longest = max(longest, min(latin, _LONGEST_WORD) * _LATIN_MM, (han if han <= _SHORT_TERM else 2) * _HAN_MM)
    return longest


def _grid(document: Document, rows: int, columns: Sequence[float]) -> WordTable:
    grid: WordTable = document.add_table(rows=rows, cols=len(columns))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    for column, size in zip(grid.columns, columns, strict=True):
        column.width = Mm(size)
    for row, cells in zip(grid.rows, _rows(grid), strict=True):
        _unbroken(row)
        for cell, size in zip(cells, columns, strict=True):
            cell.width = Mm(size)
    _margins(grid)
    return grid


def _rows(grid: WordTable) -> list[list[_Cell]]:
    """The cells row by row, read once: python-docx walks the whole table for every access."""
    width = len(grid.columns)
    cells = grid._cells  # noqa: SLF001 documented recipe for large tables
    return [cells[start : start + width] for start in range(0, len(cells), width)]


def _fill(book: StyleBook, cell: _Cell, content: Cell, write: WriteLine, *, look: str = "Plan Table") -> None:
    for place, line in enumerate(content):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        write(book.dress(paragraph, look), line)
    if not content:
        book.dress(cell.paragraphs[0], look)


def _repeat(row: _Row) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 python-docx has no setting for it
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    properties.append(mark)


def _unbroken(row: _Row) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001
    mark = OxmlElement("w:cantSplit")
    mark.set(qn("w:val"), "true")
    properties.append(mark)


def _shade(cell: _Cell) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:color"), "auto")
    shade.set(qn("w:fill"), "EDF1F5")
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001


def _margins(grid: WordTable) -> None:
    """A little air inside the cells, in twentieths of a point."""
    margins = OxmlElement("w:tblCellMar")
    for side, size in (("top", 20), ("left", 70), ("bottom", 20), ("right", 70)):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(size))
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    properties = grid._tbl.tblPr  # noqa: SLF001
    look = properties.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(margins)
    else:
        properties.append(margins)
