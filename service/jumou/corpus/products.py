"""The value chain that makes a product, where no chain is called as the planner calls the industry."""

import re
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final, Literal

from jumou.corpus.branch import ACTS, terms_of
from jumou.corpus.chains import ChainMatch, bare_words, folded, word_matches
from jumou.domain.chain import Chain, ChainNode

_LEAST_COVER: Final = 0.6
_LEAST_COVER_OF_ANY: Final = 0.8
_OF_MANY: Final = frozenset(("模具", "工业设计", "压力容器", "金融", "永磁", "发电机", "mould", "mold", "finance"))
"""Keywords that place a firm on a link but name an industry of their own."""


_FARMING: Final = "modern_agriculture"
_FOOD: Final = "food_processing"
_PROCESSED: Final = re.compile(r"(?<!初)加工|制品|食品|\b(?:process(?:ing|ors)|canning)\b")
"""What makes food of a crop: 红枣加工 is no orchard."""

PART: Final = re.compile(r"(?:(?![、，,;；/与和及&（）()]|\band\b|(?<=\ba)nd\b|(?<=\ban)d\b).)+")
"""One of the things an industry's name lists."""

Among = Literal["made", "led", "all"]
"""Links in the middle of a chain; those that lead a niche; all but services, which many industries share."""


def find_by_products(words: str, chains: Iterable[Chain], *, among: Among = "made") -> list[ChainMatch]:
    """The chains that make what the words name (电缆, 生猪), best first, where no chain is called so.

    A keyword or product of one of the links stands in the words. Together they cover most of the words, with or without what
    is done to the product (and with blanks, which stand between English ones); of all links, nearly all of them. Of chains that cover as much, the one stands first that has a
    niche called so.
    """
    texts = dict.fromkeys((folded(words), bare_words(folded(words)), _substance(words)))
    least = _LEAST_COVER_OF_ANY if among == "all" else _LEAST_COVER
    found = []
    for chain in chains:
        terms = {term for node in _links(chain, among) for term in terms_of(node)} - _OF_MANY - ACTS
        covered = max(_covered(terms, text) for text in texts)
        if covered >= least:
            called = any(text in folded(f"{niche.name.zh} {niche.name.en}") for niche in chain.niches for text in texts)
            found.append((not called, ChainMatch(chain.id, round(covered, 3))))
    return [match for _, match in sorted(found, key=lambda item: (-item[1].score, item[0], item[1].chain_id))]


def makers_of(words: str, chains: Mapping[str, Chain]) -> list[str]:
    """The chain that makes the products named, by all the words, else by the first thing they list that is a product."""
    texts = (words, *re.findall(PART, words))
    surer: tuple[Among, ...] = ("made", "led")
    last: tuple[Among, ...] = ("all",)
    for text, among in (*product(texts, surer), *product(texts, last)):
        if found := find_by_products(text, chains.values(), among=among):
            first = found[0].chain_id
            return [_FOOD if first == _FARMING and _FOOD in chains and _PROCESSED.search(folded(text)) else first]
    return []


def _links(chain: Chain, among: Among) -> list[ChainNode]:
    if among == "led":
        leading = {niche.nodes[0] for niche in chain.niches}
        return [node for node in chain.nodes if node.id in leading]
    return [
        node for node in chain.nodes if node.position == "midstream" or (among == "all" and node.position != "service")
    ]


def _covered(terms: Iterable[str], text: str) -> float:
    places = {at for term in terms for match in word_matches(term, text) for at in range(*match.span())}
    return len(places) / max(1, len(text))


def _substance(words: str) -> str:
    """The words without fillers and without what is done to the product: 黄金精深加工 is about 黄金."""
    text = bare_words(folded(words))
    for act in sorted(ACTS, key=lambda act: (-len(act), act)):
        text = text.replace(act, "") or text
    return text
