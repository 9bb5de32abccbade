"""What is wrong with a profile's figures is said with sheet, row and column; errors stop it, warnings do not."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from jumou.errors import InvalidProfile
from jumou.profile import check_profile, examine_content, read_profile

Book = Callable[..., Path]
HEAD = ["year", "indicator_zh", "indicator", "value", "unit", "growth_percent", "status", "source_id", "note"]
BRANCH = ["area", "sector_zh", "gbt4754", "measure", "year", "region_value", "nation_value", "unit"]


def found(path: Path, severity: str = "error") -> list[tuple[str, int | None, str, str]]:
    """The problems of one severity as (sheet, row, column, message)."""
    return [
        (item.sheet, item.row, item.column, item.message) for item in check_profile(path) if item.severity == severity
    ]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ([2023, "地区生产总值", "gdp", -812.5, "亿元"], "value", "不应为负数"),
        ([2023, "常住人口", "", -3, "万人"], "value", "不应为负数"),
        ([2023, "专精特新企业", "", -3, "家"], "value", "不应为负数"),
        ([2023, "地区生产总值", "gdp", "很多", "亿元"], "value", "不是数字"),
        ([2023, "地区生产总值", "gdp", "812.5亿元", "亿元"], "value", "不是数字"),
        ([2023, "地区生产总值", "gdp", "1,23", "亿元"], "value", "不是数字"),
        ([2023, "地区生产总值", "gdp", True, "亿元"], "value", "不是数字"),
        ([2023, "地区生产总值", "gdp", dt.datetime(2023, 5, 1), "亿元"], "value", "不是数字"),  # noqa: DTZ001 - as Excel writes it
        ([2023, "地区生产总值", "gdp", "#REF!", "亿元"], "value", "#REF!"),
        ([2023, "地区生产总值", "gdp", 812.5, "万辆"], "unit", "单位不应是"),
        ([2023, "常住人口", "population", 812.5, "亿元"], "unit", "单位不应是"),
        ([2023, "研发投入强度", "rd_intensity", 2.5, "亿元"], "unit", "单位不应是"),
        ([2023, "地区生产总值", "gdp", 70_021_000, "亿元"], "value", "超过全国"),
        ([2023, "常住人口", "population", 910, "亿人"], "value", "超过全国人口"),
        ([2023, "装备产业占规上工业比重", "", 140, "%"], "value", "不应超过 100%"),
        ([2023, "市场份额", "", 101, "%"], "value", "不应超过 100%"),
        (["2021、2022", "地区生产总值", "gdp", 812.5, "亿元"], "year", "不止一个年份"),
        (["2021-2022", "地区生产总值", "gdp", 812.5, "亿元"], "year", "不止一个年份"),
        ([23, "地区生产总值", "gdp", 812.5, "亿元"], "year", "1900—2100"),
        ([2203, "地区生产总值", "gdp", 812.5, "亿元"], "year", "1900—2100"),
        (["去年", "地区生产总值", "gdp", 812.5, "亿元"], "year", "1900—2100"),
        ([2023, "地区生产总值", "gdp", 812.5, "亿元", -120], "growth_percent", "低于 −100%"),
        ([2023, "", "gdp", 812.5, "亿元"], "indicator_zh", "缺少"),
        ([2023, "x" * 5000, "gdp", 812.5, "亿元"], "indicator_zh", "5000 字"),
    ],
)
def test_an_impossible_figure_stops_the_profile_at_its_cell(
    book: Book, row: list[Any], column: str, words: str
) -> None:
    path = book(indicators=[HEAD, [2022, "工业用电", "", 3, "亿千瓦时"], row])
    problems = found(path)
    assert len(problems) >= 1
    sheet, line, where, message = problems[0]
    assert (sheet, line, where) == ("indicators", 3, column)
    assert words in message
    with pytest.raises(InvalidProfile):
        read_profile(path)


@pytest.mark.parametrize(
    "row",
    [
        [2023, "地区生产总值增速", "", -4.5, "%"], [2023, "规上工业利润", "profit", -12, "亿元"], [2023, "产能增长", "", 161.7, "%"], [2023, "净流入人口", "", -3, "万人"],
        [2023, "一月平均气温", "", -15, "℃"], [2023, "地区生产总值", "gdp", None, "亿元", 5], [2023, "占地面积", "", 300, "亩"], [2023, "汽车对规上工业贡献率", "", 175, "%"],
        [2023, "地区生产总值", "gdp", "—", "亿元"], [2023, "高技术制造业占工业增加值", "", 64.4, "%"], [2022, "出口额", "", "1,234.5", "亿元"], ["2023年", "出口额", "", "１２．５", "亿元"],
    ],
)  # fmt: skip
def test_what_can_be_is_let_be(book: Book, row: list[Any]) -> None:
    assert found(book(indicators=[HEAD, row])) == []


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (["某市", "汽车", "C36", "output", 2021, -3, 86706, "亿元"], "region_value", "不应为负数"),
        (["某市", "汽车", "C36", "output", 2021, 90000, 86706, "亿元"], "region_value", "大于全国"),
        (["某市", "汽车", "C36", "output", 2021, 429, 86706, "万人"], "unit", "单位不应是"),
        (["某市", "汽车", "C36", "output", 2021, "429亿", 86706, "亿元"], "region_value", "不是数字"),
        (["某市", "电子", "C39", "output", 2021, 430, 86706, "亿元"], "sector_zh", "重复计算"),
        (["某市", "医药", "C27", "output", 2021, 430, 86706, "万美元"], "unit", "混用单位"),
    ],
)
def test_an_impossible_industry_stops_the_profile_at_its_cell(
    book: Book, row: list[Any], column: str, words: str
) -> None:
    path = book(industries=[BRANCH, ["某市", "电子", "C39", "output", 2021, 26.7, 141285, "亿元"], row])
    sheet, line, where, message = found(path)[0]
    assert (sheet, line, where) == ("industries", 3, column)
    assert words in message


@pytest.mark.parametrize(
    ("tabs", "words"),
    [
        ({"indicators": [HEAD, [2023, "出口额", "", 3, "亿元"], [2023, "出口额", "", 3, "亿元"]]}, "只计一次"),
        ({"indicators": [HEAD, [2023, "出口额", "", 3, "亿元"], [2023, "出口额", "", 4, "亿元"]]}, "同一年有两个数值"),
        ({"indicators": [HEAD, [2022, "出口额", "", 3, "亿元"], [2023, "出口额", "", 40000, "万元"]]}, "混用单位"),
        ({"indicators": [HEAD, [2023, "地区生产总值", "gdp", 3, ""]]}, "没有单位"),
        ({"indicators": [HEAD, [2023, "地区生产总值", "gdp", 90000, "亿元"]]}, "超出这一层级"),
        ({"indicators": [HEAD, [2023, "出口额", "", 3, "亿元", None, "", "s9"]], "sources": [["source_id", "url"], ["s1", "公报"]]}, "不在来源表中"),
        ({"sources": [["source_id", "url"], ["s1", "公报"], ["s1", "年鉴"]]}, "出现 2 次"),
        ({"indicators": [[*HEAD, "心情"], [2023, "出口额", "", 3, "亿元", None, "", "", "", "好"]]}, "不认识的列“心情”"),
        ({"心得": [["a", "b"], [1, 2]]}, "不认识的表“心得”"),
        ({"meta": [["region", "某市"], ["favourite", "x"]]}, "不认识的项“favourite”"),
        ({"meta": [["region", "长春市"], ["code", "340100"]]}, "与名称“长春市”不符"),
        ({"meta": [["region", "某市"], ["code", "12"]]}, "不在现行代码表中"),
        ({"meta": [["region", "某市"], ["target_chain", "moon"]]}, "没有编号为“moon”的产业链"),
        ({"meta": [["region", "某市"], ["base_year", 2023]], "indicators": [HEAD, [2015, "出口额", "", 3, "亿元"]]}, "最新指标是 2015 年的"),
        ({"meta": [["region", "某市"], ["base_year", 2023]], "indicators": [HEAD, [2023, "甲", "", 3, "家"], [2035, "乙", "", 3, "家"]]}, "远晚于基期"),
        ({"industries": [BRANCH, ["某市", "电子", "C39", "", 2021, 26.7, 141285, "亿元"]]}, "没有口径"),
        ({"industries": [BRANCH, *(["某市", f"业{n}", "", "output", 2018 + n, 3, 900, "亿元"] for n in range(4))]}, "分属 4 个年份"),
    ],
)  # fmt: skip
def test_a_doubtful_thing_is_pointed_out_and_read_on(book: Book, tabs: dict[str, list[list[Any]]], words: str) -> None:
    path = book(**tabs)
    assert found(path) == []
    assert any(words in message for *_, message in found(path, "warning"))
    assert read_profile(path).name


@pytest.mark.parametrize(
    ("tabs", "words"),
    [
        ({"meta": [["level", "city"]]}, "没有写区域名称"),
        ({"meta": [["region", "某市"], ["base_year", "最近"]]}, "年份"),
        ({"meta": [["region", "某市"], ["base_year", 2030], ["horizon", 2025]]}, "不晚于基期"),
        ({"indicators": [["甲", "乙"], [1, 2]]}, "找不到列名"),
        ({"indicators": [["年份", "数值"], [2023, 2]]}, "缺少必填列"),
        ({"indicators": [["指标名称", "数值", "数值"], ["出口额", 2, 3]]}, "重复"),
    ],
)  # fmt: skip
def test_a_sheet_that_cannot_be_understood_stops_the_profile(
    book: Book, tabs: dict[str, list[list[Any]]], words: str
) -> None:
    assert any(words in message for *_, message in found(book(**tabs)))


def test_a_shifted_csv_row_is_not_read_wrong(tmp_path: Path) -> None:
    """An unquoted thousands separator would move every later cell of its row."""
    (tmp_path / "meta.csv").write_text("region,某市\n", encoding="utf-8")
    (tmp_path / "indicators.csv").write_text("year,metric,value,unit\n2023,出口额,1,234,亿元\n", encoding="utf-8")
    assert [(sheet, row) for sheet, row, *_ in found(tmp_path)] == [("indicators.csv", 2)]


def test_a_formula_without_its_result_is_not_taken_for_an_empty_cell(book: Book) -> None:
    path = book(indicators=[["指标名称", "数值", "单位"], ["出口额", 3, "亿元"]])
    workbook = openpyxl.load_workbook(path)
    workbook["indicators"]["B2"] = "=1+2"
    workbook.save(path)
    assert any("公式" in message and row == 2 for _, row, _, message in found(path))


def test_every_problem_is_listed_not_only_the_first(book: Book) -> None:
    rows = [[2023, f"指标{n}", "", "多", "家"] for n in range(5)]
    path = book(indicators=[HEAD, *rows], enterprises=[["企业名称", "产值（亿元）"], ["甲", -3]])
    assert [row for _, row, *_ in found(path)] == [2, 3, 4, 5, 6, 2]
    with pytest.raises(InvalidProfile) as refused:
        read_profile(path)
    assert len(refused.value.problems) == 6


def test_places_are_named_as_the_file_names_them(book: Book) -> None:
    path = book(区域=[["区域名称", "某市"]], meta=[], 企业=[["企业名称", "产值（亿元）"], ["甲", "多"]])
    assert found(path)[0][:3] == ("企业", 2, "产值（亿元）")


def test_a_sparse_fact_is_judged_at_its_place() -> None:
    reading = examine_content(
        {
            "name": "某市",
            "background": [{"metric": "企业数", "value": 3}, {"metric": "GDP", "value": -5, "unit": "亿元"}],
        }
    )
    assert reading.profile is None
    assert [(item.sheet, item.row, item.column) for item in reading.problems if item.severity == "error"] == [
        ("input.background", 2, "value")
    ]


def test_json_that_repeats_a_key_is_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text('{"name": "甲市", "name": "乙市"}', encoding="utf-8")
    assert found(path, "warning")[0][2] == "name"


def test_problems_come_in_both_languages(book: Book) -> None:
    path = book(indicators=[HEAD, [2023, "出口额", "", "多", "亿元", -120]], 心得=[[1, 2]])
    for item in check_profile(path, "en"):
        assert item.mend
        assert not item.message.startswith("不")
