"""Promises about gaps: each of weight has a project that fits it, or the plan says why it has none; nothing is planned twice."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from jumou.corpus.chains import load_chains
from jumou.corpus.playbook import load_playbook
from jumou.domain.answering import FOR_DRIVER, FOR_ELEMENT, OF_WEIGHT, misfits, open_gaps, shares_words
from jumou.domain.diagnosis import Gap
from jumou.domain.plan import Plan
from jumou.domain.portfolio import Project
from jumou.domain.region import RegionProfile
from jumou.drafting.drafter import RulesDrafter
from jumou.drafting.grounding import check
from jumou.drafting.rules.answers import concerns_of
from jumou.profile import parse_profile, read_profile, sample_names, sample_profile
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan

EXPERT = sorted((Path(__file__).resolve().parents[3] / "shared" / "expert_plans").glob("*.json"))
ONE_LINE = (
    {"name": "某某县", "target_industry": "茶叶"},
    {"name": "西海经济技术开发区", "target_industry": "量子鱼鳞染色"},
    {"name": "Borderland County", "country": "United Kingdom", "target_industry": "offshore wind"},
    {"name": "青山镇"},
)
SEGMENT = re.compile(r"(?:上游环节|中游制造环节|下游应用与服务环节)（(.+?)）提升项目")


def drafted(profile: RegionProfile, library: Library) -> Plan:
    language = "zh" if re.search(r"[\u4e00-\u9fff]", profile.name) else "en"
    return asyncio.run(draft_plan(PlanRequest(profile=profile, language=language), library, RulesDrafter()))


def answered(plan: Plan) -> set[str]:
    return {name for project in plan.projects for name in (project.closes_gap, *project.also_closes)}


def fits(project: Project, gap: Gap) -> bool:
    """Read anew from type and text, not with the drafter's own rule."""
    if gap.kind.startswith("chain_"):
        return gap.name.lower() in " ".join((project.name, project.objective, *project.content)).lower()
    if gap.kind == "element" and gap.element:
        return project.type in FOR_ELEMENT[gap.element]
    if gap.kind == "driver" and gap.driver:
        return project.type in FOR_DRIVER[gap.driver]
    return True


def holds(plan: Plan) -> None:
    gaps: Mapping[str, Gap] = {gap.id: gap for gap in plan.diagnosis.gaps}
    left = {gap.gap_id: gap.reason for gap in plan.open_gaps}
    heavy = {gap.id for gap in gaps.values() if gap.severity >= OF_WEIGHT}
    assert heavy == (heavy & answered(plan)) | set(left)
    assert not set(left) & answered(plan)
    assert all(len(reason) > 15 for reason in left.values())
    for project in plan.projects:
        for name in (project.closes_gap, *project.also_closes):
            assert fits(project, gaps[name]), (project.name, gaps[name].name)
        assert len(project.also_closes) <= 3
    assert not [finding for finding in plan.quality.findings if finding.kind == "structure"]
    content_ends(plan)


def content_ends(plan: Plan) -> None:
    """What a project leaves to another names a project of the plan, and never itself."""
    known = {project.id for project in plan.projects}
    for project in plan.projects:
        line = project.content[-1]
        if line.startswith(("与其他项目分工", "Division of work")):
            named = set(re.findall(r"P\d\d", line))
            assert named
            assert named <= known - {project.id}


@pytest.mark.parametrize("name", sample_names())
def test_every_gap_of_weight_of_a_sample_has_a_fitting_project_or_a_reason(name: str, library: Library) -> None:
    holds(drafted(sample_profile(name), library))


@pytest.mark.parametrize("content", ONE_LINE, ids=lambda content: content["name"])
def test_every_gap_of_weight_of_a_thin_profile_has_a_fitting_project_or_a_reason(
    content: dict[str, str], library: Library
) -> None:
    holds(drafted(parse_profile(content), library))


@pytest.mark.skipif(not EXPERT, reason="../shared/expert_plans is not here")
@pytest.mark.parametrize("path", EXPERT[::3], ids=lambda path: path.stem)
def test_every_gap_of_weight_of_a_sparse_input_has_a_fitting_project_or_a_reason(path: Path, library: Library) -> None:
    holds(drafted(read_profile(path), library))


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


def test_a_facility_or_a_market_that_is_the_missing_link_closes_it(library: Library) -> None:
    """A cold store is the link 产地初加工与冷链: the plan does not call that link urgent and leave it without a project."""
    plan = drafted(
        parse_profile(
            {
                "name": "寿光市", "level": "县级市", "target_industry": "蔬菜产业",
                "enterprises": ["寿光蔬菜集团", "三木种苗"],
                "resources": ["全国蔬菜集散中心", "国际蔬菜科技博览会"],
                "constraints": [{"statement": "老旧大棚比例高、用工老龄化"}, {"statement": "品牌溢价不足"}],
            }
        ),
        library,
    )  # fmt: skip
    by_gap = {
        gap.name: [p.name for p in plan.projects if gap.id in (p.closes_gap, *p.also_closes)]
        for gap in plan.diagnosis.gaps
    }
    assert any("冷藏" in name for name in by_gap["产地初加工与冷链"])
    assert by_gap["品牌流通与农文旅"]
    assert all(names for gap, names in by_gap.items() if "老旧大棚" in gap or "品牌溢价" in gap)
    brand = next(driver for driver in plan.diagnosis.drivers if driver.driver == "brand")
    assert "博览会" in brand.text


def test_a_place_that_makes_nothing_is_not_promised_as_a_works(library: Library) -> None:
    plan = drafted(
        parse_profile({"name": "北戴河新区", "target_industry": "生命健康与康养旅游", "resources": ["海滨", "森林"]}),
        library,
    )
    assert all(len(theme.node_names) == len(theme.node_ids) for theme in plan.positioning.themes)
    assert not re.search(r"[a-z]", "".join(name for theme in plan.positioning.themes for name in theme.node_names))
    for vision in plan.positioning.candidates:
        assert not re.search(r"制造|产业基地|产业承接", vision.text), vision.text
        assert all(check.passed for check in vision.checks if check.key != "different")


def test_a_segments_project_closes_a_gap_of_its_own_links_first(library: Library) -> None:
    nodes = {node.name.zh: node.id for chain in load_chains().values() for node in chain.nodes}
    seen = 0
    for name in sample_names():
        plan = drafted(sample_profile(name), library)
        gaps = {gap.id: gap for gap in plan.diagnosis.gaps}
        for project in plan.projects:
            if found := SEGMENT.search(project.name):
                seen += 1
                own = {nodes.get(word) for word in found[1].split("、")}
                first = gaps[project.closes_gap]
                assert first.node_id is None or first.node_id in own, project.name
    assert seen


def test_no_link_has_a_project_of_its_own_and_a_place_in_a_segments_name(library: Library) -> None:
    for name in sample_names():
        plan = drafted(sample_profile(name), library)
        own = {found[1] for project in plan.projects if (found := re.match(r"(.+)(?:补链|强链)项目$", project.name))}
        listed = {
            word
            for project in plan.projects
            if (found := SEGMENT.search(project.name))
            for word in found[1].split("、")
        }
        assert not own & listed


def test_the_check_reports_a_link_that_does_not_fit(library: Library) -> None:
    plan = drafted(sample_profile("mouding"), library)
    gaps = {gap.id: gap for gap in plan.diagnosis.gaps}
    policy = next(project for project in plan.projects if project.type == "D1")
    chain = next(gap for gap in gaps.values() if gap.kind.startswith("chain_") and gap.name not in str(policy.content))
    wrong = policy.model_copy(update={"also_closes": (chain.id,)})
    assert misfits(wrong, gaps) == (chain.id,)
    quality = check(diagnosis=plan.diagnosis, projects=(wrong,), evidence=plan.evidence)
    assert [finding.where for finding in quality.findings if finding.kind == "structure"] == ["projects[0].closes_gap"]


def test_a_gap_whose_project_is_taken_out_is_said_to_have_none(library: Library) -> None:
    plan = drafted(sample_profile("mouding"), library)
    gap = plan.diagnosis.gaps[0]
    rest = [project for project in plan.projects if gap.id not in (project.closes_gap, *project.also_closes)]
    assert gap.id in {row.gap_id for row in open_gaps(plan.diagnosis.gaps, rest, "en")}


def test_a_long_problem_is_named_by_the_first_things_it_lists(library: Library) -> None:
    """Never cut in the middle of a word."""
    listed = "检验检测机构缺乏、冷链仓储能力不足、龙头企业产能利用率不足六成、高技能人才短缺、融资渠道单一"
    single = "县域内多数中小加工企业长期依赖外地客商提供订单和统一采购原料而缺乏自有渠道"
    profile = parse_profile({"region": {"name": "某区"}, "industry": "食品加工", "problems": [listed, single]})
    plan = drafted(profile, library)
    names = [gap.name for gap in plan.diagnosis.gaps if gap.kind == "stated"]
    assert "检验检测机构缺乏、冷链仓储能力不足等" in names
    assert f"{single[:29]}…" in names


def test_a_place_without_a_coast_builds_no_harbour_for_wind(library: Library) -> None:
    """Wind equipment is a chain of its own; what goes to sea needs a word of the target or the region that speaks of it."""

    def drafted_for(*facts: str) -> Plan:
        given = {"region": {"name": "乌兰察布市"}, "industry": "风电装备", "background": list(facts)}
        return drafted(parse_profile(given), library)

    inland = drafted_for("风电装机超过900万千瓦")
    told = " ".join(one.model_dump_json() for one in (inland.diagnosis, inland.positioning, *inland.projects))
    assert not [word for word in ("海上", "码头", "船") if word in told]
    coastal = drafted_for("沿海岸线582公里，海上风电装机550万千瓦")
    assert any(theme.name.startswith("海上风电") for theme in coastal.positioning.themes)


def test_a_county_plans_two_more_for_what_it_states_itself(library: Library) -> None:
    """Where every project of the usual number is needed, a stated problem nobody else answers still gets its own."""
    county = {"region": {"name": "砚池县", "level": "县", "province/country": "云南省"}, "industry": "绿色铝及精深加工"}
    problems = ["铝加工以铝棒、铝锭等初级产品为主", "枯水期限电影响稳产", "再生铝回收体系尚未建立"]
    plan = drafted(parse_profile({**county, "problems": problems}), library)
    assert 18 <= len(plan.projects) <= 20
    power = next(gap.id for gap in plan.diagnosis.gaps if "限电" in gap.name)
    assert "C2" in {project.type for project in plan.projects if power in (project.closes_gap, *project.also_closes)}
