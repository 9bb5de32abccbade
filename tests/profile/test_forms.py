"""The forms a profile comes in, and that they give the same profile."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jumou.domain.region import RegionProfile
from jumou.errors import InvalidProfile
from jumou.profile import check_profile, examine_content, parse_profile, read_profile

Book = Callable[..., Path]
INDICATORS = [
    ["year", "indicator_zh", "indicator", "value", "unit", "status"],
    [2023, "地区生产总值", "gdp", 812.5, "亿元", "published"],
]


def test_a_name_and_an_industry_are_a_profile() -> None:
    profile = parse_profile({"name": "某县", "target_industry": "茶产业"})
    assert (profile.name, profile.level, profile.country, profile.target_industry) == (
        "某县",
        "county",
        "中国",
        "茶产业",
    )


@pytest.mark.parametrize(
    ("name", "level", "parent"),
    [
        ("安徽省", "provincial", "中国"), ("安徽", "provincial", "中国"), ("合肥", "city", "安徽省"), ("义乌市", "county", "浙江省金华市"),
        ("重庆市", "provincial", "中国"), ("佛山市南海区", "county", "广东省佛山市"), ("湖南省株洲市", "city", "湖南省"),
        ("武汉东湖新技术开发区", "park", ""), ("某产业园区", "park", ""), ("黔东南苗族侗族自治州", "city", "贵州省"), ("Humber", "other", ""),
    ],
)  # fmt: skip
def test_level_and_parent_follow_from_the_name(name: str, level: str, parent: str) -> None:
    profile = parse_profile({"name": name})
    assert (profile.level, profile.parent) == (level, parent)


@pytest.mark.parametrize(
    ("level", "meant"),
    [
        ("地级市", "city"), ("省", "provincial"), ("省级", "provincial"), ("直辖市", "provincial"), ("自治区", "provincial"), ("副省级城市", "city"),
        ("省会城市", "city"), ("计划单列市", "city"), ("县级市", "county"), ("县", "county"), ("市辖区", "county"), ("直辖市辖区", "county"),
        ("国家级高新区", "park"), ("省级经开区", "park"), ("国家循环经济试点园区", "park"), ("国家级新区", "park"), ("乡镇", "town"),
        ("country", "national"), ("state", "provincial"), ("province", "provincial"), ("provincial capital", "city"), ("metro region", "city"),
        ("county/region", "county"), ("county-level city", "county"), ("prefecture-level city", "city"), ("industrial park", "park"),
    ],
)  # fmt: skip
def test_levels_are_read_as_planners_write_them(level: str, meant: str) -> None:
    profile = parse_profile({"region": {"name": "X", "level": level, "province/country": "四川省"}})
    assert (profile.level, profile.level_text) == (meant, level)


@pytest.mark.parametrize(
    ("within", "country"),
    [
        ("四川省", "中国"), ("福建省泉州市", "中国"), ("United States", "United States"), ("Florida, United States", "United States"),
        ("England, United Kingdom", "United Kingdom"), ("Zhejiang Province, China", "中国"), ("Guangdong", "中国"), ("德国巴伐利亚州", "德国"),
    ],
)  # fmt: skip
def test_the_country_follows_from_what_the_region_lies_in(within: str, country: str) -> None:
    assert parse_profile({"region": {"name": "X", "province/country": within}}).country == country


def test_sparse_facts_keep_number_words_and_place() -> None:
    content = {
        "region": {"name": "某市", "level": "地级市", "province/country": "江西省"},
        "background": [
            {"metric": "主营收入", "value": "约3000", "unit": "亿元", "year": 2021},
            {"metric": "企业", "value": ">1,300", "unit": "家", "year": "2022报道"},
            {"metric": "标准", "value": "62+", "unit": "项", "year": 2020},
            {"metric": "占比", "value": "近1/2", "unit": "比例", "year": 2017},
            {"metric": "产量", "value": 150.3, "unit": "万辆(+29.5%)", "year": 2021},
            {"metric": "投资", "value": "3.5亿元"},
            {"metric": "主导产业", "value": "机械", "unit": "—"},
        ],
    }
    cells = parse_profile(content).indicators
    assert [cell.value for cell in cells] == [3000, 1300, 62, None, 150.3, 3.5, None]
    assert [cell.status for cell in cells] == ["estimate", "lower bound", "lower bound", "", "", "", ""]
    assert [cell.raw for cell in cells] == ["约3000", ">1,300", "62+", "近1/2", "", "3.5亿元", "机械"]
    assert [cell.unit for cell in cells] == ["亿元", "家", "项", "比例", "万辆", "亿元", ""]
    assert (cells[4].unit_note, cells[1].year, cells[1].note) == ("+29.5%", 2022, "年份：2022报道")
    assert cells[6].ref == "input.background[6]"


def test_sparse_lists_go_where_they_belong() -> None:
    profile = parse_profile(
        {
            "region": "某市", "resources": ["锂矿", "水电", "区位"], "enterprises": ["甲", {"name": "乙", "role": "链主龙头", "output": "约120", "town": "东镇"}],
            "institutions": ["某大学"], "infrastructure": ["港口"], "market": ["华东"], "problems": ["缺人才"], "policies": ["国家试点"], "talents": ["技工"],
        }
    )  # fmt: skip
    assert profile.resources[2].ref == "input.resources[2]"
    assert [firm.name for firm in profile.enterprises] == ["甲", "乙"]
    second = profile.enterprises[1]
    assert (second.role, second.output, second.note) == ("anchor", 120, "output：约120；town：东镇")
    assert [rows[0].ref for rows in (profile.institutions, profile.infrastructure, profile.markets, profile.constraints, profile.policies, profile.talents)] == [
        "input.institutions[0]", "input.infrastructure[0]", "input.market[0]", "input.problems[0]", "input.policies[0]", "input.talents[0]",
    ]  # fmt: skip


def test_what_has_no_field_becomes_a_note() -> None:
    profile = parse_profile(
        {"region": {"name": "某市", "面积": "1.2万平方公里"}, "history": {"founded": 1984}, "mood": ["冲劲", "务实"]}
    )
    assert profile.notes == ("region.面积：1.2万平方公里", "history：founded：1984", "mood：冲劲、务实")


def test_facts_are_read_under_whatever_name_they_come() -> None:
    """As `background`; under a name nobody knows each sentence is a note of its own, without the name."""
    told = ["2023年全区预制菜企业37家，产值58亿元", "缺少中央厨房标准和检验检测机构"]
    for key in ("background", "background_facts", "背景事实", "发展现状", "现有基础"):
        profile = parse_profile({"region": {"name": "某区"}, "target_industry": "预制菜", key: told})
        assert [cell.metric for cell in profile.indicators] == told
    assert parse_profile({"region": {"name": "某区"}, "what_we_know": told}).notes == tuple(told)


def test_chinese_keys_are_read() -> None:
    profile = parse_profile(
        {
            "区域": {"名称": "x", "区域名称": "某市", "层级": "地级市"},
            "目标产业": "陶瓷",
            "背景": {"GDP": "812亿元"},
            "资源": ["瓷土"],
            "问题": ["小散"],
        }
    )
    assert (profile.name, profile.target_industry, profile.resources[0].name, profile.constraints[0].statement) == (
        "某市",
        "陶瓷",
        "瓷土",
        "小散",
    )
    assert (profile.indicators[0].metric, profile.indicators[0].value, profile.indicators[0].unit) == (
        "GDP",
        812,
        "亿元",
    )


def test_only_the_input_of_a_published_plan_is_read() -> None:
    """The expert's answer beside the input must not reach the profile."""
    content = {
        "input": {"region": {"name": "某市"}, "resources": ["甲"]},
        "expert": {"mode": "innovation", "theme": "秘密"},
    }
    profile = parse_profile(content)
    assert profile == parse_profile(content["input"])
    assert "秘密" not in profile.model_dump_json()


def test_a_complete_profile_survives_json() -> None:
    profile = parse_profile(
        {"name": "合肥市", "background": [{"metric": "GDP", "value": 1, "unit": "亿元"}], "notes": ["甲"]}
    )
    assert parse_profile(json.loads(profile.model_dump_json())) == profile


def test_a_complete_profile_gets_places_for_its_rows() -> None:
    profile = parse_profile(
        {"schema_version": "1", "name": "合肥市", "indicators": [{"metric": "GDP", "value": 1, "unit": "亿元"}]}
    )
    assert (profile.indicators[0].ref, profile.level, profile.parent) == ("indicators!2", "city", "安徽省")


def test_workbook_json_and_csv_give_the_same_profile(book: Book, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    rows = [["某市", "city"]]
    (folder / "meta.csv").write_text("region,某市\nlevel,city\n", encoding="utf-8")
    (folder / "indicators.csv").write_text(
        "\n".join(",".join(map(str, row)) for row in INDICATORS), encoding="utf-8-sig"
    )
    sheets = {
        "meta": {"region": rows[0][0], "level": "city"},
        "indicators": [dict(zip(INDICATORS[0], INDICATORS[1], strict=True))],
    }
    profiles = [read_profile(book(indicators=INDICATORS)), read_profile(folder), parse_profile(sheets)]
    assert profiles[0] == profiles[1] == profiles[2]
    assert profiles[0].indicators[0].ref == "indicators!2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_is_read_as_excel_saves_it_in_china(tmp_path: Path, encoding: str, separator: str) -> None:
    (tmp_path / "区域.csv").write_bytes(f"区域名称{separator}某市\r\n目标产业{separator}陶瓷\r\n".encode(encoding))
    (tmp_path / "指标.csv").write_bytes(
        f"年份{separator}指标名称{separator}数值{separator}单位\r\n2023年{separator}陶瓷产值{separator}３７２.5{separator}亿元\r\n".encode(
            encoding
        )
    )
    profile = read_profile(tmp_path)
    assert (profile.name, profile.target_industry) == ("某市", "陶瓷")
    assert (profile.indicators[0].year, profile.indicators[0].value) == (2023, 372.5)


def test_a_folder_with_one_workbook_is_that_workbook(book: Book, tmp_path: Path) -> None:
    path = book(indicators=INDICATORS)
    (tmp_path / "only").mkdir()
    shutil.move(path, tmp_path / "only" / path.name)
    assert read_profile(tmp_path / "only").indicators[0].value == 812.5


def test_per_cents_are_read_as_a_person_sees_them(book: Book) -> None:
    path = book(indicators=[["indicator_zh", "value", "unit", "growth_percent"], ["城镇化率", 0.652, "%", 0.043]])
    import openpyxl  # noqa: PLC0415 - only here is a number format set

    workbook = openpyxl.load_workbook(path)
    for cell in ("B2", "D2"):
        workbook["indicators"][cell].number_format = "0.0%"
    workbook.save(path)
    cell = read_profile(path).indicators[0]
    assert (cell.value, cell.growth_percent) == (65.2, 4.3)


def test_money_of_industries_is_converted_and_noted(book: Book) -> None:
    path = book(
        industries=[
            ["sector_zh", "measure", "year", "region_value", "nation_value", "unit"],
            ["汽车", "output", 2021, 4294000, 867062000, "万元"],
        ]
    )
    row = read_profile(path).industries[0]
    assert (row.region_value, row.nation_value, row.unit, row.note) == (429.4, 86706.2, "亿元", "原单位万元，已折算")
    assert [problem.severity for problem in check_profile(path)] == ["warning"]


def test_a_part_year_stays_in_the_note(book: Book) -> None:
    cell = read_profile(
        book(indicators=[["年份", "指标", "数值", "单位"], ["2023年1-9月", "物联网营收", 12, "亿元"]])
    ).indicators[0]
    assert (cell.year, cell.note) == (2023, "2023年1-9月")


def test_an_english_profile_is_read() -> None:
    profile = parse_profile(
        {
            "region": {"name": "South Wales", "level": "city region", "province/country": "Wales, United Kingdom"}, "target_industry": "compound semiconductors",
            "background": [{"metric": "jobs", "value": "~55000", "unit": "jobs"}, {"metric": "sales", "value": "over 440", "unit": "million GBP"}],
        }
    )  # fmt: skip
    assert (profile.level, profile.country) == ("city", "United Kingdom")
    assert [(cell.value, cell.status) for cell in profile.indicators] == [(55000, "estimate"), (440, "lower bound")]


def test_every_published_plan_is_read(shared: Path) -> None:
    """All inputs as they are, whole file or input alone, without an error and without losing a line."""
    files = sorted((shared / "expert_plans").glob("*.json"))
    assert len(files) >= 25
    for file in files:
        given = json.loads(file.read_text(encoding="utf-8"))["input"]
        profile = read_profile(file)
        assert profile == parse_profile(given), file.name
        assert profile.level != "other", file.name
        assert profile.country, file.name
        assert len(profile.indicators) == len(given["background"])
        for key, field in (
            ("resources", "resources"),
            ("enterprises", "enterprises"),
            ("institutions", "institutions"),
            ("market", "markets"),
            ("problems", "constraints"),
        ):
            assert len(getattr(profile, field)) == len(given.get(key, [])), (file.name, key)
        for cell, fact in zip(profile.indicators, given["background"], strict=True):
            assert cell.metric == fact["metric"]
            assert fact["value"] in (cell.raw, cell.value)


@pytest.mark.parametrize("name", ["changchun", "hefei", "mouding"])
def test_every_reference_region_is_read_alike_from_all_its_files(shared: Path, name: str) -> None:
    folder = shared / "data" / "regions" / name
    profiles = [
        read_profile(folder),
        read_profile(folder / "region_profile.xlsx"),
        read_profile(folder / "region_profile.json"),
    ]
    assert profiles[0] == profiles[1] == profiles[2]
    assert not any(problem.severity == "error" for problem in check_profile(folder))


@pytest.mark.parametrize("content", [[], "text", 3, None])
def test_what_is_no_object_is_refused(content: Any) -> None:
    with pytest.raises(InvalidProfile):
        parse_profile(content)


def test_warnings_do_not_stop_a_profile() -> None:
    reading = examine_content(
        {"name": "某市", "background": [{"metric": "陶瓷史", "value": "一千七百余", "unit": "年"}]}
    )
    assert isinstance(reading.profile, RegionProfile)
    assert [problem.severity for problem in reading.problems] == ["warning"]


@pytest.mark.parametrize("name", ["problems", "issues", "key_issues", "Key challenges", "存在问题", "短板"])
def test_what_a_region_complains_of_is_read_under_its_usual_names(name: str) -> None:
    profile = parse_profile({"name": "某市", name: ["一企独大，地方配套弱"], "龙头企业": ["某镍钴集团"]})
    assert [row.statement for row in profile.constraints] == ["一企独大，地方配套弱"]
    assert [firm.name for firm in profile.enterprises] == ["某镍钴集团"]
    assert not profile.notes


@pytest.mark.parametrize(
    ("value", "number", "status", "unit"),
    [
        ("30多", 30, "lower bound", "万人"),
        ("30余万人", 30, "lower bound", "万人"),
        ("500亿元以上", 500, "lower bound", "亿元"),
        ("80%左右", 80, "estimate", "%"),
        ("约80%左右", 80, "estimate", "%"),
    ],
)
def test_words_that_hedge_a_figure_leave_the_figure(value: str, number: float, status: str, unit: str) -> None:
    row = {"metric": "带动就业", "value": value, "unit": "" if unit in value else unit}
    (cell,) = parse_profile({"name": "某市", "background": [row]}).indicators
    assert (cell.value, cell.status, cell.unit) == (number, status, unit)


@pytest.mark.parametrize("value", ["20多年", "2013前后", "3至5"])
def test_what_is_no_single_figure_keeps_its_words_only(value: str) -> None:
    (cell,) = parse_profile({"name": "某市", "background": [{"metric": "发展历程", "value": value}]}).indicators
    assert (cell.value, cell.raw) == (None, value)
