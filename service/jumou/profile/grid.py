"""A grid of cells, as a tab or a CSV file gives it, into a sheet's table or the head of a profile."""

from collections.abc import Sequence
from typing import Any, Final

from jumou.profile.cells import blank, text_of
from jumou.profile.rows import Head, Notice, Table, unknown_column
from jumou.profile.sheets import META, Sheet, bare_label

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60
_HEADER_WITHIN: Final = 10

Grid = Sequence[Sequence[Any]]


def table_of(sheet: Sheet, grid: Grid, title: str = "") -> Table:
    """The table in a grid. The heading row is the one of the first ten that has most of the sheet's columns.

    Rows that open with ▸ explain the template and are left out. Row numbers are the grid's own, from 1.
    """
    table = Table(sheet, [], title)
    if all(blank(cell) for row in grid for cell in row):
        return table
    start = max(range(min(len(grid), _HEADER_WITHIN)), key=lambda number: (_known(sheet, grid[number]), -number))
    if _known(sheet, grid[start]) == 0:
        table.notices.append(
            Notice(
                "error", "找不到列名，整张表未读取", "no known headings; the sheet is not read",
                f"第一行请写列名：{'、'.join(column.zh for column in sheet.columns[:5])} 等，见 jumou profile template。",
                f"Write headings in the first row: {', '.join(column.name for column in sheet.columns[:5])} ..., see jumou profile template.",
                start + 1,
            )
        )  # fmt: skip
        return table
    headings = [text_of(cell) for cell in grid[start]]
    names = _names(sheet, headings, start + 1, table)
    rows = list(enumerate(grid[start + 1 :], start=start + 2))
    for column in sheet.columns:
        filled = any(_filled(row) for _, row in rows)
        if column.required and column.name not in table.headers and filled:
            table.notices.append(
                Notice(
                    "error", f"缺少必填列“{column.zh}”，整张表未读取", f"the required column “{column.name}” is missing; the sheet is not read",
                    "请补上该列。", "Add the column.", start + 1, column.name,
                )
            )  # fmt: skip
            return table
    for number, row in rows:
        if not _filled(row):
            continue
        if any(not blank(cell) for cell in row[len(names) :]):
            table.notices.append(_too_long(number, len(row), len(names)))
        table.rows.append((number, {name: cell for name, cell in zip(names, row, strict=False) if name is not None}))
    return table


def head_of(grid: Grid, title: str) -> Head:
    """The head in a grid: labels in the first column and values in the second, or labels in one row, values in the next."""
    labels = frozenset().union(*(entry.labels for entry in META))
    first = [bare_label(text_of(cell)) for cell in grid[0]] if grid else []
    if len(grid) > 1 and sum(label in labels for label in first) > 1:
        cells = {text_of(label): value for label, value in zip(grid[0], grid[1], strict=False) if not blank(label)}
        return Head(cells, dict.fromkeys(cells, 2), title)
    head = Head(title=title)
    for number, row in enumerate(grid, start=1):
        if row and not blank(row[0]) and not str(row[0]).startswith("▸"):
            head.cells[text_of(row[0])] = row[1] if len(row) > 1 else None
            head.rows[text_of(row[0])] = number
    return head


def _known(sheet: Sheet, row: Sequence[Any]) -> int:
    return len({column.name for cell in row if not blank(cell) and (column := sheet.column(text_of(cell))) is not None})


def _filled(row: Sequence[Any]) -> bool:
    return any(not blank(cell) for cell in row) and not any(
        isinstance(cell, str) and cell.startswith("▸") for cell in row
    )


def _names(sheet: Sheet, headings: Sequence[str], row: int, table: Table) -> list[str | None]:
    """The column each heading means; unknown and repeated headings are noted."""
    names: list[str | None] = []
    for heading in headings:
        column = sheet.column(heading) if heading else None
        if column is None:
            if heading:
                table.notices.append(unknown_column(heading, row))
            names.append(None)
        elif column.name in table.headers:
            table.notices.append(
                Notice(
                    "error", f"列“{heading}”与“{table.headers[column.name]}”重复", f"column “{heading}” repeats “{table.headers[column.name]}”",
                    "请只保留一列。", "Keep one of them.", row, heading,
                )
            )  # fmt: skip
            names.append(None)
        else:
            table.headers[column.name] = heading
            names.append(column.name)
    return names


def _too_long(number: int, cells: int, wanted: int) -> Notice:
    return Notice(
        "error", f"本行有 {cells} 格，表头只有 {wanted} 列", f"the row has {cells} cells, the heading {wanted}",
        "数字中若有千分位逗号请去掉，或给该格加引号。", "Take thousands separators out of numbers, or quote the cell.", number,
    )  # fmt: skip


def cut(rows: int) -> Notice:
    """The sheet goes on beyond what is read."""
    return Notice(
        "error", f"超过 {rows} 行，其后未读取", f"more than {rows} rows; the rest is not read",
        "请删除无关行；区域资料一般不过几百行。", "Delete unrelated rows; a profile has a few hundred.", rows + 1,
    )  # fmt: skip
