"""Finding the figures in a text: which digits are figures somebody must be able to trace, and which are names or dates."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from jumou.domain.quantity import Quantity

_NUMBER: Final = re.compile(r"(?<![0-9.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![0-9.])\d+(?:\.\d+)?")
_NOT_FIGURES: Final = re.compile(
    "|".join(  # noqa: FLY002 - one pattern a line, each with its reason
        (
            r"https?://\S+",
            r"〔\d{4}〕\s*\d*\s*号?",  # document numbers
            r"\[\d{4}\]\s*\d+\s*号",
            r"第\s*\d+\s*[号条章节款项批届次期]",
            r"GB/T\s*[\d.\-—]+",
            r"\d{4}-\d{2}(?:-\d{2})?(?!\d)",  # dates
            r"(?:19|20)\d{2}\s*[—–\-~至到]\s*(?:19|20)?\d{2}(?!\d)(?:\s*年)?",  # year spans
            r"(?:19|20)\d{2}\s*年(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?",
            r"(?<![\d.,])(?:19|20)\d{2}(?![\d.,]*\d|\s*[%万亿个家户项人件吨亩元])",  # bare years
            r"[A-Za-z][A-Za-z0-9/.\-]*\d[A-Za-z0-9/.\-]*",  # 5G the other way round: C36, A1, PM2.5
            r"\d+(?:\.\d+)?[A-Za-z][A-Za-z0-9]*(?![\u4e00-\u9fff%])(?<!\dkm)(?<!\dha)(?<!\dmw)",  # 5G, 3D, 6G
            r"(?<![\d.])(?-i:\d{1,2}[GDKBC])(?![A-Za-z])",  # 3D打印, 5G基站, 4K显示
            r"十四五|十五五|十三五|(?<!\d)1[345](?:th)\b",
            r"\b\d+(?:st|nd|rd|th)\b",
        )
    ),
    re.IGNORECASE,
)


def normalised(text: str) -> str:
    """`text` with full-width digits and signs folded to their plain forms (NFKC)."""
    return unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=8192)  # the labels and quotes of a scope are read once for every text in it
def figures_in(text: str) -> tuple[float, ...]:
    """The figures of a text in order, without years, dates, document numbers, ordinals and names such as 5G or C36."""
    cleaned = _NOT_FIGURES.sub(" ", normalised(text).replace("~", "—"))
    return tuple(float(match.group().replace(",", "")) for match in _NUMBER.finditer(cleaned))


def untraced(text: str, quantities: Iterable[Quantity], quotes: Iterable[str]) -> list[float]:
    """The figures of `text` that neither a quantity nor a quote carries.

    A figure matches a quantity when it equals its value (or upper end) as it would be written with the digits
    the text uses: 23.66 stands for 23.6634, 24 does too. Percentages match the share they express.
    """
    known: list[float] = []
    for quantity in quantities:
        known.extend(value for value in (quantity.value, quantity.upper) if value is not None)
        known.extend(figures_in(f"{quantity.label} {quantity.unit}"))
    for quote in quotes:
        known.extend(figures_in(quote))
    return [number for number in figures_in(text) if not any(_same(number, value) for value in known)]


def _same(written: float, value: float) -> bool:
    """Whether `written` is `value` rounded to the digits it shows (sign and per cent apart)."""
    decimals = len(repr(written).split(".")[1]) if written != int(written) else 0
    tolerance = 0.5 * 10.0**-decimals + 1e-9
    candidates = (abs(value), abs(value) * 100)
    return any(abs(written - candidate) <= tolerance and (candidate == 0 or written != 0) for candidate in candidates)
