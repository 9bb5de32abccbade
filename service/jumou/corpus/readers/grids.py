"""The cells of a workbook that somebody sent in: profiles, edited project lists, actual values. Read in a confined process."""

import atexit
import datetime as dt
import io
import os
import threading
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import ParseError

from jumou.confined.bounds import Bounds
from jumou.confined.pool import Confined, Ended
from jumou.corpus.readers import refusals
from jumou.corpus.readers.archive import check_archive
from jumou.corpus.readers.limits import Limits

_TASK: Final = "jumou.corpus.readers.grids:served"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_LIMITS: Final = Limits(unpacked_bytes=80_000_000, members=2_000, sheets=200)
_BOUNDS: Final = Bounds(memory_bytes=1_000_000_000, cpu_seconds=30, wall_seconds=45.0, workers=2)
_MOST_CELLS: Final = 3_000_000
_MOST_CHARACTERS: Final = 20_000_000
_LONGEST: Final = 100_000
"""Characters of one cell; Excel itself takes 32 767."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a workbook is read: the sheets called so (all when empty), their first rows and columns.

    `written` reads formulas as they are written, else their last results are read and formulas without one are told.
    `percent` shows per cents as a person sees them: 12 for 12 %.
    """

    rows: int
    columns: int
    titles: tuple[str, ...] = ()
    written: bool = False
    percent: bool = False


class Page(NamedTuple):
    """A sheet: its cells by row (None for empty ones; rows end with their last cell), and the cells, from 0, whose formula has no result."""

    title: str
    rows: list[list[Any]]
    unfinished: list[tuple[int, int]]


class _Shared:
    """The processes that read workbooks, kept from one to the next; a forked process gets its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._confined: Confined | None = None

    def __call__(self) -> Confined:
        with self._lock:
            if self._confined is None or self._owner != os.getpid():
                self._owner, self._confined = os.getpid(), Confined(_BOUNDS)
                atexit.register(self._confined.close)
            return self._confined


_confined: Final = _Shared()


def pages_of(content: bytes, name: str, wanted: Wanted) -> list[Page]:
    """The sheets of a workbook, in their order.

    Raises:
        RefusedFile: it is broken, encrypted, old, a bomb, declares entities, or costs more than a workbook may.
    """
    try:
        found = _confined().run(_TASK, {"name": name, "wanted": asdict(wanted)}, [content])
    except Ended as ended:
        raise refusals.ended(name, "xlsx", ended.why, _LIMITS.depth) from ended
    return [
        Page(title, [[_restored(cell) for cell in row] for row in rows], [(row, column) for row, column in unfinished])
        for title, rows, unfinished in found
    ]


def needs(head: dict[str, Any]) -> list[str]:
    """The modules that reading a workbook takes."""
    del head
    return ["openpyxl", "openpyxl.reader.excel", "openpyxl.worksheet._read_only"]


def served(head: dict[str, Any], parts: Sequence[bytes]) -> list[Any]:
    """The task of the confined process.

    Raises:
        RefusedFile: as `pages_of`.
    """
    return [list(page) for page in _pages(parts[0], str(head["name"]), Wanted(**head["wanted"]))]


def _pages(content: bytes, name: str, wanted: Wanted) -> list[Page]:
    import openpyxl  # noqa: PLC0415 - only the confined process needs it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as above

    if content.startswith(_OLE):
        raise refusals.encrypted(name) if _ENCRYPTED_PACKAGE in content else refusals.old_workbook(name)
    check_archive(content, name, "xlsx", _LIMITS)
    damage = (
        InvalidFileException, ParseError, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError,
        SyntaxError, NotImplementedError, OverflowError, AssertionError,  # openpyxl and zipfile, of broken parts
    )  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl speaks of styles and extensions it leaves out; none is read here
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=not wanted.written, keep_links=False
            )
            formulas = None
            if not wanted.written and _has_formulas(content):
                formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            if len(book.worksheets) > _LIMITS.sheets:
                raise refusals.too_many(name, "工作表数", "sheets", _LIMITS.sheets)
            left = [_MOST_CELLS, _MOST_CHARACTERS]
            pages = []
            for sheet in book.worksheets:
                if wanted.titles and sheet.title not in wanted.titles:
                    continue
                rows = _rows(sheet, name, wanted, left)
                unfinished = []
                if formulas is not None:
                    unfinished = _unfinished(rows, _rows(formulas[sheet.title], name, wanted, left))
                pages.append(Page(str(sheet.title), rows, unfinished))
            return pages
    except damage as problem:
        raise refusals.broken(name, "xlsx") from problem


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(b"<f" in archive.read(part) for part in archive.namelist() if part.startswith("xl/worksheets/"))


def _rows(sheet: Any, name: str, wanted: Wanted, left: list[int]) -> list[list[Any]]:
    sheet.reset_dimensions()  # a sheet may claim a size it does not have
    rows: list[list[Any]] = []
    for number, cells in enumerate(sheet.iter_rows(max_row=wanted.rows, max_col=wanted.columns), start=1):
        if number > wanted.rows:
            break
        left[0] -= len(cells)
        row = [_plain(cell, wanted) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        left[1] -= sum(len(value) for value in row if isinstance(value, str))
        if min(left) < 0:
            raise refusals.too_many(name, "单元格数或字数", "cells or characters", _MOST_CELLS)
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _plain(cell: Any, wanted: Wanted) -> Any:
    """A cell as JSON holds it; times are pairs of their kind and their text."""
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if wanted.percent and "%" in str(cell.number_format):
            return round(value * 100, 10)
        return value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return [type(value).__name__, value.isoformat()]
    if isinstance(value, dt.timedelta):
        return ["timedelta", value.total_seconds()]
    return str(getattr(value, "text", value) or "")[:_LONGEST]


def _restored(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, told = value
    match kind:
        case "datetime":
            return dt.datetime.fromisoformat(told)
        case "date":
            return dt.date.fromisoformat(told)
        case "time":
            return dt.time.fromisoformat(told)
        case _:
            return dt.timedelta(seconds=told)


def _unfinished(values: list[list[Any]], written: list[list[Any]]) -> list[tuple[int, int]]:
    """Formulas whose result the file does not hold, as programs that only write files leave them."""
    return [
        (number, place)
        for number, formulas in enumerate(written)
        for place, formula in enumerate(formulas)
        if isinstance(formula, str) and formula.startswith("=") and _at(values, number, place) is None
    ]


def _at(values: list[list[Any]], row: int, column: int) -> Any:
    return values[row][column] if row < len(values) and column < len(values[row]) else None
