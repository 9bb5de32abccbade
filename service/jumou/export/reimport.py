"""Reading an edited project list back: which cells changed against the plan, as typed edits that a person can review.

Cells that still say what the export wrote give no edit, whatever program saved the file, so untouched values stay as they are.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from jumou.corpus.readers.grids import Page
from jumou.domain.list_changes import NewProject, ProjectEdit, ProjectListChanges
from jumou.domain.plan import Plan
from jumou.domain.portfolio import Project
from jumou.errors import InvalidRequest, StepConflict
from jumou.export.cell_values import REQUIRED, Refused, as_json, as_text, blank, typed
from jumou.export.columns import Column, Setting, columns, plan_years, row_version
from jumou.export.excel import PROJECTS
from jumou.export.sheet_cells import clean
from jumou.export.sheet_open import cell, open_sheet
from jumou.export.sources import source_list
from jumou.export.terms import FUNDING


@dataclass(slots=True)
class _Problems:
    """What is wrong, each with its place, until everything has been looked at."""

    sheet: str
    zh: list[str] = field(default_factory=list)
    en: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    def add(self, row: int, column: str, zh: str, en: str) -> None:
        self.zh.append(f"“{self.sheet}”第 {row} 行 {column} 列：{zh}")
        self.en.append(f"sheet {self.sheet}, row {row}, column {column}: {en}")


def read_projects(path: Path, plan: Plan) -> ProjectListChanges:
    """The changes an edited workbook makes to the projects of `plan`.

    Raises:
        RefusedFile: the file is missing, too large or no workbook.
        InvalidRequest: the list or one of its columns is missing, or cells cannot be read; names sheet, row and column of each.
        StepConflict: the plan's project changed after the workbook was written, and its row says something else.
    """
    sheet = open_sheet(
        path,
        PROJECTS,
        mend_zh="请使用 jumou 导出的 projects.xlsx。",
        mend_en="Use the projects.xlsx that jumou exports.",
    )
    setting = Setting(plan, source_list(plan))
    listed = _places(sheet, setting)
    known = {project.id: project for project in plan.projects}
    problems = _Problems(sheet.title)
    edits: list[ProjectEdit] = []
    added: list[NewProject] = []
    seen: set[str] = set()
    for number, cells in enumerate(sheet.rows[1:], start=2):
        values = {column.field: cell(cells, place) for column, place in listed}
        if all(blank(value) for field_, value in values.items() if not field_.startswith(("amount.", "year."))):
            continue
        project_id = as_text(values.get("id")).strip()
        if not project_id:
            added.append(_new(values, listed, setting, number, problems))
        elif project_id not in known:
            problems.add(
                number,
                _letter(listed, "id"),
                f"规划中没有编号为 {project_id} 的项目，新增项目请把编号留空。",
                f"no project {project_id} in the plan; leave the id of a new project empty.",
            )
        elif project_id in seen:
            problems.add(
                number, _letter(listed, "id"), f"编号 {project_id} 重复。", f"the id {project_id} stands twice."
            )
        else:
            seen.add(project_id)
            edits.extend(_changed(known[project_id], values, listed, setting, number, problems))
    _report(problems)
    return ProjectListChanges(
        edits=tuple(edits), added=tuple(added), removed=tuple(key for key in known if key not in seen)
    )


def _report(problems: _Problems) -> None:
    if problems.zh:
        raise InvalidRequest(
            "项目清单有无法读取的单元格：" + "；".join(problems.zh), "the project list has cells that cannot be read: " + "; ".join(problems.en),
            mend_zh="请按所列位置修改后重新导入。", mend_en="Correct the cells named and import again.",
        )  # fmt: skip
    if problems.stale:
        names = "、".join(problems.stale)
        raise StepConflict(
            f"项目 {names} 在导出之后已被修改，文件中的内容与现行规划不一致。",
            f"the plan's projects {names} changed after this file was exported, and its rows differ.",
            mend_zh="请重新导出项目清单，在新文件上修改。", mend_en="Export the list again and edit the new file.",
        )  # fmt: skip


def _places(sheet: Page, setting: Setting) -> list[tuple[Column, int]]:
    """Each known column with its place in the sheet, by its header in either language; columns may have been moved."""
    headers = {clean(as_text(value)).strip(): place for place, value in enumerate(next(iter(sheet.rows), []))}
    found: list[tuple[Column, int]] = []
    missing: list[Column] = []
    for column in columns(plan_years(setting.plan)):
        place = headers.get(column.name.in_(setting.language), headers.get(column.name.zh, headers.get(column.name.en)))
        if place is not None:
            found.append((column, place))
        elif column.field in ("id", *REQUIRED):
            missing.append(column)
    if missing:
        zh, en = "、".join(column.name.zh for column in missing), ", ".join(column.name.en for column in missing)
        raise InvalidRequest(
            f"“{sheet.title}”第 1 行缺少列：{zh}。", f"row 1 of sheet {sheet.title} lacks the columns {en}.",
            mend_zh="请恢复表头原文。", mend_en="Restore the headers.",
        )  # fmt: skip
    return found


def _letter(listed: list[tuple[Column, int]], name: str) -> str:
    return next((get_column_letter(place + 1) for column, place in listed if column.field == name), "A")


def _changed(
    project: Project,
    values: dict[str, Any],
    listed: list[tuple[Column, int]],
    setting: Setting,
    row: int,
    problems: _Problems,
) -> list[ProjectEdit]:
    edits: list[ProjectEdit] = []
    for column, place in listed:
        letter = get_column_letter(place + 1)
        if (
            column.kind == "formula"
            or column.field == "version"
            or _same(values[column.field], column.cell(project, setting))
        ):
            continue
        name = column.name.in_(setting.language)
        if not column.editable:
            problems.add(
                row,
                letter,
                f"“{name}”不读回，请恢复原值（在系统中修改依据）。",
                f"“{name}” is not read back: restore it and change evidence in the plan itself.",
            )
            continue
        try:
            after = typed(column, values[column.field], setting)
        except Refused as refused:
            problems.add(row, letter, refused.zh, refused.en)
            continue
        before = column.value(project, setting)
        edits.append(
            ProjectEdit(
                project_id=project.id,
                field=column.field,
                before=as_json(before),
                after=as_json(after),
                sheet=problems.sheet,
                row=row,
                column=letter,
            )
        )
    _check_shares(values, listed, setting, row, problems, edits)
    mark = as_text(values.get("version")).strip()
    if edits and mark and mark != row_version(project):
        problems.stale.append(project.id)
    return edits


def _check_shares(
    values: dict[str, Any],
    listed: list[tuple[Column, int]],
    setting: Setting,
    row: int,
    problems: _Problems,
    edits: list[ProjectEdit],
) -> None:
    """Changed shares have to come to the whole."""
    if not any(edit.field.startswith("financing.") for edit in edits):
        return
    total = 0.0
    for column, _ in listed:
        if column.kind == "percent":
            try:
                total += typed(column, values[column.field], setting) or 0.0
            except Refused:
                return
    if abs(total - 1) > 0.005:
        first = _letter(listed, f"financing.{next(iter(FUNDING))}")
        problems.add(
            row,
            first,
            f"各资金来源占比合计为 {total:.1%}，应为 100%。",
            f"the shares of the sources come to {total:.1%}, not 100%.",
        )


def _new(
    values: dict[str, Any], listed: list[tuple[Column, int]], setting: Setting, row: int, problems: _Problems
) -> NewProject:
    found: dict[str, Any] = {}
    for column, place in listed:
        if not column.editable or blank(values[column.field]):
            if column.field in REQUIRED:
                name = column.name.in_(setting.language)
                problems.add(
                    row, get_column_letter(place + 1), f"新增项目须填写“{name}”。", f"a new project needs “{name}”."
                )
            continue
        try:
            found[column.field] = as_json(typed(column, values[column.field], setting))
        except Refused as refused:
            problems.add(row, get_column_letter(place + 1), refused.zh, refused.en)
    return NewProject(row=row, values=found)


def _same(found: Any, written: Any) -> bool:
    """Whether a cell still says what the export wrote: blanks alike, numbers to fifteen digits."""
    if blank(found) and blank(written):
        return True
    if isinstance(written, float):
        return isinstance(found, int | float) and abs(found - written) <= 1e-12 + 1e-12 * abs(written)
    return clean(as_text(found)) == clean(as_text(written))
