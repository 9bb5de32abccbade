"""What Chinese statistics are called in English: the table in corpus/reference, and names made of its terms and a measure."""

import csv
from functools import lru_cache
from typing import Final

from jumou.assets import asset_dir

_MEASURES: Final = (
    ("总产值", "gross output of {}"), ("产值", "output of {}"), ("增加值", "value added of {}"), ("营业收入", "revenue of {}"),
    ("利润", "profit of {}"), ("产量", "output of {}"), ("出口额", "exports of {}"), ("增速", "growth of {}"),
    ("目标", "target for {}"), ("企业数", "number of {} firms"),
)  # fmt: skip
"""Endings by which a name is a measure of something, the longest first; growth and targets may follow another measure."""


def statistic_in_english(name: str) -> str | None:
    """The English name of a statistic or an industry; None when the table does not know it.

    规模以上工业总产值 is the gross output of industry above designated size, 汽车产业产值增速 the growth of the output of the automotive industry.
    """
    plain = name.strip().replace("（", "(").replace("）", ")")
    found = _table().get(plain)
    if found is not None:
        return found
    for ending, english in _MEASURES:
        if len(plain) > len(ending) and plain.endswith(ending):
            rest = statistic_in_english(plain.removesuffix(ending))
            return None if rest is None else english.format(rest)
    return None


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    path = asset_dir("corpus") / "reference" / "statistics_en.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["zh"]: row["en"] for row in csv.DictReader(file)}
