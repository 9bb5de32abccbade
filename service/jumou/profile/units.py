"""What a unit measures, and money in hundred million yuan."""

import re
import unicodedata
from typing import Final, Literal

from jumou.domain.currency import money_unit

Dimension = Literal["money", "persons", "count", "percent", "physical"]

_MONEY: Final = re.compile(r"元|USD|GBP|EUR|CNY|RMB|JPY|KRW|yuan|dollar|pound|euro|英镑|[$€£¥]", re.IGNORECASE)
_PERSONS: Final = re.compile(
    r"^[十百千万亿]*[人名口位]$|people|persons?|inhabitants|jobs|employees|residents|workers", re.IGNORECASE
)
_PERCENT: Final = re.compile(r"^[%‰％]$|百分|per ?cent|^pp$|^比例$|^比重$", re.IGNORECASE)
_COUNT: Final = re.compile(
    r"^[十百千万亿]*[家户个项件所座条支款台部只]$|^firms?$|^companies$|^patents?$", re.IGNORECASE
)
_PHYSICAL: Final = re.compile(
    r"^[十百千万亿]*(?:[吨辆米里斤艘架套块片瓦度升亩]|平方公里|公里|公顷|千瓦时?|千瓦|立方米|平方米|标箱|TEU|GWh?|MWh?|kWh?|km2?|km²|ha|t)(?:/.+)?$",
    re.IGNORECASE,
)
_YI: Final[dict[str, float]] = {
    "元": 1e-8,
    "千元": 1e-5,
    "万元": 1e-4,
    "百万元": 1e-2,
    "千万元": 1e-1,
    "亿元": 1.0,
    "十亿元": 10.0,
    "百亿元": 100.0,
    "万亿元": 1e4,
}


def dimension(unit: str) -> Dimension | None:
    """What a unit measures; None for one that is empty or unknown."""
    text = unicodedata.normalize("NFKC", unit).strip()
    if not text:
        return None
    if money_unit(text) is not None:
        return "money"
    for pattern, name in _KINDS:
        if pattern.search(text):
            return name
    return None


_KINDS: Final[tuple[tuple[re.Pattern[str], Dimension], ...]] = (
    (_PERCENT, "percent"), (_MONEY, "money"), (_PERSONS, "persons"), (_COUNT, "count"), (_PHYSICAL, "physical"),
)  # fmt: skip


def yi_yuan(unit: str) -> float | None:
    """How many hundred million yuan one of `unit` is; None when it is no amount of yuan."""
    return _YI.get(unicodedata.normalize("NFKC", unit).strip().removeprefix("人民币"))
