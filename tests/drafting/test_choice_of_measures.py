"""What a plan takes from the chain and from the region: measures in their own units, names the region uses, projects for both sides."""

import asyncio

import pytest

from jumou.corpus.chains import find_chains, load_chains
from jumou.corpus.playbook import load_playbook
from jumou.domain.plan import Plan
from jumou.domain.region import ProfileEnterprise, ProfileIndicator, RegionProfile
from jumou.drafting.drafter import RulesDrafter
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan


def drafted(profile: RegionProfile, library: Library, **wishes: str) -> Plan:
    return asyncio.run(draft_plan(PlanRequest(profile=profile, **wishes), library, RulesDrafter()))


@pytest.fixture(scope="module")
def batteries(library: Library) -> Plan:
    return drafted(
        RegionProfile(
            name="青岚市", level="city", target_industry="锂电池",
            enterprises=(ProfileEnterprise(name="青岚锂能", ref="enterprises!1"),),
        ),
        library,
    )  # fmt: skip


@pytest.fixture(scope="module")
def many(library: Library) -> Plan:
    figures = (("高端装备产业营收", 1000.0), ("新一代信息技术产业营收", 700.0), ("新材料产业营收", 400.0))
    return drafted(
        RegionProfile(
            name="青岚市", level="city",
            indicators=tuple(
                ProfileIndicator(metric=metric, value=value, unit="亿元", year=2023, ref=f"indicators!{row}")
                for row, (metric, value) in enumerate(figures, 1)
            ),
        ),
        library,
    )  # fmt: skip


@pytest.fixture(scope="module")
def foreign(library: Library) -> Plan:
    return drafted(
        RegionProfile(
            name="Estuary", level="provincial", country="England, United Kingdom", target_industry="carbon capture"
        ),
        library,
        language="en",
    )


def test_the_chains_own_measures_stand_beside_the_general_ones(batteries: Plan) -> None:
    names = " ".join(kpi.name for kpi in batteries.implementation.kpis)
    assert "动力和储能电池产量" in names
    assert "年产能" in names
    assert "项目数" in names
    assert "累计完成投资" in names
    assert "增加值" in names


def test_no_measure_of_a_chain_says_again_what_the_catalogue_measures() -> None:
    known = {rule.id for rule in load_playbook().kpis}
    said = [item.same_as for chain in load_chains().values() for item in chain.kpis if item.same_as]
    assert said
    assert set(said) <= known


def test_industries_are_called_as_the_regions_figures_call_them(many: Plan) -> None:
    kpis = {kpi.name: kpi for kpi in many.implementation.kpis}
    assert kpis["高端装备产业集群营业收入"].baseline
    assert kpis["新一代信息技术产业集群营业收入"].baseline
    assert any(project.name == "高端装备产业集群建设工程" for project in many.projects)
    assert not any("产业产业" in name for name in kpis)


def test_firms_from_outside_and_firms_that_are_here_both_have_a_project(batteries: Plan) -> None:
    names = [project.name for project in batteries.projects if project.type == "A1"]
    assert any("招引" in name for name in names)
    assert any("青岚锂能" in name for name in names)


def test_a_region_abroad_is_measured_in_its_money_and_without_chinese_honours(foreign: Plan) -> None:
    kpis = foreign.implementation.kpis
    text = " ".join(f"{kpi.name} {kpi.unit}" for kpi in kpis).lower()
    assert "million gbp" in text
    assert not [word for word in ("yuan", "designated size", "provincial rank", "sophisticated") if word in text]
    assert "chain-leader" not in " ".join(project.name for project in foreign.projects)


def test_decarbonisation_is_no_recycling(foreign: Plan) -> None:
    names = " ".join(project.name for project in foreign.projects).lower()
    assert "carbon dioxide" in names or "capture" in names
    assert "collection network" not in names


def test_a_plan_has_one_institute(many: Plan, foreign: Plan) -> None:
    for plan in (many, foreign):
        assert sum("产业技术研究院" in one.name or "research institute" in one.name for one in plan.projects) <= 1


@pytest.mark.parametrize(
    ("words", "chain"),
    [
        ("物联网", "digital_economy"), ("仪器仪表", "special_machinery"), ("合成生物", "biomedicine"),
        ("advanced batteries", "power_battery"), ("critical minerals", "metals"), ("agtech", "modern_agriculture"),
        ("industrial decarbonisation", "industrial_decarbonisation"),
    ],
)  # fmt: skip
def test_names_planners_use_lead_to_the_chain(words: str, chain: str) -> None:
    assert find_chains(words)[0].chain_id == chain
