"""Reading a profile from an Excel workbook, bombs and broken archives refused before anything is unpacked."""

import io
import warnings
import zipfile
import zlib
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from jumou.errors import RefusedFile
from jumou.profile.grid import MOST_COLUMNS, MOST_ROWS, cut, head_of, table_of
from jumou.profile.rows import Head, Notice, Table
from jumou.profile.sheets import GUIDE_TITLES, META_TITLES, bare_label, sheet_named

_MOST_UNPACKED: Final = 80_000_000
_MOST_RATIO: Final = 200
_SMALL: Final = 2_000_000
"""A workbook of a few near-empty sheets packs better than the ratio; below this size it does no harm."""

_MOST_PARTS: Final = 2000
_BROKEN: Final = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError,
    EOFError, SyntaxError, RuntimeError, NotImplementedError, OverflowError, AssertionError,
)  # fmt: skip
"""What zipfile, the XML parsers and openpyxl raise on workbooks that are not as they should be; SyntaxError is XML's."""


def read_workbook(content: bytes, name: str) -> tuple[Head, list[Table], list[str]]:
    """The head, sheets and unknown tab names of an Excel workbook.

    Raises:
        RefusedFile: it is broken, encrypted, a zip bomb, or has no sheet of a profile.
    """
    formulas = _inspect(content, name)
    head = Head()
    tables: list[Table] = []
    unknown: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl speaks of styles and extensions it leaves out; none is read here
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            written = openpyxl.load_workbook(io.BytesIO(content), read_only=True) if formulas else None
        for page in book.worksheets:
            grid = _grid(page)
            sheet = sheet_named(page.title)
            if bare_label(page.title) in META_TITLES:
                head = head_of(grid, page.title)
            elif sheet is not None:
                table = table_of(sheet, grid[:MOST_ROWS], page.title)
                if len(grid) > MOST_ROWS:
                    table.notices.append(cut(MOST_ROWS))
                if written is not None:
                    table.notices.extend(_unfinished(grid, _grid(written[page.title])))
                tables.append(table)
            elif bare_label(page.title) not in GUIDE_TITLES and any(cell is not None for row in grid for cell in row):
                unknown.append(page.title)
    except _BROKEN as problem:
        raise _broken(name) from problem
    if not tables and not head.told and not any(bare_label(title) in META_TITLES for title in book.sheetnames):
        raise RefusedFile(
            f"{name} 中没有区域资料的工作表。", f"{name} holds no sheet of a profile.",
            mend_zh="请用 jumou profile template 生成模板填写。", mend_en="Start from jumou profile template.",
        )  # fmt: skip
    return head, tables, unknown


def _grid(page: Any) -> list[list[Any]]:
    """The cells of a tab, each row cut to the widest heading; per cents are shown as a person sees them: 12 for 12 %."""
    page.reset_dimensions()
    rows = [[_shown(cell) for cell in row] for row in page.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)]
    width = max((number for row in rows for number, cell in enumerate(row, start=1) if cell is not None), default=0)
    return [row[:width] + [None] * (width - len(row)) for row in rows]


def _shown(cell: Any) -> Any:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in str(cell.number_format):
        return round(value * 100, 10)
    return value


def _unfinished(values: list[list[Any]], written: list[list[Any]]) -> list[Notice]:
    """Formulas whose result the file does not hold, as programs that only write files leave them."""
    return [
        Notice(
            "error", "公式没有保存计算结果", "a formula without its result",
            "请在 Excel 中打开并保存一次，或改填数值。", "Open and save the file in Excel, or write the value.", number, f"第 {place} 列",
        )
        for number, (row, formulas) in enumerate(zip(values, written, strict=False), start=1)
        for place, (value, formula) in enumerate(zip(row, formulas, strict=False), start=1)
        if value is None and isinstance(formula, str) and formula.startswith("=")
    ]  # fmt: skip


def _inspect(content: bytes, name: str) -> bool:
    """Refuses what must not be unpacked; whether any tab holds formulas."""
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise _old_or_locked(content, name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if (
                unpacked > _MOST_UNPACKED
                or len(parts) > _MOST_PARTS
                or (unpacked > _SMALL and unpacked > _MOST_RATIO * len(content))
            ):
                raise RefusedFile(
                    f"{name} 解压后异常庞大（{unpacked / 1e6:.0f} MB，{len(parts)} 个部件），已拒绝。",
                    f"{name} unpacks to {unpacked / 1e6:.0f} MB in {len(parts)} parts and is refused.",
                    mend_zh="请把需要的表复制到新工作簿后重试。", mend_en="Copy the sheets you need into a new workbook.",
                )  # fmt: skip
            formulas = False
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    text = archive.read(part)
                    if b"<!DOCTYPE" in text[:4096] or b"<!ENTITY" in text[:4096]:
                        raise _broken(name)  # workbooks have no entities; who writes them means harm
                    formulas = formulas or (part.filename.startswith("xl/worksheets/") and b"<f" in text)
            return formulas
    except _BROKEN as problem:
        raise _broken(name) from problem


def _old_or_locked(content: bytes, name: str) -> RefusedFile:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return RefusedFile(
            f"{name} 已加密，无法读取。", f"{name} is encrypted.",
            mend_zh="请去除打开密码后另存。", mend_en="Remove its password and save it again.",
        )  # fmt: skip
    return RefusedFile(
        f"{name} 是旧版 .xls 工作簿。", f"{name} is an old .xls workbook.",
        mend_zh="请另存为 .xlsx。", mend_en="Save it as .xlsx.",
    )  # fmt: skip


def _broken(name: str) -> RefusedFile:
    return RefusedFile(
        f"{name} 已损坏或不是 Excel 工作簿。", f"{name} is damaged or no Excel workbook.",
        mend_zh="请在 Excel 中打开并另存为 .xlsx。", mend_en="Open it in Excel and save it as .xlsx.",
    )  # fmt: skip
