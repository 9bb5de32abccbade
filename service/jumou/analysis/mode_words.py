"""The words of planning documents that speak for or against a mode, in Chinese and English.

Only words of the trade stand here, no names of places, firms or plans.
"""

import re
from typing import Final


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


LEADER: Final = _words(
    "龙头", "链主", "领军企业", "骨干企业", "主机厂", "整车厂", "整车企业", "世界500强", "百强企业", "央企", "总部", "上市公司", "巨头", "车企", "独大", "大厂", "总装", "大企业主导",
    r"\banchor\b", r"\boems?\b", "automakers?", "carmakers?", r"big three", "headquarter", "prime contractor",
    "multinational", "fortune 500", "global leader", "lead firm", "flagship",
)  # fmt: skip
NOTHING: Final = re.compile(r"^[(（\s]*(无|暂无|没有|none|no )", re.IGNORECASE)
"""How a row says that there is nothing of its kind."""

TROUBLED: Final = _words("破产", "重整", "停产", "troubled", "bankrupt", "insolv", "in administration")

NATIONAL_RESEARCH: Final = _words(
    "国家(?:重点)?实验室", "全国重点实验室", "国家.{0,10}(?:创新|研究|工程|科学)中心", "中国科学院", "中科院", "大科学", "重大科技基础设施",
    "综合性国家科学中心", "国家级.{0,6}(?:创新|研发)(?:平台|载体)", "院士",
    r"national lab", r"national (?:research|innovation) cent", "catapult", "fraunhofer", "max planck", r"\bcnrs\b", r"\bimec\b",
)  # fmt: skip
RESEARCH: Final = _words(
    "大学", "高校", "院校", "科教", "高教", "理工", "学院(?!路)", "研究院", "研究所", "研究中心", "实验室", "科学院", "创新中心", "技术中心", "院所", "科研", "(?:药物|材料|纳米|物理|化学|光机)所",
    "概念验证", "中试基地", "研发中心", "研发机构",
    r"universit", r"institut", r"laborator", r"\blabs?\b", r"research", r"\br&d\b", r"technolog(?:y|ical) cent", r"innovation cent",
    r"\bscience", r"semiconductor centre", r"\b(?:cleanroom|clean room)\b",
)  # fmt: skip
COLLEGE: Final = _words(
    "职业", "技师", "技工", r"(?:community|technical|valencia) college", r"\bcollege\b(?! of)", "academy", "high school"
)
OTHER_BODY: Final = _words(
    "商会", "协会", "联盟", "委员会", "交易所", "试点", "示范", "园区", "管委会", "学校", "(?:^|泛)指",
    r"\bLEP\b", "association", "alliance", "partnership", "agency", "council", "authority", "chamber", "union", "workers", "exchange", "foundation",
)  # fmt: skip
"""Bodies that are no research bodies; an institution with neither kind of word counts as a small piece of knowledge."""

ABUNDANT: Final = _words(
    "密集",
    "云集",
    "雄厚",
    "众多",
    "富集",
    "高度集聚",
    r"\d+(?:多|余)?(?:所|家)",
    "dense",
    "dozens",
    "world.class",
    "leading",
)

SCIENCE_PLACE: Final = _words(
    "高新区", "高新技术(?:产业)?开发区", "高新技术产业园", "科学城", "科技城", "科学园", "科技园", "自主创新示范区", "创新港", "大学城", "科创走廊",
    "science (?:park|city)", "technology (?:park|corridor|park)", "research park", "innovation district",
)  # fmt: skip

TRADE_INDUSTRY: Final = _words(
    "商贸", "贸易", "流通", "电商", "电子商务", "物流", "小商品", "会展", "批发", "集散", "枢纽经济", "临港", "供应链服务", "跨境",
    r"\btrade\b", "trading", "commerce", "wholesale", "logistics", "distribution", "import.?export",
)  # fmt: skip
TRADE_PLACE: Final = _words(
    "专业市场", "批发市场", "交易市场", "商贸城", "[装纺革鞋具饰宝品材金卉产]城(?!市)", "小商品", "(?:布料|面料|辅料|药材|花卉|农产品|水果|茶叶|家具|灯饰|珠宝|皮革|五金|机械|海鲜|蔬菜|粮食|木材|钢材|二手)(?:专业|交易|批发)?市场",
    "集散(?:地|中心)", "采购基地", "采购中心", "跨境电商", "市场采购", "直播电商", "电商(?:产业)?园", "商圈", "成交额", "交易额",
    "wholesale market", "trade hub", "trading (?:hub|centre|center)", "market ?place", "merchandise mart", "sourcing (?:hub|base|centre)",
)  # fmt: skip
CROSSING: Final = _words(
    "口岸", "自贸", "自由贸易", "综保区", "综合保税", "保税(?:区|港)", "国际陆港", "陆港", "无水港", "枢纽港", "亿吨大港", "中欧班列", "物流枢纽", "边境(?:口岸|贸易|经济|合作)",
    "freeport", "free port", "free trade zone", "border crossing", "logistics hub", "inland port", "gateway",
)  # fmt: skip
"""Places where goods change hands or pass customs: they belong to a market, as a bare harbour or airport does not."""
HARBOUR: Final = _words(
    "港口", "港区", "深水", r"(?<![香药新技据件])港(?=$|码头|[（(、，,\s])", "国际机场", "航空港",
    r"\bports?\b(?! ?folio)", "seaport", "airport", "harbou?r", "rail hub",
)  # fmt: skip
PORT: Final = _words(CROSSING.pattern, HARBOUR.pattern)
FAIR: Final = _words(
    "博览会", "展会", "会展", "交易会", "展销", "[^展]览会", "物博会", "trade fair", r"\bexpo\b", "trade show"
)

WEAK: Final = _words(
    "薄弱", "根基弱", "基础弱", "底子薄", "空地起步", "起步(?:晚|较晚|阶段)", "处于起步", "空白", "从无到有", "从零", "(?:几乎|基本)?(?:无|没有|缺乏|缺少).{0,8}基础", "荒滩", "荒地", "白地", "无工业", "(?:缺|缺少|缺乏|没有|无)(?:龙头|骨干|链主|主导产业|大企业|领军)",
    "(?:规模|总量|体量)(?:较|偏)?(?:小|不高|不大|不足)", "欠发达", "贫困", "脱贫", "国家级?重点帮扶", "破产", "财政自给", "资源枯竭", "依赖(?:旅游|农业|煤|资源|土地)", "产业单一", "结构单一", "农业大县",
    r"reliant (?:mainly )?on (?:tourism|agricultur|coal|mining|oil)", "rely on (?:tourism|agricultur|coal)", "unemploy", "poverty", "depriv", "distress", "left.behind", "underserved",
    "weak (?:industrial )?base", r"lack of (?:an )?(?:anchor|industry|lead)", "low.wage", "rural economy", "peripheral", "from scratch",
)  # fmt: skip
DECLINE: Final = _words(
    "(?<!一企)(?<!一家)(?<!企业)独大", "独强", "一柱擎天", "(?:过度|高度|严重)依赖(?!.{0,6}(?:进口|外购|国外|境外))", "产业结构(?:偏重|偏粗|不优)", "(?:煤矿|矿山|矿井|工厂|企业|电厂)(?:全部|陆续|大批)?(?:关闭|关停|退出|倒闭)",
    "产业衰退", "衰退", "老工业基地", "资源型城市转型", "接续(?:替代)?产业", "去产能",
    r"depend(?:s|ent|ence|ency) on (?:a single|one |coal|mining|oil|gas|steel|tourism|agricultur|fishing)", r"(?:mine|mill|plant|factory|pit|shipyard)s? (?:have )?clos", "industrial decline", "post-?industrial",
    r"lost its (?:main|largest|biggest)",
)  # fmt: skip
"""Decline of what a region lives on, and its dependence on one thing: as weak a base as having none."""

MILDLY_WEAK: Final = _words(
    "落后", "滞后", "差距", "偏弱", "较弱", "不强", "不足", "缩小", "下降", "下滑", "萎缩", "流失", "外流", "低于.{0,8}(?:均|平均|全国|全省)", "粗放", "低层次", "初级", "不沿", "不靠", "经济总量",
    "declin", "closure", "jobs lost", "job losses", "ageing", "impaired", "lag", "below (?:the )?(?:national|state|uk|eu)? ?average", "shrinking",
)  # fmt: skip

_OF_THE_BASE: Final = _words(
    "产业", "工业", "制造业", "经济", "基础(?!设施)", "实力", "总量", "规模", "体量", "人口", "劳动力", "财政", "就业", "生产总值", "GDP", "市场主体", "企业数", "区域发展", "发展水平", "创汇", "份额",
    r"econom", r"industr", "manufactur", "population", r"\bjobs?\b", "employment", "competitiveness", "wages", "income", "workforce", "region", "communit", r"\bplants?\b", "decades",
)  # fmt: skip
_OF_A_PART: Final = _words(
    "人才", "下游", "上游", "深加工", "配套", "品牌", "产品", "场景", "设施", "布局", "服务", "环保", "物流", "能耗", "冷链", "融资", "创新", "研发", "技术", "零部件", "运力", "运能", "用地", "标准", "应用", "终端", "认证", "管理",
    "talent", "skill", "supplier", "brand", "product range", "infrastructure", "housing", "logistic", "service", "logistics", "downstream", "grid", "permit",
)  # fmt: skip
_CLAUSE: Final = re.compile(r"[，,、；;。]|\bbut\b|\band\b")


def mildly_weak(problem: str) -> str:
    """The word by which a stated problem calls the industry or the region's base weak; empty when it speaks of one part of it.

    Short supply of staff, brands, roads or a link of the chain is found in strong regions too.
    """
    for clause in _CLAUSE.split(problem):
        match = MILDLY_WEAK.search(clause)
        if match and _OF_THE_BASE.search(clause) and not _OF_A_PART.search(clause):
            return match.group()
    return ""


LOOP: Final = _words(
    "循环经济", "循环化", "循环产业", "资源综合利用", "综合利用", "固废", "固体废物", "再生资源", "城市矿产", "产业共生", "共生", "生态工业", "生态产业园", "零碳", "脱碳", "碳捕集", "ccus", "盐湖",
    "静脉", "无废", "近零", "以废", "煤电化", "副产(?:物|品)",
    "industrial symbiosis", "symbiosis", r"circular", "decarboni", "carbon capture", r"\bccs\b", "eco-?industrial", "net.zero", "zero.carbon", "resource recovery",
)  # fmt: skip
LOOP_HINT: Final = _words(
    "余热",
    "共址",
    "公用工程",
    "副产",
    "梯级利用",
    "再制造",
    "热电联",
    "回收",
    "waste heat",
    "by-?products?",
    "recycl",
    "surplus steam",
)
PROCESS: Final[tuple[re.Pattern[str], ...]] = tuple(
    _words(*group)
    for group in (
        ("石油化工", "石化", "炼化", "炼油", "refiner", "petrochemical"), ("(?<!石油)化工", "化肥", "氯碱", "纯碱", "碱业", r"(?<!petro)chemical", "fertili[sz]er"),
        ("冶金", "冶炼", "钢铁", "有色", "铝业", "铜业", "电解铝", r"\bsteel", "smelt", "alumin"), ("建材", "水泥", "cement", "building materials"),
        ("煤电", "火电", "电厂", "热电", r"power (?:station|plant)", "generation", "thermal"), ("焦化", "煤化工", "煤炭", "coal"), ("造纸", "印染", r"\bpaper\b", "pulp"),
        ("盐湖", "油气", "矿产", "mining"),
    )
)  # fmt: skip

DESIGNATION: Final = _words(
    "试验区", "示范区", "示范基地", "示范城市", "试点", "先导区", "先行区", "国家级新区", "国家级?.{0,8}(?:基地|集群)", "自由贸易试验区", "开发区", "高新区", "综保区", "改革创新区", "承接产业转移",
    "designat", r"\bpilot\b", "enterprise zone", "opportunity zone", "investment zone", "tech hub", "freeport",
)  # fmt: skip
GOVERNMENT_LED: Final = _words(
    "政府主导", "国资", "平台公司", "专项债", "专班", "招商(?:引资|项目)", "签约", "规划面积", "计划总投资", "起步区", "顶层设计", "国家意志", "国家布局", "county.led", "state.led", "public investment", "government.led", "local/partner investment",
)  # fmt: skip

STRONG_BASE: Final = _words(
    "(?:全球|世界|全国|国内|亚洲|我国).{0,4}最大", "最大.{0,12}基地", "(?:全球|世界|全国|国内).{0,6}第[一二三123]", "全国首位", "首位", "重要.{0,10}(?:基地|窗口)", "(?:链条|体系|产业链).{0,6}(?:完整|齐全|完善)", "完整.{0,4}(?:链条|体系|产业链)", "完整度",
    "占全国", "占全球", "市占率", "领先", "全系列", "千亿级", "万亿级", "上千家",
    r"largest", r"world.(?:class|leading)", "leading (?:producer|cluster)", "legacy", "concentration of", "home to",
)  # fmt: skip

COMPREHENSIVE: Final = _words(
    "综合(?!.{0,4}研)",
    "产业体系",
    "战略性新兴产业",
    "未来产业",
    "先进制造业集群",
    "现代化?产业",
    "多产业",
    "各产业",
    "产业集群$",
    "^先进制造业",
    "^制造业$",
    "^战略性新兴产业$",
    "^工业$",
    "主导产业",
    "diversified",
    "all sectors",
    r"^manufacturing$",
)

SCALE_INDUSTRY: Final = _words(
    "汽车", "整车", "钢铁", "石化", "炼化", "家电", "工程机械", "农机", "轨道交通", "机车", "船舶", "造船", "海工", "航空(?:制造|装备)", "大飞机", "动力电池", "锂电", "电池", "光伏", "风电", "稀土", "铝", "铜", "钛", "镁", "显示面板", "新型显示", "重型", "电力装备", "输变电", "乳", "白酒", "烟草", "玻璃", "化纤", "炼油", "手机", "智能终端", "服务器",
    "automotive", "vehicle", "mobility", r"\bcars?\b", r"\bev\b", "steel", "shipbuild", "aviation", "aerospace", "aircraft", "batter(?:y|ies)", "photovoltaic", "solar", "wind", "appliance", "machinery", "rail", "petrochemical", "tyre", "display", "turbine",
)  # fmt: skip
SCIENCE_INDUSTRY: Final = _words(
    "生物医药", "医药", "制药", "药", "基因", "细胞", "医疗器械", "生命健康", "生命科学", "集成电路", "半导体", "芯片", "光电", "光通信", "激光", "光子", "量子", "人工智能", "机器人", "软件", "信创", "电子信息", "通信", "航空航天", "航天", "硬科技", "高科技", "高新技术", "微电子", "物联网", "仪器", "传感器", "先进材料", "前沿材料", "纳米", "新一代信息技术", "核聚变", "脑科学", "研发", "研究",
    "bio", "pharma", "life science", "research", "med.?tech", "medical", "semiconductor", "microelectronic", "photonic", "optic", "quantum", "artificial intelligence", r"\bai\b", "robot", "software", "nano", "high.tech", r"\bict\b", "wireless", "advanced materials", "genom", "sensor",
)  # fmt: skip
CONSUMER_INDUSTRY: Final = _words(
    "服装", "纺织", "男装", "女装", "童装", "内衣", "鞋", "皮革", "箱包", "家具", "灯饰", "灯具", "珠宝", "眼镜", "玩具", "文具", "五金", "小家电", "花卉", "中药材", "茶", "水产", "果", "蔬菜", "珍珠", "饰品", "袜", "针织", "化妆品", "美妆", "汉服", "水晶", "石材", "红木", "钢琴", "乐器", "艺术", "瓷", "农产品", "食品", "预制菜",
    "textile", "apparel", "garment", "fashion", "furniture", "footwear", "jewel", "toys?", "food", "leather", "ceramic", "flower", "seafood", "wine",
)  # fmt: skip
NASCENT_INDUSTRY: Final = _words(
    "氢", "氨", "低空", "无人机", "北斗", "商业航天", "卫星", "时空信息", "大数据", "数字经济", "数字产业", "算力", "元宇宙", "区块链", "新型储能", "储能", "康养", "文旅", "文化旅游", "数据中心", "人形", "脑机", "未来产业", "数据要素", "生物制造", "深海", "可控核聚变", "6g", "车联网", "新能源$", "绿色能源", "战略性新兴",
    "hydrogen", "ammonia", "big data", "data centre", "data center", "drone", "low.altitude", "satellite", "commercial space", "emerging industr", "digital economy", "metaverse", "clean energy", "agri.?tech",
)  # fmt: skip
