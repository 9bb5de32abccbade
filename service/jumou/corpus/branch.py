"""The branch of a value chain an industry's words mean: of a chain of many product families, the links that concern it.

A chain such as home products holds appliances, furniture, lighting and paper side by side. A county of furniture makers
needs the links furniture is made from and sold through, and no compressors. The links kept are those the words name,
those the region's own facts name, all they are made from, and all they go into, along the edges of the chain.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from jumou.corpus.chains import folded, word_matches
from jumou.corpus.generic_chain import generic_chain
from jumou.domain.chain import BranchTexts, Chain, ChainNode, Text

_FAMILIES: Final = 5
"""A chain with fewer links in its middle is one line of making, and is never cut."""

_MOST: Final = 0.7
"""A branch that holds more of the links than this is the whole chain."""

_LEAST_LINKS: Final = 3
ACTS: Final = frozenset(
    [
        "养殖",
        "种植",
        "加工",
        "初加工",
        "深加工",
        "精深加工",
        "开采",
        "采选",
        "提纯",
        "开发",
        "综合利用",
        "检测",
        "分析",
        "应用",
        "下游",
        "配套",
        "批发",
        "出口",
        "代工",
        "制造",
        "生产",
        "研发",
    ]
)
"""Words for what is done to a product; which product it is they leave open."""

_ACT_TELLS: Final = 0.2
_LONGEST_NAME: Final = {False: 16, True: 40}
"""A branch is called as the planner calls the industry, unless that is a list of several."""


def branch(chain: Chain, words: str, facts: Iterable[str] = ()) -> Chain:
    """The chain cut to the branch that `words` name, or the chain itself where they name no branch of it.

    `facts` are texts of the region's profile: a link they speak of is kept. The branch keeps the chain's id, is called by
    its own links' projects, indicators and outside factors, and leaves out what speaks of other links alone.
    """
    named, kept = _kept(chain, words, facts)
    return chain if kept is None else _cut(chain, kept, named, words)


def links_of_branch(chain: Chain, words: str) -> tuple[ChainNode, ...]:
    """The links of the branch that `words` name, at a tenth of what the whole branch costs."""
    _, kept = _kept(chain, words, ())
    return chain.nodes if kept is None else tuple(node for node in chain.nodes if node.id in kept)


def _kept(chain: Chain, words: str, facts: Iterable[str]) -> tuple[set[str], set[str] | None]:
    """The links the words name, and those of the branch they mean; None where they mean the whole chain."""
    middle = {node.id for node in chain.nodes if node.position == "midstream"}
    if len(middle) < _FAMILIES:
        return set(), None
    named = _meant(chain, folded(words))
    if not named & middle and len(named) < _LEAST_LINKS:  # a service is a family by itself; one link of it is no branch
        return named, None
    told = set().union(*(_spoken_of(chain, folded(text)) for text in facts))
    kept = _joined(chain, named, told)
    if len(kept) > _MOST * len(chain.nodes) or len(kept) < _LEAST_LINKS:
        return named, None
    return named, kept


class Naming(NamedTuple):
    """A place in an industry's words that names links of a chain, which of them it names by their own words, and how many characters tell."""

    start: int
    end: int
    nodes: frozenset[str]
    weight: float
    own: frozenset[str]


def named_links(chain: Chain, words: str) -> tuple[Naming, ...]:
    """Where an industry's words name links, products or families of a chain, in the order they stand.

    That the words name the chain as a whole too (锂电 in 锂电正极材料) hides none of it. What is done to a product
    (加工, 养殖) tells little of the link.
    """
    text = folded(words)
    families = [(folded(word), frozenset(family.nodes)) for family in chain.branches for word in family.words]
    keywords = [(term, frozenset((node.id,))) for node in chain.nodes for term in terms_of(node)]
    names: dict[str, set[str]] = {}
    for term, nodes in keywords:
        names.setdefault(term, set()).update(nodes)
    found = []
    for start, end, nodes in sorted(_longest(text, (*families, *keywords))):
        word = text[start:end]
        own = frozenset(names.get(word, ())) or nodes
        found.append(Naming(start, end, nodes, (end - start) * (_ACT_TELLS if word in ACTS else 1), own))
    return tuple(found)


def terms_in(chain: Chain, text: str) -> set[str]:
    """The names of a chain, its families, links and products that stand in a text."""
    low = folded(text)
    families = [word for family in chain.branches for word in family.words]
    terms = (
        *chain.aliases.zh,
        *chain.aliases.en,
        *families,
        *(term for node in chain.nodes for term in terms_of(node)),
    )
    return {folded(term) for term in terms if any(True for _ in word_matches(term, low))}


class _Hit(NamedTuple):
    start: int
    end: int
    nodes: frozenset[str]


def _meant(chain: Chain, text: str) -> set[str]:
    """The links the words mean; none where a part of them names the chain as a whole."""
    families = [(word, frozenset(family.nodes)) for family in chain.branches for word in family.words]
    keywords = [(term, frozenset((node.id,))) for node in chain.nodes for term in terms_of(node)]
    whole = [(alias, frozenset[str]()) for alias in (*chain.aliases.zh, *chain.aliases.en)]
    hits = list(_longest(text, (*families, *keywords, *whole)))
    if any(not hit.nodes for hit in hits):
        return set()
    return {node for hit in hits for node in hit.nodes}


def _spoken_of(chain: Chain, text: str) -> set[str]:
    """The links whose keywords stand in a text."""
    keywords = ((term, frozenset((node.id,))) for node in chain.nodes for term in terms_of(node))
    return {node for hit in _longest(text, keywords) for node in hit.nodes}


def _longest(text: str, terms: Iterable[tuple[str, frozenset[str]]]) -> Iterator[_Hit]:
    """Where terms stand in the text; a longer one wins over one inside it, and links over a whole chain's alias at one place."""
    found: dict[tuple[int, int], frozenset[str]] = {}
    for term, nodes in terms:
        for match in word_matches(term, text):
            found[match.span()] = found.get(match.span(), frozenset()) | nodes
    for (start, end), nodes in found.items():
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in found):
            yield _Hit(start, end, nodes)


@lru_cache(maxsize=2048)
def terms_of(node: ChainNode) -> tuple[str, ...]:
    """What a link and what it makes are called, folded."""
    every = (*node.keywords, *node.products.zh, *node.products.en, node.name.zh, node.name.en)
    return tuple(dict.fromkeys(term for term in (folded(word) for word in every) if len(term) > 1))


def _joined(chain: Chain, named: set[str], told: set[str]) -> set[str]:
    """The links with all their products are made from and all these go into; edges back up the chain (take-back) carry nothing."""
    products = {node.id for node in chain.nodes if node.position == "midstream"} & named
    order = {node.id: node.order for node in chain.nodes}
    forward = [(a, b) for a, b in chain.edges if order[a] <= order[b]]
    families = {node for family in chain.branches for node in family.nodes if not named & set(family.nodes)}
    kept = named | told
    if not products:
        return kept
    for edges, barred in ((forward, families), ([(b, a) for a, b in forward], set[str]())):
        reached, wave = set(products), set(products)
        while wave:  # what another family makes of them (rockets of engines) is not theirs
            wave = {b for a, b in edges if a in wave} - reached - barred
            reached |= wave
        kept |= reached
    return kept


def _cut(chain: Chain, kept: set[str], named: set[str], said: str) -> Chain:
    words = folded(said)
    inside = {term for node in chain.nodes if node.id in kept for term in terms_of(node)}
    outside = {term for node in chain.nodes if node.id not in kept for term in terms_of(node)}
    for family in chain.branches:
        (inside if kept & set(family.nodes) else outside).update(folded(word) for word in family.words)
    other = _Other(outside - inside - {words}, inside | {words})
    about = [niche for niche in chain.niches if named & set(niche.nodes)]
    niches = sorted(
        [niche for niche in about if niche.nodes[0] in kept] or about,  # a niche is about the link it lists first
        key=lambda niche: -len(kept & set(niche.nodes)) / len(niche.nodes),
    )
    projects, own = chain.projects, _texts_of(chain, named)
    general = generic_chain(said if len(said) <= _LONGEST_NAME[said.isascii()] else chain.name.zh).projects

    def clauses(text: Text, instead: Text) -> Text:
        """The text without what speaks of other links alone; the general one where such words are left."""
        cut = other.clauses(text)
        return instead if other.foreign(cut) else cut

    return chain.model_copy(
        update={
            "name": Text(zh=said, en=said) if len(said) <= _LONGEST_NAME[said.isascii()] else chain.name,
            "nodes": tuple(node for node in chain.nodes if node.id in kept),
            "edges": tuple(edge for edge in chain.edges if set(edge) <= kept),
            "branches": tuple(family for family in chain.branches if set(family.nodes) <= kept),
            "niches": tuple(
                niche.model_copy(update={"nodes": tuple(node for node in niche.nodes if node in kept)})
                for niche in niches or chain.niches[:1]
            ),
            "exchanges": tuple(
                loop
                for loop in chain.exchanges
                if loop.from_ in kept and (loop.to in kept or loop.to not in {node.id for node in chain.nodes})
            ),
            "projects": projects.model_copy(
                update={
                    "A1": projects.A1.model_copy(update={
                        "targets": own.targets or other.lists(projects.A1.targets),
                        "package": own.package or clauses(projects.A1.package, general.A1.package),
                    }),
                    "A2": projects.A2.model_copy(update={"platforms": own.platforms or other.named(projects.A2.platforms)}),
                    "B1": projects.B1.model_copy(update={"approach": own.approach or clauses(projects.B1.approach, general.B1.approach)}),
                    "B2": projects.B2.model_copy(update={"focus": own.focus or clauses(projects.B2.focus, general.B2.focus)}),
                    "B3": projects.B3.model_copy(update={
                        "occupations": own.occupations or other.lists(projects.B3.occupations),
                        "training": own.training or clauses(projects.B3.training, general.B3.training),
                    }),
                    "C1": projects.C1.model_copy(update={
                        "zones": own.zones or other.lists(projects.C1.zones),
                        "services": clauses(projects.C1.services, general.C1.services),
                    }),
                    "C2": projects.C2.model_copy(update={"facilities": own.facilities or other.named(projects.C2.facilities)}),
                    "D1": projects.D1.model_copy(update={"instruments": other.named(projects.D1.instruments)}),
                    "D2": projects.D2.model_copy(update={"events": own.events or other.named(projects.D2.events)}),
                }
            ),
            "kpis": tuple(kpi for kpi in chain.kpis if not other.alone(kpi.name.zh)),
            "pestel": tuple(factor for factor in chain.pestel if not other.alone(factor.text.zh)),
        }
    )  # fmt: skip


def _texts_of(chain: Chain, named: set[str]) -> BranchTexts:
    """The texts of the family the words mean; none of its own where they mean several, or one without any."""
    met = [family for family in chain.branches if set(family.nodes) & named]
    found = [family.texts for family in met if family.texts is not None and named & _made(chain) <= set(family.nodes)]
    return found[0] if found else BranchTexts()


def _made(chain: Chain) -> set[str]:
    return {node.id for node in chain.nodes if node.position == "midstream"}


def focused(chain: Chain, nodes: Iterable[str], words: Iterable[str] = ()) -> Chain:
    """The chain with what speaks of these links first among its projects, and the indicators that say these words; nothing is left out."""
    wanted, said = set(nodes), tuple(folded(word) for word in words)
    inside = {term for node in chain.nodes if node.id in wanted for term in terms_of(node)} | {
        folded(one) for one in words
    }
    outside = {term for node in chain.nodes if node.id not in wanted for term in terms_of(node)}
    other, projects = _Other(outside - inside, inside, said), chain.projects
    return chain.model_copy(
        update={
            "projects": projects.model_copy(
                update={
                    "A1": projects.A1.model_copy(update={"targets": other.ordered(projects.A1.targets)}),
                    "A2": projects.A2.model_copy(update={"platforms": other.first(projects.A2.platforms)}),
                    "B3": projects.B3.model_copy(update={"occupations": other.ordered(projects.B3.occupations)}),
                    "C1": projects.C1.model_copy(update={"zones": other.ordered(projects.C1.zones)}),
                    "C2": projects.C2.model_copy(update={"facilities": other.first(projects.C2.facilities)}),
                    "D1": projects.D1.model_copy(update={"instruments": other.first(projects.D1.instruments)}),
                    "D2": projects.D2.model_copy(update={"events": other.first(projects.D2.events)}),
                }
            ),
            "kpis": tuple(sorted(chain.kpis, key=lambda kpi: not _says(f"{kpi.name.zh} {kpi.name.en}", said))),
        }
    )  # fmt: skip


def _says(text: str, words: Iterable[str]) -> bool:
    low = folded(text)
    return any(True for word in words for _ in word_matches(word, low))


class _Other:
    """What speaks of the links left out and what speaks for those kept; a longer term wins over one inside it."""

    def __init__(self, outside: set[str], inside: set[str], foremost: Iterable[str] = ()) -> None:
        self._inside, self._foremost = inside, tuple(foremost)
        self._terms = tuple(sorted(outside | inside, key=lambda term: (-len(term), term)))

    def alone(self, text: str) -> bool:
        """Whether a text speaks of links left out more than of those kept."""
        return self.balance(text) < 0

    def balance(self, text: str) -> int:
        """How many more times it speaks of links kept than of others."""
        low = folded(text)
        hits = sorted(
            (match.start(), rank, match.end(), term in self._inside)
            for rank, term in enumerate(self._terms)
            if term in low
            for match in word_matches(term, low)
        )
        balance = end = 0
        for start, _, stop, inside in hits:
            if start >= end:
                balance, end = balance + (1 if inside else -1), stop
        return balance

    def sign(self, text: str) -> int:
        """1 where a text speaks of the links kept (2 where in the foremost words), -1 where of others alone, else 0."""
        return 2 if _says(text, self._foremost) else max(-1, min(1, self.balance(text)))

    def first(self, items: tuple[Any, ...]) -> tuple[Any, ...]:
        """The named things, those that speak of the links kept first, those of other links alone last."""
        return tuple(sorted(items, key=lambda item: -self.sign(f"{item.name.zh}，{self._rest(item)}")))

    def ordered(self, words: Any) -> Any:
        """Both lists in the order of `first`, where they are parallel."""
        if len(words.zh) != len(words.en):
            return words
        order = sorted(range(len(words.zh)), key=lambda place: -self.sign(words.zh[place]))
        return words.model_copy(
            update={"zh": tuple(words.zh[n] for n in order), "en": tuple(words.en[n] for n in order)}
        )

    def lists(self, words: Any) -> Any:
        """Both lists without the items that speak of other links alone; whole where nothing would be left."""
        parallel = len(words.zh) == len(words.en)
        keep = [place for place, text in enumerate(words.zh) if not self.alone(text)]
        if not keep or not parallel:
            return words
        return words.model_copy(update={"zh": tuple(words.zh[n] for n in keep), "en": tuple(words.en[n] for n in keep)})

    def named(self, items: tuple[Any, ...]) -> tuple[Any, ...]:
        """The named things, those that speak of the branch first, without those that speak of other links alone."""
        told = [(self.balance(f"{item.name.zh}，{self._rest(item)}"), item) for item in items]
        fit = sorted((pair for pair in told if pair[0] >= 0), key=lambda pair: -min(pair[0], 1))
        return tuple(item for _, item in fit) or items

    def foreign(self, text: Any) -> bool:
        """Whether a part of the text, in either language, speaks of links left out and of none kept."""
        parts = [part for side in (text.zh, text.en) for part in re.split(r"[，、；。,;]| and ", str(side))]
        return any(self.alone(part) for part in parts)

    @staticmethod
    def _rest(item: Any) -> str:
        return str((getattr(item, "function", None) or item.content).zh)

    def clauses(self, text: Any) -> Any:
        """The Chinese text without the middle items of its lists that speak of other links alone: its grammar stays."""
        parts = []
        for clause in str(text.zh).split("，"):
            items = clause.split("、")
            parts.append(
                "、".join(item for n, item in enumerate(items) if n in (0, len(items) - 1) or not self.alone(item))
            )
        return text.model_copy(update={"zh": "，".join(parts)})
