"""Step 2: themes with boundaries, the leading mode with its decision table, and vision candidates that pass the checklist."""

from typing import Final

from jumou.analysis.mode import ModeTable
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Statement
from jumou.domain.framework import MODE_CONDITIONS, MODES, ModeKey
from jumou.domain.implementation import Kpi
from jumou.domain.positioning import Criterion, ModeChoice, ModeScore, Positioning, Theme
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.niches import NicheChoice, choose_niches
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


_REASONS: Final = {
    "yes": (
        "诊断表明本区域具备“{condition}”的条件，{passed}{name}在前提条件未被否定的模式中综合得分最高（{score}），建议作为主导聚合模式{second}。",
        "The diagnosis bears out the condition “{condition}”. {passed}Of the modes whose condition does not fail {name} scores highest ({score}) and is proposed as the leading mode{second}.",
    ),
    "partly": (
        "{passed}{name}在前提条件未被否定的模式中综合得分最高（{score}），其适用条件“{condition}”仅部分具备；建议作为主导聚合模式，并就未具备的部分专门论证{second}。",
        "{passed}Of the modes whose condition does not fail {name} scores highest ({score}); its condition “{condition}” is met in part only. It is proposed as the leading mode, and the part that is not met has to be argued{second}.",
    ),
    "no": (
        "{passed}{name}在前提条件未被否定的模式中综合得分最高（{score}），但其适用条件“{condition}”按现有资料尚未满足；暂列为主导聚合模式，采用前须专门论证{second}。",
        "{passed}Of the modes whose condition does not fail {name} scores highest ({score}), but on what is known its condition “{condition}” is not met; it stands as the leading mode for now and has to be argued before it is adopted{second}.",
    ),
    "unknown": (
        "{passed}{name}在缺数据项按中值计时得分最高（{score}），但资料没有可据以判断其适用条件“{condition}”的数据或记载；仅作为起草用的暂定模式，补充资料后须重新判定{second}。",
        "{passed}With the unknown counted as the middle {name} scores highest ({score}), but the profile gives nothing to judge its condition “{condition}” by. It is provisional, for drafting only, and has to be judged again with a fuller profile{second}.",
    ),
}  # fmt: skip
"""Why the mode is proposed, by how far its condition is met."""


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
    second = table.runner_up
    met = conditions[winner].met
    reason = write.say(
        *_REASONS[met],
        condition=MODE_CONDITIONS[winner].in_(ctx.language),
        name=name,
        score=ctx.analysis.mode_quantity(winner),
        second=_second(ctx, second) if table.close else "",
        passed=_passed_over(ctx, table),
        figures=conditions[winner].figures,
        state="assumption" if met == "unknown" else None,
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


def _passed_over(ctx: DraftContext, table: ModeTable) -> str:
    """Modes that score more and are not proposed, because their condition fails."""
    above = [row for row in table.ranking if row.score > table.row(table.winner).score and row.gate == "failed"]
    if not above:
        return ""
    names = ctx.writer.joined(MODES[row.key].in_(ctx.language) for row in above)
    return ctx.writer.pick(
        f"{names}得分虽高而前提条件不成立，不予采用；", f"{names} would score more, but the condition fails. "
    )


def _second(ctx: DraftContext, second: ModeKey | None) -> str:
    if second is None:
        return ""
    name = MODES[second].in_(ctx.language)
    return ctx.writer.pick(f"；与{name}得分接近，请结合实际复核", f"; {name} is close, please weigh both")


def _themes(ctx: DraftContext, diagnosis: Diagnosis, mode: ModeKey) -> tuple[Theme, ...]:
    chosen = choose_niches(ctx.profile, ctx.industry, ctx.analysis.nodes, mode, ctx.language)
    return tuple(_theme(ctx, diagnosis, number, item) for number, item in enumerate(chosen, start=1))


def _rated(label: str, grade: int, ctx: DraftContext) -> Quantity:
    """A rating of a niche in its chain's file."""
    return Quantity(
        label=label, value=float(grade), unit=ctx.writer.pick("级", ""), basis="assumption", formula="niche_rating"
    )


def _theme(ctx: DraftContext, diagnosis: Diagnosis, number: int, chosen: NicheChoice) -> Theme:
    write, chain, niche = ctx.writer, chosen.chain, chosen.niche
    drawn = diagnosis.value_chain.nodes if chain.id == ctx.industry.chain.id else ()
    present = [node.name for node in drawn if node.id in niche.nodes and node.firms]
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
    ratings = (
        _rated(write.pick("技术壁垒", "barrier"), niche.barrier, ctx),
        _rated(write.pick("成长性", "growth"), niche.growth, ctx),
        _rated(write.pick("附加值", "added value"), niche.value, ctx),
    )
    reasons.append(
        write.say(
            "该赛道的技术壁垒、成长性与附加值分别评为{barrier}、{growth}、{value}（共五级，编辑判断，须结合市场调研复核），综合得分在备选细分赛道中靠前。",
            "Barrier, growth and added value are rated {barrier}, {growth} and {value} of five (editorial judgement, to be checked by market study); the whole ranks high among the candidate niches.",
            barrier=ratings[0], growth=ratings[1], value=ratings[2],
            state="assumption", citations=citations,
        )
    )  # fmt: skip
    names = {node.id: node.name for node in chain.nodes}
    links = tuple(names[node] for node in niche.nodes)
    return Theme(
        id=f"T{number}",
        name=niche.name.in_(ctx.language),
        chain_id=chain.id,
        boundary_in=niche.boundary_in.in_(ctx.language),
        boundary_out=niche.boundary_out.in_(ctx.language),
        node_ids=niche.nodes,
        node_names=tuple(name.in_(ctx.language) for name in links),
        reasons=tuple(reasons),
        score=max(0.0, chosen.score),
        figures=(
            *ratings,
            *(
                figure for text in (niche.name, niche.boundary_in, niche.boundary_out, *links)
                for figure in Said(text.in_(ctx.language), f"chain_{chain.id}").quantities()
            ),
        ),
        state="grounded" if present or ctx.reading.resources else "assumption",
    )  # fmt: skip
