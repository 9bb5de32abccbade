"""Rows of a profile's sheets into fields; every problem is recorded with its place and the row is kept where it can be."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from jumou.domain.framework import Language
from jumou.domain.region import ProfileProblem
from jumou.profile.cells import Problem, beside_year, blank, growth_in, number_of, text_of, wrong_text, year_of
from jumou.profile.sheets import ITEM_SHEETS, META, SHEETS, Column, Sheet, bare_label, chosen

_MOST_PROBLEMS: Final = 500
_NO_FIELD: Final = ("项目", "item", "填写内容", "value")
_WRONG_FIELD: Final = (
    ("missing", "缺少必填字段"), ("extra", "不认识的字段"), ("string", "应为文字"), ("float", "应为数字"), ("int", "应为整数"),
    ("tuple", "应为列表"), ("list", "应为列表"), ("literal", "不在可选值之中"), ("model", "应为对象"), ("dict", "应为对象"),
)  # fmt: skip
"""Kinds of pydantic errors in Chinese, by a part of their type."""


class Notice(NamedTuple):
    """Something wrong with a table as a whole, found while it was opened."""

    severity: str
    zh: str
    en: str
    mend_zh: str
    mend_en: str
    row: int | None = None
    column: str = ""


@dataclass(slots=True)
class Table:
    """A sheet as it stands in a file: rows of column name → cell, with the row number people see.

    `title` is the tab's or file's name and `headers` the headings as written, so that a problem names what is there.
    """

    sheet: Sheet
    rows: list[tuple[int, dict[str, Any]]]
    title: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)


@dataclass(slots=True)
class Head:
    """The head of a profile as it stands in a file: label → cell, the labels' rows, and the tab's or file's name."""

    cells: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    title: str = "meta"

    @property
    def told(self) -> bool:
        """Whether it says anything."""
        return any(not blank(value) for value in self.cells.values())


@dataclass(slots=True)
class Reader:
    """Collects problems while a profile is read. `language` decides the words of the problems."""

    file: str
    language: Language
    problems: list[ProfileProblem] = field(default_factory=list)
    head_rows: dict[str, int] = field(default_factory=dict)
    _titles: dict[str, str] = field(default_factory=dict)
    _headers: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def report(
        self, severity: str, zh: str, en: str, *, mend_zh: str = "", mend_en: str = "", sheet: str = "",
        row: int | None = None, column: str = "",
    ) -> None:  # fmt: skip
        """Record a problem; past 500 errors, or 500 warnings, only their number is kept."""
        self._counts[severity] += 1
        if self._counts[severity] > _MOST_PROBLEMS:
            return
        self.problems.append(
            ProfileProblem.model_validate(
                {
                    "severity": severity, "file": self.file, "sheet": self._titles.get(sheet, sheet), "row": row,
                    "column": self._headers.get((sheet, column), column), "message": zh if self.language == "zh" else en,
                    "mend": mend_zh if self.language == "zh" else mend_en,
                }
            )
        )  # fmt: skip

    def head(self, head: Head) -> None:
        """Learn what the head is called in this file, and where its entries stand."""
        self._titles["meta"] = head.title
        for label, row in head.rows.items():
            entry = next((entry for entry in META if bare_label(label) in entry.labels), None)
            if entry is not None:
                self._headers[("meta", entry.name)] = self._headers[("meta", entry.field)] = label
                self.head_rows[entry.field] = row

    def report_cell(
        self, problem: Problem, *, sheet: str, row: int | None, column: str, severity: str = "error"
    ) -> None:
        """Record what is wrong with a cell."""
        self.report(
            severity, problem.zh, problem.en, mend_zh=problem.mend_zh, mend_en=problem.mend_en, sheet=sheet, row=row, column=column
        )  # fmt: skip

    def report_invalid(self, invalid: ValidationError) -> None:
        """Record what pydantic found wrong with the fields of a profile, by sheet, row and field."""
        for found in invalid.errors(include_url=False, include_context=False, include_input=False):
            place = found["loc"]
            sheet = str(place[0]) if place else ""
            row = place[1] + 2 if len(place) > 1 and isinstance(place[1], int) else None
            self.report(
                "error", _wrong_field(found["type"], found["msg"]), found["msg"], sheet=sheet, row=row,
                column=".".join(str(part) for part in place[(2 if row else 1):]),
                mend_zh="请对照 /v1/schemas 中 RegionProfile 的定义填写。", mend_en="See RegionProfile under /v1/schemas.",
            )  # fmt: skip

    def failed(self) -> bool:
        """Whether an error was recorded."""
        return self._counts["error"] > 0

    def sorted(self) -> tuple[ProfileProblem, ...]:
        """All problems, errors first, else as found."""
        found = sorted(self.problems, key=lambda problem: problem.severity != "error")
        left_out = self._counts.total() - len(found)
        if left_out:
            zh, en = f"另有 {left_out} 处问题未列出", f"{left_out} more problems are not listed"
            more = zh if self.language == "zh" else en
            found.append(ProfileProblem(severity=found[0].severity, file=self.file, message=more))
        return tuple(found)

    def table(self, table: Table) -> list[dict[str, Any]]:
        """The rows of a sheet as fields of its domain object."""
        name = table.sheet.name
        self._titles[name] = table.title or name
        self._headers.update({(name, column): header for column, header in table.headers.items()})
        for notice in table.notices:
            self.report(
                notice.severity, notice.zh, notice.en, mend_zh=notice.mend_zh, mend_en=notice.mend_en, sheet=name,
                row=notice.row, column=notice.column,
            )  # fmt: skip
        return [fields for number, cells in table.rows if (fields := self._row(table.sheet, number, cells)) is not None]

    def _row(self, sheet: Sheet, number: int, cells: Mapping[str, Any]) -> dict[str, Any] | None:
        if all(text_of(value) == "" for value in cells.values()):
            return None
        fields: dict[str, Any] = {"ref": f"{sheet.name}!{number}"} if sheet.name != "sources" else {}
        for column in sheet.columns:
            fields.update(self._cell(sheet, number, column, cells.get(column.name)))
        aside = beside_year(cells.get("year"))
        if aside and "year" in fields:
            fields["note"] = f"{fields['note']}；{aside}" if fields.get("note") else aside
        if sheet.name == "indicators":
            _bracketed_growth(fields)
        missing = [column for column in sheet.columns if column.required and not fields.get(column.field)]
        for column in missing:
            self.report(
                "error", f"缺少“{column.zh}”", f"“{column.name}” is missing", sheet=sheet.name, row=number, column=column.name,
                mend_zh="请补填，或删除整行。", mend_en="Fill it in or delete the row.",
            )  # fmt: skip
        return None if missing else fields

    def _cell(self, sheet: Sheet, number: int, column: Column, value: Any) -> dict[str, Any]:
        text = text_of(value)
        wrong = wrong_text(text)
        if wrong is not None:
            self.report_cell(wrong, sheet=sheet.name, row=number, column=column.name)
            return {}
        if column.kind == "text":
            return {column.field: chosen(column, text)} if text else {}
        read = year_of(value) if column.kind == "year" else number_of(value)
        if isinstance(read, Problem):
            if sheet.name in ITEM_SHEETS and column.field == "value":
                return {"raw": text}  # “建设中”, “常态化”: a state, not a figure
            self.report_cell(read, sheet=sheet.name, row=number, column=column.name)
            return {}
        return {} if read is None else {column.field: read}


def _bracketed_growth(fields: dict[str, Any]) -> None:
    """Takes the growth out of a unit such as “亿元(+5.1%)”."""
    found = re.fullmatch(r"([^(（]+)[（(](.+?)[)）]", fields.get("unit", ""))
    growth = growth_in(found[2]) if found else None
    if found is not None and growth is not None:
        fields["unit"] = found[1].strip()
        fields.setdefault("unit_note", found[2])
        fields.setdefault("growth_percent", growth)


def _wrong_field(kind: str, message: str) -> str:
    return next((zh for part, zh in _WRONG_FIELD if part in kind), f"字段不合要求：{message}")


def tables_from_records(content: Mapping[str, Any], reader: Reader) -> Iterable[Table]:
    """The sheets of a JSON profile (lists of objects under the sheets' names), rows counted from 2 as in a workbook."""
    for sheet in SHEETS:
        records = content.get(sheet.name)
        if records is None:
            continue
        if sheet.name == "sources" and isinstance(records, Mapping):
            records = [
                {"source_id": key, **(dict(value) if isinstance(value, Mapping) else {"url": value})}
                for key, value in records.items()
            ]
        if not isinstance(records, list | tuple):
            reader.report(
                "error", "应为列表", "a list is wanted", sheet=sheet.name,
                mend_zh="请写成 [{...}, {...}]，一行一个对象。", mend_en="Write [{...}, {...}], one object a row.",
            )  # fmt: skip
            continue
        yield _table_of(sheet, records)


def _table_of(sheet: Sheet, records: Iterable[Any]) -> Table:
    table = Table(sheet, [])
    unknown: dict[str, int] = {}
    for number, record in enumerate(records, start=2):
        if isinstance(record, Mapping):
            cells: dict[str, Any] = {}
            for header, value in record.items():
                column = sheet.column(str(header))
                if column is not None:
                    cells[column.name] = value
                elif header != "ref" and not blank(value):
                    unknown.setdefault(str(header), number)
            table.rows.append((number, cells))
        else:
            table.rows.append((number, {next(column.name for column in sheet.columns if column.required): record}))
    table.notices.extend(unknown_column(header, row) for header, row in unknown.items())
    return table


def unknown_column(header: str, row: int) -> Notice:
    """A heading no column of the sheet has."""
    return Notice(
        "warning", f"不认识的列“{header[:40]}”，未读取", f"unknown column “{header[:40]}” is not read",
        "请使用模板中的列名，或把内容写入备注列。", "Use the template's column names, or put it under note.", row, header[:40],
    )  # fmt: skip


def meta_fields(head: Head, reader: Reader) -> dict[str, Any]:
    """The fields of the head of a profile, whatever language its keys are in; unknown keys are reported."""
    fields: dict[str, Any] = {}
    reader.head(head)
    for label, value in head.cells.items():
        entry = next((entry for entry in META if bare_label(label) in entry.labels), None)
        if entry is None:
            if not blank(value) and bare_label(label) not in _NO_FIELD:
                reader.report(
                    "warning", f"不认识的项“{label[:40]}”，未读取", f"unknown entry “{label[:40]}” is not read", sheet="meta", row=head.rows.get(label), column=label[:40],
                    mend_zh="请使用模板中的名称。", mend_en="Use the template's names.",
                )  # fmt: skip
            continue
        if blank(value):
            continue
        read = year_of(value) if entry.kind == "year" else text_of(value)
        problem = read if isinstance(read, Problem) else wrong_text(str(read))
        if isinstance(value, Mapping | list | tuple):
            problem = Problem("应为一段文字", "a text is wanted", "请只填一项文字。", "Write one text.")
        if problem is not None:
            reader.report_cell(problem, sheet="meta", row=head.rows.get(label), column=label)
        else:
            fields[entry.field] = read
    return fields
