"""Step 1: the four dimensions, the drivers, the elements, the gaps and what is not known, put together."""

import re
from typing import Final

from jumou.domain.diagnosis import Benchmark, Diagnosis, DriverReading, ElementReading, Gap, MacroScan, ValueChain
from jumou.domain.evidence import Statement
from jumou.domain.framework import DRIVERS, ELEMENTS, MODES
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.benchmarks import benchmarks
from jumou.drafting.rules.conditions import mode_conditions
from jumou.drafting.rules.data_gaps import data_gaps
from jumou.drafting.rules.endowment import endowment
from jumou.drafting.rules.gaps import gaps
from jumou.drafting.rules.macro import scan
from jumou.drafting.rules.numbers import fact, latest, scale_figure, specialisation
from jumou.drafting.rules.standing import drivers, elements
from jumou.drafting.rules.value_chain import value_chain
from jumou.drafting.wording import Said, in_sentence

_MOST_FACTS: Final = 6
_BESIDE: Final = re.compile(r"第[一三]产业|社会消费品|可支配收入|一般公共预算|固定资产投资|人口")
"""Figures on the region at large, named after those on its industry."""


def diagnose(ctx: DraftContext) -> Diagnosis:
    """The diagnosis of the region in its industry, every part from the profile, the numbers or a passage."""
    mode = ctx.analysis.modes.winner
    standing = elements(ctx, ctx.reading)
    driving = drivers(ctx, ctx.reading, standing)
    chain = value_chain(ctx)
    macro = scan(ctx)
    found = gaps(ctx, ctx.analysis.nodes, standing, driving, mode)
    compared = benchmarks(ctx, standing, mode)
    return Diagnosis(
        summary=_summary(ctx, standing, driving, chain, macro, compared, found),
        macro=macro,
        endowment=endowment(ctx, standing),
        elements=standing,
        value_chain=chain,
        benchmarks=compared,
        drivers=driving,
        gaps=found,
        data_gaps=data_gaps(ctx, standing),
        mode_conditions=mode_conditions(ctx),
        indicators=ctx.analysis.computed,
        not_computable=ctx.analysis.not_computable,
    )


def _summary(
    ctx: DraftContext,
    standing: tuple[ElementReading, ...],
    driving: tuple[DriverReading, ...],
    chain: ValueChain,
    macro: MacroScan,
    compared: tuple[Benchmark, ...],
    found: tuple[Gap, ...],
) -> tuple[Statement, ...]:
    rows = [_base(ctx)]
    facts = _facts(ctx)
    if facts is not None:
        rows.append(facts)
    rows.append(_elements(ctx, standing, driving))
    if chain.summary is not None:
        rows.append(chain.summary)
    rows.append(_macro(ctx, macro))
    if compared:
        rows.append(_benchmarks(ctx, compared))
    rows.append(_mode(ctx))
    rows.append(_gaps(ctx, found))
    return tuple(rows)


def _base(ctx: DraftContext) -> Statement:
    write, industry = ctx.writer, Said(ctx.industry.written or ctx.industry.name, "profile:target_industry")
    size, quotient = scale_figure(ctx), specialisation(ctx)
    if size is not None and quotient is not None and quotient.value is not None:
        return write.say(
            "{region}{industry}已有一定基础：{label}为{size}，{name}为{value}。",
            "{region} has a base in {industry}: {label} is {size} and the {name} is {value}.",
            region=ctx.region, industry=industry, label=Said(_dated(ctx, size), "profile"), size=size,
            name=quotient.label, value=quotient.quantity(),
        )  # fmt: skip
    if size is not None:
        return write.say(
            "{region}{industry}已有一定基础，{label}为{size}；专业化程度因缺少全国同口径数据暂不可算。",
            "{region} has a base in {industry}: {label} is {size}; specialisation cannot be computed without national figures.",
            region=ctx.region, industry=industry, label=Said(_dated(ctx, size), "profile"), size=size,
        )  # fmt: skip
    if quotient is not None and quotient.value is not None:
        return write.say(
            "{region}{industry}的{name}为{value}，资料未给出产业总规模。",
            "{region}, {industry}: the {name} is {value}; the profile gives no total size.",
            region=ctx.region, industry=industry, name=quotient.label, value=quotient.quantity(),
        )  # fmt: skip
    return write.say(
        "资料未给出{region}{industry}的规模数据，以下判断以资料所列企业、资源和机构为依据，数值目标均为规划假设。",
        "The profile gives no size of {industry} in {region}; what follows rests on the firms, resources and bodies it names, and targets are planning assumptions.",
        region=ctx.region, industry=industry, state="no_evidence",
    )  # fmt: skip


def _facts(ctx: DraftContext) -> Statement | None:
    """The profile's own figures on the industry, those that name it first, the latest of each metric."""
    size = scale_figure(ctx)
    words = [
        word.lower() for word in (ctx.industry.name, *ctx.industry.chain.aliases.zh, *ctx.industry.chain.aliases.en)
    ]
    ranked = sorted(
        (cell for cell in latest(ctx.profile) if size is None or cell.metric != size.label),
        key=lambda cell: (not any(word in cell.metric.lower() for word in words), bool(_BESIDE.search(cell.metric))),
    )
    if not ranked:
        return None
    facts = [fact(ctx, cell) for cell in ranked[:_MOST_FACTS]]
    return ctx.writer.say(
        "资料所载主要指标：{facts}。", "The profile's main figures: {facts}.",
        facts=ctx.writer.pick("；", "; ").join(text for text, _ in facts), figures=tuple(figure for _, found in facts for figure in found),
    )  # fmt: skip


def _dated(ctx: DraftContext, size: Quantity) -> str:
    if size.year is None:
        return size.label
    return ctx.writer.pick(f"{size.year}年{size.label}", f"{ctx.writer.statistic(size.label)} in {size.year}")


def _elements(ctx: DraftContext, standing: tuple[ElementReading, ...], driving: tuple[DriverReading, ...]) -> Statement:
    write = ctx.writer
    strong = [ELEMENTS[item.element].in_(ctx.language) for item in standing if item.presence in ("strong", "partial")]
    thin = [ELEMENTS[item.element].in_(ctx.language) for item in standing if item.presence in ("weak", "unknown")]
    working = [DRIVERS[item.driver].in_(ctx.language) for item in driving if item.at_work != "not_seen"]
    at_work = write.pick(
        "聚合动力中{working}已经或部分发挥作用", "the drivers at work, in full or in part, are {working}"
    ).format(working=write.joined(working))
    idle = write.pick("五种聚合动力均未见明确作用", "none of the five drivers is seen at work yet")
    words = {"strong": strong, "thin": thin, "working": at_work if working else idle}
    if not thin:
        return write.say(
            "六类要素资料均有支撑；{working}。", "The profile shows all six elements of a cluster; {working}.",
            working=words["working"], state="grounded",
        )  # fmt: skip
    if not strong:
        return write.say(
            "六类要素资料均未充分反映，须先行摸底；{working}。", "None of the six elements is well on record, so a survey comes first; {working}.",
            working=words["working"], state="no_evidence",
        )  # fmt: skip
    return write.say(
        "六类要素中，有资料支撑的为{strong}，偏弱或资料未反映的为{thin}；{working}。",
        "Of the six elements of a cluster, the profile shows {strong}; it shows little or nothing of {thin}; {working}.",
        strong=strong, thin=thin, working=words["working"], state="grounded",
    )  # fmt: skip


def _macro(ctx: DraftContext, macro: MacroScan) -> Statement:
    write = ctx.writer
    scored = [item for item in macro.factors if item.score is not None]
    if not scored:
        return write.say(
            "宏观扫描未检索到可支撑评分的文献，六类因素仅列示、不计分。",
            "The macro scan found no passages to score by; the six factors are listed only.", state="no_evidence",
        )  # fmt: skip
    opportunity, threat, net = (
        Quantity(
            label=label, value=round(value, 2), basis="computed", formula="pestel", source_ids=("diagnosis.macro",)
        )
        for label, value in (
            (write.pick("宏观机会得分", "opportunities"), macro.opportunity),
            (write.pick("宏观挑战得分", "challenges"), macro.threat),
            (write.pick("宏观净得分", "net of opportunities and challenges"), macro.net),
        )
    )
    return write.say(
        "宏观环境总体{verdict}：有据可评的因素机会得分合计{opportunity}，挑战得分合计{threat}，净值{net}。",
        "Outside conditions are on the whole {verdict}: opportunities score {opportunity}, challenges {threat}, which leaves {net}.",
        verdict=write.pick("机会大于挑战" if macro.net >= 0 else "挑战大于机会", "favourable" if macro.net >= 0 else "adverse"),
        opportunity=opportunity, threat=threat, net=net,
    )  # fmt: skip


def _benchmarks(ctx: DraftContext, compared: tuple[Benchmark, ...]) -> Statement:
    names = [Said(item.name, item.document_id) for item in compared]
    return ctx.writer.say(
        "选取{names}作为对标案例，逐一分析其路径、成功因素、教训和差距。",
        "The benchmarks are {names}; for each, its path, success factors, lessons and the gap to it are set out.", names=names,
        citations=tuple(item.why_comparable.citations[0] for item in compared if item.why_comparable.citations)[:2],
    )  # fmt: skip


def _mode(ctx: DraftContext) -> Statement:
    table = ctx.analysis.modes
    name = MODES[table.winner].in_(ctx.language)
    return ctx.writer.say(
        "按条件评分，五种聚合模式中{name}得分最高，为{score}{close}。",
        "Scored by their conditions, {name} comes first of the five modes of development ({score}){close}.",
        name=name, score=ctx.analysis.mode_quantity(table.winner),
        close="" if not table.close or table.runner_up is None else ctx.writer.pick(
            f"，与{MODES[table.runner_up].zh}接近，须结合实际研判", f", close to {MODES[table.runner_up].en}, so both have to be weighed"
        ),
    )  # fmt: skip


_FIRST: Final = 4
"""Gaps the overall judgement names."""

_MOST_STATED: Final = 3
"""So many problems the region states itself come first; further ones take their turn among the other gaps."""


def _gaps(ctx: DraftContext, found: tuple[Gap, ...]) -> Statement:
    stated = [gap for gap in found if gap.kind == "stated"][:_MOST_STATED]
    rest = [gap for gap in found if gap not in stated]
    # what is on record before what has to be verified
    rest.sort(key=lambda gap: gap.unverified or gap.state != "grounded")
    first = (*stated, *rest)[:_FIRST]
    known = all(gap.state == "grounded" and not gap.unverified for gap in first)
    return ctx.writer.say(
        "综合判断，当前首先要{names}。", "What has to be solved first: {names}.",
        names=_to_do(first) if ctx.language == "zh" else "; ".join(_named(gap) for gap in first),
        figures=tuple(figure for gap in first for figure in gap.figures), state="grounded" if known else "assumption",
    )  # fmt: skip


def _to_do(first: tuple[Gap, ...]) -> str:
    """What the first gaps ask for, in one sentence: problems solved, links filled or strengthened."""
    verbs = {"chain_missing": "补齐{}环节", "chain_weak": "做强{}环节", "chain_extend": "延伸{}环节"}
    parts = [
        verbs[kind].format("、".join(gap.name for gap in first if gap.kind == kind))
        for kind in verbs
        if any(gap.kind == kind for gap in first)
    ]
    rest = [f"“{gap.name}”" for gap in first if gap.kind not in verbs]
    if rest:
        parts.insert(0, "解决" + "".join(rest) + ("等问题" if len(rest) > 1 else "的问题"))
    return "，".join(parts)


_LINK_KINDS: Final = {"chain_missing": "missing link", "chain_weak": "weak link", "chain_extend": "link to extend"}


def _named(gap: Gap) -> str:
    """A gap in an English sentence: a link of the chain says what it is, as its name alone is no gap."""
    kind = _LINK_KINDS.get(gap.kind)
    return f"{in_sentence(gap.name)} ({kind})" if kind else gap.name
