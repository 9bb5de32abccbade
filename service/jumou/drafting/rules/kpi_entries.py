"""What may be measured: the entries of the KPI catalogue that fit the plan, and the measures of its chains, in its language and money."""

import re
from typing import Final

from jumou.analysis.sizes import money_of, parts_of
from jumou.corpus.chains import load_chains
from jumou.domain.chain import Chain, ChainKpi, Text
from jumou.domain.framework import ModeKey
from jumou.domain.playbook import Band, KpiRule, KpiWording
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.kinds import MAKING, kinds_of, says, spoken_of, trade_of
from jumou.drafting.rules.kpi_targets import CHAIN_BAND, Entry
from jumou.drafting.rules.numbers import small_region, tier
from jumou.drafting.rules.selection import comprehensive

_OF_THE_CHAIN: Final = 4
"""So many of the leading industry's own measures (its products in their own units, supply rates) stand beside the general ones."""
_OF_ANOTHER: Final = 2
"""And so many of the second industry's, where there is room."""
_INDUSTRIES: Final = 6
"""In a plan of many industries each leading one has its own measure of scale, beside those of the whole."""
_FARM_BAND: Final = Band(low=1, mid=3, high=5)
"""Areas and harvests grow slower than works do: our judgement."""
_ABROAD: Final = 0.6
"""Where an economy grows half as fast, so do the figures of an industry: the catalogue's paces are those of China."""
_SERVICE_BAND: Final = Band(low=3, mid=5, high=8)
_CHAIN_STEP: Final = Band(low=0.5, mid=1, high=2)
_OWN_RATES: Final = 3
_PER_CENT: Final = frozenset(("%", "％", "percent", "per cent"))
_RATE: Final = re.compile(
    r"(?:转化|利用|回收|循环|配套|自给|国产化|本地化|加工|覆盖|数控化|良种|机械化|规模化|标准化|自动化|上云|直采|商品化|绿电替代)率$"
    r"|(?:recycling|recovery|self-sufficiency|coverage|utilisation|utilization|local sourcing|processing) rate$",
    re.IGNORECASE,
)
_BULK: Final = re.compile(r"^[万亿百千]*吨(?:/年)?$|重量箱|立方米|千瓦时")
_BULK_BAND: Final = Band(low=1, mid=3, high=5)
"""What is counted in tonnes is made by mature works: our judgement."""


def entries_for(ctx: DraftContext, mode: ModeKey) -> list[Entry]:
    """Every measure on offer: the chains' own first, then the catalogue's, then rates the region keeps itself; what does not fit the plan does not come in by the chain."""
    catalogue = _from_catalogue(ctx, mode)
    left_out = {rule.id for rule in ctx.playbook.kpis if not _here(ctx, rule)}
    names = {rule.name.in_(ctx.language) for rule in ctx.playbook.kpis}
    offered = frozenset({*(entry.key for entry in catalogue), *left_out})
    return [*(entry for entry in _from_chain(ctx, offered) if entry.name not in names), *catalogue, *_own_rates(ctx)]


def _from_catalogue(ctx: DraftContext, mode: ModeKey) -> list[Entry]:
    industry, outside = ctx.industry.short, abroad(ctx.profile)
    kinds, trade, several = kinds_of(ctx), trade_of(ctx), comprehensive(ctx)
    return (
        [
            Entry(
                key=rule.id,
                family=rule.family,
                name=_called(ctx, rule, kinds)
                .in_(ctx.language)
                .replace("{industry}", industry)
                .replace("{tier}", ctx.writer.pick(*tier(ctx))),
                unit=_unit(ctx, rule.abroad.unit if rule.abroad and rule.abroad.unit and outside else rule.unit),
                words=rule.baseline,
                keys=rule.keys,
                growth=_growth(rule, kinds, outside=outside),
                step=rule.step,
                increment=rule.increment,
                most=rule.most,
                constant=rule.constant,
                from_portfolio=rule.from_.startswith("portfolio"),
                names_industry="{industry}" in rule.name.zh,
                core=rule.core or mode in rule.modes or bool(rule.also_when),
                own=_own(rule, kinds),
                counts="" if outside or several else rule.counts,
                about=rule.about,
                legacy=rule.legacy,
                down=rule.legacy,
                stated=rule.stated,
                policy=None if outside else rule.policy,  # a pace of China's plans binds nobody else
            )
            for rule in ctx.playbook.kpis
            if rule.per == "once"
            and _here(ctx, rule)
            and _fits(ctx, rule, kinds)
            and trade.meets(rule.needs)
            and not (rule.large_only and small_region(ctx) and not _mentioned(ctx, rule))
            and not (several and rule.stated and not rule.legacy)
            and (not rule.modes or mode in rule.modes or _mentioned(ctx, rule))
            and (not rule.levels or ctx.profile.level in rule.levels)
            and (not rule.also_when or several)
        ]
        + _per_industry(ctx)
        + _per_part(ctx)
    )


def _here(ctx: DraftContext, rule: KpiRule) -> bool:
    return rule.scope in ("", "abroad" if abroad(ctx.profile) else "china")


def _own(rule: KpiRule, kinds: frozenset[str]) -> bool:
    """Whether it comes before the general ones: the industry makes nothing, or the region speaks of what works leave behind."""
    if not rule.kinds or MAKING in rule.kinds:
        return False
    return MAKING not in kinds or (bool(rule.when) and "heavy" in rule.kinds)


def _fits(ctx: DraftContext, rule: KpiRule, kinds: frozenset[str]) -> bool:
    """Whether the indicator is one of industries of such kinds, and the profile speaks of what it measures."""
    named_for_all = rule.abroad is not None and rule.abroad.any_kind and abroad(ctx.profile)
    if rule.kinds and not named_for_all and not kinds & set(rule.kinds):
        return False
    return (MAKING in kinds or not kinds & set(rule.unless)) and (not rule.when or says(ctx, rule.when))


def _worded(rule: KpiRule, kinds: frozenset[str]) -> KpiWording | None:
    return next((row for row in rule.worded if kinds & set(row.kinds)), None) if MAKING not in kinds else None


def _growth(rule: KpiRule, kinds: frozenset[str], *, outside: bool) -> Band | None:
    if outside and rule.abroad is not None and rule.abroad.growth is not None:
        return rule.abroad.growth
    row = _worded(rule, kinds)
    band = row.growth if row is not None and row.growth is not None else rule.growth
    if band is None or not outside or rule.scope:
        return band
    return _abroad(band)


def _abroad(band: Band) -> Band:
    return Band(low=round(band.low * _ABROAD, 2), mid=round(band.mid * _ABROAD, 2), high=round(band.high * _ABROAD, 2))


def _called(ctx: DraftContext, rule: KpiRule, kinds: frozenset[str]) -> Text:
    if rule.abroad is not None and abroad(ctx.profile):
        return rule.abroad.name
    row = _worded(rule, kinds)
    if row is not None:
        return row.name
    return rule.small if rule.small and small_region(ctx) else rule.name


_MONEY: Final = "亿元"
_OWN_MONEY: Final = "本币"


def _unit(ctx: DraftContext, unit: Text) -> str:
    """The unit in the plan's language; money abroad is counted in the currency of the GDP, else of the profile's other amounts or of the country."""
    each = unit.zh.startswith(_OWN_MONEY)
    if not abroad(ctx.profile) or not (each or unit.zh == _MONEY):
        return unit.in_(ctx.language)
    found = money_of(ctx.profile)
    if each:
        return ctx.writer.pick(
            unit.zh.replace(_OWN_MONEY, found or _OWN_MONEY), f"{found or 'national currency'} {unit.en}"
        )
    return ctx.writer.pick(f"百万{found or '（本币）'}", f"million {found or '(national currency)'}")


def _per_industry(ctx: DraftContext) -> list[Entry]:
    """One measure of scale for each leading industry of a plan that covers several."""
    if not comprehensive(ctx):
        return []
    return [
        Entry(
            key=f"{rule.id}:{chain.id}",
            family=rule.family,
            name=rule.name.in_(ctx.language)
            .replace("{own_industry}", ctx.industry.name_of(chain, ctx.language))
            .replace("产业产业", "产业"),
            unit=_unit(ctx, rule.unit),
            words=(ctx.industry.name_of(chain, ctx.language), *chain.aliases.zh[:6]),
            growth=rule.growth,
            core=True,
            beside=True,
            names_industry=True,
        )
        for rule in ctx.playbook.kpis
        if rule.per == "industry"
        for chain in ctx.industry.chains[:_INDUSTRIES]
    ]


def _per_part(ctx: DraftContext) -> list[Entry]:
    """The size of each thing the industry's name lists, where the region has a figure of it and not each has a measure already."""
    parts = parts_of(ctx.industry.name)
    rule = next(rule for rule in ctx.playbook.kpis if rule.id == "industry_output")
    if len(parts) < 2 or comprehensive(ctx):
        return []
    return [
        Entry(
            key=f"part:{part}",
            family=rule.family,
            name=ctx.writer.pick(f"{part}产值", f"Turnover of {part}"),
            unit=_unit(ctx, rule.unit),
            words=(part,),
            growth=_growth(rule, kinds_of(ctx), outside=abroad(ctx.profile)),
            core=True,
            beside=True,
            part=True,
            stated=True,
        )
        for part in parts[:_INDUSTRIES]
    ]


def _from_chain(ctx: DraftContext, offered: frozenset[str]) -> list[Entry]:
    """The chains' own measures, without those that measure what a KPI of the catalogue (`offered`) measures already."""
    seen: dict[str, tuple[ChainKpi, bool]] = {}
    names = {rule.name.zh for rule in ctx.playbook.kpis}  # what does not fit does not come in by the chain
    kinds = kinds_of(ctx)
    band = CHAIN_BAND if MAKING in kinds else _FARM_BAND if "farm" in kinds else _SERVICE_BAND
    band = _abroad(band) if abroad(ctx.profile) else band
    for chain in ctx.industry.chains[:2]:
        leads = chain is ctx.industry.chain
        own = [
            item
            for item in chain.kpis
            if item.same_as not in offered and item.name.zh not in names and _of_the_plan(ctx, chain, item)
        ]
        for item in own[: _OF_THE_CHAIN if leads else _OF_ANOTHER]:
            seen.setdefault(item.name.zh, (item, leads))
    return [
        Entry(
            key=f"chain_{item.id}",
            core=leads,
            beside=leads,
            family=item.family,
            name=item.name.in_(ctx.language),
            unit=_unit(ctx, item.unit),
            words=item.keywords,
            growth=None if "%" in item.unit.zh else _pace(item, band),
            step=_CHAIN_STEP if "%" in item.unit.zh else None,
            down=item.direction == "down",
            from_chain=True,
        )
        for item, leads in seen.values()
    ]


def _own_rates(ctx: DraftContext) -> list[Entry]:
    """Rates the region measures itself and wants to rise, called as it calls them: of what is worked up, used, reclaimed, sourced here."""
    cells = [cell for cell in ctx.profile.indicators if cell.unit.strip() in _PER_CENT and _RATE.search(cell.metric)]
    names = dict.fromkeys(cell.metric.removeprefix(ctx.profile.name).strip() for cell in cells)
    return [
        Entry(
            key=f"own_rate_{number}",
            family="efficiency",
            name=name,
            unit="%",
            words=(name.lower(),),
            step=_CHAIN_STEP,
            beside=True,
            stated=True,
            from_chain=True,
        )
        for number, name in enumerate(list(names)[:_OWN_RATES])
    ]


def _pace(item: ChainKpi, band: Band) -> Band | None:
    """How a chain's own measure moves: slowly down, slowly up where it is counted in tonnes, else with its kind of industry."""
    if item.direction == "down":
        return None
    return _BULK_BAND if _BULK.search(item.unit.zh) and band.mid > _BULK_BAND.mid else band


def _of_the_plan(ctx: DraftContext, chain: Chain, item: ChainKpi) -> bool:
    """Whether a chain's measure is about the industry as a whole, or about links the plan is about: grain is no measure of vegetables."""
    if not item.links or says(ctx, "|".join(map(re.escape, (item.name.zh, *item.keywords)))):
        return True
    chain = load_chains().get(chain.id, chain)  # the whole of it: a branch does not know the links left out
    near = _links_in(chain, ctx.industry.name) or _links_in(chain, " ".join(spoken_of(ctx)))
    return bool(set(item.links) & near)


def _links_in(chain: Chain, text: str) -> frozenset[str]:
    low = text.lower()
    return frozenset(node.id for node in chain.nodes if any(word.lower() in low for word in node.keywords))


def _mentioned(ctx: DraftContext, rule: KpiRule) -> bool:
    return any(word in item.metric for item in ctx.profile.indicators for word in rule.baseline)
