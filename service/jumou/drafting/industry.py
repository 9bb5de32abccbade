"""Which industry a plan is about, and which value chains describe it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jumou.corpus.branch import branch, named_links, terms_in
from jumou.corpus.chains import ChainMatch, bare_words, find_chains, folded, load_chains, names_in, word_matches
from jumou.corpus.generic_chain import generic_chain
from jumou.corpus.products import PART, makers_of
from jumou.domain.chain import Chain, Text
from jumou.domain.framework import Language
from jumou.domain.region import RegionProfile
from jumou.drafting.context import Industry
from jumou.drafting.wording import Writer, in_sentence
from jumou.profile.units import yi_yuan

_MOST_CHAINS = 6
_LEAST_COVER = 0.25
"""Below this share of the words, a chain only brushes the industry: the industry counts as unknown."""

_PART_COVER = 0.35
"""Of one of several things a name lists, a chain's name is at least this share."""

_TELLING = 2.0
"""A word that names a link counts by its length; what is done to a product (加工) counts for less than this."""

_BRACKETS = re.compile(r"[（(]([^（()）]*)[）)]")
_ENDINGS = frozenset(("装备", "机械", "设备", "综合利用", "资源综合利用"))
_STEPS = frozenset(("recycling", "再制造", "循环利用", "回收"))
_UMBRELLAS = frozenset(("new_materials", "intelligent_equipment", "electronics", "digital_economy"))
"""Chains so wide that the industries named beside them in brackets say what of them is meant."""

_MOST_LISTED = 4
"""A target that lists more things is an outline, whose every item is no industry of its own."""

_LEAST_NAMED = {False: 2, True: 4}
_NO_THING = re.compile(
    r"精?深加工|加工|制造|生产|开采|采选|综合利用|循环利用|应用|服务|配套|融合|延伸|上下游|下游|上游|一体化|产品|衍生|研发|创新|"
    r"装备|设备|机械|材料|技术|系统|基地|园区|经济|高端|智能|绿色|新型|特色|现代|数字化?|其他|相关|关联|"
    r"\b(?:processing|manufacturing|production|services?|supply|supplies|applications?|products?|equipment|materials?|"
    r"technolog(?:y|ies)|systems?|innovation|related|advanced|smart|green|other|its|their|supporting|research)\b"
)
"""What is said of an industry and names none."""

_COMPREHENSIVE = re.compile(
    r"先进制造|制造业|工业$|战略性新兴|新兴产业|高新技术|未来产业|特色产业|主导产业|优势产业|支柱产业|现代化产业体系|县域经济|实体经济|"
    r"\b(?:advanced manufacturing|emerging industries|high-tech(?:nology)? industr|future industries|strategic industries)"
)
"""Names of no industry: what the region's own facts speak of fills them."""

_HALF = 0.5
"""What stands in brackets leads where a chain's name is at least half of one of the things listed there."""

_NATIONAL_FIELDS = ("electronics", "intelligent_equipment", "new_materials", "biomedicine", "new_energy_vehicle")
"""The fields of the national advanced-manufacturing clusters (N01_advanced_mfg_clusters_45), the most numerous first."""

_PROPOSED_UP_TO = 5

_MOST_WRITTEN = 3
"""As many chains an English plan names for an industry whose name is Chinese."""

_SIZE = re.compile(r"产值|营收|收入|销售额|增加值|revenue|output|turnover|sales|value added", re.IGNORECASE)
_LARGEST = 4
"""The votes that the largest turnover stated is worth; a smaller one as many as its share of it."""

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
        """The branch by the bare name, by the whole one (竹产业 is no longer named by 竹), or by what stands in brackets."""
        whole = chains[name]
        said = (_bare(words), words, _bracketed(words)[1])
        return next((cut for one in said if one and (cut := branch(whole, one, facts)) is not whole), whole)

    if not requested and profile.target_chain is not None and profile.target_chain in chains:
        chain = meant(profile.target_chain)
        near = [meant(name) for name in _found(words, profile, chains) if name != chain.id] if words else []
        return Industry(
            name=words or chain.name.in_(language), chain=chain, known=True, others=tuple(near[:2]),
            written=_written(words, (chain,), language),
        )  # fmt: skip
    if words:
        found = [meant(name) for name in _found(words, profile, chains) or _filling(words, profile, chains)]
        if found:
            more, unresolved = _of_the_rest(words, found, profile, chains)
            found = [_by_its_part(chain, words, chains) for chain in found] if len(found) + len(more) > 1 else found
            found = [*found, *more][:_MOST_CHAINS]
            return Industry(
                name=words, chain=found[0], known=True, others=tuple(found[1:]),
                written=_written(words, found[:_MOST_WRITTEN], language), unresolved=unresolved,
                called=_called_by_target(words, found, chains, language),
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


def wanted_links(industry: Industry) -> frozenset[str]:
    """The links of the leading chain the industry's name names; empty where it names most of them, or none."""
    hits = named_links(industry.chain, industry.name)
    most = max((hit.weight for hit in hits), default=0.0)
    named = {node for hit in hits if hit.weight >= min(most, _TELLING) for node in hit.nodes}
    return frozenset(named) if len(named) <= len(industry.chain.nodes) / 2 else frozenset()


def _written(words: str, found: Sequence[Chain], language: Language) -> str:
    """The chains' English names for an industry a Chinese profile names; empty where the planner's own name serves."""
    if language == "zh" or not re.search(r"[\u3400-\u9fff]", words):
        return ""
    return Writer("en").joined(in_sentence(chain.name.en) for chain in found)


def _called_by_target(
    words: str, found: Sequence[Chain], chains: Mapping[str, Chain], language: Language
) -> dict[str, str]:
    """By chain id, what a target that lists several things calls each of its industries; another language's words say nothing."""
    text = folded(words)
    parts = [part for part in re.finditer(PART, text) if part.group().strip()]
    if len(found) == 1 or len(parts) == 1 or text.isascii() == (language == "zh"):
        return {}
    written = words if len(words) == len(text) else text
    called: dict[str, str] = {}
    for chain in found:
        spans = _places(chains[chain.id], text) if chain.id in chains else []
        own = (
            written[slice(*one.span())].strip()
            for one in parts
            if any(one.start() < b and a < one.end() for a, b in spans)
        )
        name = next((one for one in own if one not in called.values()), "")
        if name:
            called[chain.id] = _bare(name)
    return called


def _places(chain: Chain, text: str) -> list[tuple[int, int]]:
    """Where a text names a chain, or links and products of it."""
    spans = [span for match in find_chains(text, [chain]) for span in match.spans]
    return spans + [(hit.start, hit.end) for hit in named_links(chain, text) if hit.weight >= _TELLING]


def _by_its_part(chain: Chain, words: str, chains: Mapping[str, Chain]) -> Chain:
    """A branch called by the whole of a target that lists several things, called by those of them it is about."""
    if words not in {chain.name.zh, chain.name.en}:
        return chain
    text = folded(words)
    spans = _places(chains[chain.id], text)
    parts = [part for part in re.finditer(PART, text) if any(part.start() < b and a < part.end() for a, b in spans)]
    name = "、".join(part.group().strip() for part in parts)
    return chain.model_copy(update={"name": Text(zh=name, en=name.replace("、", ", "))}) if name else chain


def _of_the_rest(
    words: str, found: Sequence[Chain], profile: RegionProfile, chains: Mapping[str, Chain]
) -> tuple[list[Chain], tuple[str, ...]]:
    """The chains of the things a target lists that none of `found` is about, and those of them no chain describes: each gets a general one."""
    more: list[Chain] = []
    unresolved: list[str] = []
    for part in _rest(words, [chains[chain.id] for chain in found]):  # a branch goes by the whole name
        known = [chains[name] for name in _found(part, profile, chains)]
        new = [chain for chain in known if chain.id not in {one.id for one in (*found, *more)}]
        more += new[:1]
        if not known:
            unresolved.append(part)
    general = [
        generic_chain(part).model_copy(update={"id": f"generic_{number}"})
        for number, part in enumerate(unresolved, start=1)
    ]
    return [*more, *general], tuple(unresolved)


def _rest(words: str, found: Sequence[Chain]) -> list[str]:
    """The things a target lists outside brackets that none of the chains' names, links or products touches, without mere acts (深加工) and fillers."""
    text = folded(_bracketed(words)[0])
    spans = [span for match in find_chains(text, found) for span in match.spans]
    spans += [(hit.start, hit.end) for chain in found for hit in named_links(chain, text)]
    needs = {word for chain in found for niche in chain.niches for word in niche.needs}
    spans += [match.span() for word in needs for match in word_matches(word, text)]
    parts = list(re.finditer(PART, text))
    if not 1 < len(parts) <= _MOST_LISTED:
        return []
    left = [part for part in parts if not any(part.start() < end and start < part.end() for start, end in spans)]
    named = [
        text[(0 if part.start() == 1 else part.start()) : part.end()].strip() for part in left
    ]  # 和田玉 is no “and”
    return [name for name in named if _names_a_thing(name)]


def _names_a_thing(part: str) -> bool:
    bare = _NO_THING.sub("", bare_words(part))
    return len(bare) >= _LEAST_NAMED[bare.isascii()]


def _bare(words: str) -> str:
    """The industry's name without 产业 at its end: 藤铁工艺家居产业 is the branch 藤铁工艺家居."""
    return re.sub(r"(产业集群|产业链|产业|行业)$", "", words) or words


def _filling(words: str, profile: RegionProfile, chains: Mapping[str, Chain]) -> list[str]:
    """What the region's facts speak of most, where the target is no industry's name (战略性新兴产业)."""
    return _spoken_of(profile, chains)[:_MOST_WRITTEN] if _COMPREHENSIVE.search(words) else []


def _may_be_proposed(profile: RegionProfile) -> bool:
    """A province that names no target plans clusters in several fields; a smaller region does not have that choice."""
    return profile.level == "provincial" and profile.country in ("中国", "China", "")


def _found(words: str, profile: RegionProfile, chains: Mapping[str, Chain]) -> list[str]:
    """The chains an industry's words name, in the order they are named: planners put the main one first.

    What stands in brackets says what is meant, and leads. Where the words have no chain's name, the one that makes such
    products; where a chain's name is but a small part of them, that chain.
    """
    head, inside = _bracketed(words)
    if joined := _joined(head, inside, chains):
        return [joined]
    meant = _named_in(head, profile, chains)
    told = [match.chain_id for match in _matches(inside, chains, _HALF) if not _within(match, inside, meant, chains)]
    if not told and set(meant) <= _UMBRELLAS:
        told = makers_of(inside, chains)
    if told and not set(meant) <= set(told):
        meant = [name for name in meant if name not in _UMBRELLAS]
    named = list(dict.fromkeys((*told, *meant))) or makers_of(head, chains)
    return named or [match.chain_id for match in find_chains(words, chains.values())]


def _bracketed(words: str) -> tuple[str, str]:
    """The words outside brackets and those within."""
    return re.sub(_BRACKETS, " ", words).strip(), "、".join(re.findall(_BRACKETS, words))


def _joined(head: str, inside: str, chains: Mapping[str, Chain]) -> str:
    """The chain whose name begins in brackets and ends before them, or the other way: 汽车(新能源) is 新能源汽车."""
    if not inside or re.search(r"[、，,;；]", f"{head}{inside}"):
        return ""
    blank = " " if head.isascii() else ""
    for first, last in ((inside, head), (head, inside)):
        for match in find_chains(f"{first}{blank}{last}", chains.values()):
            if any(start < len(first) < end for start, end in match.spans):
                return match.chain_id
    return ""


def _matches(words: str, chains: Mapping[str, Chain], least: float = _LEAST_COVER) -> list[ChainMatch]:
    """The chains whose names make up enough of the words or of one of their parts, those named first in front."""
    text = folded(words)
    parts = [part.span() for part in re.finditer(PART, text)]

    def share(match: ChainMatch, low: int, high: int) -> float:
        covered = sum(end - start for start, end in match.spans if low <= start and end <= high)
        return covered / max(1, len(bare_words(text[low:high])))

    found = [
        match
        for match in find_chains(words, chains.values())
        if match.score >= least or any(share(match, *part) >= max(least, _PART_COVER) for part in parts)
    ]
    spans = [span for match in found for span in match.spans]
    found = [match for match in found if not _is_ending(match, words, found, chains)]
    return sorted(found, key=lambda match: (_first_named(match, words, chains, spans), -match.score))


def _first_named(match: ChainMatch, words: str, chains: Mapping[str, Chain], names: Sequence[tuple[int, int]]) -> int:
    """Where a chain, or a product of it that is no other chain's name, stands first in the words."""
    hits = (
        hit.start
        for hit in named_links(chains[match.chain_id], words)
        if hit.weight >= _TELLING and not any(start < hit.end and hit.start < end for start, end in names)
    )
    return min((match.start, *hits))


def _within(match: ChainMatch, words: str, others: Iterable[str], chains: Mapping[str, Chain]) -> bool:
    """Whether a chain is named only inside products of others: 塑料 in 再生塑料."""
    hits = [hit for name in others if name != match.chain_id for hit in named_links(chains[name], words)]
    return all(any(hit.start <= start and end <= hit.end and end - start < hit.end - hit.start for hit in hits) for start, end in match.spans)  # fmt: skip


def _named_in(words: str, profile: RegionProfile, chains: Mapping[str, Chain]) -> list[str]:
    matches = _matches(words, chains)
    if not matches:
        return []
    lead = matches[0]
    own = [match for match in matches if match is lead or not set(match.spans) <= set(lead.spans)]
    shared = [(match, _support(chains[match.chain_id], words, profile)) for match in matches if match not in own]
    shared.sort(key=lambda pair: -pair[1])  # called by the same words: the region has to have something of it
    return [*(match.chain_id for match in own), *(match.chain_id for match, support in shared if support)]


def _is_ending(match: ChainMatch, words: str, matches: Sequence[ChainMatch], chains: Mapping[str, Chain]) -> bool:
    """Whether a chain is named only by how another industry's name ends (装备 in 制药装备), or by a step of that industry."""
    text = folded(words)
    others = [other for other in matches if other.chain_id != match.chain_id]
    named = [(hit.start, hit.end) for other in others for hit in named_links(chains[other.chain_id], words)]
    ends = {end for _, end in (*named, *(span for other in others for span in other.spans))}
    return all(
        (text[start:end] in _ENDINGS and start in ends) or (text[start:end] in _STEPS and (start, end) in named)
        for start, end in match.spans
    )


def _support(chain: Chain, words: str, profile: RegionProfile) -> int:
    """How many of the profile's rows speak of a chain in other words than the target's."""
    target = folded(words)
    return sum(any(term not in target for term in terms_in(chain, text)) for text, _ in _texts(profile))


def _spoken_of(profile: RegionProfile, chains: Mapping[str, Chain]) -> list[str]:
    """Chain ids by how often the profile's rows speak of them; a firm's or industry's row counts for more, and so does size."""
    votes: Counter[str] = Counter()
    for enterprise in profile.enterprises:
        if enterprise.chain in chains:
            votes[enterprise.chain] += 3
    for text, weight in _texts(profile):
        for match in find_chains(text, chains.values()):
            votes[match.chain_id] += weight
    sizes = _sizes(profile, chains)
    for name, size in sizes.items():
        votes[name] += round(_LARGEST * size / max(sizes.values()))
    return [name for name, _ in sorted(votes.items(), key=lambda item: (-item[1], item[0]))]


def _sizes(profile: RegionProfile, chains: Mapping[str, Chain]) -> dict[str, float]:
    """The largest output or turnover the profile states for a chain, in hundred million yuan."""
    rows = [(row.metric, row.value, row.unit) for row in profile.indicators if _SIZE.search(row.metric)]
    rows += [
        (row.sector, row.region_value, row.unit or "亿元")
        for row in profile.industries
        if row.measure not in ("jobs", "firms")
    ]
    sizes: dict[str, float] = {}
    for name, value, unit in rows:
        size = (value or 0.0) * (yi_yuan(unit) or 0.0)
        for match in find_chains(name, chains.values()) if size > 0 else ():
            sizes[match.chain_id] = max(size, sizes.get(match.chain_id, 0.0))
    return sizes


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
