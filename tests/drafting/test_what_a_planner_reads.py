"""Promises about what a planner reads: gaps that say what is wanting, parks that fit, money that can be defended."""

import asyncio
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.finance import total_range
from jumou.corpus.chains import load_chains
from jumou.corpus.playbook import load_playbook
from jumou.domain.evidence import Document, Passage
from jumou.domain.framework import ELEMENTS
from jumou.domain.plan import Plan
from jumou.domain.region import RegionProfile
from jumou.drafting.drafter import RulesDrafter
from jumou.drafting.rules.precedents import shows
from jumou.errors import InvalidRequest
from jumou.profile import parse_profile, sample_profile
from jumou.retrieval import Filter, Hit, Library
from jumou.workflow import PlanRequest, draft_plan

COUNTY = {
    "name": "临河县", "level": "county", "target_industry": "轴承产业",
    "indicators": [
        {"metric": "地区生产总值", "value": 268.5, "unit": "亿元", "year": 2024},
        {"metric": "一般公共预算收入", "value": 2.6, "unit": "亿元", "year": 2024},
        {"metric": "轴承产业产值", "value": 96, "unit": "亿元", "year": 2024},
    ],
    "enterprises": [{"name": "临河精工轴承有限公司", "role": "龙头"}],
    "infrastructure": [{"name": "临河现代农业示范区"}, {"name": "运河物流园"}],
}  # fmt: skip


@pytest.fixture(scope="module", params=["changchun", "county"])
def plan(request: pytest.FixtureRequest, drafted: dict[str, Plan]) -> Plan:
    return drafted[request.param]


@pytest.fixture(scope="module")
def drafted(library: Library) -> dict[str, Plan]:
    profiles = {"changchun": sample_profile("changchun"), "county": RegionProfile.model_validate(COUNTY)}
    return {
        name: asyncio.run(draft_plan(PlanRequest(profile=profile, language="zh"), library, RulesDrafter()))
        for name, profile in profiles.items()
    }


def test_every_gap_of_an_element_names_the_part_that_is_wanting(plan: Plan) -> None:
    parts = {part.id: part for part in load_playbook().parts}
    gaps = [gap for gap in plan.diagnosis.gaps if gap.kind == "element"]
    assert len({gap.name for gap in gaps}) == len(gaps)
    assert all(parts[gap.part].element == gap.element for gap in gaps)


def test_an_element_nobody_is_named_of_is_read_from_figures_and_stated_problems(library: Library) -> None:
    profile = parse_profile(
        {
            "region": {"name": "清波县", "level": "县", "province/country": "江苏省"},
            "target_industry": "眼镜产业",
            "background": [
                {"metric": "眼镜企业", "value": 2000, "unit": "家以上", "year": 2024},
                {"metric": "眼镜企业营业收入增速", "value": 6, "unit": "%", "year": 2024},
            ],
            "problems": ["年轻技工招不到、留不住", "镜片单体依赖进口"],
        }
    )
    plan = asyncio.run(draft_plan(PlanRequest(profile=profile, language="zh"), library, RulesDrafter()))
    found = {one.element: one for one in plan.diagnosis.elements}
    assert found["supporting_firms"].presence == "partial"
    assert found["supporting_firms"].state == "grounded"
    assert re.search("眼镜企业2000家以上.*“镜片单体依赖进口”.*仍须补充", found["supporting_firms"].text)
    assert "增速" not in found["supporting_firms"].text
    assert [figure.value for figure in found["supporting_firms"].figures] == [2000]
    assert found["knowledge"].presence == "weak"
    assert "“年轻技工招不到、留不住”" in found["knowledge"].text
    assert found["government"].presence == "unknown"
    assert any("知识与服务机构" in gap.what for gap in plan.diagnosis.data_gaps), "who is there has still to be told"
    judgement = plan.diagnosis.summary[-1]
    assert judgement.text.startswith("综合判断，当前首先要解决“")
    assert "“镜片单体依赖进口”" in judgement.text, "what the region states comes before what is only supposed"


def test_no_project_is_there_for_a_condition_that_every_project_serves(plan: Plan) -> None:
    gaps = {gap.id: gap for gap in plan.diagnosis.gaps}
    assert not [project.id for project in plan.projects if gaps[project.closes_gap].kind == "mode"]
    carriers = [project.closes_gap for project in plan.projects if project.category == "C"]
    assert len(set(carriers)) == len(carriers)


def test_a_park_of_another_purpose_takes_no_plant(drafted: dict[str, Plan]) -> None:
    sites = {name: " ".join(f"{one.name} {one.site}" for one in plan.projects) for name, plan in drafted.items()}
    assert "临空" not in sites["changchun"]
    assert "长春新区" in sites["changchun"]
    assert "现代农业示范区" not in sites["county"]
    assert "运河物流园配套产业片区" not in sites["county"]
    assert "由规划编制单位确定" in sites["county"]


def test_the_total_is_a_middle_within_a_range_narrower_than_all_lows_and_highs(plan: Plan) -> None:
    money = plan.implementation.financing
    assert money.total is not None
    assert money.central is not None
    ranges = [
        (one.investment.value, one.investment.upper or one.investment.value) for one in plan.projects if one.investment
    ]
    assert sum(low for low, _ in ranges) < money.total.value < money.central.value
    assert money.central.value < (money.total.upper or 0) < sum(high for _, high in ranges)
    spent = sum(row.total for row in money.years)
    assert spent == pytest.approx(money.central.value, rel=0.05)


def test_a_project_with_a_unit_costs_its_output_times_the_unit(plan: Plan) -> None:
    sized = [one for one in plan.projects if one.investment and one.investment.formula == "output * unit_cost"]
    assert len(sized) >= 5
    for project in sized:
        output = project.outputs[0].quantity
        cost = next(figure for figure in project.figures if figure.label == "单位投资")
        assert output is not None
        assert project.investment is not None
        scale = 1e-4 if cost.unit == "万元" else 1.0
        assert project.investment.value == pytest.approx(output.value * cost.value * scale, rel=0.3, abs=0.1)


def test_public_money_beyond_the_means_of_the_region_is_flagged(drafted: dict[str, Plan]) -> None:
    notes = {
        name: " ".join(note.text for note in plan.implementation.financing.notes) for name, plan in drafted.items()
    }
    assert "未超过10%的论证线" in notes["changchun"]
    assert re.search(r"一般公共预算收入（2\.6亿元）的[\d.]+%，高于10%的论证线，须分期实施", notes["county"])


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)).map(sorted).map(tuple), min_size=1, max_size=20),
    st.floats(0, 1),
)
def test_a_total_lies_between_the_sums_whatever_the_correlation(
    ranges: list[tuple[float, float]], together: float
) -> None:
    low, middle, high = total_range(ranges, together)
    lows, highs = (sum(one[place] for one in ranges) for place in (0, 1))
    assert lows - 1e-6 <= low <= middle + 1e-9
    assert middle - 1e-9 <= high <= highs + 1e-6


def test_the_total_of_one_range_is_that_range_and_a_range_upside_down_is_refused() -> None:
    assert total_range([(2.0, 6.0)]) == pytest.approx((2.0, 4.0, 6.0))
    assert total_range([(0.0, 2.0), (0.0, 2.0)], 0.25) == pytest.approx((2 - 2.5**0.5, 2.0, 2 + 2.5**0.5))
    with pytest.raises(InvalidRequest):
        total_range([(3.0, 1.0)])


def test_every_kind_of_project_that_answers_an_element_builds_a_part_of_it() -> None:
    playbook = load_playbook()
    for archetype in playbook.archetypes:
        for element in archetype.gap.elements if "element" in archetype.gap.kinds else ():
            assert any(archetype.id in part.answers for part in playbook.parts if part.element == element)
    assert {part.element for part in playbook.parts if part.core} == set(ELEMENTS)


def test_chains_speak_of_every_outside_factor_and_of_measurable_things() -> None:
    for chain in load_chains().values():
        assert len({factor.factor for factor in chain.pestel}) >= 5, chain.id
        assert len(chain.kpis) >= 3, chain.id
        assert all(node.basis in ("editorial", "source") for node in chain.nodes)
        assert all(set(niche.nodes) for niche in chain.niches)


def test_a_precedent_shows_what_was_done_and_stands_once(plan: Plan) -> None:
    """A case is called a practice where its text tells of one; settings, lessons and reservations are called what they are."""
    passages = {one.passage.id: one for one in plan.evidence.passages}
    quotes = [precedent.quote for project in plan.projects for precedent in project.precedents]
    assert len(quotes) == len(set(quotes))
    for project in plan.projects:
        first = passages[project.precedents[0].passage_id]
        assert project.rationale is not None
        assert project.precedents[0].quote in project.rationale.text
        assert "〔待核〕" not in project.precedents[0].quote
        assert not first.document.outdated
        if "的做法：" in project.rationale.text:
            assert first.passage.section.rpartition(" / ")[2] in ("成功因素", "发展历程", "标志性项目", "主要内容")


def test_each_kind_of_project_says_by_which_words_a_precedent_shows_it() -> None:
    for archetype in load_playbook().archetypes:
        assert shows(archetype.shows, archetype.name.zh + archetype.query.zh) > 0, archetype.id
        assert shows(archetype.shows, archetype.name.en + archetype.query.en) > 0, archetype.id
        assert shows(archetype.shows, "该市成立于一九八三年，面积不大〔待核〕。") == 0


def test_a_region_that_one_industry_carries_is_told_to_widen_its_base(drafted: dict[str, Plan]) -> None:
    """Not only to hatch more of the same: the first answer names the region's other industries."""
    plan = drafted["changchun"]
    gap = next(gap for gap in plan.diagnosis.gaps if gap.kind == "stated" and "一业独大" in gap.name)
    (project,) = [one for one in plan.projects if "跨行业拓展" in one.name]
    assert project.closes_gap == gap.id
    assert "医药产业" in " ".join(project.content)
    assert not [one for one in drafted["county"].projects if "跨行业拓展" in one.name]


class Beside:
    """A library with one document more, which somebody added."""

    def __init__(self, whole: Library, document: Document, passage: Passage) -> None:
        self._whole, self._document, self._passage = whole, document, passage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)

    def search(self, query: str, *, where: Filter | None = None, **more: Any) -> list[Hit]:
        """What the whole finds, and among what people added this document."""
        own = [Hit(passage=self._passage, document=self._document, score=1.0)]
        return [
            *(own if where is not None and "user" in where.kinds else []),
            *self._whole.search(query, where=where, **more),
        ]

    def document(self, document_id: str) -> Document:
        """A document's description."""
        return self._document if document_id == self._document.id else self._whole.document(document_id)


def test_a_document_somebody_added_is_leaned_on_where_it_shows_the_measure(library: Library) -> None:
    text = "该县设立轴承产业学院，企业与学校共建实训基地，每年培养热处理、磨削技能人才三百名。"
    document = Document(id="own-1", kind="user", title="某县轴承集群建设经验", workspace="default")
    passage = Passage(id="own-1#0", document_id="own-1", ordinal=0, start=0, end=len(text), text=text)
    beside: Any = Beside(library, document, passage)
    profile = RegionProfile.model_validate(COUNTY)
    plan = asyncio.run(draft_plan(PlanRequest(profile=profile, language="zh"), beside, RulesDrafter()))
    (college,) = [project for project in plan.projects if "产业学院" in project.name]
    assert text in [precedent.quote for precedent in college.precedents]
