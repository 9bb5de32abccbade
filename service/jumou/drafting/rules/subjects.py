"""The words that fill an archetype: the region's firms, institutions and places, the chain's products, platforms and events."""

import re
from collections.abc import Sequence
from typing import Final

from jumou.domain.chain import Chain, ChainNode, Text
from jumou.domain.framework import Language, ModeKey, Name
from jumou.domain.positioning import Positioning
from jumou.drafting.comparable import divisions_of, relatedness
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.bearing import chains_worded, in_turn, theme_words
from jumou.drafting.rules.benchmarks import own_divisions
from jumou.drafting.rules.places import host, park, use_of
from jumou.drafting.rules.selection import Candidate, comprehensive
from jumou.drafting.wording import Said, Word, in_sentence

_LONGEST_NAME: Final = 24


def words_for(ctx: DraftContext, item: Candidate, positioning: Positioning) -> dict[str, Word]:
    """Every placeholder of the playbook and what stands for it here."""
    write, chain, language = ctx.writer, item.chain, ctx.language
    themes = positioning.themes
    theme, title_theme, names = theme_words(ctx, item, themes, _industry(ctx))
    worded = chains_worded(ctx, item)
    projects = chain.projects
    event, event_content = _event(ctx, worded)
    node = chain.node(item.gap.node_id) if item.gap.node_id and _has(item) else None
    missing = item.gap.kind == "chain_missing"
    nodes = [name for name in names if name]
    place = park(ctx, use_of(item.archetype), chain)
    exchanges = [loop.what.in_(language) for loop in chain.exchanges]
    words: dict[str, Word] = {
        "region": ctx.region,
        "industry": _industry(ctx),
        "own_industry": ctx.industry.name_of(chain, language)
        if chain.id not in ctx.industry.proposed
        else _proposed(ctx, chain),
        "own_nodes": [node.name.in_(language) for node in _key_nodes(chain)],
        "own_niche": _niche(chain, positioning.mode.key).in_(language),
        "firm": item.name or write.pick("骨干企业", "a leading firm"),
        "named_park": item.name or place,
        "segment": _segment_name(ctx, item),
        "segment_nodes": [node.name.in_(language) for node in _segment_nodes(item)][:4],
        "segment_products": [name for node in _segment_nodes(item) for name in node.products.in_(language)[:2]][:5],
        "theme": theme,
        "title_theme": title_theme,
        "theme2": Said(themes[-1].name if len(themes) > 1 else next_niche(ctx, positioning), "theme"),
        "park": place,
        "host": host(ctx, use_of(item.archetype), chain),
        "targets": in_turn(one.projects.A1.targets.in_(language) for one in worded)[
            : max(5, len(projects.A1.targets.zh))
        ],
        "package": projects.A1.package.in_(language),
        "firms": ctx.reading.leading[:2] or write.pick("本地骨干企业", "local leading firms"),
        "institutions": ctx.reading.knowledge[:2]
        or write.pick("高校和科研机构", "universities and research institutes"),
        "platform": item.subject.name.in_(language)
        if item.subject
        else write.pick("公共创新平台", "a shared platform"),
        "platform_function": _clause(item.subject.function.in_(language)) if item.subject else "",
        "facility": item.subject.name.in_(language) if item.subject else write.pick("专用设施", "special facilities"),
        "facility_function": _clause(item.subject.function.in_(language)) if item.subject else "",
        "node": node.name.in_(language) if node else theme,
        "nodes": nodes[:4] or [theme],
        "products": list(node.products.in_(language)[:4]) if node else [theme],
        "action": _action(ctx, item),
        "state": write.pick("缺失", "missing") if missing else write.pick("薄弱", "weak"),
        "approach": _clause(projects.B1.approach.in_(language)),
        "focus": _clause(projects.B2.focus.in_(language)),
        "occupations": list(in_turn(one.projects.B3.occupations.in_(language) for one in worded)[:4]),
        "training": _training(ctx, worded),
        "zones": _zones(worded, language),
        "services": _clause(projects.C1.services.in_(language)),
        "carrier": _zones(worded, language)[:3],
        "instruments": [tool.name.in_(language) for tool in projects.D1.instruments],
        "scenario": _scenario(ctx, item),
        "event": event,
        "event_content": event_content,
        "other_industries": _others(ctx),
        "exchange": exchanges[:3] or write.pick("副产物与余能就近利用", "use of by-products and waste energy nearby"),
    }
    return {key: _said(word) for key, word in words.items()}


def _said(word: Word) -> Word:
    """Words from the chain's knowledge may hold digits (products, standards): they keep the chain as their place."""
    if isinstance(word, str):
        return Said(word, "chain")
    return (
        word
        if isinstance(word, Said) or not isinstance(word, list | tuple)
        else [part if isinstance(part, Said) else Said(part, "chain") for part in word]
    )


_SEGMENTS: Final = {
    "upstream": Name("上游环节", "upstream"), "midstream": Name("中游制造环节", "midstream"),
    "downstream": Name("下游应用与服务环节", "downstream use and services"),
}  # fmt: skip


def _industry(ctx: DraftContext) -> Said:
    """The industry as project titles carry it; a plan of many industries without a target speaks of the key ones."""
    if comprehensive(ctx) and not (ctx.profile.target_industry or "").strip():
        return Said(ctx.writer.pick("重点产业", "the key industries"), "profile")
    return Said(ctx.industry.short, "profile:target_industry")


def _zones(worded: Sequence[Chain], language: Language) -> tuple[str, ...]:
    """The parts of a park: those of the industry, or of several the first two of each."""
    if len(worded) == 1:
        return worded[0].projects.C1.zones.in_(language)
    return in_turn(one.projects.C1.zones.in_(language)[:2] for one in worded)


def _training(ctx: DraftContext, worded: Sequence[Chain]) -> str:
    """How people are trained: as the industry does it, or for each of several what it does first."""
    own = [_clause(one.projects.B3.training.in_(ctx.language)) for one in worded]
    if len(own) == 1:
        return own[0]
    names = [ctx.industry.name_of(one, ctx.language) for one in worded]
    if ctx.language == "zh":
        return "；".join(f"{name}方向{text.split('，')[0]}" for name, text in zip(names, own, strict=True))
    return "; ".join(f"{in_sentence(name)}: {in_sentence(text)}" for name, text in zip(names, own, strict=True))


def _event(ctx: DraftContext, worded: Sequence[Chain]) -> tuple[str, str]:
    """The industry's own event and what happens there; of several industries one meeting with a part for each."""
    own = [one.projects.D2.events[0] for one in worded]
    if len(own) == 1:
        return own[0].name.in_(ctx.language), _clause(own[0].content.in_(ctx.language))
    names = ctx.writer.joined(event.name.in_(ctx.language) for event in own)
    industry = _industry(ctx).text
    return (
        ctx.writer.pick(f"{industry.removesuffix('产业')}产业大会与供需对接会", f"Industry and supply meeting for {industry}"),
        ctx.writer.pick(f"分设{names}等专场，发布供需清单和合作机会", f"Hold sessions of their own: {names}, each with lists of supply and demand"),
    )  # fmt: skip


def _proposed(ctx: DraftContext, chain: Chain) -> str:
    return ctx.writer.pick(f"{chain.name.zh}（候选，须先论证）", f"{chain.name.en} (candidate, to be examined first)")


def _key_nodes(chain: Chain) -> list[ChainNode]:
    ranked = sorted(chain.nodes, key=lambda node: (-node.criticality, node.order))[:3]
    return sorted(ranked, key=lambda node: node.order)


def _niche(chain: Chain, mode: ModeKey) -> Text:
    return next((niche for niche in chain.niches if mode in niche.suits), chain.niches[0]).name


def _segment_name(ctx: DraftContext, item: Candidate) -> str:
    return _SEGMENTS[item.segment].in_(ctx.language) if item.segment else ""


def _segment_nodes(item: Candidate) -> list[ChainNode]:
    return [item.chain.node(link) for link in item.links] if item.segment else []


def next_niche(ctx: DraftContext, positioning: Positioning) -> str:
    """The first niche that is not a theme already; the theme itself when there is none."""
    taken = {theme.name for theme in positioning.themes}
    names = [niche.name.in_(ctx.language) for chain in ctx.industry.chains for niche in chain.niches]
    return next((name for name in names if name not in taken), positioning.themes[0].name)


def _has(item: Candidate) -> bool:
    return any(node.id == item.gap.node_id for node in item.chain.nodes)


def _action(ctx: DraftContext, item: Candidate) -> str:
    match item.gap.kind:
        case "chain_missing":
            return ctx.writer.pick("补链", "Filling the link")
        case "chain_extend":
            return ctx.writer.pick("延链", "Extending the chain")
        case _:
            return ctx.writer.pick("强链", "Strengthening the link")


_TOTAL: Final = re.compile(r"第[一二三]产业|合计|总计|全部|工业$|规上|规模以上|服务业$|其他|total|all industr|primary|secondary|tertiary", re.IGNORECASE)  # fmt: skip
_MOST_OTHERS: Final = 3


def _others(ctx: DraftContext) -> Word:
    """The region's other industries that its figures name."""
    own = own_divisions(ctx)
    rows = {row.sector: row.ref for row in ctx.profile.industries if not _TOTAL.search(row.sector)}
    found = [
        Said(sector, ref)
        for sector, ref in rows.items()
        if (other := divisions_of(sector)) and relatedness(own, other) < 1
    ]
    return found[:_MOST_OTHERS] or ctx.writer.pick(
        "用得上同类工艺的其他行业", "other industries that can use the same processes"
    )


def _scenario(ctx: DraftContext, item: Candidate) -> str:
    tools = [tool for tool in item.chain.projects.D1.instruments if tool.family == "scenario"]
    if tools:
        return _clause(tools[0].content.in_(ctx.language))
    return ctx.writer.pick(
        "公共服务、城市管理和重点企业生产场景", "public services, city operation and production of leading firms"
    )


def _clause(text: str) -> str:
    return text.strip().rstrip("。.；;")
