"""What kind of industry a plan is about, and whether goods are traded in the region: which indicators and projects fit it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from jumou.analysis import mode_words as words
from jumou.domain.chain import Chain
from jumou.domain.playbook import Archetype, Kind
from jumou.drafting.context import DraftContext

MAKING: Final = "making"
_OF_ITS_CODES: Final = 0.3
"""A chain is of a kind when so large a share of its codes says so: our judgement."""

_SEVERAL: Final = 3
"""From so many industries on a plan is of all their kinds."""

_SERVING: Final = ("services", "trade")

_ABROAD_TRADE: Final = re.compile(
    r"出口|外贸|进出口|跨境|海外|口岸|综合保税|保税|市场采购|外商|国际贸易|export|import|customs|cross-border|overseas|free (?:trade|zone)",
    re.IGNORECASE,
)
_LOGISTICS: Final = re.compile(r"物流(?:园|枢纽|中心|基地)|集散|logistics (?:hub|park|centre|center)", re.IGNORECASE)


def kinds_of(ctx: DraftContext) -> frozenset[str]:
    """The kinds of the industry the plan is about, from its name and from what its chains make; never empty for a known one.

    Words decide over codes where the chain is one of services: 康养旅游 is care and touring, whatever medicines its chain holds.
    A plan of several industries is of the kinds of all of them.
    """
    chains = tuple(chain for chain in ctx.industry.chains if chain.id not in ctx.industry.proposed)
    said = frozenset(kind.id for kind in ctx.playbook.kinds if kind.find and _find(kind.find).search(ctx.industry.name))
    if not ctx.industry.known:
        return said or frozenset((MAKING,))
    if len(chains) >= _SEVERAL:
        return said.union(*(_of_chain(ctx.playbook.kinds, chain) for chain in chains))
    lead = chains[0]
    if lead.sector in _SERVING:
        return said or _of_chain(ctx.playbook.kinds, lead)
    serving = {kind.id for kind in ctx.playbook.kinds if kind.serves}
    if said and said <= serving and any(chain.sector in _SERVING for chain in chains[1:]):
        return said
    own = _of_chain(ctx.playbook.kinds, lead)
    grown = lead.sector == "resources" and MAKING not in own
    return own | (said - {MAKING} if grown else said)


@lru_cache(maxsize=64)
def _find(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _of_chain(kinds: tuple[Kind, ...], chain: Chain) -> frozenset[str]:
    middle = tuple(code for node in chain.nodes if node.position == "midstream" for code in node.gbt4754)
    codes = (chain.gbt4754 if chain.sector in _SERVING else middle) or chain.gbt4754
    if not codes:
        return frozenset((MAKING,)) if chain.sector == "manufacturing" else frozenset()
    found = {
        kind.id for kind in kinds if sum(code.startswith(kind.codes) for code in codes) >= _OF_ITS_CODES * len(codes)
    }
    if chain.sector == "manufacturing":  # a link that is a service (delivery by air) makes no service industry of it
        found = (found - {kind.id for kind in kinds if kind.serves}) | {MAKING}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Trade:
    """Whether the industry's goods are sold to consumers or traded here (`market`), at a `place` made for it, across borders (`abroad`), or moved through (`hub`)."""

    market: bool
    place: bool
    abroad: bool
    hub: bool

    def meets(self, need: str) -> bool:
        """Whether what a project or an indicator needs is there."""
        match need:
            case "market":
                return self.market
            case "market_place":
                return self.place
            case "foreign_market":
                return self.market and self.abroad
            case "no_market":
                return not self.market
            case "hub":
                return self.hub and not self.place
            case _:
                return True


def trade_of(ctx: DraftContext) -> Trade:
    """What the profile and the industry say of trade: a market place or a consumer industry, foreign trade, a port or hub."""
    facts = list(_facts(ctx))
    name = f"{ctx.industry.name} {ctx.profile.target_industry or ''}"
    kinds = kinds_of(ctx)
    place = (
        ctx.industry.chain.sector == "trade"
        or "trade" in kinds
        or any(words.TRADE_PLACE.search(fact) for fact in (name, *facts))
    )
    return Trade(
        market=place or words.CONSUMER_INDUSTRY.search(name) is not None,
        place=place,
        abroad=any(_ABROAD_TRADE.search(fact) for fact in (name, *facts)),
        hub="logistics" in kinds or any(words.PORT.search(fact) or _LOGISTICS.search(fact) for fact in facts),
    )


def _facts(ctx: DraftContext) -> Iterator[str]:
    profile = ctx.profile
    for rows in (profile.resources, profile.infrastructure, profile.markets, profile.institutions, profile.policies):
        yield from (row.name for row in rows)
    yield from (cell.metric for cell in profile.indicators)
    yield from profile.notes


def says(ctx: DraftContext, pattern: str) -> bool:
    """Whether the industry's name or a fact or problem of the profile holds the words."""
    texts = (ctx.industry.name, *_facts(ctx), *(row.statement for row in ctx.profile.constraints))
    return any(_find(pattern).search(text) for text in texts)


def spoken_of(ctx: DraftContext) -> tuple[str, ...]:
    """What the profile has, firms included, without what it says it lacks."""
    return (*_facts(ctx), *(row.name for row in ctx.profile.enterprises))


def suited(ctx: DraftContext, archetype: Archetype, kinds: frozenset[str]) -> Archetype:
    """The archetype in the words of the industry's kind; unchanged where things are made, or nothing else is written for it."""
    if MAKING in kinds:
        return archetype
    row = next((row for row in ctx.playbook.wordings if row.project == archetype.id and kinds & set(row.kinds)), None)
    if row is None:
        return archetype
    given = {"objective": row.objective, "content": row.content, "site": row.site, "outputs": row.outputs}
    return archetype.model_copy(
        update={"name": row.name} | {key: value for key, value in given.items() if value is not None}
    )
