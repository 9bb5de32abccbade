"""The workbook: all fields, formulas, choices, stable text, and the way back."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from jumou.domain.answering import OpenGap
from jumou.domain.plan import Plan
from jumou.domain.portfolio import Project
from jumou.errors import InvalidRequest, RefusedFile, StepConflict
from jumou.export import patched, projects_xlsx, read_projects
from jumou.export.chapters import outline
from jumou.export.markdown import plan_markdown

Edit = Callable[[Worksheet], None]


@pytest.fixture(scope="module")
def content(plan: Plan) -> bytes:
    return projects_xlsx(plan)


@pytest.fixture(scope="module")
def book(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def place(sheet: Worksheet, header: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == header)


def edited(tmp_path: Path, content: bytes, edit: Edit) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book["项目清单"])
    path = tmp_path / "edited.xlsx"
    book.save(path)
    return path


def setting(header: str, row: int, value: object) -> Edit:
    def edit(sheet: Worksheet) -> None:
        sheet.cell(row, place(sheet, header)).value = value

    return edit


def test_the_workbook_has_its_sheets_in_both_languages(book: Workbook, plan_en: Plan) -> None:
    assert book.sheetnames == ["项目清单", "汇总", "短板", "行动计划", "KPI", "资金计划", "依据", "说明", "选项"]
    english = openpyxl.load_workbook(io.BytesIO(projects_xlsx(plan_en)))
    assert english.sheetnames == [
        "Projects",
        "Summary",
        "Gaps",
        "Actions",
        "KPI",
        "Financing",
        "Sources",
        "Notes",
        "Lists",
    ]


def test_a_gap_without_a_project_stands_with_its_reason(plan: Plan) -> None:
    gap = plan.diagnosis.gaps[0]
    alone = plan.model_copy(
        update={"open_gaps": (OpenGap(gap_id=gap.id, name=gap.name, severity=gap.severity, reason="先摸底再立项。"),)}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(projects_xlsx(alone)))["短板"]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(rows) == {item.id for item in plan.diagnosis.gaps}
    assert rows[gap.id][-1] == "先摸底再立项。"
    assert "先摸底再立项。" in plan_markdown(outline(alone, {}))


def test_every_field_of_a_project_has_a_column(book: Workbook, plan: Plan) -> None:
    sheet = book["项目清单"]
    assert sheet.max_row == len(plan.projects) + 1
    assert len(sheet[1]) >= len(Project.model_fields)
    headers = [cell.value for cell in sheet[1]]
    assert len(set(headers)) == len(headers)
    first = dict(zip(headers, (cell.value for cell in sheet[2]), strict=True))
    assert first["编号"] == "P01"
    assert first["类型"] == "A1 龙头企业招引"
    assert first["建设内容"] == "编制招商图谱；明确目标企业\n逐户制定方案"
    assert first["投资下限（亿元）"] == 12
    assert first["里程碑"] == "2026-01｜完成立项\n2028-12｜建成投产"
    assert first["预期产出"] == "引进龙头企业｜2｜家"


def test_the_list_is_frozen_filtered_and_wrapped(book: Workbook) -> None:
    sheet = book["项目清单"]
    assert sheet.freeze_panes == "C2"
    assert str(sheet.auto_filter.ref).startswith("A1:")
    assert all(cell.alignment.wrap_text for cell in sheet[1])
    assert sheet.cell(2, place(sheet, "建设内容")).alignment.wrap_text


def test_choices_and_rules_stand_on_the_columns(book: Workbook) -> None:
    rules = book["项目清单"].data_validations.dataValidation
    assert {rule.type for rule in rules} == {"list", "custom"}
    assert len([rule for rule in rules if rule.type == "list"]) == 6
    assert book["选项"].sheet_state == "hidden"


def test_totals_are_formulas_over_the_list_and_show_their_values(book: Workbook, content: bytes, plan: Plan) -> None:
    summary = book["汇总"]
    formulas = [cell.value for row in summary.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) > 30
    assert all("项目清单" in text or re.search(r"[A-E]\d", text) for text in formulas)
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["汇总"]
    rows = {row[0]: row for row in values.iter_rows(values_only=True) if row[0]}
    assert rows["A 锚点与磁极"][1:] == (2, 15.5, 23.25, 19.375)
    total = sum(project.investment.value for project in plan.projects if project.investment)
    assert next(row for row in values.iter_rows(values_only=True) if row[0] == "合计")[2] == total
    assert rows["企业自筹"][1] == 14.69


def test_text_that_looks_like_a_formula_stays_text(plan: Plan) -> None:
    for evil in ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)"):
        project = plan.projects[0].model_copy(update={"name": evil, "content": (evil,), "lead_body": evil})
        changed = plan.model_copy(update={"projects": (project, *plan.projects[1:]), "title": evil})
        book = openpyxl.load_workbook(io.BytesIO(projects_xlsx(changed)))
        sheet = book["项目清单"]
        for header in ("项目名称", "建设内容", "牵头单位"):
            cell = sheet.cell(2, place(sheet, header))
            assert (cell.value, cell.data_type) == (evil, "s")
            assert cell.quotePrefix
        assert book["汇总"]["A1"].data_type == "s"


def test_the_workbook_carries_the_label(book: Workbook) -> None:
    label = json.loads(book.custom_doc_props["AIGC"].value)
    assert label["Label"] == "1"
    assert "生成合成内容标识" in str(book["说明"]["B2"].value)
    assert "AI辅助生成内容" in str(book["项目清单"].oddHeader.center.text)


def test_the_same_plan_gives_the_same_bytes(plan: Plan, content: bytes) -> None:
    assert projects_xlsx(plan) == content
    again = plan.model_copy(update={"provenance": plan.provenance.model_copy(update={"created_at": ""})})
    assert projects_xlsx(again) == projects_xlsx(again)


def test_an_unedited_list_changes_nothing(plan: Plan, plan_en: Plan, tmp_path: Path) -> None:
    for number, one in enumerate((plan, plan_en)):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(projects_xlsx(one))
        changes = read_projects(path, one)
        assert (changes.edits, changes.added, changes.removed) == ((), (), ())


def test_an_edited_cell_comes_back_typed_and_with_its_place(plan: Plan, content: bytes, tmp_path: Path) -> None:
    path = edited(tmp_path, content, setting("投资上限（亿元）", 2, "20"))
    (edit,) = read_projects(path, plan).edits
    assert (edit.project_id, edit.field, edit.before, edit.after) == ("P01", "investment.upper", 18.0, 20.0)
    assert (edit.sheet, edit.row, edit.column) == ("项目清单", 2, "M")


def test_entries_of_several_parts_come_back_in_parts(plan: Plan, content: bytes, tmp_path: Path) -> None:
    path = edited(tmp_path, content, setting("预期产出", 3, "建成检测平台｜1｜个\n发布标准"))
    (edit,) = read_projects(path, plan).edits
    assert edit.after == [
        {"text": "建成检测平台", "value": 1.0, "unit": "个"},
        {"text": "发布标准", "value": None, "unit": None},
    ]


def test_moved_columns_and_other_rows_are_found(plan: Plan, content: bytes, tmp_path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.insert_cols(2)
        sheet.cell(1, 2).value = "我的备注"
        sheet.cell(2, 2).value = "待议"
        sheet.cell(3, place(sheet, "项目名称")).value = "轴承检测平台"

    (found,) = read_projects(edited(tmp_path, content, edit), plan).edits
    assert (found.project_id, found.field, found.after) == ("P02", "name", "轴承检测平台")


def test_new_and_deleted_rows_are_named(plan: Plan, content: bytes, tmp_path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.delete_rows(5)
        for header, value in (("项目名称", "新项目"), ("类别", "B 生态填充与强化"), ("类型", "B3"), ("解决短板", "G2"), ("牵头单位", "市人社局"), ("开工时间", "2027-01"), ("完成时间", "2027-12")):  # fmt: skip
            sheet.cell(5, place(sheet, header)).value = value
        for column in range(1, sheet.max_column + 1):
            if isinstance(sheet.cell(5, column).value, str) and str(sheet.cell(5, column).value).startswith("="):
                sheet.cell(5, column).value = None

    changes = read_projects(edited(tmp_path, content, edit), plan)
    assert changes.removed == ("P04",)
    (new,) = changes.added
    assert new.values["category"] == "B"
    assert new.values["type"] == "B3"


@pytest.mark.parametrize(
    ("header", "value", "said"),
    [
        ("投资下限（亿元）", "十二亿", "“十二亿”不是数字"),
        ("投资下限（亿元）", -3, "超出允许范围"),
        ("开工时间", "2026年7月", "YYYY-MM"),
        ("类别", "E 其他", "不在可选值中"),
        ("解决短板", "G99", "不是规划中的编号"),
        ("政策工具", "魔法｜a｜b", "不是政策工具类别"),
        ("参照先例", "改写引文", "不读回"),
        ("项目名称", None, "不能为空"),
        ("企业自筹占比", 0.9, "应为 100%"),
        ("编号", "P77", "没有编号为 P77 的项目"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_by_sheet_row_and_column(
    plan: Plan, content: bytes, tmp_path: Path, header: str, value: object, said: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_projects(edited(tmp_path, content, setting(header, 2, value)), plan)
    assert said in refused.value.message_zh
    assert re.search(r"“项目清单”第 2 行 [A-Z]+ 列", refused.value.message_zh)
    assert re.search(r"row 2, column [A-Z]+", refused.value.message_en)


def test_a_list_exported_before_the_plan_changed_is_refused(plan: Plan, content: bytes, tmp_path: Path) -> None:
    newer = plan.projects[0].model_copy(update={"objective": "新的目标"})
    changed = plan.model_copy(update={"projects": (newer, *plan.projects[1:])})
    path = edited(tmp_path, content, setting("项目名称", 2, "改名"))
    with pytest.raises(StepConflict) as refused:
        read_projects(path, changed)
    assert "P01" in refused.value.message_zh


def test_what_is_no_workbook_is_refused(plan: Plan, tmp_path: Path) -> None:
    for name, junk in (("a.xlsx", b""), ("b.xlsx", b"PK\x03\x04 broken"), ("c.xlsx", b"plain text")):
        (tmp_path / name).write_bytes(junk)
        with pytest.raises(RefusedFile):
            read_projects(tmp_path / name, plan)
    with pytest.raises(RefusedFile):
        read_projects(tmp_path / "none.xlsx", plan)
    other = Workbook()
    other.save(tmp_path / "other.xlsx")
    with pytest.raises(InvalidRequest, match="no sheet"):
        read_projects(tmp_path / "other.xlsx", plan)


def test_edits_change_their_fields_and_nothing_else(plan: Plan, content: bytes, tmp_path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.cell(2, place(sheet, "投资下限（亿元）")).value = 14
        sheet.cell(2, place(sheet, "预期产出")).value = "引进龙头企业｜2｜家\n带动配套企业｜10｜家"

    changes = read_projects(edited(tmp_path, content, edit), plan)
    before = plan.projects[0]
    after = patched(before, changes.edits, person="李工")
    assert after.investment is not None
    assert (after.investment.value, after.investment.basis) == (14, "assumption")
    assert after.financing[0].amount is not None
    assert after.financing[0].amount.value == round(16 * 0.5, 2)
    assert after.outputs[0] == before.outputs[0]
    assert after.author == "person:李工"
    kept = set(Project.model_fields) - {"investment", "financing", "outputs", "author"}
    assert all(getattr(after, name) == getattr(before, name) for name in kept)
    assert patched(plan.projects[1], changes.edits, person="李工") is plan.projects[1]


def test_edits_that_do_not_go_together_are_refused(plan: Plan, content: bytes, tmp_path: Path) -> None:
    path = edited(tmp_path, content, setting("完成时间", 2, "2025-01"))
    with pytest.raises(InvalidRequest, match="before it starts"):
        patched(plan.projects[0], read_projects(path, plan).edits)
