"""Turning what stands in a cell into a number, year or text, or saying what is wrong with it."""

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

_NUMBER: Final = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
_LEADING: Final = re.compile(
    r"^(?P<sign>约|近|超|超过|逾|超|>=|<=|≥|≤|>|<|~|≈|about|over|nearly|approx\.?)?\s*(?P<number>[+-]?\d[\d,]*(?:\.\d+)?)\s*(?P<rest>.*)$",
    re.DOTALL,
)
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell, and how to mend it, in both languages."""

    zh: str
    en: str
    mend_zh: str
    mend_en: str


@dataclass(frozen=True, slots=True)
class FreeFigure:
    """A figure as written in free form: its number, when it has one, and the words around it."""

    value: float | None
    raw: str
    qualifier: str
    rest: str


def text_of(value: Any) -> str:
    """The cell as text: blanks trimmed, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def number_of(value: Any) -> float | None | Problem:
    """The cell as a number, None when empty, or what is wrong with it. Full-width digits and separators are read."""
    if value is None or (isinstance(value, str) and value.strip() in ("", "-", "—", "/", "…")):
        return None
    if isinstance(value, bool):
        return _no_number(value)
    if isinstance(value, int | float):
        number = float(value)
    else:
        text = unicodedata.normalize("NFKC", str(value)).strip()
        if not _NUMBER.fullmatch(text.rstrip("%")):
            return _no_number(value)
        number = float(text.rstrip("%").replace(",", ""))
    if not math.isfinite(number):
        return _no_number(value)
    return number


def year_of(value: Any) -> int | None | Problem:
    """The cell as a year between 1900 and 2100, None when empty."""
    number = number_of(value)
    if isinstance(number, Problem):
        found = _YEAR.search(str(value))
        return int(found.group()) if found else _no_year(value)
    if number is None:
        return None
    if number != int(number) or not 1900 <= number <= 2100:
        return _no_year(value)
    return int(number)


def free_year(value: Any) -> int | None:
    """The first year in a free-form text such as “2023-11” or “2011报道”."""
    found = _YEAR.search(text_of(value))
    return int(found.group()) if found else None


def free_figure(value: Any) -> FreeFigure:
    """A free-form value such as “约3000”, “>40”, “62+” or “1/4”: its number and what stands around it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return FreeFigure(float(value), "", "", "")
    raw = text_of(value)
    text = unicodedata.normalize("NFKC", raw)
    found = _LEADING.match(text)
    if found is None or re.match(r"\d+\s*/\s*\d+", text) or re.match(r"\d{4}-\d{2}", text):
        return FreeFigure(None, raw, "", "")
    number = float(found["number"].replace(",", ""))
    return FreeFigure(number, raw, found["sign"] or "", found["rest"].strip())


def _no_number(value: Any) -> Problem:
    return Problem(
        f"“{text_of(value)[:30]}”不是数字", f"“{text_of(value)[:30]}” is no number",
        "请只填数字，单位写入单位列，说明写入备注列；未知请留空。",
        "Put the number alone here, the unit in its column, remarks under note; leave unknown cells empty.",
    )  # fmt: skip


def _no_year(value: Any) -> Problem:
    return Problem(
        f"“{text_of(value)[:30]}”不是年份", f"“{text_of(value)[:30]}” is no year",
        "请填四位年份，如 2024。", "Write a four-digit year such as 2024.",
    )  # fmt: skip
