"""The workbook's sheet of gaps: which projects answer each, and why a gap of weight has none."""

from openpyxl.worksheet.worksheet import Worksheet

from jumou.export.columns import Setting
from jumou.export.sheet_cells import plain_sheet
from jumou.export.terms import GAP_KINDS, term


def write_gaps(sheet: Worksheet, setting: Setting) -> None:
    """A row a gap, the severest first."""
    zh, plan = setting.language == "zh", setting.plan
    reasons = {gap.gap_id: gap.reason for gap in plan.open_gaps}
    answered: dict[str, list[str]] = {}
    for project in plan.projects:
        for name in (project.closes_gap, *project.also_closes):
            answered.setdefault(name, []).append(project.id)
    rows: list[list[str | float | None]] = [
        [
            gap.id, gap.name, term(GAP_KINDS, gap.kind, setting.language), gap.severity, gap.text,
            ", ".join(answered.get(gap.id, ())), reasons.get(gap.id, ""),
        ]
        for gap in plan.diagnosis.gaps
    ]  # fmt: skip
    names = (
        ("编号", "短板", "类型", "程度（0—1，仅排序）", "说明", "对应项目", "未单列项目的理由")
        if zh
        else ("id", "gap", "kind", "severity (0–1, orders only)", "finding", "projects", "why there is no project")
    )
    plain_sheet(sheet, names, rows, (8, 30, 12, 12, 60, 24, 60))
