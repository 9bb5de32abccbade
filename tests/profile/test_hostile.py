"""Files that cannot be read: each refused with what is wrong and how to mend it, quickly and without eating memory."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from jumou.domain.region import ProfileProblem
from jumou.errors import InvalidProfile
from jumou.profile import check_profile, examine_profile, read_profile

JsonFile = Callable[[Any], Path]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def only_problem(path: Path) -> ProfileProblem:
    """The one problem of a file that cannot be opened; reading refuses it for the same reason."""
    problems = check_profile(path)
    assert len(problems) == 1
    assert problems[0].severity == "error"
    assert problems[0].mend
    with pytest.raises(InvalidProfile) as refused:
        read_profile(path)
    assert refused.value.problems == tuple(problems)
    return problems[0]


def xlsx() -> bytes:
    """A workbook with a long sheet, so that cutting it hurts."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "indicators"
    page.append(["indicator_zh", "value"])
    for number in range(3000):
        page.append([f"指标{number}", number])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The workbook with parts replaced or added; `__` in a name stands for /, `_xml` for .xml."""
    target = io.BytesIO()
    wanted = {name.replace("__", "/").replace("_xml", ".xml"): value for name, value in parts.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in wanted:
                new.writestr(part.filename, old.read(part))
        for name, value in wanted.items():
            new.writestr(name, value)
    return target.getvalue()


WHOLE = xlsx()


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.99, 0.9999])
def test_a_truncated_workbook_is_named_as_damaged(tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.xlsx"
    path.write_bytes(WHOLE[: int(len(WHOLE) * share)])
    assert "损坏" in only_problem(path).message


@pytest.mark.parametrize("place", [0.2, 0.4, 0.6, 0.8, 0.97])
def test_a_workbook_with_a_hole_is_damaged_or_whole_but_never_a_crash(tmp_path: Path, place: float) -> None:
    path = tmp_path / "hole.xlsx"
    start = int(len(WHOLE) * place)
    path.write_bytes(WHOLE[:start] + b"\x00" * 200 + WHOLE[start + 200 :])
    assert any(problem.severity == "error" for problem in check_profile(path))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("old.xls", OLE + b"\x00" * 600, "旧版 .xls"),
        ("locked.xlsx", OLE + b"\x00" * 400 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 400, "已加密"),
        ("empty.xlsx", b"", "空文件"),
        ("text.xlsx", "只是文字".encode(), "损坏"),
        ("page.xls", b"<html><table><tr><td>1</td></tr></table></html>", "损坏"),
        ("empty.json", b"", "空文件"),
        ("list.json", b"[1, 2]", "不是对象"),
        ("comma.json", '{\n "name": "某市",\n}'.encode(), "第 3 行第 1 列"),
        ("deep.json", b'{"a":' * 100_000, "嵌套"),
        ("digits.json", b'{"name": ' + b"9" * 6000 + b"}", "过长的数字"),
        ("binary.json", bytes(range(256)) * 50, "不是文本"),
        ("indicators.csv", b"\x00\x01\x02" * 100, "不是文本"),
        ("other.csv", "甲,乙\n1,2\n".encode(), "other.csv"),
        ("plan.pdf", b"%PDF-1.7", "格式"),
        ("plan.docx", b"PK\x03\x04", "格式"),
    ],
)  # fmt: skip
def test_files_of_the_wrong_kind_are_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert words in only_problem(path).message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "找不到" in only_problem(tmp_path / "none.xlsx").message


def test_an_empty_folder_and_one_without_sheets_are_named(tmp_path: Path) -> None:
    assert "没有区域资料" in only_problem(tmp_path).message
    (tmp_path / "readme.txt").write_text("x", encoding="utf-8")
    assert "没有区域资料" in only_problem(tmp_path).message


def test_a_folder_with_two_profiles_asks_which(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text('{"name": "某市"}', encoding="utf-8")
    assert "多份资料" in only_problem(tmp_path).message


def test_fifty_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    for name in ("big.xlsx", "big.json", "indicators.csv"):
        path = tmp_path / name
        with path.open("wb") as file:
            file.truncate(50_000_000)
        started = time.perf_counter()
        assert "50 MB" in only_problem(path).message
        assert time.perf_counter() - started < 1


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(repacked(WHOLE, xl__sharedStrings_xml=b" " * 300_000_000))
    started = time.perf_counter()
    assert "解压" in only_problem(path).message
    assert time.perf_counter() - started < 1


def test_a_bomb_of_many_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parts.xlsx"
    path.write_bytes(repacked(WHOLE, **{f"xl__part{number}_xml": b"<a/>" for number in range(2100)}))
    assert "部件数超过上限" in only_problem(path).message


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lol.xlsx"
    lol = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
    path.write_bytes(repacked(WHOLE, xl__sharedStrings_xml=lol))
    assert "实体" in only_problem(path).message


def test_a_sheet_of_scattered_cells_does_not_eat_memory(tmp_path: Path) -> None:
    """One cell in the last row and column makes a naive reader build a million rows of sixteen thousand cells."""
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    sheet += b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    path = tmp_path / "wide.xlsx"
    path.write_bytes(repacked(WHOLE, xl__worksheets__sheet1_xml=sheet))
    started = time.perf_counter()
    assert any(problem.severity == "error" for problem in check_profile(path))
    assert time.perf_counter() - started < 10


def test_too_many_rows_are_reported_not_cut_silently(tmp_path: Path) -> None:
    (tmp_path / "meta.csv").write_text("region,某市\n", encoding="utf-8")
    (tmp_path / "notes.csv").write_text(
        "text\n" + "".join(f"说明{number}\n" for number in range(20_050)), encoding="utf-8"
    )
    assert [problem.message for problem in check_profile(tmp_path) if problem.severity == "error"] == [
        "超过 20000 行，其后未读取"
    ]


def test_thousands_of_mistakes_are_counted_not_listed(tmp_path: Path) -> None:
    (tmp_path / "meta.csv").write_text("region,某市\n", encoding="utf-8")
    (tmp_path / "indicators.csv").write_text("metric,value\n" + "指标,很多\n" * 3000, encoding="utf-8")
    problems = check_profile(tmp_path)
    assert sum(problem.severity == "error" for problem in problems) == 501
    assert len(problems) == 1001
    assert "另有 " in problems[-1].message


def test_unprintable_characters_do_not_reach_the_profile(jsonfile: JsonFile) -> None:
    path = jsonfile({"name": "某\x00市", "resources": ["锂\x0b矿", "\ud800水"]})
    profile = read_profile(path)
    assert (profile.name, [item.name for item in profile.resources]) == ("某市", ["锂矿", "水"])


@pytest.mark.parametrize(
    "content",
    [
        {"name": ["某市"]}, {"name": {"a": 1}}, {"name": None}, {"name": ""}, {"region": []}, {"region": {}}, {"meta": [], "indicators": []},
        {"meta": {"region": "某市"}, "indicators": {"a": 1}}, {"meta": {"region": "某市"}, "indicators": "x"}, {"meta": {"region": "某市"}, "indicators": [{"value": [1]}]},
        {"schema_version": "1", "name": "某市", "indicators": 3}, {"schema_version": "1", "name": "某市", "level": "planet"}, {"schema_version": "1", "name": 7},
        {"schema_version": "1", "name": "某市", "unknown": 1}, {"schema_version": "1", "name": "某市", "indicators": [{"metric": "GDP", "value": "多"}]},
        {"input": {}}, {}, {"resources": ["x"]},
    ],
)  # fmt: skip
def test_wrong_types_are_reported_in_both_languages(jsonfile: JsonFile, content: Any) -> None:
    path = jsonfile(content)
    for language in ("zh", "en"):
        problems = [problem for problem in check_profile(path, language) if problem.severity == "error"]
        assert problems
        assert all(problem.message and problem.mend for problem in problems)
        assert language == "zh" or not any(
            "\u4e00" <= letter <= "\u9fff" for problem in problems for letter in problem.message
        )


def test_anything_json_can_hold_is_read_or_refused_with_a_place(jsonfile: JsonFile) -> None:
    """Shapes nobody foresaw: read, or refused with an error, but never a crash."""
    odd = [
        None,
        True,
        -1,
        1e308,
        10**400,
        float("nan"),
        "",
        "x" * 5000,
        [],
        {},
        [None],
        [[["a"]]],
        {"a": {"b": [1]}},
        [{"name": None}],
        [{"value": {}}],
        [1, "a", {}],
    ]
    keys = [
        "region",
        "background",
        "resources",
        "enterprises",
        "problems",
        "meta",
        "indicators",
        "industries",
        "sources",
        "notes",
        "horizon",
        "schema_version",
        "input",
        "指标",
    ]
    for key in keys:
        for value in odd:
            content = (
                {"name": "某市", key: value} if key != "schema_version" else {"name": "某市", key: "1", "notes": value}
            )
            reading = examine_profile(jsonfile(content))
            assert reading.profile is not None or reading.problems[0].severity == "error", (key, value)


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    """A folder that somebody sent may hold a link to a file of one's own."""
    (tmp_path / "secret.csv").write_text("indicator,value\ncanary,1\n", encoding="utf-8")
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "meta.csv").write_text("region,某市\n", encoding="utf-8")
    (folder / "indicators.csv").symlink_to(tmp_path / "secret.csv")
    assert "文件夹之外" in only_problem(folder).message
    (folder / "indicators.csv").unlink()
    (folder / "indicators.csv").symlink_to("indicators.csv")
    assert "链接" in only_problem(folder).message
