"""Rows of a profile's sheets into domain objects; every problem is recorded with its place and the row is kept where it can be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jumou.domain.region import ProfileProblem
from jumou.profile.cells import Problem, number_of, text_of, year_of
from jumou.profile.sheets import META, SHEETS, Column, Sheet


@dataclass(slots=True)
class Table:
    """A sheet as it stands in a file: rows of header → cell, with the row number people see."""

    sheet: Sheet
    rows: list[tuple[int, dict[str, Any]]]
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class Reader:
    """Collects problems while rows are read. `language` decides the words of the problems."""

    file: str
    language: str
    problems: list[ProfileProblem] = field(default_factory=list)

    def report(
        self, severity: str, zh: str, en: str, *, mend_zh: str = "", mend_en: str = "", sheet: str = "",
        row: int | None = None, column: str = "",
    ) -> None:  # fmt: skip
        """Record a problem."""
        self.problems.append(
            ProfileProblem.model_validate(
                {
                    "severity": severity, "file": self.file, "sheet": sheet, "row": row, "column": column,
                    "message": zh if self.language == "zh" else en,
                    "mend": mend_zh if self.language == "zh" else mend_en,
                }
            )
        )  # fmt: skip

    def table(self, table: Table) -> list[dict[str, Any]]:
        """The rows of a sheet as fields of its domain object."""
        for name in table.unknown:
            self.report(
                "warning", f"不认识的列“{name}”，未读取", f"unknown column “{name}” is not read", sheet=table.sheet.name,
                column=name, mend_zh="请使用模板中的列名，或把内容写入备注列。", mend_en="Use the template's column names, or put it under note.",
            )  # fmt: skip
        return [fields for number, cells in table.rows if (fields := self._row(table.sheet, number, cells)) is not None]

    def _row(self, sheet: Sheet, number: int, cells: Mapping[str, Any]) -> dict[str, Any] | None:
        if all(text_of(value) == "" for value in cells.values()):
            return None
        fields: dict[str, Any] = {"ref": f"{sheet.name}!{number}"} if sheet.name != "sources" else {}
        for column in sheet.columns:
            value = cells.get(column.name)
            fields_of = self._cell(sheet, number, column, value)
            if fields_of is not None:
                fields.update(fields_of)
        missing = [column for column in sheet.columns if column.required and not fields.get(column.field)]
        for column in missing:
            self.report(
                "error", f"缺少“{column.zh}”", f"“{column.name}” is missing", sheet=sheet.name, row=number, column=column.name,
                mend_zh="请补填，或删除整行。", mend_en="Fill it in or delete the row.",
            )  # fmt: skip
        return None if missing else fields

    def _cell(self, sheet: Sheet, number: int, column: Column, value: Any) -> dict[str, Any] | None:
        if column.kind == "text":
            text = text_of(value)
            return {column.field: text} if text else None
        read = year_of(value) if column.kind == "year" else number_of(value)
        if isinstance(read, Problem):
            if sheet.name in ("infrastructure", "resources", "markets", "talents") and column.field == "value":
                return {"raw": text_of(value)}  # “建设中”, “常态化”: a state, not a figure
            self.report(
                "error", read.zh, read.en, sheet=sheet.name, row=number, column=column.name,
                mend_zh=read.mend_zh, mend_en=read.mend_en,
            )  # fmt: skip
            return None
        if read is None:
            return None
        return {column.field: read}


def tables_from_records(content: Mapping[str, Any]) -> Iterable[Table]:
    """The sheets of a JSON profile (lists of objects under the sheets' names)."""
    for sheet in SHEETS:
        records = content.get(sheet.name)
        if sheet.name == "sources" and isinstance(records, Mapping):
            records = [
                {"source_id": key, **(dict(value) if isinstance(value, Mapping) else {"url": value})}
                for key, value in records.items()
            ]
        if not isinstance(records, list):
            continue
        rows: list[tuple[int, dict[str, Any]]] = []
        unknown: dict[str, None] = {}
        for number, record in enumerate(records, start=2):
            if not isinstance(record, Mapping):
                record = {sheet.columns[0].name if sheet.name == "sources" else _first_required(sheet): record}  # noqa: PLW2901
            cells: dict[str, Any] = {}
            for header, value in record.items():
                column = sheet.column(str(header))
                if column is None:
                    unknown[str(header)] = None
                else:
                    cells[column.name] = value
            rows.append((number, cells))
        yield Table(sheet, rows, tuple(unknown))


def _first_required(sheet: Sheet) -> str:
    return next(column.name for column in sheet.columns if column.required)


def meta_fields(meta: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the head of a profile, whatever language its keys are in."""
    fields: dict[str, Any] = {}
    for key, name, zh, _ in META:
        for candidate in (key, name, zh.split("（")[0].split("，")[0].split("：")[0]):
            if candidate in meta and text_of(meta[candidate]):
                fields[name] = meta[candidate]
                break
    if "name" not in fields and text_of(meta.get("name")):
        fields["name"] = meta["name"]
    return fields
