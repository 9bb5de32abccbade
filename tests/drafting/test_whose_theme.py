"""Promises of plans for several industries: what is about one of them says so, and what is about all names all."""

import asyncio

import pytest

from jumou.domain.plan import Plan
from jumou.domain.region import ProfileConstraint, ProfileEnterprise, ProfileIndicator, RegionProfile
from jumou.drafting.context import DraftContext
from jumou.drafting.drafter import RulesDrafter
from jumou.drafting.prepare import prepare
from jumou.drafting.rules.kinds import kinds_of
from jumou.drafting.wording import Writer
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan


def drafted(profile: RegionProfile, library: Library, **wishes: str) -> Plan:
    return asyncio.run(draft_plan(PlanRequest(profile=profile, **wishes), library, RulesDrafter()))


@pytest.fixture(scope="module")
def several(library: Library) -> Plan:
    """A city without a target: textiles lead, then cars and ceramics."""
    figures = (("纺织服装产业产值", 900.0), ("汽车及零部件产业产值", 600.0), ("陶瓷产业产值", 300.0))
    problems = ("印染环节环保压力大，高档面料依赖外购", "汽车零部件本地配套率低", "高层次人才引不进、留不住")
    return drafted(
        RegionProfile(
            name="青岚市", level="city",
            indicators=tuple(
                ProfileIndicator(metric=metric, value=value, unit="亿元", year=2023, ref=f"indicators!{row}")
                for row, (metric, value) in enumerate(figures, 1)
            ),
            enterprises=(ProfileEnterprise(name="青岚纺织集团", ref="enterprises!1"),),
            constraints=tuple(
                ProfileConstraint(statement=text, ref=f"constraints!{row}") for row, text in enumerate(problems, 1)
            ),
        ),
        library,
    )  # fmt: skip


def test_a_cluster_project_stands_under_the_theme_of_its_own_industry_or_none(several: Plan) -> None:
    themes = {theme.id: theme.chain_id for theme in several.positioning.themes}
    found = {one.name: one.theme_id for one in several.projects if "产业集群建设工程" in one.name}
    assert len(found) > len(themes)
    assert themes[found["纺织服装产业集群建设工程"] or ""] == "textile_apparel"
    assert all(theme is None or themes[theme] in _chain_in(name) for name, theme in found.items())
    assert found["陶瓷产业集群建设工程"] is None


def _chain_in(name: str) -> str:
    return {"纺": "textile_apparel", "汽": "new_energy_vehicle", "陶": "ceramics"}[name[0]]


def test_a_problem_of_one_industry_is_not_solved_by_another_ones_cluster(several: Plan) -> None:
    problem = next(gap for gap in several.diagnosis.gaps if "汽车零部件" in gap.text)
    assert problem.chain_id == "new_energy_vehicle"
    others = [one for one in several.projects if one.name.startswith(("纺织", "陶瓷")) and "集群" in one.name]
    assert others
    assert not any(problem.id in (one.closes_gap, *one.also_closes) for one in others)


def test_a_problem_of_everybody_belongs_to_no_industry(several: Plan) -> None:
    assert next(gap for gap in several.diagnosis.gaps if "人才引不进" in gap.text).chain_id == ""


def test_what_serves_the_whole_plan_speaks_of_every_leading_industry(several: Plan) -> None:
    training = "".join(next(one for one in several.projects if "实训" in one.name).content)
    assert all(name in training for name in ("纺织服装方向", "汽车", "陶瓷方向"))
    event = next(one for one in several.projects if "品牌推广" in one.name)
    assert "纺织" not in event.name
    assert all(one.theme_id is None for one in several.projects if one.name.startswith("重点产业"))


def test_no_title_of_several_themes_is_a_row_of_ands(several: Plan) -> None:
    texts = [*(one.name for one in several.projects), *(one.text for one in several.positioning.candidates)]
    assert not [text for text in texts if "产业产业" in text]
    themes = [theme.name for theme in several.positioning.themes if "与" in theme.name]
    assert not [text for text in texts for one in themes if f"{one}与" in text]


def test_a_plan_for_one_industry_keeps_its_first_theme_for_everything(library: Library) -> None:
    plan = drafted(RegionProfile(name="青岚市", level="city", target_industry="锂电池"), library)
    attracting = [one for one in plan.projects if one.type in ("A1", "A2")]
    assert attracting
    assert all(one.theme_id for one in attracting)


def test_a_plan_says_which_part_of_its_target_no_chain_describes_and_that_no_firm_fits(library: Library) -> None:
    plan = drafted(
        RegionProfile(
            name="青岚市", level="city", target_industry="半导体和马术",
            enterprises=(ProfileEnterprise(name="青岚马业", ref="enterprises!1"),),
        ),
        library,
    )  # fmt: skip
    said = plan.diagnosis.value_chain.summary.text
    assert "“马术”尚无产业链图谱" in said
    assert "青岚马业" in said
    assert any("马术" in one.name for one in plan.projects)


def _context(library: Library, **rows: object) -> DraftContext:
    profile = RegionProfile.model_validate({"name": "青岚县", "level": "county", **rows})
    return prepare(profile, library, start_year=2027, horizon=2031)


def test_what_binds_a_region_is_a_problem_and_no_strength(library: Library) -> None:
    reading = _context(
        library, target_industry="水产",
        resources=[{"name": "淡水湖泊两百平方公里"}, {"name": "湖区北岸属候鸟生态敏感区"}],
        markets=[{"name": "华东活鱼市场"}, {"name": "鳗鱼出口受技术壁垒影响"}],
    ).reading  # fmt: skip
    assert [word.text for word in reading.resources] == ["淡水湖泊两百平方公里"]
    assert [word.text for word in reading.market] == ["华东活鱼市场"]
    assert {"湖区北岸属候鸟生态敏感区", "鳗鱼出口受技术壁垒影响"} <= {word.text for word in reading.problems}


def test_a_zone_committee_is_no_body_of_knowledge_and_a_zone_institute_is(library: Library) -> None:
    reading = _context(
        library, target_industry="水产",
        institutions=[{"name": "青岚经济开发区管委会"}, {"name": "湖东工业园"}, {"name": "青岚开发区水产研究院"}],
    ).reading  # fmt: skip
    assert [word.text for word in reading.knowledge] == ["青岚开发区水产研究院"]


@pytest.mark.parametrize("target", ["低空经济", "无人机", "航空装备", "建筑材料"])
def test_a_service_link_makes_no_service_industry_of_what_is_made(library: Library, target: str) -> None:
    kinds = kinds_of(_context(library, target_industry=target))
    assert "making" in kinds
    assert not kinds & {"logistics", "trade", "software", "business", "tourism"}


@pytest.mark.parametrize(
    ("parent", "whole"), [("广西壮族自治区崇左市", "全区"), ("贵州省黔南州", "全省"), ("重庆市", "全市")]
)
def test_a_county_ranks_in_what_it_lies_in(library: Library, parent: str, whole: str) -> None:
    plan = drafted(RegionProfile(name="青岚县", level="county", parent=parent, target_industry="茶叶"), library)
    assert whole in plan.positioning.vision.scope


def test_a_name_that_begins_small_stays_so_at_the_head_of_a_sentence() -> None:
    assert Writer("zh").say("{name}取证周期长。", "", name="eVTOL").text == "eVTOL取证周期长。"
    assert Writer("en").say("", "{name} grew.", name="tourism").text == "Tourism grew."
