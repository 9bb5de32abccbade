"""Promises of plans for several industries: what is about one of them says so, and what is about all names all."""

import asyncio

import pytest

from jumou.domain.plan import Plan
from jumou.domain.region import ProfileConstraint, ProfileEnterprise, ProfileIndicator, RegionProfile
from jumou.drafting.drafter import RulesDrafter
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
