"""Opening a workbook that people send in: bounded in size, and a refusal that says what to send instead."""

import io
import zipfile
from pathlib import Path
from typing import Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from jumou.domain.framework import Name
from jumou.errors import InvalidRequest, RefusedFile

MOST_BYTES: Final = 20_000_000
_MOST_UNPACKED: Final = 200_000_000


def open_sheet(path: Path, name: Name, *, mend_zh: str, mend_en: str) -> Worksheet:
    """The sheet called `name` in either language.

    Raises:
        RefusedFile: the file is missing, too large or no workbook.
        InvalidRequest: it has no such sheet.
    """
    if not path.is_file():
        raise RefusedFile(
            f"找不到文件 {path}。", f"{path} does not exist.", mend_zh="请检查路径。", mend_en="Check the path."
        )
    content = path.read_bytes()
    mend = {"mend_zh": mend_zh, "mend_en": mend_en}
    if len(content) > MOST_BYTES:
        raise RefusedFile(
            f"{path.name} 超过 {MOST_BYTES // 1_000_000} MB。",
            f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB.",
            **mend,
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > _MOST_UNPACKED:
            raise RefusedFile(f"{path.name} 解压后过大。", f"{path.name} is too large when unpacked.", **mend)
        book = openpyxl.load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, SyntaxError) as problem:
        raise RefusedFile(
            f"{path.name} 不是可读的 Excel 文件。", f"{path.name} is no readable workbook.", **mend
        ) from problem
    for title in (name.zh, name.en):
        if title in book.sheetnames:
            found = book[title]
            if isinstance(found, Worksheet):
                return found
    raise InvalidRequest(f"{path.name} 中没有“{name.zh}”工作表。", f"{path.name} has no sheet {name.en}.", **mend)
