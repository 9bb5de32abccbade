"""The sparse form of a profile: a region, a target industry and background facts in free form.

Nothing is added to what it says, and nothing it says is dropped: what has no field of its own becomes a note.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jumou.domain.currency import money_unit
from jumou.profile.cells import blank, free_figure, free_year, growth_in, text_of, wrong_text
from jumou.profile.rows import Reader
from jumou.profile.sheets import ITEM_SHEETS, META, Sheet, bare_label, chosen, sheet_named

_FACTS: Final = frozenset((
    "background", "backgrounds", "background_facts", "backgroundfacts", "background_data", "facts", "key_facts", "keyfacts",
    "context", "data", "figures", "indicators", "indicator", "背景", "背景数据", "背景事实", "背景资料", "背景材料", "区域背景",
    "产业背景", "基本情况", "区域概况", "概况", "现状", "发展现状", "产业现状", "现有基础", "基础数据", "数据", "指标",
))  # fmt: skip
_WITHIN: Final = ("province/country", "province", "所属省市", "省份", "省/国家")
_INDUSTRY: Final = ("industry", "target", "产业", "主导产业")
_WHOLE: Final = ("text", "statement", "content", "title", "名称", "metric", "fact")
_SCALES: Final = frozenset(("万", "亿", "万亿", "千", "百万", "千万"))
_SCALES_EN: Final = frozenset(("thousand", "million", "billion", "trillion"))
_SENTENCE: Final = 8
"""A text of so many characters is no mere word."""
_RAW_FIELDS: Final = (*ITEM_SHEETS, "indicators")


def sparse_fields(content: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """The profile fields of a sparse object. Rows are named by their place: `input.resources[2]` counts from 0."""
    fields: dict[str, Any] = {}
    notes: list[str] = []
    for key, value in content.items():
        label = bare_label(key)
        if label in ("region", "区域", "地区") and isinstance(value, Mapping):
            _head(value, fields, notes, "region.", reader)
        elif label in ("notes", "note", "备注", "说明"):
            notes.extend(text for item in _items(value) if (text := text_of(item)))
        elif label in _FACTS:
            _extend(
                fields, "indicators", [row for n, item in _listed(value) if (row := _fact(f"input.{key}[{n}]", item))]
            )
        elif (sheet := sheet_named(key)) is not None and not (label in _INDUSTRY and isinstance(value, str)):
            rows = [row for n, item in _listed(value) if (row := _row(sheet, f"input.{key}[{n}]", item))]
            _extend(fields, sheet.field, rows)
        elif _texts(value) and not _headed(label):
            notes.extend(text_of(item) for item in value)
        else:
            _head({key: value}, fields, notes, "", reader)
    fields["notes"] = notes
    _report_long(fields, reader)
    return fields


def _head(region: Mapping[str, Any], fields: dict[str, Any], notes: list[str], prefix: str, reader: Reader) -> None:
    for key, value in region.items():
        text = text_of(value)
        if blank(value) or not text:
            continue
        label = bare_label(key)
        entry = next((entry for entry in META if label in entry.labels), None)
        field = (
            "parent" if label in _WITHIN else "target_industry" if label in _INDUSTRY else entry.field if entry else ""
        )
        if field == "name" and not isinstance(value, str):
            reader.report(
                "error", "区域名称应为文字", "the region's name is no text", sheet="input", column=f"{prefix}{key}",
                mend_zh="请写成一个名称，如“长春市”。", mend_en="Write one name, e.g. 长春市.",
            )  # fmt: skip
            continue
        year = free_year(value)
        if field in ("base_year", "horizon"):
            years = [int(found) for found in re.findall(r"(?:19|20)\d{2}", text)]
            year = max(years) if years and field == "horizon" else year
        if not field or field in fields or (field in ("base_year", "horizon") and year is None):
            notes.append(f"{prefix}{key}：{text}")
        else:
            fields[field] = year if field in ("base_year", "horizon") else text


def _texts(value: Any) -> bool:
    """Whether it is a list of sentences, each of which says something by itself; mere words need the name they stand under."""
    told = isinstance(value, list | tuple) and all(isinstance(one, str) and one.strip() for one in value)
    return told and any(len(one.strip()) >= _SENTENCE for one in value)


def _headed(label: str) -> bool:
    """Whether a field of the profile goes by this name."""
    return label in _WITHIN or label in _INDUSTRY or any(label in entry.labels for entry in META)


def _items(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _listed(value: Any) -> Iterator[tuple[int, Any]]:
    """The items of a list, or of an object of name → value, with their number from 0; empty ones keep their number."""
    if isinstance(value, Mapping) and not any(key in value for key in ("name", "metric", "value", *_WHOLE)):
        flat: list[Any] = []
        for key, part in value.items():
            if isinstance(part, Mapping):
                flat.append({"name": key, **part})
            elif isinstance(part, list | tuple):
                flat.extend(
                    {"note": key, **item} if isinstance(item, Mapping) else {"name": item, "note": key} for item in part
                )
            else:
                flat.append({"name": key, "value": part})
        yield from enumerate(flat)
    else:
        yield from enumerate(_items(value))


def _extend(fields: dict[str, Any], field: str, rows: list[dict[str, Any]]) -> None:
    fields[field] = [*fields.get(field, ()), *rows]


def _fact(ref: str, item: Any) -> dict[str, Any] | None:
    sheet = sheet_named("indicators")
    assert sheet is not None  # noqa: S101 - the sheet is declared in sheets.py
    if not isinstance(item, Mapping):
        return {"ref": ref, "metric": text_of(item), "status": "free"} if not blank(item) else None
    named = {**item}
    if not any(text_of(item.get(key)) for key in ("metric", "indicator_zh")):
        for key in ("name", "indicator", "指标", "text", "fact", "名称"):
            if text_of(named.get(key)):
                named["metric"] = named.pop(key)
                break
    return _row(sheet, ref, named)


def _row(sheet: Sheet, ref: str, item: Any) -> dict[str, Any] | None:
    required = next(column for column in sheet.columns if column.required)
    if not isinstance(item, Mapping):
        return {"ref": ref, required.field: text_of(item)} if not blank(item) else None
    row: dict[str, Any] = {}
    asides: list[str] = []
    for key, value in item.items():
        text = text_of(value)
        column = sheet.column(str(key))
        if blank(value) or not text:
            continue
        if column is None:
            if bare_label(key) in _WHOLE and required.field not in row:
                row[required.field] = text
            else:
                asides.append(f"{key}：{text}")
        elif column.kind == "text":
            row[column.field] = chosen(column, text)
        elif column.kind == "year":
            _year(row, column.field, value, asides)
        else:
            _figure(row, sheet, column.field, str(key), value, asides)
    if not row.get(required.field):
        if not row and not asides:
            return None
        row[required.field] = "；".join(asides) or text_of(item)
        asides = []
    if "unit" in row:
        _unit(row, sheet)
    if asides:
        row["note"] = "；".join([*([row["note"]] if row.get("note") else []), *asides])
    return {**row, **({"ref": ref} if sheet.name != "sources" else {"id": row.get("id") or ref})}


def _year(row: dict[str, Any], field: str, value: Any, asides: list[str]) -> None:
    year = free_year(value)
    if year is not None:
        row[field] = year
    if text_of(value) != str(year):
        asides.append(f"年份：{text_of(value)}")


def _figure(row: dict[str, Any], sheet: Sheet, field: str, name: str, value: Any, asides: list[str]) -> None:
    figure = free_figure(value)
    if figure.value is not None:
        row[field] = figure.value
    if field == "value" and sheet.name in _RAW_FIELDS:
        if figure.raw:
            row["raw"] = figure.raw
            bracket = re.search(r"[（(](.*?)[)）]", figure.raw)
            if bracket and figure.value is not None and sheet.name == "indicators":
                _growth(row, bracket[1])
        if figure.unit:
            row["_unit"] = figure.unit
    elif figure.raw and (figure.value is None or figure.status or figure.unit):
        asides.append(f"{name}：{figure.raw}")
    if figure.status and sheet.name == "indicators" and field == "value":
        row.setdefault("status", figure.status)


def _unit(row: dict[str, Any], sheet: Sheet) -> None:
    """Takes apart “万辆(+29.5%)” into unit and remark; the dash that stands for no unit goes."""
    text = row["unit"]
    found = re.fullmatch(r"([^(（]*)[(（](.*?)[)）]?", text, re.DOTALL)
    unit, remark = (found[1].strip(), found[2].strip()) if found else (text, "")
    row["unit"] = "" if unit in ("—", "-", "–") else unit
    if remark and sheet.name == "indicators":
        row.setdefault("unit_note", remark)
        _growth(row, remark)
    elif remark:
        row["unit"] = text


def _growth(row: dict[str, Any], remark: str) -> None:
    """The growth stated in brackets behind a value or its unit, where the row has none of its own."""
    growth = growth_in(remark)
    if growth is not None:
        row.setdefault("growth_percent", growth)


def settle_units(row: dict[str, Any]) -> dict[str, Any]:
    """A figure whose value carries its own unit (“3000万” in 元, “5317亿元” in nothing): one unit, or no figure."""
    own = row.pop("_unit", "")
    unit = row.get("unit", "")
    if not own or own == unit:
        return row
    if not unit:
        row["unit"] = own
    elif own in _SCALES:
        row["unit"] = own + unit
    elif own.lower() in _SCALES_EN and unit.split(" ")[0].lower() not in _SCALES_EN:
        row["unit"] = f"{own} {unit}"
    elif (money := money_unit(own)) is not None and unit == money.currency:
        row["unit"] = own
    else:
        row.pop("value", None)
    return row


def _report_long(fields: dict[str, Any], reader: Reader) -> None:
    """Settles every row's unit, and reports texts no cell should hold and figures kept as words only."""
    for field, rows in fields.items():
        if not isinstance(rows, list):
            continue
        for number, row in enumerate(rows):
            if not isinstance(row, dict):
                continue
            settle_units(row)
            sheet, _, place = str(row.get("ref", f"{field}[{number}]")).partition("[")
            where = int(place.rstrip("]") or 0) + 1 if place else None
            for name, value in list(row.items()):
                wrong = wrong_text(value) if isinstance(value, str) else None
                if wrong is not None:
                    reader.report_cell(wrong, sheet=sheet, row=where, column=name)
                    row[name] = value[:200]
            if field == "indicators" and row.get("raw") and row.get("value") is None:
                reader.report(
                    "warning", f"“{row['raw'][:30]}”读不出单一数值，按文字保留", f"“{row['raw'][:30]}” is no single figure and is kept as words",
                    sheet=sheet, row=where, column="value",
                    mend_zh="如需参与测算，请写成一个数字加单位。", mend_en="Write one number and its unit to have it computed with.",
                )  # fmt: skip
