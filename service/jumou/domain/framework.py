"""The planning framework: five drivers, six elements, five modes, four steps, nine project types.

Keys are stable identifiers that stand in stored objects; the Chinese and English names are what people read.
"""

from typing import Final, Literal, NamedTuple

Language = Literal["zh", "en"]

DriverKey = Literal["scale", "knowledge", "transaction_cost", "specialisation", "brand"]
ElementKey = Literal["leading_firms", "supporting_firms", "knowledge", "intermediaries", "infrastructure", "government"]
ModeKey = Literal["anchor_firm", "innovation", "market_hub", "policy_led", "symbiosis"]
PestelKey = Literal["political", "economic", "social", "technological", "environmental", "legal"]
CategoryKey = Literal["A", "B", "C", "D"]
ProjectType = Literal["A1", "A2", "B1", "B2", "B3", "C1", "C2", "D1", "D2"]
KpiFamily = Literal["scale", "firms", "rd", "patents", "jobs", "efficiency"]
StepKey = Literal["diagnosis", "positioning", "projects", "implementation"]


class Name(NamedTuple):
    """A term in both languages; `name[language]` is not needed: use `in_(language)`."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The term in `language`."""
        return self.zh if language == "zh" else self.en


DRIVERS: Final[dict[DriverKey, Name]] = {
    "scale": Name("规模与范围经济", "scale and scope economies"),
    "knowledge": Name("知识溢出与创新网络", "knowledge spillover and innovation networks"),
    "transaction_cost": Name("交易成本降低", "lower transaction cost"),
    "specialisation": Name("专业化分工", "deeper specialisation"),
    "brand": Name("区域品牌与市场引力", "regional brand and market pull"),
}

ELEMENTS: Final[dict[ElementKey, Name]] = {
    "leading_firms": Name("核心主导企业", "core leading firms"),
    "supporting_firms": Name("专业化配套企业", "specialised supporting firms"),
    "knowledge": Name("知识与服务机构", "knowledge and service institutions"),
    "intermediaries": Name("中介与平台组织", "intermediary and platform organisations"),
    "infrastructure": Name("支撑性基础设施", "supporting infrastructure"),
    "government": Name("政府与规制环境", "government and regulation"),
}

MODES: Final[dict[ModeKey, Name]] = {
    "anchor_firm": Name("核心企业带动型", "anchor-firm led"),
    "innovation": Name("创新资源驱动型", "innovation driven"),
    "market_hub": Name("市场枢纽引领型", "market-hub led"),
    "policy_led": Name("政策规划引导型", "policy led"),
    "symbiosis": Name("产业生态共生型", "industrial symbiosis"),
}

MODE_CONDITIONS: Final[dict[ModeKey, Name]] = {
    "anchor_firm": Name("产业基础雄厚、龙头企业集聚", "the industrial base is strong and leading firms are present"),
    "innovation": Name(
        "科研资源丰富、创新能力突出", "research resources are rich and innovation capability stands out"
    ),
    "market_hub": Name("区位优势明显、市场辐射能力强", "location is excellent and the market reaches far"),
    "policy_led": Name("产业基础薄弱、亟待培育新动能", "the base is weak and new growth has to be cultivated"),
    "symbiosis": Name(
        "产业之间的物质、能量、信息可以闭环", "material, energy and information loops between industries can be closed"
    ),
}

PESTEL: Final[dict[PestelKey, Name]] = {
    "political": Name("政治", "political"),
    "economic": Name("经济", "economic"),
    "social": Name("社会", "social"),
    "technological": Name("技术", "technological"),
    "environmental": Name("环境", "environmental"),
    "legal": Name("法律", "legal"),
}

CATEGORIES: Final[dict[CategoryKey, Name]] = {
    "A": Name("锚点与磁极", "anchors and magnets"),
    "B": Name("生态填充与强化", "ecosystem"),
    "C": Name("基础设施与载体", "infrastructure and carriers"),
    "D": Name("环境营造与品牌", "environment and brand"),
}

PROJECT_TYPES: Final[dict[ProjectType, Name]] = {
    "A1": Name("龙头企业招引", "attracting leading firms"),
    "A2": Name("重大创新平台", "major innovation platforms"),
    "B1": Name("产业链补链强链", "chain repair and strengthening"),
    "B2": Name("创新创业孵化与产业基金", "incubation, start-ups and fund"),
    "B3": Name("人才集聚与培养", "talent"),
    "C1": Name("智慧化产业社区/园区", "smart industrial community or park"),
    "C2": Name("关键基础设施升级", "key infrastructure upgrade"),
    "D1": Name("产业促进政策包", "policy package"),
    "D2": Name("区域产业品牌营销", "brand and marketing"),
}

KPI_FAMILIES: Final[dict[KpiFamily, Name]] = {
    "scale": Name("产业规模", "industry scale"),
    "firms": Name("企业主体", "number of firms"),
    "rd": Name("研发投入", "research and development"),
    "patents": Name("专利与成果", "patents and results"),
    "jobs": Name("就业与人才", "jobs and talent"),
    "efficiency": Name("质量效益与绿色", "quality, efficiency and green"),
}

STEPS: Final[dict[StepKey, Name]] = {
    "diagnosis": Name("深度诊断与基准分析", "diagnosis"),
    "positioning": Name("战略定位与愿景设计", "positioning"),
    "projects": Name("系统性项目设计与策划", "project design"),
    "implementation": Name("实施路径与保障机制", "implementation and iteration"),
}


def category_of(project_type: ProjectType) -> CategoryKey:
    """The category (A–D) a project type belongs to."""
    match project_type[0]:
        case "A":
            return "A"
        case "B":
            return "B"
        case "C":
            return "C"
        case _:
            return "D"
