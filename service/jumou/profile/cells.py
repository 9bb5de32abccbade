"""Turning what stands in a cell into a number, year or text, or saying what is wrong with it."""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jumou.domain.currency import money_unit

LONGEST: Final = 4000
"""Characters in one cell; beyond that a document was pasted into it."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_LEADING: Final = re.compile(
    r"^(?P<sign>约为?|近|超过|超|逾|突破|不到|不足|>=|<=|≥|≤|>|<|~|≈|about|over|nearly|approx\.?|more than|less than)?\s*"
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)\s*(?P<rest>.*)$",
    re.DOTALL | re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_YEAR_WORDS: Final = re.compile(r"[\s年度末底全财报公布.]|FY|CY|end of|year", re.IGNORECASE)
_BLANK: Final = frozenset(
    ("", "-", "--", "—", "——", "/", "…", "无", "暂无", "未知", "不详", "n/a", "na", "null", "none", "nan")
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_EXCEL_ERRORS: Final = frozenset(("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!"))
_ABOUT: Final = frozenset(("约", "约为", "近", "~", "≈", "about", "nearly", "approx", "approx."))
_ABOVE: Final = frozenset((">", "≥", ">=", "超", "超过", "逾", "突破", "over", "more than"))
_BELOW: Final = frozenset(("<", "≤", "<=", "不到", "不足", "less than"))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell, and how to mend it, in both languages."""

    zh: str
    en: str
    mend_zh: str
    mend_en: str


@dataclass(frozen=True, slots=True)
class FreeFigure:
    """A figure as written in free form: its number when one stands for it, and how sure that number is.

    `status` is estimate, lower bound, upper bound or empty; `unit` is what follows the number, when it reads as a unit.
    """

    value: float | None
    raw: str
    status: str = ""
    unit: str = ""


def text_of(value: Any) -> str:
    """The cell as text: blanks trimmed, control characters out, whole numbers without a point, lists joined by 、."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, list | tuple):
        return "、".join(part for part in map(text_of, value) if part)
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{text_of(part)}" for key, part in value.items() if text_of(part))
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**300:
        return "（数字过大）"
    return _CONTROL.sub("", str(value)).strip()


def blank(value: Any) -> bool:
    """Whether a cell says nothing: empty, a dash, 无, n/a."""
    return value is None or (isinstance(value, str) and _CONTROL.sub("", value).strip().lower() in _BLANK)


def wrong_text(text: str) -> Problem | None:
    """What is wrong with a text: an Excel error value, or a whole document in a cell."""
    if text.upper() in _EXCEL_ERRORS:
        return Problem(
            f"单元格是 Excel 错误值 {text}", f"the cell holds the Excel error {text}",
            "请改正公式，或改填数值本身。", "Mend the formula or write the value itself.",
        )  # fmt: skip
    if len(text) > LONGEST:
        return Problem(
            f"单元格有 {len(text)} 字，超过 {LONGEST} 字", f"the cell has {len(text)} characters, more than {LONGEST}",
            "请只填要点；整篇文件请用 jumou corpus add 收入语料。", "Write the point only; add whole documents with jumou corpus add.",
        )  # fmt: skip
    return None


def number_of(value: Any) -> float | Problem | None:
    """The cell as a number, None when blank, or what is wrong with it. Full-width digits and separators are read."""
    if blank(value):
        return None
    if isinstance(value, bool | dt.date | dt.time | Mapping | list | tuple):
        return _no_number(value)
    if isinstance(value, int | float):
        if abs(value) > 1e300:
            return _no_number(value)
        number = float(value)
    else:
        text = unicodedata.normalize("NFKC", text_of(value)).replace("−", "-").replace(" ", "")
        if not _NUMBER.fullmatch(text.removesuffix("%")):
            return _no_number(value)
        number = float(text.removesuffix("%").replace(",", ""))
    if not math.isfinite(number):
        return _no_number(value)
    return number


def year_of(value: Any) -> int | Problem | None:
    """The cell as a year between 1900 and 2100, None when blank. “2023年”, “2023-06” and dates are read; two years are not."""
    if isinstance(value, dt.date):
        return value.year
    number = number_of(value)
    if isinstance(number, Problem):
        found = sorted({int(year) for year in _YEAR.findall(unicodedata.normalize("NFKC", text_of(value)))})
        if len(found) > 1:
            return Problem(
                f"“{text_of(value)[:30]}”含有不止一个年份", f"“{text_of(value)[:30]}” names more than one year",
                "每行只写一个年份；不同年份的数据请分行填写。", "Write one year a row; split figures of several years into rows.",
            )  # fmt: skip
        return found[0] if found else _no_year(value)
    if number is None:
        return None
    if number != int(number) or not 1900 <= number <= 2100:
        return _no_year(value)
    return int(number)


def beside_year(value: Any) -> str:
    """What a year cell says beyond the year, such as “1-9月”; empty when nothing."""
    if not isinstance(value, str):
        return ""
    rest = _YEAR.sub("", unicodedata.normalize("NFKC", value))
    return text_of(value) if _YEAR_WORDS.sub("", rest) else ""


def free_year(value: Any) -> int | None:
    """The first year in a free-form text such as “2023-11” or “2011报道”."""
    found = _YEAR.search(text_of(value))
    return int(found.group()) if found else None


def free_figure(value: Any) -> FreeFigure:
    """A free-form value such as “约3000”, “>40”, “62+”, “1.2万吨” or “1/4”; what is no single figure keeps its words only."""
    if blank(value):
        return FreeFigure(None, "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = number_of(value)
        return FreeFigure(number, "") if isinstance(number, float) else FreeFigure(None, text_of(value))
    raw = text_of(value)
    found = _LEADING.match(_money_behind(unicodedata.normalize("NFKC", raw)))
    if found is None:
        return FreeFigure(None, raw)
    rest = found["rest"].strip()
    sign = (found["sign"] or "").lower()
    status = (
        "estimate" if sign in _ABOUT else "lower bound" if sign in _ABOVE else "upper bound" if sign in _BELOW else ""
    )
    hedged = _HEDGED.match(rest)
    if hedged:
        rest = (hedged["unit"] or hedged["plain"] or "").strip()
        status = status or ("estimate" if hedged["after"] in _AROUND else "lower bound")
    aside = rest.startswith(("+", "(")) or rest == ""
    worded, _, remark = rest.partition("(") if not aside else (rest, "", "")
    if remark and (growth_in(remark) is not None or money_unit(worded) is not None):
        rest = worded.strip()  # “7.9亿元(+5%)”
    short = re.fullmatch(r"[^\W\d_]{1,6}(?:/[^\W\d_]{1,4})?|%", rest) or _WORDED_SCALE.fullmatch(rest)
    unit = rest if (short and not _says_more(rest)) or money_unit(rest) is not None else ""
    if not aside and not unit:
        return FreeFigure(None, raw)
    if rest.startswith("+") and not status:
        status = "lower bound"
    return FreeFigure(float(found["number"].replace(",", "")), raw, status, unit)


_HEDGED: Final = re.compile(
    r"(?:(?P<more>[多余])(?P<unit>[^\d多余]*)|(?P<plain>[^\d多余]*?)(?P<after>以上|左右|上下))$"
)
"""“30多”, “30余万人”, “500亿元以上”, “80%左右”: words about how sure the number is, around its unit."""
_AROUND: Final = frozenset(("左右", "上下"))
_WORDED_SCALE: Final = re.compile(r"(?:thousand|million|billion|trillion)(?: [a-z]{3,12})?", re.IGNORECASE)
_MONEY_FIRST: Final = re.compile(
    r"^(?P<sign>\D{0,9}?)(?P<money>[A-Z]{3}(?= ?\d)|[A-Z]{0,3}[$€£₹₩₺₽¥]) ?(?P<number>\d[\d,.]*\d|\d)(?P<rest>.*)$",
    re.DOTALL,
)
_BY: Final = r"(?:按?可比价格?|名义|现价|同比|比上年|较上年|年均|year[- ]on[- ]year|y/?o/?y)?"
_GROWTH: Final = re.compile(
    rf"^[\s，,：:]*{_BY}\s*(?:(?P<up>增长|上升|提高|up|growth of|increase of|grew|rose)|(?P<down>下降|减少|降低|负增长|down|fell|decline of|decrease of))?\s*(?:约|了|by|about)?\s*"
    r"(?P<sign>[+\-−–]?)\s*(?P<number>\d+(?:\.\d+)?)\s*(?:%|per ?cent)",
    re.IGNORECASE,
)


def growth_in(remark: str) -> float | None:
    """The growth a remark beside a figure states, per cent a year (“+5.1%”, “同比下降3.4%”, “up 4%”); None when it states none.

    A percentage without a sign or a word of growth (“占全国40%”, “开工率48%”, “品位24.6%”) is none.
    """
    found = _GROWTH.match(unicodedata.normalize("NFKC", remark).strip())
    if found is None or not (found["up"] or found["down"] or found["sign"]):
        return None
    falls = bool(found["down"]) or found["sign"] in ("-", "−", "–")
    return -float(found["number"]) if falls else float(found["number"])


def _money_behind(text: str) -> str:
    """“€7.9 billion” and “PLN 7.9bn” with the currency behind the number."""
    found = _MONEY_FIRST.match(text)
    if found is None or money_unit(found["money"]) is None:
        return text
    scale, bracket, remark = found["rest"].strip().partition("(")
    code = money_unit(found["money"])
    scale = {"m": "million", "bn": "billion", "tn": "trillion"}.get(scale.strip().lower(), scale.strip())
    said = f"{found['number']} {scale} {code.currency if code else ''}".replace("  ", " ").strip()
    return f"{found['sign']}{said} {bracket}{remark}".strip()


def _says_more(rest: str) -> bool:
    """Words that follow a number and are no unit: 2013前后, 3余家, 5 higher."""
    return bool(re.search(r"前后|左右|以上|以下|余|多|至|到|起|higher|lower|times|年|月|日", rest))


def _no_number(value: Any) -> Problem:
    return Problem(
        f"“{text_of(value)[:30]}”不是数字", f"“{text_of(value)[:30]}” is no number",
        "请只填数字，单位写入单位列，说明写入备注列；未知请留空。",
        "Put the number alone here, the unit in its column, remarks under note; leave unknown cells empty.",
    )  # fmt: skip


def _no_year(value: Any) -> Problem:
    return Problem(
        f"“{text_of(value)[:30]}”不是 1900—2100 之间的年份", f"“{text_of(value)[:30]}” is no year from 1900 to 2100",
        "请填四位年份，如 2024。", "Write a four-digit year such as 2024.",
    )  # fmt: skip
