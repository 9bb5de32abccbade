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
_WORDS: Final[tuple[tuple[re.Pattern[str], RegionLevel], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), level)
    for pattern, level in (
        (r"开发区|高新区|园区|新区管委|试点园区|产业园|试验区|示范区|park|zone", "park"),
        (r"市辖区|直辖市辖区|县级|自治县|^县$|区县|county", "county"),
        (r"国家级?$|^national$|^country$|^nation$", "national"),
        (r"省级|^省$|直辖市|自治区|province|provincial|^state$|autonomous community|^region$", "provincial"),
        (r"地级|省会|计划单列|副省级|^市$|city|metro|prefecture", "city"),
        (r"镇|乡|town", "town"),
    )
)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    with (asset_dir("corpus") / "reference" / "divisions.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def division(name: str, code: str = "", within: str = "") -> Division | None:
    """The division of that code, else the one of that name (inside `within` when the name is not unique)."""
    table = _table()
    if code in table:
        return _division(table, code)
    bare = re.sub(r"[（(].*?[）)]", "", name).strip()
    found = [key for key, row in table.items() if row["name_zh"] == bare]
    if len(found) > 1 and within:
        found = [key for key in found if any(part in within for part in _division(table, key).parents)] or found
    return _division(table, found[0]) if len(found) == 1 or (found and within) else None


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
    known = division(name, code)
    if known is not None:
        return known.level
    for ending, level in (("省", "provincial"), ("自治区", "provincial"), ("市", "city"), ("县", "county"), ("区", "county"), ("镇", "town")):  # fmt: skip
        if name.endswith(ending):
            return "park" if ending == "区" and re.search(r"开发区|高新区|园区|试验区|新区", name) else level  # type: ignore[return-value]
    return "other"
