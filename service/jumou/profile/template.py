"""The workbook planners fill in: a guide, the region's head and one tab a sheet; empty, or filled from a profile."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from jumou.domain.framework import Language
from jumou.domain.region import RegionProfile
from jumou.files import write_atomically
from jumou.profile.sheets import ITEM_SHEETS, LEVELS, META, SHEETS, Choice, Column, Sheet
from jumou.profile.template_words import COLUMN_HINTS, GUIDE, SHEET_HINTS, UNITS

_LAST_ROW: Final = 2000
_HEAD_FILL: Final = PatternFill("solid", fgColor="1F4E79")
_REQUIRED_FILL: Final = PatternFill("solid", fgColor="9C3D10")
_HINT_FILL: Final = PatternFill("solid", fgColor="EEF3F8")
_INPUT_FILL: Final = PatternFill("solid", fgColor="FFFBE6")
_LINE: Final = Border(bottom=Side(style="thin", color="B8C4D0"))
_FONT: Final = "Microsoft YaHei"
_WIDTHS: Final = {
    "indicator_zh": 28, "sector_zh": 24, "name_zh": 30, "item_zh": 30, "statement_zh": 60, "content_zh": 48, "note": 36, "url": 60, "text": 90,
    "strength": 26, "quantity": 20, "year": 10, "unit": 12, "source_id": 12, "kind": 28,
}  # fmt: skip


def write_template(path: Path | str, language: Language = "zh", profile: RegionProfile | None = None) -> Path:
    """Writes the workbook to `path`, empty or filled with `profile`, and returns the path.

    An empty one lacks nothing but the region's name; a filled one reads back as the same values (the level as the
    template words it).
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    _guide(book.create_sheet("说明" if language == "zh" else "Guide"), language)
    _head(book.create_sheet("区域" if language == "zh" else "Region"), language, profile)
    for sheet in SHEETS:
        _sheet(book.create_sheet(sheet.zh if language == "zh" else sheet.name), sheet, language, profile)
    for page in book.worksheets:
        page.page_setup.orientation = "landscape"
        page.page_setup.paperSize = page.PAPERSIZE_A4
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.page_setup.fitToHeight = 0
    book.active = 1
    book.properties.title = "区域资料" if language == "zh" else "Region profile"
    book.properties.creator = "jumou"
    content = io.BytesIO()
    book.save(content)
    write_atomically(Path(path), content.getvalue())
    return Path(path)


def _guide(page: Worksheet, language: Language) -> None:
    page.sheet_view.showGridLines = False
    page.column_dimensions["A"].width = 24
    page.column_dimensions["B"].width = 96
    title, lines = GUIDE[language]
    page.cell(1, 1, title).font = Font(name=_FONT, size=16, bold=True, color="1F4E79")
    row = 3
    for label, text in (
        *lines,
        *((sheet.zh if language == "zh" else sheet.name, _purpose(sheet, language)) for sheet in SHEETS),
    ):
        page.cell(row, 1, label).font = Font(name=_FONT, bold=True)
        cell = page.cell(row, 2, text)
        cell.font = Font(name=_FONT)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(row, 1).alignment = Alignment(vertical="top")
        row += 1


def _head(page: Worksheet, language: Language, profile: RegionProfile | None) -> None:
    titles = ("项目", "填写内容", "说明") if language == "zh" else ("item", "value", "hint")
    for place, (title, width) in enumerate(zip(titles, (22, 40, 64), strict=True), start=1):
        _heading(page, place, title, width, required=False)
    for number, entry in enumerate(META, start=2):
        label = page.cell(number, 1, entry.zh if language == "zh" else entry.en)
        label.font = Font(name=_FONT, bold=True, color="9C3D10" if entry.field == "name" else "000000")
        cell = page.cell(number, 2)
        cell.fill, cell.border, cell.alignment = _INPUT_FILL, _LINE, Alignment(horizontal="left")
        cell.number_format = "0" if entry.kind == "year" else "@"
        hint = page.cell(number, 3, entry.hint_zh if language == "zh" else entry.hint_en)
        hint.font = Font(name=_FONT, italic=True, color="5F6B76")
        _put(page, number, 2, _head_value(profile, entry.field, language) if profile is not None else None)
        if entry.field == "level_text":
            _offer(page, f"B{number}", _words(LEVELS, language), strict=False, language=language)
        elif entry.kind == "year":
            _years(page, f"B{number}", language)
    page.freeze_panes = "A2"


def _head_value(profile: RegionProfile, field: str, language: Language) -> Any:
    if field != "level_text":
        return getattr(profile, field)
    key = {"provincial": "province"}.get(profile.level, profile.level)
    written = next((choice.zh if language == "zh" else choice.key for choice in LEVELS if choice.key == key), None)
    return profile.level_text or written


def _sheet(page: Worksheet, sheet: Sheet, language: Language, profile: RegionProfile | None) -> None:
    records = list(_records(sheet, profile)) if profile is not None else []
    columns = [
        column for column in sheet.columns if not column.rare or any(record.get(column.field) for record in records)
    ]
    for place, column in enumerate(columns, start=1):
        heading = column.zh if language == "zh" else column.name
        _heading(page, place, heading, _WIDTHS.get(column.name, 14), required=column.required)
        hint = _hint(column, language)
        page.cell(1, place).comment = _comment(column, hint, language)
        shown = page.cell(2, place, f"▸ {hint}" if place == 1 else hint)
        shown.fill, shown.alignment = _HINT_FILL, Alignment(wrap_text=True, vertical="top")
        shown.font = Font(name=_FONT, size=9, italic=True, color="5F6B76")
        _validate(page, sheet, column, place, language)
    page.row_dimensions[2].height = 42
    first_free = next((place for place, column in enumerate(columns, start=1) if column.required), 1) + 1
    page.freeze_panes = f"{get_column_letter(first_free)}3"
    for number, record in enumerate(records, start=3):
        for place, column in enumerate(columns, start=1):
            value = record.get(column.field)
            if column.field == "value" and sheet.name in ITEM_SHEETS and value is None:
                value = record.get("raw")
            if isinstance(value, str) and column.choices and language == "zh":
                value = next((choice.zh for choice in column.choices if choice.key == value), value)
            _put(page, number, place, value)


def _records(sheet: Sheet, profile: RegionProfile) -> Iterator[dict[str, Any]]:
    for row in getattr(profile, sheet.field):
        yield {"text": row} if isinstance(row, str) else row.model_dump()


def _put(page: Worksheet, row: int, place: int, value: Any) -> None:
    """Writes a value as it is: a text that opens with = stays a text, not a formula."""
    if value is None or value == "":
        return
    cell = page.cell(row, place, value)
    if isinstance(value, str):
        cell.data_type = "s"


def _heading(page: Worksheet, place: int, title: str, width: int, *, required: bool) -> None:
    cell = page.cell(1, place, title)
    cell.font = Font(name=_FONT, bold=True, color="FFFFFF")
    cell.fill = _REQUIRED_FILL if required else _HEAD_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    page.column_dimensions[get_column_letter(place)].width = width
    page.row_dimensions[1].height = 24


def _hint(column: Column, language: Language) -> str:
    if language == "en":
        return column.en
    return COLUMN_HINTS.get(column.name, column.zh)


def _comment(column: Column, hint: str, language: Language) -> Comment:
    must = ("（必填）" if language == "zh" else " (required)") if column.required else ""
    choices = _words(column.choices, language)
    text = hint + must + (("\n可选：" if language == "zh" else "\nOne of: ") + "、".join(choices) if choices else "")
    return Comment(text, "jumou", width=280, height=120)


def _validate(page: Worksheet, sheet: Sheet, column: Column, place: int, language: Language) -> None:
    letter = get_column_letter(place)
    cells = f"{letter}3:{letter}{_LAST_ROW}"
    if column.kind == "year":
        _years(page, cells, language)
    elif column.kind in ("number", "percent") and sheet.name not in ITEM_SHEETS:
        rule = DataValidation(type="decimal", operator="between", formula1="-1E+15", formula2="1E+15", allow_blank=True)
        rule.error = (
            "请只填数字；单位和说明请写在相应列。"
            if language == "zh"
            else "Write the number alone; unit and remarks have their own columns."
        )
        rule.showErrorMessage = True
        page.add_data_validation(rule)
        rule.add(cells)
    elif column.choices:
        _offer(
            page,
            cells,
            _words(column.choices, language),
            strict=sheet.name == "industries" and column.name == "status",
            language=language,
        )
    elif column.name == "unit":
        _offer(page, cells, UNITS, strict=False, language=language)
    elif column.name == "source_id" and sheet.name != "sources":
        sources = "来源" if language == "zh" else "sources"
        rule = DataValidation(
            type="list", formula1=f"'{sources}'!$A$3:$A$500", allow_blank=True, showErrorMessage=False
        )
        page.add_data_validation(rule)
        rule.add(cells)


def _offer(page: Worksheet, cells: str, words: tuple[str, ...], *, strict: bool, language: Language) -> None:
    rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=strict)
    if strict:
        rule.error = "请从列表中选择。" if language == "zh" else "Choose from the list."
    page.add_data_validation(rule)
    rule.add(cells)


def _years(page: Worksheet, cells: str, language: Language) -> None:
    rule = DataValidation(
        type="whole", operator="between", formula1="1900", formula2="2100", allow_blank=True, showErrorMessage=True
    )
    rule.error = "请填四位年份，如 2024。" if language == "zh" else "Write a four-digit year such as 2024."
    page.add_data_validation(rule)
    rule.add(cells)


def _words(choices: tuple[Choice, ...], language: Language) -> tuple[str, ...]:
    return tuple(choice.zh if language == "zh" else choice.key for choice in choices)


def _purpose(sheet: Sheet, language: Language) -> str:
    return SHEET_HINTS[sheet.name] if language == "zh" else sheet.en
