"""Which cases compare with a region."""

import asyncio

import pytest

from jumou.domain.region import RegionProfile
from jumou.drafting.comparable import divisions_of, level_likeness, likely_divisions, likeness, relatedness
from jumou.drafting.drafter import RulesDrafter
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan


def test_the_same_division_is_nearer_than_the_same_group_and_that_nearer_than_another() -> None:
    shoes, clothes, chips = (divisions_of(words) for words in ("制鞋", "服装", "集成电路"))
    assert relatedness(shoes, shoes) == 1
    assert 0.4 <= relatedness(shoes, clothes) <= 1
    assert relatedness(shoes, chips) < relatedness(shoes, clothes) / 2


def test_relatedness_does_not_depend_on_the_order() -> None:
    a, b = divisions_of("纺织服装"), divisions_of("白酒")
    assert relatedness(a, b) == relatedness(b, a)


def test_an_industry_without_a_chain_is_placed_by_its_words() -> None:
    assert relatedness(likely_divisions("宠物用品"), divisions_of("服装")) > 0
    assert relatedness(likely_divisions("宠物用品"), divisions_of("集成电路")) == 0
    assert likely_divisions("某某") == frozenset()


def test_a_county_learns_most_from_counties() -> None:
    assert (
        level_likeness("county", "county") > level_likeness("county", "park") > level_likeness("county", "provincial")
    )


@pytest.mark.parametrize("industry", ["藤铁工艺家居", "宠物用品", "服装"])
def test_a_county_of_consumer_goods_is_compared_with_such_places(industry: str, library: Library) -> None:
    profile = RegionProfile(name="某某县", level="county", target_industry=industry)
    plan = asyncio.run(draft_plan(PlanRequest(profile=profile), library, RulesDrafter()))
    for item in plan.diagnosis.benchmarks[:2]:
        document = library.document(item.document_id)
        assert document.level in ("county", "park", "town")
        assert relatedness(divisions_of("、".join(document.industries)), frozenset(("C18", "C21", "C24"))) > 0


def test_a_case_in_another_industry_is_never_called_close(library: Library) -> None:
    profile = RegionProfile(name="某某县", level="county", target_industry="藤铁工艺家居")
    plan = asyncio.run(draft_plan(PlanRequest(profile=profile), library, RulesDrafter()))
    for item in plan.diagnosis.benchmarks:
        near = relatedness(divisions_of("、".join(library.document(item.document_id).industries)), frozenset(("C21",)))
        assert ("产业方向相近" in item.why_comparable.text) <= (near >= 0.4)


@pytest.mark.parametrize(
    ("industry", "other"),
    [("现代中医药", "新能源汽车"), ("绿色铝及精深加工", "鞋服"), ("智能网联新能源汽车", "通信"), ("白酒", "石化")],
)
def test_an_industry_of_another_kind_is_never_called_close(industry: str, other: str, library: Library) -> None:
    profile = RegionProfile(name="某某市", level="city", target_industry=industry)
    plan = asyncio.run(draft_plan(PlanRequest(profile=profile), library, RulesDrafter()))
    for item in plan.diagnosis.benchmarks:
        text = item.why_comparable.text
        assert not ("产业方向相近" in text and other in text), text


@pytest.mark.parametrize(
    ("industry", "like"),
    [("现代中医药", "医药"), ("大蒜深加工、半导体材料和设备", "半导体"), ("智能网联新能源汽车", "汽车")],
)
def test_the_first_benchmark_is_of_the_industry(industry: str, like: str, library: Library) -> None:
    profile = RegionProfile(name="某某市", level="city", target_industry=industry)
    plan = asyncio.run(draft_plan(PlanRequest(profile=profile), library, RulesDrafter()))
    document = library.document(plan.diagnosis.benchmarks[0].document_id)
    assert like in "、".join((*document.industries, document.title)), document.title


@pytest.mark.parametrize(
    ("one", "other"),
    [("C26", "C32"), ("C32", "C36"), ("B06", "C38"), ("C42", "C26"), ("C27", "C39"), ("C27", "C14"), ("C26", "C30")],
)
def test_neighbouring_groups_are_a_little_alike(one: str, other: str) -> None:
    assert relatedness(frozenset((one,)), frozenset((other,))) == 0.2


def test_likeness_counts_both_sides_alike() -> None:
    shoes, all_sorts = divisions_of("制鞋"), divisions_of("制鞋、集成电路、石化、白酒")
    assert likeness(shoes, all_sorts) == likeness(all_sorts, shoes)
    assert likeness(shoes, all_sorts) < likeness(shoes, shoes) == 1
    assert likeness(shoes, frozenset()) == 0


def test_a_plan_is_drafted_from_remarks_as_from_rows(library: Library) -> None:
    told = RegionProfile(
        name="安溪县", level="county", target_industry="藤铁工艺家居",
        notes=("2023年家居工艺产业产值约280亿元，从业人员15万人", "缺少原创设计人才", "有福建省家居工艺产品质量检验中心"),
    )  # fmt: skip
    plan = asyncio.run(draft_plan(PlanRequest(profile=told), library, RulesDrafter()))
    text = plan.diagnosis.model_dump_json()
    assert "280亿元" in text
    assert "缺少原创设计人才" in text
    assert "福建省家居工艺产品质量检验中心" in text
    assert plan.profile == told
    assert plan.quality is not None
    assert plan.quality.figures_untraced == plan.quality.references_unresolved == plan.quality.quotes_unmatched == 0


@pytest.mark.parametrize(
    ("industry", "node"),
    [
        ("保健食品", "nutrition"),
        ("酿酒", "baijiu"),
        ("箱包", "bags"),
        ("飞机制造", "airframe"),
        ("动力电池材料", "cathode"),
    ],
)
def test_the_theme_holds_the_link_the_planner_named(industry: str, node: str, library: Library) -> None:
    profile = RegionProfile(name="某某县", level="county", target_industry=industry)
    plan = asyncio.run(draft_plan(PlanRequest(profile=profile), library, RulesDrafter()))
    assert node in plan.positioning.themes[0].node_ids


def test_a_county_is_planned_as_a_county(library: Library) -> None:
    profile = RegionProfile(name="安溪县", level="county", target_industry="藤铁工艺家居")
    plan = asyncio.run(draft_plan(PlanRequest(profile=profile), library, RulesDrafter()))
    assert not any("千亿级" in kpi.name for kpi in plan.implementation.kpis)
    assert not any("（市、区）" in project.lead_body for project in plan.projects)
    assert any(project.lead_body.startswith("县") for project in plan.projects)
