"""Opening a workbook that people send in: read where it can do no harm, and a refusal that says what to send instead."""

import os
import stat
from pathlib import Path
from typing import Any, Final

from jumou.corpus.readers.grids import Page, Wanted, pages_of
from jumou.domain.framework import Name
from jumou.errors import InvalidRequest, RefusedFile

MOST_BYTES: Final = 20_000_000
MOST_ROWS: Final = 5_000
_MOST_COLUMNS: Final = 500


def open_sheet(path: Path, name: Name, *, mend_zh: str, mend_en: str) -> Page:
    """The sheet called `name` in either language, formulas as they are written; row 1 is the header.

    Raises:
        RefusedFile: the file is missing, too large or no workbook.
        InvalidRequest: it has no such sheet.
    """
    mend = {"mend_zh": mend_zh, "mend_en": mend_en}
    content = _content(path, mend)
    wanted = Wanted(rows=MOST_ROWS, columns=_MOST_COLUMNS, titles=(name.zh, name.en), written=True)
    try:
        found = {page.title: page for page in pages_of(content, path.name, wanted)}
    except RefusedFile as refused:
        raise RefusedFile(refused.message_zh, refused.message_en, **mend) from refused
    for title in (name.zh, name.en):
        if title in found:
            return found[title]
    raise InvalidRequest(f"{path.name} 中没有“{name.zh}”工作表。", f"{path.name} has no sheet {name.en}.", **mend)


def cell(row: list[Any], place: int) -> Any:
    """What stands in a row at `place`, from 0; None beyond its end."""
    return row[place] if place < len(row) else None


def _content(path: Path, mend: dict[str, str]) -> bytes:
    try:
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )  # a pipe would wait
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise RefusedFile(f"{path.name} 不是普通文件。", f"{path.name} is no regular file.", **mend)
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as problem:
        raise RefusedFile(
            f"找不到文件 {path}。", f"{path} does not exist.", mend_zh="请检查路径。", mend_en="Check the path."
        ) from problem
    except (OSError, ValueError) as problem:
        raise RefusedFile(f"无法打开 {path.name}。", f"{path.name} cannot be opened.", **mend) from problem
    if len(content) > MOST_BYTES:
        raise RefusedFile(
            f"{path.name} 超过 {MOST_BYTES // 1_000_000} MB。",
            f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB.",
            **mend,
        )
    return content
