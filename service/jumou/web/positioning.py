"""Step 2 on the page: themes with their bounds, the decision table of the five modes, the vision and its candidates."""

from nicegui import ui

from jumou.domain.review import Patch, PatchOperation
from jumou.export import figure_terms
from jumou.web.charts import positioning as charts
from jumou.web.frame import ask_name
from jumou.web.panels import contents, draw, panel
from jumou.web.plan_page import PlanPage
from jumou.web.talk import Talk
from jumou.workflow.review import Subject


async def build_positioning(page: PlanPage) -> None:
    """The content of the page."""
    t = page.t
    page.section("positioning_head")
    with ui.element("div").classes("with-toc"):
        contents(
            page,
            (("themes", t("主题与边界", "Themes")), ("mode", t("聚合模式", "Mode")), ("vision", t("愿景", "Vision"))),
        )
        with ui.element("div"):
            page.section("positioning_themes")
            with panel(
                t("聚合模式决策", "Choice of the mode"),
                t("五种模式都评分；门槛不过的变淡", "all five are scored; pale: gate failed"),
                "mode",
            ):
                draw(
                    page,
                    charts.modes,
                    height=190,
                    alt=t("五种模式得分", "scores of the modes"),
                    lacking=t("尚未评分。", "Not scored."),
                )
                page.section("positioning_mode", part=lambda key: figure_terms.part(key, page.chosen.language))
            with ui.element("div").classes("beside"):
                page.section("positioning_vision")
                with panel(t("商议愿景", "Talk it over"), t("附出处", "with sources")):
                    await Talk(page).build()
    ui.on("jm-act", lambda event: _adopt(page, event.args))


async def _adopt(page: PlanPage, sent: dict[str, str]) -> None:
    """Makes a candidate the vision."""
    if sent["act"] != "adopt":
        return
    if not page.chosen.name:
        ask_name(page.chosen, lambda _: ui.navigate.reload())
        return
    chosen = next(one for one in page.view.loaded.whole.positioning.candidates if one.id == sent["value"])
    whole = PatchOperation(op="replace", path="", value=chosen.model_dump(mode="json"))
    await page.desk.write(Subject(page.plan_id, "positioning", sent["hash"], "vision"), Patch(operations=(whole,)))
