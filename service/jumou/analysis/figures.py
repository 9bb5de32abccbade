"""Finding a region's own figures in its profile: by key or by the words of the metric, the most reliable one first."""

import re
from collections.abc import Iterable
from typing import Final

from jumou.domain.quantity import Quantity
from jumou.domain.region import ProfileIndicator, RegionProfile

KEYS: Final[dict[str, re.Pattern[str]]] = {
    "gdp": re.compile(r"^(地区|国内)?生产总值(?!增)|^GDP$|gross (?:domestic|regional) product", re.IGNORECASE),
    "gva_primary": re.compile(r"^(第)?一产(业)?增加值$"),
    "gva_secondary": re.compile(r"^(第)?二产(业)?增加值$"),
    "gva_tertiary": re.compile(r"^(第)?三产(业)?增加值$"),
    "population": re.compile(r"^(常住|总|户籍)人口|^population", re.IGNORECASE),
    "rd": re.compile(r"(研发|研究与试验发展)(经费|投入|支出)(?!.*强度)(?!.*占)|R&D (?:spend|expend)", re.IGNORECASE),
    "rd_intensity": re.compile(r"(研发|研究与试验发展).*(强度|占.*(GDP|生产总值|比重))|R&D intensity", re.IGNORECASE),
    "industrial_output": re.compile(r"^(规模以上|规上)?工业总产值|^(规模以上|规上)工业产值"),
    "firms": re.compile(r"^(规模以上|规上)(工业)?企业(?!.*(利润|营收|营业收入))|^firms above"),
    "revenue": re.compile(r"^(规模以上|规上)工业(企业)?(营业收入|营收|主营业务收入)"),
    "profit": re.compile(r"^(规模以上|规上)工业(企业)?利润"),
    "budget_revenue": re.compile(r"^(地方)?(财政)?一般(公共)?预算收入|^财政一般预算收入"),
    "budget_spend": re.compile(r"^(地方)?(财政)?一般(公共)?预算支出"),
}
"""Metrics recognised in free-form profiles; a profile with keys needs none of them."""

_ALSO: Final[dict[str, tuple[str, ...]]] = {"firms": ("park_firms",), "industrial_output": ("park_output",)}
_RANK: Final = {
    "final": 0,
    "published": 0,
    "": 1,
    "preliminary": 1,
    "rounded": 2,
    "derived": 2,
    "estimate": 3,
    "lower bound": 3,
}
_UNUSABLE: Final = frozenset(("target", "conflict", "missing", "growth only"))
_PARTIAL: Final = re.compile(r"\d+\s*[-—~至到]\s*\d+\s*月|前三季度|上半年|一季度|季度")
_SIZE: Final = re.compile(
    r"产值|营收|营业收入|主营业务收入|产业规模|集群规模|规模$|总产出|成交额|交易额|销售额|增加值|sales|revenue|turnover|output|industrial economy|gross (?:regional )?product|GVA",
    re.IGNORECASE,
)
_SIZE_NOT: Final = re.compile(
    r"增速|占比|比重|占|目标|人均|per employee|share|growth|forecast|market|出口", re.IGNORECASE
)
_PRODUCT: Final = re.compile(r"产量|产能|产销|production", re.IGNORECASE)


def figures(profile: RegionProfile, key: str) -> list[ProfileIndicator]:
    """All usable figures for a key, the best first: latest year, then reliability. Targets and conflicts stay out."""
    pattern = KEYS.get(key)
    names = (key, *_ALSO.get(key, ()))
    found = [
        cell for cell in profile.indicators
        if cell.value is not None and cell.status not in _UNUSABLE
        and (cell.key in names or (not cell.key and pattern is not None and pattern.search(cell.metric)))
    ]  # fmt: skip
    return sorted(found, key=lambda cell: (-(cell.year or 0), _RANK.get(cell.status, 2), cell.ref))


def figure(profile: RegionProfile, key: str, year: int | None = None) -> ProfileIndicator | None:
    """The best figure for a key, of `year` when given."""
    return next((cell for cell in figures(profile, key) if year is None or cell.year == year), None)


def usable(cell: ProfileIndicator) -> bool:
    """Whether a cell holds a figure that stands for its year (no target, no conflict, not empty)."""
    return cell.value is not None and cell.status not in _UNUSABLE


def industry_size(profile: RegionProfile, aliases: Iterable[str]) -> ProfileIndicator | None:
    """The figure that gives the size of the target industry, the latest one.

    An output, revenue or turnover that names the industry, else its physical output, else the only output figure.
    """
    words = [word.lower() for word in aliases if len(word) > 1]
    cells = [cell for cell in profile.indicators if usable(cell) and not _SIZE_NOT.search(cell.metric)]
    sizes = [cell for cell in cells if _SIZE.search(cell.metric) and (cell.value or 0) > 0 and "%" not in cell.unit]
    named = [cell for cell in sizes if any(word in cell.metric.lower() for word in words)]
    physical = [
        cell for cell in cells
        if _PRODUCT.search(cell.metric) and any(word in cell.metric.lower() for word in words) and (cell.value or 0) > 0
    ]  # fmt: skip
    plain = [cell for cell in sizes if not KEYS["gdp"].search(cell.metric) and cell.key != "gdp"]
    for group in (named, physical, plain if len({cell.metric for cell in plain}) == 1 else []):
        if group:
            return max(
                group, key=lambda cell: (not _PARTIAL.search(cell.metric), cell.year or 0, -_RANK.get(cell.status, 2))
            )
    return None


def quantity(cell: ProfileIndicator) -> Quantity:
    """A profile cell as a figure a text can use."""
    flags = (cell.status,) if cell.status in ("estimate", "derived", "preliminary", "rounded", "lower bound") else ()
    return Quantity(
        label=cell.metric, value=cell.value if cell.value is not None else 0.0, unit=cell.unit, year=cell.year,
        basis="profile", source_ids=tuple(item for item in (cell.ref or "profile", cell.source_id) if item), flags=flags,
    )  # fmt: skip
