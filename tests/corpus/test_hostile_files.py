"""Files that are broken, locked, empty, too much, or not what they say: each is refused with a clear message, no more."""

import io
import os
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.pool import Job, Readers
from jumou.errors import RefusedFile
from jumou.retrieval import Library
from jumou.retrieval.intake import Outcome, add_files
from jumou.testing import BagEncoder, text_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
LIMITS = Limits(
    file_bytes=2_000_000, unpacked_bytes=30_000_000, pages=50, sheets=20, cells=20_000, characters=300_000, members=500, depth=100,
    cpu_seconds=3, wall_seconds=6, memory_bytes=700_000_000, workers=2,
)  # fmt: skip


def _bomb(part: str, size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        with made.open(part, "w", force_zip64=True) as inside:
            for _ in range(size // 1_000_000):
                inside.write(b" " * 1_000_000)
    return file.getvalue()


def _lying_bomb(part: str) -> bytes:
    """A bomb whose directory states a small size."""
    packed = bytearray(_bomb(part, 60_000_000))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = packed.rfind(mark)
        packed[start + offset : start + offset + 4] = struct.pack("<I", 1000)
    return bytes(packed)


def _pdf(body: bytes) -> bytes:
    return b"%PDF-1.4\n" + body + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _flate_bomb() -> bytes:
    packed = zlib.compress(zlib.compress(b" " * 200_000_000, 6), 6)
    return _pdf(
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%b\nendstream endobj\n" % (len(packed), packed)
    )


def _looping_pages() -> bytes:
    return _pdf(b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 5>>endobj\n")


def _many_pages() -> bytes:
    return _pdf(
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 999999999>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    )


def _deep_pdf() -> bytes:
    return _pdf(b"1 0 obj<</Type/Catalog/Pages " + b"[" * 50_000 + b"]" * 50_000 + b">>endobj\n")


def _nested_tables() -> bytes:
    opening, closing = "<w:tbl><w:tr><w:tc>", "<w:p/></w:tc></w:tr></w:tbl>"
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = opening * 150 + "<w:p><w:r><w:t>深</w:t></w:r></w:p>" + closing * 150
    return f"<w:document {space}><w:body>{body}</w:body></w:document>".encode()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
BIG_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)

# name of the file -> how it is made, and words of the message
HOSTILE: dict[str, tuple[Callable[..., bytes], str]] = {
    # empty
    "空.txt": (lambda _: b"", "没有内容"),
    "空白.md": (lambda _: b" \r\n\t\n" * 50, "没有内容"),
    "零.pdf": (lambda _: b"\x00" * 5000, "没有内容"),
    "只有标点.txt": (lambda _: "——……。。".encode(), "没有内容"),
    "空表.xlsx": (lambda make: make.excel(空=[]), "没有内容"),
    "空文.docx": (lambda make: make.word(), "没有内容"),
    "空页.html": (lambda _: b"<html><body><script>var a = 1</script></body></html>", "没有内容"),
    "只有说明.md": (lambda _: "---\ntitle: 无正文\n---\n".encode(), "没有内容"),
    # broken
    "断.pdf": (lambda make: make.pdf([["产业集群发展规划"]])[:400], "损坏"),
    "头.pdf": (lambda _: b"%PDF-1.7\n", "损坏"),
    "乱.pdf": (lambda _: b"%PDF-1.4\n" + os.urandom(5000), "损坏"),
    "断.docx": (lambda make: make.word("产业")[:3000], "损坏"),
    "断.xlsx": (lambda make: make.excel(表=[[1, 2]])[:2000], "损坏"),
    "坏部件.docx": (lambda make: make.changed(make.word("产业"), "word/document.xml", b"<w:document"), "损坏"),
    "坏部件.xlsx": (lambda make: make.changed(make.excel(表=[[1, 2]]), "xl/worksheets/sheet1.xml", b"<worksheet><sheetD"), "损坏"),
    "缺部件.xlsx": (lambda make: make.archive(xl__workbook_xml=b"<workbook/>"), "损坏"),
    "坏校验.docx": (lambda make: make.word("产业" * 3000).replace(b"PK\x05\x06", b"PK\x05\x07"), "损坏"),
    "乱码.txt": (lambda _: bytes(range(128, 256)) * 40, "编码"),
    "断码.txt": (lambda _: b"\xef\xbb\xbf" + "产业".encode()[:-1] + b"\xff" * 9, "编码"),
    # locked
    "加密.pdf": (lambda make: make.pdf([["规划"]], lock=StandardEncryption("user", "owner")), "加密"),
    "加密.docx": (lambda _: OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600, "加密"),
    "加密.xlsx": (lambda _: OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600, "加密"),
    # scans
    "扫描.pdf": (lambda make: make.pdf([[], []]), "没有文字层"),
    # too much
    "太大.txt": (lambda _: "产业".encode() * 400_000, "超过上限"),
    "太长.md": (lambda _: "产业集群\n".encode() * 100_000, "超过上限"),
    "页数.pdf": (lambda make: make.pdf([["产业"]] * 60), "页数超过上限"),
    "谎报页数.pdf": (lambda _: _many_pages(), "页数超过上限|损坏"),
    "格数.xlsx": (lambda make: make.excel(表=[["数", "值", "量"]] * 8000), "单元格数超过上限"),
    "格数.csv": (lambda _: b"1,2,3,4,5,6,7,8,9,10\n" * 3000, "单元格数超过上限"),
    "表数.xlsx": (lambda make: make.excel(**{f"表{number}": [["产业"]] for number in range(30)}), "工作表数超过上限"),
    "远格.xlsx": (
        lambda make: make.changed(
            make.excel(表=[["产"]]),
            "xl/worksheets/sheet1.xml",
            BIG_SHEET.format("".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 9000))).encode(),
        ),
        "单元格数超过上限",
    ),
    "部件.docx": (lambda make: make.archive(**{"word__document_xml": b"<x/>", **{f"p{n}": b"" for n in range(600)}}), "部件数超过上限"),
    # bombs
    "炸弹.docx": (lambda _: _bomb("word/document.xml", 60_000_000), "压缩炸弹"),
    "炸弹.xlsx": (lambda _: _bomb("xl/workbook.xml", 60_000_000), "压缩炸弹"),
    "谎报.xlsx": (lambda _: _lying_bomb("xl/workbook.xml"), "损坏|压缩炸弹"),
    "炸弹.pdf": (lambda _: _flate_bomb(), "损坏|限额|没有文字层"),
    "实体.docx": (lambda make: make.changed(make.word("产业"), "word/document.xml", ENTITY), "实体"),
    "实体.xlsx": (lambda make: make.changed(make.excel(表=[[1]]), "xl/sharedStrings.xml", LAUGHS), "实体"),
    "宽实体.xlsx": (
        lambda make: make.changed(make.excel(表=[[1]]), "xl/sharedStrings.xml", LAUGHS.decode().encode("utf-16")), "实体",
    ),
    "别名.md": (lambda _: f"---\n{ALIASES}---\n正文。\n".encode(), "别名"),
    # nesting
    "深.html": (lambda _: b"<html><body>" + b"<div>" * 20_000 + "深".encode() + b"</div>" * 20_000, "嵌套"),
    "深.docx": (lambda make: make.changed(make.word("产业"), "word/document.xml", _nested_tables()), "嵌套"),
    "深说明.md": (lambda _: f"---\na: {'[' * 500}{']' * 500}\n---\n正文。\n".encode(), "嵌套|YAML"),
    "深.pdf": (lambda _: _deep_pdf(), "损坏|嵌套|限额"),
    "循环.pdf": (lambda _: _looping_pages(), "损坏|嵌套|限额|没有文字层"),
    # not what they say
    "其实是文档.pdf": (lambda make: make.word("产业"), "内容却是 Word"),
    "其实是表格.docx": (lambda make: make.excel(表=[[1]]), "内容却是 Excel"),
    "其实是图片.docx": (lambda _: PNG, "内容却是图片"),
    "其实是程序.txt": (lambda _: b"\x7fELF\x02\x01\x01" + b"\x00" * 300, "内容却是可执行程序"),
    "其实是压缩包.pdf": (lambda make: make.archive(a_txt=b"1"), "内容却是压缩包"),
    "其实是旧版.docx": (lambda _: OLE + b"\x00" * 900, "内容却是旧版 Office"),
    "其实是文本.pdf": (lambda _: "产业集群发展规划\n".encode() * 9, "损坏"),
    "带宏.docx": (lambda make: make.changed(make.word("产业"), "word/vbaProject.bin", b"\x01\x02"), "含宏"),
    "幻灯片.docx": (lambda make: make.archive(ppt__presentation_xml=b"<x/>"), "PowerPoint"),
    "压缩包.docx": (lambda make: make.archive(a_txt="产业".encode()), "损坏"),
    # not read
    "旧版.doc": (lambda _: OLE + b"\x00" * 900, "另存为 .docx"),
    "旧版.xls": (lambda _: OLE + b"\x00" * 900, "另存为 .docx 或 .xlsx"),
    "网页表.xls": (lambda _: "<table><tr><td>产值</td></tr></table>".encode(), "另存为 .docx 或 .xlsx"),
    "富文本.doc": (lambda _: rb"{\rtf1\ansi industry}", "RTF"),
    "图.png": (lambda _: PNG, "文字识别"),
    "包.zip": (lambda make: make.archive(a_txt=b"1"), "解压"),
    "版式.ofd": (lambda make: make.archive(OFD_xml=b"<x/>"), "OFD"),
    "单页.mht": (lambda _: b"MIME-Version: 1.0\nContent-Type: multipart/related\n", ".mht"),
    "程序.py": (lambda _: b"print('x')\n", "不在可收入之列"),
    "无名": (lambda _: "产业集群\n".encode(), "不在可收入之列"),
    # descriptions
    "坏说明.md": (lambda _: "---\ntitle: [未闭合\n---\n正文。\n".encode(), "YAML"),
    "错层级.md": (lambda _: "---\nlevel: 特级\n---\n正文。\n".encode(), "level 不能是“特级”"),
    "错日期.md": (lambda _: "---\nissued: 明年春天\n---\n正文。\n".encode(), "issued 不是日期"),
    "无此日.md": (lambda _: "---\nissued: 2023-02-30\n---\n正文。\n".encode(), "YAML"),
}  # fmt: skip


@pytest.fixture(scope="module")
def hostile(make: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (made, _) in HOSTILE.items():
        (folder / name).write_bytes(made(make))
    return folder


@pytest.fixture(scope="module")
def outcomes(hostile: Path, make: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """All hostile files and two good ones, added at once to a library that holds something."""
    (hostile / "0好.txt").write_text("第一份好文件。", encoding="utf-8")
    (hostile / "龟好.docx").write_bytes(make.word("最后一份好文件。"))
    home = tmp_path_factory.mktemp("home")
    texts = [text_of("shipped", "国家支持产业集群。")]
    with Library.build(home, encoder=BagEncoder(), documents=texts, corpus="small") as library:
        found = {Path(one.path).name: one for one in add_files(library, [hostile], limits=LIMITS)}
        yield {**found, "library": library}


def test_there_are_many_of_them() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_clear_message(outcomes: dict[str, Any], name: str) -> None:
    outcome: Outcome = outcomes[name]
    assert outcome.status == "refused"
    assert any(words in outcome.message_zh for words in HOSTILE[name][1].split("|")), outcome.message_zh
    assert name.partition(".")[0] in outcome.message_zh
    assert outcome.message_en
    assert outcome.message_en != outcome.message_zh


def test_the_good_files_among_them_are_in_and_nothing_is_lost(outcomes: dict[str, Any]) -> None:
    library = outcomes["library"]
    assert isinstance(library, Library)
    assert outcomes["0好.txt"].status == outcomes["龟好.docx"].status == "added"
    assert library.size()[0] == 3
    assert {hit.document.title for hit in library.search("好文件", limit=3)} >= {"0好", "龟好"}
    assert library.document("shipped").title == "shipped"


def test_a_reader_that_takes_too_long_is_stopped_and_the_next_file_is_read(make: Any) -> None:
    slow = make.changed(
        make.excel(表=[["产"]]),
        "xl/worksheets/sheet1.xml",
        BIG_SHEET.format("<row><c><v>1</v></c></row>" * 400_000).encode(),
    )
    began = time.monotonic()
    with Readers(Limits(wall_seconds=0.8, workers=1, cells=10_000_000)) as readers:
        with pytest.raises(RefusedFile, match="stopped"):
            readers.read(Job("慢.xlsx", slow))
        assert time.monotonic() - began < 5
    with Readers(Limits(wall_seconds=20, workers=1)) as readers:
        assert readers.read(Job("a.txt", "产业".encode())).text == "产业\n"


def test_a_reader_that_uses_up_its_processor_time_is_replaced(make: Any) -> None:
    slow = make.changed(
        make.excel(表=[["产"]]),
        "xl/worksheets/sheet1.xml",
        BIG_SHEET.format("<row><c><v>1</v></c></row>" * 700_000).encode(),
    )
    with Readers(Limits(cpu_seconds=0, workers=1, cells=10_000_000)) as readers:
        with pytest.raises(RefusedFile, match="stopped"):
            readers.read(Job("慢.xlsx", slow))
        assert readers.read(Job("a.txt", "产业".encode())).text == "产业\n"


def test_a_reader_may_not_use_more_memory_than_allowed() -> None:
    with Readers(Limits(memory_bytes=200_000_000, workers=1)) as readers:
        with pytest.raises(RefusedFile, match="stopped"):
            readers.read(Job("大.html", b"<p>x" * 1_000_000))
        assert readers.read(Job("a.txt", "产业".encode())).text == "产业\n"


def test_the_reading_process_sees_no_settings(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUMOU_EMBEDDINGS_API_KEY", "secret")
    with Readers(Limits(workers=1)) as readers:
        readers.read(Job("a.docx", make.word("产业")))
        environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in _processes() if _is_reader(pid)]
    assert environments or not Path("/proc").is_dir()
    assert all(b"secret" not in one for one in environments)


def _processes() -> list[str]:
    return [path.name for path in Path("/proc").glob("[0-9]*")]


def _is_reader(pid: str) -> bool:
    try:
        parent = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1]
        return int(parent) == os.getpid() and b"confined.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_word_document_may_nest_its_tables_as_far_as_people_do(readers: Readers, make: Any) -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    for _ in range(5):
        cell = cell.add_table(1, 1).cell(0, 0)
    cell.text = "里层文字"
    assert "里层文字" in readers.read(Job("a.docx", make.saved(document))).text
