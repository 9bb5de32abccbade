"""Promises about gaps: each of weight has a project that fits it, or the plan says why it has none; nothing is planned twice."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from jumou.corpus.chains import load_chains
from jumou.domain.answering import FOR_DRIVER, FOR_ELEMENT, OF_WEIGHT, misfits, open_gaps
from jumou.domain.diagnosis import Gap
from jumou.domain.plan import Plan
from jumou.domain.portfolio import Project
from jumou.domain.region import RegionProfile
from jumou.drafting.drafter import RulesDrafter
from jumou.drafting.grounding import check
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
