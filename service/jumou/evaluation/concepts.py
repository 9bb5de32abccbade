"""What kind of measure a project is, read from its words: a small vocabulary of planning, in both languages.

The vocabulary names kinds of measures, never plans, places or firms. It answers one half of the question whether a
draft covers an expert's project: do they do the same? The other half, whether they do it to the same thing, is
read from the words that are left (`subject_terms`).
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

CONCEPTS: Final[dict[str, str]] = {
    "leaders": r"领军|龙头|链主|整车企业|骨干企业|企业集团|规模型|百企|大企业|头部|单项冠军|做大做强|local leaders|chain leaders?|anchor",
    "sme": r"专精特新|中小企业|四上|小升规|规上|小巨人|培强|创新型?企业|small (?:and medium )?(?:firms|manufacturers|suppliers)|innovative companies|smes?\b",
    "attraction": r"招引|招商|签约|引进.{0,6}(?:项目|企业)|双招双引|项目落地|投资攻坚|attract|inward invest",
    "headquarters": r"总部|研发中心.{0,6}集聚|国际贸易主体|headquarter",
    "laboratory": r"实验室|大科学|科学岛|科学装置|科学中心|laborator|science facilit",
    "institute": r"研究院|研究机构|创新中心|创新平台|技术中心|research institute|research cent|innovation cent",
    "pilot": r"中试|熟化|试验场|测试场|验证中心|验证平台|试验验证|检验检测|检测中心|检验|测试|testing|pilot|proving",
    "research": r"攻关|研发|科技创新|科技成果|成果转化|成果发布|核心技术|两创|科创|申报|research|r&d|rdi|technology|experimental",
    "standards": r"标准|计量|认证|质量|品质|standards?\b|certif|quality",
    "services": r"公共服务|服务平台|服务体系|生产性服务|service platform|shared platform",
    "chain": r"补链|强链|延链|产业链|配套|零部件|上游|中游|下游|关键补链|filling the link|value chain",
    "supply": r"供应链|采购|产需|集采|supply.?chain|sourcing|matching",
    "cluster": r"集群|主导产业|产业体系|支柱产业|优势产业|cluster",
    "future": r"未来产业|新兴赛道|新赛道|前沿|前瞻|future industr|new tracks|emerging",
    "digital": r"数字|工业互联网|智能化|智改数转|数字融合|数字赋能|智能工厂|未来工厂|digital",
    "green": r"绿色|节能|低碳|零碳|清洁|decarboni|green|net.?zero|low.?carbon|clean",
    "circular": r"循环|综合利用|资源化|回收|再生|副产|再制造|circular|recover|recycl|symbios",
    "incubation": r"两创|孵化|概念验证|创业|众创|加速器|incubat|accelerat|start-?ups?|spin-?out|proof.of.concept",
    "fund": r"基金|金融|融资|贷款|资金|fund|financ|investment capital",
    "top_people": r"人才|科学家|创新团队|院士|高层次|顶尖|top people|researchers?|research staff|human capital|talent",
    "training": r"学院|实训|技能|培训|产教|工匠|产业工人|科教|training|skills?|workforce|college|qualification|talent",
    "park": r"产业园|园区|科技园|工业园|集聚区|产业社区|产业基地|专业园|商贸城|平台提升|载体|厂房|空间|示范基地|制造集聚|park|district|sites?\b|zone",
    "data": r"数据中心|算力|数据库|工业互联网|枢纽节点|云计算|数据底座|云服务|大数据|data (?:base|cent)|industrial internet|computing",
    "logistics": r"物流|中心仓|仓储|集货|流通|货运|口岸|logistic|warehous|freight",
    "transport": r"道路|公路|铁路|机场|港口|轨道|\broads?\b|transport|railway|airport|port\b",
    "utilities": r"公用工程|管网|供能|基础设施|充换电|加氢|制氢|储能|电网|污水|utilit|infrastructure|pipeline|storage",
    "policy": r"政策|扶持|奖补|若干措施|条措施|实施细则|policy|regulation|incentive",
    "governance": r"链长|专班|办公室|体制|机制|改革|规划|行动计划|路线图|项目库|项目清单|推进机构|task force|govern|reform|plan\b|coordinat|road ?map|route map|assessment|administration",
    "alliance": r"联盟|协会|商会|宣言|共同体|alliance|association|partnership|consorti",
    "event": r"论坛|大会|博览|展会|展览|峰会|光博|设计周|交易会|采购节|forum|conference|\bfairs?\b|expo|summit",
    "brand": r"品牌|推广|形象|名城|体验|之都|brand|promotion|marketing",
    "markets": r"市场开拓|国际市场|国内外市场|走出去|海外|贸易摩擦|贸易壁垒|出口|复制推广|商业化应用|markets? abroad|export|go(?:ing)? global",
    "trade": r"跨境|电商|外贸|内外贸|贸易|商贸|e-?commerce|trade|trading",
    "scenarios": r"场景|示范|试点|首试首用|应用推广|demonstrat|opening demand|pilots for|demand",
    "culture": r"文化|文旅|旅游|街区|景区|公园|文创|非遗|touris|heritage|culture",
    "community": r"社区|住房|生活|邻里|学校|医院|neighbourhood|housing|schools?|health",
    "contract": r"cdmo|cro\b|定制化(?:生产|研发)|代工|合同研发|contract manufactur",
    "safety": r"安全|应急|safety|security",
    "land": r"用地|土地|标准地|land\b",
    "capacity": r"万吨|二期|一期|产能|生产基地|制造基地|扩能|开发项目|工厂|plant\b|capacity|fab\b",
}

_PATTERNS: Final = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in CONCEPTS.items()}

_GENERIC: Final = re.compile(
    r"[(（][^()（）]*(?:\d|[一二三四五六七八九十]个)[^()（）]*[)）]"  # counts in brackets: (3-5家有重要影响力)
    r"|(?:[一二三四五六七八九十两\d]+|每)(?:大|个|类|项|条|家|批|期|万吨|年)|\d+|标志性|战略性|竞争力|影响力"
    r"|项目|建设|工程|行动|计划|体系|平台|提升|打造|推进|加快|发展|培育|实施|产业|企业|中心|服务|创新|重点|重大|关键|专项|提质|开放"
    r"|高质量|高水平|高能级|一批|若干|相关|综合|现代|先进|世界级?|全球|全国|中国|国际|国家|国内|区域|领先|一流|探索|健全|完善|推动|建立|构建|能力|水平|方案"
    r"|科技|科学|技术|生态|布局|工作|以上|依托|优化|结构|转型|升级|新型|新兴|组建|首批|开展|集聚|聚集|引进|引育|引领|创建|规模|投资|依据|力量|行业|专业"
    r"|攻坚|加速|创优|融合|协同|共建|深度|方式|新建|更新|智造|应对|壁垒|壁垒|拓展|加强|一批|典型|主体|地标|市级|省级|本地|本土|省|市|区|县|最优|路径|等|与|和|及|的|化|一企一策"
    r"|\b(?:projects?|programmes?|programs?|develop\w*|deploy\w*|and|of|the|for|in|to|into|with|including|new|key|a|an|on|by|from|as|such|around|"
    r"increas\w*|improv\w*|boost\w*|concentrat\w*|centres?|centers?|leading|industr\w*|growth|growing|grow|build\w*|systems?|activit\w*|"
    r"number|main|shared|dedicated|scien\w*|priorit\w*|private|public|fundamental|bring\w*|one firm|one policy|model|access|expansion)\b",
    re.IGNORECASE,
)
_LATIN: Final = re.compile(r"[a-z][a-z0-9-]{2,}|\d+[a-z]+")
_HAN_RUN: Final = re.compile(r"[\u4e00-\u9fff]+")


def folded(text: str) -> str:
    """NFKC, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


@lru_cache(maxsize=65536)
def concepts_in(text: str) -> frozenset[str]:
    """The kinds of measures a text speaks of."""
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(text))


@lru_cache(maxsize=65536)
def subject_terms(text: str, common: frozenset[str] = frozenset()) -> frozenset[str]:
    """What a text is about, apart from kinds of measures and phrases of planning: character pairs and Latin words.

    `common` are terms that say nothing here because the whole case shares them (region, industry).
    """
    return frozenset(terms_of(subject_text(text)) - common)


@lru_cache(maxsize=65536)
def subject_text(text: str) -> str:
    """A text without kinds of measures and phrases of planning: what it is about, or nothing."""
    bare = folded(text)
    for pattern in _PATTERNS.values():
        bare = pattern.sub(" ", bare)
    return " ".join(_GENERIC.sub(" ", bare).split())


@lru_cache(maxsize=65536)
def terms_of(text: str) -> frozenset[str]:
    """Character pairs of Chinese runs and Latin words of a text."""
    low = folded(text)
    pairs = {run[at : at + 2] for run in _HAN_RUN.findall(low) for at in range(len(run) - 1)}
    return frozenset(pairs | {_stem(word) for word in _LATIN.findall(low)})


def _stem(word: str) -> str:
    for ending in ("isation", "ization", "ing", "ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def common_terms(*texts: str) -> frozenset[str]:
    """The terms that region and industry put everywhere."""
    return frozenset(term for text in texts for term in terms_of(text))


def covered(wanted: Iterable[str], weighted: dict[str, float]) -> float:
    """The share of `wanted` that `weighted` covers; 1 when nothing is wanted."""
    names = list(wanted)
    return sum(weighted.get(name, 0.0) for name in names) / len(names) if names else 1.0


def shared_phrase(names: Iterable[str], least: float = 0.4) -> str:
    """The longest phrase that stands in `least` of the names and is about something: the plan's industry, as a rule."""
    listed = [folded(name) for name in names]
    seen: dict[str, int] = {}
    for name in listed:
        found = {name[at:to] for at in range(len(name)) for to in range(at + 2, min(len(name), at + 40) + 1)}
        for phrase in found:
            seen[phrase] = seen.get(phrase, 0) + 1
    often = [phrase for phrase, times in seen.items() if times >= max(2, least * len(listed)) and subject_text(phrase)]
    return max(often, key=lambda phrase: (len(phrase), phrase), default="").strip()
