"""Step 4 on the page: road map, action table, money, KPIs by family, governance and monitoring."""

from nicegui import ui

from jumou.domain.framework import KPI_FAMILIES
from jumou.domain.plan import Plan
from jumou.web.charts import implementation as charts
from jumou.web.charts.palette import palette
from jumou.web.frame import html
from jumou.web.panels import contents, draw, panel
from jumou.web.plan_page import PlanPage


def build_implementation(page: PlanPage) -> None:
    """The content of the page."""
    t = page.t
    plan = page.view.loaded.whole
    page.section("implementation_head")
    with ui.element("div").classes("with-toc"):
        contents(page, (
            ("roadmap-panel", t("路线图", "Road map")), ("money", t("资金安排", "Money")), ("kpis", t("指标", "KPIs")), ("actions", t("任务分工", "Actions")),
            ("bodies", t("组织保障", "Governance")), ("monitoring", t("监测评估", "Monitoring")),
        ))  # fmt: skip
        with ui.element("div"):
            with panel(t("路线图", "Road map"), anchor="roadmap-panel"):
                draw(
                    page,
                    charts.roadmap,
                    least=720,
                    height=120 + 24 * len(plan.projects),
                    alt=t("甘特图", "Gantt chart"),
                    lacking=t("项目没有起止时间。", "Projects have no dates."),
                )
                page.section("implementation_roadmap")
            with panel(
                t("资金安排", "Money by source and year"), t("规划假设，可研阶段核定", "planning assumptions"), "money"
            ):
                draw(
                    page,
                    charts.financing,
                    least=420,
                    height=300,
                    alt=t("分年度资金来源", "money by year"),
                    lacking=t("项目尚无投资规模。", "No project is sized."),
                )
                page.section("implementation_money")
            _kpis(page, plan)
            page.section("implementation_actions")
            page.section("implementation_rest")


def _kpis(page: PlanPage, plan: Plan) -> None:
    colours = palette(dark=page.chosen.dark)
    with panel(
        page.t("指标", "KPIs"),
        page.t("五类以上，基期—年度目标—预警—调整", "baseline, targets by year, alert, adjustment"),
        "kpis",
    ):
        for family, name in KPI_FAMILIES.items():
            chosen = [kpi for kpi in plan.implementation.kpis if kpi.family == family]
            if not chosen:
                continue
            html(f'<h4 class="sub">{name.in_(page.chosen.language)}</h4>')
            with ui.element("div").classes("grid3"):
                for kpi in chosen:
                    with ui.element("div").classes("card"):
                        page.section("implementation_kpi", kpi_id=kpi.id)
                        if kpi.targets:
                            ui.echart(charts.kpi_path(kpi, colours, page.chosen.language), renderer="svg").classes("chart").style("height:110px")  # fmt: skip
