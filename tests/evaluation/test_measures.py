"""Indicators, the second checker, means and intervals, gates and comparisons, as callers see them."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.errors import InvalidRequest, NotFound
from jumou.evaluation.checker import check_plan, numbers_in
from jumou.evaluation.compare import compared
from jumou.evaluation.gold import GoldKpi
from jumou.evaluation.indicators import DraftKpi, match_kpis, meant_by, unit_of
from jumou.evaluation.runs import Run, gates, read_run, read_thresholds
from jumou.evaluation.statistics import Mean, difference, mean
from jumou.testing import BagEncoder


def covered(indicator: str, target: object, unit: str, *drafted: DraftKpi) -> tuple[str, float | None]:
    (row,) = match_kpis(
        [GoldKpi(id="k1", indicator=indicator, target=target, unit=unit, year=2027)],
        list(drafted),
        context=["白鹿市", "轴承"],
        meaning=BagEncoder(),
    )
    return row.label, row.log_ratio


def test_the_same_indicator_is_covered_and_its_target_compared_after_converting_the_unit() -> None:
    label, ratio = covered(
        "轴承产值", 300, "亿元", DraftKpi("K1", "轴承总产值（营业收入）", "万元", None, ((2027, 6_000_000.0),))
    )
    assert label == "match"
    assert ratio == pytest.approx(math.log(2))


def test_growth_of_the_same_measure_covers_a_level_in_part() -> None:
    assert covered("轴承产值", 300, "亿元", DraftKpi("K1", "轴承总产值年均增速", "%")) == ("part", None)
    assert (
        covered("轴承产值增速", 8, "%", DraftKpi("K1", "轴承总产值年均增速", "%", None, ((2027, 8.0),)))[0] == "match"
    )


def test_growth_of_another_measure_covers_nothing() -> None:
    assert covered("工业增加值增速", 8, "%", DraftKpi("K1", "研发经费年均增速", "%"))[0] == "no"


def test_one_branch_is_covered_in_part_by_the_whole() -> None:
    assert covered("物联网营收", 300, "亿元", DraftKpi("K1", "轴承总产值（营业收入）", "亿元"))[0] == "part"


def test_currencies_are_not_compared() -> None:
    assert covered("轴承产值", 300, "million EUR", DraftKpi("K1", "轴承总产值", "亿元", None, ((2027, 3.0),))) == (
        "match",
        None,
    )


@pytest.mark.parametrize(
    ("unit", "family"),
    [("亿元", "money"), ("%", "share"), ("万吨", "mass"), ("家", "count"), ("亩", "area"), ("??", None)],
)
def test_units_have_families(unit: str, family: str | None) -> None:
    found = unit_of(unit)
    assert (found.family if found else None) == family


def test_special_measures_stand_before_general_ones() -> None:
    assert meant_by("营收突破千亿集群", "个").measure == "cluster_count"
    assert meant_by("新申报上市药品", "个").measure == "new_drugs"
    assert meant_by("首台（套）认定数", "个").measure == "new_products"
    assert meant_by("高新技术企业", "家").measure == "hightech_firms"


@pytest.mark.parametrize(
    ("name", "unit", "measure"),
    [
        ("additional high-skilled jobs", "jobs", "jobs"),
        ("median annual wage", "USD", "pay"),
        ("GVA per filled job", "GBP", "productivity"),
        ("regional GVA", "billion GBP", "value_added"),
        ("GVA contribution", "million GBP", "value_added"),
        ("apprenticeship starts", "people", "training"),
        ("new businesses formed", "businesses", "start_ups"),
        ("business births", "businesses", "start_ups"),
        ("three-year business survival", "%", "survival"),
        ("SMEs supported", "businesses", "smes"),
        ("foreign direct investment projects", "projects", "project_count"),
        ("private investment leveraged", "million EUR", "investment"),
        ("business R&D (BERD)", "million EUR", "rd_spending"),
        ("overnight stays", "visitors", "visitors"),
        ("carbon dioxide captured", "million tonnes", "emissions"),
        ("floor area added", "sq ft", "area"),
        ("unemployment rate", "%", "unemployment"),
    ],
)
def test_indicators_of_regions_abroad_are_known_by_their_english_names(name: str, unit: str, measure: str) -> None:
    assert meant_by(name, unit).measure == measure


def test_english_units_have_their_family_and_size() -> None:
    assert unit_of("billion GBP/year") == unit_of("£ bn")
    assert [unit_of(text).family for text in ("sq ft", "acres", "m²", "ten thousand m²") if unit_of(text)] == [
        "area"
    ] * 4  # type: ignore[union-attr]
    assert unit_of("10k tonnes a year") == unit_of("万吨")
    assert unit_of("ten thousand people") == unit_of("万人")
    assert unit_of("million tonnes/year") != unit_of("million MYR")


def test_private_money_covers_public_money_in_part() -> None:
    drafted = DraftKpi("K1", "Private investment leveraged", "million EUR")
    assert covered("public contribution", 300, "million EUR", drafted)[0] == "part"
    assert covered("private investment", 300, "million EUR", drafted)[0] == "match"


def small_plan(**texts: Any) -> dict[str, Any]:
    """The least a checker reads."""
    return {
        "profile": {"name": "白鹿市", "indicators": [{"metric": "产值", "value": 120.5}]},
        "diagnosis": {"gaps": [{"id": "G1", "text": "产值120.5亿元"}]},
        "positioning": {"themes": [{"id": "T1"}]},
        "projects": [
            {
                "id": "P1",
                "closes_gap": "G1",
                "objective": texts.get("objective", "带动配套企业300家"),
                "citations": [{"passage_id": "a#0", "quote": texts.get("quote", "配套企业300家")}],
                "figures": [{"label": "投资", "value": 4.25, "unit": "亿元", "basis": "assumption"}],
            }
        ],
        "implementation": {"kpis": [{"id": "K1", "project_ids": ["P1"]}]},
        "evidence": {"passages": [{"passage": {"id": "a#0", "text": "带动 配套企业300家，就业2万人。"}}]},
    }


def test_a_plan_that_holds_has_full_marks() -> None:
    found = check_plan(small_plan())
    assert (found.citation_validity, found.numeric_faithfulness, found.reference_validity) == (1.0, 1.0, 1.0)


def test_an_altered_quote_is_found() -> None:
    found = check_plan(small_plan(quote="配套企业400家"))
    assert found.citation_validity == 0.0
    assert "a#0" in found.unmatched[0]


def test_a_number_without_ground_is_found_by_its_place() -> None:
    found = check_plan(small_plan(objective="投资4.3亿元，新增产值777亿元"))
    assert [text.partition(":")[0] for text in found.untraced] == ["projects[0].objective"]
    assert "777" in found.untraced[0]


def test_a_reference_to_nothing_is_found() -> None:
    plan = small_plan()
    plan["projects"][0]["closes_gap"] = "G9"
    assert check_plan(plan).unresolved == ("projects[0].closes_gap: G9",)


def test_dates_numbers_of_documents_and_names_are_no_figures() -> None:
    assert numbers_in("国发〔2024〕12号，2024年5G与C36，第3条，2024—2027年") == []
    assert numbers_in("增长12.5%，达到1,234亿元") == [("12.5", 12.5), ("1,234", 1234.0)]


def test_what_was_not_measured_is_none_and_counted() -> None:
    assert mean([None, None]) == Mean(value=None, unmeasured=2)
    found = mean([1.0, None, 0.0])
    assert (found.value, found.cases, found.unmeasured) == (0.5, 2, 1)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12))
def test_a_mean_lies_in_its_interval(values: list[float]) -> None:
    found = mean(values)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low - 1e-3 <= found.value <= found.high + 1e-3


def test_differences_are_paired_by_case() -> None:
    found = difference({"a": 0.9, "b": 0.5, "c": None}, {"a": 0.4, "b": 0.0, "c": 1.0, "d": 1.0})
    assert (found.value, found.low, found.cases, found.unmeasured) == (0.5, 0.5, 2, 1)


def test_a_gate_fails_below_its_bound_and_on_what_was_not_measured() -> None:
    found = gates(
        {"a": Mean(value=0.7), "b": Mean(value=None)},
        {"a": {"at_least": 0.7}, "b": {"at_least": 0.1}, "c": {"at_most": 1}},
    )
    assert [one.passed for one in found] == [True, False, False]


def test_thresholds_of_another_shape_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.yaml"
    path.write_text("- a\n- b\n", encoding="utf-8")
    with pytest.raises(InvalidRequest):
        read_thresholds(path)


def run_of(suite: str, **cases: float) -> Run:
    return Run(suite=suite, configuration={}, means={}, cases={name: {"x": value} for name, value in cases.items()})


def test_runs_compare_over_the_cases_both_have(tmp_path: Path) -> None:
    new, old = run_of("plans", a=0.9, b=0.8, c=0.1), run_of("plans", a=0.5, b=0.4)
    new.write(tmp_path)
    assert compared(read_run(tmp_path), old)["x"].value == pytest.approx(0.4)
    with pytest.raises(InvalidRequest):
        compared(new, run_of("retrieval", a=1))


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no run"):
        read_run(tmp_path)


def test_a_stored_run_is_plain_json(tmp_path: Path) -> None:
    run_of("plans", a=1).write(tmp_path)
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["suite"] == "plans"
