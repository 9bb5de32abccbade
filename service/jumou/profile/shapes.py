"""The forms a profile may have in JSON: complete, sheets by name, or sparse; each into the fields of the profile."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from jumou.domain.region import RegionProfile
from jumou.profile.rows import Head, Reader, Table, meta_fields, tables_from_records
from jumou.profile.sheets import SHEETS, sheet_named
from jumou.profile.sparse import sparse_fields

_SPARSE_KEYS: Final = ("background", "market", "problems")


def fields_of(content: Any, reader: Reader) -> dict[str, Any]:
    """The profile fields of a JSON object in any form; what is wrong goes to `reader`."""
    if not isinstance(content, Mapping):
        reader.report(
            "error", "内容不是 JSON 对象", "the content is no JSON object",
            mend_zh="请提交一个对象，至少含 name。", mend_en="Send an object with at least a name.",
        )  # fmt: skip
        return {"name": "?"}
    if isinstance(content.get("input"), Mapping):
        beside = [str(key) for key in content if key not in ("input", "expert")]
        if beside:
            reader.report(
                "warning", f"只读取 input；其旁的 {'、'.join(beside)} 未读取", f"only input is read; not {', '.join(beside)}",
                mend_zh="属于区域资料的内容请放入 input。", mend_en="Move what belongs to the profile into input.",
            )  # fmt: skip
        content = content["input"]
    if "schema_version" in content or _is_complete(content):
        return _complete(content, reader)
    if "meta" in content or _has_sheets(content):
        return _sheets(content, reader)
    return sparse_fields(content, reader)


def fields_of_sheets(head: Head, tables: Iterable[Table], reader: Reader) -> dict[str, Any]:
    """The profile fields of a head and sheets."""
    fields = meta_fields(head, reader)
    for table in tables:
        fields[table.sheet.field] = [*fields.get(table.sheet.field, ()), *reader.table(table)]
    if "notes" in fields:
        fields["notes"] = [row["text"] for row in fields["notes"]]
    return fields


def _is_complete(content: Mapping[str, Any]) -> bool:
    """Whether it validates as a profile as it stands and holds rows; a bare name and industry is sparse."""
    if not set(content) <= set(RegionProfile.model_fields) or not _has_sheets(content):
        return False
    try:
        RegionProfile.model_validate(content)
    except ValidationError:
        return False
    return True


def _has_sheets(content: Mapping[str, Any]) -> bool:
    """Whether it holds sheets of rows beside a plain name."""
    if isinstance(content.get("region"), Mapping) or any(key in content for key in _SPARSE_KEYS):
        return False
    return any(
        sheet_named(str(key)) is not None and isinstance(value, list) and any(isinstance(row, Mapping) for row in value)
        for key, value in content.items()
    )


def _complete(content: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    fields = dict(content)
    for sheet in SHEETS:
        rows = fields.get(sheet.field)
        if sheet.name not in ("sources", "notes") and isinstance(rows, list | tuple):
            fields[sheet.field] = [
                {**row, "ref": f"{sheet.name}!{number}"} if isinstance(row, Mapping) and not row.get("ref") else row
                for number, row in enumerate(rows, start=2)
            ]
    try:
        RegionProfile.model_validate(fields)
    except ValidationError as problem:
        reader.report_invalid(problem)
        return {"name": "?"}
    return fields


def _sheets(content: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    meta = content.get("meta")
    if "meta" in content and not isinstance(meta, Mapping):
        reader.report(
            "error", "meta 应为对象", "meta is no object", sheet="meta",
            mend_zh='请写成 {"region": "长春市", ...}。', mend_en='Write {"region": "长春市", ...}.',
        )  # fmt: skip
    head = dict(meta) if isinstance(meta, Mapping) else {}
    sheets = {}
    for key, value in content.items():
        sheet = sheet_named(str(key))
        if sheet is not None:
            sheets[sheet.name] = value
        elif key != "meta":
            head.setdefault(str(key), value)
    return fields_of_sheets(Head(head), tables_from_records(sheets, reader), reader)
