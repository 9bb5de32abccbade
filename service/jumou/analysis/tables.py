"""Industry tables of a profile: rows of one area, measure and year side by side, with the total they belong to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from jumou.domain.region import ProfileIndustry, RegionProfile

MEASURES: Final = frozenset(
    ("output", "value_added", "revenue", "jobs", "firms", "产值", "增加值", "营业收入", "就业", "企业数")
)
_TOTAL: Final = re.compile(r"合计|总计|生产总值|^总量|total|all industries", re.IGNORECASE)
_SCOPE: Final = re.compile(r"revenue|scope|口径", re.IGNORECASE)
SECTORS: Final = ("第一产业", "第二产业", "第三产业")


@dataclass(frozen=True, slots=True)
class IndustryTable:
    """Rows of one area, measure and year. `total` is the row that sums them, when the profile has it."""

    area: str
    measure: str
    year: int
    rows: tuple[ProfileIndustry, ...]
    total: ProfileIndustry | None
    own: bool

    @property
    def region_total(self) -> float | None:
        """The region's denominator: the total row, else the sum of the three sectors when all are given."""
        if self.total is not None:
            return self.total.region_value
        return self._sum("region_value")

    @property
    def nation_total(self) -> float | None:
        """The nation's denominator on the same rule."""
        if self.total is not None:
            return self.total.nation_value
        return self._sum("nation_value")

    def _sum(self, field: str) -> float | None:
        values = [getattr(row, field) for row in self.rows if row.sector in SECTORS]
        if len(values) == len(SECTORS) and None not in values:
            return float(sum(values))
        return None

    @property
    def scope(self) -> str:
        """Area, measure and base in one line."""
        return f"{self.area} {self.measure} {self.year}"

    def flags(self, row: ProfileIndustry) -> tuple[str, ...]:
        """Quality flags of a ratio on `row`: scopes that differ, derived values, a part of the region only."""
        found = []
        notes = row.note + (self.total.note if self.total is not None else "")
        if _SCOPE.search(notes):
            found.append("scope_differs")
        if row.status in ("derived", "estimate", "preliminary"):
            found.append(row.status)
        if not self.own:
            found.append("part_of_region")
        if self.measure in ("jobs", "就业") and (row.region_value or 0) < 30:
            found.append("unstable_small")
        if self.measure in ("firms", "企业数") and (row.region_value or 0) < 3:
            found.append("unstable_small")
        return tuple(found)


def industry_tables(profile: RegionProfile) -> tuple[IndustryTable, ...]:
    """All tables of a profile, the region's own area first, then the latest year."""
    groups: dict[tuple[str, str, int], list[ProfileIndustry]] = {}
    for row in profile.industries:
        if (
            row.measure in MEASURES
            and row.year is not None
            and row.region_value is not None
            and row.status != "missing"
        ):
            groups.setdefault((row.area or profile.name, row.measure, row.year), []).append(row)
    tables = [_table(profile, *key, rows) for key, rows in groups.items()]
    return tuple(sorted(tables, key=lambda table: (not table.own, -table.year, table.area, table.measure)))


def _table(
    profile: RegionProfile, area: str, measure: str, year: int, rows: Iterable[ProfileIndustry]
) -> IndustryTable:
    listed = list(rows)
    total = next((row for row in listed if _TOTAL.search(row.sector)), None)
    return IndustryTable(
        area=area, measure=measure, year=year, rows=tuple(row for row in listed if row is not total), total=total,
        own=area == profile.name,
    )  # fmt: skip


def earlier(table: IndustryTable, tables: Iterable[IndustryTable]) -> IndustryTable | None:
    """The table of the same area and measure one or more years before, the nearest."""
    before = [
        other
        for other in tables
        if (other.area, other.measure) == (table.area, table.measure) and other.year < table.year
    ]
    return max(before, key=lambda other: other.year, default=None)
