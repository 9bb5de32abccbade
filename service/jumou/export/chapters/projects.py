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
    _rules(page)


def _rules(page: Page) -> None:
    """What the rules that bind ask for, once for all the projects they touch."""
    found: dict[tuple[str, str, str, str], tuple[ComplianceFinding, list[str]]] = {}
    for project in page.plan.projects:
        for item in project.compliance:
            key = (item.severity, item.rule, item.text, item.remedy)
            found.setdefault(key, (item, []))[1].append(project.id)
    if not found:
        return
    page.heading(2, "合规审查要求", "Rules that bind")
    page.table(
        "合规要求与处理", "Requirements and remedies",
        (page.pick("规则", "Rule"), page.pick("要求", "Requirement"), page.pick("处理", "Remedy"), page.pick("涉及项目", "Projects")),
        (
            (
                ((Run(_rule(page, item), "strong"),),), ((*plain(item.text), *page.voice.marks(item)),), item.remedy, page.voice.ids(ids),
            )
            for item, ids in sorted(found.values(), key=lambda pair: _SEVEREST.index(pair[0].severity))
        ),
        (2.0, 4.4, 3.6, 2.0),
    )  # fmt: skip


_SEVEREST = ("must", "check", "note")


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
        (page.pick("参照先例", "Precedents"), _precedents(page, project)),
        (page.pick("所需审批", "Approvals"), cell(voice.joined(project.approvals))),
        (page.pick("合规审查", "Compliance"), _compliance(page, project)),
        (page.pick("目标企业类型", "Companies to attract"), _targets(page, project)),
        (page.pick("一企一策", "One firm, one policy"), _package(page, project)),
        (page.pick("政策工具", "Instruments"), cell(*(voice.colon(f"[{term(INSTRUMENTS, item.family, language)}] {item.name}") + item.content for item in project.instruments))),
        (page.pick("风险与应对", "Risks"), cell(*(f"{item.text} → {item.response}" for item in project.risks))),
        (page.pick("优先级", "Priority"), cell(voice.colon(priority) + project.priority_reason)),
    )  # fmt: skip


def _investment(page: Page, project: Project) -> Cell:
    line: Line = page.voice.figure(project.investment)
    return cell_of((line, plain(project.investment_basis)))


def _financing(page: Page, project: Project) -> Cell:
    """The sources with share and amount in one line, and the basis of the amounts once."""
    parts, bases = [], []
    for share in project.financing:
        text = f"{FUNDING[share.source].in_(page.language)} {share.share * 100:g}%"
        if share.amount is not None:
            text += page.pick(
                f"（约{shown(share.amount, page.language)}）", f" (about {shown(share.amount, page.language)})"
            )
            bases.append(page.voice.basis(share.amount))
        parts.append(text)
    if not parts:
        return ()
    return ((*plain(page.pick("；", "; ").join(parts)), *(bases[0] if bases else ())),)


def _rule(page: Page, item: ComplianceFinding) -> str:
    return f"[{term(SEVERITIES, item.severity, page.language)}] {item.rule}"


def _compliance(page: Page, project: Project) -> Cell:
    """The rules a project touches by name; what they ask for stands in one table for all projects."""
    if not project.compliance:
        return ()
    names = page.voice.joined(tuple(_rule(page, item) for item in project.compliance))
    return cell(names + page.pick("（要求与处理见本章“合规审查要求”）", " (see “Rules that bind” in this chapter)"))


def _precedents(page: Page, project: Project) -> Cell:
    """The precedents by title and mark; their sentences stand in the rationale and in the annex of sources."""
    named = [
        (*plain(page.voice.titled(item.title) if page.language == "zh" else item.title), *page.voice.cited((item,)))
        for item in project.precedents
    ]
    stop = page.pick("；", "; ")
    return (
        (tuple(run for place, line in enumerate(named) for run in (*plain(stop if place else ""), *line)),)
        if named
        else ()
    )


def _targets(page: Page, project: Project) -> Cell:
    """The kinds of firm to attract; a reason that is the same for all of them is said once."""
    items = project.target_companies
    reasons = {item.reason for item in items}
    if len(items) > 1 and len(reasons) == 1:
        reason = next(iter(reasons))
        names = page.voice.joined(tuple(item.kind for item in items))
        return cell(names + (page.pick(f"（均{reason}）", f" ({reason})") if reason else ""))
    return cell(
        *(
            f"{item.kind}{page.pick(f'（{item.reason}）', f' ({item.reason})')}" if item.reason else item.kind
            for item in items
        )
    )


def _package(page: Page, project: Project) -> Cell:
    """The one-firm-one-policy package; where the content holds it word for word, its place there."""
    places = [str(place) for place, text in enumerate(project.content, start=1) if text in project.package]
    if project.package and len(places) == len(project.package):
        numbers = "、".join(places) if page.language == "zh" else ", ".join(places)
        return cell(page.pick(f"见建设内容第{numbers}条", f"See content, item {numbers}"))
    return cell(*project.package)
