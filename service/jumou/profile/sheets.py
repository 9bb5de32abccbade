"""The sheets of a profile: their names, columns, and what each column holds. Reader, checker and template share it."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "number", "year", "percent"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in files, the profile field it fills, and how it is explained in the template."""

    name: str
    field: str
    kind: Kind
    zh: str
    en: str
    required: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name in files, the profile field it fills, and its columns."""

    name: str
    field: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()

    def column(self, header: str) -> Column | None:
        """The column a header cell means, whether written in English or Chinese."""
        wanted = header.strip().lower()
        for column in self.columns:
            if wanted in (column.name.lower(), column.zh.lower(), *(alias.lower() for alias in column.aliases)):
                return column
        return None


def _text(name: str, zh: str, en: str, field: str = "", *, required: bool = False, aliases: tuple[str, ...] = ()) -> Column:
    return Column(name, field or name, "text", zh, en, required=required, aliases=aliases)


def _number(name: str, zh: str, en: str, field: str = "", kind: Kind = "number", aliases: tuple[str, ...] = ()) -> Column:
    return Column(name, field or name, kind, zh, en, aliases=aliases)


_YEAR: Final = _number("year", "年份", "four-digit year", kind="year")
_UNIT: Final = _text("unit", "单位", "亿元, 家, 人, % ...")
_STATUS: Final = _text("status", "状态", "final, published, preliminary, estimate, derived, target, conflict, missing")
_SOURCE: Final = _text("source_id", "来源编号", "id of a row of sheet sources")
_NOTE: Final = _text("note", "备注", "remark")

SHEETS: Final[tuple[Sheet, ...]] = (
    Sheet(
        "indicators", "indicators", "指标", "one figure about the region a row",
        (
            _YEAR,
            _text("indicator_zh", "指标名称", "name of the figure", "metric", required=True, aliases=("metric", "指标")),
            _text("indicator", "指标代码", "short key such as gdp, rd, population", "key", aliases=("key",)),
            _number("value", "数值", "the figure"),
            _UNIT,
            _number("growth_percent", "增速（%）", "growth in per cent", kind="percent", aliases=("增速",)),
            _STATUS, _SOURCE, _NOTE,
        ),
        ("指标",),
    ),
    Sheet(
        "industries", "industries", "行业", "one industry, year and measure a row, the nation's value beside it",
        (
            _text("area", "范围", "area the figure covers"),
            _text("sector_zh", "行业", "name of the industry", "sector", required=True, aliases=("sector",)),
            _text("gbt4754", "行业代码", "GB/T 4754 class with its letter", "code", aliases=("code",)),
            _text("measure", "口径", "output, value_added, revenue, jobs, firms"),
            _YEAR,
            _number("region_value", "本地数值", "the region's value"),
            _number("region_growth_percent", "本地增速（%）", "growth", kind="percent"),
            _number("nation_value", "全国数值", "the nation's value on the same scope"),
            _number("nation_growth_percent", "全国增速（%）", "growth", kind="percent"),
            _UNIT, _STATUS, _SOURCE, _NOTE,
        ),
        ("行业", "产业"),
    ),
    Sheet(
        "enterprises", "enterprises", "企业", "one firm a row",
        (
            _text("name_zh", "企业名称", "name of the firm", "name", required=True, aliases=("name",)),
            _text("chain", "产业链", "id of the chain, when known"),
            _text("node", "环节", "id of the link, when known"),
            _text("role", "角色", "anchor, oem, key supplier, supplier, specialist, listed ..."),
            _YEAR,
            _number("output_yi_yuan", "产值（亿元）", "output, hundred million yuan", "output", aliases=("output",)),
            _text("quantity", "产量", "physical output with unit"),
            _STATUS, _SOURCE, _NOTE,
        ),
        ("企业",),
    ),
    Sheet(
        "institutions", "institutions", "机构", "universities, institutes, platforms, intermediaries",
        (
            _text("name_zh", "机构名称", "name", "name", required=True, aliases=("name",)),
            _text("type", "类型", "大学, 科研院所, 孵化载体, 公共平台, 协会 ...", "kind", aliases=("kind",)),
            _text("level", "级别", "national, province, city"),
            _text("strength", "特长", "what it is strong in"),
            _SOURCE, _NOTE,
        ),
        ("机构",),
    ),
    *(
        Sheet(
            name, field, zh, en,
            (
                _text("item_zh", "名称", "name", "name", required=True, aliases=("name", "item")),
                _text("category", "类别", "kind"),
                _number("value", "数值", "figure, when there is one"),
                _UNIT, _YEAR, _SOURCE, _NOTE,
            ),
            (zh,),
        )
        for name, field, zh, en in (
            ("infrastructure", "infrastructure", "基础设施", "parks, transport, energy, finance"),
            ("resources", "resources", "资源", "natural, cultural, product and location resources"),
            ("markets", "markets", "市场", "markets served, trade places, reach"),
            ("talents", "talents", "人才", "people and skills"),
        )
    ),
    Sheet(
        "constraints", "constraints", "问题与约束", "problems and limits the region states about itself",
        (
            _text("type", "类型", "structure, land, finance, talent, data ...", "kind", aliases=("kind",)),
            _text("statement_zh", "表述", "the problem in a sentence", "statement", required=True, aliases=("statement",)),
            _text("severity", "程度", "high, mid, low"),
            _SOURCE, _NOTE,
        ),
        ("问题", "约束", "problems"),
    ),
    Sheet(
        "policies", "policies", "政策与称号", "designations and policies that apply already",
        (
            _text("name_zh", "名称", "name", "name", required=True, aliases=("name",)),
            _text("level", "级别", "national, province, city"),
            _YEAR,
            _text("content_zh", "内容", "what it says", "content", aliases=("content",)),
            _SOURCE, _NOTE,
        ),
        ("政策",),
    ),
    Sheet(
        "sources", "sources", "来源", "where the figures come from",
        (
            _text("source_id", "来源编号", "short id used in the other sheets", "id", required=True, aliases=("id",)),
            _text("url", "网址或出处", "address or title"),
            _text("kind", "类型", "official, press, mirror ..."),
        ),
        ("来源",),
    ),
)  # fmt: skip

META: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("region", "name", "区域名称（必填）", "name of the region (required)"),
    ("level", "level", "层级：province, city, county, park ...", "level: province, city, county, park ..."),
    ("parent", "parent", "所属省市", "province or city it lies in"),
    ("country", "country", "国家，默认中国", "country; 中国 by default"),
    ("code", "code", "行政区划代码（GB/T 2260）", "division code (GB/T 2260)"),
    ("target_industry", "target_industry", "目标产业", "target industry"),
    ("target_chain", "target_chain", "产业链编号（可选）", "chain id, optional"),
    ("base_year", "base_year", "基期年份", "base year"),
    ("horizon", "horizon", "规划期末年份", "last year of the plan"),
)


def sheet_named(title: str) -> Sheet | None:
    """The sheet a tab or file name means, in either language."""
    wanted = title.strip().lower()
    for sheet in SHEETS:
        if wanted in (sheet.name, sheet.zh.lower(), *(alias.lower() for alias in sheet.aliases)):
            return sheet
    return None
