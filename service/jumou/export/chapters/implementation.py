"""Chapter 4: road map, governance, money, indicators, monitoring and safeguards."""

from jumou.domain.framework import KPI_FAMILIES
from jumou.drafting.wording import number
from jumou.export.blocks import cell, plain
from jumou.export.chapters.front import investment
from jumou.export.chapters.page import Page
from jumou.export.terms import FUNDING


def implementation(page: Page) -> None:
    """The whole chapter."""
    page.heading(1, "实施路径与保障机制", "Implementation")
    _roadmap(page)
    _governance(page)
    _financing(page)
    _kpis(page)
    _monitoring(page)
    _safeguards(page)


def _roadmap(page: Page) -> None:
    road = page.plan.implementation.roadmap
    page.heading(2, "路线图与关键路径", "Road map and critical path")
    page.table(
        "实施阶段", "Phases",
        (page.pick("阶段", "Phase"), page.pick("时间", "Time"), page.pick("目标", "Goal"), page.pick("启动项目", "Projects started")),
        ((phase.name, f"{phase.start} — {phase.end}", phase.goal, page.voice.ids(phase.project_ids) or "—") for phase in road.phases),
        (1.6, 1.9, 4.6, 3.0),
    )  # fmt: skip
    page.chart("roadmap", "路线图未绘制：项目缺少起止时间。", "No road map: projects lack dates.")
    path = " → ".join(road.critical_path) or "—"
    page.body(plain(page.pick(
        f"关键路径为{path}，总工期{road.makespan_months:g}个月；关键路径上任一项目延误将推迟规划整体进度，应优先保障要素。",
        f"The critical path is {path}; the whole takes {road.makespan_months:g} months. A delay on the path delays the plan: it comes first.",
    )))  # fmt: skip
    page.body(plain(page.pick(
        "任务书、时间表、路线图三合一的行动计划见附件1。", "The action plan (task, time and road map in one) is Annex 1.",
    )))  # fmt: skip


def _governance(page: Page) -> None:
    done = page.plan.implementation
    page.heading(2, "治理机制", "Governance")
    if done.governance_note:
        page.say((done.governance_note,))
    page.table(
        "治理主体", "Bodies",
        (page.pick("机构", "Body"), page.pick("组成", "Members"), page.pick("职责", "Duties"), page.pick("会议机制", "Rhythm")),
        ((item.name, page.voice.joined(item.members), item.duties, item.rhythm) for item in done.governance),
        (2.2, 3.2, 4.4, 1.6),
    )  # fmt: skip


def _financing(page: Page) -> None:
    money, language = page.plan.implementation.financing, page.language
    page.heading(2, "投融资安排", "Financing")
    if money.total is not None:
        page.body(
            (
                *plain(page.pick("项目总投资", "Total investment: ")),
                *investment(page),
                *plain(page.pick("。", ".")),
            )
        )
    page.chart(
        "financing", "分年度资金图未绘制：项目投资尚未测算。", "No chart of financing: the projects are not sized."
    )
    used = [
        source
        for source in FUNDING
        if money.by_source.get(source) or any(row.amounts.get(source) for row in money.years)
    ]
    if used:
        header = (
            page.pick("年份", "Year"),
            *(FUNDING[source].in_(language) for source in used),
            page.pick("合计", "Total"),
        )
        rows = [
            (str(row.year), *(_money(row.amounts.get(source, 0.0)) for source in used), _money(row.total))
            for row in money.years
        ]
        sums = [sum(row.amounts.get(source, 0.0) for row in money.years) for source in used]
        rows.append((page.pick("合计", "Total"), *(_money(value) for value in sums), _money(sum(sums))))
        page.table(
            "分年度、分来源资金安排（亿元，规划假设）", "Financing by year and source (hundred million yuan, planning assumption)",
            header, rows, (1.2, *([1.3] * len(used)), 1.2),
        )  # fmt: skip
    page.say(money.notes)


def _money(value: float) -> str:
    return number(round(value, 2)) if value else "—"


def _kpis(page: Page) -> None:
    kpis, voice, language = page.plan.implementation.kpis, page.voice, page.language
    page.heading(2, "关键绩效指标", "KPIs")
    page.table(
        "关键绩效指标一览", "KPIs at a glance",
        (page.pick("编号", "Id"), page.pick("指标", "KPI"), page.pick("类别", "Family"), page.pick("基期值", "Baseline"), page.pick("期末目标", "End target"), page.pick("责任单位", "Owner")),
        (
            (
                kpi.id,
                (((*plain(kpi.name), *voice.marks(kpi))),),
                KPI_FAMILIES[kpi.family].in_(language),
                (voice.figure(kpi.baseline, year=True),) if kpi.baseline else (voice.missing("缺基期值", "no baseline"),),
                (voice.figure(kpi.targets[-1].quantity, year=True),) if kpi.targets else cell("—"),
                kpi.owner,
            )
            for kpi in kpis
        ),
        (0.8, 2.8, 1.4, 2.4, 2.4, 2.0),
    )  # fmt: skip
    page.chart("kpi_paths", "目标路径图未绘制：指标未设年度目标。", "No KPI paths: there are no yearly targets.")
    page.body(
        plain(
            page.pick(
                "分年度目标、核算方法、预警与调整规则见附件2。",
                "Yearly targets, method, alerts and adjustment rules are in Annex 2.",
            )
        )
    )


def _monitoring(page: Page) -> None:
    page.heading(2, "动态监测与评估", "Monitoring")
    page.table(
        "监测评估日历", "Calendar",
        (page.pick("时间", "When"), page.pick("内容", "What"), page.pick("主体", "Who"), page.pick("成果", "Output")),
        ((item.when, item.what, item.who, item.output) for item in page.plan.implementation.monitoring),
        (1.6, 4.0, 2.4, 3.0),
    )  # fmt: skip


def _safeguards(page: Page) -> None:
    if page.plan.implementation.safeguards:
        page.heading(2, "保障措施", "Safeguards")
        page.say(page.plan.implementation.safeguards)
