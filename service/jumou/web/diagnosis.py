"""Step 1 on the page: what the industry is today, with charts, map of the chain, benchmarks and gaps."""

from nicegui import ui

from jumou.export import figure_terms
from jumou.export.terms import term
from jumou.web.charts import diagnosis as charts
from jumou.web.panels import contents, draw, panel
from jumou.web.plan_page import PlanPage


def build_diagnosis(page: PlanPage) -> None:
    """The content of the page."""
    t, language = page.t, page.chosen.language
    page.section("diagnosis_head")
    with ui.element("div").classes("with-toc"):
        contents(page, (
            ("summary", t("总体判断", "In short")), ("gaps", t("差距清单", "Gaps")), ("special", t("专业化与增长", "Specialisation")), ("chain", t("产业链图谱", "Value chain")),
            ("smile", t("微笑曲线", "Smile curve")), ("macro", t("宏观环境", "Macro scan")), ("elements", t("要素与动力", "Elements, drivers")),
            ("benchmarks", t("对标案例", "Benchmarks")), ("data", t("指标与待补数据", "Data")),
        ))  # fmt: skip
        with ui.element("div"):
            page.section("diagnosis_summary")
            with (
                panel(t("专业化与增长", "Specialisation and growth"), anchor="special"),
                ui.element("div").classes("grid2"),
            ):
                with ui.element("div"):
                    draw(page, charts.specialisation, height=330, alt=t("区位熵", "location quotients"),
                         note=t("区位熵＝本地份额÷全国份额；实线 1 为全国平均，虚线 1.25 为专业化惯用界限。", "Local share over national share; 1 is the nation, 1.25 the usual bound."),
                         lacking=t("缺分行业本地与全国同口径数据，无法计算区位熵。", "Needs local and national figures by industry of one measure."))  # fmt: skip
                with ui.element("div"):
                    draw(page, charts.growth_share, least=360, height=330, alt=t("增长与专业化", "growth and specialisation"),
                         note=t("气泡面积为占区域比重；虚线为区域合计增速与区位熵 1。", "Bubbles: share of the region; dashes: the region’s growth and a quotient of 1."),
                         lacking=t("缺分行业增速，无法画增长—专业化矩阵。", "Needs growth by industry."))  # fmt: skip
            page.section("diagnosis_chain")
            with panel(t("微笑曲线", "Smile curve"), anchor="smile"):
                draw(page, charts.smile_curve, least=600, height=340, alt=t("各环节附加值", "added value by link"),
                     note=t("红圈为本地缺失或薄弱的环节；越高附加值越大。", "Red rings: links missing or weak here; higher is more added value."),
                     lacking=t("产业链未收录附加值参照，无法画微笑曲线。", "No reference of added value is known for this chain."))  # fmt: skip
            page.section("diagnosis_gaps")
            with ui.element("div").classes("grid2"):
                with panel(t("六类要素雷达", "Elements, at a glance")):
                    draw(page, charts.elements, height=280, alt=t("六类要素", "six elements"),
                         note=t("外圈较强，内圈偏弱，圆心资料不足。", "Outer ring strong, inner weak, centre unknown."))  # fmt: skip
                with panel(t("宏观评分", "Macro scores")):
                    draw(page, charts.pestel, height=280, alt="PESTEL",
                         note=t("得分＝影响×概率×权重。", "Impact × probability × weight."),
                         lacking=t("没有可评分的因素。", "No factor is scored."))  # fmt: skip
            page.section("diagnosis_macro")
            page.section("diagnosis_elements")
            page.section("diagnosis_benchmarks")
            page.section(
                "diagnosis_data",
                methods=lambda key: term(figure_terms.METHODS, key, language),
                scope=lambda text: figure_terms.scope(text, language),
                flags=lambda names: figure_terms.flags(names, language),
            )
