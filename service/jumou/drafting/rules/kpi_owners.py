"""Which office answers for an indicator, by what it measures: trade is the commerce department's, energy the development one's."""

import re
from typing import Final

from jumou.domain.framework import KpiFamily
from jumou.domain.playbook import Department
from jumou.drafting.context import DraftContext

_OF_FAMILY: Final[dict[KpiFamily, Department]] = {
    "scale": "industry", "firms": "industry", "rd": "science", "patents": "science", "jobs": "hr", "efficiency": "industry",
}  # fmt: skip
_WORDS: Final[tuple[tuple[Department, str], ...]] = (
    ("hr", r"从业人员|就业|用工|培训|技能人才|学徒|工资|\bjobs\b|employment|earnings|trained|apprentice|graduates"),
    ("talent", r"高层次人才|人才和团队|leading people"),
    ("market", r"专利|商标|地理标志|标准(?!厂房|化)|品牌价值|质量.*合格率|patents?\b|trade ?marks?|standards written"),
    ("science", r"研发|技术合同|创新平台|关键核心技术|高新技术企业|科技|R&D|research bod|laborator|high-tech"),
    ("commerce", r"外贸|进出口|出口|口岸|电商|网络零售|零售额|外资|招商|签约|市场(?:交易额|成交)|批发|展会|会展|商贸|首店|商圈|export|import|e-commerce|retail|foreign direct|projects signed|attracted|exhibition"),
    ("tourism", r"旅游|游客|接待人次|过夜|景区|文化|演艺|touris|visitor|overnight|cultural"),
    ("transport", r"物流|货运|货物|吞吐|快递|航线|多式联运|运输|港口|仓储|logistics|freight|cargo|throughput|parcels?|warehous|cold storage"),
    ("agriculture", r"农[业村民产户林]|粮食|种植|养殖|水产|畜牧|渔|合作社|家庭农场|播种|grain|farm|harvest|aquaculture|\bfish(?:ery|eries)?\b|landings"),
    ("health", r"养老|康养|床位|医护|护理|医疗机构|care (?:beds|staff|providers)|medical"),
    ("finance", r"金融|贷款|存款|融资|基金|不良率|loans|financ|assets under management|deposits"),
    ("drc", r"能耗|节能|碳排放|碳强度|用能|清洁能源|可再生|煤耗|完成投资|民间投资|greenhouse|carbon|energy (?:use|saved)|investment in key projects|private investment"),
    ("ecology", r"固废|固体废物|废弃物|污染|排放|废水|尾水|waste|emission|discharge"),
    ("water", r"节约用水|节水|用水|water (?:saved|use)"),
    ("land", r"用地|亩均|产业空间|厂房面积|floor ?space|per hectare"),
)  # fmt: skip
_BY_MEASURE: Final = tuple((department, re.compile(words, re.IGNORECASE)) for department, words in _WORDS)
"""The first that the name speaks of; what speaks of none is the family's."""

_SOURCES: Final[dict[Department, tuple[str, str]]] = {
    "commerce": ("海关、商务部门统计", "customs and trade statistics"),
    "tourism": ("文化和旅游部门统计、企业报表", "tourism statistics, company returns"),
    "transport": ("交通运输、邮政部门统计", "transport statistics"),
    "agriculture": ("农业农村、统计部门报表", "farm and fishery statistics"),
    "health": ("卫生健康、民政部门台账", "registers of health and care"),
    "finance": ("金融管理部门统计", "financial supervisors' statistics"),
    "ecology": ("生态环境部门监测与台账", "monitoring of the environment agency"),
    "market": ("知识产权、市场监管部门登记数据", "patent, trade-mark and standards registers"),
    "land": ("自然资源部门、园区台账", "land registers, records of the parks"),
}


def owner_of(ctx: DraftContext, name: str, family: KpiFamily) -> Department:
    """The department that answers for an indicator of this name; the industry's own name says nothing about it."""
    bare = name.replace(ctx.industry.name, "").replace(ctx.industry.short, "")
    return next((department for department, words in _BY_MEASURE if words.search(bare)), _OF_FAMILY[family])


def source_of(department: Department) -> tuple[str, str] | None:
    """Where such an office takes the figure from, in both languages; None where the family's source serves."""
    return _SOURCES.get(department)
