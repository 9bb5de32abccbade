"""Chapter 3: the project matrix by the nine types, then every project with all its fields."""

from jumou.domain.framework import CATEGORIES, PROJECT_TYPES, Name
from jumou.domain.portfolio import ComplianceFinding, Project
from jumou.drafting.wording import shown
from jumou.export.blocks import Cell, Line, Run, cell, cell_of, plain
from jumou.export.chapters.page import Page
from jumou.export.terms import FUNDING, INSTRUMENTS, PRIORITIES, SEVERITIES, term


def projects(page: Page) -> None:
    """The whole chapter."""
    plan, language = page.plan, page.language
    page.heading(1, "系统性项目设计", "Projects")
    page.heading(2, "项目矩阵", "The matrix")
    page.body(plain(page.pick(
        f"围绕诊断所列短板，按四大类九种类型设计项目{len(plan.projects)}个，项目之间以前后序关系相互支撑。",
        f"{len(plan.projects)} projects in four categories and nine types answer the gaps of the diagnosis and support one another.",
    )))  # fmt: skip
    page.table(
        "项目矩阵", "Project matrix",
        (page.pick("类别", "Category"), page.pick("类型", "Type"), page.pick("项目", "Projects"), page.pick("个数", "Count")),
        (_matrix_row(page, key, name) for key, name in PROJECT_TYPES.items()),
        (2.2, 2.8, 5.4, 0.9),
    )  # fmt: skip
    for category, name in CATEGORIES.items():
        chosen = [project for project in plan.projects if project.category == category]
        page.heading(2, f"{category}类：{name.zh}", f"Category {category}: {name.en}")
        if not chosen:
            page.nothing(
                "诊断未提出由本类项目解决的短板，不凑项目。",
                "No gap of the diagnosis asks for a project of this category; none is added for show.",
            )
        for project in chosen:
            page.heading(3, project.name, project.name)
            head = (
                f"{project.id}｜{project.type} {PROJECT_TYPES[project.type].in_(language)}"
                if language == "zh"
                else f"{project.id} | {project.type} {PROJECT_TYPES[project.type].en}"
            )
            page.record((*page.voice.strong(head), *page.voice.marks(project)), card(page, project))


def _matrix_row(page: Page, key: str, name: Name) -> tuple[str, str, Cell, str]:
    found = [project for project in page.plan.projects if project.type == key]
    category = next(title for letter, title in CATEGORIES.items() if letter == key[0])
    none = page.pick("（诊断未提出对应短板）", "(no gap asks for it)")
    names = cell(*(f"{project.id} {project.name}" for project in found)) or cell(none)
    return f"{key[0]} {category.in_(page.language)}", f"{key} {name.in_(page.language)}", names, str(len(found))


def card(page: Page, project: Project) -> tuple[tuple[str, Cell], ...]:
    """Every field of a project, in the order a planner reads them."""
    voice, plan, language = page.voice, page.plan, page.language
    gaps = {gap.id: gap.name for gap in plan.diagnosis.gaps}
    kpis = {kpi.id: kpi.name for kpi in plan.implementation.kpis}
    themes = {theme.id: theme.name for theme in plan.positioning.themes}
    slack = {row.project_id: row for row in plan.implementation.roadmap.schedule}.get(project.id)

    def named(ids: tuple[str, ...], names: dict[str, str]) -> Cell:
        return cell(*(f"{key} {names[key]}" if key in names else key for key in ids))

    numbered = cell(*(f"{place}. {text}" for place, text in enumerate(project.content, start=1)))
    span = f"{project.start} — {project.end}"
    if slack is not None:
        span += (
            page.pick("（关键路径）", " (critical path)")
            if slack.critical
            else page.pick(f"（总时差{slack.total_float:g}个月）", f" (slack {slack.total_float:g} months)")
        )
    priority = term(PRIORITIES, project.priority, language)
    return (
        (page.pick("解决短板", "Gap closed"), named((project.closes_gap, *project.also_closes), gaps)),
        (page.pick("提出理由", "Rationale"), (voice.say(project.rationale),) if project.rationale else ()),
        (page.pick("所属主题", "Theme"), named((project.theme_id,), themes) if project.theme_id else ()),
        (page.pick("建设目标", "Objective"), cell(project.objective)),
        (page.pick("建设内容", "Content"), numbered),
        (page.pick("建设规模", "Scale"), cell(project.scale)),
        (page.pick("选址用地", "Site and land"), cell(project.site)),
        (page.pick("投资规模", "Investment"), _investment(page, project)),
        (page.pick("资金来源", "Financing"), _financing(page, project)),
        (page.pick("牵头单位", "Lead body"), cell(project.lead_body)),
        (page.pick("配合单位", "Partners"), cell(voice.joined(project.partners))),
        (page.pick("起止时间", "Time"), cell(span)),
        (page.pick("里程碑", "Milestones"), cell(*(f"{item.date}　{item.text}" for item in project.milestones))),
        (page.pick("前序项目", "Predecessors"), named(project.predecessors, {item.id: item.name for item in plan.projects})),
        (
            page.pick("预期产出", "Outputs"),
            cell_of(
                (*plain(voice.colon(item.text) if item.quantity else item.text), *voice.figure(item.quantity)) for item in project.outputs
            ),
        ),
        (page.pick("支撑指标", "KPIs moved"), named(project.kpi_ids, kpis)),
        (
            page.pick("参照先例", "Precedents"),
            cell_of((*plain(f"{voice.titled(item.title)}：{item.quote}" if language == "zh" else f"{item.title}: {item.quote}"), *voice.cited((item,))) for item in project.precedents),
        ),
        (page.pick("所需审批", "Approvals"), cell(voice.joined(project.approvals))),
        (page.pick("合规审查", "Compliance"), cell_of(line for item in project.compliance for line in _finding(page, item))),
        (page.pick("目标企业类型", "Companies to attract"), cell(*(f"{item.kind}（{item.reason}）" if item.reason and language == "zh" else f"{item.kind} ({item.reason})" if item.reason else item.kind for item in project.target_companies))),
        (page.pick("一企一策", "One firm, one policy"), cell(*project.package)),
        (page.pick("政策工具", "Instruments"), cell(*(voice.colon(f"[{term(INSTRUMENTS, item.family, language)}] {item.name}") + item.content for item in project.instruments))),
        (page.pick("风险与应对", "Risks"), cell(*(f"{item.text} → {item.response}" for item in project.risks))),
        (page.pick("优先级", "Priority"), cell(voice.colon(priority) + project.priority_reason)),
    )  # fmt: skip


def _investment(page: Page, project: Project) -> Cell:
    line: Line = page.voice.figure(project.investment)
    return cell_of((line, plain(project.investment_basis)))


def _financing(page: Page, project: Project) -> Cell:
    lines: list[Line] = []
    for share in project.financing:
        text = f"{FUNDING[share.source].in_(page.language)} {share.share * 100:g}%"
        if share.amount is not None:
            text += page.pick(
                f"，约{shown(share.amount, page.language)}", f", about {shown(share.amount, page.language)}"
            )
        lines.append((*plain(text), *(page.voice.basis(share.amount) if share.amount is not None else ())))
    return cell_of(lines)


def _finding(page: Page, item: ComplianceFinding) -> tuple[Line, ...]:
    voice = page.voice
    head = voice.colon(f"[{term(SEVERITIES, item.severity, page.language)}] {item.rule}")
    return (
        (Run(head, "strong"), *plain(item.text), *voice.marks(item)),
        plain(voice.colon(page.pick("处理", "Remedy")) + item.remedy),
    )
