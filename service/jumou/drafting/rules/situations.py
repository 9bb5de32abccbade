"""What a region is in, whatever it makes: the end of a resource, a border, a coast, one buyer. Cases that were in the same teach most."""

import re
from dataclasses import dataclass
from typing import Final

from jumou.domain.evidence import Document
from jumou.domain.framework import Name
from jumou.domain.region import RegionProfile


@dataclass(frozen=True, slots=True)
class Situation:
    """A situation: what a profile says that is in it, what a case is called that was, and words to find such cases by."""

    name: Name
    said: re.Pattern[str]
    shown: re.Pattern[str]
    query: str


def _situation(zh: str, en: str, said: str, shown: str, query: str) -> Situation:
    return Situation(Name(zh, en), re.compile(said, re.IGNORECASE), re.compile(shown, re.IGNORECASE), query)


SITUATIONS: Final = (
    _situation(
        "老工业或资源型区域接续转型", "an old industrial or resource region that has to renew itself",
        r"接续|资源枯竭|独大|(?:煤矿|矿山|矿井|工厂).{0,4}(?:关闭|关停|退出)|去产能|老工业|转岗|沉陷|(?:pit|mine|mill|plant|shipyard)s? (?:have )?clos|post-?industrial|coal phase|industrial decline",
        r"锁定|衰退|再造|煤炭|钢铁|破产|lock-in|restructuring|renewal|rebuilding|decline",
        "煤钢 锁定 衰退 转型 再造 老工业区",
    ),
    _situation(
        "依赖单一企业或买家", "dependence on one firm or buyer",
        r"依赖单一|单一(?:客户|企业|买家)|一家独大|dominant (?:buyer|employer)|single (?:buyer|employer|customer)|dependent on one",
        r"再造|诺基亚|大众|一汽|单一|Nokia|Volkswagen|Detroit", "单一龙头 依赖 再造",
    ),
    _situation(
        "口岸与跨境贸易", "a border and trade across it",
        r"口岸|边境|互市|边贸|跨境(?:贸易|物流|电商)|border (?:crossing|trade)|customs",
        r"国际贸易|自由区|自贸|商贸|航空港|口岸|出口加工|free zone|trading|airport", "口岸 国际贸易 通关 自由区 商贸物流",
    ),
    _situation(
        "临港临海", "a port or a coast",
        r"港区|港口|临港|海洋|海岸|沿海|渔港|\bports?\b|\bocean|\bcoast|harbou?r|seafood|fisher", r"(?<!航空)港(?!城)|滨海|\bport\b|island|coast", "港口 临港产业 海洋",
    ),
    _situation(
        "资源就地转化", "a resource to be worked up where it lies",
        r"磷矿|盐湖|矿(?:石|产|区)|石英砂|石墨资源|稀土|储量|\bore\b|\bmines?\b|mineral|quarr|lithium", r"盐湖|磷|矿|制糖|盐化工|mineral|sugar|salt", "矿产资源 就地转化 循环 化工",
    ),
    _situation(
        "航空与低空", "aviation",
        r"航空|飞机|低空|无人机|eVTOL|aerospace|aircraft|\bdrones?\b", r"航空(?!港|物流|维修)|空天|aerospace|aviation", "航空航天 集群 试飞 适航",
    ),
    _situation(
        "传统消费品、代工多而品牌少", "consumer goods made for others' brands",
        r"代工|贴牌|同质化|自(?:有|主)品牌(?:少|弱|不足)|相互压价|无品牌|own no brands?|make to order|subcontract|private label|no brands",
        r"鞋|袜|面料|家纺|家用纺织|服装|瓷砖|小商品|陶瓷|footwear|socks?|textile|tile|commodit", "传统消费品 产业集群 品牌 中小企业",
    ),
)  # fmt: skip


def situations_of(profile: RegionProfile) -> tuple[Situation, ...]:
    """The situations a profile speaks of: in its target, its problems, or what it counts among its resources and places."""
    text = "。".join(
        (
            profile.target_industry or "",
            *(item.statement for item in profile.constraints),
            *(item.name for item in (*profile.resources, *profile.infrastructure, *profile.markets)),
        )
    )
    return tuple(item for item in SITUATIONS if item.said.search(text))


def shared(own: tuple[Situation, ...], document: Document) -> tuple[Situation, ...]:
    """Those of a region's situations that a case was in, by its title and its industries."""
    text = f"{document.title} {document.title_en} {'、'.join(document.industries)}"
    return tuple(item for item in own if item.shown.search(text))
