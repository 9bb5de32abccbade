"""The KPI set: twelve or more over the families, with baselines from the profile and target paths that say how they were set."""

import re
from collections.abc import Sequence
from typing import Final

from jumou.corpus.chains import load_chains
from jumou.domain.chain import Chain, ChainKpi, Text
from jumou.domain.framework import KPI_FAMILIES, KpiFamily, ModeKey
from jumou.domain.implementation import Kpi
from jumou.domain.playbook import Band, KpiRule, KpiWording
from jumou.domain.portfolio import Project
from jumou.domain.quantity import Quantity
from jumou.domain.region import ProfileIndicator
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import overlap
from jumou.drafting.rules.bodies import abroad, body
from jumou.drafting.rules.kinds import MAKING, kinds_of, says, spoken_of, trade_of
from jumou.drafting.rules.kpi_baselines import baseline_of, name_of
from jumou.drafting.rules.kpi_targets import CHAIN_BAND, Entry, target_path
from jumou.drafting.rules.numbers import small_region, tier
from jumou.drafting.rules.selection import comprehensive

_WANTED: Final[dict[KpiFamily, int]] = {"scale": 7, "firms": 6, "rd": 4, "patents": 3, "jobs": 3, "efficiency": 6}
_WANTED_ABROAD: Final[dict[KpiFamily, int]] = {
    "scale": 7,
    "firms": 5,
    "rd": 4,
    "patents": 2,
    "jobs": 4,
    "efficiency": 5,
}
"""Not more in all: outside China jobs, pay and skills weigh more, and honours and registrations less."""

_FOR_ALL: Final[dict[KpiFamily, int]] = {"scale": 3}
"""So many places are left to what every plan states: output, projects, investment."""

_OF_THE_CHAIN: Final = 4
"""So many of the leading industry's own measures (its products in their own units, supply rates) stand beside the general ones."""

_OF_ANOTHER: Final = 2
"""And so many of the second industry's, where there is room."""

_INDUSTRIES: Final = 6
"""In a plan of many industries each leading one has its own measure of scale, beside those of the whole."""
_WHOLE: Final = ("gdp", "gva_secondary", "industrial_output", "revenue", "park_output")
"""Figures of the whole economy or industry: they grow with the region, not by what a plan for one industry wishes."""

_FARM_BAND: Final = Band(low=1, mid=3, high=5)
"""Areas and harvests grow slower than works do: our judgement."""

_ABROAD: Final = 0.6
"""Where an economy grows half as fast, so do the figures of an industry: the catalogue's paces are those of China."""

_SERVICE_BAND: Final = Band(low=3, mid=5, high=8)
_CHAIN_STEP: Final = Band(low=0.5, mid=1, high=2)

_ALERT: Final = 0.1
_OWNERS: Final = {
    "scale": "industry", "firms": "industry", "rd": "science", "patents": "science", "jobs": "hr", "efficiency": "industry",
}  # fmt: skip
_METHODS: Final[dict[KpiFamily, tuple[str, str, str, str]]] = {
    "scale": ("按统计制度汇总规模以上企业同口径数据", "summed over the firms of the industry on one definition", "统计部门季报、企业直报", "statistics office, company returns"),
    "firms": ("按企业名录库和认定名单逐户核实", "counted from business registers and programme records", "统计、市场监管和工信部门名录", "registers of the departments in charge"),
    "rd": ("按研发经费统计口径年度核算", "from the yearly R&D statistics", "科技统计年报", "science and technology statistics"),
    "patents": ("按授权与登记数据核实", "counted from grants and registrations", "知识产权、科技部门登记数据", "patent and contract registers"),
    "jobs": ("按企业用工和培训台账汇总", "summed from employment and training records", "人社部门台账、企业报表", "employment department, company returns"),
    "efficiency": ("按统计与监测口径核算", "computed from statistics and monitoring", "统计、能耗监测平台", "statistics and energy monitoring"),
}  # fmt: skip


def choose_kpis(ctx: DraftContext, mode: ModeKey) -> tuple[Kpi, ...]:
    """The KPIs of the plan, ids K01…: those with a baseline first in each family, every family served."""
    catalogue = _from_catalogue(ctx, mode)
    left_out = {rule.id for rule in ctx.playbook.kpis if not _here(ctx, rule)}
    names = {
        rule.name.in_(ctx.language) for rule in ctx.playbook.kpis
    }  # those that do not fit do not come in by the chain
    offered = frozenset({*(entry.key for entry in catalogue), *left_out})
    entries = [*(entry for entry in _from_chain(ctx, offered) if entry.name not in names), *catalogue]
    wanted = _WANTED_ABROAD if abroad(ctx.profile) else _WANTED
    found = [(entry, cell) for entry in entries if (cell := baseline_of(ctx, entry)) is not None or not entry.stated]
    chosen: list[tuple[Entry, ProfileIndicator | None]] = []
    for family in KPI_FAMILIES:
        pool = [item for item in found if item[0].family == family]
        pool.sort(key=lambda item: (item[1] is None, not item[0].own, not item[0].core, item[0].from_chain))
        used: set[str] = set()
        for entry, cell in pool:
            general = sum(item[0].family == family and not item[0].beside for item in chosen)
            if not entry.beside and general >= wanted[family]:
                continue
            own = sum(item[0].family == family and item[0].own for item in chosen)
            if entry.own and cell is None and own >= wanted[family] - _FOR_ALL.get(family, 0):
                continue
            if any(item[0].name == entry.name for item in chosen):
                continue  # two entries may offer one measure for different reasons
            if cell is not None and cell.ref in used:
                cell = None  # noqa: PLW2901 - one figure of the profile is the baseline of one KPI only
            if cell is not None:
                used.add(cell.ref)
            chosen.append((entry, cell))
    return tuple(_kpi(ctx, f"K{number:02d}", entry, cell) for number, (entry, cell) in enumerate(chosen, start=1))


def with_projects(kpis: Sequence[Kpi], projects: Sequence[Project]) -> tuple[Kpi, ...]:
    """The KPIs with the projects that move them."""
    return tuple(
        kpi.model_copy(update={"project_ids": tuple(project.id for project in projects if kpi.id in project.kpi_ids)})
        for kpi in kpis
    )


def moved_by(families: Sequence[KpiFamily], kpis: Sequence[Kpi], text: str, industry: str) -> tuple[str, ...]:
    """The KPIs a project moves: in each of its families those its text speaks of, else the family's first.

    The industry's own name tells nothing: it stands in all of them. Quality and green measures differ too much for that: of them only those the text speaks of count, unless nothing else does.
    """
    ids: list[str] = []
    for family in families:
        own = [kpi for kpi in kpis if kpi.family == family]
        said = sorted(
            ((overlap(kpi.name.replace(industry, ""), text), -place, kpi.id) for place, kpi in enumerate(own)),
            reverse=True,
        )
        near = [name for share, _, name in said if share >= _SPOKEN_OF][:_MOVED]
        ids.extend(near or [kpi.id for kpi in own[: 1 if family != "efficiency" else 0]])
    if not ids:
        ids = [kpi.id for kpi in kpis if kpi.family in families][:1]
    return tuple(dict.fromkeys(ids))


_SPOKEN_OF: Final = 0.3
_MOVED: Final = 2


def _from_catalogue(ctx: DraftContext, mode: ModeKey) -> list[Entry]:
    industry, outside = ctx.industry.short, abroad(ctx.profile)
    kinds, trade, several = kinds_of(ctx), trade_of(ctx), comprehensive(ctx)
    return [
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
            constant=rule.constant,
            from_portfolio=rule.from_.startswith("portfolio"),
            names_industry="{industry}" in rule.name.zh,
            core=rule.core or mode in rule.modes or bool(rule.also_when),
            own=_own(rule, kinds),
            counts="" if outside or several else rule.counts,
            stated=rule.stated,
            policy=None if outside else rule.policy,  # a pace of China's plans binds nobody else
        )
        for rule in ctx.playbook.kpis
        if rule.per == "once"
        and _here(ctx, rule)
        and _fits(ctx, rule, kinds)
        and trade.meets(rule.needs)
        and not (rule.large_only and small_region(ctx) and not _mentioned(ctx, rule))
        and not (several and rule.stated)
        and (not rule.modes or mode in rule.modes or _mentioned(ctx, rule))
        and (not rule.levels or ctx.profile.level in rule.levels)
        and (not rule.also_when or several)
    ] + _per_industry(ctx)


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
_CURRENCIES: Final = (
    ("USD", r"USD|US\$|dollar|美元"), ("GBP", r"GBP|£|英镑"), ("EUR", r"EUR|€|欧元"), ("JPY", r"JPY|日元"), ("KRW", r"KRW|韩元"),
)  # fmt: skip
_OF_COUNTRY: Final = (
    ("USD", r"United States|\bUSA?\b|美国"), ("GBP", r"United Kingdom|England|Wales|Scotland|\bUK\b|英国"),
    ("EUR", r"Spain|France|Germany|Italy|Netherlands|Ireland|Finland|Austria|Belgium|Portugal|Greece|西班牙|法国|德国|意大利|荷兰"),
    ("JPY", r"Japan|日本"), ("KRW", r"Korea|韩国"),
)  # fmt: skip


def _unit(ctx: DraftContext, unit: Text) -> str:
    """The unit in the plan's language; money abroad is counted in the currency of the profile's figures, else of the country."""
    each = unit.zh.startswith(_OWN_MONEY)
    if not abroad(ctx.profile) or not (each or unit.zh == _MONEY):
        return unit.in_(ctx.language)
    figures = " ".join(cell.unit for cell in ctx.profile.indicators)
    found = next((code for code, find in _CURRENCIES if re.search(find, figures)), None)
    found = found or next((code for code, find in _OF_COUNTRY if re.search(find, ctx.profile.country)), None)
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
        )
        for rule in ctx.playbook.kpis
        if rule.per == "industry"
        for chain in ctx.industry.chains[:_INDUSTRIES]
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
            growth=None if "%" in item.unit.zh else band,
            step=_CHAIN_STEP if "%" in item.unit.zh else None,
            down=item.direction == "down",
            from_chain=True,
        )
        for item, leads in seen.values()
    ]


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


def _kpi(ctx: DraftContext, kpi_id: str, entry: Entry, cell: ProfileIndicator | None) -> Kpi:
    write = ctx.writer
    method_zh, method_en, source_zh, source_en = _METHODS[entry.family]
    unit = cell.unit if cell is not None else entry.unit
    baseline = None
    if cell is not None and cell.value is not None:
        baseline = Quantity(
            label=cell.metric, value=cell.value, unit=unit, year=cell.year, basis="profile",
            source_ids=(cell.ref, *((cell.source_id,) if cell.source_id else ())),
            flags=(cell.status,) if cell.status in ("estimate", "derived", "preliminary") else (),
        )  # fmt: skip
    name = name_of(ctx, entry, cell)
    whole = cell is not None and cell.key in _WHOLE
    path = target_path(ctx, entry, name, baseline, unit, whole=whole)
    return Kpi(
        id=kpi_id,
        name=path.renamed or name,
        family=entry.family,
        unit=path.unit,
        baseline=baseline,
        baseline_note="" if baseline else write.pick("资料缺基期值，列入数据清单，补充后按同一方法换算绝对目标。", "No baseline in the profile; it is on the data list, and absolute targets follow once it is known."),
        targets=path.targets,
        target_note=path.note,
        direction="down" if entry.down else "up",
        method=write.pick(method_zh, method_en),
        data_source=write.pick(source_zh, source_en),
        frequency=write.pick("季度监测、年度考核", "quarterly watch, yearly review") if entry.family in ("scale", "firms", "jobs") else write.pick("年度", "yearly"),
        owner=body(ctx.profile, _OWNERS[entry.family], ctx.language),  # type: ignore[arg-type]
        alert=write.pick("实际值落后当年目标一成以上", "the actual value falls short of the year's target by a tenth or more"),
        alert_threshold=_ALERT,
        adjust=write.pick(
            "连续两期预警的，复核相关项目进度与目标口径，提出项目增减、时序调整或目标修订建议，经评审后进入下一版规划。",
            "After two alerts in a row, the projects behind the KPI and the scope of its target are reviewed; changes of projects, timing or target go into the next version after review.",
        ),
        citations=path.citations,
        state="grounded" if baseline or path.citations else "assumption",
    )  # fmt: skip
