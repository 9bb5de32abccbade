"""Chapter 1: the diagnosis in its four dimensions, by five drivers and six elements, down to the gaps."""

from typing import Final

from jumou.domain.answering import OF_WEIGHT
from jumou.domain.diagnosis import Benchmark, EndowmentItem
from jumou.domain.framework import DRIVERS, ELEMENTS, MODES, PESTEL, Name
from jumou.export.blocks import Cell, Line, cell, plain
from jumou.export.chapters.page import Page
from jumou.export.figure_terms import METHODS, flags, scope
from jumou.export.terms import (
    AT_WORK,
    CHAIN_ACTIONS,
    COUNTRIES,
    GAP_KINDS,
    MET,
    NODE_STATES,
    OUTCOMES,
    POSITIONS,
    PRESENCE,
    SHAPES,
    term,
)


def diagnosis(page: Page) -> None:
    """The whole chapter."""
    found = page.plan.diagnosis
    page.heading(1, "产业发展诊断与基准分析", "Diagnosis")
    page.heading(2, "总体判断", "Overall finding")
    page.say(found.summary)
    _macro(page)
    _endowment(page)
    _chain(page)
    _benchmarks(page)
    _drivers(page)
    _gaps(page)
    _conditions(page)


def _macro(page: Page) -> None:
    scan, voice = page.plan.diagnosis.macro, page.voice
    page.heading(2, "宏观环境扫描（PESTEL）", "Macro scan (PESTEL)")
    page.table(
        "宏观环境因素", "Macro factors",
        (page.pick("维度", "Factor"), page.pick("性质", "Kind"), page.pick("判断与依据", "Finding and ground"), page.pick("得分", "Score")),
        (
            (
                PESTEL[item.factor].in_(page.language),
                page.pick("机遇", "opportunity") if item.kind == "opportunity" else page.pick("挑战", "challenge"),
                (voice.say(item),),
                f"{item.score:+.2f}" if item.score is not None else page.pick("未计分", "not scored"),
            )
            for item in scan.factors
        ),
        (1.0, 1.0, 7.0, 1.0),
    )  # fmt: skip
    page.body(plain(page.pick(
        f"机遇合计{scan.opportunity:+.2f}，挑战合计{scan.threat:+.2f}，净值{scan.net:+.2f}（影响×概率×权重，取值−5至5；未见依据的因素列示但不计分）。",
        f"Opportunities {scan.opportunity:+.2f}, threats {scan.threat:+.2f}, net {scan.net:+.2f} (impact × probability × weight, −5 to 5; factors without evidence are shown and not scored).",
    )))  # fmt: skip


_MEASURED: Final[dict[str, Name]] = {
    "lq": Name("专业化水平", "Specialisation"), "endowment": Name("研发投入", "Research effort"), "ratio": Name("效益与财力", "Returns and means"),
    "gap_ratio": Name("经济体量", "Size of the economy"),
}  # fmt: skip
"""By the formula of its indicator: a figure of the whole region is no element of a cluster."""


def _filed(page: Page, item: EndowmentItem) -> Name:
    """What an item of the endowment is about: what its figure measures, else the element it belongs to."""
    known = {one.id: one for one in page.plan.diagnosis.indicators}
    formula = known[item.indicator_ids[0]].formula if item.indicator_ids and item.indicator_ids[0] in known else ""
    return _MEASURED.get(formula or "", ELEMENTS[item.element])


def _endowment(page: Page) -> None:
    found, voice, language = page.plan.diagnosis, page.voice, page.language
    page.heading(2, "资源禀赋与集聚要素", "Endowment and elements")
    in_table = {item.text for item in found.elements}
    for kind, zh, en in (("strength", "主要优势：", "Strengths: "), ("shortfall", "主要短板：", "Shortfalls: ")):
        lines = [
            voice.say(item, lead=voice.colon(_filed(page, item).in_(language)))
            for item in found.endowment
            if item.kind == kind and item.text not in in_table
        ]
        if lines:
            page.body(voice.strong(page.pick(zh, en)))
            page.items(lines)
    page.table(
        "六类集聚要素", "The six elements",
        (page.pick("要素", "Element"), page.pick("水平", "Presence"), page.pick("判断", "Reading")),
        ((ELEMENTS[item.element].in_(language), term(PRESENCE, item.presence, language), (voice.say(item),)) for item in found.elements),
        (2.2, 1.2, 7.0),
    )  # fmt: skip
    page.chart(
        "specialisation",
        "专业化水平图未绘制：缺少分行业的区域值与同口径全国值，区位熵暂不可算。",
        "No chart of specialisation: industries of the region and of the nation on one scope are needed.",
    )
    page.chart(
        "growth_share",
        "增长—专业化矩阵未绘制：缺少可同时计算区位熵与增速的两个以上行业。",
        "No growth-share chart: it needs two or more industries with quotient and growth.",
    )
    page.table(
        "测算指标", "Indicators computed",
        (page.pick("指标", "Indicator"), page.pick("数值", "Value"), page.pick("年份", "Year"), page.pick("方法", "Method"), page.pick("口径与标记", "Scope and flags")),
        (
            (
                item.label,
                voice.amount(item.value if item.value is not None else 0.0, item.unit),
                str(item.year) if item.year else "—",
                term(METHODS, item.formula, page.language),
                cell(scope(item.scope, page.language), flags(item.flags, page.language)) or cell("—"),
            )
            for item in found.indicators if item.value is not None
        ),
        (3.6, 1.5, 1.0, 1.8, 3.2),
    )  # fmt: skip


def _chain(page: Page) -> None:
    chain, voice, language = page.plan.diagnosis.value_chain, page.voice, page.language
    page.heading(2, "价值链与产业图谱", "Value chain")
    if not chain.known:
        page.nothing(
            f"资料库暂无“{chain.name}”的产业链图谱，以下按通用产业链框架分析，须由行业专家核定。",
            f"The corpus holds no chain for “{chain.name}”; a general chain is used and has to be checked by people of the trade.",
        )
    if chain.summary:
        page.say((chain.summary,))
    page.chart("value_chain", "产业链图谱未绘制：环节资料不足。", "No chain map: too few links are known.")
    page.table(
        "产业链环节状态", "Links of the chain",
        (page.pick("环节", "Link"), page.pick("位置", "Position"), page.pick("状态", "State"), page.pick("方向", "Action"), page.pick("本地企业", "Firms of the region")),
        (
            (
                node.name + (page.pick("（关键）", " (key)") if node.key else ""),
                term(POSITIONS, node.position, language),
                NODE_STATES[node.state].in_(language),
                CHAIN_ACTIONS[node.action].in_(language) if node.action else "—",
                voice.joined(node.firms) or page.pick("资料未见", "none on record"),
            )
            for node in sorted(chain.nodes, key=lambda node: node.order)
        ),
        (2.6, 1.2, 1.4, 1.1, 4.4),
    )  # fmt: skip
    page.chart(
        "smile_curve", "微笑曲线未绘制：缺少各环节附加值数据。", "No smile curve: added value by link is not known."
    )
    if chain.smile.points:
        shape = term(SHAPES, chain.smile.shape, language)
        basis = (
            page.pick("编辑判断", "editorial judgement")
            if chain.smile.basis == "editorial"
            else chain.smile.basis or "—"
        )
        page.note(
            f"曲线口径：{chain.smile.measure or '—'}；形态：{shape}；依据：{basis}。",
            f"Measure: {chain.smile.measure or '—'}; shape: {shape}; basis: {basis}.",
        )
    if chain.smile.reading:
        page.say((chain.smile.reading,))
    if chain.actions:
        page.body(voice.strong(page.pick("补链强链延链方向：", "Where to repair, strengthen, extend:")))
        page.items(voice.say(item) for item in chain.actions)


def _benchmarks(page: Page) -> None:
    page.heading(2, "标杆对照", "Benchmarks")
    found = page.plan.diagnosis.benchmarks
    if not found:
        page.nothing("资料库未检索到可比标杆。", "No comparable cluster was found in the corpus.")
    for bench in found:
        page.heading(3, bench.name, bench.name)
        page.record(page.voice.marks(bench) if bench.citations else (), _benchmark(page, bench))


def _benchmark(page: Page, bench: Benchmark) -> tuple[tuple[str, Cell], ...]:
    voice, language = page.voice, page.language
    about = [
        term(COUNTRIES, bench.country, language),
        MODES[bench.mode].in_(language) if bench.mode else "",
        term(OUTCOMES, bench.outcome, language),
    ]
    return (
        (page.pick("概况", "About"), cell(voice.joined(part for part in about if part))),
        (page.pick("可比性", "Why comparable"), (voice.say(bench.why_comparable),)),
        (page.pick("发展路径", "Path"), voice.says(bench.path)),
        (page.pick("成功因素", "Factors"), voice.says(bench.factors)),
        (page.pick("经验教训", "Lessons"), voice.says(bench.lessons)),
        (page.pick("差距", "Gap"), (voice.say(bench.gap),) if bench.gap else ()),
    )


def _drivers(page: Page) -> None:
    page.heading(2, "集聚动力", "Drivers at work")
    page.table(
        "五种集聚动力", "The five drivers",
        (page.pick("动力", "Driver"), page.pick("作用", "At work"), page.pick("判断", "Reading")),
        (
            (DRIVERS[item.driver].in_(page.language), term(AT_WORK, item.at_work, page.language), (page.voice.say(item),))
            for item in page.plan.diagnosis.drivers
        ),
        (2.2, 1.3, 7.0),
    )  # fmt: skip


def _gaps(page: Page) -> None:
    plan, voice = page.plan, page.voice
    page.heading(2, "需要解决的短板", "Gaps to close")
    answered: dict[str, list[str]] = {}
    for project in plan.projects:
        for gap in (project.closes_gap, *project.also_closes):
            answered.setdefault(gap, []).append(project.id)
    page.table(
        "短板清单与对应项目", "Gaps and the projects that answer them",
        (page.pick("编号", "Id"), page.pick("短板", "Gap"), page.pick("类型", "Kind"), page.pick("程度", "Severity"), page.pick("说明", "Finding"), page.pick("对应项目", "Projects")),
        (
            (
                gap.id, gap.name, term(GAP_KINDS, gap.kind, page.language), f"{gap.severity:.2f}", (voice.say(gap),),
                voice.ids(answered.get(gap.id, ())) or "—",
            )
            for gap in plan.diagnosis.gaps
        ),
        (1.0, 2.2, 1.3, 1.0, 4.6, 1.5),
    )  # fmt: skip
    if plan.open_gaps:
        page.table(
            "未单列项目的短板及理由", "Gaps without a project, and why",
            (page.pick("编号", "Id"), page.pick("短板", "Gap"), page.pick("程度", "Severity"), page.pick("理由", "Reason")),
            ((gap.gap_id, gap.name, f"{gap.severity:.2f}", gap.reason) for gap in plan.open_gaps),
            (1.0, 2.6, 1.0, 7.0),
        )  # fmt: skip
    page.note("程度取值0—1，仅用于排序，不是测量值。", "Severity, 0 to 1, only orders the gaps; it is no measurement.")
    explained = {gap.gap_id for gap in plan.open_gaps}
    if any(gap.id not in answered and gap.id not in explained for gap in plan.diagnosis.gaps):
        page.note(
            f"对应项目栏为“—”而未列理由的短板，程度低于{OF_WEIGHT:g}，按轻重缓急本轮不单列项目，年度评估时再议。",
            f"A gap with “—” and no reason is below {OF_WEIGHT:g} in severity: others come first, and it is looked at again in the yearly review.",
        )


def _conditions(page: Page) -> None:
    voice, language = page.voice, page.language
    page.heading(2, "聚合模式适用条件", "Conditions of the modes")
    lines: list[Line] = []
    for item in page.plan.diagnosis.mode_conditions:
        lead = (
            f"{MODES[item.mode].in_(language)}（{term(MET, item.met, language)}）"
            if language == "zh"
            else f"{MODES[item.mode].en} ({term(MET, item.met, language)})"
        )
        lines.append(voice.say(item, lead=voice.colon(lead)))
    page.items(lines)
