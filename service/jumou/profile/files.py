"""Opening a profile's file safely: size, zip bombs and encodings are looked at before anything is parsed."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import openpyxl
from charset_normalizer import from_bytes
from openpyxl.utils.exceptions import InvalidFileException

from jumou.errors import RefusedFile
from jumou.profile.rows import Table, tables_from_records
from jumou.profile.sheets import Sheet, sheet_named

MOST_BYTES: Final = 20_000_000
"""A profile is a few hundred rows; a file beyond this is not one."""

_MOST_UNPACKED: Final = 200_000_000
_MOST_RATIO: Final = 200
_MOST_ROWS: Final = 20_000


def raw_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        RefusedFile: it does not exist, is empty or too large.
    """
    if not path.is_file():
        raise RefusedFile(f"找不到文件 {path}。", f"{path} does not exist.", mend_zh="请检查路径。", mend_en="Check the path.")
    size = path.stat().st_size
    if size == 0:
        raise RefusedFile(f"{path.name} 是空文件。", f"{path.name} is empty.", mend_zh="请用 jumou profile template 生成模板填写。", mend_en="Start from jumou profile template.")  # fmt: skip
    if size > MOST_BYTES:
        raise RefusedFile(
            f"{path.name} 有 {size / 1e6:.0f} MB，超过区域资料上限 {MOST_BYTES / 1e6:.0f} MB。",
            f"{path.name} has {size / 1e6:.0f} MB; a profile may have {MOST_BYTES / 1e6:.0f} MB.",
            mend_zh="请删除图片、隐藏工作表和无关数据后重试。", mend_en="Remove pictures, hidden sheets and unrelated rows.",
        )  # fmt: skip
    return path.read_bytes()


def decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16, GBK/GB18030 or Big5."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            if encoding == "utf-8-sig" and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
                return content.decode("utf-16")
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    best = from_bytes(content).best()
    if best is None:
        raise RefusedFile(f"{name} 的文字编码无法识别。", f"the encoding of {name} is unknown.", mend_zh="请另存为 UTF-8。", mend_en="Save it as UTF-8.")  # fmt: skip
    return str(best)


def json_object(path: Path) -> Mapping[str, Any]:
    """The JSON object of a file.

    Raises:
        RefusedFile: it is no JSON, or no object.
    """
    try:
        content = json.loads(decoded(raw_bytes(path), path.name))
    except json.JSONDecodeError as problem:
        raise RefusedFile(
            f"{path.name} 第 {problem.lineno} 行第 {problem.colno} 列不是合法的 JSON。",
            f"{path.name} is no JSON at line {problem.lineno}, column {problem.colno}.",
            mend_zh="请检查引号、逗号和括号。", mend_en="Check quotes, commas and brackets.",
        ) from problem  # fmt: skip
    except RecursionError as problem:
        raise RefusedFile(f"{path.name} 嵌套过深。", f"{path.name} is nested too deeply.") from problem
    if not isinstance(content, dict):
        raise RefusedFile(f"{path.name} 的顶层不是对象。", f"the top of {path.name} is no object.", mend_zh="请参照样例 changchun。", mend_en="See the sample changchun.")  # fmt: skip
    return content


def csv_folder(folder: Path) -> tuple[dict[str, Any], list[Table]]:
    """The head and sheets of a folder of CSV files.

    Raises:
        RefusedFile: none of the files is a sheet of a profile.
    """
    meta: dict[str, Any] = {}
    content: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.csv")):
        rows = list(csv.reader(io.StringIO(decoded(raw_bytes(path), path.name))))
        sheet = sheet_named(path.stem)
        if path.stem.lower() in ("meta", "区域", "region"):
            meta.update({row[0].strip(): row[1].strip() for row in rows if len(row) > 1 and row[0].strip()})
        elif sheet is not None and rows:
            header = [cell.strip() for cell in rows[0]]
            content[sheet.name] = [dict(zip(header, row, strict=False)) for row in rows[1 : _MOST_ROWS + 1]]
    if not content:
        raise RefusedFile(
            f"文件夹 {folder} 中没有区域资料的 CSV 表。", f"{folder} holds no CSV sheets of a profile.",
            mend_zh="需要 indicators.csv、industries.csv、enterprises.csv 等文件，列名见 jumou profile template。",
            mend_en="It needs indicators.csv, industries.csv, enterprises.csv ...; see jumou profile template for columns.",
        )  # fmt: skip
    return meta, list(tables_from_records(content))


def workbook(path: Path) -> tuple[dict[str, Any], list[Table], list[str]]:
    """The head, sheets and unknown tab names of an Excel workbook.

    Raises:
        RefusedFile: it is broken, encrypted, a zip bomb, or has no sheet of a profile.
    """
    content = raw_bytes(path)
    _refuse_bombs(content, path.name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as problem:
        raise _broken(path.name) from problem
    meta: dict[str, Any] = {}
    tables: list[Table] = []
    unknown: list[str] = []
    try:
        for page in book.worksheets:
            rows = [list(row) for number, row in enumerate(page.iter_rows(values_only=True)) if number <= _MOST_ROWS]
            sheet = sheet_named(page.title)
            if page.title.strip().lower() in ("meta", "区域", "区域基本情况", "region"):
                meta.update({str(row[0]).strip(): row[1] for row in rows if len(row) > 1 and row[0] not in (None, "") and row[1] is not None})
            elif sheet is not None:
                tables.append(_table(sheet, rows))
            elif page.title.strip() not in ("说明", "readme", "README"):
                unknown.append(page.title)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, SyntaxError) as problem:
        raise _broken(path.name) from problem
    finally:
        book.close()
    if not tables and not meta:
        raise RefusedFile(
            f"{path.name} 中没有区域资料的工作表。", f"{path.name} holds no sheet of a profile.",
            mend_zh="请用 jumou profile template 生成模板填写。", mend_en="Start from jumou profile template.",
        )  # fmt: skip
    return meta, tables, unknown


def _table(sheet: Sheet, rows: list[list[Any]]) -> Table:
    start = next((number for number, row in enumerate(rows[:10]) if sum(_known(sheet, cell) for cell in row) >= 1), 0)
    header = rows[start] if rows else []
    columns = [sheet.column(str(cell)) if cell not in (None, "") else None for cell in header]
    unknown = tuple(str(cell) for cell, column in zip(header, columns, strict=True) if cell not in (None, "") and column is None)
    table = Table(sheet, [], unknown)
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        cells = {column.name: value for column, value in zip(columns, row, strict=False) if column is not None}
        if not _is_hint(cells):
            table.rows.append((number, cells))
    return table


def _known(sheet: Sheet, cell: Any) -> bool:
    return cell not in (None, "") and sheet.column(str(cell)) is not None


def _is_hint(cells: Mapping[str, Any]) -> bool:
    """The template's explaining row opens with an arrow."""
    return any(str(value).startswith("▸") for value in cells.values() if value is not None)


def _refuse_bombs(content: bytes, name: str) -> None:
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise RefusedFile(
            f"{name} 是加密的或旧版 .xls 工作簿，无法读取。", f"{name} is encrypted or an old .xls workbook.",
            mend_zh="请去除密码并另存为 .xlsx。", mend_en="Remove the password and save as .xlsx.",
        )  # fmt: skip
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
    except zipfile.BadZipFile as problem:
        raise _broken(name) from problem
    unpacked = sum(info.file_size for info in infos)
    if unpacked > _MOST_UNPACKED or unpacked > _MOST_RATIO * max(len(content), 1):
        raise RefusedFile(
            f"{name} 解压后异常庞大（{unpacked / 1e6:.0f} MB），已拒绝。",
            f"{name} unpacks to {unpacked / 1e6:.0f} MB and is refused.",
            mend_zh="请另存为新的工作簿后重试。", mend_en="Save it as a new workbook.",
        )  # fmt: skip


def _broken(name: str) -> RefusedFile:
    return RefusedFile(
        f"{name} 已损坏或不是 Excel 工作簿。", f"{name} is damaged or no Excel workbook.",
        mend_zh="请在 Excel 中打开并另存为 .xlsx。", mend_en="Open it in Excel and save it as .xlsx.",
    )  # fmt: skip


def known_suffixes() -> Iterable[str]:
    """The file endings a profile may have."""
    return (".xlsx", ".xlsm", ".json", ".csv")
