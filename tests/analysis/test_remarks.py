"""Remarks read as rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.remarks import with_remarks
from jumou.analysis.sizes import industry_size
from jumou.domain.region import ProfileIndicator, RegionProfile


def _read(*notes: str) -> RegionProfile:
    return with_remarks(RegionProfile(name="安溪县", notes=notes))


def test_figures_keep_value_unit_year_and_how_sure_they_are() -> None:
    rows = _read("2023年家居工艺产业产值约280亿元，同比增长8.5%，从业人员15万人", "涉茶人口80多万人").indicators
    assert [(row.metric, row.value, row.unit, row.year, row.status, row.growth_percent) for row in rows] == [
        ("家居工艺产业产值", 280, "亿元", 2023, "estimate", 8.5),
        ("从业人员", 15, "万人", 2023, "", None),
        ("涉茶人口", 80, "万人", None, "lower bound", None),
    ]
    assert [row.ref for row in rows] == ["notes!1", "notes!1", "notes!2"]


def test_what_is_counted_may_stand_before_or_after_the_number() -> None:
    rows = _read("拥有规模以上工业企业120家，其中高新技术企业35家", "现有3所高职院校").indicators
    assert [(row.metric, row.value) for row in rows] == [
        ("规模以上工业企业数", 120), ("高新技术企业数", 35), ("高职院校数", 3),
    ]  # fmt: skip


def test_a_figure_planned_for_is_a_target_and_never_the_size_of_the_industry() -> None:
    profile = _read("到2030年力争家居产值突破500亿元")
    assert [row.status for row in profile.indicators] == ["target"]
    assert industry_size(profile, ("家居",)) is None


def test_an_upper_bound_is_no_figure() -> None:
    assert not _read("从业人员不到500人").indicators


def test_clauses_are_filed_where_they_belong() -> None:
    profile = _read(
        "缺少原创设计人才，同质化竞争严重", "有福建省家居工艺产品质量检验中心", "产品以外销为主", "高铁站已通车",
        "安溪县是中国藤铁工艺之乡", "入选国家级中小企业特色产业集群", "拥有独山子石化和克拉玛依石化两大炼化企业",
    )  # fmt: skip
    assert [row.statement for row in profile.constraints] == ["缺少原创设计人才", "同质化竞争严重"]
    assert [row.name for row in profile.institutions] == ["福建省家居工艺产品质量检验中心"]
    assert [row.name for row in profile.markets] == ["产品以外销为主"]
    assert [row.name for row in profile.infrastructure] == ["高铁站已通车"]
    assert [row.name for row in profile.resources] == ["中国藤铁工艺之乡"]
    assert [row.name for row in profile.policies] == ["入选国家级中小企业特色产业集群"]
    assert [row.name for row in profile.enterprises] == ["独山子石化", "克拉玛依石化"]


def test_a_blank_is_a_problem_unless_it_was_filled() -> None:
    profile = _read("印染环节空白", "大尺寸硅片填补国内空白")
    assert [row.statement for row in profile.constraints] == ["印染环节空白"]


@pytest.mark.parametrize(
    "clause",
    [
        "青檀皮原料逐年减少", "收购价五年上涨60%", "从业人员平均年龄51岁", "年轻人不愿入行", "机制纸冒充手工纸", "设计能力弱", "规上企业少",
        "项目审批慢", "贷款难", "以鲜销为主", "关键零件靠外地", "订单向东南亚转移", "产业链短", "亩均产出低", "部门各自为政",
    ],
)  # fmt: skip
def test_what_a_clause_finds_wanting_is_a_problem(clause: str) -> None:
    profile = _read(clause)
    assert [row.statement for row in profile.constraints] == [clause]
    assert not profile.indicators


@pytest.mark.parametrize(
    "clause",
    [
        "土地成本低",
        "电价低",
        "单位产品能耗低",
        "距高铁站距离短",
        "自然灾害少",
        "污染少",
        "攻坚克难",
        "年轻人口多",
        "投资回收周期短",
        "承接北京外迁企业30家",
        "治理土壤酸化2万亩",
        "从外地引进专家12人",
        "四县不再各自为政",
    ],
)
def test_what_is_good_to_have_little_of_is_no_problem(clause: str) -> None:
    assert not _read(clause).constraints


def test_a_firm_is_called_by_its_name_alone() -> None:
    rows = _read("整机企业金风科技、远景能源，龙头企业中材科技").enterprises
    assert [row.name for row in rows][:1] == ["金风科技"]
    assert not any(row.name.startswith(("整机企业", "龙头企业")) for row in rows)


def test_a_fact_in_words_gives_its_figures_and_keeps_its_text_and_place() -> None:
    fact = ProfileIndicator(ref="input.background[0]", metric="2022年宠物用品产业产值约60亿元", status="free")
    (row,) = with_remarks(RegionProfile(name="平阳县", indicators=(fact,))).indicators
    assert (row.metric, row.value, row.year, row.ref, row.note) == (
        "宠物用品产业产值", 60, 2022, "input.background[0]", "2022年宠物用品产业产值约60亿元",
    )  # fmt: skip


def test_a_figure_the_rows_have_already_is_not_told_twice() -> None:
    row = ProfileIndicator(ref="indicators!2", metric="产值", value=280.0, unit="亿元", year=2023)
    profile = RegionProfile(name="安溪县", indicators=(row,), notes=("2023年家居工艺产业产值约280亿元",))
    assert with_remarks(profile).indicators == (row,)


@given(
    st.lists(st.text("产值达约280.5亿元万人家，。；缺少的出口园区2023年目标增长%集团企业协会", max_size=40), max_size=4)
)
def test_nothing_is_said_that_the_remarks_do_not_say(notes: list[str]) -> None:
    profile = RegionProfile(name="某县", notes=tuple(notes))
    told = with_remarks(profile)
    assert told.notes == profile.notes
    for row in told.indicators:
        note = notes[int(row.ref.removeprefix("notes!")) - 1].replace(",", "")
        assert (
            row.metric.removesuffix("数") in note.replace("年", "").replace("2023", "")
            or row.metric.removesuffix("数") in note
        )
        assert f"{row.value:g}" in note or str(row.value) in note or f"{row.value:.1f}" in note
    for name in ("institutions", "enterprises", "markets", "infrastructure", "resources", "policies"):
        for item in getattr(told, name):
            assert item.name in notes[int(item.ref.removeprefix("notes!")) - 1]
