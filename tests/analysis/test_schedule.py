"""Scheduling."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.schedule import Task, critical_path, resource_limited, spend_profile, three_point
from jumou.errors import InvalidRequest

Golden = Callable[[str], dict[str, Any]]


def tasks_of(case: dict[str, Any]) -> list[Task]:
    return [
        Task(name, row["duration"], tuple(row["predecessors"]), cost=row["cost"]) for name, row in case["tasks"].items()
    ]


@st.composite
def networks(draw: st.DrawFn) -> list[Task]:
    """Tasks that wait only for earlier ones."""
    count = draw(st.integers(1, 12))
    return [
        Task(
            f"T{n:02d}", draw(st.integers(0, 12)), tuple(f"T{m:02d}" for m in sorted(draw(st.sets(st.integers(0, n - 1), max_size=3)))) if n else (),
            earliest=draw(st.integers(0, 5)),
        )
        for n in range(count)
    ]  # fmt: skip


def test_the_toy_project_equals_the_worked_example(golden: Golden) -> None:
    """Times, floats, path, length and spending of nine tasks."""
    case = golden("worked")["cpm_toy"]
    tasks = tasks_of(case)
    plan = critical_path(tasks)
    for name, times in plan.times.items():
        assert [times.earliest_start, times.earliest_finish, times.latest_start, times.latest_finish] == [
            case[key][name] for key in ("ES", "EF", "LS", "LF")
        ]
        assert (times.total_float, times.free_float) == (case["total_float"][name], case["free_float"][name])
    assert plan.makespan == case["makespan"]
    assert list(plan.critical) == list(plan.path) == case["critical_path"]
    spend = spend_profile(tasks, {name: times.earliest_start for name, times in plan.times.items()})
    assert spend == pytest.approx(case["spend_by_period"], abs=1e-4)


def test_three_point_estimates_equal_the_worked_example(golden: Golden) -> None:
    """Mean and deviation."""
    case = golden("worked")["pert_toy"]
    mean, deviation = three_point(case["optimistic"], case["likely"], case["pessimistic"])
    assert (mean, deviation) == pytest.approx((case["mean"], case["sd"]), abs=1e-6)
    with pytest.raises(InvalidRequest):
        three_point(5, 4, 9)


def test_a_cycle_is_refused_and_named() -> None:
    """The message shows who waits for whom."""
    with pytest.raises(InvalidRequest, match=r"A → B|B → A"):
        critical_path([Task("A", 1, ("B",)), Task("B", 1, ("A",))])


def test_an_unknown_predecessor_is_refused_by_name() -> None:
    """A typing error is found, not skipped."""
    with pytest.raises(InvalidRequest, match="waits for X"):
        critical_path([Task("A", 1, ("X",))])


def test_two_critical_paths_are_both_reported() -> None:
    """Every task without float is critical."""
    plan = critical_path([Task("A", 2), Task("B", 2), Task("C", 1, ("A", "B"))])
    assert set(plan.critical) == {"A", "B", "C"}


def test_a_funding_window_holds_a_task_back() -> None:
    """An earliest start moves it and what follows."""
    plan = critical_path([Task("A", 2, earliest=6), Task("B", 1, ("A",))])
    assert plan.makespan == 9
    assert plan.path == ("A", "B")


def test_overlap_lets_a_follower_start_before_its_predecessor_ends() -> None:
    """Half an overlap waits for half of the duration."""
    plan = critical_path([Task("A", 8), Task("B", 4, ("A",), lag=0.5)])
    assert plan.times["B"].earliest_start == 4
    assert plan.makespan == 8


@given(networks())
def test_floats_are_never_negative_and_nothing_starts_too_early(tasks: list[Task]) -> None:
    """Earliest times respect every predecessor; some task ends with the whole."""
    plan = critical_path(tasks)
    for task in tasks:
        times = plan.times[task.id]
        assert times.total_float >= 0
        assert -1e-9 <= times.free_float <= times.total_float + 1e-9
        assert all(plan.times[p].earliest_finish <= times.earliest_start + 1e-9 for p in task.predecessors)
    assert max(times.earliest_finish for times in plan.times.values()) == plan.makespan


@given(networks(), st.integers(1, 3))
def test_limited_resources_are_never_exceeded(tasks: list[Task], capacity: int) -> None:
    """At no moment run more tasks than there are means, and precedence still holds."""
    starts = resource_limited(tasks, capacity)
    by_id = {task.id: task for task in tasks}
    for task in tasks:
        assert all(starts[p] + by_id[p].duration <= starts[task.id] + 1e-9 for p in task.predecessors)
    for moment in starts.values():
        running = [t for t in tasks if starts[t.id] <= moment + 1e-9 and starts[t.id] + t.duration > moment + 1e-9]
        assert len(running) <= capacity


@given(networks())
def test_spending_adds_up_to_the_cost(tasks: list[Task]) -> None:
    """No money is lost between periods."""
    priced = [Task(t.id, t.duration, t.predecessors, cost=10.0, earliest=t.earliest) for t in tasks]
    plan = critical_path(priced)
    starts = {name: times.earliest_start for name, times in plan.times.items()}
    assert sum(spend_profile(priced, starts)) == pytest.approx(10.0 * len(tasks))


def test_a_task_beyond_the_capacity_is_refused() -> None:
    """It could never start."""
    with pytest.raises(InvalidRequest, match="A alone"):
        resource_limited([Task("A", 1, demand=3)], 2)
