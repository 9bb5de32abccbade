"""The annexes: action plan, KPI sheet, data to collect, figures with their basis, sources, quality of the draft."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jumou.domain.framework import KPI_FAMILIES, PROJECT_TYPES, STEPS, Name
from jumou.domain.implementation import ActionItem, Kpi
from jumou.domain.quantity import Quantity
from jumou.drafting.wording import number, shown
from jumou.export.blocks import Cell, Line, Run, cell, plain
from jumou.export.chapters.page import Page
from jumou.export.figure_terms import flags
from jumou.export.sources import Source, quantities_in
from jumou.export.terms import BASES, FINDING_KINDS, GRADES, LEVELS, PRIORITIES, SEVERITIES, STATES, STATUSES, term

_MOST_ORIGINS: Final = 5
"""Cells a computed figure is traced to by name; plan.json has them all."""


def annexes(page: Page) -> None:
    """All annexes, the wide ones across the page."""
    _actions(page)
    _kpis(page)
    _project_list(page)
    _data_gaps(page)
    _figures(page)
    _sources(page)
    _quality(page)


def _actions(page: Page) -> None:
    plan, voice = page.plan, page.voice
    page.annex("任务书、时间表、路线图（三合一）", "Tasks, times and road map in one", landscape=True)
    names = {project.id: project.name for project in plan.projects}
    critical = set(plan.implementation.roadmap.critical_path)
    header = ("项目", "牵头单位", "配合单位", "序号", "起止时间", "任务及标志性成果")
    header_en = ("Project", "Lead", "With", "No.", "Time", "Task and milestone")
    grouped: dict[tuple[str, str, tuple[str, ...]], list[ActionItem]] = {}
    for item in plan.implementation.actions:
        grouped.setdefault((item.project_id, item.body, item.supporting), []).append(item)

    def task(item: ActionItem) -> str:
        own = item.task.removeprefix(names.get(item.project_id, "")).lstrip("：: ")
        more = (
            voice.colon(page.pick("（标志", " (milestone")) + item.milestone + page.pick("）", ")")
            if item.milestone not in item.task
            else ""
        )
        return own + more

    def project(name: str) -> Cell:
        mark = page.pick("【关键路径】", " [critical path]") if name in critical else ""
        return cell(f"{name} {names.get(name, '')}{mark}")

    page.table(
        "行动计划", "Action plan", header if page.language == "zh" else header_en,
        (
            (
                project(name), body, voice.joined(supporting) or "—", cell(*(item.id for item in items)),
                cell(*(f"{item.start or '—'} — {item.deadline}" for item in items)), cell(*(task(item) for item in items)),
            )
            for (name, body, supporting), items in grouped.items()
        ),
        (4.2, 2.0, 3.2, 0.8, 2.2, 5.6),
    )  # fmt: skip


def _kpis(page: Page) -> None:
    page.annex("关键绩效指标目标与监测表", "KPI targets and monitoring", landscape=True)
    kpis, voice = page.plan.implementation.kpis, page.voice
    years = sorted({target.year for kpi in kpis for target in kpi.targets})
    page.table(
        "分年度目标", "Targets by year",
        (page.pick("编号", "Id"), page.pick("指标", "KPI"), page.pick("单位", "Unit"), page.pick("基期", "Baseline"), *(str(year) for year in years), page.pick("目标口径说明", "How targets were set")),
        ((kpi.id, kpi.name, voice.unit(kpi.unit) or "—", _baseline(page, kpi), *_targets(page, kpi, years), kpi.target_note) for kpi in kpis),
        (0.8, 3.0, 1.6, 2.0, *([1.3] * len(years)), 3.6),
    )  # fmt: skip
    formulas: dict[str, list[str]] = {}
    for kpi in kpis:
        if kpi.targets and kpi.targets[0].quantity.formula:
            formulas.setdefault(kpi.targets[0].quantity.formula, []).append(kpi.id)
    shown_formulas = "；".join(f"{voice.ids(ids)} = {formula}" for formula, ids in formulas.items())
    page.note(
        f"年度目标均为规划假设，推算公式：{shown_formulas}。",
        f"Yearly targets are planning assumptions; formulas: {shown_formulas}.",
    )
    if missing := tuple(dict.fromkeys(kpi.baseline_note for kpi in kpis if kpi.baseline is None and kpi.baseline_note)):
        page.note("缺基期值的指标：" + " ".join(missing), "KPIs without a baseline: " + " ".join(missing))
    _rules(page)


def _rules(page: Page) -> None:
    """How KPIs are watched; what is the same for all of them is said once below the table."""
    kpis, voice = page.plan.implementation.kpis, page.voice
    columns: list[tuple[str, float, list[str]]] = [
        (page.pick("核算方法", "Method"), 2.4, [kpi.method for kpi in kpis]),
        (page.pick("数据来源", "Source"), 2.2, [kpi.data_source for kpi in kpis]),
        (page.pick("频率", "Frequency"), 1.5, [kpi.frequency for kpi in kpis]),
        (page.pick("责任单位", "Owner"), 1.8, [kpi.owner for kpi in kpis]),
        (page.pick("预警", "Alert"), 2.0, [kpi.alert for kpi in kpis]),
        (page.pick("调整规则", "Adjustment"), 3.4, [kpi.adjust for kpi in kpis]),
        (page.pick("相关项目", "Projects"), 2.0, [voice.ids(kpi.project_ids) or "—" for kpi in kpis]),
    ]
    own = [column for column in columns if len(set(column[2])) > 1] if len(kpis) > 1 else columns
    shared = [voice.colon(name) + values[0] for name, _, values in columns if len(kpis) > 1 and len(set(values)) == 1]
    page.table(
        "监测、预警与调整规则", "Monitoring, alerts and adjustment",
        (page.pick("编号", "Id"), page.pick("指标", "KPI"), page.pick("类别", "Family"), *(name for name, _, _ in own)),
        (
            (kpi.id, kpi.name, KPI_FAMILIES[kpi.family].in_(page.language), *(values[place] for _, _, values in own))
            for place, kpi in enumerate(kpis)
        ),
        (0.9, 2.6, 1.6, *(width for _, width, _ in own)),
    )  # fmt: skip
    if shared:
        page.note("各指标相同的规则：" + " ".join(shared), "The same for all KPIs. " + ". ".join(shared))


def _baseline(page: Page, kpi: Kpi) -> Cell:
    if kpi.baseline is not None:
        return (page.voice.figure(kpi.baseline, year=True),)
    return (page.voice.missing("缺", "none"),)


def _targets(page: Page, kpi: Kpi, years: list[int]) -> Iterator[str]:
    """The targets in the KPI's unit; those in another one (a rate, points gained) say so."""
    values = {target.year: target.quantity for target in kpi.targets}
    for year in years:
        target = values.get(year)
        if target is None:
            yield "—"
        else:
            yield (page.voice.amount(target.value, "" if target.unit == kpi.unit else target.unit))


def _project_list(page: Page) -> None:
    page.annex("项目清单", "Project list", landscape=True)
    page.table(
        "项目清单", "Project list",
        (page.pick("编号", "Id"), page.pick("项目名称", "Project"), page.pick("类型", "Type"), page.pick("解决短板", "Gap"), page.pick("投资", "Investment"), page.pick("牵头单位", "Lead"), page.pick("起止时间", "Time"), page.pick("前序", "After"), page.pick("优先级", "Priority"), page.pick("主要产出", "Outputs")),
        (
            (
                project.id, project.name, f"{project.type} {PROJECT_TYPES[project.type].in_(page.language)}", page.voice.ids((project.closes_gap, *project.also_closes)),
                (page.voice.figure(project.investment),) if project.investment else cell("—"), project.lead_body,
                cell(project.start, project.end), page.voice.ids(project.predecessors) or "—", term(PRIORITIES, project.priority, page.language),
                cell(*(f"{item.text} {shown(item.quantity, page.language)}" if item.quantity else item.text for item in project.outputs)),
            )
            for project in page.plan.projects
        ),
        (0.9, 3.4, 1.9, 1.1, 2.0, 1.9, 1.5, 1.1, 1.1, 3.2),
    )  # fmt: skip


def _data_gaps(page: Page) -> None:
    found = page.plan.diagnosis
    page.annex("数据缺口清单", "Data to collect")
    page.table(
        "下一稿须补充的数据", "Needed before the next draft",
        (page.pick("编号", "Id"), page.pick("需要补充", "What"), page.pick("用途", "Why"), page.pick("获取渠道", "Where")),
        ((item.id, item.what, item.why, item.where or "—") for item in found.data_gaps),
        (0.9, 3.2, 4.2, 2.6),
    )  # fmt: skip
    page.table(
        "暂不可算的指标", "Not computable yet",
        (page.pick("指标", "Indicator"), page.pick("方法", "Method"), page.pick("缺少", "Missing")),
        ((item.label, item.formula, page.voice.joined(item.missing)) for item in found.not_computable),
        (3.6, 1.6, 5.0),
    )  # fmt: skip
    if not found.data_gaps and not found.not_computable:
        page.body(plain(page.pick("未发现须补充的数据。", "No data are missing.")))


def _figures(page: Page) -> None:
    page.annex("数据与依据", "Figures and their basis", landscape=True)
    page.note(
        f"同一数据只列一次；分年度指标目标见附件2，项目投资、产出和分来源资金见项目卡与附件3，均为规划假设，算式为：{_formulas(page)}。",
        f"Each figure once; yearly targets stand in Annex 2; investment, outputs and amounts by source stand with the projects and in Annex 3. All of those are planning assumptions by: {_formulas(page)}.",
    )
    page.table(
        "数据依据表", "Figures",
        (page.pick("序号", "No."), page.pick("名称", "Figure"), page.pick("数值", "Value"), page.pick("单位", "Unit"), page.pick("年份", "Year"), page.pick("依据类别", "Basis"), page.pick("来源或公式", "Source or formula"), page.pick("质量标记", "Flags")),
        (
            (
                str(place), page.voice.statistic(figure.label), _value(figure), page.voice.unit(figure.unit) or "—", str(figure.year) if figure.year else "—",
                BASES[figure.basis].in_(page.language), _origin(page, figure), cell(flags(figure.flags, page.language), figure.note) or cell("—"),
            )
            for place, figure in enumerate(_distinct(page), start=1)
        ),
        (0.9, 4.0, 1.7, 1.6, 1.1, 1.5, 4.4, 1.8),
    )  # fmt: skip


def _of_projects(page: Page) -> list[Quantity]:
    """The figures the project cards and the project list show: investment, outputs, amounts by source."""
    found: list[Quantity | None] = []
    for project in page.plan.projects:
        found.append(project.investment)
        found.extend(item.quantity for item in project.outputs)
        found.extend(share.amount for share in project.financing)
    return [figure for figure in found if figure is not None and figure.basis == "assumption"]


def _formulas(page: Page) -> str:
    return page.pick("；", "; ").join(dict.fromkeys(figure.formula for figure in _of_projects(page) if figure.formula))


def _distinct(page: Page) -> list[Quantity]:
    """Figures of the plan without the paths of the KPIs and the assumptions of the projects, which stand elsewhere."""
    plan = page.plan
    elsewhere = {id(target.quantity) for kpi in plan.implementation.kpis for target in kpi.targets}
    elsewhere |= {id(figure) for figure in _of_projects(page)}
    found: dict[tuple[object, ...], Quantity] = {}
    for figure in quantities_in(plan):
        if id(figure) not in elsewhere:
            key = (
                figure.label,
                figure.value,
                figure.upper,
                figure.unit,
                figure.year,
                figure.basis,
                figure.formula,
                figure.source_ids,
            )
            found.setdefault(key, figure)
    return list(found.values())


def _value(figure: Quantity) -> str:
    text = number(figure.value)
    return f"{text}—{number(figure.upper)}" if figure.upper is not None and figure.upper != figure.value else text


def _origin(page: Page, figure: Quantity) -> Cell:
    parts = [figure.formula or ""]
    for source in figure.source_ids:
        known = page.voice.sources.number_of(source)
        parts.append(f"[{known}]" if known is not None else source)
    known_parts = list(dict.fromkeys(part for part in parts if part))
    more = len(known_parts) - _MOST_ORIGINS
    text = "; ".join(known_parts[:_MOST_ORIGINS]) or "—"
    return cell(text + page.pick(f" 等{len(known_parts)}处", f" and {more} more") if more > 0 else text)


def _sources(page: Page) -> None:
    page.annex("依据与来源", "Sources")
    sources = page.voice.sources.sources
    if not sources:
        page.nothing("本规划未引用外部文献。", "The plan cites no documents.")
    for source in sources:
        page.references((_described(page, source),))
        for quote in source.quotes:
            where = (
                f"（{quote.section}）"
                if quote.section and page.language == "zh"
                else f" ({quote.section})"
                if quote.section
                else ""
            )
            page.references(((Run(f"[{quote.mark}] ", "source"), *plain(f"“{quote.text}”"), Run(where, "muted")),))
    own = page.plan.profile.sources
    page.table(
        "区域资料的来源", "Sources of the region's profile",
        (page.pick("编号", "Id"), page.pick("来源", "Source"), page.pick("类型", "Kind")),
        ((item.id, item.url or "—", item.kind or "—") for item in own),
        (1.2, 7.0, 2.0),
    )  # fmt: skip


def _described(page: Page, source: Source) -> Line:
    """Title, issuer, number, date, standing, level, grade and address of a document in one line."""
    document, language = source.document, page.language
    parts = []
    if document is not None:
        parts = [
            document.issuer, document.document_number or "", document.issued or "", term(STATUSES, document.status, language),
            term(LEVELS, document.level, language) if document.level != "unknown" else "",
        ]  # fmt: skip
        parts.extend(item.url for item in document.sources[:1])
    parts.insert(0, page.voice.titled(source.title))
    grade = page.pick("来源等级", "grade ") + term(GRADES, source.grade, language)
    stop = "；" if language == "zh" else "; "
    return (Run(f"[{source.number}] ", "strong"), *plain(stop.join(part for part in (*parts, grade) if part)))


def _quality(page: Page) -> None:
    found, language = page.plan.quality, page.language
    page.annex("质量说明", "Quality of the draft")
    page.table(
        "陈述按依据状态计数", "Statements by state",
        (page.pick("状态", "State"), page.pick("条数", "Count")),
        ((term(STATES, key, language), str(value)) for key, value in _ordered(found.statements, STATES)),
        (6.0, 2.0),
    )  # fmt: skip
    page.table(
        "数据按依据类别计数", "Figures by basis",
        (page.pick("依据类别", "Basis"), page.pick("个数", "Count")),
        ((term(BASES, key, language), str(value)) for key, value in _ordered(found.figures, BASES)),
        (6.0, 2.0),
    )  # fmt: skip
    rows = [
        (page.pick("引文总数", "citations"), str(found.citations)),
        *((page.pick("引文等级", "of grade ") + term(GRADES, key, language), str(value)) for key, value in sorted(found.citations_by_grade.items())),
        (page.pick("与原文不符的引文", "quotes that do not stand in their passage"), str(found.quotes_unmatched)),
        (page.pick("无法追溯的数据", "figures that cannot be traced"), str(found.figures_untraced)),
        (page.pick("无法解析的引用关系", "references that do not resolve"), str(found.references_unresolved)),
        *((page.pick("合规提示：", "compliance findings: ") + term(SEVERITIES, key, language), str(value)) for key, value in sorted(found.compliance.items())),
        *((page.pick("框架覆盖：", "framework covered: ") + key, f"{value:.0%}") for key, value in sorted(found.coverage.items())),
    ]  # fmt: skip
    _model(page)
    page.table("核查结果", "Checks", (page.pick("项目", "Item"), page.pick("结果", "Result")), rows, (6.0, 2.0))
    page.table(
        "检查发现", "Findings",
        (page.pick("类别", "Kind"), page.pick("级别", "Severity"), page.pick("位置", "Where"), page.pick("说明", "Message")),
        ((term(FINDING_KINDS, item.kind, language), term(SEVERITIES, item.severity, language), item.where, item.message) for item in found.findings),
        (1.2, 1.0, 3.4, 5.0),
    )  # fmt: skip
    if not found.findings:
        page.body(
            plain(
                page.pick(
                    "自动检查未发现问题；内容是否妥当仍须人工审核。",
                    "The checks found nothing; whether the content is right remains for people to judge.",
                )
            )
        )


def _model(page: Page) -> None:
    """What a language model did and cost, and which items the rules wrote after all; nothing when none took part."""
    use = page.plan.provenance.model_use
    if use is None:
        return
    unknown = page.pick("价格未知", "price unknown")
    rows = [
        (page.pick("大模型", "language model"), use.model),
        (page.pick("采用大模型文字的条目", "items written by the model"), str(sum(use.items_by_model.values()))),
        (page.pick("退回规则文字的条目", "items left to the rules"), str(use.fallen_back)),
        (page.pick("退回重写次数", "answers sent back"), str(use.repairs)),
        (page.pick("调用次数", "calls"), str(use.calls)),
        (page.pick("词元（输入/输出）", "tokens (in/out)"), f"{use.tokens_in}/{use.tokens_out}"),
        (page.pick("费用（美元）", "cost (US dollars)"), unknown if use.usd is None else f"{use.usd:.4f}"),
        *(
            (
                f"{page.pick('退回原因：', 'left to the rules: ')}{STEPS[one.step].in_(page.language)} · {one.reason}",
                str(one.items),
            )
            for one in use.fallbacks
        ),
    ]
    page.table(
        "大模型参与情况",
        "The language model's part",
        (page.pick("项目", "Item"), page.pick("结果", "Result")),
        rows,
        (6.0, 2.0),
    )


def _ordered(counts: dict[str, int], names: Mapping[Any, Name]) -> list[tuple[str, int]]:
    """Counts in the order of `names`, zero where a key is absent, unknown keys last."""
    return [(key, counts.get(key, 0)) for key in names] + [
        (key, value) for key, value in counts.items() if key not in names
    ]
