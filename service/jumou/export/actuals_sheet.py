"""The workbook for actual values: a row an indicator, to be filled in and read back; errors name sheet, row and column."""

import io
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from jumou.analysis.deviation import adds_up, period_target
from jumou.corpus.readers.grids import Page
from jumou.domain.framework import Language, Name
from jumou.domain.implementation import Kpi
from jumou.domain.operation import Actual, ActualEntry, Period
from jumou.domain.plan import Plan
from jumou.drafting.wording import shown, unit_in
from jumou.errors import InvalidRequest
from jumou.export.cell_values import as_text, blank
from jumou.export.label import running_label
from jumou.export.sealed import moment, sealed
from jumou.export.sheet_cells import cell_at, clean, head, plain_sheet, put_text, shade
from jumou.export.sheet_open import cell, open_sheet

ACTUALS: Final = Name("实际值", "actuals")
_HOW: Final = Name("填报说明", "how to fill in")
_COLUMNS: Final[dict[str, Name]] = {
    "kpi_id": Name("指标编号", "KPI id"), "name": Name("指标", "KPI"), "unit": Name("单位", "unit"), "how": Name("填报口径", "what to enter"),
    "target": Name("本期目标", "target of the period"), "period": Name("期间", "period"), "value": Name("实际值", "actual value"),
    "source": Name("数据来源", "source"), "note": Name("备注", "note"),
}  # fmt: skip
_SHOWN: Final = ("name", "unit", "how", "target")
_READ: Final = ("kpi_id", "period", "value", "source")


def actuals_xlsx(plan: Plan, period: Period, known: dict[str, dict[Period, Actual]]) -> bytes:
    """The workbook for one period, with the values that stand already."""
    language = plan.provenance.language
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 a new workbook has one sheet
    sheet.title = ACTUALS.in_(language)
    rows = [_row(kpi, period, known.get(kpi.id, {}).get(period), language) for kpi in plan.implementation.kpis]
    plain_sheet(sheet, [name.in_(language) for name in _COLUMNS.values()], rows, (9, 30, 14, 36, 16, 11, 14, 30, 30))
    for place, field in enumerate(_COLUMNS, start=1):
        if field in _SHOWN:
            for row in range(2, len(rows) + 2):
                shade(cell_at(sheet, row, place))
    _explain(book.create_sheet(_HOW.in_(language)), plan, period)
    buffer = io.BytesIO()
    book.save(buffer)
    return sealed(buffer.getvalue(), moment(plan))


def _row(kpi: Kpi, period: Period, held: Actual | None, language: Language) -> list[str | float | None]:
    aimed = period_target(kpi, period)
    aim = None
    if aimed is not None:
        unit = aimed[1].quantity.unit or kpi.unit
        aim = shown(aimed[1].quantity.model_copy(update={"value": aimed[0], "upper": None, "unit": unit}), language)
    return [
        kpi.id, kpi.name, unit_in(kpi.unit, language), _how(kpi, period, language), aim, period.code,
        held.value if held else None, held.source if held else None, (held.note or None) if held else None,
    ]  # fmt: skip


def _how(kpi: Kpi, period: Period, language: Language) -> str:
    """What the value of a quarter or a year is, for this indicator."""
    zh = language == "zh"
    flags = {flag for target in kpi.targets for flag in target.quantity.flags}
    if "added" in flags:
        return (
            "规划期开始至期末的累计新增数" if zh else "number added from the plan's beginning to the end of the period"
        )
    if adds_up(kpi):
        if period.quarter:
            return "年初至本季末累计数" if zh else "sum from the year's beginning to the end of the quarter"
        return "全年数" if zh else "of the whole year"
    if {flag for target in kpi.targets if target.quantity.unit == kpi.unit for flag in target.quantity.flags} & {
        "rate",
        "points",
    }:
        return "与目标同口径的增速或变动幅度" if zh else "the rate or change itself, as the target has it"
    told = "期末数（水平值）" if zh else "level at the end of the period"
    if "rate" in flags:
        told += "，系统据上期值计算增速" if zh else "; growth is computed from earlier values"
    if "points" in flags:
        told += "，系统据基期值计算变动" if zh else "; the change is computed from the baseline"
    return told


def _explain(sheet: Worksheet, plan: Plan, period: Period) -> None:
    zh = plan.provenance.language == "zh"
    lines = (
        (
            plan.title, running_label(plan), f"本表用于填报{period.name('zh')}实际值。灰色列由系统给出，不读回。",
            "“实际值”为空的行不导入；期间写作 2026 或 2026Q2，可在表末增加其他期间的行。",
            "每个实际值须写数据来源。更正时重新填报即可，原值保留在记录中。",
        ) if zh else (
            plan.title, running_label(plan), f"Actual values of {period.code}. Grey columns are given and not read back.",
            "Rows without a value are left out; a period is written 2026 or 2026Q2, and rows of other periods may be added below.",
            "Every value needs its source. To correct one, enter it again; the first stays on record.",
        )
    )  # fmt: skip
    head(sheet, 1, (_HOW.in_(plan.provenance.language),))
    sheet.column_dimensions["A"].width = 90
    for row, line in enumerate(lines, start=2):
        put_text(cell_at(sheet, row, 1), line)


def read_actuals(path: Path, kpis: tuple[Kpi, ...]) -> tuple[ActualEntry, ...]:
    """The values of a filled-in workbook, in the order of its rows.

    Raises:
        RefusedFile: the file is missing, too large or no workbook.
        InvalidRequest: sheet or columns are missing, or cells cannot be read; names sheet, row and column of each.
    """
    sheet = open_sheet(
        path, ACTUALS, mend_zh="请使用 jumou 导出的实际值模板。", mend_en="Use the template that jumou writes."
    )
    places = _places(sheet)
    known = {kpi.id for kpi in kpis}
    zh: list[str] = []
    en: list[str] = []

    def refuse(row: int, field: str, told_zh: str, told_en: str) -> None:
        letter = get_column_letter(places[field] + 1)
        zh.append(f"“{sheet.title}”第 {row} 行 {letter} 列：{told_zh}")
        en.append(f"sheet {sheet.title}, row {row}, column {letter}: {told_en}")

    entries: list[ActualEntry] = []
    seen: set[tuple[str, Period]] = set()
    for row, cells in enumerate(sheet.rows[1:], start=2):
        values: dict[str, Any] = {field: cell(cells, place) for field, place in places.items()}
        if blank(values["value"]):
            continue
        before = len(zh)
        kpi_id, written = clean(as_text(values["kpi_id"])).strip(), clean(as_text(values["period"])).strip()
        period, value = Period.read(written), _number(values["value"])
        source, note = clean(as_text(values["source"])).strip(), clean(as_text(values.get("note"))).strip()
        if kpi_id not in known:
            refuse(row, "kpi_id", f"规划没有指标“{kpi_id}”", f"the plan has no indicator “{kpi_id}”")
        if period is None:
            refuse(
                row,
                "period",
                f"“{written}”不是期间，请写 2026 或 2026Q2",
                f"“{written}” is no period; write 2026 or 2026Q2",
            )
        elif (kpi_id, period) in seen:
            refuse(row, "period", f"{kpi_id} 的 {period.code} 重复", f"{kpi_id} has {period.code} twice")
        if value is None:
            refuse(row, "value", f"“{as_text(values['value'])}”不是数字", f"“{as_text(values['value'])}” is no number")
        if not source or len(source) > 500:
            refuse(row, "source", "须写数据来源（不超过 500 字）", "a source of at most 500 characters is needed")
        if len(note) > 2000:
            refuse(row, "note", "备注过长", "the note is too long")
        if len(zh) == before and period is not None and value is not None:
            seen.add((kpi_id, period))
            entries.append(ActualEntry(kpi_id=kpi_id, period=period.code, value=value, source=source, note=note))
    if zh:
        raise InvalidRequest(
            "实际值表有无法读取的单元格：" + "；".join(zh), "the actuals have cells that cannot be read: " + "; ".join(en),
            mend_zh="请按所列位置修改后重新导入。", mend_en="Correct the cells named and import again.",
        )  # fmt: skip
    return tuple(entries)


def _places(sheet: Page) -> dict[str, int]:
    titles = {clean(as_text(value)).strip(): place for place, value in enumerate(next(iter(sheet.rows), []))}
    found = {
        field: place for field, name in _COLUMNS.items() if (place := titles.get(name.zh, titles.get(name.en))) is not None
    }  # fmt: skip
    missing = [_COLUMNS[field] for field in _READ if field not in found]
    if missing:
        raise InvalidRequest(
            f"“{sheet.title}”第 1 行缺少列：{'、'.join(name.zh for name in missing)}。",
            f"row 1 of sheet {sheet.title} lacks the columns {', '.join(name.en for name in missing)}.",
            mend_zh="请恢复表头原文。", mend_en="Restore the headers.",
        )  # fmt: skip
    return found


def _number(value: Any) -> float | None:
    """A finite number, however it is written; a per cent sign stays out of it, the unit says per cent."""
    text = as_text(value).strip().replace(",", "").replace("，", "").rstrip("%％")
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None
