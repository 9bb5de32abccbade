"""The parks a profile names, and which of them fits a project: by the industry and by what the project does there."""

import re
from typing import Final, Literal

from jumou.corpus.chains import find_chains
from jumou.domain.chain import Chain
from jumou.domain.playbook import Archetype
from jumou.drafting.context import DraftContext
from jumou.drafting.wording import Said

Use = Literal["making", "research", "logistics", "trade"]
"""What a project does in a park."""

_PARK: Final = re.compile(
    r"(?:园区|开发区|高新区|经开区|产业园|新区|试验区|工业园|科技园|产业基地|示范区|产业城|新城|科学城|集聚区|park|zone|campus|city)(?:\(.*\)|（.*）)?$",
    re.IGNORECASE,
)
_LONGEST: Final = 24
_GENERAL: Final = re.compile(
    r"开发区|高新|经开|工业|产业(?:园|城|基地|集聚区|新城)|新区|园区|集聚区|集中区|industrial|business park|enterprise|development zone|high-tech",
    re.IGNORECASE,
)
_KINDS: Final[dict[str, re.Pattern[str]]] = {
    "logistics": re.compile(r"临空|空港|航空|机场|陆港|物流|口岸|保税|综保|港区|airport|logistic|bonded|freight|\bport\b", re.IGNORECASE),
    "trade": re.compile(r"商贸|市场|电商|电子商务|自贸|自由贸易|会展|总部|商务|金融|free trade|e-?commerce|business district", re.IGNORECASE),
    "research": re.compile(r"科技园|科学|大学|研发|创新园|孵化|science|university|technology park|innovation|research", re.IGNORECASE),
    "leisure": re.compile(r"文化|文创|旅游|度假|景区|康养|生态文明|touris|cultur|resort", re.IGNORECASE),
    "farming": re.compile(r"农业|农高|种业|畜牧|渔|agri|farm", re.IGNORECASE),
    "chemicals": re.compile(r"化工|石化|chemical", re.IGNORECASE),
}  # fmt: skip
"""Parks made for one purpose, by the words of their names; our judgement."""

_HOME: Final[dict[str, frozenset[str]]] = {
    "logistics": frozenset(("logistics", "trade_market", "aerospace", "low_altitude")),
    "trade": frozenset(("trade_market", "logistics", "software_services", "digital_economy")),
    "research": frozenset(("software_services", "digital_economy", "ai_robotics", "biomedicine")),
    "leisure": frozenset(("culture_tourism",)),
    "farming": frozenset(("modern_agriculture", "food_processing", "beverages_tea", "chinese_medicine_health")),
    "chemicals": frozenset(("petrochemical", "phosphate_chemicals", "new_materials", "coal_energy")),
}
"""The chains that make things in a park of that purpose."""

_USES: Final[dict[str, Use]] = {
    "access_links": "logistics", "market_place": "trade", "regional_headquarters": "trade", "trade_integration": "trade",
    "producer_services": "trade", "operations_headquarters": "trade", "hub_base": "logistics", "supply_chain_hub": "logistics",
}  # fmt: skip
_USES_OF_TYPES: Final[dict[str, Use]] = {"A2": "research", "B2": "research"}


def use_of(archetype: Archetype) -> Use:
    """What a project of this kind does in its park."""
    return _USES.get(archetype.id) or _USES_OF_TYPES.get(archetype.type, "making")


def named_parks(ctx: DraftContext) -> tuple[Said, ...]:
    """The region itself when it is a park, then the parks the profile names, in its order: its industries' places last."""
    found = [ctx.region] if _is_park(ctx) else []
    found.extend(
        Said(name, item.ref)
        for item in (*ctx.profile.infrastructure, *ctx.profile.resources)
        for name in _names_in(item.name)
        if _names_park(name, ctx)
    )
    found.extend(
        Said(row.area.strip(), row.ref)
        for row in ctx.profile.industries
        if row.area.strip() != ctx.profile.name and _names_park(row.area.strip(), ctx)
    )
    return tuple(
        {word.text: word for word in reversed(found)}[text] for text in dict.fromkeys(word.text for word in found)
    )


def fitting_parks(ctx: DraftContext, use: Use, chain: Chain) -> tuple[Said, ...]:
    """The named parks that suit the use, those with the industry in their name or among their figures first.

    A park of another industry or another purpose (an airport zone for a car plant) is none of them.
    """
    ranked = [(_rank(ctx, word, use, chain), place, word) for place, word in enumerate(named_parks(ctx))]
    return tuple(word for rank, _, word in sorted(ranked, key=lambda one: one[:2]) if rank < _UNFIT)


def park(ctx: DraftContext, use: Use, chain: Chain) -> Said:
    """The park projects of this use go to; where none of those named fits, the choice is left to the planning body."""
    return next(
        iter(fitting_parks(ctx, use, chain)),
        Said(
            ctx.writer.pick("承载园区（由规划编制单位确定）", "the host park (to be named by the planning body)"),
            "profile:name",
        ),
    )


def host(ctx: DraftContext, use: Use, chain: Chain) -> Said:
    """The same for titles: where no park fits, the region."""
    return next(iter(fitting_parks(ctx, use, chain)), ctx.region)


_UNFIT: Final = 9


def _rank(ctx: DraftContext, word: Said, use: Use, chain: Chain) -> int:
    if word.text == ctx.profile.name:
        return 0
    made = {match.chain_id for match in find_chains(word.text)}
    if chain.id in made or chain.name.zh in word.text or _has_industry(ctx, word.text, chain):
        return 1
    kinds = [kind for kind, pattern in _KINDS.items() if pattern.search(word.text)]
    if use in kinds:
        return 1
    if any(chain.id in _HOME[kind] for kind in kinds):
        return 2
    if kinds or made - {one.id for one in ctx.industry.chains} or not _GENERAL.search(word.text):
        return _UNFIT
    return 3


def _has_industry(ctx: DraftContext, area: str, chain: Chain) -> bool:
    """Whether the profile gives figures of the chain's industry for that place."""
    return any(
        row.area.strip() == area and any(match.chain_id == chain.id for match in find_chains(row.sector))
        for row in ctx.profile.industries
    )


def _names_in(text: str) -> list[str]:
    """A row's name; of a row that is a clause (县内有甲产业园和乙开发区), the names it holds."""
    bare = text.strip()
    if not _CLAUSE.search(bare):
        return [bare]
    return [part.strip() for part in re.split(r"[、，,；;。和及与]", _CLAUSE.split(bare)[-1]) if part.strip()]


_CLAUSE: Final = re.compile(r"(?:境内|县内|市内|区内|镇内)?(?:现有|建有|拥有|建成|设有|辖有|有)(?=[\u4e00-\u9fff])")


def _is_park(ctx: DraftContext) -> bool:
    return ctx.profile.level == "park" or _PARK.search(ctx.profile.name) is not None


def _names_park(name: str, ctx: DraftContext) -> bool:
    longest = _LONGEST if ctx.language == "zh" else 2 * _LONGEST
    return _PARK.search(name) is not None and len(name) <= longest and not re.search(r"\d", name)
