"""A plan in operation: actual values, deviations by each indicator's rule, proposals that people decide on."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jumou.domain.implementation import Implementation
from jumou.domain.operation import ActualEntry, Deviation, Period, ProposedAdjustment
from jumou.domain.portfolio import Project
from jumou.domain.review import Patch
from jumou.domain.standing import standing
from jumou.errors import InvalidRequest, NotFound, StepConflict
from jumou.storage import PlanStore
from jumou.testing_plans import small_implementation, small_plan, small_projects, small_request
from jumou.workflow.creating import keep_plan
from jumou.workflow.iterate import Operating
from jumou.workflow.reading import read_plan
from jumou.workflow.review import Person, Reviewing, Subject

ANNA, BEN = Person("安工"), Person("本处")


def targets(unit: str, flag: str, formula: str, *values: float, name: str = "") -> list[dict[str, Any]]:
    return [
        {"year": 2026 + place, "quantity": {"label": name, "value": value, "unit": unit, "year": 2026 + place, "basis": "assumption",
                                            "formula": formula, "flags": [flag]}}
        for place, value in enumerate(values)
    ]  # fmt: skip


def kpi(number: int, name: str, unit: str, path: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": f"K{number}", "name": name, "family": "scale", "unit": unit, "baseline": None, "targets": path, "method": "统计",
        "data_source": "市统计局", "frequency": "季度", "owner": "市工信局", "alert": "落后当年目标一成以上", "alert_threshold": 0.1,
        "adjust": "连续两期预警的，提出调整建议。", "project_ids": ["P01", "P02", "P03"],
    } | more  # fmt: skip


def base(value: float, unit: str) -> dict[str, Any]:
    return {"label": "基期", "value": value, "unit": unit, "year": 2025, "basis": "profile", "source_ids": ["cell"]}


KPIS = [
    kpi(1, "总产值", "亿元", targets("亿元", "from_baseline", "baseline * (1 + 0.1) ** years", 110, 121, 133), baseline=base(100, "亿元")),
    kpi(2, "企业数", "家", targets("家", "from_baseline", "baseline + 8 * years", 48, 56, 64), baseline=base(40, "家")),
    kpi(3, "从业人员", "人", targets("%（年均增速）", "rate", "growth_rate = 5", 5, 5, 5)),
    kpi(4, "配套率", "%", targets("百分点（较基期）", "points", "step * years", 2, 4, 6)),
    kpi(5, "新增平台（累计）", "个", targets("个", "added", "increment * years", 4, 8, 12)),
    kpi(6, "单位能耗", "吨标煤/万元", targets("%（年均降幅）", "rate", "growth_rate = -3", 3, 3, 3), direction="down"),
    kpi(7, "用水单耗", "吨/万元", targets("吨/万元", "from_baseline", "baseline + -1 * years", 19, 18, 17), baseline=base(20, "吨/万元"),
        direction="down"),
    kpi(9, "从业人员年均增速", "%", targets("%", "rate", "growth_rate = 5", 5, 5, 5)),
    kpi(8, "培训人次", "人次", targets("人次", "level", "constant = 400", 400, 400, 400)),
]  # fmt: skip


@pytest.fixture
def operating(store: PlanStore) -> Operating:
    """A kept plan `p` with an indicator of each kind; P02 begins late, P03 waits for P01 and is of middling priority."""
    written = small_implementation().model_dump(mode="json") | {"kpis": KPIS}
    rows = [project.model_dump(mode="json") for project in small_projects()]
    rows[1] |= {"start": "2028-01", "end": "2029-12", "milestones": [{"date": "2028-06", "text": "开工"}]}
    rows[2] |= {"start": "2029-01", "end": "2030-06", "priority": "medium"}
    plan = small_plan().model_copy(
        update={
            "implementation": Implementation.model_validate(written),
            "projects": tuple(Project.model_validate(row) for row in rows),
        }
    )
    keep_plan(store, "p", small_request(), plan, ANNA)
    return Operating(store, Reviewing(store, lambda _: None))


def enter(operating: Operating, kpi_id: str, **values: float) -> None:
    operating.record(
        "p", [ActualEntry(kpi_id=kpi_id, period=name.removeprefix("y"), value=value, source="统计月报") for name, value in values.items()], ANNA
    )  # fmt: skip


def last(operating: Operating, kpi_id: str) -> Deviation:
    return [row for row in operating.deviations("p") if row.kpi_id == kpi_id][-1]


def of_kind(found: Sequence[ProposedAdjustment], kind: str) -> list[ProposedAdjustment]:
    return [one for one in found if one.kind == kind]


@pytest.mark.parametrize(
    ("text", "code"),
    [("2026", "2026"), ("2026Q2", "2026Q2"), ("2026年第二季度", "2026Q2"), (" 2026-q3 ", "2026Q3"), ("2026年", "2026")],
)
def test_periods_are_read_as_people_write_them(text: str, code: str) -> None:
    found = Period.read(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", "26", "2026Q5", "2026-13", "上半年"])
def test_what_is_no_period_is_not_read_as_one(text: str) -> None:
    assert Period.read(text) is None


@pytest.mark.parametrize(
    ("kpi_id", "entered", "target", "compared", "shortfall", "state", "basis"),
    [
        pytest.param("K1", {"y2026": 99.0}, 110, 99, 0.1, "alert", "annual", id="a tenth short of a level alerts"),
        pytest.param("K1", {"y2026": 100.0}, 110, 100, 1 / 11, "behind", "annual", id="less than the threshold is behind"),
        pytest.param("K1", {"y2026Q2": 55.0}, 55, 55, 0, "on_track", "to_date", id="what adds up has its share of the year"),
        pytest.param("K2", {"y2026Q1": 41.0}, 42, 41, 1 / 42, "behind", "interpolated", id="a number of firms lies on the path"),
        pytest.param("K3", {"y2025": 1000.0, "y2026": 1030.0}, 5, 3, 0.4, "alert", "annual", id="a rate is compared as growth"),
        pytest.param("K3", {"y2025Q1": 900.0, "y2026Q1": 945.0}, 5, 5, 0, "on_track", "kept", id="a rate by quarter against the same quarter"),
        pytest.param("K4", {"y2025": 30.0, "y2026": 31.0}, 2, 1, 0.5, "alert", "annual", id="points are the change on the baseline"),
        pytest.param("K5", {"y2026Q2": 2.0}, 2, 2, 0, "on_track", "interpolated", id="what is added has its share"),
        pytest.param("K5", {"y2027Q2": 6.0}, 6, 6, 0, "on_track", "interpolated", id="and begins where the year before ended"),
        pytest.param("K6", {"y2025": 1.0, "y2026": 0.98}, 3, 2, 1 / 3, "alert", "annual", id="a decline counts as progress"),
        pytest.param("K7", {"y2026": 20.9}, 19, 20.9, 0.1, "alert", "annual", id="more is worse where down is good"),
        pytest.param("K7", {"y2026": 18.0}, 19, 18, -1 / 19, "on_track", "annual", id="less is better where down is good"),
        pytest.param("K8", {"y2026Q1": 100.0}, 100, 100, 0, "on_track", "to_date", id="a yearly number trained has its share"),
    ],
)  # fmt: skip
def test_deviations_follow_the_rule_of_the_indicator(
    operating: Operating, kpi_id: str, entered: dict[str, float], target: float, compared: float, shortfall: float, state: str, basis: str
) -> None:  # fmt: skip
    enter(operating, kpi_id, **entered)
    found = last(operating, kpi_id)
    assert found.target == pytest.approx(target)
    assert found.compared == pytest.approx(compared)
    assert found.shortfall == pytest.approx(shortfall, abs=1e-9)
    assert (found.state, found.basis) == (state, basis)


@pytest.mark.parametrize(("kpi_id", "lacks"), [("K3", "2025"), ("K4", "2025")])
def test_what_cannot_be_compared_says_which_value_is_lacking(operating: Operating, kpi_id: str, lacks: str) -> None:
    enter(operating, kpi_id, y2026=30.0)
    found = last(operating, kpi_id)
    assert (found.state, found.shortfall) == ("not_comparable", None)
    assert lacks in found.missing_zh
    assert lacks in found.missing_en


def test_a_year_without_a_target_is_not_compared(operating: Operating) -> None:
    enter(operating, "K1", y2035=500.0)
    assert last(operating, "K1").state == "not_comparable"


def test_a_correction_stands_and_the_first_value_is_kept(operating: Operating) -> None:
    enter(operating, "K1", y2026=99.0)
    operating.record("p", [ActualEntry(kpi_id="K1", period="2026", value=111, source="统计年鉴")], BEN)
    assert last(operating, "K1").state == "on_track"
    kept = operating.operation("p").actuals
    assert [(one.value, one.person, one.source) for one in kept] == [
        (99, "安工", "统计月报"),
        (111, "本处", "统计年鉴"),
    ]


def test_the_same_value_twice_is_kept_once(operating: Operating) -> None:
    enter(operating, "K1", y2026=99.0)
    enter(operating, "K1", y2026=99.0)
    assert len(operating.operation("p").actuals) == 1


def test_wrong_entries_are_all_named_and_nothing_is_kept(operating: Operating) -> None:
    entries = [
        ActualEntry(kpi_id="K1", period="2026", value=1, source="报表"),
        ActualEntry(kpi_id="K99", period="2026", value=1, source="报表"),
        ActualEntry(kpi_id="K1", period="春季", value=1, source="报表"),
        ActualEntry(kpi_id="K2", period="2026", value=1, unit="亿元", source="报表"),
    ]
    with pytest.raises(InvalidRequest) as refused:
        operating.record("p", entries, ANNA)
    assert all(word in refused.value.message_zh for word in ("K99", "春季", "第 4 条"))
    assert operating.operation("p").actuals == ()


def test_one_alert_proposes_nothing_where_the_rule_asks_for_two(operating: Operating) -> None:
    enter(operating, "K1", y2026Q1=20.0)
    assert last(operating, "K1").alerts_in_a_row == 1
    assert operating.proposals("p") == ()


def test_two_alerts_in_a_row_propose_projects_to_begin_earlier_and_to_put_first(operating: Operating) -> None:
    enter(operating, "K1", y2026Q1=20.0, y2026Q2=40.0)
    found = operating.proposals("p")
    assert {(one.kind, one.item_id) for one in found} == {
        ("bring_forward", "project/P02"), ("raise_priority", "project/P03"),
    }  # fmt: skip
    moved = of_kind(found, "bring_forward")[0]
    assert moved.after == {
        "start": "2026-07", "end": "2028-06", "milestones": [{"date": "2026-12", "text": "开工"}],
    }  # fmt: skip
    assert {figure.formula for figure in moved.evidence} == {
        "actual:K1:2026Q2",
        "kpi_period_target:to_date",
        "kpi_shortfall",
    }
    assert [figure.value for figure in moved.evidence] == [40, 55, 27.3]
    assert "连续2期预警" in moved.reason
    assert moved.rule == "连续两期预警的，提出调整建议。"


def test_alerts_with_a_period_between_them_are_not_in_a_row(operating: Operating) -> None:
    enter(operating, "K1", y2026Q1=20.0, y2026Q3=60.0)
    assert last(operating, "K1").alerts_in_a_row == 1
    assert operating.proposals("p") == ()


def test_a_missed_path_begins_anew_at_what_was_reached(operating: Operating) -> None:
    enter(operating, "K1", y2026=90.0, y2027=100.0)
    enter(operating, "K5", y2026=2.0, y2027=5.0)
    found = {one.item_id: one for one in of_kind(operating.proposals("p"), "revise_targets")}
    path = found["kpi/K1"].after["targets"]
    assert [(one["year"], one["quantity"]["value"]) for one in path] == [(2026, 110), (2027, 121), (2028, 110)]
    assert found["kpi/K1"].after["baseline"]["value"] == 100
    added = found["kpi/K5"].after
    assert [one["quantity"]["value"] for one in added["targets"]] == [4, 8, 9]
    assert "baseline" not in added


def test_a_first_yearly_value_makes_rates_and_points_into_values(operating: Operating) -> None:
    enter(operating, "K3", y2025=1000.0)
    enter(operating, "K4", y2025=30.0)
    found = {one.item_id: one.after["targets"] for one in operating.proposals("p")}
    assert [one["quantity"]["value"] for one in found["kpi/K3"]] == [1050, 1102, 1158]
    assert [one["quantity"]["value"] for one in found["kpi/K4"]] == [32, 34, 36]
    assert {one["quantity"]["unit"] for one in found["kpi/K4"]} == {"%"}


def test_an_indicator_that_is_a_rate_itself_is_compared_as_it_is_and_gets_no_baseline(operating: Operating) -> None:
    enter(operating, "K9", y2026=4.0)
    assert last(operating, "K9").shortfall == pytest.approx(0.2)
    assert operating.proposals("p") == ()


def test_an_accepted_proposal_is_a_revision_with_author_marks_and_undo(operating: Operating) -> None:
    enter(operating, "K1", y2026Q1=20.0, y2026Q2=40.0)
    moved = of_kind(operating.proposals("p"), "bring_forward")[0]
    before = read_plan(operating.store, "p")
    made = operating.accept("p", moved.id, BEN, comment="同意提前")
    after = read_plan(operating.store, "p")
    assert after.projects[1].start == "2026-07"
    assert after.projects[1].author == "person:本处"
    assert (after.projects[0], after.projects[2]) == (before.projects[0], before.projects[2])
    now = standing(operating.store.history("p"))
    assert now["projects"].revision_id == made.revision_id
    road = now["implementation"].item("roadmap")
    assert road is not None
    assert road.state == "stale"
    assert [(event.action, event.actor) for event in operating.store.audit("p")][-2:] == [
        ("edit", "本处"), ("adjustment_accept", "本处"),
    ]  # fmt: skip
    first = operating.store.history("p").of("projects")[0].id
    operating.reviewing.undo(Subject("p", "projects", now["projects"].hash), first, ANNA)
    assert read_plan(operating.store, "p").projects == before.projects


def test_accepted_targets_leave_nothing_untraced(operating: Operating) -> None:
    before = read_plan(operating.store, "p").quality
    enter(operating, "K1", y2026=90.0, y2027=100.0)
    enter(operating, "K3", y2025=1000.0)
    for proposal in operating.proposals("p"):
        operating.accept("p", proposal.id, BEN)
    after = read_plan(operating.store, "p")
    assert after.implementation is not None
    assert after.implementation.kpis[2].baseline is not None
    assert after.quality.figures_untraced == before.figures_untraced
    assert operating.proposals("p") == ()


def test_a_dismissed_proposal_needs_a_reason_and_stays_away_until_a_value_changes(operating: Operating) -> None:
    enter(operating, "K3", y2025=1000.0)
    found = operating.proposals("p")[0]
    with pytest.raises(InvalidRequest):
        operating.dismiss("p", found.id, BEN, " ")
    operating.dismiss("p", found.id, BEN, "口径待统计局确认")
    assert operating.proposals("p") == ()
    enter(operating, "K3", y2025=1010.0)
    assert [one.item_id for one in operating.proposals("p")] == ["kpi/K3"]
    assert operating.operation("p").decisions[0].comment == "口径待统计局确认"


def test_a_proposal_is_decided_once(operating: Operating) -> None:
    enter(operating, "K3", y2025=1000.0)
    found = operating.proposals("p")[0]
    operating.accept("p", found.id, BEN)
    with pytest.raises(StepConflict):
        operating.accept("p", found.id, ANNA)
    with pytest.raises(StepConflict):
        operating.dismiss("p", found.id, ANNA, "已有不同意见")


def test_a_proposal_for_an_item_edited_since_is_gone(operating: Operating) -> None:
    enter(operating, "K1", y2026Q1=20.0, y2026Q2=40.0)
    moved = of_kind(operating.proposals("p"), "bring_forward")[0]
    raised = of_kind(operating.proposals("p"), "raise_priority")[0]
    operating.reviewing.edit(Subject("p", "projects", moved.seen, moved.item_id), moved.patch, ANNA)
    with pytest.raises(NotFound):
        operating.accept("p", moved.id, BEN)
    operating.accept("p", raised.id, BEN)  # the other items are as they were


def test_of_many_who_accept_at_once_one_does(operating: Operating) -> None:
    enter(operating, "K3", y2025=1000.0)
    found = operating.proposals("p")[0]

    def accept(number: int) -> bool:
        try:
            operating.accept("p", found.id, Person(f"第{number}人"))
        except (StepConflict, NotFound):
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(accept, range(6))) == 1
    assert len(operating.operation("p").decisions) == 1
    assert len(operating.store.history("p").of("implementation")) == 2


def test_values_of_many_who_enter_at_once_are_all_kept(operating: Operating) -> None:
    def put(number: int) -> None:
        entry = ActualEntry(kpi_id="K5", period=f"{2026 + number}", value=number, source="台账")
        operating.record("p", [entry], Person(f"第{number}人"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(put, range(6)))
    kept = operating.operation("p").actuals
    assert sorted(one.value for one in kept) == [0, 1, 2, 3, 4, 5]
    assert len({one.event for one in kept}) == 6


def test_a_project_whose_dates_cannot_be_read_is_not_moved(operating: Operating) -> None:
    moved = standing(operating.store.history("p"))["projects"].item("project/P02")
    assert moved is not None
    operating.reviewing.edit(Subject("p", "projects", moved.hash, moved.id), Patch(merge={"start": "待定"}), ANNA)
    enter(operating, "K1", y2026Q1=20.0, y2026Q2=40.0)
    assert of_kind(operating.proposals("p"), "bring_forward") == []


def test_a_locked_item_is_not_adjusted(operating: Operating) -> None:
    enter(operating, "K3", y2025=1000.0)
    found = operating.proposals("p")[0]
    operating.reviewing.decide(Subject("p", found.step, found.seen, found.item_id), "lock", ANNA)
    with pytest.raises(StepConflict, match="locked"):
        operating.accept("p", found.id, BEN)
    assert operating.operation("p").decisions == ()
