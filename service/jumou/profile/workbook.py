"""Reading a profile from an Excel workbook."""

from typing import Any, Final

from jumou.corpus.readers.grids import Wanted, pages_of
from jumou.errors import RefusedFile
from jumou.profile.grid import MOST_COLUMNS, MOST_ROWS, cut, head_of, table_of
from jumou.profile.rows import Head, Notice, Table
from jumou.profile.sheets import GUIDE_TITLES, META_TITLES, bare_label, sheet_named

_WANTED: Final = Wanted(rows=MOST_ROWS + 1, columns=MOST_COLUMNS, percent=True)


def read_workbook(content: bytes, name: str) -> tuple[Head, list[Table], list[str]]:
    """The head, sheets and unknown tab names of an Excel workbook; per cents are as a person sees them: 12 for 12 %.

    Raises:
        RefusedFile: it is broken, encrypted, a zip bomb, or has no sheet of a profile.
    """
    head = Head()
    tables: list[Table] = []
    unknown: list[str] = []
    pages = pages_of(content, name, _WANTED)
    for page in pages:
        grid = _even(page.rows)
        sheet = sheet_named(page.title)
        if bare_label(page.title) in META_TITLES:
            head = head_of(grid, page.title)
        elif sheet is not None:
            table = table_of(sheet, grid[:MOST_ROWS], page.title)
            if len(grid) > MOST_ROWS:
                table.notices.append(cut(MOST_ROWS))
            table.notices.extend(_unfinished(row, column) for row, column in page.unfinished)
            tables.append(table)
        elif bare_label(page.title) not in GUIDE_TITLES and any(cell is not None for row in grid for cell in row):
            unknown.append(page.title)
    if not tables and not head.told and not any(bare_label(page.title) in META_TITLES for page in pages):
        raise RefusedFile(
            f"{name} 中没有区域资料的工作表。", f"{name} holds no sheet of a profile.",
            mend_zh="请用 jumou profile template 生成模板填写。", mend_en="Start from jumou profile template.",
        )  # fmt: skip
    return head, tables, unknown


def _even(rows: list[list[Any]]) -> list[list[Any]]:
    """The rows filled up to the widest."""
    width = max(map(len, rows), default=0)
    return [row + [None] * (width - len(row)) for row in rows]


def _unfinished(row: int, column: int) -> Notice:
    return Notice(
        "error", "公式没有保存计算结果", "a formula without its result",
        "请在 Excel 中打开并保存一次，或改填数值。", "Open and save the file in Excel, or write the value.", row + 1, f"第 {column + 1} 列",
    )  # fmt: skip
