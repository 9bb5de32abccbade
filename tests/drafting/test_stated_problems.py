"""Promises about problems a region states: what they are about is understood, and what answers them is meant for it."""

import asyncio

import pytest

from jumou.corpus.playbook import load_playbook
from jumou.domain.answering import shares_words
from jumou.domain.plan import Plan
from jumou.domain.region import RegionProfile
from jumou.drafting.drafter import RulesDrafter
from jumou.drafting.rules.answers import concerns_of
from jumou.profile import parse_profile
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan


def drafted(profile: RegionProfile, library: Library) -> Plan:
    return asyncio.run(draft_plan(PlanRequest(profile=profile), library, RulesDrafter()))


def test_what_a_region_states_is_answered_by_what_it_is_about(library: Library) -> None:
    problems = (
        "产业工人技能不足，用工短缺",
        "外部货运通道不畅，物流成本高",
        "电驱动系统本地供给不足",
        "品牌知名度不高",
    )
    profile = parse_profile(
        {
            "name": "临江市", "target_industry": "新能源汽车", "enterprises": ["临江整车厂", "临江电驱动公司"],
            "constraints": [{"statement": text, "severity": "high"} for text in problems],
        }
    )  # fmt: skip
    plan = drafted(profile, library)
    stated = {gap.text: gap.id for gap in plan.diagnosis.gaps if gap.kind == "stated"}
    expected = zip(problems, ({"B3"}, {"C2"}, {"A1", "B1"}, {"D1", "D2", "B1"}), strict=True)
    for problem, types in expected:
        gap = next(name for text, name in stated.items() if problem in text)
        found = {project.type for project in plan.projects if gap in (project.closes_gap, *project.also_closes)}
        assert found & types, problem
        assert found <= types, problem


@pytest.mark.parametrize(
    ("problem", "concern"),
    [
        ("季节性强，旺季仅三个月", "visitors"),
        ("碳酸锂产能阶段性过剩", "overcapacity"),
        ("关闭煤矿职工转岗压力大", "jobs"),
        ("采煤沉陷区面积大", "hazards"),
        ("赤泥堆存量大", "environment"),
        ("单位能耗高", "carbon"),
        ("车辆通关平均等候十余小时", "customs"),
        ("充换电站点布局不足", "facilities"),
        ("征地拆迁矛盾多", "community"),
        ("sanctions have cut off the eastern market", "brand"),
        ("buyers ask for traceability of every animal", "quality"),
        ("treaty rights of First Nations are disputed", "community"),
        ("warming seas drive the cod stocks north", "farming"),
        ("医疗资源层级低", "amenities"),
        ("财政收入依赖房地产", "dependence"),
        ("铅酸电池受锂电替代", "displaced"),
        ("工业电价高于周边", "energy_water"),
        ("尾矿库安全隐患突出", "hazards"),
        ("矿石品位下降", "resources"),
        ("政府引导基金规模小", "money"),
        ("标准缺失、仿冒严重", "quality"),
        ("专业市场受电商冲击", "brand"),
        ("企业家二代接班难", "founders"),
        ("亩均税收低", "yield"),
        ("耕地碎片化，农户组织化程度低", "farming"),
        ("测试场地不足", "scenarios"),
        ("缺少标准厂房", "land"),
        ("企业多为注册型", "projects"),
        ("brain drain to larger cities", "people"),
        ("high electricity prices", "energy_water"),
        ("tariff exposure", "brand"),
        ("few start-ups survive", "founders"),
        ("brownfield contamination", "hazards"),
        ("closure of the steelworks", "dependence"),
        ("no housing for workers", "amenities"),
        ("原创设计维权难", "quality"),
        ("No local training for wind technicians", "people"),
        ("人口连续十年净流出", "people"),
        ("technicians are retiring faster than they are trained", "people"),
        ("枯水期限电影响稳产", "energy_water"),
        ("市场交易线上化程度不高", "digital"),
        ("中小企业食品安全管理薄弱", "quality"),
        ("药材农残和硫熏问题时有发生", "quality"),
        ("一企独大，地方配套弱", "dependence"),
        ("以饮片初加工为主", "low_end"),
        ("年轻技工招不到、留不住", "people"),
        ("采茶季请不到人", "people"),
        ("中小商户贷款难", "money"),
        ("轻资产企业贷不到款", "money"),
        ("面料辅料靠江浙调入", "supply"),
        ("模具、包装都要去外地做", "supply"),
        ("原创设计少、抄版多", "quality"),
        ("电解槽企业以组装为主", "low_end"),
        ("鲜果直接卖原果", "low_end"),
        ("氢气长距离输送没有管道", "energy_water"),
        ("先进陶瓷占比不到两成", "mix"),
        ("洱海保护限制养殖规模", "environment"),
        ("核桃价格连年下跌", "decline"),
        ("断头路多", "transport"),
        ("酒好却走不出本省", "brand"),
        ("部门各自为政", "institutions"),
        ("一园多主业", "focus"),
        ("签约多落地少", "projects"),
        ("邻港分流箱源", "rivals"),
        ("机器人做出来找不到地方用", "scenarios"),
        ("Hydrogen offtake contracts are missing", "scenarios"),
        ("Power supply tight in the dry season", "energy_water"),
        ("One employer accounts for half of jobs", "dependence"),
        ("Gearboxes and bearings come from abroad", "supply"),
        ("Ageing port cranes", "equipment"),
        ("Cocoa leaves the country as raw beans", "low_end"),
        ("Gigafactory investor pulled out", "projects"),
    ],
)
def test_problems_in_many_words_are_understood(problem: str, concern: str) -> None:
    assert concern in [one.id for one in concerns_of(load_playbook().concerns, problem)]


@pytest.mark.parametrize(
    ("problem", "concern"),
    [
        ("政策碎片化", "farming"),
        ("基金规模小", "size"),
        ("缺少标准厂房", "quality"),
        ("碳纸依赖进口", "carbon"),
        ("warming waters shift the stock", "energy_water"),
        ("产业规模曾落后于沿海地区", "transport"),
        ("豆角等标准化基地不足", "quality"),
        ("Power supply tight in the dry season", "visitors"),
        ("Power supply tight in the dry season", "supply"),
        ("下游消纳场景少", "energy_water"),
        ("Ageing port cranes", "people"),
        ("女工季节性缺口", "visitors"),
        ("企业停留在初加工环节", "visitors"),
        ("天使轮、种子轮投资人稀少", "farming"),
        ("Industrial land prices are rising", "environment"),
    ],
)
def test_like_words_about_other_things_are_not_taken_for_a_concern(problem: str, concern: str) -> None:
    assert concern not in [one.id for one in concerns_of(load_playbook().concerns, problem)]


def test_what_a_problem_speaks_of_first_comes_first() -> None:
    found = [one.id for one in concerns_of(load_playbook().concerns, "冷链仓储缺口大，淡旺季差异明显，标准不统一")]
    assert found[0] == "cold_chain"


def test_each_thing_a_problem_complains_of_is_answered(library: Library) -> None:
    problems = (
        "高端镜片设备和树脂单体依赖进口",
        "代工为主，自主品牌知名度低",
        "功能性镜片研发投入不足",
        "年轻技工招不到、留不住",
        "市场低价竞争，假冒伪劣时有发生",
    )
    facts = (
        ("地区生产总值", 1460, "亿元"),
        ("眼镜企业", 2000, "家以上"),
        ("镜片年产量", "4亿副", ""),
        ("眼镜从业人员", "6万人", ""),
        ("占全国镜片产量比重", "75%", ""),
        ("眼镜产业产值", 200, "亿元"),
    )
    profile = {
        "region": {"name": "丹阳市", "level": "县级市", "province/country": "江苏省镇江市"},
        "target_industry": "眼镜产业",
        "background": [{"metric": metric, "value": value, "unit": unit, "year": 2024} for metric, value, unit in facts],
        "problems": list(problems),
    }
    plan = drafted(parse_profile(profile), library)
    (gap,) = (gap for gap in plan.diagnosis.gaps if gap.kind == "stated" and "假冒" in gap.name)
    named = [project.name for project in plan.projects if gap.id in (project.closes_gap, *project.also_closes)]
    assert any("质量" in name or "联盟" in name for name in named), named
    assert len(named) > 1, named


def test_a_facility_answers_only_what_it_is_for(library: Library) -> None:
    """A cold store or a bonded warehouse is no answer to foul water, whatever else special facilities are good for."""
    plan = drafted(
        parse_profile(
            {
                "name": "临江县", "target_industry": "食品加工",
                "enterprises": ["临江罐头食品公司", "临江肉类加工厂"],
                "constraints": [{"statement": "屠宰废水污染严重"}, {"statement": "冷库不足，产后损耗大"}],
            }
        ),
        library,
    )  # fmt: skip
    stated = {gap.text: gap.id for gap in plan.diagnosis.gaps if gap.kind == "stated"}
    water, cold = (next(gap for text, gap in stated.items() if word in text) for word in ("废水", "冷库"))
    by = {
        gap: [f"{p.name} {p.objective}" for p in plan.projects if gap in (p.closes_gap, *p.also_closes)]
        for gap in (water, cold)
    }
    assert by[water]
    assert not [text for text in by[water] if "冷" in text.split()[0] or "仓" in text.split()[0]]
    assert [text for text in by[cold] if "冷" in text]


def test_a_problem_no_kind_of_project_meets_is_left_to_an_author_in_so_many_words(library: Library) -> None:
    plan = drafted(
        parse_profile({"name": "临江市", "target_industry": "轴承", "constraints": [{"statement": "方言差异大"}]}),
        library,
    )
    gap = next(gap for gap in plan.diagnosis.gaps if gap.kind == "stated")
    assert not gap.concerns
    assert "编制人员" in next(one.reason for one in plan.open_gaps if one.gap_id == gap.id)


def test_content_that_bears_on_a_problem_is_named_where_no_project_is_meant_for_it() -> None:
    assert shares_words("磷石膏堆存量大", "推动磷石膏转化为建材")
    assert shares_words("EU deforestation rules", "traceability against deforestation")
    assert not shares_words("基础设施建设不足", "加快基础设施建设")
    assert not shares_words("regional industries", "regional industries and services")
