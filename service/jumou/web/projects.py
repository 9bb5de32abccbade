"""Step 3 on the page: matrix, editable table, the thread from gap to KPI, project by project."""

from typing import Any, Final

from nicegui import events, ui

from jumou.domain.framework import PROJECT_TYPES
from jumou.domain.review import Patch
from jumou.export.terms import PRIORITIES
from jumou.web.frame import ask_name
from jumou.web.panels import contents, panel
from jumou.web.plan_page import PlanPage
from jumou.web.reimport import build_reimport
from jumou.web.view import View
from jumou.workflow.review import Subject

_EDITABLE: Final = ("name", "objective", "lead_body", "site", "scale", "start", "end", "priority")


def build_projects(page: PlanPage) -> None:
    """The content of the page."""
    t = page.t
    page.section("projects_head")
    with ui.element("div").classes("with-toc"):
        contents(
            page,
            (
                ("matrix", t("项目矩阵", "Matrix")),
                ("table", t("项目表", "Table")),
                ("trace", t("差距—项目—指标", "Tracing")),
                ("cards", t("逐项审阅", "One by one")),
            ),
        )
        with ui.element("div"):
            page.section("projects_matrix")
            with panel(
                t("项目表", "Table"),
                t(
                    "双击单元格即可修改；每次修改都是一个新版本",
                    "double-click a cell to edit; every change is a new revision",
                ),
                "table",
            ):
                _Grid(page).build()
                with ui.element("div").style("margin-top:12px"):
                    build_reimport(page)
            page.section("projects_trace")
            page.section("projects_cards")


class _Grid:
    """The editable table. A cell that is edited is stored at once, against the version its row was shown with."""

    def __init__(self, page: PlanPage) -> None:
        self._page = page
        self._grid: ui.aggrid | None = None

    def build(self) -> None:
        """The table, kept in step with the plan."""
        page, t = self._page, self._page.t
        self._grid = (
            ui.aggrid({
                "columnDefs": self._columns(), "rowData": _rows(page.view), "rowHeight": 34, "headerHeight": 36, "stopEditingWhenCellsLoseFocus": True,
                "defaultColDef": {"sortable": True, "resizable": True, "filter": True, "tooltipValueGetter": None, "suppressHeaderMenuButton": False},
                ":getRowId": "(params) => params.data.id", "domLayout": "normal", "animateRows": False, "enableCellTextSelection": True,
                "localeText": _words(page.chosen.language),
            }, theme="quartz", auto_size_columns=False)
            .style("height:420px;width:100%")
            .props(f'aria-label="{t("项目表", "projects")}"')
            .on("cellValueChanged", self._edited)
        )  # fmt: skip
        page.after.append(self._follow)

    def _columns(self) -> list[dict[str, Any]]:
        t = self._page.t
        priorities = list(PRIORITIES)
        names = {key: name.in_(self._page.chosen.language) for key, name in PRIORITIES.items()}
        choose = "{" + ",".join(f"{key}:'{name}'" for key, name in names.items()) + "}"
        return [
            {"field": "id", "headerName": t("编号", "id"), "width": 84, "pinned": "left"},
            {"field": "name", "headerName": t("项目名称", "name"), "width": 300, "editable": True, "tooltipField": "name"},
            {"field": "type", "headerName": t("类型", "type"), "width": 150},
            {"field": "state", "headerName": t("审阅", "review"), "width": 96},
            {"field": "priority", "headerName": t("优先级", "priority"), "width": 96, "editable": True, "cellEditor": "agSelectCellEditor",
             "cellEditorParams": {"values": priorities}, ":valueFormatter": f"(p) => ({choose})[p.value] || p.value"},
            {"field": "lead_body", "headerName": t("牵头单位", "lead body"), "width": 180, "editable": True},
            {"field": "start", "headerName": t("开始", "start"), "width": 100, "editable": True},
            {"field": "end", "headerName": t("完成", "end"), "width": 100, "editable": True},
            {"field": "investment", "headerName": t("投资", "investment"), "width": 130},
            {"field": "gap", "headerName": t("差距", "gap"), "width": 190, "tooltipField": "gap"},
            {"field": "kpis", "headerName": t("指标", "KPIs"), "width": 140},
            {"field": "objective", "headerName": t("目标", "objective"), "width": 380, "editable": True, "tooltipField": "objective",
             "cellEditor": "agLargeTextCellEditor", "cellEditorPopup": True, "cellEditorParams": {"maxLength": 2000}},
            {"field": "scale", "headerName": t("规模", "scale"), "width": 240, "editable": True, "tooltipField": "scale"},
            {"field": "site", "headerName": t("选址与用地", "site"), "width": 240, "editable": True, "tooltipField": "site"},
        ]  # fmt: skip

    async def _edited(self, event: events.GenericEventArguments) -> None:
        sent, page = event.args, self._page
        field, row = sent.get("colId"), sent.get("data", {})
        if field not in _EDITABLE or sent.get("oldValue") == sent.get("newValue"):
            return
        if not page.chosen.name:
            self._follow()
            ask_name(page.chosen, lambda _: ui.navigate.reload())
            return
        subject = Subject(page.plan_id, "projects", row["hash"], f"project/{row['id']}")
        await page.desk.write(subject, Patch(merge={field: str(sent.get("newValue") or "").strip()}))
        self._follow()  # what was refused goes back to what stands

    def _follow(self) -> None:
        if self._grid is not None:
            self._grid.options["rowData"] = _rows(self._page.view)
            self._grid.update()


def _rows(view: View) -> list[dict[str, Any]]:
    plan = view.loaded.whole
    gaps = {gap.id: gap.name for gap in plan.diagnosis.gaps}
    rows = []
    for project in plan.projects:
        standing = view.standing("projects", f"project/{project.id}")
        rows.append({
            "id": project.id, "name": project.name, "type": f"{project.type} {PROJECT_TYPES[project.type].in_(view.language)}",
            "state": view.state(standing.state) if standing else "", "hash": standing.hash if standing else "", "priority": project.priority,
            "lead_body": project.lead_body, "start": project.start, "end": project.end, "investment": view.shown(project.investment),
            "gap": f"{project.closes_gap} {gaps.get(project.closes_gap, '')}", "kpis": " ".join(project.kpi_ids), "objective": project.objective,
            "scale": project.scale, "site": project.site,
        })  # fmt: skip
    return rows


def _words(language: str) -> dict[str, str]:
    if language == "en":
        return {}
    return {"noRowsToShow": "没有项目", "filterOoo": "筛选…", "contains": "包含", "notContains": "不包含", "equals": "等于", "notEqual": "不等于", "startsWith": "开头是", "endsWith": "结尾是", "blank": "空", "notBlank": "非空", "andCondition": "且", "orCondition": "或"}  # fmt: skip
