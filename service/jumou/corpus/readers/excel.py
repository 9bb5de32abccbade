"""Excel workbooks (.xlsx, .xlsm; macros are never run): a section for each sheet, a line for each row."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from jumou.corpus.readers import refusals
from jumou.corpus.readers.archive import check_archive
from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.tables import rows_as_text

_DAMAGE: Final = (
    InvalidFileException, ParseError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, SyntaxError, OSError,
)  # fmt: skip
"""What openpyxl raises on damaged parts."""

_MOST_BLANK: Final = 1_100_000
"""Rows of a sheet, blank ones included: Excel itself has 1 048 576."""


def read_xlsx(content: bytes, name: str, limits: Limits) -> Extract:
    """The values of every visible sheet as last calculated, in the words of its header row; the sheet's name is the heading.

    Raises:
        RefusedFile: it is damaged, encrypted, a bomb, or has too many sheets, cells or characters.
    """
    check_archive(content, name, "xlsx", limits)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        lines = list(_lines(book, name, limits))
    except RecursionError as problem:
        raise refusals.too_deep(name, limits.depth) from problem
    except _DAMAGE as problem:
        raise refusals.broken(name, "xlsx") from problem
    if not any(line and not line.startswith("## ") for line in lines):
        raise refusals.empty(name)
    return Extract("\n".join(lines), "xlsx")


def _lines(book: Any, name: str, limits: Limits) -> Iterator[str]:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(sheets) > limits.sheets:
        raise refusals.too_many(name, "工作表数", "sheets", limits.sheets)
    left = limits.cells
    characters = 0
    for sheet in sheets:
        sheet.reset_dimensions()  # a sheet may claim a size it does not have
        rows: list[list[str]] = []
        for number, row in enumerate(sheet.iter_rows()):
            left -= len(row)
            if left < 0 or number > _MOST_BLANK:
                raise refusals.too_many(name, "单元格数", "cells", limits.cells)
            cells = [_written(cell) for cell in row]
            if any(cells):
                rows.append(cells)
                characters += sum(map(len, cells))
                if characters > limits.characters:
                    raise refusals.too_many(name, "字数", "characters", limits.characters)
        if rows:
            yield from ("", f"## {' '.join(str(sheet.title).split())}", "")
            yield from rows_as_text(rows)


def _written(cell: Any) -> str:
    """A value as it is read on the sheet: whole numbers without a point, percentages with their sign, dates as ISO."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float | int):
        if "%" in str(cell.number_format or ""):
            return f"{value * 100:.10g}%"
        return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).strip()
