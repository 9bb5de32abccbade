"""Promises about plans in English: English sentences, and for regions abroad nothing that only China has."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from jumou.corpus.statistics import statistic_in_english
from jumou.domain.plan import Plan
from jumou.domain.quantity import Quantity
from jumou.drafting.drafter import RulesDrafter
from jumou.drafting.wording import Said, Writer, article, in_sentence, shown
from jumou.export.english import set_out
from jumou.profile import parse_profile, sample_profile
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan

ABROAD: dict[str, dict[str, Any]] = {
    "county": {
        "region": {"name": "Marlow County", "level": "county", "province/country": "Oregon, United States"},
        "target_industry": "food processing",
        "background": [
            {"metric": "food manufacturing jobs", "value": 12400, "unit": "jobs", "year": 2023},
            {"metric": "GVA per employee", "value": 91000, "unit": "USD", "year": 2023},
        ],
        "enterprises": ["Marlow Frozen Foods", "Alder Dairy"],
        "institutions": ["Marlow Community College"],
        "problems": ["wastewater costs", "low household income"],
    },
    "one line": {"name": "Tees Valley", "industry": "hydrogen"},
}
ONLY_CHINA = re.compile(
    r"special bond|policy.bank|standard (?:plot|plant)|designated size|small giant|chain leader|lease-then-grant|five-year plan"
    r"|central committee|provinc|\byuan\b|executive meeting|window guidance|\btce\b|ten thousand|hundred million|\bmu\b",
    re.IGNORECASE,
)
HAN = re.compile(r"[\u3400-\u9fff]+")


@pytest.fixture(scope="module")
def drafted(library: Library) -> dict[str, Plan]:
    profiles = {name: parse_profile(profile, "en") for name, profile in ABROAD.items()}
    profiles["china"] = sample_profile("changchun")
    return {
        name: asyncio.run(draft_plan(PlanRequest(profile=profile, language="en"), library, RulesDrafter()))
        for name, profile in profiles.items()
    }


@pytest.fixture(scope="module", params=list(ABROAD))
def abroad(request: pytest.FixtureRequest, drafted: dict[str, Plan]) -> Plan:
    return drafted[request.param]


def own_words(value: Any, key: str = "") -> Iterator[str]:
    """The texts of a plan's steps, without quotes and what they are taken from, sources, formulas and marks."""
    if isinstance(value, Mapping):
        if "passage_id" in value:
            return
        for name, part in value.items():
            if name not in (
                "country",
                "unit",
                "source_ids",
                "formula",
                "flags",
                "inputs",
                "scope",
                "detail",
                "basis",
                "label",
            ):
                yield from own_words(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from own_words(part, key)
    elif isinstance(value, str):
        yield value


def text_of(plan: Plan) -> list[str]:
    steps = (plan.diagnosis, plan.positioning, plan.implementation)
    parts = [step.model_dump(mode="json") for step in steps] + [item.model_dump(mode="json") for item in plan.projects]
    quotes = {citation["quote"] for part in parts for citation in cited(part)}
    texts = [text for part in parts for text in own_words(part)]
    for quote in quotes:
        texts = [text.replace(quote, "") for text in texts]
    return texts


def cited(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if "passage_id" in value:
            yield value
        for part in value.values():
            yield from cited(part)
    elif isinstance(value, list):
        for part in value:
            yield from cited(part)


def test_a_plan_abroad_holds_no_chinese_of_its_own(abroad: Plan) -> None:
    assert not [text for text in text_of(abroad) if HAN.search(text)]


def test_an_english_plan_of_a_chinese_region_holds_only_the_profiles_own_names_in_chinese(
    drafted: dict[str, Plan],
) -> None:
    plan = drafted["china"]
    given = json.dumps(plan.profile.model_dump(mode="json"), ensure_ascii=False)
    found = {run for text in text_of(plan) for run in HAN.findall(text)}
    assert found
    assert not {run for run in found if run not in given}


def test_statistics_known_in_english_are_written_so(drafted: dict[str, Plan]) -> None:
    plan = drafted["china"]
    names = {cell.metric for cell in plan.profile.indicators if statistic_in_english(cell.metric)}
    assert {"地区生产总值", "规模以上工业总产值"} <= names
    assert not [kpi.name for kpi in plan.implementation.kpis if kpi.name in names]
    assert not [item.text for item in plan.diagnosis.summary if "地区生产总值" in item.text]


def test_nothing_that_only_china_has_is_planned_abroad(abroad: Plan) -> None:
    benchmarks = {bench.name for bench in abroad.diagnosis.benchmarks}
    texts = text_of(abroad)
    for name in benchmarks:
        texts = [text.replace(name, "") for text in texts]
    assert not [text for text in texts if ONLY_CHINA.search(text)]


def test_chinese_policies_are_no_precedents_abroad(abroad: Plan) -> None:
    documents = {item.document.id: item.document for item in abroad.evidence.passages}
    used = {citation.document_id for project in abroad.projects for citation in project.precedents}
    assert used
    assert {documents[name].level for name in used if documents[name].kind == "policy"} <= {"international"}


def test_the_indicators_abroad_are_those_regions_report_there(abroad: Plan) -> None:
    names = " | ".join(kpi.name for kpi in abroad.implementation.kpis)
    for usual in (
        "Jobs|jobs",
        "earnings",
        "GVA",
        "start-ups",
        "survival",
        "Private investment",
        "emissions",
        "Floor space",
        "R&D",
    ):
        assert re.search(usual, names), usual
    assert len(abroad.implementation.kpis) <= 31
    assert not [
        kpi.name for kpi in abroad.implementation.kpis if "China" in kpi.target_note or "Five-Year" in kpi.target_note
    ]


def test_jobs_and_productivity_of_a_profile_abroad_are_baselines(drafted: dict[str, Plan]) -> None:
    found = {kpi.baseline.value for kpi in drafted["county"].implementation.kpis if kpi.baseline is not None}
    assert found == {12400, 91000}


def test_a_latin_name_without_a_country_lies_abroad_unless_china_has_a_place_of_that_name() -> None:
    assert parse_profile({"name": "Tees Valley", "industry": "hydrogen"}, "en").abroad
    assert not parse_profile({"name": "Changchun", "industry": "cars"}, "en").abroad
    assert not parse_profile({"name": "长春市"}).abroad


def test_a_vision_has_its_article(drafted: dict[str, Plan]) -> None:
    texts = [vision.text for plan in drafted.values() for vision in plan.positioning.candidates]
    assert not [text for text in texts if re.search(r"\ba [aeio]|\ban [^aeio]", text)]


def test_names_begin_small_inside_a_sentence_and_keep_their_capital_elsewhere() -> None:
    writer = Writer("en")
    node = Said("Wafer fabrication", "chain")
    assert writer.fill("Firms stand at {node}.", node=node)[0] == "Firms stand at wafer fabrication."
    assert writer.fill("{node} is weak.", node=node)[0] == "Wafer fabrication is weak."
    assert writer.fill("Fill “{node}”.", node=node)[0] == "Fill “Wafer fabrication”."
    assert writer.fill("Ask {node}.", node=Said("Wafer Works Ltd", "profile"))[0] == "Ask Wafer Works Ltd."
    assert [in_sentence(name) for name in ("EDA and IP", "Beidou terminals", "Deep processing")] == [
        "EDA and IP",
        "Beidou terminals",
        "deep processing",
    ]


def test_lists_end_with_and_unless_the_sentence_goes_on_with_one() -> None:
    writer = Writer("en")
    assert writer.joined(["a", "b", "c"]) == "a, b and c"
    assert writer.joined(["mining and metals", "food"]) == "mining and metals, and food"
    assert writer.joined(["a", "b", "c"], last=2) == "a, b and others"
    assert writer.fill("Help {firms} and other firms.", firms=["A", "B"])[0] == "Help A, B and other firms."
    assert writer.fill("{names}{more}.", names=["A", "B"], more=" and others")[0] == "A, B and others."


def test_figures_are_written_as_in_english() -> None:
    figure = Quantity(label="jobs", value=12400, unit="jobs", basis="assumption")
    assert shown(figure, "en") == "12,400 jobs"
    assert shown(figure.model_copy(update={"value": 1}), "en") == "1 job"
    assert shown(figure.model_copy(update={"value": 9, "unit": "% a year"}), "en") == "9% a year"
    assert article("industrial base") == "an industrial base"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("7500 hundred million yuan", "750 billion yuan"),
        ("about 0.56 hundred million yuan", "about 56 million yuan"),
        ("184–314 hundred million yuan", "18.4–31.4 billion yuan"),
        ("156 ten thousand vehicles", "1.56 million vehicles"),
        ("30 ten thousand m²", "300,000 m²"),
        ("9 firms", "9 firms"),
    ],
)
def test_amounts_on_the_page_are_in_thousands_millions_and_billions(text: str, wanted: str) -> None:
    assert set_out(text) == wanted
