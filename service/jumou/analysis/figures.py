"""Finding a region's own figures in its profile: by key or by the words of the metric, the most reliable one first."""

import re
from typing import Final

from jumou.domain.quantity import Quantity
from jumou.domain.region import ProfileIndicator, RegionProfile

KEYS: Final[dict[str, re.Pattern[str]]] = {
    "gdp": re.compile(r"^(地区|国内)?生产总值(?!增)|^GDP$|gross (?:domestic|regional) product", re.IGNORECASE),
    "gva_primary": re.compile(r"^(第)?一产(业)?增加值$"),
    "gva_secondary": re.compile(r"^(第)?二产(业)?增加值$"),
    "gva_tertiary": re.compile(r"^(第)?三产(业)?增加值$"),
    "population": re.compile(r"^(常住|总|户籍)人口|^population", re.IGNORECASE),
    "rd": re.compile(
        r"(研发|研究与试验发展|R&D)(经费|投入|支出)(?!.*强度)(?!.*(占|比))|"
        r"^(?!.*(?:share|intensity|per ?cent|%|percentage)).*(?:R&D|\bGERD\b|research and development) ?(?:spend|expend|invest)",
        re.IGNORECASE,
    ),
    "rd_intensity": re.compile(
        r"(研发|研究与试验发展|R&D).*(强度|占.*(GDP|生产总值|比重)|(?:GDP|生产总值)(?:之)?比)|"
        r"(?:R&D|\bGERD\b|research and development).*(?:intensity|share of|per ?cent(?:age)? of|% of|to GDP|/ ?GDP)",
        re.IGNORECASE,
    ),
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


def rank(cell: ProfileIndicator) -> int:
    """How sure a figure is, 0 the surest."""
    return _RANK.get(cell.status, 2)


def quantity(cell: ProfileIndicator) -> Quantity:
    """A profile cell as a figure a text can use."""
    flags = (cell.status,) if cell.status in ("estimate", "derived", "preliminary", "rounded", "lower bound") else ()
    return Quantity(
        label=cell.metric, value=cell.value if cell.value is not None else 0.0, unit=cell.unit, year=cell.year,
        basis="profile", source_ids=tuple(item for item in (cell.ref or "profile", cell.source_id) if item), flags=flags,
    )  # fmt: skip
