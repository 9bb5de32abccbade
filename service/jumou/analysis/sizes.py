"""How large the target industry is by the profile's own figures: one figure that names it, or the sum of the parts its name lists."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from jumou.analysis.figures import KEYS, quantity, rank, usable
from jumou.domain.currency import currency_of, money_unit
from jumou.domain.framework import Language
from jumou.domain.quantity import Quantity
from jumou.domain.region import ProfileIndicator, RegionProfile

_PARTIAL: Final = re.compile(r"\d+\s*[-—~至到]\s*\d+\s*月|前三季度|上半年|一季度|季度")
_SIZE: Final = re.compile(
    r"产值|营收|(?:营业|业务|销售|经营|综合)收入|(?<!财政)总收入|产业规模|集群规模|规模$|总产出|成交额|交易额|销售额|增加值|sales|revenue|turnover|output|industrial economy|gross (?:regional )?product|GVA|value added",
    re.IGNORECASE,
)
_SOLD: Final = re.compile(r"production|产销", re.IGNORECASE)
"""Production in money is a size, production in tonnes is not."""

_SIZE_NOT: Final = re.compile(
    r"增速|占比|比重|占|目标|人均|利润率|per employee|per worker|per head|per capita|share|growth|forecast|market|出口|进口|export|import|investment|venture",
    re.IGNORECASE,
)
_PRODUCT: Final = re.compile(r"产量|产能|产销|production|landings|harvest", re.IGNORECASE)
_MEASURES: Final = (
    (
        "revenue",
        re.compile(r"营收|(?:营业|业务|经营|综合)收入|(?<!财政)总收入|销售|revenue|turnover|sales", re.IGNORECASE),
    ),
    ("added", re.compile(r"增加值|GVA|value added", re.IGNORECASE)),
    ("trade", re.compile(r"成交额|交易额", re.IGNORECASE)),
)
_LISTED: Final = re.compile(r"[、，,;；:：/]|(?<=\S\S)[与及和](?=\S\S)|\band\b|&|\+")
_BRACKETS: Final = re.compile(r"[（(]([^（()）]*)[）)]")
_ENDINGS: Final = re.compile(
    r"(?:产业集群|产业链|产业|制造业|工业|行业|业)$|\s+(?:industr(?:y|ies)|manufacturing|sector|cluster|production|services)$",
    re.IGNORECASE,
)
_OF_A_MEASURE: Final = re.compile(
    r"规模以上|规上|全部|全[市县区省州镇]|本[市县区省州镇]|年度?|总产值|产值|主营业务收入|业务收入|营业收入|综合收入|营收|增加值|销售(?:收入|额)?|产业规模|集群规模|规模|交易额|成交额|总产出|收入|完成|实现|"
    r"全产业链|产业集群|产业链|集群|产业|制造业|行业|工业|园区|企业|开发区|高新区|经开区|的|总|[（(].*?[）)]|"
    r"\b(?:sold|gross|total|annual|output|production|revenues?|turnover|sales|value|added|GVA|of|the|in|by|sector|industr(?:y|ies|ial)|manufacturing|firms|companies|economy|regional|product)\b",
    re.IGNORECASE,
)
_LEAST_SHARE: Final = 0.6
"""Of a part's name so much has to stand in a metric's subject that is shorter: 电池材料 names 高端电池材料."""


class Size(NamedTuple):
    """A figure, the cells it stands on, and whether it covers all that the industry's name lists."""

    quantity: Quantity
    cells: tuple[ProfileIndicator, ...]
    whole: bool


def parts_of(name: str) -> tuple[str, ...]:
    """The things an industry's name lists, without 产业 and the like: what stands in brackets where several stand there."""
    head, inside = _BRACKETS.sub(" ", name).strip(), "、".join(_BRACKETS.findall(name))
    listed = _bare(inside)
    return listed if len(listed) > 1 else _bare(head)


def _bare(text: str) -> tuple[str, ...]:
    found = (_plain(_ENDINGS.sub("", part.strip()).strip()) for part in _LISTED.split(text))
    return tuple(dict.fromkeys(part.lower() for part in found if len(part) > 1))


_QUALITIES: Final = re.compile(
    r"^(?:精品|高端|现代|先进|新型|绿色|特色|优质|高性能|advanced |modern |high-end |smart |green )", re.IGNORECASE
)
_TOO_WIDE: Final = frozenset(
    (
        "制造",
        "装备",
        "材料",
        "服务",
        "服务业",
        "产业",
        "农业",
        "物流",
        "能源",
        "技术",
        "manufacturing",
        "materials",
        "energy",
        "technology",
    )
)


def _plain(part: str) -> str:
    """A part without the quality it is to have, where what is left still names it: 精品钢铁 is 钢铁, 先进制造 stays."""
    bare = _QUALITIES.sub("", part)
    return bare if len(bare) > 1 and bare.lower() not in _TOO_WIDE else part


def subject_of(metric: str, region: str = "") -> str:
    """What a metric is about, without its words of measure: 磷化工 of 规上磷化工产业产值, nothing of 规上工业总产值."""
    bare = metric.replace(region, "") if region else metric
    return re.sub(r"\s+", " ", _OF_A_MEASURE.sub("", bare)).strip(" -—_:：").lower()


def names(part: str, text: str) -> bool:
    """Whether a text names a part; Latin words at their beginning."""
    low = text.lower()
    return re.search(rf"(?<![a-z]){re.escape(part)}", low) is not None if part.isascii() else part in low


def named_by(part: str, metric: str, region: str = "") -> bool:
    """Whether a metric is of a part: it names it whole, or its subject is most of the part's name."""
    if names(part, metric):
        return True
    subject = subject_of(metric, region)
    return len(subject) > 1 and subject in part and len(subject) >= _LEAST_SHARE * len(part)


def money_of(profile: RegionProfile) -> str:
    """The ISO code the region counts in: that of its GDP, else of most of its amounts, else its country's; empty when unknown."""
    found = [(cell, money) for cell in profile.indicators if (money := money_unit(cell.unit)) is not None]
    gdp = [money.currency for cell, money in found if cell.key == "gdp" or KEYS["gdp"].search(cell.metric)]
    codes = gdp or [money.currency for _, money in found]
    if codes:
        return max(dict.fromkeys(codes), key=codes.count)
    return currency_of(f"{profile.country} {profile.parent}")


def is_size(cell: ProfileIndicator) -> bool:
    """Whether a cell is an amount that says how large an industry is: output, revenue, turnover, value added."""
    if not usable(cell) or (cell.value or 0) <= 0 or "%" in cell.unit or _SIZE_NOT.search(cell.metric):
        return False
    return bool(_SIZE.search(cell.metric)) or (
        _SOLD.search(cell.metric) is not None and money_unit(cell.unit) is not None
    )


def industry_size(
    profile: RegionProfile, aliases: Iterable[str] = (), *, industry: str = "", language: Language = "zh"
) -> Size | None:
    """The size of the target industry by the profile's own figures, the latest.

    An amount that names the industry; where its name lists several things, the sum of those that have figures of one
    measure, unit and year, else the largest. Failing that an amount under another name of the industry (`aliases`), its
    physical output, or the only amount there is when that is of industry as a whole.
    """
    parts, money, region = parts_of(industry), money_of(profile), profile.name
    amounts = [cell for cell in profile.indicators if is_size(cell)]
    own = {part: cell for part in parts if (cell := _best(_of(part, parts, amounts, region), money)) is not None}
    if own:
        return _together(own, parts, language)
    words = [word.lower() for word in aliases if len(word) > 1]
    named = [cell for cell in amounts if any(names(word, cell.metric) for word in words)]
    physical = [
        cell for cell in profile.indicators
        if usable(cell) and (cell.value or 0) > 0 and _PRODUCT.search(cell.metric) and not _SIZE_NOT.search(cell.metric)
        and any(names(word, cell.metric) for word in (*parts, *words))
    ]  # fmt: skip
    plain = [cell for cell in amounts if not KEYS["gdp"].search(cell.metric) and cell.key != "gdp"]
    plain = [cell for cell in plain if cell.metric.isascii() or not subject_of(cell.metric, region)]
    for group in (named, physical, plain if len({cell.metric for cell in plain}) == 1 else []):
        if (found := _best(group, money)) is not None:
            return Size(quantity(found), (found,), whole=len(parts) < 2)
    return None


def _of(part: str, parts: Sequence[str], cells: Iterable[ProfileIndicator], region: str) -> list[ProfileIndicator]:
    """The amounts of a part, without those that name a longer part."""
    longer = [other for other in parts if part in other and other != part]
    return [
        cell for cell in cells
        if named_by(part, cell.metric, region) and not any(names(other, cell.metric) for other in longer)
    ]  # fmt: skip


def _best(cells: Sequence[ProfileIndicator], money: str) -> ProfileIndicator | None:
    def worth(cell: ProfileIndicator) -> tuple[bool, bool, int, bool, int]:
        unit = money_unit(cell.unit)
        return (
            not _PARTIAL.search(f"{cell.metric} {cell.note}"), unit is None or not money or unit.currency == money,
            cell.year or 0, measure_of(cell.metric) in ("output", "revenue"), -rank(cell),
        )  # fmt: skip

    return max(cells, key=worth, default=None)


def measure_of(metric: str) -> str:
    """What kind of size a metric is: output, revenue, added (value) or trade."""
    return next((name for name, words in _MEASURES if words.search(metric)), "output")


def _together(own: dict[str, ProfileIndicator], parts: Sequence[str], language: Language) -> Size:
    """The sum of the parts' figures where they add up, else the largest of them."""
    cells = list({cell.ref or cell.metric: cell for cell in own.values()}.values())
    largest = max(cells, key=_worth)
    whole = len(own) == len(parts)
    nested = any(left != right and left in right for left in own for right in own)
    alike = [
        cell for cell in cells
        if (cell.unit, cell.year, measure_of(cell.metric)) == (largest.unit, largest.year, measure_of(largest.metric))
    ]  # fmt: skip
    if len(alike) < 2 or nested:
        return Size(quantity(largest), (largest,), whole=whole and len(cells) == 1)
    metrics = [cell.metric for cell in alike]
    label = f"{'、'.join(metrics)}合计" if language == "zh" else f"sum of {', '.join(metrics)}"
    flags = tuple(dict.fromkeys(flag for cell in alike for flag in quantity(cell).flags))
    total = Quantity(
        label=label, value=round(sum(cell.value or 0.0 for cell in alike), 6), unit=largest.unit, year=largest.year, basis="computed",
        formula="sum_of_parts", flags=flags,
        source_ids=tuple(dict.fromkeys(name for cell in alike for name in (cell.ref or "profile", cell.source_id) if name)),
    )  # fmt: skip
    return Size(total, tuple(alike), whole=whole and len(alike) == len(cells))


def _worth(cell: ProfileIndicator) -> float:
    money = money_unit(cell.unit)
    return (cell.value or 0.0) * (money.scale if money else 1.0)
