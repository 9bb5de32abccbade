"""At which links of a chain the profile's firms stand: as their rows say, else by the words of their names, roles and notes."""

import re
from collections import Counter
from functools import lru_cache
from typing import Final

from jumou.analysis.mode_inputs import in_trouble
from jumou.analysis.references import twin_links
from jumou.domain.chain import Chain
from jumou.domain.chain import ChainNode as Link
from jumou.domain.region import ProfileEnterprise, RegionProfile

_SERVES: Final = re.compile(
    r"维修|检修|大修|维保|维护|运维|运营|营运|租赁|经销|销售|贸易|商贸|物业|"
    r"\b(?:mro|maintenance|overhaul|repairs?|operators?|operations|leasing|distributors?|trading|dealers?)\b",
    re.IGNORECASE,
)
"""What a firm does whose name says so: it keeps, runs or sells the product, and does not make it."""

_MAKES: Final = re.compile(
    r"制造|生产|制品|工厂|炼|冶|矿|钢|化工|水泥|加工|纸|酒|药|厂|manufactur|\bmills?\b|\bworks\b|\bplant\b",
    re.IGNORECASE,
)
"""A branch office (分公司) so called has works of its own."""

_BRANCH: Final = re.compile(r"分公司|办事处|\bbranch\b|\brepresentative office\b", re.IGNORECASE)
_PARTS: Final = re.compile(r"[与和、及/（()）]| and |, ")
_LEAST: Final = {False: 3, True: 5}
"""Shorter parts of a link's name (材料, 检测; cell) stand in the names of firms that do other things."""

_GENERAL: Final = frozenset((
    "新材料", "零部件", "元器件", "原材料", "装备制造", "智能装备", "高端装备", "关键设备", "materials", "equipment",
    "services", "components", "systems", "products", "processing", "testing", "design", "parts", "technology",
))  # fmt: skip
"""What firms of every industry are called."""


def firms_at(profile: RegionProfile, chain: Chain) -> dict[str, tuple[str, ...]]:
    """By link id, the names of the firms that stand there, in the profile's order; each link of the chain has an entry.

    A firm stands at the link its row names (in this chain, or a twin link of another chain), else where a word of the
    link occurs in its name, role or note. In a chain that makes things a firm whose name says that it repairs, runs or
    sells, or that it is a branch office without works, stands at no link where things are made. Firms in
    reorganisation do not count.
    """
    sound = [firm for firm in profile.enterprises if firm.name.strip() and not in_trouble(firm)]
    found = {}
    for node in chain.nodes:
        words = words_of_link(chain, node)
        found[node.id] = tuple(dict.fromkeys(firm.name for firm in sound if _stands(firm, chain, node, words)))
    return found


def _stands(firm: ProfileEnterprise, chain: Chain, node: Link, words: tuple[str, ...]) -> bool:
    if firm.node and (firm.chain or any(firm.node == one.id for one in chain.nodes)):
        twins = {(chain.id, node.id), ("", node.id), *twin_links().get((chain.id, node.id), frozenset())}
        return (firm.chain, firm.node) in twins
    text = f"{firm.name} {firm.role} {firm.note}"
    if chain.sector != "manufacturing":
        return mentions(text, words)
    serving = _SERVES.search(firm.name)
    making = node.position in ("upstream", "midstream")
    if serving is not None:
        own = serving.group().lower()
        called = any(own in word.lower() for word in (*node.keywords, node.name.zh, node.name.en))
        return called if making or _serves_there(own, chain) else mentions(text, words)
    if making and _BRANCH.search(firm.name) and not _MAKES.search(firm.name):
        return False
    return mentions(text, words)


def _serves_there(own: str, chain: Chain) -> bool:
    """Whether a link of the chain is there for what the firm does (维修与培训 for a firm that repairs)."""
    return any(own in word.lower() for node in chain.nodes for word in (*node.keywords, node.name.zh, node.name.en))


def mentions(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text holds one of the words: Chinese anywhere, other scripts from the beginning of a word on (shipyard, shipyards)."""
    low = text.lower()
    return any(_pattern(word).search(low) for word in words if word.strip() and word.strip().lower() in low)


@lru_cache(maxsize=8192)
def _pattern(word: str) -> re.Pattern[str]:
    low = re.escape(word.strip().lower())
    return re.compile(rf"(?<![a-z0-9]){low}" if word.isascii() else low)


def words_of_link(chain: Chain, node: Link) -> tuple[str, ...]:
    """What a link is known by: its keywords, its products, its name and the parts of its name that name no other link."""
    return (*node.keywords, *_own_names(tuple(_names(one) for one in chain.nodes), _names(node)))


def _names(node: Link) -> tuple[str, ...]:
    whole = (node.name.zh, node.name.en, *node.products.zh, *node.products.en)
    parts = (part for name in (node.name.zh, node.name.en) for part in _PARTS.split(name))
    return tuple(dict.fromkeys(word.strip().lower() for word in (*whole, *parts)))


@lru_cache(maxsize=1024)
def _own_names(every: tuple[tuple[str, ...], ...], own: tuple[str, ...]) -> tuple[str, ...]:
    """`own` without what is short, general or said of several links of the chain."""
    count = Counter(word for names in every for word in names)
    return tuple(
        word for word in own if count[word] == 1 and len(word) >= _LEAST[word.isascii()] and word not in _GENERAL
    )
