"""Cells of a workbook: text that stays text, number formats, headers, widths, validation lists."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from jumou.export.results import Results

_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t")
_MOST_HEIGHT: Final = 220
_LINE_HEIGHT: Final = 14
"""Points."""

MOST_CHARACTERS: Final = 32_767
_LINE: Final = Side(style="thin", color="BFC7D0")
BORDER: Final = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD_FILL: Final = PatternFill("solid", fgColor="1F4E79")
_SHOWN_FILL: Final = PatternFill("solid", fgColor="F2F4F7")
_HEAD_FONT: Final = Font(name="微软雅黑", size=10, bold=True, color="FFFFFF")
_FONT: Final = Font(name="微软雅黑", size=10)
_BOLD: Final = Font(name="微软雅黑", size=10, bold=True)


def clean(text: str) -> str:
    """Text as a cell can hold it: no control characters, at most what Excel takes, one kind of line end."""
    return ILLEGAL_CHARACTERS_RE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:MOST_CHARACTERS]


def put_text(cell: Cell, text: str) -> None:
    """Writes text that no spreadsheet takes for a formula, whatever it starts with."""
    cell.value = clean(text)
    cell.data_type = "s"
    if text.startswith(_STARTS_FORMULA):
        cell.quotePrefix = True


def put(cell: Cell, value: str | float | None, *, shape: str = "") -> None:
    """Writes a value with font, border and wrapping; `shape` is a number format."""
    if isinstance(value, str):
        put_text(cell, value)
    else:
        cell.value = value
    cell.font, cell.border = _FONT, BORDER
    cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="right" if isinstance(value, float) else None)
    if shape:
        cell.number_format = shape


def put_formula(
    cell: Cell, formula: str, result: float, results: Results, *, shape: str = "0.00", bold: bool = False
) -> None:
    """Writes one of our own formulas and notes what it comes to."""
    results.note(cell, result)
    cell.value = formula
    cell.font, cell.border, cell.fill = (_BOLD if bold else _FONT), BORDER, _SHOWN_FILL
    cell.alignment = Alignment(vertical="top", horizontal="right")
    cell.number_format = shape


def fit_height(sheet: Worksheet, row: int, texts: Iterable[tuple[object, float]]) -> None:
    """Sets the height of a row by its fullest cell, from `texts` and their column widths; very full cells are cut off to view."""
    lines = 1
    for text, size in texts:
        if isinstance(text, str):
            lines = max(lines, sum(max(1, math.ceil(1.15 * signs(line) / size)) for line in text.split("\n")))
    sheet.row_dimensions[row].height = min(_MOST_HEIGHT, _LINE_HEIGHT * lines + 4)


def signs(text: str) -> int:
    """The length of a text where a Chinese sign counts two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def shade(cell: Cell) -> None:
    """Marks a cell that is shown and not read back."""
    cell.fill = _SHOWN_FILL


def cell_at(sheet: Worksheet, row: int, column: int) -> Cell:
    """A cell that holds something of its own (no part of a merged one)."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # noqa: S101 the sheets merge only below what is written here
    return cell


def head(sheet: Worksheet, row: int, names: Sequence[str]) -> None:
    """A header row."""
    for column, name in enumerate(names, start=1):
        cell = cell_at(sheet, row, column)
        put_text(cell, name)
        cell.font, cell.fill, cell.border = _HEAD_FONT, _HEAD_FILL, BORDER
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    sheet.row_dimensions[row].height = 32


def widths(sheet: Worksheet, sizes: Iterable[float]) -> None:
    """Column widths in characters."""
    for column, size in enumerate(sizes, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = size


def plain_sheet(
    sheet: Worksheet, names: Sequence[str], rows: Iterable[Sequence[str | float | None]], sizes: Sequence[float]
) -> None:
    """A list: header in the first row, frozen and filtered, then the rows."""
    head(sheet, 1, names)
    widths(sheet, sizes)
    last = 1
    for last, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = cell_at(sheet, last, column)
            put(cell, value)
        fit_height(sheet, last, zip(row, sizes, strict=False))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{max(last, 2)}"
    printed(sheet)


def printed(sheet: Worksheet) -> None:
    """A4 across, one page wide, header repeated."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_title_rows = "1:1"


def choose(
    sheet: Worksheet, column: int, rows: int, formula: str, *, title: str, message: str, strict: bool = True
) -> None:
    """A list to choose from in rows 2 to `rows`; a value outside is refused, or only warned about."""
    rule = DataValidation(
        type="list",
        formula1=formula,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="stop" if strict else "warning",
    )
    rule.errorTitle, rule.error = title[:32], message[:255]
    letter = get_column_letter(column)
    rule.add(f"{letter}2:{letter}{rows}")
    sheet.add_data_validation(rule)


def demand(sheet: Worksheet, column: int, rows: int, formula: str, *, title: str, message: str) -> None:
    """A rule every value of the column has to meet; `formula` speaks of row 2."""
    rule = DataValidation(type="custom", formula1=formula, allow_blank=True, showErrorMessage=True, errorStyle="stop")
    rule.errorTitle, rule.error = title[:32], message[:255]
    letter = get_column_letter(column)
    rule.add(f"{letter}2:{letter}{rows}")
    sheet.add_data_validation(rule)
