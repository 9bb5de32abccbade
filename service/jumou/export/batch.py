"""The results of a batch: JSON lines, a region a line, and one workbook with every region and every project."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter

from jumou.domain.batch import BatchResult, Failure
from jumou.domain.framework import MODES, PROJECT_TYPES, Language, Name
from jumou.domain.plan import ProjectList
from jumou.domain.portfolio import Project
from jumou.domain.region import ProfileProblem
from jumou.drafting.wording import shown
from jumou.export.label import PROPERTY, implicit_label, running_label, visible_label
from jumou.export.sheet_cells import BORDER, put_text
from jumou.export.terms import FUNDING, PRIORITIES, term

RESULTS: Final = "results.jsonl"
WORKBOOK: Final = "projects.xlsx"

_Row = list[str | float | None]
_STATES: Final = {
    "drafted": Name("已起草", "drafted"),
    "failed": Name("未成", "failed"),
    "cancelled": Name("已取消", "cancelled"),
    "open": Name("待起草", "open"),
}
_STYLE: Final = "jumou"
_FONT: Final = Font(name="微软雅黑", size=10)
_HEAD_FONT: Final = Font(name="微软雅黑", size=10, bold=True, color="FFFFFF")
_HEAD_FILL: Final = PatternFill("solid", fgColor="1F4E79")


class _Column(NamedTuple):
    name: Name
    width: float


class _Sheet(NamedTuple):
    name: Name
    columns: tuple[_Column, ...]


def _sheet(zh: str, en: str, *columns: tuple[str, str, float]) -> _Sheet:
    return _Sheet(Name(zh, en), tuple(_Column(Name(one, other), width) for one, other, width in columns))


_REGIONS: Final = _sheet(
    "区域", "Regions",
    ("行", "row", 6), ("来源", "source", 24), ("区域", "region", 16), ("状态", "state", 9), ("产业", "industry", 14),
    ("主导模式", "mode", 18), ("主题", "themes", 30), ("短板数", "gaps", 8), ("项目数", "projects", 8), ("原因", "reason", 40),
    ("处理办法", "how to mend it", 40),
)  # fmt: skip
_PROJECTS: Final = _sheet(
    "项目清单", "Projects",
    ("行", "row", 6), ("区域", "region", 16), ("编号", "id", 8), ("类型", "type", 20), ("项目", "project", 30),
    ("针对短板", "gap", 22), ("目标", "objective", 40), ("建设内容", "content", 50), ("规模", "scale", 30), ("选址", "site", 20),
    ("投资", "investment", 18), ("投资依据", "basis of the investment", 30), ("资金构成", "financing", 24),
    ("牵头单位", "lead body", 20), ("参与单位", "partners", 24), ("开工", "start", 9), ("完工", "end", 9),
    ("前置项目", "predecessors", 12), ("优先级", "priority", 8), ("审批事项", "approvals", 24), ("合规提示", "compliance", 40),
    ("依据", "evidence", 50),
)  # fmt: skip
_PROBLEMS: Final = _sheet(
    "问题", "Problems",
    ("行", "row", 6), ("来源", "source", 24), ("级别", "severity", 9), ("文件", "file", 20), ("表", "sheet", 14), ("行号", "line", 8),
    ("列", "column", 14), ("问题", "problem", 50), ("处理办法", "how to mend it", 50),
)  # fmt: skip


def result_lines(results: Iterable[BatchResult]) -> Iterator[bytes]:
    """Each result as a line of JSON."""
    for result in results:
        yield result.model_dump_json(exclude_none=True).encode() + b"\n"


def write_results(results: Iterable[BatchResult], out: Path, language: Language) -> list[Path]:
    """Writes results.jsonl and projects.xlsx into `out`, reading the results once; each file is written whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    lines, book = out / RESULTS, out / WORKBOOK
    filling = _Filling(language)
    with _whole(lines) as partial, partial.open("wb") as file:
        for result in results:
            file.writelines(result_lines([result]))
            filling.add(result)
    with _whole(book) as partial:
        filling.save(partial)
    return [lines, book]


def write_workbook(results: Iterable[BatchResult], path: Path, language: Language) -> Path:
    """Writes the workbook alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    filling = _Filling(language)
    for result in results:
        filling.add(result)
    with _whole(path) as partial:
        filling.save(partial)
    return path


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A name to write to; it becomes `path` when all went well. A batch of a whole country does not fit into memory twice."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o644)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class _Filling:
    """A workbook that is filled region by region and kept on the disk as it grows."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._book = Workbook(write_only=True)
        named = NamedStyle(_STYLE)  # set once: fonts and borders cell by cell take most of the time
        named.font, named.border = _FONT, BORDER
        named.alignment = Alignment(wrap_text=True, vertical="top")
        self._book.add_named_style(named)
        self._sheets = {sheet: self._opened(sheet) for sheet in (_REGIONS, _PROJECTS, _PROBLEMS)}
        self._first: ProjectList | None = None

    def _opened(self, sheet: _Sheet) -> Any:
        made = self._book.create_sheet(sheet.name.in_(self._language))
        for number, column in enumerate(sheet.columns, start=1):
            made.column_dimensions[get_column_letter(number)].width = column.width
        made.freeze_panes = "D2"
        made.page_setup.orientation = "landscape"
        made.print_title_rows = "1:1"
        cells = []
        for column in sheet.columns:
            cell = WriteOnlyCell(made)
            put_text(cell, column.name.in_(self._language))
            cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
            cells.append(cell)
        made.append(cells)
        return made

    def _append(self, sheet: _Sheet, row: _Row) -> None:
        target = self._sheets[sheet]
        cells = []
        for value in row:
            cell = WriteOnlyCell(target)
            if isinstance(value, str):
                put_text(cell, value)
            else:
                cell.value = value
            cell.style = _STYLE
            cells.append(cell)
        target.append(cells)

    def add(self, result: BatchResult) -> None:
        """A region."""
        made, failed, language = result.project_list, result.failure, self._language
        row: _Row = [result.row, result.source, result.region, _STATES[result.state].in_(language)]
        if made is not None:
            if self._first is None or (made.classification == "internal" and self._first.classification == "public"):
                self._first = made  # one internal list makes the whole workbook internal
            row += [
                made.industry, term(MODES, made.mode, language),
                "\n".join(made.themes), len(made.gaps), len(made.projects), "", "",
            ]  # fmt: skip
            gaps = {gap["id"]: gap["name"] for gap in made.gaps}
            for project in made.projects:
                self._append(_PROJECTS, [result.row, result.region, *_project(project, gaps, language)])
        else:
            row += ["", "", "", None, None, failed.message if failed else "", failed.mend if failed else ""]
        self._append(_REGIONS, row)
        for problem in _problems_of(failed):
            self._append(_PROBLEMS, [result.row, result.source, *_problem(problem)])

    def save(self, path: Path) -> None:
        """Writes it, with the label that marks assisted content."""
        properties = self._book.properties
        properties.title = "项目清单" if self._language == "zh" else "Project lists"
        properties.creator = properties.lastModifiedBy = "jumou"
        if self._first is not None:
            properties.description = visible_label(self._first)
            self._book.custom_doc_props.append(  # type: ignore[attr-defined]
                StringProperty(name=PROPERTY, value=implicit_label(self._first))
            )
            for sheet in self._sheets.values():
                sheet.oddHeader.center.text = running_label(self._first).replace("&", "&&")
        self._book.save(path)


def _problems_of(failed: Failure | None) -> tuple[ProfileProblem, ...]:
    return failed.problems if failed is not None else ()


def _problem(problem: ProfileProblem) -> _Row:
    return [
        problem.severity, problem.file, problem.sheet, problem.row, problem.column, problem.message, problem.mend,
    ]  # fmt: skip


def _project(project: Project, gaps: dict[str, str], language: Language) -> _Row:
    kind = PROJECT_TYPES[project.type].in_(language)
    investment = "" if project.investment is None else shown(project.investment, language)
    financing = "\n".join(f"{FUNDING[item.source].in_(language)} {item.share:.0%}" for item in project.financing)
    quotes = [*project.citations, *project.precedents]
    return [
        project.id, f"{project.type} {kind}", project.name, gaps.get(project.closes_gap, project.closes_gap),
        project.objective, "\n".join(project.content), project.scale, project.site, investment, project.investment_basis,
        financing, project.lead_body, "\n".join(project.partners), project.start, project.end,
        "\n".join(project.predecessors), term(PRIORITIES, project.priority, language), "\n".join(project.approvals),
        "\n".join(f"{one.rule}:{one.text}" for one in project.compliance),
        "\n".join(dict.fromkeys(f"{one.title}:{one.quote}" for one in quotes)),
    ]  # fmt: skip
