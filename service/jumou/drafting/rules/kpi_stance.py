"""Which way a figure should go: what the region calls surplus, dependent or in decline is held or cut, never grown.

A plan that answers “一煤独大” does not plan more coal, and one that complains of overcapacity does not plan capacity.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

from jumou.analysis.figures import KEYS, usable
from jumou.analysis.sizes import named_by, names, parts_of, subject_of
from jumou.domain.currency import money_unit
from jumou.domain.region import ProfileIndicator
from jumou.drafting.context import DraftContext

Stance = Literal["grow", "hold", "cut"]

_SURPLUS: Final = re.compile(
    r"过剩|供过于求|供大于求|产能利用率|开工率|库存(?:高企|积压)|over-?capacity|over-?suppl|\bglut\b|surplus|idle capacity|under-?used|under-?utili[sz]",
    re.IGNORECASE,
)
_DECLINE: Final = re.compile(
    r"枯竭|衰退|衰竭|萎缩|退出|关闭|关停|淘汰|去产能|压减|停产|递减|下滑|锐减|deplet|exhaust|declin|shrink|clos(?:e|es|ed|ing|ure)\b|phas(?:e|ed|ing)[- ]out|wind(?:ing)? down|run(?:ning)? out",
    re.IGNORECASE,
)
_ALONE: Final = re.compile(r"一([\u4e00-\u9fff]{1,3})独大|([\u4e00-\u9fff]{1,4})(?:一业|一家)独大")
_DEPENDS: Final = (
    re.compile(r"依赖(?:于|单一的?|传统)?([\u4e00-\u9fff]{1,8})"),
    re.compile(r"对([\u4e00-\u9fff]{1,8}?)的?(?:过度|高度)?依赖"),
    re.compile(r"([\u4e00-\u9fff]{1,8}?)(?:产业|工业)?(?:占比|比重)(?:过高|偏高|过大|偏大)"),
    re.compile(
        r"(?:dependen(?:t|ce|cy)|depends|relian(?:t|ce)|relies|rely)\s+(?:\w+ly\s+)?(?:up)?on\s+(?:the\s+)?([a-z][a-z -]{2,40})",
        re.IGNORECASE,
    ),
    re.compile(r"dominated by\s+(?:the\s+)?([a-z][a-z -]{2,40})", re.IGNORECASE),
)
_NO_INDUSTRY: Final = re.compile(
    r"进口|出口|外部|财政|土地|转移支付|投资|客户|人工|经验|外购|市场|export|import|grant|worker|buyer|customer|market|transfer|subsid|tour operator",
    re.IGNORECASE,
)
_SUCCESSION: Final = re.compile(
    r"接续|替代产业|资源枯竭|资源型|转型|post-?(?:coal|mining|oil|industrial)|just transition|successor|diversif",
    re.IGNORECASE,
)
_RESOURCE: Final = re.compile(
    r"([煤油气铁钢铜铝铅锌镍锡磷])[\u4e00-\u9fff]{0,3}?(?:城市|矿区|基地|老工业)|\b(coal|oil|lignite|mining|steel)\b",
    re.IGNORECASE,
)
_NEGATED: Final = r"(?:非|去|脱|除|no?n[- ]?|post-?|other than )"
_PHYSICAL: Final = re.compile(
    r"产量|产能|产销量|开采量|规模|production|capacity|output|landings|harvest|extraction|tonnage", re.IGNORECASE
)
_SHARE: Final = re.compile(
    r"占.*(?:规上|规模以上|工业|GDP|生产总值|经济|产值|财政|税收|出口|就业|增加值)|(?:share|per ?cent(?:age)?|%).*\b(?:GDP|output|economy|exports?|employment|jobs|industry|industrial|value added|GVA|revenue)",
    re.IGNORECASE,
)
_VOLUME: Final = re.compile(
    r"产量|产能|产销量|开采量|库存|年|\b(?:annual|capacity|landings|harvest|extraction|tonnage)\b", re.IGNORECASE
)
_WHOLE_WORDS: Final = 4
_SCARCE: Final = re.compile(
    r"招工难|用工(?:荒|难|短缺|紧缺|缺口)|缺工|人口(?:持续|净)?(?:外流|流失|减少|流出)|劳动力.{0,8}(?:流失|短缺|外流|不足|紧缺)|(?:熟练工|技工|工人|用工).{0,6}(?:短缺|紧缺|难招)|青壮年.{0,10}(?:流失|外流|外出)|老龄化|"
    r"(?:cannot|can't|unable to|struggle to|hard to|difficult to) (?:fill|find|recruit|hire)|labou?r (?:shortage|is scarce)|shortage of (?:workers|labou?r|staff)|young people (?:leave|move|go)|leave for|depopulat|out-?migration|population (?:is )?(?:falling|declin|shrink|age)|unfilled|vacanc",
    re.IGNORECASE,
)
_TOO_MANY: Final = re.compile(
    r"产能利用率|开工率|小散弱|散小弱|小散乱|低小散|散乱污|小而散|相互压价|压价|价格战|无序竞争|恶性竞争|同质化竞争|低端同质|同质化严重|fragmented|price war|undercut|too many small|under-?used capacity|over-?capacity|capacity utili[sz]ation",
    re.IGNORECASE,
)


def stance(ctx: DraftContext, metric: str, unit: str) -> Stance:
    """Whether a measure of output, capacity, size or share should grow, be held, or be cut; everything else grows."""
    if re.search(_NEGATED + r"(?:煤|油|矿|资源|公|coal|oil|mining)", metric, re.IGNORECASE):
        return "grow"
    own = any(named_by(part, metric, ctx.profile.name) for part in parts_of(ctx.industry.name))
    old = _old(ctx, metric)
    if "%" in unit:
        return "cut" if old and _SHARE.search(metric) else "grow"
    if money_unit(unit) is not None or "元" in unit:
        return "hold" if old and not own else "grow"
    if not _PHYSICAL.search(metric):
        return "grow"
    return "hold" if old or _troubled(ctx, metric) else "grow"


def labour_is_scarce(ctx: DraftContext) -> bool:
    """Whether the region says that people leave or posts stay empty, or its population falls."""
    if any(_SCARCE.search(problem) for problem in _problems(ctx)):
        return True
    people = [
        cell for cell in ctx.profile.indicators if cell.key == "population" or KEYS["population"].search(cell.metric)
    ]
    rate = max(
        (trend(ctx, cell) or 0.0 for cell in people if cell.year == max(one.year or 0 for one in people)), default=0.0
    )
    return rate < 0


def firms_are_too_many(ctx: DraftContext) -> bool:
    """Whether the region complains of small firms alike that undercut each other: more of them is no aim."""
    return any(_TOO_MANY.search(problem) for problem in _problems(ctx))


_LEAST_SPAN: Final = 2


def trend(ctx: DraftContext, cell: ProfileIndicator) -> float | None:
    """How the profile's own figure has moved, a share a year: from an earlier year's, else the growth stated beside it."""
    earlier = [
        one for one in ctx.profile.indicators
        if one.metric == cell.metric and one.unit == cell.unit and usable(one) and (one.value or 0) > 0
        and one.year and cell.year and cell.year - one.year >= _LEAST_SPAN
    ]  # fmt: skip
    if earlier and cell.value and cell.value > 0:
        first = min(earlier, key=lambda one: one.year or 0)
        return float((cell.value / (first.value or 1.0)) ** (1 / ((cell.year or 0) - (first.year or 0))) - 1)
    return cell.growth_percent / 100 if cell.growth_percent is not None else None


def _problems(ctx: DraftContext) -> Iterator[str]:
    yield from (row.statement for row in ctx.profile.constraints)


def _clauses(ctx: DraftContext) -> Iterator[str]:
    for problem in _problems(ctx):
        yield from re.split(r"[，,；;。]|\bbut\b", problem)


def _old(ctx: DraftContext, metric: str) -> bool:
    """Whether a metric is of the industry the region depends on, or is to be succeeded."""
    return any(names(stem.lower(), metric) for stem in _old_industries(ctx))


def _old_industries(ctx: DraftContext) -> tuple[str, ...]:
    found: list[str] = []
    for clause in _clauses(ctx):
        found.extend(next(filter(None, match.groups()), "") for match in _ALONE.finditer(clause))
        for pattern in _DEPENDS:
            found.extend(match[1] for match in pattern.finditer(clause))
    target = f"{ctx.industry.name} {ctx.profile.target_industry or ''}"
    if _SUCCESSION.search(target):
        found.extend(next(filter(None, match.groups()), "") for match in _RESOURCE.finditer(target))
    stems = (stem for word in found if word and not _NO_INDUSTRY.search(word) for stem in _stems(word))
    return tuple(dict.fromkeys(stems))


_GENERAL: Final = frozenset(
    ("industry", "industries", "sector", "production", "heavy", "single", "local", "large", "small", "firms", "firm", "companies", "company",
     "sales", "employer", "employers", "traditional", "commodity", "commodities", "raw", "and", "other", "few", "one", "two", "basic")
)  # fmt: skip


def _stems(word: str) -> tuple[str, ...]:
    """The words an industry is known by: 煤炭产业 is 煤, “coal mining and steam” is coal and mining."""
    bare = re.sub(r"(?:产业|工业|行业|资源|经济|业|型|开采|及.*|和.*|等.*)$", "", word.strip())
    if bare.isascii():
        first = re.split(r"\s(?:and|for|from|in|of|with|which|that)\b", bare.lower())[0]
        return tuple(one for one in first.split() if len(one) >= _LEAST_WORD and one not in _GENERAL)
    if bare in ("煤炭", "原煤", "煤"):
        return ("煤",)
    return (bare if len(bare) > 1 or len(word.strip()) < 2 else word.strip(),) if bare else ()


_LEAST_WORD: Final = 3


def _troubled(ctx: DraftContext, metric: str) -> bool:
    """Whether a problem calls what the metric counts surplus or in decline, by its name or as a product of the same link."""
    subject = re.sub(r"\s+", " ", _VOLUME.sub(" ", subject_of(metric, ctx.profile.name))).strip()
    for clause in _clauses(ctx):
        if not (_SURPLUS.search(clause) or _DECLINE.search(clause)):
            continue
        low = clause.lower()
        if _SURPLUS.search(clause) and _CAPACITY.search(metric) and _names_industry(ctx, low):
            return True
        if len(subject) > 1 and (subject in low or _shares_word(subject, low)):
            return True
        for node in (node for chain in ctx.industry.chains for node in chain.nodes):
            words = [word.lower() for word in node.keywords if len(word) > 1]
            if any(names(word, metric) for word in words) and any(names(word, low) for word in words):
                return True
    return False


_CAPACITY: Final = re.compile(r"产能|capacity", re.IGNORECASE)


def _names_industry(ctx: DraftContext, clause: str) -> bool:
    """Whether a clause speaks of the target industry, by a part of its name or another name of its chain."""
    chain = ctx.industry.chain
    words = (
        *parts_of(ctx.industry.name),
        *(word.lower() for word in (*chain.aliases.zh, *chain.aliases.en) if len(word) > 1),
    )
    return any(names(word, clause) for word in words)


def _shares_word(subject: str, clause: str) -> bool:
    """Whether an English subject's noun stands in the clause: “steel capacity” of “overcapacity in crude steel”."""
    if not subject.isascii():
        return False
    return any(names(word.rstrip("s"), clause) for word in subject.split() if len(word) >= _WHOLE_WORDS)
