"""The shipped value chains, and which of them a target industry's words mean."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from jumou.assets import asset_dir
from jumou.corpus.tables import read_tables
from jumou.domain.chain import Chain
from jumou.errors import InvalidRequest

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_BLANK_WORDS = re.compile(
    r"产业集群|产业链|产业园|产业|行业|集群|制造业|及其|以及|\b(?:industry|industries|sector|cluster|and|the|of)\b|\W+"
)

_UMBRELLAS = frozenset(("新能源", "new energy", "新材料", "电子信息", "生物技术", "节能环保", "绿色低碳"))
"""Aliases so wide that before the name of another industry they are its attribute."""

_PARTS = {"new_energy_vehicle": ("power_battery",)}
"""Chains that right before the name of one of these say what it is for: electric vehicle batteries are batteries."""

_ENDINGS = frozenset(("装备", "设备", "机械", "制造", "材料", "产业", "应用"))
"""Names that are no industry without what stands before them."""


def load_chains(folder: Path | None = None) -> dict[str, Chain]:
    """Every chain under `chains/` of the shipped corpus (or of `folder`) by id, in the order of their ids.

    Raises:
        InvalidRequest: a file is no chain; the message names file and field.
    """
    return dict(_loaded(folder or asset_dir("corpus")))


@lru_cache(maxsize=4)
def _loaded(root: Path) -> dict[str, Chain]:
    paths = sorted((root / "chains").glob("[!_]*.yaml"))  # _*.yaml: notes on chains
    try:
        tables = read_tables(paths)
    except yaml.YAMLError:
        tables = [None] * len(paths)  # one of them; it is named below
    chains = [_chain(path, table) for path, table in zip(paths, tables, strict=True)]
    return {chain.id: chain for chain in sorted(chains, key=lambda chain: chain.id)}


def _chain(path: Path, table: Any) -> Chain:
    try:
        return Chain.model_validate(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) if table is None else table)
    except (yaml.YAMLError, ValidationError) as problem:
        raise InvalidRequest(
            f"产业链文件 {path.name} 不合规：{problem}", f"{path.name} is not a value chain: {problem}"
        ) from problem


class ChainMatch(NamedTuple):
    """A chain, how much of the words its aliases cover (0–1), where in the words it is named first, and every such place."""

    chain_id: str
    score: float
    start: int = 0
    spans: tuple[tuple[int, int], ...] = ()


def find_chains(words: str, chains: Iterable[Chain] | None = None) -> list[ChainMatch]:
    """The chains whose name, aliases or families of products occur in `words`, best first; empty when the industry is unknown.

    Longer aliases win: in 新能源汽车 the alias 新能源 of another chain does not count. The score is the share of the
    words (without fillers such as 产业) that a chain's aliases cover; ties go to the alias that stands earlier in its
    chain's list (aliases are listed most specific first), then to the word that comes first.
    """
    text = folded(words)
    return list(_among_all(text)) if chains is None else _ranked(text, chains)


@lru_cache(maxsize=1024)  # a plan asks after its parks and sectors for every project
def _among_all(text: str) -> tuple[ChainMatch, ...]:
    return tuple(_ranked(text, load_chains().values()))


def _ranked(text: str, chains: Iterable[Chain]) -> list[ChainMatch]:
    substance = max(1, len(bare_words(text)))
    found = _specific(list(_longest(_occurrences(text, chains))), text)
    ranked = []
    for chain_id in {hit.chain_id for hit in found}:
        hits = [hit for hit in found if hit.chain_id == chain_id]
        covered = len({place for hit in hits for place in range(hit.start, hit.end)})
        key = (-covered, min(hit.rank for hit in hits), min(hit.start for hit in hits), chain_id)
        spans = tuple(sorted({(hit.start, hit.end) for hit in hits}))
        ranked.append((key, ChainMatch(chain_id, min(1.0, covered / substance), spans[0][0], spans)))
    return [match for _, match in sorted(ranked)]


def names_in(words: str, chains: Iterable[Chain]) -> list[tuple[str, str]]:
    """What each chain is called in `words`: chain id and the words used, in the order they stand; longer names win."""
    text = folded(words)
    return [(hit.chain_id, text[hit.start : hit.end]) for hit in sorted(_longest(_occurrences(text, chains)))]


def bare_words(text: str) -> str:
    """The words without fillers such as 产业."""
    return _BLANK_WORDS.sub("", text)


class _Hit(NamedTuple):
    start: int
    end: int
    rank: int
    chain_id: str


def folded(text: str) -> str:
    """The text in one width and case, with single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _occurrences(text: str, chains: Iterable[Chain]) -> Iterator[_Hit]:
    for chain in chains:
        families = (word for family in chain.branches for word in family.words)
        aliases = _all_low((*chain.aliases.zh, *chain.aliases.en, chain.name.zh, chain.name.en, *families))
        for rank, alias in enumerate(aliases):
            if alias in text:  # nearly none is: asked here, and not in a function of its own
                yield from (_Hit(*match.span(), rank, chain.id) for match in word_matches(alias, text))


@lru_cache(maxsize=1024)
def _all_low(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(folded, words))


@lru_cache(maxsize=16384)
def word_pattern(word: str) -> re.Pattern[str]:
    """What finds a word in folded text: Chinese anywhere, other scripts as whole words, singular or plural."""
    low = folded(word)
    if not low:
        return re.compile(r"(?!)")
    if _CHINESE.search(low):
        return re.compile(re.escape(low))
    return re.compile(rf"(?<![a-z0-9]){re.escape(low)}(?:s|es)?(?![a-z0-9])")


def word_matches(word: str, text: str) -> Iterator[re.Match[str]]:
    """Where a word stands in folded text.

    Of thousands of words nearly all stand nowhere: their patterns are not made, which took half the time of a first draft.
    """
    low = _low(word)
    return word_pattern(word).finditer(text) if low and low in text else iter(())


@lru_cache(maxsize=16384)
def _low(word: str) -> str:
    return folded(word)


def _longest(hits: Iterable[_Hit]) -> Iterator[_Hit]:
    taken: list[tuple[int, int]] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start, hit.chain_id, hit.rank)):
        inside = any(
            start <= hit.start and hit.end <= end and (start, end) != (hit.start, hit.end) for start, end in taken
        )
        if not inside:
            taken.append((hit.start, hit.end))
            yield hit


def _specific(hits: list[_Hit], text: str) -> list[_Hit]:
    """The hits without words that only say of what kind, or what for, the industry named right after them is: 新能源 in 新能源电池材料."""
    named = {hit.start for hit in hits if text[hit.start : hit.end] not in _ENDINGS}
    made = {(hit.start, hit.chain_id) for hit in hits}

    def says_more(hit: _Hit) -> bool:
        behind = {hit.end, hit.end + text.startswith(" ", hit.end)}
        if text[hit.start : hit.end] in _UMBRELLAS and behind & named:
            return False
        return not any((place, part) in made for place in behind for part in _PARTS.get(hit.chain_id, ()))

    return [hit for hit in hits if says_more(hit)]
