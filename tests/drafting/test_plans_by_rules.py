"""Promises of every plan the rules draft: complete, grounded, honest about what is not known, and the same each time."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jumou.domain.framework import ELEMENTS, MODES, PESTEL, PROJECT_TYPES
from jumou.domain.plan import VOLATILE_FIELDS, Plan
from jumou.domain.quantity import Quantity
from jumou.domain.region import ProfileItem, RegionProfile
from jumou.drafting.drafter import RulesDrafter
from jumou.profile import parse_profile, read_profile, sample_names, sample_profile
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan, draft_projects

SHARED = Path(__file__).resolve().parents[3] / "shared"
EXPERT = sorted((SHARED / "expert_plans").glob("*.json"))


def drafted(profile: RegionProfile, library: Library, **wishes: Any) -> Plan:
    return asyncio.run(draft_plan(PlanRequest(profile=profile, **wishes), library, RulesDrafter()))


def language_of(profile: RegionProfile) -> str:
    return "zh" if re.search(r"[\u4e00-\u9fff]", profile.name) else "en"


def holds(plan: Plan) -> None:
    """What must hold for any plan whatsoever."""
    quality = plan.quality
    assert [finding for finding in quality.findings if finding.severity == "error"] == []
    assert (quality.quotes_unmatched, quality.figures_untraced, quality.references_unresolved) == (0, 0, 0)
    assert {factor.factor for factor in plan.diagnosis.macro.factors} == set(PESTEL)
    assert {reading.element for reading in plan.diagnosis.elements} == set(ELEMENTS)
    assert {row.key for row in plan.positioning.mode.table} == set(MODES)
    assert len(plan.positioning.candidates) >= 3
    assert plan.positioning.vision.passed
    assert {project.type for project in plan.projects} == set(PROJECT_TYPES)
    assert 12 <= len(plan.projects) <= 20
    assert all(project.precedents and project.closes_gap for project in plan.projects)
    assert len(plan.implementation.kpis) >= 12
    assert {kpi.family for kpi in plan.implementation.kpis} >= {"scale", "firms", "rd", "patents", "jobs"}
    assert all(kpi.targets and kpi.owner and kpi.alert and kpi.adjust for kpi in plan.implementation.kpis)
    starts = {project.id: project.start for project in plan.projects}
    assert all(starts[name] <= project.start for project in plan.projects for name in project.predecessors)
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


@pytest.mark.parametrize("name", sample_names())
def test_a_shipped_region_gives_a_complete_grounded_plan(name: str, library: Library) -> None:
    holds(drafted(sample_profile(name), library))


@pytest.mark.skipif(not EXPERT, reason="../shared/expert_plans is not here")
@pytest.mark.parametrize("path", EXPERT, ids=lambda path: path.stem)
def test_a_sparse_input_gives_a_complete_grounded_plan(path: Path, library: Library) -> None:
    profile = read_profile(path)
    holds(drafted(profile, library, language=language_of(profile)))


@pytest.mark.parametrize(
    "content",
    [
        {"name": "某某县", "target_industry": "茶叶"},
        {"name": "临江市", "target_industry": "生物医药"},
        {"name": "Borderland County", "country": "United Kingdom", "target_industry": "offshore wind"},
        {"name": "Testshire", "country": "Ireland"},
        {"name": "青山镇"},
        {"name": "西海经济技术开发区", "target_industry": "量子鱼鳞染色"},
    ],
    ids=lambda content: content["name"],
)
def test_a_profile_of_one_line_gives_a_plan_that_says_what_is_missing(
    content: dict[str, str], library: Library
) -> None:
    profile = parse_profile(content)
    plan = drafted(profile, library, language=language_of(profile))
    holds(plan)
    assert len(plan.diagnosis.data_gaps) >= 5
    assert not any(figure.basis == "profile" for figure in figures(plan))


def test_an_industry_no_chain_describes_is_said_to_be_unknown(library: Library) -> None:
    plan = drafted(parse_profile({"name": "西海市", "target_industry": "量子鱼鳞染色"}), library)
    assert not plan.diagnosis.value_chain.known
    assert plan.diagnosis.value_chain.summary is not None
    assert "量子鱼鳞染色" in plan.diagnosis.value_chain.summary.text
    assert plan.diagnosis.value_chain.summary.state == "no_evidence"


def test_no_firm_or_body_is_invented(library: Library) -> None:
    plan = drafted(parse_profile({"name": "某某市", "target_industry": "新能源汽车"}), library)
    assert all(not node.firms for node in plan.diagnosis.value_chain.nodes)
    assert all(node.state == "unknown" for node in plan.diagnosis.value_chain.nodes)
    assert not any(re.search(r"(股份|有限)公司", text) for text in strings(plan.model_dump(include={"projects"})))


def test_a_plan_is_the_same_each_time_but_for_what_is_declared(library: Library) -> None:
    profile = sample_profile("mouding")
    one, other = (
        drafted(profile, library).model_dump(mode="json", exclude={"provenance": set(VOLATILE_FIELDS)})
        for _ in range(2)
    )
    assert json.dumps(one, ensure_ascii=False) == json.dumps(other, ensure_ascii=False)


def test_the_industry_asked_for_wins_over_the_profiles(library: Library) -> None:
    plan = drafted(sample_profile("changchun"), library, industry="生物医药")
    assert plan.diagnosis.value_chain.chain_id == "biomedicine"
    assert "生物医药" in plan.title


def test_the_regions_own_case_is_never_its_benchmark(library: Library) -> None:
    plan = drafted(sample_profile("changchun"), library)
    assert "A01_changchun_auto" not in {bench.document_id for bench in plan.diagnosis.benchmarks}


def test_benchmarks_come_from_home_and_abroad_and_hold_a_hard_lesson(library: Library) -> None:
    benches = drafted(sample_profile("changchun"), library).diagnosis.benchmarks
    assert {"中国"} < {bench.country for bench in benches}
    assert {"success"} < {bench.outcome for bench in benches}


def test_documents_kept_out_are_not_cited_and_the_plan_says_so(library: Library) -> None:
    out = frozenset({"N08_fair_competition_regulation", "N09_fair_competition_rules"})
    plan = drafted(sample_profile("mouding"), library, exclude_documents=out)
    assert out.isdisjoint(item.document.id for item in plan.evidence.passages)
    assert set(plan.evidence.excluded_documents) == out


def test_incentives_are_checked_against_fair_competition_with_the_rules_own_words(library: Library) -> None:
    plan = drafted(sample_profile("mouding"), library)
    package = next(project for project in plan.projects if project.type == "D1" and project.instruments)
    finding = next(finding for finding in package.compliance if finding.rule_id == "fair_competition")
    assert finding.severity == "must"
    assert finding.citations
    assert finding.citations[0].document_id.startswith("N08")
    assert {"land", "finance", "tax", "data", "scenario"} <= {tool.family for tool in package.instruments}


def test_a_region_abroad_is_not_held_to_chinese_rules(library: Library) -> None:
    plan = drafted(
        parse_profile({"name": "Humber", "country": "United Kingdom", "target_industry": "hydrogen"}),
        library,
        language="en",
    )
    assert all(not project.compliance for project in plan.projects)
    assert all(
        share.source not in ("special_bond", "policy_bank") for project in plan.projects for share in project.financing
    )


def test_a_project_list_is_step_three_of_the_same_plan(library: Library) -> None:
    profile = sample_profile("hefei")
    listed = asyncio.run(draft_projects(PlanRequest(profile=profile), library, RulesDrafter()))
    plan = drafted(profile, library)
    assert [project.name for project in listed.projects] == [project.name for project in plan.projects]
    assert listed.mode == plan.positioning.mode.key


def test_the_term_can_be_set(library: Library) -> None:
    plan = drafted(sample_profile("mouding"), library, start_year=2026, horizon=2028)
    assert all(kpi.targets[0].year == 2026 and kpi.targets[-1].year == 2028 for kpi in plan.implementation.kpis)
    assert max(project.end for project in plan.projects) <= "2028-12"


WORDS = (
    "高新",
    "材料",
    "5G",
    "3D打印",
    "产业园",
    "1类新药",
    "国家级",
    "“361”集群",
    "AI",
    "（一期）",
    "占比40%",
    "C36",
    "大学",
    "港口",
    "20万吨储备库",
    "1—9月",
)
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("".join)
"""Names as profiles have them: words, codes, ordinals and figures in one cell."""


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # a plan takes half a second: no time to shrink
@given(
    name=NAMES,
    industry=NAMES,
    items=st.lists(st.tuples(NAMES, st.one_of(st.none(), st.floats(0.01, 1e6))), max_size=6),
)
def test_whatever_stands_in_a_profile_every_figure_keeps_a_basis(
    name: str, industry: str, items: list[tuple[str, float | None]], library: Library
) -> None:
    rows = tuple(
        ProfileItem(name=text, value=value, ref=f"resources!{row}") for row, (text, value) in enumerate(items, 2)
    )
    profile = RegionProfile(
        name=f"某{name.strip()}市", target_industry=f"{industry}产业", resources=rows, infrastructure=rows
    )
    plan = drafted(profile, library)
    assert plan.quality.figures_untraced == 0, [f.message for f in plan.quality.findings if f.severity == "error"]
    assert plan.quality.quotes_unmatched == plan.quality.references_unresolved == 0


def figures(value: Any) -> Iterator[Quantity]:
    """Every figure in a domain object."""
    if isinstance(value, Quantity):
        yield value
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from figures(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from figures(item)


def strings(value: Any) -> Iterator[str]:
    """Every text in plain content."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def test_a_small_county_plans_neither_a_fund_of_its_own_nor_what_only_a_city_can(library: Library) -> None:
    plan = drafted(parse_profile({"name": "某某县", "level": "county", "target_industry": "茶叶"}), library)
    said = " ".join(strings(plan.model_dump(include={"projects", "implementation"})))
    assert not re.search(r"国家实验室|大科学装置|设立产业发展基金|千亿级|百亿级（十亿级）", said)
    assert "不新设本级基金" in said


def test_a_pace_set_by_a_policy_is_followed_and_quoted(library: Library) -> None:
    kpis = {kpi.name: kpi for kpi in drafted(sample_profile("changchun"), library).implementation.kpis}
    spent = next(kpi for name, kpi in kpis.items() if "研发经费支出" in name)
    assert [target.quantity.value for target in spent.targets] == [7.0] * len(spent.targets)
    assert all(target.quantity.basis == "computed" for target in spent.targets)
    assert "年均增长7%" in spent.citations[0].quote


def test_the_whole_of_industry_grows_with_the_region_and_its_peers(library: Library) -> None:
    kpis = drafted(sample_profile("changchun"), library).implementation.kpis
    whole = next(kpi for kpi in kpis if kpi.name == "规模以上工业总产值")
    last = whole.targets[-1].quantity
    assert last.basis == "computed"
    assert last.formula is not None
    assert last.formula.startswith("kpi_band")
    assert whole.baseline is not None
    assert 1 < last.value / whole.baseline.value < 1.06 ** ((last.year or 0) - (whole.baseline.year or 0))


def test_a_project_supports_the_kpis_its_text_speaks_of(library: Library) -> None:
    plan = drafted(sample_profile("changchun"), library)
    names = {kpi.id: kpi.name for kpi in plan.implementation.kpis}
    for project in plan.projects:
        moved = " ".join(names[kpi] for kpi in project.kpi_ids)
        assert moved
        if project.type == "D1":
            assert "标准厂房" not in moved, project.name


def test_no_two_kinds_of_project_share_all_their_milestones(library: Library) -> None:
    plan = drafted(sample_profile("mouding"), library)
    steps = {tuple(stone.text for stone in project.milestones) for project in plan.projects}
    assert len(steps) >= 4
