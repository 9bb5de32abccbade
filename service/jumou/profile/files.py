"""Opening a profile's JSON and CSV files safely: size and encoding are looked at before anything is parsed."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from charset_normalizer import from_bytes

from jumou.errors import RefusedFile
from jumou.profile.grid import MOST_COLUMNS, MOST_ROWS, cut, head_of, table_of
from jumou.profile.rows import Head, Table
from jumou.profile.sheets import GUIDE_TITLES, META_TITLES, bare_label, sheet_named

MOST_BYTES: Final = 20_000_000
"""A profile is a few hundred rows; a file beyond this is not one."""

_SEEN: Final = 100_000
"""Bytes looked at to guess an encoding."""


def raw_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        RefusedFile: it does not exist, cannot be opened, is empty or too large.
    """
    if not path.is_file():
        raise RefusedFile(
            f"找不到文件 {path}。", f"{path} does not exist.", mend_zh="请检查路径。", mend_en="Check the path."
        )
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as problem:
        raise RefusedFile(
            f"无法打开 {path.name}：{problem.strerror}。", f"{path.name} cannot be opened: {problem.strerror}.",
            mend_zh="请检查读取权限，并关闭占用它的程序。", mend_en="Check its permissions and close programs that hold it.",
        ) from problem  # fmt: skip
    if size == 0:
        raise RefusedFile(
            f"{path.name} 是空文件。", f"{path.name} is empty.",
            mend_zh="请用 jumou profile template 生成模板填写。", mend_en="Start from jumou profile template.",
        )  # fmt: skip
    if size > MOST_BYTES:
        raise RefusedFile(
            f"{path.name} 有 {size / 1e6:.0f} MB，超过区域资料上限 {MOST_BYTES / 1e6:.0f} MB。",
            f"{path.name} has {size / 1e6:.0f} MB; a profile may have {MOST_BYTES / 1e6:.0f} MB.",
            mend_zh="请删除图片、隐藏工作表和无关数据后重试。", mend_en="Remove pictures, hidden sheets and unrelated rows.",
        )  # fmt: skip
    return content


def decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16, GBK/GB18030 or what else can be recognised.

    Raises:
        RefusedFile: it is no text.
    """
    marked = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if marked == "utf-8-sig" and b"\x00" in content:
        raise _no_text(name)
    for encoding in (marked, "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    best = from_bytes(content[:_SEEN]).best()
    if best is None:
        raise _no_text(name)
    try:
        return content.decode(best.encoding)
    except UnicodeDecodeError as problem:
        raise _no_text(name) from problem


def _no_text(name: str) -> RefusedFile:
    return RefusedFile(
        f"{name} 不是文本，或编码无法识别。", f"{name} is no text, or its encoding is unknown.",
        mend_zh="请另存为 UTF-8 编码。", mend_en="Save it as UTF-8.",
    )  # fmt: skip


def json_object(path: Path) -> tuple[Mapping[str, Any], list[str]]:
    """The JSON object of a file, and the keys that stand twice in one object.

    Raises:
        RefusedFile: it is no JSON, or no object.
    """
    repeated: dict[str, None] = {}

    def paired(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            repeated.update({key: None for key in keys if keys.count(key) > 1})
        return found

    text = decoded(raw_bytes(path), path.name)
    try:
        content = json.loads(text, object_pairs_hook=paired)
    except json.JSONDecodeError as problem:
        raise RefusedFile(
            f"{path.name} 第 {problem.lineno} 行第 {problem.colno} 列不是合法的 JSON。",
            f"{path.name} is no JSON at line {problem.lineno}, column {problem.colno}.",
            mend_zh="请检查引号、逗号和括号。", mend_en="Check quotes, commas and brackets.",
        ) from problem  # fmt: skip
    except (ValueError, RecursionError) as problem:  # a number of thousands of digits; thousands of brackets
        raise RefusedFile(
            f"{path.name} 含有过长的数字或过深的嵌套。", f"{path.name} holds a number too long or nesting too deep.",
            mend_zh="请参照样例 changchun 重新生成。", mend_en="See the sample changchun.",
        ) from problem  # fmt: skip
    if not isinstance(content, dict):
        raise RefusedFile(
            f"{path.name} 的顶层不是对象。", f"the top of {path.name} is no object.",
            mend_zh="请参照样例 changchun。", mend_en="See the sample changchun.",
        )  # fmt: skip
    return content, list(repeated)


def nested_beyond(value: Any, most: int) -> bool:
    """Whether a JSON value is nested more than `most` levels deep; found without descending by recursion."""
    level = [value]
    for _ in range(most):
        level = [
            inner
            for one in level
            if isinstance(one, Mapping | list)
            for inner in (one.values() if isinstance(one, Mapping) else one)
            if isinstance(inner, Mapping | list)
        ]
        if not level:
            return False
    return True


def csv_files(paths: Iterable[Path]) -> tuple[Head, list[Table], list[str]]:
    """The head, the sheets and the names of unknown files among CSV files, each named after its sheet.

    Raises:
        RefusedFile: a file cannot be read, or none of them is a sheet of a profile.
    """
    head = Head()
    tables: list[Table] = []
    unknown: list[str] = []
    for path in paths:
        sheet = sheet_named(path.stem)
        if bare_label(path.stem) in META_TITLES:
            head = head_of(_grid(path), path.name)
        elif sheet is not None:
            grid = _grid(path)
            table = table_of(sheet, grid[: MOST_ROWS + 1], path.name)
            if len(grid) > MOST_ROWS + 1:
                table.notices.append(cut(MOST_ROWS))
            tables.append(table)
        elif bare_label(path.stem) not in GUIDE_TITLES:
            unknown.append(path.name)
    if not tables and not head.told:
        raise RefusedFile(
            f"没有可读取的区域资料 CSV 表{'：' if unknown else ''}{'、'.join(unknown[:5])}。",
            f"there are no CSV sheets of a profile{': ' if unknown else ''}{', '.join(unknown[:5])}.",
            mend_zh="需要 meta.csv、indicators.csv、industries.csv、enterprises.csv 等文件，列名见 jumou profile template。",
            mend_en="It needs meta.csv, indicators.csv, industries.csv, enterprises.csv ...; see jumou profile template for columns.",
        )  # fmt: skip
    return head, tables, unknown


def _grid(path: Path) -> list[list[str]]:
    text = decoded(raw_bytes(path), path.name)
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=lambda mark: (first.count(mark), mark == ","))
    try:
        return [row[: MOST_COLUMNS + 1] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as problem:
        raise RefusedFile(
            f"{path.name} 不是合法的 CSV。", f"{path.name} is no CSV.",
            mend_zh="请检查引号是否成对。", mend_en="Check that quotes come in pairs.",
        ) from problem  # fmt: skip
