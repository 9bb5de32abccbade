import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from jumou.domain.framework import StepKey
from jumou.domain.portfolio import Project
from jumou.domain.review import Patch, PatchOperation, RevisionInfo
from jumou.domain.standing import StepStanding
from jumou.domain.steps import Item, part
from jumou.errors import InvalidRequest, StepConflict
from jumou.retrieval import EmptyLibrary
from jumou.storage import PlanStore
from jumou.testing_plans import SmallDrafter
from jumou.workflow.merging import merged
from jumou.workflow.reading import read_plan
from jumou.workflow.redraft import redraft
from jumou.workflow.review import Person, Reviewing, Subject

ANNA, BEN = Person("安工"), Person("本处")
Seen = Callable[..., Subject]
Stands = Callable[[StepKey], StepStanding]


def again(store: PlanStore, step: StepKey = "projects", drafter: SmallDrafter | None = None) -> RevisionInfo:
    return asyncio.run(redraft(store, EmptyLibrary(), drafter or SmallDrafter(), "p", step, BEN))


@pytest.fixture
def upstream(reviewing: Reviewing, seen: Seen) -> Reviewing:
    """Diagnosis and positioning are approved."""
    for step in ("diagnosis", "positioning"):
        reviewing.decide(seen(step), "approve", ANNA)
    return reviewing


def bytes_of(store: PlanStore, info_id: str) -> dict[str, str]:
    info = next(info for info in store.history("p").revisions if info.id == info_id)
    return info.manifest


def test_a_step_reads_approved_work_only(reviewing: Reviewing, seen: Seen, store: PlanStore) -> None:
    reviewing.decide(seen("projects", "project/P01"), "ask_again", ANNA, "请重拟。")
    with pytest.raises(StepConflict, match="Not approved yet: diagnosis, positioning"):
        again(store)


def test_the_approved_revision_is_read_not_a_newer_one(
    upstream: Reviewing, seen: Seen, store: PlanStore, stands: Stands
) -> None:
    approved = stands("diagnosis").revision_id
    upstream.edit(seen("diagnosis", "gap/G2"), Patch(merge={"name": "未审定的改动"}), ANNA)
    upstream.decide(seen("projects", "project/P03"), "ask_again", ANNA, "请重拟。")
    info = again(store)
    assert info.upstream["diagnosis"] == approved
    assert "未审定" not in read_plan(store, "p").projects[2].objective


def test_a_note_on_one_project_reaches_the_drafter_and_leaves_all_else_byte_identical(
    upstream: Reviewing, seen: Seen, store: PlanStore, stands: Stands
) -> None:
    before = {step: stands(step).revision_id for step in ("diagnosis", "positioning", "projects", "implementation")}
    upstream.decide(seen("projects", "project/P02"), "ask_again", ANNA, "请补充用地来源。")
    drafter = SmallDrafter()
    info = again(store, drafter=drafter)
    assert drafter.asked == [{"project/P02": "请补充用地来源。"}]
    was, now = bytes_of(store, before["projects"]), info.manifest
    assert {name for name in was if was[name] != now[name]} == {"project/P02"}
    assert "请补充用地来源。" in read_plan(store, "p").projects[1].objective
    assert {step: stands(step).revision_id for step in before if step != "projects"} == {
        step: revision for step, revision in before.items() if step != "projects"
    }


def test_locked_and_settled_items_survive_a_redraft(
    upstream: Reviewing, seen: Seen, store: PlanStore, stands: Stands
) -> None:
    upstream.decide(seen("projects", "project/P01"), "approve", ANNA)
    upstream.decide(seen("projects"), "reject", ANNA, "整体重拟。")
    upstream.decide(seen("projects", "project/P01"), "approve", ANNA)
    upstream.decide(seen("projects", "project/P02"), "lock", ANNA)
    was = bytes_of(store, stands("projects").revision_id)
    now = again(store).manifest
    assert [name for name in was if was[name] != now[name]] == ["project/P03"]


def test_what_a_person_changed_meanwhile_is_left_alone(upstream: Reviewing, seen: Seen, store: PlanStore) -> None:
    upstream.decide(seen("projects"), "ask_again", ANNA, "请重拟。")

    class Slow(SmallDrafter):
        async def design(self, *given: Any) -> tuple[Project, ...]:
            upstream.edit(seen("projects", "project/P01"), Patch(merge={"lead_body": "甲局"}), ANNA)
            return await super().design(*given)

    again(store, drafter=Slow())
    first, second, _ = read_plan(store, "p").projects
    assert (first.lead_body, first.objective) == ("甲局", "引进保持架企业并投产。")
    assert second.objective.startswith("重拟")


def test_only_what_an_upstream_edit_made_stale_is_touched(
    upstream: Reviewing, seen: Seen, store: PlanStore, stands: Stands
) -> None:
    upstream.decide(seen("projects"), "approve", ANNA)
    upstream.edit(seen("diagnosis", "gap/G2"), Patch(merge={"name": "热处理与检测"}), ANNA, approve=True)
    was = bytes_of(store, stands("projects").revision_id)
    info = again(store)
    assert {name for name in was if was[name] != info.manifest[name]} == {"project/P03"}
    assert read_plan(store, "p").projects[2].objective == "重拟:热处理与检测。"
    assert stands("projects").state == "awaiting"


def test_a_project_whose_gap_is_gone_is_left_out_and_kept_in_the_record(
    upstream: Reviewing, seen: Seen, store: PlanStore
) -> None:
    without = Patch(operations=(PatchOperation(op="remove", path="/gaps/1"),))
    upstream.edit(seen("diagnosis"), without, ANNA, approve=True)
    again(store)
    assert [project.id for project in read_plan(store, "p").projects] == ["P01", "P02"]
    first = store.revision("p", store.history("p").of("projects")[0].id)
    assert [project["id"] for project in first.content["projects"]] == ["P01", "P02", "P03"]


def test_a_project_a_person_took_out_does_not_come_back(upstream: Reviewing, seen: Seen, store: PlanStore) -> None:
    upstream.edit(seen("projects"), Patch(operations=(PatchOperation(op="remove", path="/projects/1"),)), ANNA)
    upstream.edit(seen("diagnosis", "gap/G2"), Patch(merge={"name": "热处理与检测"}), ANNA, approve=True)
    again(store)
    assert [project.id for project in read_plan(store, "p").projects] == ["P01", "P03"]


def test_nothing_is_drafted_when_nothing_waits(upstream: Reviewing, store: PlanStore, seen: Seen) -> None:
    upstream.decide(seen("projects"), "approve", ANNA)
    with pytest.raises(InvalidRequest):
        again(store)


def test_projects_find_the_ones_they_stand_for_by_what_they_are_about() -> None:
    def project(number: str, kind: str, gap: str, name: str, *before: str) -> Item:
        value = {"id": number, "type": kind, "closes_gap": gap, "name": name, "predecessors": list(before)}
        return Item(f"project/{number}", value)

    head = [project("P01", "A1", "G1", "甲"), project("P02", "B1", "G1", "乙"), project("P03", "C2", "G2", "丙", "P02")]
    draft = [
        project("P01", "B1", "G1", "乙新"),
        project("P02", "C2", "G2", "丙", "P01"),
        project("P03", "D1", "G9", "丁", "P02"),
    ]
    result = merged("projects", head, draft, touch={"project/P02"}, add=True)
    assert [(item.id, item.value["name"], item.value["predecessors"]) for item in result.items] == [
        ("project/P01", "甲", []), ("project/P02", "乙新", []), ("project/P03", "丙", ["P02"]), ("project/P04", "丁", ["P03"]),
    ]  # fmt: skip
    assert result.touched == {"project/P02", "project/P04"}


@pytest.mark.usefixtures("reviewing")
def test_parts_of_a_step_come_in_the_order_of_the_step(store: PlanStore) -> None:
    info = store.history("p").of("projects")[0]
    assert [item.id for item in part("projects", store.revision("p", info.id).content)] == list(info.manifest)
