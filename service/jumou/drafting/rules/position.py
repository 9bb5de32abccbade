"""Step 2: themes with boundaries, the leading mode with its decision table, and vision candidates that pass the checklist."""

from typing import Final

from jumou.corpus.branch import meant
from jumou.domain.chain import Chain, Niche
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Statement
from jumou.domain.framework import MODE_CONDITIONS, MODES, ModeKey
from jumou.domain.implementation import Kpi
from jumou.domain.positioning import Criterion, ModeChoice, ModeScore, Positioning, Theme
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import overlap
from jumou.drafting.rules.vision import candidates
from jumou.drafting.wording import Said

_CRITERIA: Final = {
    "anchor": ("龙头与产业基础", "leaders and base"),
    "innovation": ("创新资源", "research resources"),
    "market": ("市场枢纽条件", "market and location"),
    "base_weakness": ("基础薄弱程度", "weakness of the base"),
    "symbiosis": ("物质能量闭环条件", "loops of material and energy"),
    "policy": ("政策试点条件", "policy designations"),
}


def position(ctx: DraftContext, diagnosis: Diagnosis, kpis: tuple[Kpi, ...]) -> Positioning:
    """One or two themes, the mode the numbers point to (never against the table), and three or more vision candidates."""
    mode = _mode(ctx, diagnosis)
    themes = _themes(ctx, diagnosis, mode.key)
    visions = candidates(ctx, diagnosis, themes, mode.key, kpis)
    best = max(visions, key=lambda vision: (vision.passed, -visions.index(vision)))
    return Positioning(themes=themes, mode=mode, vision=best, candidates=visions)


def _mode(ctx: DraftContext, diagnosis: Diagnosis) -> ModeChoice:
    write, table = ctx.writer, ctx.analysis.modes
    conditions = {item.mode: item for item in diagnosis.mode_conditions}
    rows = []
    for rank, row in enumerate(table.ranking, start=1):
        condition = conditions[row.key]
        favourable = condition.met in ("yes", "partly")
        argument = Statement.model_validate({name: getattr(condition, name) for name in Statement.model_fields})
        rows.append(
            ModeScore(
                key=row.key,
                name=MODES[row.key].in_(ctx.language),
                score=round(row.score, 4),
                rank=rank,
                gate=row.gate,
                gate_reason=row.reason,
                arguments_for=(argument,) if favourable else (),
                arguments_against=() if favourable else (argument,),
            )
        )
    winner: ModeKey = table.winner
    name = MODES[winner].in_(ctx.language)
    second = next((row.key for row in rows if row.key != winner), None)
    reason = write.say(
        "诊断表明本区域符合“{condition}”的条件，五种模式中{name}综合得分最高（{score}），建议作为主导聚合模式{second}。",
        "The diagnosis fits the condition “{condition}”; of the five modes {name} scores highest ({score}) and is proposed as the leading mode{second}.",
        condition=MODE_CONDITIONS[winner].in_(ctx.language),
        name=name,
        score=ctx.analysis.mode_quantity(winner),
        second=_second(ctx, second) if table.close else "",
        figures=conditions[winner].figures,
    )
    return ModeChoice(
        key=winner,
        name=name,
        reason=reason,
        table=tuple(rows),
        criteria=tuple(
            Criterion(
                key=item.key,
                name=write.pick(*_CRITERIA.get(item.key, (item.key, item.key))),
                value=round(item.value, 4),
                parts=item.parts,
                missing=item.missing,
            )
            for item in table.criteria
        ),
        margin=round(table.margin, 4),
        close=table.close,
        runner_up=second,
        sensitivity=table.sensitivity,
    )


def _second(ctx: DraftContext, second: ModeKey | None) -> str:
    if second is None:
        return ""
    name = MODES[second].in_(ctx.language)
    return ctx.writer.pick(f"；与{name}得分接近，请结合实际复核", f"; {name} is close, please weigh both")


def _themes(ctx: DraftContext, diagnosis: Diagnosis, mode: ModeKey) -> tuple[Theme, ...]:
    """The best niche of the leading chain, and a second one when it scores near the first or another chain is named too."""
    scored = sorted(
        ((_niche_score(ctx, diagnosis, chain, niche, mode, order), chain, niche)
         for order, chain in enumerate(ctx.industry.chains) for niche in chain.niches),
        key=lambda item: (-item[0], item[2].id),
    )  # fmt: skip
    first = scored[0]
    rest = [item for item in scored[1:] if not set(item[2].nodes) <= set(first[2].nodes)]
    others = [item for item in rest if item[1].id != first[1].id]
    chosen = [first]
    if ctx.industry.others and others:  # the planner named several industries: two themes from two of them
        chosen.append(others[0])
    elif rest and rest[0][0] >= 0.75 * first[0]:
        chosen.append(rest[0])
    return tuple(_theme(ctx, diagnosis, number, *item) for number, item in enumerate(chosen, start=1))


def _niche_score(
    ctx: DraftContext, diagnosis: Diagnosis, chain: Chain, niche: Niche, mode: ModeKey, order: int
) -> float:
    """0–1: barrier, growth and value of the niche, what the region has there, whether the planner named it, and whether it suits the mode."""
    firms = {node.id: len(node.firms) for node in diagnosis.value_chain.nodes if node.firms} if order == 0 else {}
    names = {node.id: (node.name.zh, node.name.en, *node.keywords) for node in chain.nodes}
    words = _profile_words(ctx).lower()
    named = sum(any(word.lower() in words for word in names[node_id]) for node_id in niche.nodes)
    base = (niche.barrier + niche.growth + niche.value) / 15
    share = len(set(firms) & set(niche.nodes)) / len(niche.nodes)
    weight = sum(count for node_id, count in firms.items() if node_id in niche.nodes) / max(1, sum(firms.values()))
    asked = overlap(niche.name.in_(ctx.language), f"{ctx.profile.target_industry or ''} {ctx.industry.name} {words}")
    suits = (0.2 if niche.suits[0] == mode else 0.12) if mode in niche.suits else 0.0
    wanted = meant(chain, ctx.industry.name)
    named_so = len(wanted & set(niche.nodes)) / len(wanted) if wanted else 0.0
    fit = 0.3 * base + 0.2 * share + 0.15 * weight + 0.15 * min(1.0, named / 2) + suits + 0.25 * asked + 0.25 * named_so
    return round(min(1.0, fit) - 0.2 * order, 4)


def _profile_words(ctx: DraftContext) -> str:
    """What the profile says of resources, firms, bodies and plans, for matching against the niches."""
    profile = ctx.profile
    rows = [item.name for item in (*profile.resources, *profile.markets, *profile.infrastructure)]
    rows += [item.name for item in profile.enterprises] + [item.name for item in profile.institutions]
    rows += [item.name for item in profile.policies] + [item.metric for item in profile.indicators]
    return " ".join((*rows, *profile.notes))


def _theme(ctx: DraftContext, diagnosis: Diagnosis, number: int, score: float, chain: Chain, niche: Niche) -> Theme:
    write = ctx.writer
    present = [node.name for node in diagnosis.value_chain.nodes if node.id in niche.nodes and node.firms]
    reasons = []
    if present:
        reasons.append(
            write.say(
                "区域在{present}等环节已有企业，具备培育该赛道的基础。",
                "Firms of the region already stand at {present}.",
                present=present[:4], state="grounded",
            )
        )  # fmt: skip
    if ctx.reading.resources:
        reasons.append(
            write.say(
                "区域拥有{resources}等优势资源，可支撑主题做深做透。",
                "The region's resources ({resources}) carry the theme.",
                resources=ctx.reading.resources[:3],
            )
        )
    citations = ctx.desk.cite(
        ctx.desk.find(f"{chain.name.zh} {niche.name.zh} 集群 培育 方向", limit=6),
        [niche.name.zh, chain.name.zh, niche.name.en],
    )
    reasons.append(
        write.say(
            "该赛道技术壁垒、成长性与附加值的综合判断在备选细分赛道中靠前（专家判断，须结合市场调研复核）。",
            "Barrier, growth and added value rank high among the candidate niches (editorial judgement, to be checked by market study).",
            state="assumption", citations=citations,
        )
    )  # fmt: skip
    return Theme(
        id=f"T{number}",
        name=niche.name.in_(ctx.language),
        boundary_in=niche.boundary_in.in_(ctx.language),
        boundary_out=niche.boundary_out.in_(ctx.language),
        node_ids=niche.nodes,
        reasons=tuple(reasons),
        score=max(0.0, score),
        figures=tuple(
            figure for text in (niche.name, niche.boundary_in, niche.boundary_out)
            for figure in Said(text.in_(ctx.language), f"chain_{chain.id}").quantities()
        ),
        state="grounded" if present or ctx.reading.resources else "assumption",
    )  # fmt: skip
