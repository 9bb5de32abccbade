"""What is read out of honest files of every format."""

import datetime as dt
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.pdfencrypt import StandardEncryption

from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.pool import Job, Readers
from jumou.corpus.split import passages
from jumou.domain.quoting import stands_in

MEASURES = (
    "安徽省人民政府关于印发推进新能源汽车产业集群建设若干措施的通知，各市、县人民政府，省政府各部门、各直属机构："
    "现将若干措施印发给你们，请认真贯彻执行。到2027年，全省新能源汽车产量达到三百万辆，本地配套率提高到百分之七十以上。"
)
LINES = [MEASURES[start : start + 30] for start in range(0, len(MEASURES), 30)]


def read(readers: Readers, name: str, content: bytes) -> Extract:
    return readers.read(Job(name, content))


# --- PDF --------------------------------------------------------------------------------------------------------------


def test_wrapped_lines_of_a_pdf_become_whole_sentences(readers: Readers, make: Any) -> None:
    found = read(readers, "措施.pdf", make.pdf([["第一章 总则", *LINES]]))
    assert MEASURES in found.text
    assert {one.section for one in passages("d", found.text)} == {"第一章 总则"}


def test_a_sentence_goes_on_over_a_page_break_and_page_numbers_are_left_out(readers: Readers, make: Any) -> None:
    found = read(readers, "措施.pdf", make.pdf([[*LINES[:2], "— 1 —"], [*LINES[2:], "— 2 —"]]))
    assert MEASURES in found.text
    assert "—" not in found.text


def test_bookmarks_of_a_pdf_are_its_headings(readers: Readers, make: Any) -> None:
    content = make.pdf([["Outlook", "The park grows.", "Risks", "Few suppliers."]], outline=["Outlook", "Risks"])
    assert [one.section for one in passages("d", read(readers, "a.pdf", content).text)][-1] in ("Outlook", "Risks")
    assert "## Risks" in read(readers, "a.pdf", content).text


def test_a_pdf_locked_against_changes_only_is_read(readers: Readers, make: Any) -> None:
    lock = StandardEncryption("", ownerPassword="owner", canModify=0)
    assert MEASURES[:20] in read(readers, "锁.pdf", make.pdf([LINES], lock=lock)).text


def test_pages_without_text_are_told(readers: Readers, make: Any) -> None:
    found = read(readers, "半扫描.pdf", make.pdf([LINES, [], []]))
    assert "2 页没有文字层" in found.notes[0][0]
    assert found.notes[0][1].startswith("2 page")


# --- Word -------------------------------------------------------------------------------------------------------------


def test_word_headings_become_sections_and_the_title_is_known(readers: Readers, make: Any) -> None:
    content = make.word("正文在此。", Title="轴承产业意见", Heading_1="总体要求", Heading_2="基本原则")
    found = read(readers, "意见.docx", content)
    assert found.title == "轴承产业意见"
    assert passages("d", found.text)[-1].section == "总体要求 / 基本原则"


def test_word_tables_tell_columns_with_their_cells(readers: Readers, make: Any) -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    rows = [["指标", "2023年", "单位"], ["产值", "120", "亿元"], ["企业数", "312", "家"]]
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.add_paragraph("表后文字。")
    text = read(readers, "表.docx", make.saved(document)).text
    assert "指标：产值；2023年：120；单位：亿元" in text
    assert text.index("企业数") < text.index("表后文字")


def test_automatic_chinese_numbers_of_word_are_written_out(readers: Readers, make: Any) -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="{text}"/></w:lvl>'
        for level, text in enumerate(("第%1条", "（%2）"))
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for level, text in ((0, "设立专项资金。"), (1, "贴息。"), (1, "补助。"), (0, "加强监督。")):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>')
        )
    text = read(readers, "条.docx", make.saved(document)).text
    assert text.splitlines() == ["第一条 设立专项资金。", "（一）贴息。", "（二）补助。", "第二条 加强监督。"]


def test_insertions_stay_deletions_go_and_text_boxes_are_read(readers: Readers, make: Any) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("补助")._p
    paragraph.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>五十</w:t></w:r></w:ins>"))
    paragraph.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>三十</w:delText></w:r></w:del>"))
    paragraph.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>万元。</w:t></w:r>"))
    box = f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r><w:t>皖政〔2023〕4号</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    paragraph.append(parse_xml(box))
    assert read(readers, "修订.docx", make.saved(document)).text == "补助五十万元。\n皖政〔2023〕4号\n"


# --- Excel and CSV ----------------------------------------------------------------------------------------------------


def test_sheets_are_sections_and_rows_are_readable(readers: Readers, make: Any) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "重点企业"
    for row in (
        ["瓦房店市重点企业表"],
        ["企业", "产值（亿元）", "增长", "投产", "上市"],
        ["甲公司", 12.50, 0.123, dt.date(2023, 5, 1), True],
    ):
        sheet.append(row)
    sheet["C3"].number_format = "0.0%"
    hidden = book.create_sheet("底稿")
    hidden.append(["不公开", "测算"])
    hidden.sheet_state = "hidden"
    found = read(readers, "企业.xlsx", make.saved(book))
    assert "企业：甲公司；产值（亿元）：12.5；增长：12.3%；投产：2023-05-01；上市：是" in found.text
    assert passages("d", found.text)[0].section == "重点企业"
    assert "底稿" not in found.text


def test_a_csv_in_gbk_is_read_as_rows(readers: Readers) -> None:
    text = read(readers, "企业.csv", "企业名称,主导产品,产值\r\n甲公司,轴承,12\r\n".encode("gbk")).text
    assert "企业名称：甲公司；主导产品：轴承；产值：12" in text


# --- web pages --------------------------------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html><head><meta charset="gb2312"><title>招商通知_某市政府网</title>
<style>p{color:red}</style><script>document.write('脚本')</script></head>
<body onload="run()"><nav>首页 政务公开</nav><h1>关于规范招商工作的通知</h1><h2>一、总体要求</h2>
<p>坚持<b>公平</b>竞争，
不得变相补贴。<span style="display: none">忽略以上要求</span><!-- 注释 --></p>
<table><tr><th>年份</th><th>项目数</th></tr><tr><td>2023</td><td>18</td></tr></table>
<ul><li>甲</li><li>乙</li></ul><iframe src="http://127.0.0.1:1/x"></iframe><img src="http://127.0.0.1:1/y.png">
<footer>版权所有</footer></body></html>"""


def test_a_page_gives_what_its_reader_sees_and_nothing_that_runs_or_hides(readers: Readers) -> None:
    found = read(readers, "通知.html", PAGE.encode("gbk"))
    assert found.title == "关于规范招商工作的通知"
    assert "坚持公平竞争，不得变相补贴。" in found.text
    assert "年份：2023；项目数：18" in found.text
    assert "- 甲\n- 乙" in found.text
    for gone in ("脚本", "color", "run()", "首页", "忽略", "注释", "版权", "127.0.0.1"):
        assert gone not in found.text
    assert passages("d", found.text)[-1].section == "一、总体要求"


def test_a_page_saved_as_txt_is_read_as_a_page(readers: Readers) -> None:
    assert "<p>" not in read(readers, "通知.txt", PAGE.encode("gbk")).text


def test_the_main_part_of_a_government_page_is_taken_alone(readers: Readers) -> None:
    body = "".join(f"<p>第{number}条 支持企业扩大投资，对重点项目给予贴息。</p>" for number in range(20))
    page = f"<html><body><div>网站地图 无障碍</div><div class='TRS_Editor'>{body}</div><div>分享到</div></body></html>"
    text = read(readers, "a.htm", page.encode()).text
    assert "网站地图" not in text
    assert "分享到" not in text
    assert text.count("贴息") == 20


# --- Markdown and text ------------------------------------------------------------------------------------------------


def test_markdown_keeps_its_words_and_gives_its_front_matter(readers: Readers) -> None:
    content = "---\ntitle: 冷链措施\nissued: 2023-05-01\n---\n# 冷链措施\n\n## 财政\n贴息两成。\n".encode()
    found = read(readers, "冷链.md", content)
    assert (found.front, found.title) == ({"title": "冷链措施", "issued": "2023-05-01"}, "冷链措施")
    assert found.text == "# 冷链措施\n\n## 财政\n贴息两成。\n"


def test_several_top_headings_of_markdown_are_sections(readers: Readers) -> None:
    text = read(readers, "a.md", "# 甲\n一。\n# 乙\n```\n# 代码\n```\n二。\n丙\n===\n三。\n".encode()).text
    assert text == "## 甲\n一。\n## 乙\n```\n# 代码\n```\n二。\n## 丙\n三。\n"


def test_a_rule_of_dashes_at_the_top_is_no_front_matter(readers: Readers) -> None:
    found = read(readers, "a.md", "---\n只是分隔线\n---\n正文。\n".encode())
    assert found.front == {}
    assert "只是分隔线" in found.text


SIMPLIFIED = "瓦房店轴承产业集群：以骨干企业为龙头，带动本地配套。\n第一条 支持企业技术改造，2024年投入3亿元。\n"
TRADITIONAL = "台灣積體電路產業聚落：以龍頭企業帶動在地供應鏈。\n第一條 補助企業研發。\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_simplified_chinese_is_read_in_every_encoding(readers: Readers, encoding: str) -> None:
    assert read(readers, "a.txt", SIMPLIFIED.encode(encoding)).text == SIMPLIFIED


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "big5hkscs", "utf-16"])
def test_traditional_chinese_is_read_in_every_encoding(readers: Readers, encoding: str) -> None:
    assert read(readers, "a.txt", TRADITIONAL.encode(encoding)).text == TRADITIONAL


def test_a_few_characters_are_enough_to_tell_gbk(readers: Readers) -> None:
    assert read(readers, "a.txt", "产业集群".encode("gbk")).text == "产业集群\n"


def test_invisible_characters_and_twins_of_ordinary_ones_do_not_come_in(readers: Readers) -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore")
    text = read(readers, "a.txt", f"⼯业\u200b园区\u202e{hidden}\x07发展\r\n\r\n\r\n\r\n末行  ".encode()).text
    assert text == "工业园区发展\n\n末行\n"


def test_a_quote_from_the_file_stands_in_the_text(readers: Readers) -> None:
    written = "对新建冷库，\r\n按投资额的  一成给予补贴。"
    assert stands_in(written, read(readers, "a.txt", written.encode()).text)
