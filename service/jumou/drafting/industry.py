"""Which industry a plan is about, and which value chains describe it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jumou.corpus.branch import branch, find_by_products
from jumou.corpus.chains import find_chains, load_chains, names_in
from jumou.corpus.generic_chain import generic_chain
from jumou.domain.chain import Chain
from jumou.domain.framework import Language
from jumou.domain.region import RegionProfile
from jumou.drafting.context import Industry
from jumou.drafting.wording import Writer, in_sentence

_MOST_CHAINS = 6
_LEAST_COVER = 0.25
"""Below this share of the words, a chain only brushes the industry: the industry counts as unknown."""


_NATIONAL_FIELDS = ("electronics", "intelligent_equipment", "new_materials", "biomedicine", "new_energy_vehicle")
"""The fields of the national advanced-manufacturing clusters (N01_advanced_mfg_clusters_45), the most numerous first."""

_PROPOSED_UP_TO = 5

_MOST_WRITTEN = 3
"""As many chains an English plan names for an industry whose name is Chinese."""

_OWN_FACT = 2
"""Names of firms and institutions hold the words of an industry without being its name."""


def choose_industry(
    profile: RegionProfile, requested: str | None, language: Language, chains: Mapping[str, Chain] | None = None
) -> Industry:
    """The industry asked for, else the profile's target, else what the region's own facts speak of most.

    `chains` are those to choose among, by id; the shipped ones unless told. An industry none of them describes is planned
    on a general chain, and `known` is False.
    """
    chains = load_chains() if chains is None else chains
    words = (requested or profile.target_industry or "").strip()
    facts = tuple(text for text, _ in _texts(profile))

    def meant(name: str) -> Chain:
        return branch(chains[name], _bare(words), facts)

    if not requested and profile.target_chain is not None and profile.target_chain in chains:
        chain = meant(profile.target_chain)
        near = [meant(name) for name in _found(words, _LEAST_COVER, chains) if name != chain.id] if words else []
        return Industry(
            name=words or chain.name.in_(language), chain=chain, known=True, others=tuple(near[:2]),
            written=_written(words, (chain,), language),
        )  # fmt: skip
    if words:
        found = [meant(name) for name in _found(words, _LEAST_COVER, chains) or _found(words, 0.0, chains)]
        if found:
            return Industry(
                name=words, chain=found[0], known=True, others=tuple(found[1:_MOST_CHAINS]),
                written=_written(words, found[:_MOST_WRITTEN], language),
            )  # fmt: skip
        return Industry(name=words, chain=generic_chain(words), known=False)
    spoken = tuple(chains[name] for name in _spoken_of(profile, chains))
    if spoken:
        called = _called(profile, spoken, language)
        names = [called.get(chain.id) or chain.name.in_(language) for chain in spoken[:3]]
        fields = [chains[name] for name in _NATIONAL_FIELDS if name in chains] if _may_be_proposed(profile) else []
        proposed = [chain for chain in fields if chain not in spoken][: max(0, _PROPOSED_UP_TO - len(spoken))]
        return Industry(
            name=("、" if language == "zh" else ", ").join(names), chain=spoken[0], known=True, others=(*spoken[1:_MOST_CHAINS], *proposed), chosen_because="profile",
            proposed=frozenset(chain.id for chain in proposed), called=called,
        )  # fmt: skip
    name = "主导产业" if language == "zh" else "leading industries"
    return Industry(name=name, chain=generic_chain(name), known=False, chosen_because="nothing")


def _written(words: str, found: Sequence[Chain], language: Language) -> str:
    """The chains' English names for an industry a Chinese profile names; empty where the planner's own name serves."""
    if language == "zh" or not re.search(r"[\u3400-\u9fff]", words):
        return ""
    return Writer("en").joined(in_sentence(chain.name.en) for chain in found)


def _bare(words: str) -> str:
    """The industry's name without 产业 at its end: 藤铁工艺家居产业 is the branch 藤铁工艺家居."""
    return re.sub(r"(产业集群|产业链|产业|行业)$", "", words) or words


def _may_be_proposed(profile: RegionProfile) -> bool:
    """A province that names no target plans clusters in several fields; a smaller region does not have that choice."""
    return profile.level == "provincial" and profile.country in ("中国", "China", "")


def _found(words: str, least: float, chains: Mapping[str, Chain]) -> list[str]:
    """The chains that cover at least that share of the words, in the order they are named: planners put the main one first.

    Where none is called so and no share is asked for, the chain that makes such products.
    """
    matches = [match for match in find_chains(words, chains.values()) if match.score >= least]
    if not matches and not least:
        return [match.chain_id for match in find_by_products(words, chains.values())[:1]]
    return [match.chain_id for match in sorted(matches, key=lambda match: (match.start, -match.score))]


def _spoken_of(profile: RegionProfile, chains: Mapping[str, Chain]) -> list[str]:
    """Chain ids by how often the profile's rows speak of them; a firm's or industry's row counts for more."""
    votes: Counter[str] = Counter()
    for enterprise in profile.enterprises:
        if enterprise.chain in chains:
            votes[enterprise.chain] += 3
    for text, weight in _texts(profile):
        for match in find_chains(text, chains.values()):
            votes[match.chain_id] += weight
    return [name for name, _ in sorted(votes.items(), key=lambda item: (-item[1], item[0]))]


def _called(profile: RegionProfile, spoken: Iterable[Chain], language: Language) -> dict[str, str]:
    """By chain id, the name the region's industries, figures and resources use most; those in another language say nothing."""
    votes: dict[str, Counter[str]] = {}
    for text, weight in _texts(profile):
        if weight < _OWN_FACT:
            continue
        for chain_id, name in names_in(text, spoken):
            if (not name.isascii()) == (language == "zh"):
                bare = _bare(name)
                votes.setdefault(chain_id, Counter())[bare if len(bare) > 1 else name] += weight  # 钛 alone is no name
    return {
        chain_id: max(names.items(), key=lambda item: (item[1], len(item[0]), item[0]))[0]
        for chain_id, names in votes.items()
    }


def _texts(profile: RegionProfile) -> Iterator[tuple[str, int]]:
    yield from ((row.sector, 3) for row in profile.industries)
    yield from ((item.metric, 2) for item in profile.indicators)
    yield from ((item.name, 2) for item in profile.resources)
    yield from ((item.name, 1) for item in profile.enterprises)
    yield from ((item.name, 1) for item in profile.institutions)
    yield from ((item.name, 1) for item in profile.markets)
    yield from ((item.name, 1) for item in profile.infrastructure)
    yield from ((f"{item.name} {item.content}", 1) for item in profile.policies)
    yield from ((text, 1) for text in profile.notes)
