"""The workbook's other sheets: actions, KPIs, money by year, sources, and how to use the file."""

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from jumou.domain.framework import KPI_FAMILIES
from jumou.drafting.wording import unit_in
from jumou.export.columns import PART, Setting
from jumou.export.label import visible_label
from jumou.export.sheet_cells import cell_at, plain_sheet, put, put_formula
from jumou.export.terms import BASES, FUNDING, GRADES, STATES, STATUSES, term


def write_actions(sheet: Worksheet, setting: Setting) -> None:
    """A row an action."""
    zh = setting.language == "zh"
    names = {project.id: project.name for project in setting.plan.projects}
    plain_sheet(
        sheet,
        ("编号", "项目编号", "项目名称", "任务", "牵头单位", "配合单位", "开始", "完成时限", "标志性成果") if zh else ("id", "project", "project name", "task", "lead", "with", "from", "until", "milestone"),
        (
            (item.id, item.project_id, names.get(item.project_id, ""), item.task, item.body, "\n".join(item.supporting), item.start, item.deadline, item.milestone)
            for item in setting.plan.implementation.actions
        ),
        (8, 9, 34, 46, 20, 26, 10, 10, 34),
    )  # fmt: skip


def write_kpis(sheet: Worksheet, setting: Setting) -> None:
    """A row a KPI, a column a year."""
    language, kpis = setting.language, setting.plan.implementation.kpis
    years = sorted({target.year for kpi in kpis for target in kpi.targets})
    names = (
        ("编号", "指标", "类别", "单位", "方向", "基期值", "基期年份", "基期依据", "目标单位")
        if language == "zh"
        else (
            "id",
            "KPI",
            "family",
            "unit",
            "direction",
            "baseline",
            "baseline year",
            "basis of baseline",
            "unit of targets",
        )
    )
    more = (
        (
            "目标依据",
            "推算公式",
            "目标口径说明",
            "核算方法",
            "数据来源",
            "频率",
            "责任单位",
            "预警",
            "预警阈值",
            "调整规则",
            "相关项目",
            "依据状态",
        )
        if language == "zh"
        else (
            "basis of targets",
            "formula",
            "how targets were set",
            "method",
            "source",
            "frequency",
            "owner",
            "alert",
            "threshold",
            "adjustment",
            "projects",
            "state",
        )
    )

    def rows() -> list[list[str | float | None]]:
        found: list[list[str | float | None]] = []
        for kpi in kpis:
            targets = {target.year: target.quantity.value for target in kpi.targets}
            first = kpi.targets[0].quantity if kpi.targets else None
            up = ("升", "up") if kpi.direction == "up" else ("降", "down")
            found.append(
                [
                    kpi.id, kpi.name, KPI_FAMILIES[kpi.family].in_(language), unit_in(kpi.unit, language), up[0 if language == "zh" else 1],
                    kpi.baseline.value if kpi.baseline else None, str(kpi.baseline.year) if kpi.baseline and kpi.baseline.year else None,
                    BASES[kpi.baseline.basis].in_(language) if kpi.baseline else kpi.baseline_note,
                    unit_in(first.unit, language) if first else None,
                    *(targets.get(year) for year in years),
                    BASES[first.basis].in_(language) if first else None, first.formula if first else None, kpi.target_note, kpi.method, kpi.data_source,
                    kpi.frequency, kpi.owner, kpi.alert, kpi.alert_threshold, kpi.adjust, "\n".join(kpi.project_ids), STATES[kpi.state].in_(language),
                ]
            )  # fmt: skip
        return found

    plain_sheet(sheet, (*names, *(str(year) for year in years), *more), rows(), (7, 24, 16, 14, 7, 10, 9, 14, 14, *([10] * len(years)), 11, 24, 34, 28, 22, 14, 20, 24, 9, 40, 10, 10))  # fmt: skip


def write_financing(sheet: Worksheet, setting: Setting) -> None:
    """A row a year, a column a source; totals are formulas."""
    language = setting.language
    years = setting.plan.implementation.financing.years
    names = [
        "年份" if language == "zh" else "year",
        *(name.in_(language) for name in FUNDING.values()),
        "合计（亿元）" if language == "zh" else "total, 100m yuan",
    ]
    plain_sheet(
        sheet,
        names,
        ([str(row.year), *(row.amounts.get(source, 0.0) for source in FUNDING), None] for row in years),
        [12, *([14] * (len(FUNDING) + 1))],
    )
    sources, end = list(FUNDING), len(FUNDING) + 2
    for row in range(2, len(years) + 2):
        total = sum(years[row - 2].amounts.values())
        put_formula(cell_at(sheet, row, end), f"=SUM(B{row}:{get_column_letter(end - 1)}{row})", total, setting.results)
    last = len(years) + 2
    if years:
        put(cell_at(sheet, last, 1), "合计" if language == "zh" else "total")
        for column in range(2, end + 1):
            letter = get_column_letter(column)
            kept = sources[column - 2 : column - 1] or sources
            total = sum(row.amounts.get(source, 0.0) for row in years for source in kept)
            put_formula(
                cell_at(sheet, last, column), f"=SUM({letter}2:{letter}{last - 1})", total, setting.results, bold=True
            )
    for place, note in enumerate(setting.plan.implementation.financing.notes, start=last + 2):
        put(
            cell_at(sheet, place, 1),
            f"{note.text}{setting.sources.marks(note.citations)}〔{STATES[note.state].in_(language)}〕",
        )
        sheet.merge_cells(start_row=place, end_row=place, start_column=1, end_column=end)
        sheet.row_dimensions[place].height = 32


def write_sources(sheet: Worksheet, setting: Setting) -> None:
    """A row a quoted sentence, with the document it stands in."""
    zh, language = setting.language == "zh", setting.language

    def rows() -> list[list[str | float | None]]:
        found: list[list[str | float | None]] = []
        for source in setting.sources.sources:
            document = source.document
            for quote in source.quotes:
                found.append(  # noqa: PERF401 three levels deep, a comprehension would hide the row
                    [
                        f"[{quote.mark}]", source.title, document.issuer if document else "", document.document_number if document else "",
                        document.issued if document else "", term(STATUSES, document.status, language) if document else "", term(GRADES, source.grade, language),
                        "\n".join(item.url for item in document.sources) if document else "", quote.section, quote.text,
                    ]
                )  # fmt: skip
        return found

    names = (
        ("标号", "标题", "发布机构", "文号", "日期", "效力", "来源等级", "网址", "章节", "引文")
        if zh
        else ("mark", "title", "issuer", "number", "date", "status", "grade", "address", "section", "quote")
    )
    plain_sheet(sheet, names, rows(), (8, 34, 18, 20, 12, 10, 16, 40, 24, 60))


def write_notes(sheet: Worksheet, setting: Setting) -> None:
    """The label of AI-assisted content and how the file is edited and read back."""
    zh = setting.language == "zh"
    lines = (
        (
            ("标识", visible_label(setting.plan)),
            ("修改", f"白色单元格可以修改，灰色单元格为依据或公式，不读回。一格多项的每行一项，一项多段的以“{PART}”分隔（里程碑：时间{PART}内容；产出：内容{PART}数值{PART}单位；风险：风险{PART}应对；政策工具：类别{PART}名称{PART}内容）。"),
            ("编号", "“编号”用于读回时对应项目，请勿改动；新增项目请在清单末尾另起一行并把编号留空；删除整行表示删除项目。"),
            ("依据", "[n]、[n-m] 为来源标号，见“依据”表。投资、产出、年度目标均为规划假设，须经可行性研究确认。"),
        )
        if zh
        else (
            ("Label", visible_label(setting.plan)),
            ("Editing", f"White cells can be edited; grey ones hold evidence or formulas and are not read back. One entry a line; parts of an entry are joined by “{PART}” (milestones: date{PART}text; outputs: text{PART}value{PART}unit; risks: risk{PART}response; instruments: family{PART}name{PART}content)."),
            ("Ids", "The id ties a row to its project: do not change it. A new project goes below the list with its id left empty; deleting a row deletes the project."),
            ("Sources", "[n] and [n-m] are the marks of sheet Sources. Investment, outputs and yearly targets are planning assumptions."),
        )
    )  # fmt: skip
    plain_sheet(sheet, ("事项", "说明") if zh else ("subject", "note"), lines, (10, 110))
