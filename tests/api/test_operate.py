"""A plan in operation over HTTP: values in, deviations and proposals out, decisions, the report, edited lists."""

import io
from typing import Any

import httpx
import openpyxl
import pytest

from jumou.export import projects_xlsx
from jumou.workflow.reading import StoredPlan

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def kpis_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return list(plan["implementation"]["kpis"])


def short(plan: dict[str, Any], period: str, share: float) -> list[dict[str, Any]]:
    """Values for all added numbers that are due from the first year on (they count from zero), each `share` of the year's target."""
    found = []
    for kpi in kpis_of(plan):
        if not kpi["targets"] or kpi["targets"][0]["quantity"]["value"] <= 0:
            continue
        target = next(
            (one["quantity"] for one in kpi["targets"] if str(one["year"]) == period and "added" in one["quantity"]["flags"]), None
        )  # fmt: skip
        if target is not None:
            found.append(
                {"kpi_id": kpi["id"], "period": period, "value": target["value"] * share, "source": "年度快报"}
            )
    return found


@pytest.fixture
def in_alert(client: httpx.Client, plan: dict[str, Any]) -> dict[str, Any]:
    """A plan whose added numbers were missed two years in a row."""
    years = [str(one["year"]) for one in kpis_of(plan)[0]["targets"]][:2]
    for year in years:
        sent = {"person": "张工", "entries": short(plan, year, 0.5)}
        assert client.post(f"/v1/plans/{plan['id']}/actuals", json=sent).status_code == 201
    return plan | {"years": years}


def upload(client: httpx.Client, address: str, content: bytes) -> httpx.Response:
    return client.post(address, files={"file": ("list.xlsx", content, "application/octet-stream")})


def saved(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def project_list(client: httpx.Client, plan: dict[str, Any]) -> Any:
    """The list as it is handed out; written here, because the server writes all the files of a plan along with it."""
    stored = StoredPlan.model_validate(client.get(f"/v1/plans/{plan['id']}").json())
    return openpyxl.load_workbook(io.BytesIO(projects_xlsx(stored.whole())))


def column(sheet: Any, title: str) -> int:
    return next(place for place, cell in enumerate(sheet[1], start=1) if cell.value == title)


def test_values_are_kept_with_source_and_person(client: httpx.Client, in_alert: dict[str, Any]) -> None:
    found = client.get(f"/v1/plans/{in_alert['id']}/actuals").json()["actuals"]
    assert {(one["source"], one["person"]) for one in found} == {("年度快报", "张工")}
    assert {one["period"] for one in found} == set(in_alert["years"])


def test_deviations_come_by_period(client: httpx.Client, in_alert: dict[str, Any]) -> None:
    address = f"/v1/plans/{in_alert['id']}/deviations"
    last = client.get(address, params={"period": in_alert["years"][1]}).json()["deviations"]
    assert last
    assert {(row["state"], row["alerts_in_a_row"], row["shortfall"]) for row in last} == {("alert", 2, 0.5)}
    assert len(client.get(address).json()["deviations"]) == 2 * len(last)
    assert client.get(address, params={"period": "春季"}).status_code == 422


def test_a_proposal_is_accepted_into_the_next_version_once(client: httpx.Client, in_alert: dict[str, Any]) -> None:
    address = f"/v1/plans/{in_alert['id']}/adjustments"
    found = client.get(address).json()
    revised = next(one for one in found["open"] if one["kind"] == "revise_targets")
    assert revised["evidence"]
    sent = {"person": "李处", "comment": "按评审会意见", "approve": True}
    made = client.post(f"{address}/{revised['id']}/accept", json=sent)
    assert made.status_code == 201, made.text
    item = client.get(f"/v1/plans/{in_alert['id']}/steps/implementation/items/{revised['item_id']}").json()
    assert item["value"]["targets"] == revised["after"]["targets"]
    assert client.post(f"{address}/{revised['id']}/accept", json=sent).status_code == 409
    after = client.get(address).json()
    assert revised["id"] not in {one["id"] for one in after["open"]}
    assert [one["decision"] for one in after["decided"]] == ["accept"]
    other = after["open"][0]["id"]
    assert client.post(f"{address}/{other}/dismiss", json={"person": "李处", "comment": "暂缓"}).status_code == 201
    assert client.post(f"{address}/none/accept", json=sent).status_code == 404


def test_a_filled_in_workbook_is_imported(client: httpx.Client, plan: dict[str, Any]) -> None:
    address = f"/v1/plans/{plan['id']}/actuals.xlsx"
    answer = client.get(address, params={"period": "2027Q2"})
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [kpi["id"] for kpi in kpis_of(plan)]
    sheet.cell(2, column(sheet, "实际值")).value = 12.5
    sheet.cell(2, column(sheet, "数据来源")).value = "二季度快报"
    made = client.post(address, params={"person": "张工"}, files={"file": ("a.xlsx", saved(book))})
    assert made.status_code == 201, made.text
    assert [(one["period"], one["value"], one["source"]) for one in made.json()["actuals"]] == [
        ("2027Q2", 12.5, "二季度快报")
    ]
    again = client.get(address, params={"period": "2027Q2"})
    held = openpyxl.load_workbook(io.BytesIO(again.content)).worksheets[0]
    assert held.cell(2, column(held, "实际值")).value == 12.5


def test_faults_of_a_workbook_name_sheet_row_and_column(client: httpx.Client, plan: dict[str, Any]) -> None:
    address = f"/v1/plans/{plan['id']}/actuals.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(client.get(address, params={"period": "2027"}).content))
    sheet = book.worksheets[0]
    sheet.cell(3, column(sheet, "实际值")).value = "约十亿"
    sheet.cell(4, column(sheet, "实际值")).value = 3
    refused = client.post(address, params={"person": "张工"}, files={"file": ("a.xlsx", saved(book))})
    assert refused.status_code == 422
    told = refused.json()["title"]
    assert "“实际值”第 3 行 G 列" in told
    assert "“实际值”第 4 行 H 列" in told
    assert client.get(f"/v1/plans/{plan['id']}/actuals").json()["actuals"] == []
    assert upload(client, f"{address}?person=a", b"no workbook").status_code == 422
    assert client.post(address, params={"person": "a"}, json={}).status_code == 415


def test_the_report_says_what_was_entered_and_carries_the_label(client: httpx.Client, in_alert: dict[str, Any]) -> None:
    address = f"/v1/plans/{in_alert['id']}/report"
    text = client.get(address, params={"format": "md"}).text
    for words in ("监测报告", "AI", "年度快报", "预警", "连续2期", "调整建议", "修订目标路径"):
        assert words in text
    word = client.get(address, params={"period": in_alert["years"][0]})
    assert word.headers["content-type"] == WORD
    assert word.content[:2] == b"PK"
    assert client.get(address, params={"period": in_alert["years"][0]}).content == word.content


def test_a_report_without_values_needs_a_period(client: httpx.Client, plan: dict[str, Any]) -> None:
    address = f"/v1/plans/{plan['id']}/report"
    assert client.get(address).status_code == 409
    assert client.get(address, params={"period": "2027Q1", "format": "md"}).status_code == 200


def test_an_untouched_list_changes_nothing(client: httpx.Client, plan: dict[str, Any]) -> None:
    made = upload(client, f"/v1/plans/{plan['id']}/projects.xlsx?reviewer=张工", saved(project_list(client, plan)))
    assert made.status_code == 200, made.text
    body = made.json()
    assert body["revision"] is None
    assert body["proposed"]["patch"] is None
    assert body["proposed"]["changes"] == {"edits": [], "added": [], "removed": []}


def test_an_edited_list_is_shown_first_and_written_in_a_persons_name(
    client: httpx.Client, plan: dict[str, Any]
) -> None:
    address = f"/v1/plans/{plan['id']}/projects.xlsx"
    book = project_list(client, plan)
    sheet = book.worksheets[0]
    sheet.cell(3, column(sheet, "牵头单位")).value = "市发展改革委"
    first = {cell.value: sheet.cell(2, cell.column).value for cell in sheet[1]}
    row = len(plan["projects"]) + 2
    for title in ("项目名称", "类别", "类型", "解决短板", "牵头单位", "开工时间", "完成时间"):
        sheet.cell(row, column(sheet, title)).value = "新增轴承检测中心" if title == "项目名称" else first[title]
    shown = upload(client, address, saved(book))
    assert shown.status_code == 200, shown.text
    edit = shown.json()["proposed"]["changes"]["edits"]
    assert [(one["field"], one["after"], one["row"]) for one in edit] == [("lead_body", "市发展改革委", 3)]
    assert shown.json()["revision"] is None
    before = client.get(f"/v1/plans/{plan['id']}/steps/projects").json()
    assert before["standing"]["hash"] == shown.json()["seen"]
    made = upload(client, f"{address}?reviewer=张工", saved(book))
    assert made.status_code == 200, made.text
    assert made.json()["revision"]["author"] == "张工"
    after = client.get(f"/v1/plans/{plan['id']}/steps/projects").json()["revision"]["content"]["projects"]
    old = before["revision"]["content"]["projects"]
    assert after[1] == old[1] | {"lead_body": "市发展改革委", "author": "person:张工"}
    assert [*after[:1], *after[2 : len(old)]] == [*old[:1], *old[2:]]
    new = after[len(old) :]
    assert [(one["name"], one["author"], one["state"]) for one in new] == [
        ("新增轴承检测中心", "person:张工", "assumption")
    ]
    assert made.json()["proposed"]["new_ids"] == [new[0]["id"]]


def test_a_proposed_patch_can_be_sent_through_review(client: httpx.Client, plan: dict[str, Any]) -> None:
    book = project_list(client, plan)
    sheet = book.worksheets[0]
    sheet.cell(2, column(sheet, "牵头单位")).value = "市发展改革委"
    shown = upload(client, f"/v1/plans/{plan['id']}/projects.xlsx", saved(book)).json()
    sent = {"reviewer": "李处", "patch": shown["proposed"]["patch"]}
    address = f"/v1/plans/{plan['id']}/steps/projects"
    assert client.patch(address, json=sent, headers={"If-Match": shown["seen"]}).status_code == 200
    assert client.patch(address, json=sent, headers={"If-Match": shown["seen"]}).status_code == 409
    assert client.get(address).json()["revision"]["content"]["projects"][0]["lead_body"] == "市发展改革委"


def test_rows_that_are_gone_are_removed_only_when_asked(client: httpx.Client, plan: dict[str, Any]) -> None:
    address = f"/v1/plans/{plan['id']}/projects.xlsx"
    book = project_list(client, plan)
    last = plan["projects"][-1]["id"]
    book.worksheets[0].delete_rows(len(plan["projects"]) + 1)
    shown = upload(client, f"{address}?reviewer=张工", saved(book)).json()
    assert (shown["proposed"]["changes"]["removed"], shown["revision"]) == ([last], None)
    made = upload(client, f"{address}?reviewer=张工&remove=true", saved(book)).json()
    assert made["revision"]["author"] == "张工"
    assert last not in {one["id"] for one in client.get(f"/v1/plans/{plan['id']}").json()["projects"]}


def test_fields_that_do_not_go_together_are_refused_with_their_row(client: httpx.Client, plan: dict[str, Any]) -> None:
    book = project_list(client, plan)
    sheet = book.worksheets[0]
    sheet.cell(4, column(sheet, "完成时间")).value = "2001-01"
    refused = upload(client, f"/v1/plans/{plan['id']}/projects.xlsx", saved(book))
    assert refused.status_code == 422
    assert "第 4 行" in refused.json()["title"]


def test_word_and_markdown_end_with_the_review_record(client: httpx.Client, plan: dict[str, Any]) -> None:
    step = client.get(f"/v1/plans/{plan['id']}/steps/diagnosis")
    sent = {"decision": "reject", "reviewer": "李处", "comment": "请补充统计口径"}
    made = client.post(
        f"/v1/plans/{plan['id']}/steps/diagnosis/reviews", json=sent, headers={"If-Match": step.headers["ETag"]}
    )
    assert made.status_code == 201
    text = client.get(f"/v1/plans/{plan['id']}/files/plan.md").text
    record = text[text.index("审阅记录") :]
    assert all(words in record for words in ("李处", "请补充统计口径", "退回"))
