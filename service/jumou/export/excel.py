"""The project list as a workbook: projects with all fields, totals as formulas, actions, KPIs, money, sources, notes."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from jumou.domain.framework import CATEGORIES, Language, Name
from jumou.domain.plan import Plan
from jumou.export.columns import Column, Setting, columns, plan_years
from jumou.export.label import PROPERTY, implicit_label, running_label, visible_label
from jumou.export.results import formula_value, middle
from jumou.export.sealed import moment, sealed
from jumou.export.sheet_cells import (
    cell_at,
    choose,
    clean,
    demand,
    fit_height,
    head,
    printed,
    put,
    put_formula,
    put_text,
    shade,
    widths,
)
from jumou.export.sheet_gaps import write_gaps
from jumou.export.sheet_lists import write_actions, write_financing, write_kpis, write_notes, write_sources
from jumou.export.sources import source_list
from jumou.export.terms import FUNDING
from jumou.files import write_atomically

PROJECTS: Final = Name("项目清单", "Projects")
SUMMARY: Final = Name("汇总", "Summary")
_LISTS: Final = Name("选项", "Lists")
_OTHERS: Final = (
    (Name("短板", "Gaps"), write_gaps),
    (Name("行动计划", "Actions"), write_actions),
    (Name("KPI", "KPI"), write_kpis),
    (Name("资金计划", "Financing"), write_financing),
    (Name("依据", "Sources"), write_sources),
    (Name("说明", "Notes"), write_notes),
)
_BY_CATEGORY: Final[dict[Language, tuple[str, ...]]] = {
    "zh": ("按类别", "项目数", "投资下限（亿元）", "投资上限（亿元）", "投资中值（亿元）"),
    "en": ("by category", "projects", "from, 100m yuan", "to, 100m yuan", "middle, 100m yuan"),
}
_A3: Final = 8
"""Paper of the list: its sixty columns run over several sheets, each with ids and names at the left."""

_SPARE_ROWS: Final = 40
"""Rows below the list for which formulas of the summary and choices hold as well."""


def projects_xlsx(plan: Plan) -> bytes:
    """The workbook's bytes; the same plan gives the same bytes."""
    language = plan.provenance.language
    setting = Setting(plan, source_list(plan))
    years = plan_years(plan)
    listed = columns(years)
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 a new workbook has one sheet
    sheet.title = PROJECTS.in_(language)
    _projects(sheet, setting, listed)
    _summary(book.create_sheet(SUMMARY.in_(language)), setting, listed, years)
    for name, write in _OTHERS:
        write(book.create_sheet(name.in_(language)), setting)
    _choices(book, sheet, setting, listed)
    for page in book.worksheets:
        for strip, text in ((page.oddHeader, running_label(plan).replace("&", "&&")), (page.oddFooter, "— &P —")):
            assert strip is not None  # noqa: S101 every new sheet has both
            strip.center.text = text
    _properties(book, plan)
    buffer = io.BytesIO()
    book.save(buffer)
    return sealed(setting.results.written(buffer.getvalue(), book.sheetnames), moment(plan))


def write_xlsx(plan: Plan, path: Path) -> Path:
    """Writes the workbook to `path`."""
    write_atomically(path, projects_xlsx(plan))
    return path


def _letters(listed: tuple[Column, ...]) -> dict[str, str]:
    return {column.field: get_column_letter(place) for place, column in enumerate(listed, start=1)}


def _projects(sheet: Worksheet, setting: Setting, listed: tuple[Column, ...]) -> None:
    language, at = setting.language, _letters(listed)
    head(sheet, 1, [column.name.in_(language) for column in listed])
    widths(sheet, (column.width for column in listed))
    for row, project in enumerate(setting.plan.projects, start=2):
        for place, column in enumerate(listed, start=1):
            cell = cell_at(sheet, row, place)
            if column.kind == "formula":
                put_formula(cell, _formula(column, at, row), formula_value(project, column.field), setting.results)
                continue
            put(cell, column.cell(project, setting), shape={"number": "0.00", "percent": "0.0%"}.get(column.kind, ""))
            if not column.editable:
                shade(cell)
        fit_height(
            sheet,
            row,
            (
                (cell.value, column.width)
                for cell, column in zip(sheet[row], listed, strict=True)
                if column.kind != "formula"
            ),
        )
    sheet.column_dimensions[at["version"]].hidden = True
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(listed))}{max(2, len(setting.plan.projects) + 1)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.scale = "landscape", _A3, 70
    sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:B"


def _formula(column: Column, at: Mapping[str, str], row: int) -> str:
    low, high = f"${at['investment.value']}{row}", f"${at['investment.upper']}{row}"
    middle = f"({low}+{high})/2"
    kind, _, key = column.field.partition(".")
    if kind == "amount":
        share = f"${at[f'financing.{key}']}{row}"
        return f'=IF(OR({low}="",{share}=""),0,ROUND({middle}*{share},2))'
    first, last = (
        f"(VALUE(LEFT(${at[name]}{row},4))*12+VALUE(MID(${at[name]}{row},6,2)))" for name in ("start", "end")
    )
    overlap = f"MAX(0,MIN({last},{int(key) * 12 + 12})-MAX({first},{int(key) * 12 + 1})+1)"
    return f'=IF({low}="",0,IFERROR(ROUND({middle}*{overlap}/({last}-{first}+1),2),0))'


def _summary(sheet: Worksheet, setting: Setting, listed: tuple[Column, ...], years: tuple[int, ...]) -> None:
    """Totals by category, year and source. Every figure is a formula over the project list."""
    plan, language, at = setting.plan, setting.language, _letters(listed)
    zh = language == "zh"
    last = len(plan.projects) + 1 + _SPARE_ROWS
    where = quote_sheetname(PROJECTS.in_(language))

    def over(field: str) -> str:
        return f"{where}!${at[field]}$2:${at[field]}${last}"

    widths(sheet, (30, 14, 18, 18, 18))
    put_text(cell_at(sheet, 1, 1), plan.title)
    put_text(cell_at(sheet, 2, 1), running_label(plan))
    row = 4
    head(sheet, row, _BY_CATEGORY[language])
    first = row + 1
    for row, (key, name) in enumerate(CATEGORIES.items(), start=first):
        own = [project for project in plan.projects if project.category == key]
        low = sum(project.investment.value for project in own if project.investment)
        high = 2 * sum(middle(project) or 0.0 for project in own) - low
        put(cell_at(sheet, row, 1), f"{key} {name.in_(language)}")
        for column, formula, result in (
            (2, f"=COUNTIF({over('category')},A{row})", len(own)),
            (3, f"=SUMIF({over('category')},A{row},{over('investment.value')})", low),
            (4, f"=SUMIF({over('category')},A{row},{over('investment.upper')})", high),
            (5, f"=(C{row}+D{row})/2", (low + high) / 2),
        ):
            put_formula(
                cell_at(sheet, row, column), formula, result, setting.results, shape="0" if column == 2 else "0.00"
            )
    row = _total(sheet, row + 1, first, 5, setting)
    whole, total = f"E{row}", setting.results.value(sheet.title, f"E{row}")
    for title, names, fields in (
        ("按年度" if zh else "by year", [f"{year}" for year in years], [f"year.{year}" for year in years]),
        (
            "按来源" if zh else "by source",
            [name.in_(language) for name in FUNDING.values()],
            [f"amount.{key}" for key in FUNDING],
        ),
    ):
        row += 2
        head(sheet, row, (title, "金额（亿元）" if zh else "100m yuan", "占比" if zh else "share"))
        first = row + 1
        for row, (label, field) in enumerate(zip(names, fields, strict=True), start=first):
            result = sum(formula_value(project, field) for project in plan.projects)
            put(cell_at(sheet, row, 1), label)
            put_formula(cell_at(sheet, row, 2), f"=SUM({over(field)})", result, setting.results)
            share = result / total if total else 0.0
            put_formula(
                cell_at(sheet, row, 3), f"=IF({whole}=0,0,B{row}/{whole})", share, setting.results, shape="0.0%"
            )
        row = _total(sheet, max(row, first - 1) + 1, first, 2, setting)
    note = (
        "金额为规划假设，随“项目清单”的投资、占比和起止时间自动重算；年度金额按工期均摊，尾差来自四舍五入。"
        if zh
        else "Planning assumptions, recomputed from the list. Years share money evenly over months; small differences are rounding."
    )
    put_text(cell_at(sheet, row + 2, 1), note)
    sheet.freeze_panes = "B4"
    printed(sheet)


def _total(sheet: Worksheet, row: int, first: int, width: int, setting: Setting) -> int:
    """A row of sums over the rows from `first`; the row's number."""
    put(cell_at(sheet, row, 1), "合计" if setting.language == "zh" else "total")
    for column in range(2, width + 1):
        letter = get_column_letter(column)
        result = sum(setting.results.value(sheet.title, f"{letter}{above}") for above in range(first, row))
        formula = f"=SUM({letter}{first}:{letter}{row - 1})" if row > first else "=0"
        shape = "0" if width > 2 and column == 2 else "0.00"
        put_formula(cell_at(sheet, row, column), formula, result, setting.results, shape=shape, bold=True)
    return row


def _choices(book: Workbook, sheet: Worksheet, setting: Setting, listed: tuple[Column, ...]) -> None:
    """Lists to choose from, kept on a hidden sheet, and rules for months and numbers."""
    plan, language, zh = setting.plan, setting.language, setting.language == "zh"
    lists = book.create_sheet(_LISTS.in_(language))
    lists.sheet_state = "hidden"
    rows = len(plan.projects) + 1 + _SPARE_ROWS
    known: dict[str, list[str]] = {
        column.field: [name.in_(language) for name in column.choices.values()]
        for column in listed
        if column.choices is not None
    }
    known["closes_gap"] = [gap.id for gap in plan.diagnosis.gaps]
    known["theme_id"] = [theme.id for theme in plan.positioning.themes]
    title = "请从列表选择" if zh else "choose from the list"
    place = 0
    for number, column in enumerate(listed, start=1):
        name = column.name.in_(language)
        if known.get(column.field):
            place += 1
            letter = get_column_letter(place)
            for row, value in enumerate((name, *known[column.field]), start=1):
                put_text(cell_at(lists, row, place), value)
            formula = f"{quote_sheetname(lists.title)}!${letter}$2:${letter}${len(known[column.field]) + 1}"
            choose(
                sheet,
                number,
                rows,
                formula,
                title=title,
                message=f"“{name}”只能取列表中的值。" if zh else f"“{name}” takes a value of the list.",
            )
        letter = get_column_letter(number)
        if column.kind == "month":
            rule = f'AND(LEN({letter}2)=7,MID({letter}2,5,1)="-",ISNUMBER(VALUE(LEFT({letter}2,4))),VALUE(RIGHT({letter}2,2))>=1,VALUE(RIGHT({letter}2,2))<=12)'
            demand(
                sheet,
                number,
                rows,
                rule,
                title=name,
                message="请按 YYYY-MM 填写，如 2026-07。" if zh else "Write YYYY-MM, e.g. 2026-07.",
            )
        elif column.kind == "number":
            demand(
                sheet,
                number,
                rows,
                f"AND(ISNUMBER({letter}2),{letter}2>=0)",
                title=name,
                message="请填不小于 0 的数字。" if zh else "A number of zero or more.",
            )
        elif column.kind == "percent":
            demand(
                sheet,
                number,
                rows,
                f"AND(ISNUMBER({letter}2),{letter}2>=0,{letter}2<=1)",
                title=name,
                message="请填 0% 至 100% 的比例。" if zh else "A share from 0% to 100%.",
            )


def _properties(book: Workbook, plan: Plan) -> None:
    made = moment(plan).replace(tzinfo=None)
    properties = book.properties
    properties.title, properties.creator, properties.lastModifiedBy = clean(plan.title)[:255], "jumou", "jumou"
    properties.description, properties.language = (
        visible_label(plan),
        "zh-CN" if plan.provenance.language == "zh" else "en",
    )
    properties.created = properties.modified = made
    book.custom_doc_props.append(StringProperty(name=PROPERTY, value=implicit_label(plan)))  # type: ignore[attr-defined]
    book.calculation.fullCalcOnLoad = True
