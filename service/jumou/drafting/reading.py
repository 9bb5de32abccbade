"""What a profile shows of the six elements of a cluster: its own words, filed under the element they speak of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from jumou.domain.framework import ElementKey
from jumou.domain.region import ProfileEnterprise, ProfileIndicator, ProfileItem, RegionProfile
from jumou.drafting.wording import Said, number

_LEADING_ROLE: Final = re.compile(r"anchor|oem|lead|链主|龙头|领军|listed|unicorn|core", re.IGNORECASE)
_TROUBLED: Final = re.compile(r"破产|重整|停产|troubled|bankrupt|closed|insolv", re.IGNORECASE)
_INTERMEDIARY: Final = re.compile(
    r"协会|联盟|孵化|加速器|商会|园区管委|中介|转移中心|交易|公共服务|公共平台|服务平台|促进中心|基金|"
    r"association|incubat|accelerat|council|alliance|LEP\b|CATCH|partnership|agency|exchange|fund",
    re.IGNORECASE,
)
_KNOWLEDGE: Final = re.compile(
    r"大学|学院|研究|实验室|科学院|科研|技术中心|创新中心|中试|高校|院所|科学|人才|技术|"
    r"universit|institut|laborator|research|college|R&D|centre|center|catapult|imec|innovation|techn",
    re.IGNORECASE,
)
_INFRASTRUCTURE: Final = re.compile(
    r"港|铁路|机场|公路|园区|开发区|基地|电网|能源|物流|数据中心|厂房|街区|平台|枢纽|仓|管网|"
    r"port|rail|airport|park|grid|power|road|site|campus|refiner|generation|logistic",
    re.IGNORECASE,
)
_DESIGNATION: Final = re.compile(
    r"国家级?|试点|示范|试验区|自贸|综保|先行区|新区|名单|批复|入选|政策|规划|grant|designat|zone|federal|national|strategy|deal",
    re.IGNORECASE,
)
_LACKING: Final = re.compile(
    r"(?:本地|区域)?(?:没有|无(?!人|锡|线|机)|缺乏|缺少|缺|不足)|no |lack"
    r"|.*(?:(?<!减)(?:偏|较|很|太|极)?少|不足|薄弱|偏低|较低|不高|不强|不大|滞后|缺失|欠缺|分散|以来料加工为主)$",
    re.IGNORECASE,
)
"""A row of the resources sheet that says what is not there."""

_BINDING: Final = re.compile(
    r"受.{0,14}(?:影响|制约|限制|约束|管控)|敏感区|生态红线|保护红线|禁止|限制开发|限批|约束趋紧|"
    r"\b(?:subject to|affected by|limited by|restricted by|hampered by|off limits|ban on)\b",
    re.IGNORECASE,
)
"""A row of resources or markets that says what binds the region instead of what it has."""

_OFFICE: Final = re.compile(
    r"管委会|管理委员会|管理局|开发区|合作区|产业园|工业园|海关(?!技术)|[局委]$|\b(?:zone|authority|customs|ministry)\b",
    re.IGNORECASE,
)
_SCHOOL: Final = re.compile(
    r"大学|学院|研究|实验室|科学院|技术中心|检测中心|创新中心|universit|institut|laborator|college|research",
    re.IGNORECASE,
)
"""An office, a zone or its committee is no body of knowledge unless it is a school or institute too."""

_COUNTED: Final = re.compile(r"^(规模以上|规上)|企业(数|[(（]|$)|用电|用水|产值|firms", re.IGNORECASE)
"""Rows of the infrastructure sheet that count something instead of naming it."""

_BRAND: Final = re.compile(
    r"品牌|之都|之乡|名城|知名|著名|最大|第一|历史|文化|瓷都|地理标志|老字号|单项冠军|集散(?:地|中心)|博览会|交易会|占有率"
    r"|brand|famous|largest|world|renowned|market share|trade fair",
    re.IGNORECASE,
)
_MEASURED: Final = re.compile(
    r"\d|[一二三四五六七八九两]成(?!为|立|果|员|长)|过半|[一二三四五六七八九]分之|比重|占比|\b(?:half|a third|a quarter|two thirds|most) of\b",
    re.IGNORECASE,
)

_MARKET: Final = re.compile(
    r"市场|商贸|贸易|出口|电商|集散|枢纽|口岸|港|消费|旅游|展会|辐射|market|trade|export|port|commerce|hub|consumer|tour",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The profile's rows by element, as words that keep their place."""

    leading: tuple[Said, ...]
    supporting: tuple[Said, ...]
    troubled: tuple[Said, ...]
    knowledge: tuple[Said, ...]
    intermediaries: tuple[Said, ...]
    infrastructure: tuple[Said, ...]
    government: tuple[Said, ...]
    brand: tuple[Said, ...]
    market: tuple[Said, ...]
    resources: tuple[Said, ...]
    problems: tuple[Said, ...]

    def of(self, element: ElementKey) -> tuple[Said, ...]:
        """The words that speak for an element."""
        match element:
            case "leading_firms":
                return self.leading
            case "supporting_firms":
                return self.supporting
            case "knowledge":
                return self.knowledge
            case "intermediaries":
                return self.intermediaries
            case "infrastructure":
                return self.infrastructure
            case "government":
                return self.government


def read(profile: RegionProfile) -> Reading:
    """Sort the profile's rows. A row may speak for several elements; nothing is added to what it says."""
    leading, supporting, troubled = _firms(profile)
    institutions = tuple(_said(item.name, item.ref) for item in profile.institutions if not _empty(item.name))
    named = tuple(_said(_item(item), item.ref) for item in profile.resources if not _empty(item.name))
    resources = tuple(word for word in named if not _LACKING.match(word.text) and not _BINDING.search(word.text))
    infrastructure = tuple(
        _said(_item(item), item.ref)
        for item in profile.infrastructure
        if not _empty(item.name) and not _COUNTED.search(item.name)
    )
    sold = tuple(_said(item.name, item.ref) for item in profile.markets if not _empty(item.name))
    markets = tuple(word for word in sold if not _BINDING.search(word.text))
    policies = tuple(_said(item.name, item.ref) for item in profile.policies if not _empty(item.name))
    facts = tuple(_said(_fact(item), item.ref) for item in profile.indicators if item.value is None and item.raw)
    everything = (*resources, *infrastructure, *markets, *policies)
    intermediaries = tuple(word for word in (*institutions, *infrastructure) if _INTERMEDIARY.search(word.text))
    return Reading(
        leading=leading,
        supporting=supporting,
        troubled=troubled,
        knowledge=_once(
            (
                *(
                    word
                    for word in institutions
                    if _SCHOOL.search(word.text)
                    or (not _OFFICE.search(word.text) and (word not in intermediaries or _KNOWLEDGE.search(word.text)))
                ),
                *(word for word in resources if _KNOWLEDGE.search(word.text)),
            )
        ),
        intermediaries=_once(intermediaries),
        infrastructure=_once((*infrastructure, *(word for word in resources if _INFRASTRUCTURE.search(word.text)))),
        government=_once(
            (*policies, *(word for word in names_only((*everything, *facts)) if _DESIGNATION.search(word.text)))
        ),
        brand=_once(word for word in (*everything, *facts) if _BRAND.search(word.text)),
        market=_once((*markets, *(word for word in everything if _MARKET.search(word.text)))),
        resources=resources,
        problems=(
            *(_said(item.statement, item.ref) for item in profile.constraints if not _empty(item.statement)),
            *(word for word in named if _LACKING.match(word.text) or _BINDING.search(word.text)),
            *(word for word in sold if _BINDING.search(word.text)),
        ),
    )


def _firms(profile: RegionProfile) -> tuple[tuple[Said, ...], tuple[Said, ...], tuple[Said, ...]]:
    troubled = [firm for firm in profile.enterprises if _TROUBLED.search(f"{firm.role} {firm.status} {firm.note}")]
    sound = [firm for firm in profile.enterprises if firm not in troubled and not _empty(firm.name)]
    with_role = [firm for firm in sound if _LEADING_ROLE.search(firm.role)]
    if with_role:
        leading, rest = with_role, [firm for firm in sound if firm not in with_role]
    elif any(firm.role or firm.node for firm in sound):  # roles are recorded, and none of them leads
        leading, rest = [], sound
    else:  # a bare list of names: the firms a profile cares to name are its leading ones
        leading, rest = sound[:6], sound[6:]
    return _names(leading), _names(rest), _names(troubled)


def _names(firms: list[ProfileEnterprise]) -> tuple[Said, ...]:
    return _once(_said(firm.name, firm.ref) for firm in firms)


def _item(item: ProfileItem) -> str:
    """A row's name, with its figure where it has one: 园区规划面积10.7平方公里."""
    return item.name if item.value is None else f"{item.name}{number(item.value)}{item.unit}"


def names_only(words: Iterable[Said]) -> tuple[Said, ...]:
    """The words that name something, without those that measure it, in digits or in words (外销比重超过八成)."""
    return tuple(word for word in words if not _MEASURED.search(word.text))


def _fact(item: ProfileIndicator) -> str:
    return f"{item.metric}:{item.raw}" if item.raw else item.metric


def _said(text: str, ref: str) -> Said:
    return Said(text.strip(), ref)


def _empty(text: str) -> bool:
    bare = text.strip("（）() 　-—/")
    return not bare or bare.startswith(("无", "暂无")) or bare.lower() in ("none", "n/a", "unknown")


def _once(words: Iterable[Said]) -> tuple[Said, ...]:
    seen: dict[str, Said] = {}
    for word in words:
        seen.setdefault(word.text, word)
    return tuple(seen.values())
