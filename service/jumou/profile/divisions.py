"""Chinese administrative divisions: a region's level and province from its name or code (GB/T 2260)."""

import csv
import re
from functools import lru_cache
from typing import Final, NamedTuple

from jumou.assets import asset_dir
from jumou.domain.region import RegionLevel


class Division(NamedTuple):
    """A division with the names of what it lies in, outermost first."""

    code: str
    name: str
    level: RegionLevel
    parents: tuple[str, ...]


_LEVELS: Final[dict[str, RegionLevel]] = {"1": "provincial", "2": "city", "3": "county"}
_LEVEL_WORDS: Final[tuple[tuple[str, RegionLevel], ...]] = (
    (
        r"开发区|高新区|经开|园区|新区|产业园|试验区|示范区|保税|自贸|科技城|工业区|集聚区|合作区|\bpark\b|\bzone\b",
        "park",
    ),
    (r"副省级|省会|计划单列|provincial capital|sub-?provincial|city region|metro region", "city"),
    (r"市辖区|县|区县|^区$|旗$|林区|county|district|borough", "county"),
    (r"^国家级?$|^全国$|^national?$|^country$", "national"),
    (r"省级|^省|直辖市|自治区|特别行政区|provinc|^state$|autonomous community|^region$", "provincial"),
    (r"地级|市|自治州|^州$|盟$|^地区$|city|cities|metro|prefecture|municipal", "city"),
    (r"镇|乡|街道|town|village", "town"),
)
_WORDS: Final = tuple((re.compile(pattern, re.IGNORECASE), level) for pattern, level in _LEVEL_WORDS)
_ENDINGS: Final = (
    "省",
    "市",
    "自治区",
    "壮族自治区",
    "回族自治区",
    "维吾尔自治区",
    "特别行政区",
    "县",
    "区",
    "盟",
    "旗",
)
_NAME_ENDINGS: Final[tuple[tuple[str, RegionLevel], ...]] = (
    ("省", "provincial"), ("自治区", "provincial"), ("自治州", "city"), ("自治县", "county"), ("市", "city"), ("县", "county"),
    ("区", "county"), ("旗", "county"), ("镇", "town"), ("乡", "town"), ("州", "city"), ("街道", "town"),
)  # fmt: skip
_PARK: Final = re.compile(r"开发区|高新区|经开区|园区|产业园|试验区|示范区|新区|保税区|工业区|集聚区|合作区")


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    with (asset_dir("corpus") / "reference" / "divisions.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def division(name: str, code: str = "", within: str = "") -> Division | None:
    """The division of that code, else the one of that name (inside `within` when the name is not unique).

    A name may come without its ending (合肥) or with what it lies in before it (佛山市南海区); a name that several
    divisions bear and nothing tells apart is no division.
    """
    table = _table()
    if code in table:
        return _division(table, code)
    bare = re.sub(r"[（(].*?[）)]", "", name).strip()
    found = _named().get(bare, []) or _shortened(bare)
    if not found:
        bare, before = _split(bare)
        found, within = _named().get(bare, []), within or before
    if len(found) > 1 and within:
        found = [key for key in found if any(part in within for part in _division(table, key).parents)]
    return _division(table, found[0]) if len(found) == 1 else None


@lru_cache(maxsize=1)
def _named() -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for code, row in _table().items():
        named.setdefault(row["name_zh"], []).append(code)
    return named


def _shortened(bare: str) -> list[str]:
    """Divisions of the name with its ending left off; the highest level wins: 吉林 is the province."""
    if len(bare) < 2:
        return []
    found = [code for ending in _ENDINGS for code in _named().get(bare + ending, [])]
    highest = min((_table()[code]["level"] for code in found), default="")
    return [code for code in found if _table()[code]["level"] == highest]


def _split(bare: str) -> tuple[str, str]:
    """A name such as 湖南省株洲市 into the longest known division at its end and what stands before it."""
    for start in range(1, len(bare) - 1):
        if bare[start:] in _named():
            return bare[start:], bare[:start]
    return "", ""


def _division(table: dict[str, dict[str, str]], code: str) -> Division:
    row = table[code]
    parents: list[str] = []
    parent = row["parent"]
    while parent in table:
        parents.insert(0, table[parent]["name_zh"])
        parent = table[parent]["parent"]
    return Division(code, row["name_zh"], _LEVELS.get(row["level"], "other"), tuple(parents))


def level_of(text: str, name: str, code: str = "") -> RegionLevel:
    """The region's level from what the profile says, else from its code or name."""
    for pattern, level in _WORDS:
        if text and pattern.search(text):
            return level
    if _PARK.search(name) and division(name, code) is None:
        return "park"
    known = division(name, code)
    if known is not None:
        return known.level
    bare = re.sub(r"[（(].*?[）)]", "", name).strip()
    return next((level for ending, level in _NAME_ENDINGS if bare.endswith(ending)), "other")
