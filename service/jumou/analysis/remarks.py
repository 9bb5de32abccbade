"""Remarks read as rows: what a planner wrote in free words about the region, filed where the analysis looks for it.

A remark such as “2023年家居工艺产业产值约280亿元，缺少原创设计人才” holds a figure and a problem. Each clause becomes a row
of the sheet it speaks for, in its own words and with the remark as its place; nothing is added, and what no rule knows
stays a remark only. Figures planned for (目标, 力争) are targets and stand for no year that has been.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

from jumou.analysis.remarks_english import english_figures
from jumou.domain.region import (
    ProfileConstraint,
    ProfileEnterprise,
    ProfileIndicator,
    ProfileInstitution,
    ProfileItem,
    ProfilePolicy,
    RegionProfile,
)

_CLAUSE: Final = re.compile(r"[^，。；！？;!?\n]+")
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年(?:末|底|度|全年)?")
_SIGN: Final = (
    r"约为|约|大约|近|超过|超|逾|突破|不到|不足|达到|达|为|是|有|共有|共|实现|完成|拥有|保持在|合计|总计|累计"
)
_UNITS: Final = (
    r"万亿元|亿元|万元|亿美元|万美元|亿欧元|亿千瓦时|万千瓦|亿立方米|万立方米|亿吨|万吨|吨|万辆|辆|万台|台|万套|套|万双|亿双|亿件|万件|亿支|万支|"
    r"万标箱|万人次|万人|人|万户|户|家|所|个|项|件|条|万亩|亩|公顷|平方公里|平方千米|公里|米|%|％"
)
_FIGURE: Final = re.compile(
    rf"(?P<metric>[^\d，。；：:（()）]*?)(?P<sign>(?:{_SIGN})*)\s*[：:]?\s*(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<more>多|余|左右)?\s*(?P<unit>{_UNITS})"
    r"(?P<after>以上|左右|以内)?"
)
_GROWTH: Final = re.compile(
    r"(?:同比|比上年|较上年|年均)?(?:实际)?(?P<way>增长|增速为?|下降)\s*(?P<number>\d+(?:\.\d+)?)\s*[%％]"
)
_TARGET: Final = re.compile(r"目标|力争|计划|拟|预计|规划到|将达")
_LEAD_IN: Final = re.compile(
    r"^(?:其中|到|力争|计划|预计|目标|目前|现有|全县|全市|全区|全省|全镇|全州|全旗|当地|本地|本县|本市|本区|区内|县内|市内|境内|园区|已|已有|已建成|建成|拥有|形成|集聚|聚集|吸引|引进|培育|带动|以及|和|与|的|、|\s)+"
)
_COUNTED: Final = frozenset(("家", "户", "所", "个", "项", "件", "条"))
_LEFTOVER: Final = re.compile(rf"(?:{_SIGN})+$|的$|[\s、和与]+$")
_LOWER: Final = re.compile(r"超|逾|突破|多|余|以上")
_UPPER: Final = re.compile(r"不到|不足|以内")
_ABOUT: Final = re.compile(r"约|近|左右")
_LEAST_METRIC: Final = 2

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_PROBLEM: Final = re.compile(
    r"缺少|缺乏|短缺|紧缺|不足|不够|不强|不高|不优|不完善|不畅|不便|不稳|不均|不平衡|不协调|不配套|不匹配|不规范|短板|(?<!填补)(?<!国内)(?<!国际)空白|薄弱|滞后|瓶颈|制约|压力|同质化|低端|空心|断层|断链|缺链|流失|外流|老化|老龄|"
    r"依赖|偏低|偏小|偏弱|偏高|偏重|过高|过低|高企|困难|亏损|下滑|停产|停滞|落后|分散|“?小散乱|散乱污|散弱|小而散|缺口|没有|尚无|受限|紧张|难以|尚未|未形成|未建成|未覆盖|乏力|疲软|单一|贴牌|卡脖子|受制于|两头在外|"
    r"过剩|产能利用率|开工率|闲置|空置|超载|超采|退化|枯竭|衰退|萎缩|塌陷|沙化|盐碱化|污染|隐患|损耗|多发|频发|侵权|维权难|仿制品?(?:多|泛滥|充斥|横行|严重|成风)|仿冒|山寨|抄袭|盗版|净流出|弃风|弃光|弃水|沉陷|内卷|压价|价格战|无序竞争|恶性竞争|竞争激烈|贸易摩擦|关税|反倾销|制裁|出口管制|冲击|挤压|"
    r"附加值低|链条短|档次低|利润(?:薄|低|微薄)|成本(?:较|偏|过)?高|成本.{0,4}上[升涨]|[工地引资运贵才]难(?!得|度)|(?:用工|招工|融资|用地).{0,2}(?:难|贵)|人口.{0,6}(?:减少|下降|负增长)|"
    r"风险(?!投资|补偿|基金|资金|管理)|仅(?!次于|用|需|仅|靠近)|只有|不到|外销比例高|来料加工为主|代工为主|禁牧区"
    r"|\b(?:lack|short(?:age|fall|\s+of)|weak|bottleneck|depend|relian|relies|rely|declin|constrain|scarc|fragment|outdated|obsolete|ag(?:e)?ing\b|shrink|shrunk|stagnat|threat|at risk|risks?\b|struggl|suffer|"
    r"congest|pollut|flood|drought|over-?capacity|idle|vacan|unfilled|unemploy|brain drain|emigrat|relocat|vulnerab|tariff|sanction|under pressure|pressures?\b|cannot|can't|hard to|difficult|insufficient|inadequate|"
    r"seasonal|dominated by|hamper|hinder|barrier|limited\b|too (?:few|little|small|slow)|not enough|no (?:local|direct|own|rail|domestic)|without (?:a|any|local)|single (?:customer|buyer|employer|product)|"
    r"(?:lost|losing|loses|losses)\b|(?:fell|falls?|fallen|falling|dropp?(?:ed|ing|s)?) (?:by|to|from|since|\d)|clos(?:ed|ing|ures?)\b|leav(?:e|es|ing) (?:the|for|after)|move (?:\w+ ){0,3}(?:abroad|to (?:asia|china|india|lower))|"
    r"(?:costs?|wages?|prices?|rents?) (?:rose|rise|rising|up|have risen|are rising|increased)|(?:rising|high|higher) (?:(?:\w+ )?(?:costs?|prices?|rents?)|wages?|energy)|retir(?:e|ing) (?:faster|soon)|nearing retirement|low (?:productivity|value|margins?|wages?|skills?)|gaps?\b|slow\b|delay)",
    re.IGNORECASE,
)
_WANTING: Final = re.compile(
    r"(?:[\u3400-\u9fff](?:少|弱|慢|贵|旧|散|乱|薄|浅|窄)|(?<!克)(?<!疑)(?<!不)(?<!万)难|(?:愿|率|度|值|平|位|质|层|端|率较|度较|例|占比|产出|效益|薪酬|待遇|工资|收入|加工|消费)(?:较|偏|过|很)?低|(?:业链|链条|时间|半径|季节|产季)(?:较|偏|过)?短|(?:指标|供应|供给|资金|用水|用电|用地)(?:偏|很)?紧|[路施术网量性力件]差)$"
    r"|不(?:愿|敢|肯|停靠|共享|衔接|顺$|清$|深$|齐$|通$|健全|合理|明显|突出|成链|相适应|到位)|招不[到来]|留不住|引不进|卖不[出动掉]|跟不上|上不去|"
    r"滞销|卖难|拖欠|惜贷|抽贷|空壳|断头路|外迁|冒充|假冒|冒用|混乱|后继(?:乏人|无人)|失传|濒危|断档|断代|青黄不接|僵尸|雷同|大起大落|下跌|减产|(?:逐年|持续|连年|不断|明显)(?:减少|下降|萎缩)|"
    r"(?<!不再)各自为政|孤岛|遗留问题|匮乏|脱节|缺失|欠缺|不完整|腰斩|负增长|同构|重复建设|虹吸|抵触|上访|反对|停留在|债务负担|接近饱和|直排|超期服役|手工为主|难(?:落地|求|跨)|订单[^，]{0,6}转移|搬往|(?:低于|不及)(?:全[省国市]|行业)?平均|"
    r"靠(?:外地|外省|外购|外采|进口|人工)|外购|外采|送(?:外地|省城|省外)|超负荷|超标|扰民|异味|酸化|病害|虫害|陈旧|粗放|空心村|平均年龄[^，]{0,4}[4-9]\d|"
    r"(?:收购价|原料价|价格|成本|运费|房价|租金)[^，]{0,8}(?:上涨|涨了|翻番|波动|攀升)|以(?:原料|鲜销|鲜食|毛料|坯布|初级产品|粗加工|初加工|来料|来样|整机组装|组装|观光)[^，]{0,6}为主"
    r"|^no [a-z]|(?<!a )\bfew\b(?! (?:kilomet|km|minutes|hours))|\b(?:poor(?:ly)?|missing|absent|costly|unclear|uneven|inconsistent|informal|underfunded|unused|corruption|counterfeits?|contaminated|overloaded|overtourism)\b|\bdo(?:es)? (?:not|no)\b|"
    r"\bold (?:machin|plant|equip|kiln|loom|fleet|pipe)|deplet|erosion|disease|queues?\b|curtail|oppos(?:e|ition)|lags? behind|moved? away|concentrated in (?:one|a few)|takes? (?:too )?(?:long|years)|too (?:long|short|high|far|old|expensive)|drives? \w+ away|"
    r"cheap imports|compet(?:es?|ition) for (?:power|land|water|labou?r|staff)|tight\b(?!-)|branch[- ]plant|brownfields?|without successors|(?:half|partial|low) capacity|low (?:automation|participation|uptake|margins?|yields?|skills?)|power cuts|outages?\b|swings?\b(?! bridge)|volatile|unreliable|cumbersome|dying out|cancelled|loss-making|phase-out|stiff competition|competing claims|one employer|"
    r"\blow (?:(?:international|domestic|local|foreign|labou?r|visitor|share|start-up|direct) )*(?:recognition|recycling|productivity|investment|spending|share|rate of|start-up rate)|short length of|moving to the capital|falling (?:fish|grades?|prices|enrolment|output|sales)|accounts? for (?:half|most|two thirds)|below (?:the )?(?:\w+ )?average",
    re.IGNORECASE,
)
"""What a clause finds wanting, mostly by how it ends: 设计能力弱, 规上企业少."""

_WELCOME: Final = re.compile(
    r"(?:成本|[电地水气油房]价|价格|能耗|排放|风险|租金|污染|灾害|负担|海拔|距离|周期|误差|故障|事故|损失)(?:较|偏|很|更)?(?:少|低|短|小|轻)$"
    r"|\b(?:few|no|low) (?:\w+ )?(?:hazards?|strikes?|crime|tax(?:es)?|costs?|emissions?|unemployment|pollution|delays?|debts?|duty|duties|risks?)\b",
    re.IGNORECASE,
)
"""What is good to have little of."""

_MENDED: Final = re.compile(
    r"承接|(?:引进|吸引|治理)(?!难|少|慢|困难|不|多|任务|成本|滞后|能力|压力)|减少了|避免|整治|化解|破解|缓解|消除|打通(?!不)|填补|不再|扭转|摆脱"
)
"""A want that is met, or another place's: 承接外迁企业, 治理土壤酸化2万亩."""

_BODY: Final = re.compile(
    r"[\u3400-\u9fffA-Za-z0-9·（）()]{2,30}?(?:大学|学院|职业学校|研究院|研究所|科学院|实验室|研究中心|检验中心|检测中心|质检中心|技术中心|创新中心|设计中心|"
    r"孵化器|众创空间|协会|商会|产业联盟|技术转移中心|院士工作站|博士后工作站)"
)
_BODY_LEAD: Final = re.compile(r"^.*?(?:拥有|建有|设有|建成|依托|联合|引进|共建|有|和|与|及|、)(?=[\u3400-\u9fff]{3})")
_COMPANY: Final = re.compile(
    r"[\u3400-\u9fffA-Za-z0-9·（）()]{2,20}?(?:股份有限公司|有限公司|公司|集团|股份|控股|石化|石油|药业|重工|实业|钢铁|铝业|铜业|水泥|乳业|酒业|茶业|汽车|电子|电器|科技|新材)(?=[等、，和与及两三四五]|$|是|为|两|\s|龙头|企业|落户|投产)"
)
_FIRMS: Final = re.compile(r"龙头|链主|骨干|领军|上市|企业|落户|投产|总部")
_POLICY: Final = re.compile(
    r"入选|获批|列入|列为|评为|认定为|授予|试点|示范(?:区|市|县|基地|城市)|先行区|试验区|自贸|综合保税区|行动方案|实施意见|发展规划"
)
_MARKET: Final = re.compile(
    r"外销|内销|出口|外贸|销往|电商|直播|专业市场|批发市场|交易市场|订单|客户|市场份额|市场占有率|消费市场|展会|博览会"
)
_INFRA: Final = re.compile(
    r"高铁|铁路|高速|机场|港口|码头|航道|口岸|开发区|产业园|工业园|园区|集聚区|标准厂房|变电站|污水处理|物流园|水库|管网|交通便利"
)
_RESOURCE: Final = re.compile(
    r"之乡|之都|名城|地理标志|储量|资源|矿藏|基地|非遗|传统工艺|种植面积|可利用|水能|风能|光照|森林覆盖|区位|品牌"
)


_Named = TypeVar("_Named", ProfileEnterprise, ProfileInstitution, ProfileItem, ProfilePolicy)


_CALLED: Final = re.compile(r"^[\u3400-\u9fff]{0,12}?(?:被誉为|被称为|素有|享有|是|系)(?=[\u3400-\u9fff“]{3})")
"""What says that the region is something: 安溪县是中国藤铁工艺之乡."""


@dataclass(slots=True)
class _Rows:
    indicators: list[ProfileIndicator] = field(default_factory=list)
    enterprises: list[ProfileEnterprise] = field(default_factory=list)
    institutions: list[ProfileInstitution] = field(default_factory=list)
    infrastructure: list[ProfileItem] = field(default_factory=list)
    resources: list[ProfileItem] = field(default_factory=list)
    markets: list[ProfileItem] = field(default_factory=list)
    policies: list[ProfilePolicy] = field(default_factory=list)
    constraints: list[ProfileConstraint] = field(default_factory=list)


def with_remarks(profile: RegionProfile) -> RegionProfile:
    """The profile with a row for each clause of its remarks, and of its facts in words, that says where it belongs.

    Rows from remarks have the place `notes!1`; a fact in words (`input.background[0]`) is replaced by the figures it holds.
    """
    rows = _Rows()
    kept = []
    for cell in profile.indicators:
        found = _sorted(cell.metric, cell.ref) if cell.value is None and not cell.raw else None
        if found is not None and found.indicators:
            first, *rest = found.indicators
            kept += [first.model_copy(update={"note": cell.metric, "source_id": cell.source_id}), *rest]
            _extend(rows, found, figures=False)
        else:
            kept.append(cell)
            if found is not None:
                _extend(rows, found)
    for number, note in enumerate(profile.notes, start=1):
        _extend(rows, _sorted(note, f"notes!{number}"))
    return profile.model_copy(
        update={
            "indicators": (*kept, *(row for row in rows.indicators if not _told(row, profile))),
            "enterprises": (*profile.enterprises, *_new(rows.enterprises, profile.enterprises)),
            "institutions": (*profile.institutions, *_new(rows.institutions, profile.institutions)),
            "infrastructure": (*profile.infrastructure, *_new(rows.infrastructure, profile.infrastructure)),
            "resources": (*profile.resources, *_new(rows.resources, profile.resources)),
            "markets": (*profile.markets, *_new(rows.markets, profile.markets)),
            "policies": (*profile.policies, *_new(rows.policies, profile.policies)),
            "constraints": (*profile.constraints, *rows.constraints),
        }
    )


def _extend(rows: _Rows, more: _Rows, *, figures: bool = True) -> None:
    for name in _Rows.__slots__:
        if figures or name != "indicators":
            getattr(rows, name).extend(getattr(more, name))


def _told(row: ProfileIndicator, profile: RegionProfile) -> bool:
    """Whether the profile's own rows have the figure already."""
    return any(cell.value == row.value and cell.unit == row.unit and (cell.year or row.year) == row.year for cell in profile.indicators)  # fmt: skip


def _new(found: list[_Named], known: tuple[_Named, ...]) -> tuple[_Named, ...]:
    names = {row.name for row in known}
    return tuple({row.name: row for row in found if row.name not in names}.values())


def _sorted(text: str, ref: str) -> _Rows:
    """The rows a text gives, clause by clause; a year holds until the next one is named."""
    rows, year = _Rows(), None
    for sentence in re.split(r"[。；;！!？?\n]|(?<=[a-z)%])\.\s", text):
        for match in _CLAUSE.finditer(sentence):
            clause = match.group().strip(" ，,、:：")
            named = _YEAR.search(clause)
            year = int(named[1]) if named else year
            _file(rows, clause, ref, year)
    return rows


def _file(rows: _Rows, clause: str, ref: str, year: int | None) -> None:
    bare = _YEAR.sub("", clause).strip(" ，,、:：")
    growth = _GROWTH.search(bare)
    if growth and rows.indicators and growth.start() <= 1:
        rate = float(growth["number"]) * (-1 if growth["way"] == "下降" else 1)
        rows.indicators[-1] = rows.indicators[-1].model_copy(update={"growth_percent": rate})
        return
    problem = _complains(bare)
    english = not _CHINESE.search(clause)
    figures = [] if problem else list((english_figures if english else _figures)(bare, ref, year))
    rows.indicators.extend(figures)
    if problem:
        rows.constraints.append(ProfileConstraint(ref=ref, statement=clause))
        return
    bodies = [_BODY_LEAD.sub("", found) for found in _BODY.findall(bare)]
    rows.institutions.extend(ProfileInstitution(ref=ref, name=name) for name in bodies if len(name) > 3)
    if _FIRMS.search(bare):
        rows.enterprises.extend(ProfileEnterprise(ref=ref, name=name) for name in _companies(bare))
    if figures or bodies:
        return
    if _POLICY.search(bare):
        rows.policies.append(ProfilePolicy(ref=ref, name=clause, year=year))
    elif _MARKET.search(bare):
        rows.markets.append(ProfileItem(ref=ref, name=clause))
    elif _INFRA.search(bare):
        rows.infrastructure.append(ProfileItem(ref=ref, name=clause))
    elif _RESOURCE.search(bare):
        rows.resources.append(ProfileItem(ref=ref, name=_CALLED.sub("", clause)))


def _complains(clause: str) -> bool:
    if _WELCOME.search(clause):
        return False
    return _PROBLEM.search(clause) is not None or (
        _WANTING.search(clause) is not None and _MENDED.search(clause) is None
    )


def _figures(clause: str, ref: str, year: int | None) -> Iterator[ProfileIndicator]:
    for match in _FIGURE.finditer(clause):
        metric = _LEFTOVER.sub("", _LEAD_IN.sub("", match["metric"].strip(" 、"))).strip(" 、")
        unit = match["unit"].replace("％", "%")
        if len(metric) < _LEAST_METRIC:
            metric = _counted_after(clause, match.end(), unit)
        if len(metric) < _LEAST_METRIC:
            continue
        if unit in _COUNTED and not metric.endswith(("数", "数量")):
            metric += "数"
        how = f"{match['sign']}{match['more'] or ''}{match['after'] or ''}"
        status = (
            "target" if _TARGET.search(clause) else "lower bound" if _LOWER.search(how) else "estimate" if _ABOUT.search(how) else ""
        )  # fmt: skip
        if _UPPER.search(how):
            continue
        growth = _GROWTH.search(clause, match.end())
        yield ProfileIndicator(
            ref=ref, metric=metric, value=float(match["number"].replace(",", "")), unit=unit, year=year, status=status,
            growth_percent=float(growth["number"]) * (-1 if growth["way"] == "下降" else 1) if growth else None,
        )  # fmt: skip


def _counted_after(clause: str, end: int, unit: str) -> str:
    """What is counted when it follows the number: 120家规模以上企业."""
    found = re.match(r"[\u3400-\u9fff]{2,14}", clause[end:])
    return found.group() if found and unit in (*_COUNTED, "万人", "人") else ""


def _companies(clause: str) -> Iterator[str]:
    for part in re.split(r"[、和与及]|以及", clause):
        if found := _COMPANY.search(part):
            yield re.sub(
                r"^(?:拥有|以|包括|有|如|引进|培育|形成|了|(?:整机|主机|整车|龙头|骨干|链主|上市|重点|头部|领军|代表性?|核心|知名|本土|本地|规上|配套|零部件)(?:企业|公司))+",
                "",
                found.group(),
            )
