"""The planner's day in a browser: a workbook in, a plan out, reviewed, corrected, handed in."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import openpyxl

from jumou.profile.samples import sample_path


def test_a_planner_goes_from_workbook_to_word(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit("/new", name="")
    page.locator("input[type=file]").set_input_files(str(sample_path("mouding")))
    page.get_by_text("可以起草").wait_for()
    page.locator("#draft").click()
    page.get_by_label("姓名").fill("李工")  # whoever drafts is asked for a name, once
    page.get_by_role("button", name="确定").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f]{32}$"), timeout=120_000)
    plan = page.url

    page.goto(f"{plan}/diagnosis")
    page.locator(".chart canvas").first.wait_for()
    page.locator(".src").first.click()
    page.locator(".drawer.open mark").first.wait_for()  # the quote, marked in its document
    page.keyboard.press("Escape")
    assert page.locator(".drawer.open").count() == 0

    page.goto(f"{plan}/projects")
    card = page.locator('.item[data-item="project/P01"]')
    card.focus()
    page.keyboard.press("e")
    page.get_by_label("项目名称").fill("订正后的项目名称")
    page.get_by_role("button", name="保存为新版本").click()
    card.get_by_text("订正后的项目名称").wait_for()
    assert page.locator(".ag-cell", has_text="订正后的项目名称").count() == 1

    for step in ("diagnosis", "positioning", "projects", "implementation"):
        page.goto(f"{plan}/{step}")
        page.get_by_role("button", name="审定本步").click()
        page.locator(".page-head .state.approved").wait_for()
    page.goto(plan)
    assert page.locator(".step.approved").count() == 4

    with page.expect_download(timeout=120_000) as word:
        page.get_by_role("link", name="Word").click()
    word.value.save_as(tmp_path / "plan.docx")
    assert "订正后的项目名称" in zipfile.ZipFile(tmp_path / "plan.docx").read("word/document.xml").decode()
    with page.expect_download(timeout=120_000) as sheet:
        page.get_by_role("link", name="Excel").click()
    sheet.value.save_as(tmp_path / "projects.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "projects.xlsx").worksheets[0].values for cell in row]
    assert "订正后的项目名称" in cells


def test_the_table_is_edited_in_place(visit: Callable[..., Any], plan: dict[str, Any]) -> None:
    page = visit(f"/plans/{plan['id']}/projects")
    cell = page.locator('.ag-row[row-id="P01"] [col-id="lead_body"]').first
    cell.scroll_into_view_if_needed()
    cell.dblclick()
    page.locator(".ag-cell-edit-wrapper input, .ag-text-field-input").first.fill("市工业和信息化局")
    page.keyboard.press("Enter")
    page.get_by_text("已保存").first.wait_for()
    page.reload()
    page.locator('.item[data-item="project/P01"] dd', has_text="市工业和信息化局").first.wait_for(state="attached")


def test_two_people_collide_and_nothing_is_lost(visit: Callable[..., Any], plan: dict[str, Any]) -> None:
    first, second = (visit(f"/plans/{plan['id']}/projects", name=name) for name in ("张工", "李工"))
    for page, name in ((first, "张工的名称"), (second, "李工的名称")):
        page.locator('.item[data-item="project/P01"]').focus()
        page.keyboard.press("e")
        page.get_by_label("项目名称").fill(name)
    first.get_by_role("button", name="保存为新版本").click()
    first.get_by_text("已保存").first.wait_for()
    second.get_by_role("button", name="保存为新版本").click()
    conflict = second.locator(".conflict")
    conflict.get_by_text("内容已被他人改动").wait_for()
    assert conflict.get_by_text("张工的名称").count() == 1
    assert conflict.get_by_text("李工的名称").count() == 1

    conflict.get_by_role("button", name="在现在的版本上重做我的修改").click()
    second.get_by_role("button", name="保存为新版本").click()
    second.locator('.item[data-item="project/P01"]', has_text="李工的名称").wait_for()
    second.goto(f"{second.url.rpartition('/')[0]}/history")
    assert second.get_by_text("张工").count()
    assert second.get_by_text("李工").count()


def test_a_rejection_asks_for_its_reason_and_shows_it(visit: Callable[..., Any], plan: dict[str, Any]) -> None:
    page = visit(f"/plans/{plan['id']}/diagnosis")
    item = page.locator('.item[data-item^="gap/"]').first
    item.focus()
    page.keyboard.press("r")
    page.get_by_label("请写明退回理由").fill("与实际不符")
    page.get_by_role("dialog").get_by_role("button", name="退回").click()
    item.locator(".state.rejected").wait_for()
    assert item.get_by_text("与实际不符").count() == 1


def test_an_upstream_edit_marks_what_rests_on_it(visit: Callable[..., Any], plan: dict[str, Any]) -> None:
    gap = next(item for item in plan["projects"] if item["id"] == "P01")["closes_gap"]
    page = visit(f"/plans/{plan['id']}/diagnosis")
    page.locator(f'.item[data-item="gap/{gap}"]').focus()
    page.keyboard.press("e")
    page.get_by_label("名称").fill("订正后的差距")
    page.get_by_role("button", name="保存为新版本").click()
    page.get_by_text("已保存").first.wait_for()
    page.goto(page.url.replace("/diagnosis", ""))
    assert page.locator(".step.stale").count() >= 1


def test_what_was_saved_survives_a_killed_server(visit: Callable[..., Any], plan: dict[str, Any], server: Any) -> None:
    page = visit(f"/plans/{plan['id']}/positioning")
    page.locator('.item[data-item="vision"]').focus()
    page.keyboard.press("a")
    page.locator('.item[data-item="vision"] .state.approved').wait_for()
    server.kill()
    server.start()
    again = visit(f"/plans/{plan['id']}/positioning")  # the page that was open loads itself anew, when it likes
    again.locator('.item[data-item="vision"] .state.approved').wait_for()


def test_an_edit_can_be_undone_from_the_history(visit: Callable[..., Any], plan: dict[str, Any]) -> None:
    page = visit(f"/plans/{plan['id']}/positioning")
    page.get_by_role("button", name="采用为愿景").first.click()
    page.get_by_text("已保存").first.wait_for()
    page.goto(page.url.replace("/positioning", "/history"))
    page.get_by_role("button", name="看改动").first.click()
    page.get_by_text("条原样未动").wait_for()
    page.get_by_role("button", name="关闭").last.click()
    page.get_by_role("button", name="恢复到此版").first.click()
    page.get_by_role("button", name="恢复", exact=True).click()
    page.get_by_text("已恢复为新版本").wait_for()
    page.get_by_text("撤销").first.wait_for()


def test_a_wrong_workbook_is_told_cell_by_cell(visit: Callable[..., Any], tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(sample_path("mouding").read_bytes()[:4000])
    page = visit("/new")
    page.locator("input[type=file]").set_input_files(str(broken))
    page.get_by_role("alert").wait_for()
    page.locator("#draft").click()
    page.get_by_text("请先上传资料").wait_for()


def test_an_unknown_path_of_the_api_is_answered_by_the_api(server: Any) -> None:
    answer = httpx.get(f"{server.url}/v1/nothing", timeout=60)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_an_edited_excel_list_comes_back_as_a_revision(
    visit: Callable[..., Any], plan: dict[str, Any], server: Any, tmp_path: Path
) -> None:
    exported = tmp_path / "projects.xlsx"
    exported.write_bytes(httpx.get(f"{server.url}/v1/plans/{plan['id']}/files/projects.xlsx", timeout=60).content)
    workbook = openpyxl.load_workbook(exported)
    sheet = workbook.worksheets[0]
    heads = [str(cell.value) for cell in sheet[1]]
    lead = next(place for place, head in enumerate(heads, 1) if "牵头" in head)
    sheet.cell(2, lead).value = "市产业链办公室"
    number, title = (
        next(place for place, head in enumerate(heads, 1) if head == name) for name in ("编号", "项目名称")
    )
    new = sheet.max_row + 1
    for place in range(1, len(heads) + 1):  # a project written by copying the row above it
        copied = sheet.cell(2, place).value
        sheet.cell(new, place).value = None if str(copied).startswith("=") else copied
    sheet.cell(new, number).value, sheet.cell(new, title).value = None, "老旧厂房改造中试基地项目"
    workbook.save(exported)
    page = visit(f"/plans/{plan['id']}/projects")
    page.get_by_role("button", name="导入改后的 Excel").click()
    page.locator("input[type=file]").set_input_files(str(exported))
    page.get_by_text("1 处改动").wait_for()
    page.get_by_text("老旧厂房改造中试基地项目").wait_for()
    page.get_by_role("button", name="确认，成为新版本").click()
    page.get_by_text("已保存").first.wait_for()
    page.locator('.item[data-item="project/P01"] dd', has_text="市产业链办公室").first.wait_for(state="attached")
    page.locator(".item h3, .item h4, .item", has_text="老旧厂房改造中试基地项目").first.wait_for(state="attached")


def test_the_chat_answers_beside_the_vision_and_survives_a_reload(
    visit: Callable[..., Any], plan: dict[str, Any]
) -> None:
    page = visit(f"/plans/{plan['id']}/positioning")
    page.get_by_label("想说的话").fill("请起草一条面向全国的愿景")
    page.get_by_role("button", name="发送").click()
    page.locator(".talk .turn.assistant .said").first.wait_for()
    page.get_by_role("button", name="停止").wait_for(state="hidden")
    said = page.locator(".talk .turn.assistant .said").first.inner_text()
    assert said
    page.reload()
    assert page.locator(".talk .turn.assistant .said").first.inner_text() == said


def test_what_was_asked_again_is_redrafted_and_nothing_else(
    visit: Callable[..., Any], plan: dict[str, Any], server: Any
) -> None:
    for step in ("diagnosis", "positioning"):
        page = visit(f"/plans/{plan['id']}/{step}")
        page.get_by_role("button", name="审定本步").click()
        page.locator(".page-head .state.approved").wait_for()
    before = httpx.get(f"{server.url}/v1/plans/{plan['id']}/steps/projects", timeout=60).json()["standing"]["items"]
    page.goto(page.url.replace("/positioning", "/projects"))
    page.locator('.item[data-item="project/P02"]').focus()
    page.keyboard.press("q")
    page.get_by_label("请写明希望怎样重拟").fill("写得更具体")
    page.get_by_role("dialog").get_by_role("button", name="要求重拟").click()
    page.locator('.item[data-item="project/P02"] .state.asked_again').wait_for()
    page.get_by_role("button", name="重拟待办条目").click()
    page.get_by_text("已重拟").wait_for()
    after = httpx.get(f"{server.url}/v1/plans/{plan['id']}/steps/projects", timeout=60).json()["standing"]["items"]
    hashes = {item["id"]: item["hash"] for item in after}
    assert all(hashes[item["id"]] == item["hash"] for item in before if item["id"] != "project/P02")


def test_a_draft_under_way_can_be_cancelled(visit: Callable[..., Any], server: Any) -> None:
    page = visit("/new")
    page.get_by_role("button", name="长春市").click()
    page.get_by_text("可以起草").wait_for()
    before = len(httpx.get(f"{server.url}/v1/plans?limit=200", timeout=60).json()["plans"])
    page.locator("#draft").click()
    page.get_by_role("button", name="取消起草").click()
    page.get_by_text("已取消，资料仍保留在本页").wait_for()
    page.wait_for_timeout(6000)
    assert len(httpx.get(f"{server.url}/v1/plans?limit=200", timeout=60).json()["plans"]) == before


def test_a_document_is_added_found_and_taken_out(visit: Callable[..., Any], tmp_path: Path) -> None:
    own = tmp_path / "县域茶产业调研.md"
    own.write_text("# 县域茶产业调研\n\n精制茶加工能力不足，鲜叶外流比例较高，缺少区域公共品牌。\n", encoding="utf-8")
    page = visit("/corpus")
    page.locator("input[type=file]").set_input_files(str(own))
    page.locator(".state.approved", has_text="已收入").wait_for()
    page.get_by_label("标题、机关或区域").fill("县域茶产业")
    page.wait_for_timeout(1500)  # the list is drawn anew as one types, and a click on a row that goes is lost
    row = page.locator("tr", has_text="县域茶产业调研").last
    row.locator(".src").click()
    page.locator(".drawer.open", has_text="鲜叶外流").wait_for()
    page.keyboard.press("Escape")
    row.get_by_role("button", name="移除").click()
    page.get_by_role("dialog").get_by_role("button", name="移除").click()
    page.get_by_text("没有符合的文献").wait_for()


def test_a_gap_links_to_the_projects_that_answer_it(visit: Callable[..., Any], plan: dict[str, Any]) -> None:
    page = visit(f"/plans/{plan['id']}/diagnosis")
    page.locator('#gaps a[href$="#project/P01"]').first.click()
    page.wait_for_url("**/projects#project/P01")
    page.locator('.item[data-item="project/P01"]:focus').wait_for()


def test_actual_values_lead_to_a_proposal_that_a_person_decides(
    visit: Callable[..., Any], plan: dict[str, Any], server: Any
) -> None:
    kpi = next(one for one in plan["implementation"]["kpis"] if one["targets"])
    target = kpi["targets"][0]
    for year in (target["year"], target["year"] + 1):
        entry = {"kpi_id": kpi["id"], "period": str(year), "value": 0.0, "source": "统计公报"}
        sent = httpx.post(
            f"{server.url}/v1/plans/{plan['id']}/actuals", json={"person": "张工", "entries": [entry]}, timeout=60
        )
        assert sent.status_code == 201, sent.text
    page = visit(f"/plans/{plan['id']}/monitoring")
    page.locator("td", has_text=kpi["name"]).first.wait_for()
    asked = page.get_by_role("button", name="不采纳").first
    if asked.count():
        asked.click()
        page.get_by_label("请写明理由").fill("口径未定")
        page.get_by_role("button", name="确定").click()
        page.get_by_text("口径未定").wait_for()
