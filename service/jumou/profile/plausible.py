"""Whether the figures of a profile can be: signs, shares, units, and no region larger than its nation."""

import csv
import re
from functools import lru_cache
from typing import Any, Final

from jumou.assets import asset_dir
from jumou.domain.region import ProfileEnterprise, ProfileIndicator, ProfileIndustry, ProfileItem, RegionProfile
from jumou.profile.agreement import agreed, place_of
from jumou.profile.rows import Reader
from jumou.profile.sheets import ITEM_SHEETS
from jumou.profile.units import Dimension, dimension, yi_yuan

_MAY_FALL: Final = re.compile(
    r"增速|增长|增幅|变化|变动|净|利润|盈|亏|差额|逆差|顺差|气温|温度|海拔|下降|降幅|贡献|growth|change|net|profit|loss|balance|temperature|decline|contraction|deficit",
    re.IGNORECASE,
)
_NEVER_NEGATIVE: Final = re.compile(
    r"生产总值|GDP|产值|产量|产能|人口|企业|户数|面积|增加值|收入|支出|经费|投资|销售|成交|出口|进口|零售|储量|专利|平台|里程|output|population|firms|revenue|jobs|sales|area|investment",
    re.IGNORECASE,
)
_SHARE: Final = re.compile(
    r"占.{0,20}(?:比|%|全国|全省|全市|全球|GDP|生产总值)|占比|比重|份额|share of|market share", re.IGNORECASE
)
_RATE: Final = re.compile(
    r"覆盖率|普及率|渗透率|城镇化率|城市化率|配套率|自给率|失业率|利用率|入学率|合格率|贡献率|coverage|unemployment",
    re.IGNORECASE,
)
_MONEY_METRIC: Final = re.compile(
    r"(?:生产总值|总产值|产值|增加值|营业收入|营收|预算收入|预算支出|研发经费|零售总额)(?:[（(].*[）)])?$|^GDP$"
)
_PERSON_METRIC: Final = re.compile(r"^(?:常住|户籍|总)?人口(?:[（(].*[）)])?$|^(?:total )?population$", re.IGNORECASE)
_KEYS: Final[dict[str, Dimension]] = {
    **dict.fromkeys(
        ("gdp", "gva_primary", "gva_secondary", "gva_tertiary", "gva_industry", "rd", "retail", "budget_revenue", "budget_spend",
         "industrial_output", "park_output", "revenue", "profit"), "money",
    ),
    "population": "persons", "rd_intensity": "percent",
}  # fmt: skip
_MONEY_MEASURES: Final = frozenset(("output", "value_added", "revenue", "产值", "增加值", "营业收入"))
_LARGEST: Final[dict[str, float]] = {"county": 20_000, "town": 5_000, "city": 60_000, "provincial": 180_000}
"""GDP in hundred million yuan no Chinese region of the level had by 2024, with room; beyond it the unit is likely wrong."""

_PEOPLE: Final = 141_500.0
_GROWTH_ROOM: Final = 1.6
"""The nation's figure may have grown this much beyond the last year known."""


@lru_cache(maxsize=1)
def _nation() -> dict[str, float]:
    """The nation's largest known figure by key, in hundred million yuan."""
    with (asset_dir("corpus") / "reference" / "national.csv").open(encoding="utf-8-sig", newline="") as file:
        found: dict[str, float] = {}
        for row in csv.DictReader(file):
            if row["unit"] == "亿元" and row["value"]:
                found[row["key"]] = max(found.get(row["key"], 0.0), float(row["value"]))
        return found


def plausible(profile: RegionProfile, reader: Reader) -> RegionProfile:
    """`profile` with what cannot be reported, money of industries in 亿元, and rows that say the same said once."""
    judge = _Judge(profile, reader)
    for cell in profile.indicators:
        judge.indicator(cell)
    profile = profile.model_copy(
        update={
            "industries": tuple(judge.in_yi_yuan(row) for row in profile.industries),
            "enterprises": profile.enterprises,
        }
    )
    for row in profile.industries:
        judge.industry(row)
    for firm in profile.enterprises:
        judge.enterprise(firm)
    for name in ITEM_SHEETS:
        for item in getattr(profile, name):
            judge.item(item)
    return agreed(profile, reader)


class _Judge:
    """Judges rows one by one."""

    def __init__(self, profile: RegionProfile, reader: Reader) -> None:
        self._level = profile.level
        self._china = profile.country == "中国"
        self._reader = reader

    def _say(self, severity: str, cell: Any, column: str, zh: str, en: str, mend_zh: str, mend_en: str) -> None:
        sheet, row = place_of(cell.ref)
        self._reader.report(severity, zh, en, mend_zh=mend_zh, mend_en=mend_en, sheet=sheet, row=row, column=column)

    def indicator(self, cell: ProfileIndicator) -> None:
        self._growth(cell, "growth_percent", cell.growth_percent)
        if cell.value is None:
            return
        unit, named = cell.unit, f"“{cell.metric[:30]}”"
        if cell.value < 0 and not _MAY_FALL.search(f"{cell.metric} {cell.key}"):
            certain = (
                _NEVER_NEGATIVE.search(cell.metric)
                or cell.key in _KEYS
                or dimension(unit) in ("persons", "count", "physical")
            )
            self._negative(cell, "value", named, "error" if certain else "warning")
        if dimension(unit) == "percent" and cell.value > 100 and not _MAY_FALL.search(cell.metric):
            share = bool(_SHARE.search(cell.metric))
            if share or _RATE.search(cell.metric):
                self._beyond_whole(cell, "value", named, "error" if share else "warning")
        self._fits_unit(cell, named)
        self._fits_nation(cell, named)

    def _fits_unit(self, cell: ProfileIndicator, named: str) -> None:
        wanted = _KEYS.get(cell.key)
        if wanted is None:
            wanted = (
                "money"
                if _MONEY_METRIC.search(cell.metric)
                else "persons"
                if _PERSON_METRIC.search(cell.metric)
                else None
            )
        found = dimension(cell.unit)
        if (
            wanted is None
            or cell.status == "growth only"
            or (cell.key not in _KEYS and re.search(r"占|比重|增速|人均", cell.metric))
        ):
            return
        names = {"money": ("亿元", "亿元"), "persons": ("万人", "万人"), "percent": ("%", "%")}[wanted]
        if not cell.unit:
            self._say(
                "warning",
                cell,
                "unit",
                f"{named}没有单位",
                f"{named} has no unit",
                f"请填写单位，如 {names[0]}。",
                f"Write it, e.g. {names[1]}.",
            )
        elif found is not None and found != wanted:
            certain = cell.key in _KEYS or cell.metric in ("地区生产总值", "GDP", "常住人口")
            self._say(
                "error" if certain else "warning", cell, "unit", f"{named}的单位不应是“{cell.unit}”", f"“{cell.unit}” is no unit for {named}",
                f"请核对单位，如 {names[0]}。", f"Check the unit, e.g. {names[1]}.",
            )  # fmt: skip

    def _fits_nation(self, cell: ProfileIndicator, named: str) -> None:
        if (
            not self._china
            or self._level == "national"
            or cell.value is None
            or re.search(r"全国|全球|世界|national|global|world", cell.metric)
        ):
            return
        factor = yi_yuan(cell.unit)
        key = cell.key or ("gdp" if re.fullmatch(r"(?:地区)?生产总值|GDP", cell.metric) else "")
        nation = _nation().get(key)
        if factor is not None and nation is not None and key:
            amount = cell.value * factor
            if amount > nation * _GROWTH_ROOM:
                self._larger(
                    cell,
                    "value",
                    f"{named}折合 {amount:.4g} 亿元，超过全国（{nation:.4g} 亿元）",
                    f"{named} is {amount:.4g} 亿元, more than the nation's {nation:.4g}",
                )
            elif key == "gdp" and amount > _LARGEST.get(self._level, nation):
                self._say(
                    "warning", cell, "value", f"{named}折合 {amount:.4g} 亿元，超出这一层级的常见范围", f"{named} is {amount:.4g} 亿元, beyond what a region of this level has",
                    "请核对单位是否应为万元。", "Check whether the unit should be 万元.",
                )  # fmt: skip
        people = {"人": 1e-4, "万人": 1.0, "亿人": 1e4}.get(cell.unit)
        if (
            people is not None
            and (cell.key == "population" or _PERSON_METRIC.search(cell.metric))
            and cell.value * people > _PEOPLE
        ):
            self._larger(cell, "value", f"{named}超过全国人口", f"{named} is more than the nation's population")

    def in_yi_yuan(self, row: ProfileIndustry) -> ProfileIndustry:
        """Money of industries in 亿元; what was converted is noted in the row and reported."""
        factor = yi_yuan(row.unit)
        if row.measure not in _MONEY_MEASURES or factor is None or factor == 1.0:
            return row
        self._say(
            "warning", row, "unit", f"单位“{row.unit}”已折算为亿元", f"“{row.unit}” was converted into 亿元",
            "无需处理；如折算有误，请改填亿元。", "Nothing to do; write 亿元 if this is wrong.",
        )  # fmt: skip
        values = {
            name: round(value * factor, 10)
            for name in ("region_value", "nation_value") if (value := getattr(row, name)) is not None
        }  # fmt: skip
        note = f"原单位{row.unit}，已折算"
        return row.model_copy(update={**values, "unit": "亿元", "note": f"{row.note}；{note}" if row.note else note})

    def industry(self, row: ProfileIndustry) -> None:
        named = f"“{row.sector[:30]}”"
        for column in ("region_growth_percent", "nation_growth_percent"):
            self._growth(row, column, getattr(row, column))
        growth = "growth" in row.measure or "增速" in row.measure
        for column in ("region_value", "nation_value"):
            value = getattr(row, column)
            if value is not None and value < 0 and not growth:
                self._negative(row, column, named, "warning" if row.measure == "profit" else "error")
        if row.unit in ("%", "％") and (row.region_value or 0) > 100 and "share" in row.measure:
            self._beyond_whole(row, "region_value", named, "error")
        found = dimension(row.unit)
        if (
            row.measure in _MONEY_MEASURES
            and found in ("percent", "persons", "count", "physical")
            and row.region_value is not None
        ):
            self._say(
                "error",
                row,
                "unit",
                f"口径“{row.measure}”的单位不应是“{row.unit}”",
                f"“{row.unit}” is no unit for {row.measure}",
                "请核对，应为亿元。",
                "It should be 亿元.",
            )
        if row.region_value is None:
            return
        if (
            row.nation_value is not None
            and found != "percent"
            and self._level != "national"
            and row.region_value > row.nation_value >= 0
        ):
            self._larger(
                row,
                "region_value",
                f"{named}的本地数值 {row.region_value:g} 大于全国 {row.nation_value:g}",
                f"{named}: the region's {row.region_value:g} is more than the nation's {row.nation_value:g}",
            )
        for column, zh in (("year", "年份"), ("measure", "口径")):
            if not getattr(row, column):
                self._say(
                    "warning",
                    row,
                    column,
                    f"{named}没有{zh}，不参与比值测算",
                    f"{named} has no {column} and enters no ratio",
                    f"请填写{zh}。",
                    f"Write the {column}.",
                )

    def enterprise(self, firm: ProfileEnterprise) -> None:
        if firm.output is not None and firm.output < 0:
            self._negative(firm, "output_yi_yuan", f"“{firm.name[:30]}”", "error")

    def item(self, item: ProfileItem) -> None:
        if item.value is not None and item.value < 0 and not _MAY_FALL.search(item.name):
            self._negative(item, "value", f"“{item.name[:30]}”", "error")
        if (
            item.value is not None
            and item.value > 100
            and dimension(item.unit) == "percent"
            and _SHARE.search(item.name)
        ):
            self._beyond_whole(item, "value", f"“{item.name[:30]}”", "error")

    def _growth(self, cell: Any, column: str, growth: float | None) -> None:
        if growth is not None and growth < -100:
            self._say(
                "error",
                cell,
                column,
                f"增速 {growth:g}% 低于 −100%",
                f"a growth of {growth:g}% is below −100%",
                "请核对；增速按百分数填写。",
                "Check it; growth is in per cent.",
            )
        elif growth is not None and growth > 1000:
            self._say(
                "warning",
                cell,
                column,
                f"增速 {growth:g}% 异常高",
                f"a growth of {growth:g}% is unusual",
                "请核对是否把数值填入了增速列。",
                "Check that it is no value.",
            )

    def _negative(self, cell: Any, column: str, named: str, severity: str) -> None:
        self._say(
            severity,
            cell,
            column,
            f"{named}不应为负数",
            f"{named} cannot be negative",
            "请核对正负号；未知请留空。",
            "Check the sign; leave it empty when unknown.",
        )

    def _beyond_whole(self, cell: Any, column: str, named: str, severity: str) -> None:
        self._say(
            severity,
            cell,
            column,
            f"{named}是比重，不应超过 100%",
            f"{named} is a share and cannot exceed 100%",
            "请核对数值和单位。",
            "Check value and unit.",
        )

    def _larger(self, cell: Any, column: str, zh: str, en: str) -> None:
        self._say(
            "error", cell, column, zh, en, "请核对两者的单位和口径是否一致。", "Check that units and scope agree."
        )
