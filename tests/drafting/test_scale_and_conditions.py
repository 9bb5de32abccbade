"""Promises about what a plan claims: the mode as far as its condition holds, sizes a region can carry, precedents that fit."""

import asyncio
import re
from typing import Any

import pytest

from jumou.domain.framework import Language
from jumou.domain.plan import Plan
from jumou.drafting import rules
from jumou.drafting.drafter import RulesDrafter
from jumou.drafting.prepare import prepare
from jumou.profile import parse_profile
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan

MINING_TOWN: dict[str, Any] = {
    "region": {"name": "黑石岭市", "level": "地级市", "province/country": "山西省"}, "target_industry": "镁基新材料与铸造",
    "background": [
        {"metric": "地区生产总值", "value": 260, "unit": "亿元(-1.1%)", "year": 2024},
        {"metric": "规上工业企业", "value": 120, "unit": "户", "year": 2024},
        {"metric": "常住人口", "value": 70, "unit": "万人", "year": 2024},
    ],
    "enterprises": ["黑石岭镁业有限公司", "黑石岭铸造有限公司"], "institutions": ["黑石岭职业技术学院"],
    "infrastructure": ["黑石岭经济开发区", "黑石岭铁路专用线"],
    "problems": ["“一煤独大”，接续产业体量小", "煤矿关闭后转岗安置压力大", "镁合金产品缺少下游应用"],
}  # fmt: skip
NOTHING_KNOWN: dict[str, Any] = {
    "region": {"name": "青溪县", "level": "县", "province/country": "江西省"}, "target_industry": "竹制品",
    "background": [], "problems": ["产品同质化、相互压价"],
}  # fmt: skip
ISLAND: dict[str, Any] = {
    "region": {"name": "Westmark Province", "level": "province", "province/country": "Canada"}, "target_industry": "furniture and timber",
    "background": [
        {"metric": "GDP", "value": 30, "unit": "billion CAD", "year": 2023}, {"metric": "population", "value": 0.7, "unit": "million", "year": 2023},
        {"metric": "furniture firms", "value": 120, "unit": "firms", "year": 2023},
        {"metric": "forest and furniture jobs", "value": 6000, "unit": "jobs", "year": 2023},
    ],
    "enterprises": ["Westmark Furniture"], "institutions": ["Westmark Community College"], "infrastructure": ["Port of Westmark", "Westmark Airport"],
    "problems": ["factories own no brands", "timber supply is uncertain"],
}  # fmt: skip


def drafted(content: dict[str, Any], library: Library, language: Language = "zh") -> Plan:
    request = PlanRequest(profile=parse_profile(content), language=language)
    return asyncio.run(draft_plan(request, library, RulesDrafter()))


@pytest.fixture(scope="module")
def plans(library: Library) -> dict[str, Plan]:
    return {
        "mining": drafted(MINING_TOWN, library),
        "nothing": drafted(NOTHING_KNOWN, library),
        "abroad": drafted(ISLAND, library, "en"),
    }


def test_the_reason_for_the_mode_says_how_far_its_condition_holds(plans: dict[str, Plan]) -> None:
    words = {"yes": ("具备", "bears out"), "partly": ("部分具备", "in part"), "no": ("尚未满足", "not met"), "unknown": ("暂定", "provisional")}  # fmt: skip
    for plan in plans.values():
        mode = plan.positioning.mode
        met = next(item.met for item in plan.diagnosis.mode_conditions if item.mode == mode.key)
        assert words[met][plan.provenance.language == "en"] in mode.reason.text
    assert plans["mining"].positioning.mode.key == "policy_led"


def test_without_evidence_the_mode_is_provisional(plans: dict[str, Plan]) -> None:
    reason = plans["nothing"].positioning.mode.reason
    assert reason.state == "assumption"
    assert "重新判定" in reason.text
    assert {finding.severity for finding in plans["nothing"].quality.findings} <= {"note"}


def test_modes_stand_in_the_order_of_their_scores(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        rows = sorted(plan.positioning.mode.table, key=lambda row: row.rank)
        assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)


TOWN_OF_A_BIG_COUNTY: dict[str, Any] = {
    "region": {"name": "云岫区", "level": "市辖区", "province/country": "浙江省"}, "target_industry": "商业航天",
    "background": [
        {"metric": "地区生产总值", "value": 900, "unit": "亿元", "year": 2024}, {"metric": "商业航天产业产值", "value": 12, "unit": "亿元", "year": 2024},
        {"metric": "一般公共预算收入", "value": 60, "unit": "亿元", "year": 2024}, {"metric": "商业航天企业", "value": 30, "unit": "家", "year": 2024},
    ],
    "enterprises": ["云岫火箭科技有限公司"], "problems": ["发射测试场地缺口大"],
}  # fmt: skip
POOR_TOWN: dict[str, Any] = {
    "region": {"name": "高岭县", "level": "县", "province/country": "甘肃省"}, "target_industry": "中药材",
    "background": [
        {"metric": "地区生产总值", "value": 40, "unit": "亿元", "year": 2024}, {"metric": "一般公共预算收入", "value": 1.6, "unit": "亿元", "year": 2024},
        {"metric": "中药材产业产值", "value": 30, "unit": "亿元", "year": 2024}, {"metric": "常住人口", "value": 16, "unit": "万人", "year": 2024},
    ],
    "enterprises": ["高岭药业有限公司"], "problems": ["加工以初级饮片为主"],
}  # fmt: skip


@pytest.fixture(scope="module")
def sized(library: Library, plans: dict[str, Plan]) -> dict[str, Plan]:
    return {
        "mining": plans["mining"],
        "nothing": plans["nothing"],
        "young": drafted(TOWN_OF_A_BIG_COUNTY, library),
        "poor": drafted(POOR_TOWN, library),
    }


def share_of(plan: Plan, formula: str) -> float | None:
    found = [
        figure
        for note in plan.implementation.financing.notes
        for figure in note.figures
        if formula in (figure.formula or "")
    ]
    return found[0].value if found else None


def test_the_total_stays_within_the_lines_the_plan_draws_itself(sized: dict[str, Plan]) -> None:
    """Where the least of use is too much for a poor county's budget, the plan says so."""
    for plan in sized.values():
        gdp, budget = share_of(plan, "years / gdp"), share_of(plan, "years / budget_revenue")
        assert gdp is None or gdp <= 5
        notes = " ".join(note.text for note in plan.implementation.financing.notes)
        assert budget is None or budget <= 10 or "高于10%的论证线，须分期实施" in notes
    assert (share_of(sized["young"], "years / budget_revenue") or 99) <= 10


def test_a_young_industry_draws_on_the_economy_it_stands_in(sized: dict[str, Plan]) -> None:
    """Twelve hundred million of output beside a GDP of ninety billion is no reason for toy projects."""
    plan = sized["young"]
    central = plan.implementation.financing.central
    assert central is not None
    assert 20 <= central.value <= 200
    assert any("地区生产总值" in project.investment_basis for project in plan.projects)


def test_without_an_output_the_money_is_fitted_to_gdp(sized: dict[str, Plan]) -> None:
    central = sized["mining"].implementation.financing.central
    assert central is not None
    assert central.value <= 0.05 * 260 * 5
    assert any("地区生产总值" in project.investment_basis for project in sized["mining"].projects)


def test_a_leading_firm_is_no_toy_anywhere(sized: dict[str, Plan]) -> None:
    for plan in sized.values():
        for project in plan.projects:
            if any("链主" in output.text for output in project.outputs):
                assert project.investment is not None
                assert project.investment.value >= 2


def test_counts_stay_below_what_a_region_has(sized: dict[str, Plan], plans: dict[str, Plan]) -> None:
    """No more firms served than six in ten on record, no more people trained than a thousandth of those who live there."""
    for plan, firms, people in (
        (sized["young"], 30, None), (sized["poor"], None, 160_000), (plans["abroad"], 120, 700_000),
    ):  # fmt: skip
        for project in plan.projects:
            for output in project.outputs:
                number = output.quantity
                if number is not None and number.unit == "家" and firms:
                    assert number.value <= max(2, 0.6 * firms), project.name
                if number is not None and number.unit in ("人", "人次") and people:
                    assert number.value <= 0.001 * people, project.name


def test_a_province_abroad_is_as_large_as_its_people(plans: dict[str, Plan]) -> None:
    """Seven hundred thousand people get no third of a prefecture's counts, let alone three times as many."""
    plan = plans["abroad"]
    outputs = [item.quantity for project in plan.projects for item in project.outputs if item.quantity is not None]
    assert max(item.value for item in outputs if item.unit == "万平方米") <= 7
    space = [kpi for kpi in plan.implementation.kpis if "Floor space" in kpi.name]
    built = [
        item.value
        for project in plan.projects
        for item in (o.quantity for o in project.outputs)
        if item and item.unit == "万平方米"
    ]
    assert all(kpi.targets[-1].quantity.value == 10_000 * built[0] for kpi in space if len(built) == 1)


def test_one_thing_has_one_figure(sized: dict[str, Plan]) -> None:
    """What projects add and what the KPI of it counts at the plan's end are the same number."""
    pairs = (("标准厂房", "标准厂房"), ("高层次人才和团队", "高层次人才团队"), ("专精特新企业数", "新增专精特新企业"))
    for plan in sized.values():
        promised = {target.kpi_id for one in plan.positioning.candidates for target in one.targets}
        for name, text in pairs:
            given = [
                o.quantity.value for p in plan.projects for o in p.outputs if o.quantity is not None and text in o.text
            ]
            for kpi in plan.implementation.kpis:
                added = kpi.targets and "added" in kpi.targets[-1].quantity.flags
                if name in kpi.name and added and given and kpi.id not in promised:
                    assert kpi.targets[-1].quantity.value == sum(given)


def test_no_phase_is_empty_and_no_project_is_cut_to_a_stump(sized: dict[str, Plan], plans: dict[str, Plan]) -> None:
    for plan in (*sized.values(), plans["abroad"]):
        sizes = [len(phase.project_ids) for phase in plan.implementation.roadmap.phases]
        assert min(sizes) >= 1
        assert sizes[0] <= 0.65 * sum(sizes)


def test_every_project_leans_on_something_and_says_when_it_is_no_precedent(plans: dict[str, Plan]) -> None:
    """A number or a definition is never called a practice, and what comes from another industry says so."""
    count = re.compile(r"had about|\d+(?:\.\d+)?(?:亿元|万人)|界定为|accounts? for")
    for plan in plans.values():
        for project in plan.projects:
            assert project.precedents
            first, text = project.precedents[0], project.rationale.text
            if count.search(first.quote):
                assert "只作一般参考" in text or "distant comparison" in text or "对照" in text, text


def test_a_second_precedent_is_only_printed_where_it_bears_on_the_project(plans: dict[str, Plan]) -> None:
    """A policy that merely touches the type of project is left out: not every project has two."""
    for plan in plans.values():
        numbers = [len(project.precedents) for project in plan.projects]
        assert min(numbers) == 1
        for project in plan.projects:
            for cited in project.precedents[1:]:
                assert not re.search(r"界定为|由三部分组成|不适用|概念方面", cited.quote)


def test_a_cluster_project_of_one_of_several_industries_looks_to_its_own(library: Library) -> None:
    """The biomedicine cluster of a plan for three industries leans on a case that makes medicines or says it does not."""
    content = {
        "region": {"name": "沧源市", "level": "地级市", "province/country": "江西省"}, "target_industry": "生物医药、钢铁、家具",
        "background": [{"metric": "地区生产总值", "value": 900, "unit": "亿元", "year": 2024}], "enterprises": ["沧源制药有限公司", "沧源钢铁有限公司"],
    }  # fmt: skip
    plan = drafted(content, library)
    found = [project for project in plan.projects if project.name.startswith("生物医药") and project.type == "B1"]
    assert found
    for project in found:
        document = next(
            item.document for item in plan.evidence.passages if item.passage.id == project.precedents[0].passage_id
        )
        industries = "".join(document.industries)
        near = re.search("医药|生命|健康|疫苗|医疗|信息|半导体|微电子|传感|高技术|芯片|电子", industries)
        assert near or "产业与本区域不同" in project.rationale.text or "一般参考" in project.rationale.text


def test_benchmarks_were_in_a_like_situation(plans: dict[str, Plan]) -> None:
    """A coal city looks to the Ruhr before a science park; the reason names what is alike."""
    found = {bench.document_id: bench for bench in plans["mining"].diagnosis.benchmarks}
    assert "F07_ruhr" in found
    assert "处境相近（老工业或资源型区域接续转型）" in found["F07_ruhr"].why_comparable.text


@pytest.mark.parametrize(
    ("industry", "rows", "wanted"),
    [
        ("通用航空与无人机", {"problems": ["适航取证周期长"]}, ("图卢兹", "西安硬科技")),
        ("边境贸易与跨境物流", {"infrastructure": ["某公路口岸"]}, ("义乌", "临沂", "香农")),
        ("毛巾家纺", {"problems": ["代工多，自主品牌少"]}, ("南通", "柯桥", "大唐", "晋江")),
    ],
)  # fmt: skip
def test_what_a_region_is_in_brings_its_cases(
    library: Library, industry: str, rows: dict[str, list[str]], wanted: tuple[str, ...]
) -> None:
    content = {
        "region": {"name": "临溪市", "level": "地级市", "province/country": "云南省"},
        "target_industry": industry,
        **rows,
    }
    ctx = prepare(parse_profile(content), library, language="zh", start_year=2027, horizon=2031)
    names = " ".join(bench.name for bench in rules.diagnose(ctx).benchmarks)
    assert sum(name in names for name in wanted) >= min(2, len(wanted))


def test_safeguards_state_rules_and_no_statistics(sized: dict[str, Plan], plans: dict[str, Plan]) -> None:
    rule = re.compile(
        r"应|须|不宜|不得|不能|宜|尽早|避免|should|must|need|cannot|avoid|only|has to|have to|instead", re.IGNORECASE
    )
    for plan in (*sized.values(), plans["abroad"]):
        for lesson in plan.implementation.safeguards[2:]:
            assert rule.search(lesson.text)
            assert not re.search(r"\d{2,}|整车|晶圆", lesson.text)


@pytest.mark.parametrize(
    ("name", "parent"), [("珠江区", "广东省珠海市"), ("海陵区", "江苏省泰州市"), ("锦江区", "四川省成都市")]
)
def test_the_higher_level_is_a_body_above_the_region(library: Library, name: str, parent: str) -> None:
    """A neighbouring city's policy is no order from above; one's own city's, province's or the State Council's is."""
    content = {
        "region": {"name": name, "level": "市辖区", "province/country": parent},
        "target_industry": "低空经济与高端装备",
    }
    ctx = prepare(parse_profile(content), library, language="zh", start_year=2027, horizon=2031)
    found = [factor for factor in rules.diagnose(ctx).macro.factors if "上级部署" in factor.text]
    for factor in found:
        for cited in factor.citations:
            document = library.document(cited.document_id)
            own = f"{parent}{name}"
            assert document.level in ("national", "provincial") or any(
                place[:2] in own for place in document.regions if place.endswith("市")
            )
            assert not re.search(r"不是|不足|受挫", cited.quote)


def test_a_pace_that_ran_out_before_the_plan_begins_is_not_used(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        for kpi in plan.implementation.kpis:
            for cited in kpi.citations:
                until = re.search(r"到(20\d\d)年", cited.quote)
                assert until is None or int(until.group(1)) >= 2026
