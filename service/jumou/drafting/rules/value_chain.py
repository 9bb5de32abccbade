"""The value chain of the region: its links, the smile curve, and where to repair, strengthen and extend."""

from typing import Final

from jumou.domain.diagnosis import ChainNode, SmileCurve, ValueChain
from jumou.domain.evidence import Statement
from jumou.domain.framework import Name
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.gaps import firms_unplaced
from jumou.drafting.wording import Said, in_sentence

_MOST_NAMED: Final = 4
_SHAPES: Final[dict[str, Name]] = {
    "smile": Name("两端高、中间低的“微笑曲线”形态", "a smile: high at both ends, low in the middle"),
    "frown": Name("中间高、两端低的形态，不是微笑曲线", "high in the middle and low at the ends, so no smile"),
    "rising": Name("向下游逐步走高的形态，不是典型微笑曲线", "rising downstream, so no full smile"),
    "falling": Name("由上游向下游走低的形态，不是典型微笑曲线", "falling downstream, so no full smile"),
    "flat": Name("各环节差异不大的形态", "flat: links differ little"),
    "unknown": Name("样本不足、形态不能判断的状态", "too few points to tell"),
}


def value_chain(ctx: DraftContext) -> ValueChain:
    """The leading chain as found in the region; an industry no chain describes is said to be unknown."""
    chain, nodes = ctx.industry.chain, ctx.analysis.nodes
    return ValueChain(
        chain_id=chain.id if ctx.industry.known else None,
        name=chain.name.in_(ctx.language),
        known=ctx.industry.known,
        nodes=nodes,
        edges=chain.edges,
        smile=_smile(ctx),
        actions=_actions(ctx, nodes),
        summary=_summary(ctx, nodes),
    )


def _smile(ctx: DraftContext) -> SmileCurve:
    curve, write = ctx.analysis.smile, ctx.writer
    known = [point for point in curve.points if point.reference is not None]
    if not known:
        return curve
    ends = sorted(known, key=lambda point: (-(point.reference or 0.0), point.order))
    nodes = {node.id: node for node in ctx.analysis.nodes}
    high = [Said(point.label, "chain") for point in ends[:3]]
    here = [Said(point.label, "chain") for point in known if nodes[point.node_id].firms]
    editorial = curve.basis == "editorial"
    reading = write.say(
        "按{measure}，产业链附加值呈{shape}；附加值较高的环节为{high}。{here}",
        "Measured by {measure}, added value along the chain is {shape}; the links with the highest value are {high}. {here}",
        measure=Said(curve.measure, curve.basis), shape=_SHAPES[curve.shape].in_(ctx.language), high=high,
        here=_where(ctx, [ctx.writer.pick(word.text, in_sentence(word.text)) for word in here]), figures=_figures(here),
        state="assumption" if editorial else "grounded",
    )  # fmt: skip
    return curve.model_copy(update={"reading": reading})


def _figures(words: list[Said]) -> tuple[Quantity, ...]:
    return tuple(figure for word in words for figure in word.quantities())


def _where(ctx: DraftContext, here: list[str]) -> str:
    if not here:
        return ctx.writer.pick(
            "资料未记录企业所处环节，本地曲线暂不能绘制。",
            "The profile does not record where firms stand, so no local curve can be drawn.",
        )
    joined = ctx.writer.joined(here, last=_MOST_NAMED)
    return ctx.writer.pick(
        f"本地企业见于{joined}环节；资料缺少分环节利润数据，本地曲线只标示有无，不作数值比较。",
        f"Local firms are seen at {joined}; without margins by link the local curve shows presence only.",
    )


def _actions(ctx: DraftContext, nodes: tuple[ChainNode, ...]) -> tuple[Statement, ...]:
    rows = sorted((node for node in nodes if node.action), key=lambda node: (-(node.priority or 0.0), node.order))
    return tuple(_action(ctx, node) for node in rows[:6])


def _action(ctx: DraftContext, node: ChainNode) -> Statement:
    write, action = ctx.writer, node.action or "introduce"
    name = Said(node.name, "chain")
    firms = [Said(firm, "profile:enterprises") for firm in node.firms[:3]]
    if action == "introduce":
        return write.say(
            "补链：“{node}”{key}，资料未见本地企业，须核实后引进或转产培育。",
            "Fill “{node}”{key}: no local firm is on record; once that is verified, bring in firms or help local ones to convert.",
            node=name, key=write.pick("为关键环节" if node.key else "为一般环节", " (key link)" if node.key else ""), state="assumption",
        )  # fmt: skip
    if action == "strengthen":
        return write.say(
            "强链：“{node}”已有{firms}，规模与配套能力不足，重点扩大供给和提升技术。",
            "Strengthen “{node}”: local supply rests on {firms}; enlarge it and raise its technology.",
            node=name, firms=firms or write.pick("少量企业", "a few firms"), state="grounded" if firms else "assumption",
        )  # fmt: skip
    return write.say(
        "延链：依托“{node}”的{firms}，向相邻的缺失环节和高附加值环节延伸。",
        "Extend from “{node}” ({firms}) to the missing and the higher-value links beside it.",
        node=name, firms=firms or write.pick("既有基础", "what is there"), state="grounded" if firms else "assumption",
    )  # fmt: skip


def _summary(ctx: DraftContext, nodes: tuple[ChainNode, ...]) -> Statement:
    """What stands of the leading chain, and what of the target no chain describes."""
    said = _summary_of_chain(ctx, nodes)
    if not ctx.industry.unresolved:
        return said
    more = ctx.writer.say(
        "目标产业中的“{parts}”尚无产业链图谱，按通用生产链条另列主题和项目，须补充产业链资料后细化。",
        "The corpus holds no value chain of “{parts}”, which the target names too; a general chain stands in for it, to be replaced when a chain file is added.",
        parts=[Said(part, "profile:target_industry") for part in ctx.industry.unresolved], state="no_evidence",
    )  # fmt: skip
    space = ctx.writer.pick("", " ")
    return said.model_copy(update={"text": f"{said.text}{space}{more.text}", "figures": (*said.figures, *more.figures)})


def _summary_of_chain(ctx: DraftContext, nodes: tuple[ChainNode, ...]) -> Statement:
    write = ctx.writer
    if not ctx.industry.known:
        return write.say(
            "语料库尚无“{industry}”的产业链图谱，暂按通用生产链条（研发设计、原料、核心制造、配套、服务）分析；可提交产业链文件后重新起草。",
            "The corpus holds no value chain of “{industry}”; a general chain (design, materials, core production, suppliers, services) stands in. Add a chain file and draft again.",
            industry=Said(ctx.industry.written or ctx.industry.name, "profile:target_industry"), state="no_evidence",
        )  # fmt: skip
    present = [Said(node.name, "chain") for node in nodes if node.firms]
    lacking = [Said(node.name, "chain") for node in nodes if node.key and not node.firms]
    name = Said(ctx.industry.chain.name.in_(ctx.language), "chain")
    if not present and (unplaced := firms_unplaced(ctx, nodes)):
        return write.say(
            "{name}产业链共有{count}个环节，资料所列企业（{firms}）均未能归入其中，所选产业链是否贴合本地产业须先核实；{lacking}为关键环节，须优先摸底。",
            "The {name} chain has {count} links; none of the firms named ({firms}) matches one, so whether the chain fits the region has to be verified first. Survey the key links: {lacking}.",
            name=name, count=_count(ctx, len(nodes)), firms=unplaced[:_MOST_NAMED],
            lacking=lacking[:_MOST_NAMED] or [name], state="assumption",
        )  # fmt: skip
    if not present:
        return write.say(
            "{name}产业链共有{count}个环节，资料未记录本地企业所处环节；{lacking}为关键环节，须优先摸底。",
            "The {name} chain has {count} links; the profile does not record where firms stand. Survey the key links first: {lacking}.",
            name=name, count=_count(ctx, len(nodes)), lacking=lacking[:_MOST_NAMED] or [name], state="assumption",
        )  # fmt: skip
    if not lacking:
        return write.say(
            "{name}产业链{total}个环节中，资料可见本地企业的有{count}个（{present}{more}），关键环节均有企业布局，重点转向强链和延链。",
            "Of {total} links of the {name} chain, firms stand at {count} ({present}{more}); every key link is served, so the task is to strengthen and extend.",
            name=name, total=_count(ctx, len(nodes)), count=_count(ctx, len(present)), present=present[:_MOST_NAMED],
            more=write.pick("等", " and others") if len(present) > _MOST_NAMED else "",
            state="grounded",
        )  # fmt: skip
    return write.say(
        "{name}产业链{total}个环节中，资料可见本地企业的有{count}个（{present}{more}）；关键环节中{lacking}未见企业，是补链重点。",
        "Of the {total} links of the {name} chain, local firms are seen at {count} ({present}{more}); no firm is seen at these key links: {lacking}.",
        name=name, total=_count(ctx, len(nodes)), count=_count(ctx, len(present)),
        present=present[:_MOST_NAMED],
            more=write.pick("等", " and others") if len(present) > _MOST_NAMED else "", lacking=lacking[:_MOST_NAMED], state="grounded",
    )  # fmt: skip


def _count(ctx: DraftContext, number: int) -> Quantity:
    return Quantity(
        label=ctx.writer.pick("环节数", "links"),
        value=float(number),
        basis="computed",
        formula="count",
        source_ids=(f"chain_{ctx.industry.chain.id}",),
    )
