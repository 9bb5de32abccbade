"""How far a benchmark case compares with a region: its industries beside the region's, its level, its way of growing.

Industries are compared by the divisions of GB/T 4754 their chains stand in: the same division counts whole, another of the
same group (consumer goods, chemicals, metals, energy, equipment, electronics and software, trade and services) for half, one
of a neighbouring group for a fifth.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from jumou.corpus.branch import links_of_branch
from jumou.corpus.chains import find_chains, load_chains
from jumou.domain.chain import Chain, ChainNode

_GROUPS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("A01", "A02", "A03", "A04", "A05", "C13", "C14", "C15", "C16"), "food"),
    **dict.fromkeys(("C17", "C18", "C19", "C20", "C21", "C22", "C23", "C24", "C28", "C41"), "consumer"),
    **dict.fromkeys(("B07", "C25", "C26", "C29"), "chemical"),
    **dict.fromkeys(("B08", "B09", "C31", "C32", "C33"), "metal"),
    **dict.fromkeys(("B06", "D44", "D45"), "energy"),
    **dict.fromkeys(("B10", "C42", "N77"), "circular"),
    **dict.fromkeys(("C30", "E47", "E50"), "building"),
    **dict.fromkeys(("C34", "C35", "C36", "C37", "C38", "C43", "E48"), "equipment"),
    **dict.fromkeys(("C39", "C40", "I63", "I64", "I65", "M73", "M75"), "science"),
    "C27": "medicine",
    **dict.fromkeys(("F51", "F52", "G53", "G54", "G55", "G56", "G58", "G59", "G60", "H61", "H62", "L72", "R86", "R87", "R88", "R89", "R90"), "services"),
}  # fmt: skip
_NEAR_GROUPS: Final = frozenset(
    frozenset(pair)
    for pair in (
        ("food", "consumer"),
        ("equipment", "science"),
        ("consumer", "building"),
        ("chemical", "building"),
        ("chemical", "metal"),
        ("chemical", "energy"),
        ("metal", "energy"),
        ("metal", "equipment"),
        ("energy", "equipment"),
        ("circular", "chemical"),
        ("circular", "metal"),
        ("circular", "energy"),
        ("circular", "building"),
        ("medicine", "science"),
        ("medicine", "food"),
        ("medicine", "chemical"),
    )
)
_LEVELS: Final[Mapping[str, Mapping[str, float]]] = {
    "county": {"county": 1.0, "park": 0.6, "city": 0.4, "international": 0.4},
    "town": {"county": 0.9, "park": 0.6, "city": 0.3, "international": 0.4},
    "park": {"park": 1.0, "county": 0.7, "city": 0.6, "international": 0.6},
    "city": {"city": 1.0, "park": 0.6, "county": 0.5, "provincial": 0.6, "international": 0.6},
    "provincial": {"provincial": 1.0, "city": 0.8, "international": 0.7, "park": 0.4, "county": 0.2},
    "national": {"national": 1.0, "provincial": 0.8, "international": 0.8, "city": 0.5},
}
_UNKNOWN_LEVEL: Final = 0.5


_HINTS: Final[tuple[tuple[str, str], ...]] = (
    (r"旅游|商贸|市场|物流|电商|会展|服务|康养|养老|文化|体育|tourism|trade|logistics|services?\b", "F51"),
    (r"食|粮|果|蔬|菜|蒜|菌|薯|肉|奶|乳|茶|酒|水产|渔|饮|烟|调味|种植|养殖|food|beverage|dairy|tea\b|wine", "C14"),
    (r"医药|中药|药材|制药|疫苗|生物|pharma|biotech|medicin|vaccine", "C27"),
    (r"机械|装备|设备|器械|汽车|车辆|船|泵|阀|轴承|模具|紧固件|电机|电气|刀具|无人机|machin|equipment|vehicle|tool", "C34"),
    (r"软件|信息|数据|电子|芯片|半导体|集成电路|晶圆|显示|光电|传感|智能|人工智能|software|electronic|digital|semiconductor", "C39"),
    (r"矿|冶|钢|铝|铜|镍|钴|锌|钛|稀土|金属|mining|metal|steel|alumin", "C32"),
    (r"化工|化学|材料|油气|石油|炼|chemical|material", "C26"),
    (r"煤|能源|电力|储能|氢|energy|power\b", "D44"),
    (r"石材|砖|瓷|玻璃|水泥|建材|门窗|building|glass|ceramic|stone", "C30"),
    (r"用品|制品|玩具|家具|家居|服|鞋|袜|帽|饰|工艺|礼品|文具|日用|宠物|美妆|眼镜|乐器|纺织|衣|furniture|toys?\b|textile|apparel|goods|craft", "C24"),
)  # fmt: skip
"""What an industry without a chain is likely to make, by the words of its name, and a division that stands for it."""


def likely_divisions(name: str) -> frozenset[str]:
    """The division an industry's name speaks of where no chain describes it; empty where it says nothing."""
    return frozenset(next(((code,) for pattern, code in _HINTS if re.search(pattern, name, re.IGNORECASE)), ()))


def level_likeness(region: str, case: str) -> float:
    """How far a case's level tells about a region of this level, 0–1; .5 where either is not known."""
    known = _LEVELS.get(region)
    return known.get(case, 0.2) if known is not None and case else _UNKNOWN_LEVEL


def divisions(chains: Iterable[Chain]) -> frozenset[str]:
    """The GB/T 4754 divisions the links of these chains stand in, for example C21."""
    return _divisions(code for chain in chains for code in _codes(chain, chain.nodes))


def _divisions(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(match.group() for code in codes if (match := re.match(r"[A-Z]\d{2}", code)))


def _codes(chain: Chain, links: Iterable[ChainNode]) -> tuple[str, ...]:
    """Of what is made: a chain's materials and shops stand in the divisions of many chains, and would make all of them near."""
    middle = [code for node in links if node.position == "midstream" for code in node.gbt4754]
    return tuple(middle) or chain.gbt4754


@lru_cache(maxsize=1024)
def divisions_of(words: str) -> frozenset[str]:
    """The divisions of the industries named in the words; empty where no chain describes them."""
    chains = load_chains()
    named = [chains[match.chain_id] for match in find_chains(words)]
    return _divisions(code for chain in named for code in _codes(chain, links_of_branch(chain, words)))


def group_of(division: str) -> str:
    """The group a division stands in; empty where it stands in none."""
    return _GROUPS.get(division, "")


def likeness(own: frozenset[str], other: frozenset[str]) -> float:
    """How much two places are about the same, 0–1: of what either does its nearest with the other, both sides counting alike.

    A place of many industries, of which one is near, is less like it than a place of that one alone.
    """
    if not own or not other:
        return 0.0
    sides = ((own, other), (other, own))
    return sum(sum(max(_near(a, b) for b in there) for a in here) / len(here) for here, there in sides) / 2


def relatedness(own: frozenset[str], other: frozenset[str]) -> float:
    """How near two sets of divisions are, 0–1: for each of the smaller set its nearest in the other, on average."""
    if not own or not other:
        return 0.0
    few, many = sorted((own, other), key=len)
    return sum(max(_near(a, b) for b in many) for a in few) / len(few)


def _near(a: str, b: str) -> float:
    if a == b:
        return 1.0
    one, two = group_of(a), group_of(b)
    if not one or not two:
        return 0.0
    return 0.5 if one == two else 0.2 if frozenset((one, two)) in _NEAR_GROUPS else 0.0
