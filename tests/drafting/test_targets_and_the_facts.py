"""Targets that follow the region's own facts: sizes, currencies, surplus, dependence, decline, growth, and who answers for them."""

import asyncio
import re
from typing import Any

import pytest

from jumou.domain.implementation import Kpi
from jumou.domain.plan import Plan
from jumou.drafting.drafter import RulesDrafter
from jumou.profile import parse_profile
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan

HOME: dict[str, Any] = {"level": "地级市", "province/country": "山西省"}


def facts(*rows: tuple[str, object, str, int]) -> list[dict[str, object]]:
    return [dict(zip(("metric", "value", "unit", "year"), row, strict=True)) for row in rows]


PROFILES: dict[str, dict[str, Any]] = {
    "coal": {
        "region": {"name": "青石市", **HOME},
        "target_industry": "现代煤化工与新材料",
        "background": facts(
            ("地区生产总值", 1450, "亿元(+3.1%)", 2024), ("煤炭行业增加值占规上工业比重", 72, "%", 2024),
            ("煤化工产业产值", 320, "亿元(-4.2%)", 2024), ("新材料产业营业收入", 95, "亿元", 2024),
            ("电石产能", 260, "万吨/年", 2024), ("研发经费投入占GDP的比重", 0.9, "%", 2023), ("从业人员", 8.2, "万人", 2024),
        ),
        "problems": ["产业结构偏重，一煤独大", "电石产能过剩，装置开工率不足60%", "焦化、化工企业招工难"],
    },
    "succession": {
        "region": {"name": "黑岭市", **HOME},
        "target_industry": "煤炭城市接续产业(生物发酵、石墨新材料)",
        "background": facts(
            ("原煤产量", 1000, "万吨", 2024), ("原煤产量", 1400, "万吨", 2016), ("非煤产业增加值占规上工业比重", 22, "%", 2024),
            ("生物发酵产业产值", 20, "亿元", 2024), ("石墨新材料产业产值", 14, "亿元", 2024),
        ),
        "problems": ["接续产业体量小"],
    },
    "port": {
        "region": {"name": "海州市", "level": "地级市", "province/country": "山东省"},
        "target_industry": "钢铁、造船、水产加工",
        "background": facts(
            ("钢铁产业产值", ">610", "亿元", 2024), ("造船产业产值", "约280", "亿元(+22%)", 2024), ("水产加工产值", 130, "亿元", 2024),
            ("水产品出口额", 42, "亿元", 2024), ("服装产业产值", 75, "亿元", 2024),
        ),
        "problems": ["钢铁产能过剩，同质化竞争"],
    },
    "steel": {
        "region": {"name": "铁山市", "level": "地级市", "province/country": "河北省"},
        "target_industry": "精品钢铁",
        "background": facts(
            ("钢铁产业营业收入", 1210, "亿元", 2024), ("钢铁行业增加值占规上工业比重", 83, "%", 2024), ("粗钢产量", 1900, "万吨", 2024),
            ("常住人口", 80, "万人", 2024), ("常住人口", 88, "万人", 2018), ("钢铁产业从业人员", 6, "万人", 2024),
        ),
        "problems": ["钢铁产业占比过高，粗钢产能压减任务重", "企业散乱、同质化"],
    },
    "noodles": {
        "region": {"name": "柳江市", "level": "地级市", "province/country": "广西"},
        "target_industry": "螺蛳粉产业",
        "background": facts(
            ("柳江螺蛳粉全产业链销售收入", 700, "亿元", 2024), ("螺蛳粉出口额", 1.05, "亿元", 2024), ("原料就地转化率", 62, "%", 2024),
            ("地方财政总收入", 900, "亿元", 2024),
        ),
        "problems": ["产品同质化"],
    },
    "anything": {
        "region": {"name": "新城市", "level": "地级市", "province/country": "湖南省"},
        "target_industry": "先进制造业",
        "background": facts(("工程机械产业产值", 4200000, "万元", 2024), ("制造业增加值占GDP比重", 27, "%", 2024)),
        "problems": ["创新不足"],
    },
    "chips": {
        "region": {"name": "芯城市", "level": "地级市", "province/country": "安徽省"},
        "target_industry": "集成电路",
        "background": facts(("规模以上工业总产值", 9000, "亿元", 2024), ("地区生产总值", 12000, "亿元", 2024)),
        "problems": ["人才不足"],
    },
    "sky": {
        "region": {"name": "云海区", "level": "区", "province/country": "广东省珠海市"},
        "target_industry": "低空经济与通用航空",
        "background": facts(("低空经济产业营收", 54, "亿元(+31%)", 2024), ("全社会研发投入占GDP比重", 3.1, "%", 2023)),
        "problems": ["起降场布局不足"],
    },
    "coast": {
        "region": {"name": "Algarve", "level": "region", "country": "Portugal"},
        "target_industry": "tourism and blue economy",
        "background": facts(
            ("GDP", "€12.3 billion", "", 2023), ("tourism revenue", 1.9, "billion EUR", 2023),
            ("employment in tourism", 41000, "jobs", 2023),
        ),
        "problems": ["employers struggle to find staff"],
    },
    "silesia": {
        "region": {"name": "Silesian coalfield", "level": "voivodeship", "country": "Poland"},
        "target_industry": "automotive components",
        "background": facts(
            ("GDP", 310, "billion PLN", 2022), ("automotive components sold production", "~65", "billion PLN", 2022),
            ("automotive components sold production", 14, "billion EUR", 2022), ("exports of automotive components", 9.5, "billion EUR", 2022),
            ("GERD as a percentage of GDP", 1.1, "%", 2022), ("share of mining in industrial output", 18, "%", 2022),
            ("automotive firms", ">320", "firms", 2022), ("jobs in automotive components", 92000, "jobs", 2022),
        ),
        "problems": ["the region still depends heavily on coal mining", "suppliers cannot fill technician posts"],
    },
    "oil": {
        "region": {"name": "油田市", "level": "地级市", "province/country": "黑龙江省"},
        "target_industry": "石化及精细化工新材料",
        "background": facts(
            ("地区生产总值", 2800, "亿元", 2024), ("原油产量", "2980万吨", "", 2024), ("乙烯产能", "120万吨/年", "", 2023),
            ("油气占工业增加值比重", "62%", "", 2023), ("规上工业企业", 520, "家", 2023),
        ),
        "problems": ["一油独大、接续产业弱", "原油逐年减产、开采成本上升", "央企与地方配套协作不够", "青年人口外流", "冬季漫长、物流成本高"],
    },
    "hydrogen": {
        "region": {"name": "Portmar", "level": "municipality", "country": "Portugal"},
        "target_industry": "green hydrogen",
        "background": facts(("electrolyser capacity announced", 100, "MW", 2024), ("population", 14200, "persons", 2021)),
        "problems": ["Hydrogen offtake contracts are missing"],
    },
    "large": {
        "region": {"name": "北原市", "level": "地级市", "province/country": "内蒙古自治区"},
        "target_industry": "绿氢及氢能装备",
        "background": facts(("地区生产总值", 6363, "亿元", 2024), ("煤炭产量", "8.9亿吨", "", 2024)),
        "problems": ["绿氢成本高于煤制氢一倍以上"],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def plans(library: Library) -> dict[str, Plan]:
    found = {}
    for name, content in PROFILES.items():
        profile = parse_profile(content)
        request = PlanRequest(profile=profile, language="en" if profile.abroad else "zh", start_year=2027, horizon=2031)
        found[name] = asyncio.run(draft_plan(request, library, RulesDrafter()))
    return found


def on(plan: Plan, label: str) -> Kpi:
    """The KPI whose baseline is the figure of this name."""
    return next(kpi for kpi in plan.implementation.kpis if kpi.baseline is not None and kpi.baseline.label == label)


def ends(kpi: Kpi) -> tuple[float, float]:
    return kpi.targets[0].quantity.value, kpi.targets[-1].quantity.value


def test_the_share_of_the_industry_a_region_depends_on_is_cut(plans: dict[str, Plan]) -> None:
    for plan, label in (
        ("coal", "煤炭行业增加值占规上工业比重"),
        ("steel", "钢铁行业增加值占规上工业比重"),
        ("silesia", "share of mining in industrial output"),
    ):
        kpi = on(plans[plan], label)
        assert kpi.direction == "down"
        assert kpi.baseline is not None
        assert kpi.baseline.value > ends(kpi)[0] > ends(kpi)[1] > 0


def test_capacity_called_surplus_does_not_grow(plans: dict[str, Plan]) -> None:
    kpi = on(plans["coal"], "电石产能")
    assert (kpi.direction, ends(kpi)) == ("down", (260, 260))
    assert "不高于基期" in kpi.target_note
    assert not [kpi.name for kpi in plans["port"].implementation.kpis if "产能" in kpi.name and kpi.direction == "up"]


def test_income_from_sales_is_the_size_of_an_industry_and_a_budget_is_not(plans: dict[str, Plan]) -> None:
    plan = plans["noodles"]
    size = plan.implementation.kpis[0].baseline
    assert size is not None
    assert (size.value, size.label) == (700, "柳江螺蛳粉全产业链销售收入")
    money = [project.investment.value for project in plan.projects if project.type == "A2" and project.investment]
    assert min(money) >= 1, "sized by the industry, not by its exports"


def test_a_rate_the_region_keeps_itself_is_among_the_kpis(plans: dict[str, Plan]) -> None:
    rate = on(plans["noodles"], "原料就地转化率")
    assert (rate.name, rate.unit, rate.family) == ("原料就地转化率", "%", "efficiency")
    assert 62 < ends(rate)[0] < ends(rate)[1] <= 100


def test_what_is_only_announced_is_no_baseline(plans: dict[str, Plan]) -> None:
    kpis = plans["hydrogen"].implementation.kpis
    assert [kpi.name for kpi in kpis if "lectrolyser" in kpi.name], "the indicator itself is there"
    assert not [kpi.name for kpi in kpis if kpi.baseline is not None and "announced" in kpi.baseline.label]


def test_few_clusters_of_a_rank_are_promised_however_large_the_region(plans: dict[str, Plan]) -> None:
    clusters = [kpi for kpi in plans["large"].implementation.kpis if "级产业集群数" in kpi.name]
    assert clusters
    assert all(ends(kpi)[1] <= 2 for kpi in clusters)
    assert "min(2" in clusters[0].targets[-1].quantity.formula


def test_a_part_of_a_chain_is_planned_on_the_links_the_region_has(plans: dict[str, Plan]) -> None:
    """Crude oil and refining are there; brine and coal gasification are other beginnings of the same chain."""
    parts = [project for project in plans["oil"].projects if "上游环节" in project.name]
    assert parts
    assert all("炼油" in project.name and not re.search("盐湖|煤气化", project.name) for project in parts)


def test_a_year_that_is_known_already_gets_no_target(library: Library) -> None:
    profile = parse_profile(PROFILES["chips"])
    plan = asyncio.run(draft_plan(PlanRequest(profile=profile, start_year=2023, horizon=2027), library, RulesDrafter()))
    known = [kpi for kpi in plan.implementation.kpis if kpi.baseline is not None and kpi.baseline.year == 2024]
    assert known
    for kpi in known:
        assert [target.year for target in kpi.targets] == [2025, 2026, 2027], kpi.name
        assert len({target.quantity.value for target in kpi.targets}) == 3, kpi.name


def test_what_is_to_be_succeeded_follows_its_own_fall_and_its_successors_share_grows(plans: dict[str, Plan]) -> None:
    coal = on(plans["succession"], "原煤产量")
    assert coal.direction == "down"
    assert 1000 > ends(coal)[0] > ends(coal)[1]
    share = on(plans["succession"], "非煤产业增加值占规上工业比重")
    assert share.direction == "up"
    assert ends(share)[1] > 22


def test_a_size_is_the_sum_of_the_things_the_name_lists(plans: dict[str, Plan]) -> None:
    first = plans["port"].implementation.kpis[0]
    assert first.baseline is not None
    assert (first.name, first.baseline.value, first.baseline.basis) == (
        "钢铁、造船、水产加工总产值（营业收入）",
        1020,
        "computed",
    )
    assert {"lower bound", "estimate"} <= set(first.baseline.flags)
    assert len(first.baseline.source_ids) == 3
    assert on(plans["port"], "造船产业产值").name == "造船产业集群营业收入"
    assert not [
        kpi for kpi in plans["port"].implementation.kpis if kpi.baseline and kpi.baseline.label == "服装产业产值"
    ]


def test_parts_of_different_measures_are_not_summed(plans: dict[str, Plan]) -> None:
    first = plans["coal"].implementation.kpis[0]
    assert first.baseline is not None
    assert (first.name, first.baseline.value) == ("煤化工产业产值", 320)
    assert on(plans["coal"], "新材料产业营业收入").name == "新材料产业营业收入"


def test_one_product_does_not_go_by_the_name_of_the_whole(plans: dict[str, Plan]) -> None:
    kpi = on(plans["port"], "水产品出口额")
    assert kpi.name == "水产品出口额"
    assert "商务" in kpi.owner


def test_a_quality_before_a_name_does_not_hide_the_industry(plans: dict[str, Plan]) -> None:
    assert on(plans["steel"], "钢铁产业营业收入").name == "精品钢铁总产值（营业收入）"


def test_a_wide_name_does_not_take_the_figure_of_one_industry_for_its_own(plans: dict[str, Plan]) -> None:
    assert on(plans["anything"], "工程机械产业产值").name == "工程机械产业产值"
    assert on(plans["anything"], "制造业增加值占GDP比重").name == "制造业增加值占GDP比重"


def test_one_figure_is_the_baseline_of_one_measure(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        labels = [kpi.baseline.label for kpi in plan.implementation.kpis if kpi.baseline is not None]
        assert len(labels) == len(set(labels))
        names = [kpi.name for kpi in plan.implementation.kpis]
        assert len(names) == len(set(names))


def test_each_indicator_has_the_office_whose_matter_it_is(plans: dict[str, Plan]) -> None:
    offices = {
        ("port", "出口额"): "商务", ("port", "节能"): "发展改革", ("port", "固体废物"): "生态环境", ("port", "从业"): "人力资源",
        ("coast", "Tourism revenue"): "tourism", ("silesia", "Exports"): "trade", ("silesia", "R&D"): "innovation",
    }  # fmt: skip
    for (plan, word), office in offices.items():
        found = [kpi for kpi in plans[plan].implementation.kpis if word in kpi.name]
        assert not [kpi.name for kpi in found if office not in kpi.owner], (word, office)
        assert found or word == "节能"


def test_the_vision_is_measured_by_the_target_industry(plans: dict[str, Plan]) -> None:
    assert "钢铁、造船、水产加工总产值（营业收入）达到" in plans["port"].positioning.vision.text
    assert "automotive components" in plans["silesia"].positioning.vision.text.split("(")[-1].lower()


def test_no_vision_builds_on_a_share_or_a_blank(library: Library) -> None:
    facts_in_words = ["印染环节空白，坯布外销比重超过八成", "红枣加工转化率不足35%", "产品出口占比过半"]
    given = {"region": "青石县", "target_industry": "棉纺织与红枣加工", "background_facts": facts_in_words}
    plan = asyncio.run(draft_plan(PlanRequest(profile=parse_profile(given)), library, RulesDrafter()))
    for vision in plan.positioning.candidates:
        assert not re.search(r"外销比重|八成|环节空白|转化率|占比过半", f"{vision.text}{vision.difference.text}"), (
            vision.text
        )


def test_a_vision_without_a_size_of_the_industry_counts_no_projects_instead(plans: dict[str, Plan]) -> None:
    for candidate in plans["chips"].positioning.candidates:
        first = candidate.targets[0].text
        assert ("集成电路" in first and "年均增长" in first) or first.startswith("规模以上工业总产值"), first
        assert "项目" not in first


def test_a_figure_that_fell_does_not_start_at_the_plans_pace(plans: dict[str, Plan]) -> None:
    falling = on(plans["coal"], "煤化工产业产值")
    assert ends(falling)[0] < 320 * 1.03
    growing = on(plans["port"], "造船产业产值")
    assert ends(growing)[1] / ends(growing)[0] > (ends(falling)[1] / ends(falling)[0])


def test_jobs_grow_little_where_posts_stay_empty(plans: dict[str, Plan]) -> None:
    for plan, label in (
        ("coal", "从业人员"),
        ("steel", "钢铁产业从业人员"),
        ("silesia", "jobs in automotive components"),
        ("coast", "employment in tourism"),
    ):
        kpi = on(plans[plan], label)
        assert kpi.baseline is not None
        assert ends(kpi)[1] <= kpi.baseline.value * 1.12


def test_research_as_a_share_of_gdp_is_one_measure_whatever_it_is_called(plans: dict[str, Plan]) -> None:
    for plan, label in (("coal", "研发经费投入占GDP的比重"), ("silesia", "GERD as a percentage of GDP")):
        kpi = on(plans[plan], label)
        assert (kpi.family, kpi.name) in (("rd", "研发经费投入强度"), ("rd", "R&D intensity"))
        assert sum(item.name == kpi.name for item in plans[plan].implementation.kpis) == 1
        assert ends(kpi)[1] < (kpi.baseline.value if kpi.baseline else 0) + 1.0


def test_abroad_the_currency_of_the_gdp_comes_first_and_lower_bounds_count(plans: dict[str, Plan]) -> None:
    first = plans["silesia"].implementation.kpis[0]
    assert first.baseline is not None
    assert (first.baseline.value, first.unit) == (65, "billion PLN")
    units = {kpi.unit for kpi in plans["silesia"].implementation.kpis if "million" in kpi.unit}
    assert units <= {"million PLN"}
    assert on(plans["silesia"], "automotive firms").baseline.flags == ("lower bound",)  # type: ignore[union-attr]
    assert on(plans["silesia"], "exports of automotive components").unit == "billion EUR"


def test_flying_is_no_storage_and_freight(plans: dict[str, Plan]) -> None:
    names = [kpi.name for kpi in plans["sky"].implementation.kpis]
    assert not [name for name in names if any(word in name for word in ("物流企业", "仓储", "一单制", "多式联运"))]
    assert on(plans["sky"], "全社会研发投入占GDP比重").name == "研发经费投入强度"


def test_nothing_falls_by_more_in_a_year_than_machines_can(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        for kpi in plan.implementation.kpis:
            rates = [target.quantity.value for target in kpi.targets if "rate" in target.quantity.flags]
            assert kpi.direction == "up" or all(rate <= 3 for rate in rates), kpi.name


def test_plans_with_sums_and_ceilings_pass_their_own_check(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        assert not [item for item in plan.quality.findings if item.severity == "error"]


def test_a_lower_bound_is_told_as_one(plans: dict[str, Plan]) -> None:
    assert any("1020亿元以上" in row.text for row in plans["port"].diagnosis.summary)
