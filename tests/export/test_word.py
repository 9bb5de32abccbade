"""The Word file: official layout, labels, marks, tables, pictures, sources."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import docx
import openpyxl
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.oxml.table import CT_Row
from docx.shared import Mm, Pt

from jumou.domain.plan import Plan
from jumou.export.blocks import Run, Table
from jumou.export.chapters import Outline, outline
from jumou.export.excel import projects_xlsx
from jumou.export.word import plan_docx

OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}"


@pytest.fixture(scope="module")
def written(plan: Plan) -> Outline:
    return outline(plan)


@pytest.fixture(scope="module")
def content(written: Outline) -> bytes:
    return plan_docx(written)


@pytest.fixture(scope="module")
def document(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


@pytest.fixture(scope="module")
def english(plan_en: Plan) -> Document:
    return docx.Document(io.BytesIO(plan_docx(outline(plan_en))))


def texts(document: Document) -> Iterator[str]:
    for paragraph in document.element.body.iter(qn("w:p")):
        yield "".join(node.text or "" for node in paragraph.iter(qn("w:t")))


def headings(document: Document, level: int) -> list[str]:
    return [p.text for p in document.paragraphs if p.style is not None and p.style.name == f"Heading {level}"]


def test_the_page_is_a4_with_official_margins(document: Document) -> None:
    first = document.sections[0]
    assert [round(size.mm) for size in (first.page_width, first.page_height) if size is not None] == [210, 297]
    margins = (first.top_margin, first.bottom_margin, first.left_margin, first.right_margin)
    assert [round(side.mm) for side in margins if side is not None] == [37, 35, 28, 26]


def test_wide_annexes_stand_on_pages_turned_across_and_the_rest_upright(document: Document) -> None:
    turned = [section.orientation == WD_ORIENT.LANDSCAPE for section in document.sections]
    assert turned == [False, True, True, True, False, True, False, False]


def test_the_type_faces_follow_the_standard_and_have_alternatives(document: Document, content: bytes) -> None:
    faces = {"Title": "方正小标宋简体", "Heading 1": "黑体", "Heading 2": "楷体_GB2312", "Normal": "仿宋_GB2312"}
    for name, face in faces.items():
        fonts = document.styles[name].element.rPr.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")) == face
        assert fonts.get(qn("w:asciiTheme")) is None
    table = zipfile.ZipFile(io.BytesIO(content)).read("word/fontTable.xml").decode()
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>' in table


def test_running_text_is_16_points_on_fixed_lines_with_a_first_line_indent_of_two_characters(
    document: Document,
) -> None:
    style = document.styles["Normal"]
    assert style.font.size == Pt(16)
    assert style.paragraph_format.line_spacing == Pt(28.95)
    assert style.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"


def test_chapters_are_real_headings_with_chinese_numbers(document: Document) -> None:
    first = headings(document, 1)
    assert first[:5] == [
        "编制说明",
        "一、产业发展诊断与基准分析",
        "二、战略定位与愿景",
        "三、系统性项目设计",
        "四、实施路径与保障机制",
    ]
    assert first[5].startswith("附件1")
    assert headings(document, 2)[0] == "（一）总体判断"
    assert headings(document, 3)[0] == "1．某市轴承产业集群"


def test_every_heading_of_the_first_two_levels_is_linked_from_the_contents(document: Document) -> None:
    anchors = [link.get(qn("w:anchor")) for link in document.element.body.iter(qn("w:hyperlink"))]
    marks = {mark.get(qn("w:name")) for mark in document.element.body.iter(qn("w:bookmarkStart"))}
    assert len(anchors) == len(headings(document, 1)) + len(headings(document, 2))
    assert set(anchors) <= marks
    fields = [node.text or "" for node in document.element.body.iter(qn("w:instrText"))]
    assert any(text.strip().startswith("TOC ") for text in fields)


def test_tables_repeat_their_header_and_break_no_row(document: Document) -> None:
    assert len(document.tables) > 20
    for table in document.tables:
        rows = table._tbl.tr_lst  # python-docx walks merged cells slowly
        assert all(row.trPr is not None and row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    headed = [table for table in document.tables if table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None]
    assert len(headed) >= len(document.tables) - 3  # untitled records have no header row


@pytest.mark.parametrize(("rows", "kept"), [(1, [1, 0]), (8, [1] * 8 + [0]), (60, [1, 1, *[0] * 57, 1, 0])])
def test_small_tables_stay_on_one_page_and_longer_ones_leave_no_row_alone(
    written: Outline, rows: int, kept: list[int]
) -> None:
    """Rows that stay with the next are marked so; the last never is, or what follows would come along."""
    table = Table("某表", ("名称",), tuple((((Run(f"第{number}行"),),),) for number in range(rows)), (1.0,))
    document = docx.Document(io.BytesIO(plan_docx(replace(written, blocks=(table,)))))
    assert [_stays(row) for row in document.tables[-1]._tbl.tr_lst] == kept


def test_no_table_draws_what_follows_it_to_its_own_page(document: Document) -> None:
    assert not any(_stays(table._tbl.tr_lst[-1]) for table in document.tables)


def _stays(row: CT_Row) -> bool:
    return all(paragraph.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None for paragraph in row.iter(qn("w:p")))


def test_no_table_is_wider_than_its_page(document: Document) -> None:
    for table in document.tables:
        width = sum(column.width or 0 for column in table.columns)
        assert width <= Mm(234)


def test_page_numbers_stand_outside_between_dashes(document: Document) -> None:
    assert document.settings.odd_and_even_pages_header_footer
    first = document.sections[0]
    for footer in (first.footer, first.even_page_footer):
        paragraph = footer.paragraphs[0]
        assert paragraph.text.startswith("— ")
        assert any("PAGE" in (node.text or "") for node in paragraph._p.iter(qn("w:instrText")))
    assert first.footer.paragraphs[0].alignment != first.even_page_footer.paragraphs[0].alignment


def test_the_label_is_on_the_cover_and_above_every_page(document: Document) -> None:
    cover = document.paragraphs[0].text
    assert "生成合成内容标识" in cover
    assert "规则起草，未使用大模型" in cover
    assert "须经人工审核" in cover
    for header in (document.sections[0].header, document.sections[0].even_page_header):
        assert "AI辅助生成内容" in header.paragraphs[0].text


def test_the_label_is_in_the_metadata_too(content: bytes) -> None:
    archive = zipfile.ZipFile(io.BytesIO(content))
    custom = archive.read("docProps/custom.xml").decode()
    found = re.search(r'name="AIGC"><vt:lpwstr>(.*?)</vt:lpwstr>', custom)
    assert found is not None
    label = json.loads(found.group(1))
    assert label["Label"] == "1"
    assert label["ContentProducer"].startswith("jumou/0.1.0")
    assert label["ProduceID"] == "plan-1"
    assert "custom-properties" in archive.read("[Content_Types].xml").decode()


def test_statements_show_their_state(document: Document) -> None:
    text = "\n".join(texts(document))
    assert "高端材料与检测环节缺失，制约向高端迈进。[1-1]" in text
    assert "云岭市轴承产业2024年产值86.5亿元，制造环节集聚明显。〔区域资料〕" in text
    assert "高端轴承钢全部外购。〔未见依据〕" in text
    assert "12—18亿元〔规划假设〕" in text


def test_sources_are_numbered_and_carry_the_quoted_sentence(document: Document) -> None:
    lines = list(texts(document))
    described = next(line for line in lines if line.startswith("[2] "))
    for part in ("《公平竞争审查条例》", "国务院令第783号", "2024-06-06", "A（官方或权威来源）", "https://www.gov.cn/"):
        assert part in described
    assert any(re.search(r"(?:^|　)\[1-2\] [^\[]*园区设立产业理事会", line) for line in lines)


def test_every_mark_in_the_text_has_its_source(document: Document, written: Outline) -> None:
    known = {f"[{quote.mark}]" for source in written.sources.sources for quote in source.quotes}
    known |= {f"[{source.number}]" for source in written.sources.sources}
    used = set(re.findall(r"(?<![A-Za-z])\[\d+(?:-\d+)?\]", "\n".join(texts(document))))
    assert used == known


def test_charts_are_pictures_with_descriptions(document: Document, written: Outline) -> None:
    described = {node.get("name"): node.get("descr") for node in document.element.body.iter(qn("wp:docPr"))}
    assert set(described) == set(written.charts)
    assert "关键路径：P04 → P01 → P03" in described["roadmap"]


def test_the_figure_table_gives_basis_and_source_or_formula(document: Document) -> None:
    table = next(
        t for t in document.tables if t.rows[0].cells[0].text == "序号" and "依据类别" in t.rows[0].cells[5].text
    )
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    output = next(row for row in rows if row[1] == "轴承产业产值")
    assert output[2:6] == ["86.5", "亿元", "2024", "区域资料"]
    assert "industries!3" in output[6]
    assert any(row[5] == "测算" and row[6].startswith("lq:") for row in rows)


def test_every_field_of_a_project_is_on_its_card(document: Document) -> None:
    card = next(t for t in document.tables if t.rows[0].cells[0].text.startswith("P01｜A1"))
    labels = [
        row.cells[place].text for row in card.rows[1:] for place in (0, 2) if row.cells[place].text != row.cells[1].text
    ]
    assert labels == [
        "解决短板", "提出理由", "所属主题", "建设目标", "建设内容", "建设规模", "选址用地", "投资规模", "资金来源", "牵头单位", "配合单位", "起止时间",
        "里程碑", "前序项目", "预期产出", "支撑指标", "参照先例", "所需审批", "合规审查", "目标企业类型", "一企一策", "风险与应对", "优先级",
    ]  # fmt: skip


def test_what_the_rules_ask_for_is_said_once_for_all_the_projects_they_touch(document: Document, plan: Plan) -> None:
    table = next(t for t in document.tables if t.rows[0].cells[0].text == "规则")
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    asked = {(item.rule, item.text, item.remedy) for project in plan.projects for item in project.compliance}
    assert len(rows) == len(asked) > 0
    everything = "\n".join(texts(document))
    for rule, text, remedy in asked:
        assert everything.count(text) == 1
        touched = next(row[3] for row in rows if rule in row[0] and row[2] == remedy)
        assert touched.split(", ") == [p.id for p in plan.projects if any(item.rule == rule for item in p.compliance)]


def test_short_fields_stand_side_by_side_and_no_quote_is_printed_twice_on_a_card(document: Document) -> None:
    cards = [t for t in document.tables if re.match(r"P\d\d｜", t.rows[0].cells[0].text)]
    assert any(len({cell._tc for cell in row.cells}) == 4 for card in cards for row in card.rows)
    for card in cards:
        seen = [cell.text for row in card.rows for cell in {cell._tc: cell for cell in row.cells}.values()]
        assert len("".join(seen)) == len("".join(dict.fromkeys(seen)))


def test_the_same_plan_gives_the_same_bytes(written: Outline, plan: Plan, content: bytes) -> None:
    assert plan_docx(written) == content
    assert plan_docx(outline(plan)) == content
    stamps = {item.date_time for item in zipfile.ZipFile(io.BytesIO(content)).infolist()}
    assert stamps == {(2026, 3, 5, 0, 30, 0)}


def test_the_english_file_says_the_same(document: Document, english: Document) -> None:
    assert headings(english, 1)[:3] == ["About this draft", "1  Diagnosis", "2  Positioning"]
    assert len(headings(english, 1)) == len(headings(document, 1))
    assert len(headings(english, 2)) == len(headings(document, 2))
    assert len(english.tables) == len(document.tables)
    assert "no language model used" in english.paragraphs[0].text
    assert "[no evidence found]" in "\n".join(texts(english))


def test_a_model_and_a_person_are_named_behind_what_they_wrote(plan: Plan) -> None:
    by_model = plan.diagnosis.summary[0].model_copy(update={"author": "qwen3"})
    by_person = plan.diagnosis.summary[1].model_copy(update={"author": "person:王工"})
    diagnosis = plan.diagnosis.model_copy(update={"summary": (by_model, by_person)})
    changed = plan.model_copy(update={"diagnosis": diagnosis})
    text = "\n".join(texts(docx.Document(io.BytesIO(plan_docx(outline(changed, {}))))))
    assert "〔模型：qwen3〕" in text
    assert "〔人工：王工〕" in text


def test_a_plan_without_charts_says_what_they_would_need(plan: Plan) -> None:
    bare = plan.model_copy(
        update={
            "diagnosis": plan.diagnosis.model_copy(
                update={"indicators": (), "benchmarks": (), "data_gaps": (), "not_computable": ()}
            )
        }
    )
    text = "\n".join(texts(docx.Document(io.BytesIO(plan_docx(outline(bare))))))
    assert "专业化水平图未绘制" in text
    assert "资料库未检索到可比标杆" in text


def test_control_characters_in_a_text_do_not_break_the_file(plan: Plan) -> None:
    odd = plan.model_copy(update={"title": "云岭\x0b\x00规划"})
    assert docx.Document(io.BytesIO(plan_docx(outline(odd, {})))).core_properties.title == "云岭规划"
    assert openpyxl.load_workbook(io.BytesIO(projects_xlsx(odd))).properties.title == "云岭规划"
