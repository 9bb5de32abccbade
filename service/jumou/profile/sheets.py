"""The sheets of a profile: their names, columns, and what each column holds. Reader, checker and template share it."""

import re
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Kind = Literal["text", "number", "year", "percent"]


class Choice(NamedTuple):
    """A word a cell may hold: as it is stored, and as the Chinese template offers it."""

    key: str
    zh: str


STATUSES: Final = (
    Choice("final", "最终数"), Choice("published", "已公布"), Choice("preliminary", "初步数"), Choice("rounded", "约数"),
    Choice("estimate", "估计"), Choice("derived", "推算"), Choice("lower bound", "不低于"), Choice("target", "目标"),
    Choice("conflict", "来源冲突"), Choice("growth only", "仅有增速"), Choice("missing", "缺失"),
)  # fmt: skip
MEASURES: Final = (
    Choice("output", "产值"), Choice("value_added", "增加值"), Choice("revenue", "营业收入"), Choice("jobs", "就业"),
    Choice("firms", "企业数"),
)  # fmt: skip
ROLES: Final = (
    Choice("anchor", "链主龙头"), Choice("oem", "整机整车"), Choice("key supplier", "核心配套"), Choice("supplier", "一般配套"),
    Choice("specialist", "专精特新"), Choice("listed", "上市公司"), Choice("unicorn", "独角兽"), Choice("introduced", "新引进"),
    Choice("project", "在建项目"), Choice("troubled", "经营困难"),
)  # fmt: skip
SEVERITIES: Final = (Choice("high", "高"), Choice("mid", "中"), Choice("low", "低"))
LEVELS: Final = (
    Choice("province", "省（自治区、直辖市）"), Choice("city", "地级市"), Choice("county", "县（县级市、区）"), Choice("park", "园区"),
    Choice("town", "乡镇"), Choice("national", "国家"),
)  # fmt: skip
GRADES: Final = (
    Choice("national", "国家级"),
    Choice("province", "省级"),
    Choice("city", "市级"),
    Choice("county", "县级"),
)


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
    choices: tuple[Choice, ...] = ()
    rare: bool = False
    """Left out of the empty template; written when a profile fills it."""


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
        wanted = bare_label(header)
        for column in self.columns:
            if wanted in map(bare_label, (column.name, column.field, column.zh, *column.aliases)):
                return column
        return None


def bare_label(label: str) -> str:
    """A heading without blanks, brackets, stars and case, so that “数值 (亿元)*” is “数值”."""
    return re.sub(r"[（(\[【].*?[）)\]】]|[\s*:：]", "", str(label)).lower()


def chosen(column: Column, text: str) -> str:
    """The stored form of a choice written in Chinese; any other text as it stands."""
    return next((choice.key for choice in column.choices if text in (choice.zh, choice.key)), text)


def _text(
    name: str, zh: str, en: str, field: str = "", *, required: bool = False, aliases: tuple[str, ...] = (),
    choices: tuple[Choice, ...] = (), rare: bool = False,
) -> Column:  # fmt: skip
    return Column(name, field or name, "text", zh, en, required=required, aliases=aliases, choices=choices, rare=rare)


def _number(
    name: str, zh: str, en: str, field: str = "", kind: Kind = "number", aliases: tuple[str, ...] = ()
) -> Column:
    return Column(name, field or name, kind, zh, en, aliases=aliases)


_YEAR: Final = _number("year", "年份", "four-digit year", kind="year")
_UNIT: Final = _text("unit", "单位", "亿元, 家, 人, % ...")
_STATUS: Final = _text(
    "status", "状态", "final, published, preliminary, estimate, derived, target, conflict, missing", choices=STATUSES
)
_SOURCE: Final = _text("source_id", "来源编号", "id of a row of sheet sources")
_NOTE: Final = _text("note", "备注", "remark")
_RAW: Final = _text("raw", "原文数值", "the value as written, when it is more than a number", rare=True)

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
            _STATUS, _SOURCE, _NOTE, _RAW, _text("unit_note", "单位说明", "what is said about the unit", rare=True),
        ),
        ("指标",),
    ),
    Sheet(
        "industries", "industries", "行业", "one industry, year and measure a row, the nation's value beside it",
        (
            _text("area", "范围", "area the figure covers"),
            _text("sector_zh", "行业", "name of the industry", "sector", required=True, aliases=("sector",)),
            _text("gbt4754", "行业代码", "GB/T 4754 class with its letter", "code", aliases=("code",)),
            _text("measure", "口径", "output, value_added, revenue, jobs, firms", choices=MEASURES),
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
            _text("role", "角色", "anchor, oem, key supplier, supplier, specialist, listed ...", choices=ROLES),
            _YEAR,
            _number("output_yi_yuan", "产值（亿元）", "output, hundred million yuan", "output", aliases=("output",)),
            _text("quantity", "产量", "physical output with unit"),
            _text("status", "状态", "operating, in production, ramp-up, signed, bankruptcy reorganisation ..."), _SOURCE, _NOTE,
        ),
        (
            "企业", "龙头企业", "重点企业", "主要企业", "骨干企业", "代表企业", "firms", "companies", "key_firms", "key_companies",
            "key_enterprises", "leading_firms", "leading_companies", "leading_enterprises", "anchor_firms", "major_firms",
        ),
    ),
    Sheet(
        "institutions", "institutions", "机构", "universities, institutes, platforms, intermediaries",
        (
            _text("name_zh", "机构名称", "name", "name", required=True, aliases=("name",)),
            _text("type", "类型", "大学, 科研院所, 孵化载体, 公共平台, 协会 ...", "kind", aliases=("kind",)),
            _text("level", "级别", "national, province, city", choices=GRADES),
            _text("strength", "特长", "what it is strong in"),
            _SOURCE, _NOTE,
        ),
        (
            "机构", "科研机构", "高校院所", "科教机构", "创新平台", "universities", "research_institutes", "research_institutions",
            "key_institutions", "knowledge_institutions",
        ),
    ),
    *(
        Sheet(
            name, field, zh, en,
            (
                _text("item_zh", "名称", "name", "name", required=True, aliases=("name", "item")),
                _text("category", "类别", "kind"),
                _number("value", "数值", "figure, when there is one"),
                _UNIT, _YEAR, _SOURCE, _NOTE, _RAW,
            ),
            (zh, name.removesuffix("s")),
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
            _text("severity", "程度", "high, mid, low", choices=SEVERITIES),
            _SOURCE, _NOTE,
        ),
        (
            "问题", "约束", "存在问题", "主要问题", "突出问题", "短板", "短板问题", "困难", "挑战", "瓶颈", "痛点", "难点", "制约因素",
            "problems", "problem", "issues", "issue", "challenges", "difficulties", "bottlenecks", "weaknesses", "pain_points",
            "shortcomings", "main_problems", "key_problems", "key_issues", "key_challenges", "barriers", "gaps",
        ),
    ),
    Sheet(
        "policies", "policies", "政策与称号", "designations and policies that apply already",
        (
            _text("name_zh", "名称", "name", "name", required=True, aliases=("name",)),
            _text("level", "级别", "national, province, city", choices=GRADES),
            _YEAR,
            _text("content_zh", "内容", "what it says", "content", aliases=("content",)),
            _SOURCE, _NOTE,
        ),
        ("政策", "现有政策", "政策文件", "policy", "prior_policies", "existing_policies"),
    ),
    Sheet(
        "notes", "notes", "其他说明", "anything else a planner should know, one remark a row",
        (_text("text", "内容", "the remark", required=True),),
        ("备注", "note"),
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


class HeadField(NamedTuple):
    """An entry of a profile's head: its name in files, the profile field it fills, and how the template explains it."""

    name: str
    field: str
    kind: Literal["text", "year"]
    zh: str
    en: str
    hint_zh: str
    hint_en: str

    @property
    def labels(self) -> frozenset[str]:
        """The headings that mean it."""
        return frozenset(map(bare_label, (self.name, self.field, self.zh, self.en)))


META: Final = (
    HeadField("region", "name", "text", "区域名称", "name", "必填，如“长春市”“云南牟定产业园区”", "required, e.g. 长春市"),
    HeadField("level", "level_text", "text", "层级", "level", "省、地级市、县、园区等，可写全称如“国家级高新区”", "province, city, county, park ..."),
    HeadField("parent", "parent", "text", "所属省市", "parent", "如“吉林省”；可由代码推出", "province or city it lies in; follows from the code"),
    HeadField("country", "country", "text", "国家", "country", "不填即中国", "中国 when empty"),
    HeadField("code", "code", "text", "行政区划代码", "code", "六位，GB/T 2260；可不填", "six digits, GB/T 2260; optional"),
    HeadField("target_industry", "target_industry", "text", "目标产业", "target_industry", "如“智能网联新能源汽车”；不填则由数据判断", "left empty, it is read from the figures"),
    HeadField("target_chain", "target_chain", "text", "产业链编号", "target_chain", "语料中产业链的编号；可不填", "id of a chain in the corpus; optional"),
    HeadField("base_year", "base_year", "year", "基期年份", "base_year", "规划的基期，如 2023", "e.g. 2023"),
    HeadField("horizon", "horizon", "year", "规划期末年份", "horizon", "规划的最后一年，如 2030", "last year of the plan, e.g. 2030"),
)  # fmt: skip

META_TITLES: Final = ("meta", "区域", "区域基本情况", "region", "基本情况")
GUIDE_TITLES: Final = ("说明", "填表说明", "readme", "guide", "选项", "lists")
ITEM_SHEETS: Final = ("infrastructure", "resources", "markets", "talents")


def sheet_named(title: str) -> Sheet | None:
    """The sheet a tab or file name means, in either language."""
    wanted = _joined(bare_label(title))
    for sheet in SHEETS:
        if wanted in map(_joined, (sheet.name, sheet.field, sheet.zh, *sheet.aliases)):
            return sheet
    return None


def _joined(label: str) -> str:
    return re.sub(r"[_-]", "", label)
