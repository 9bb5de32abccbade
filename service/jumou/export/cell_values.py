"""From the cell of an edited list to the value a project holds, or a refusal that says what is wrong with the cell."""

import re
from typing import Any, Final

from jumou.export.columns import PART, Column, Setting
from jumou.export.sheet_cells import clean
from jumou.export.terms import INSTRUMENTS

REQUIRED: Final = ("name", "category", "type", "closes_gap", "lead_body", "start", "end")
"""Fields no project can do without."""

_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class Refused(Exception):
    """What is wrong with a cell; the reader of the list adds the place. Never leaves the export package."""

    def __init__(self, zh: str, en: str) -> None:
        """The reason in both languages."""
        super().__init__(en)
        self.zh, self.en = zh, en


def typed(column: Column, value: Any, setting: Setting) -> Any:
    """A cell's value as the project holds it.

    Raises:
        Refused: the cell does not hold such a value.
    """
    if column.kind in ("number", "percent"):
        return _number(column, value)
    text = clean(as_text(value))
    if isinstance(value, str) and value.startswith("=") and column.kind != "text":
        raise Refused("不接受公式，请填写数值或文字。", "a formula is not taken; write the value.")
    if column.kind == "lines":
        return tuple(line.strip() for line in text.split("\n") if line.strip())
    if column.kind == "parts":
        return tuple(_entry(column, line, setting) for line in text.split("\n") if line.strip())
    if column.kind == "choice":
        return _chosen(column, text.strip())
    if column.kind == "month":
        month = f"{value:%Y-%m}" if hasattr(value, "strftime") else text.strip()
        if not _MONTH.fullmatch(month):
            raise Refused(f"“{text}”不是 YYYY-MM 格式的年月。", f"“{text}” is no month written YYYY-MM.")
        return month
    return _reference(column, text, setting)


def _number(column: Column, value: Any) -> float | None:
    if blank(value):
        return None
    text = as_text(value).strip().replace(",", "").replace("，", "")
    percent = text.endswith(("%", "％"))
    try:
        number = float(text.rstrip("%％"))
    except ValueError as problem:
        raise Refused(f"“{text}”不是数字。", f"“{text}” is no number.") from problem
    number = number / 100 if percent else number
    most = 1.0 if column.kind == "percent" else float("inf")
    if not 0 <= number <= most or number != number:  # noqa: PLR0124 nan differs from itself
        raise Refused(f"“{text}”超出允许范围。", f"“{text}” is out of range.")
    return number


def _entry(column: Column, line: str, setting: Setting) -> dict[str, Any]:
    pieces = [piece.strip() for piece in line.split(PART)]
    if len(pieces) > len(column.parts):
        raise Refused(
            f"“{line}”的分段多于 {len(column.parts)} 段。", f"“{line}” has more than {len(column.parts)} parts."
        )
    entry: dict[str, Any] = dict(zip(column.parts, (*pieces, *([""] * (len(column.parts) - len(pieces)))), strict=True))
    if not entry[column.parts[0]]:
        raise Refused(f"“{line}”缺少第一段。", f"“{line}” lacks its first part.")
    if "value" in entry:
        entry["value"] = _number(column, entry["value"])
        entry["unit"] = entry["unit"] or None
    if column.field == "milestones" and not _MONTH.fullmatch(entry["date"]):
        raise Refused(f"“{entry['date']}”不是 YYYY-MM 格式的年月。", f"“{entry['date']}” is no month written YYYY-MM.")
    if column.field == "instruments":
        families = {name.in_(setting.language) for name in INSTRUMENTS.values()}
        if entry["family"] not in families:
            raise Refused(
                f"“{entry['family']}”不是政策工具类别（{'、'.join(sorted(families))}）。",
                f"“{entry['family']}” is no family of instruments ({', '.join(sorted(families))}).",
            )
    return entry


def _chosen(column: Column, text: str) -> Any:
    for key, name in (column.choices or {}).items():
        if text in (key, name.zh, name.en):
            return key == "true" if column.field == "locked" else key
    allowed = "、".join(name.zh for name in (column.choices or {}).values())
    raise Refused(
        f"“{text}”不在可选值中（{allowed}）。",
        f"“{text}” is none of {', '.join(name.en for name in (column.choices or {}).values())}.",
    )


def _reference(column: Column, text: str, setting: Setting) -> str | None:
    """Ordinary text; ids of gaps and themes have to exist."""
    known = {
        "closes_gap": [gap.id for gap in setting.plan.diagnosis.gaps],
        "theme_id": [theme.id for theme in setting.plan.positioning.themes],
    }.get(column.field)  # fmt: skip
    if known is None:
        if column.field in REQUIRED and not text.strip():
            raise Refused("不能为空。", "must not be empty.")
        return text if text or column.field not in ("rationale", "theme_id") else None
    if not text.strip() and column.field == "theme_id":
        return None
    if text.strip() not in known:
        raise Refused(
            f"“{text}”不是规划中的编号（{'、'.join(known)}）。", f"“{text}” is no id of the plan ({', '.join(known)})."
        )
    return text.strip()


def as_text(value: Any) -> str:
    """A cell as text; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def blank(value: Any) -> bool:
    """Whether a cell is empty."""
    return value is None or value in ("", ())


def as_json(value: Any) -> Any:
    """A typed value as JSON has it."""
    return [as_json(entry) for entry in value] if isinstance(value, tuple) else value
