import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from jumou.domain.framework import StepKey
from jumou.domain.review import Patch, PatchOperation
from jumou.domain.standing import StepStanding, standing
from jumou.domain.steps import canonical, content_of, hash_of_text, join, joined_text, part
from jumou.errors import InvalidRequest, NotFound, StepConflict
from jumou.storage import PlanStore
from jumou.testing_plans import small_projects
from jumou.workflow.diff import difference
from jumou.workflow.reading import read_plan
from jumou.workflow.review import Person, Reviewing, Subject

ANNA, BEN = Person("安工"), Person("本处")
Seen = Callable[..., Subject]
Stands = Callable[[StepKey], StepStanding]


def setting(**fields: object) -> Patch:
    return Patch(merge=dict(fields))


def test_an_approval_binds_person_time_and_the_hash_seen(reviewing: Reviewing, seen: Seen, stands: Stands) -> None:
    subject = seen("projects", "project/P01")
    review = reviewing.decide(subject, "approve", ANNA)
    assert (review.reviewer, review.hash, review.decision) == ("安工", subject.seen, "approve")
    assert review.created_at
    item = stands("projects").item("project/P01")
    assert item is not None
    assert (item.state, item.decided_by) == ("approved", "安工")


def test_a_step_is_approved_when_all_its_items_are(reviewing: Reviewing, seen: Seen, stands: Stands) -> None:
    for number in (1, 2):
        reviewing.decide(seen("projects", f"project/P0{number}"), "approve", ANNA)
    assert stands("projects").state == "awaiting"
    reviewing.decide(seen("projects", "project/P03"), "approve", BEN)
    assert stands("projects").state == "approved"
    assert stands("projects").approved_revision_id == stands("projects").revision_id


def test_an_edit_leaves_the_other_approvals_standing(reviewing: Reviewing, seen: Seen, stands: Stands) -> None:
    reviewing.decide(seen("projects"), "approve", ANNA)
    approved = stands("projects").revision_id
    reviewing.edit(seen("projects", "project/P02"), setting(lead_body="市发展改革委"), BEN)
    states = {item.id: item.state for item in stands("projects").items}
    assert states == {"project/P01": "approved", "project/P02": "awaiting", "project/P03": "approved"}
    assert stands("projects").approved_revision_id == approved


def test_an_edit_may_approve_what_it_wrote(reviewing: Reviewing, seen: Seen, stands: Stands) -> None:
    reviewing.decide(seen("projects"), "approve", ANNA)
    reviewing.edit(seen("projects", "project/P02"), setting(lead_body="市发展改革委"), BEN, approve=True)
    assert stands("projects").state == "approved"


def test_rejecting_and_asking_again_need_words(reviewing: Reviewing, seen: Seen) -> None:
    for verdict in ("reject", "ask_again"):
        with pytest.raises(InvalidRequest):
            reviewing.decide(seen("projects", "project/P01"), verdict, ANNA, "  ")


def test_a_lost_race_carries_both_versions_and_stores_nothing(
    reviewing: Reviewing, seen: Seen, store: PlanStore
) -> None:
    both = seen("projects", "project/P01")
    reviewing.edit(both, setting(lead_body="甲局"), ANNA)
    before = store.audit("p")
    with pytest.raises(StepConflict) as lost:
        reviewing.edit(both, setting(lead_body="乙局"), BEN)
    assert lost.value.versions["seen"]["lead_body"] == "市工信局"
    assert lost.value.versions["current"]["lead_body"] == "甲局"
    assert store.audit("p") == before


def test_two_people_edit_two_items_of_one_step_and_both_stay(
    reviewing: Reviewing, seen: Seen, store: PlanStore
) -> None:
    first, second = seen("projects", "project/P01"), seen("projects", "project/P02")
    reviewing.edit(first, setting(lead_body="甲局"), ANNA)
    reviewing.edit(second, setting(lead_body="乙局"), BEN)
    assert [project.lead_body for project in read_plan(store, "p").projects] == ["甲局", "乙局", "市工信局"]


def test_what_a_person_wrote_says_so_and_nothing_else_does(reviewing: Reviewing, seen: Seen, store: PlanStore) -> None:
    reviewing.edit(seen("diagnosis", "gap/G1"), setting(text="保持架严重缺失。"), ANNA)
    diagnosis = read_plan(store, "p").diagnosis
    assert diagnosis is not None
    assert [gap.author for gap in diagnosis.gaps] == ["person:安工", "rules"]
    assert diagnosis.summary[0].author == "rules"


def test_a_figure_without_basis_is_reported_on_the_edit(reviewing: Reviewing, seen: Seen) -> None:
    info = reviewing.edit(seen("projects", "project/P01"), setting(objective="引进37家企业。"), ANNA)
    assert [(finding.kind, finding.where) for finding in info.findings if finding.severity == "error"] == [
        ("figure", "projects[0].objective")
    ]


def test_a_reference_that_an_edit_breaks_is_reported_on_it(reviewing: Reviewing, seen: Seen) -> None:
    without = Patch(operations=(PatchOperation(op="remove", path="/gaps/1"),))
    info = reviewing.edit(seen("diagnosis"), without, ANNA)
    assert any(finding.kind == "reference" and "G2" in finding.message for finding in info.findings)


def test_a_passage_cited_in_an_edit_is_frozen_with_it(reviewing: Reviewing, seen: Seen, store: PlanStore) -> None:
    citation = {
        "passage_id": "law#0",
        "document_id": "law",
        "quote": "投资应当公平竞争。",
        "title": "条例",
        "grade": "A",
    }
    info = reviewing.edit(seen("projects", "project/P01"), setting(precedents=[citation]), ANNA)
    frozen = store.revision("p", info.id).evidence
    assert [passage.passage.id for passage in frozen.passages] == ["law#0"]
    assert not [finding for finding in info.findings if finding.kind in ("quote", "reference")]


@pytest.mark.parametrize(
    "patch",
    [
        Patch(),
        setting(no_such_field=1),
        setting(priority="urgent"),
        Patch(operations=(PatchOperation(op="remove", path="/nothing"),)),
        Patch(operations=(PatchOperation(op="replace", path="no pointer", value=1),)),
        Patch(operations=(PatchOperation(op="test", path="/name", value="anders"),)),
        setting(lead_body="市工信局"),
    ],
    ids=["empty", "unknown field", "wrong value", "no such place", "no pointer", "failed test", "no change"],
)
def test_a_patch_that_does_not_hold_is_refused_and_nothing_stored(
    reviewing: Reviewing, seen: Seen, store: PlanStore, patch: Patch
) -> None:
    before = store.audit("p")
    with pytest.raises(InvalidRequest):
        reviewing.edit(seen("projects", "project/P01"), patch, ANNA)
    assert store.audit("p") == before


def test_items_are_added_and_removed_through_the_step(reviewing: Reviewing, seen: Seen, store: PlanStore) -> None:
    new = {**small_projects()[0].model_dump(mode="json"), "id": "P04", "name": "检测中心"}
    reviewing.edit(seen("projects"), Patch(operations=(PatchOperation(op="add", path="/projects/-", value=new),)), ANNA)
    reviewing.edit(seen("projects"), Patch(operations=(PatchOperation(op="remove", path="/projects/1"),)), ANNA)
    assert [project.id for project in read_plan(store, "p").projects] == ["P01", "P03", "P04"]


def test_a_locked_item_cannot_be_edited_or_undone(reviewing: Reviewing, seen: Seen, stands: Stands) -> None:
    first = stands("projects").revision_id
    reviewing.edit(seen("projects", "project/P01"), setting(lead_body="甲局"), ANNA)
    reviewing.decide(seen("projects", "project/P01"), "lock", ANNA)
    with pytest.raises(StepConflict, match="locked"):
        reviewing.edit(seen("projects", "project/P01"), setting(lead_body="乙局"), BEN)
    with pytest.raises(StepConflict, match="locked"):
        reviewing.undo(seen("projects"), first, BEN)
    reviewing.decide(seen("projects", "project/P01"), "unlock", ANNA)
    reviewing.undo(seen("projects"), first, BEN)


def test_an_undo_is_a_new_revision_with_the_old_bytes(
    reviewing: Reviewing, seen: Seen, store: PlanStore, stands: Stands
) -> None:
    first = stands("projects")
    reviewing.edit(seen("projects", "project/P01"), setting(lead_body="甲局"), ANNA)
    info = reviewing.undo(seen("projects"), first.revision_id, BEN)
    assert info.number == 3
    assert info.hash == first.hash
    assert store.revision("p", info.id).content == store.revision("p", first.revision_id).content


def test_hashes_are_those_of_the_contents_however_a_revision_came_about(
    reviewing: Reviewing, seen: Seen, store: PlanStore, stands: Stands
) -> None:
    """Drafted, edited by item and as a whole, undone: what was taken over from the parent is hashed as what is new."""
    first = stands("projects").revision_id
    reviewing.edit(seen("projects", "project/P01"), setting(lead_body="甲局"), ANNA)
    reviewing.edit(seen("projects"), Patch(operations=(PatchOperation(op="remove", path="/projects/0"),)), ANNA)
    reviewing.undo(seen("projects"), first, BEN)
    reviewing.edit(seen("diagnosis", "gap/G2"), setting(name="热处理与检测"), ANNA)
    reviewing.edit(seen("positioning", "theme/T1"), setting(name="高端轴承"), ANNA)
    for info in store.history("p").revisions:
        revision = store.revision("p", info.id)
        assert info.hash == hash_of_text(canonical(revision.content))
        items = part(info.step, revision.content)
        assert [(item.id, hash_of_text(canonical(item.value))) for item in items] == [
            (one.id, one.hash) for one in info.items
        ]
        texts = {item.id: canonical(item.value) for item in items}
        for known in (texts, dict(list(texts.items())[::2]), {}):  # all, some or none written already
            assert joined_text(info.step, items, known) == canonical(revision.content)


def test_an_edit_upstream_marks_what_rests_on_it_and_says_why(reviewing: Reviewing, seen: Seen, stands: Stands) -> None:
    reviewing.decide(seen("projects"), "approve", ANNA)
    reviewing.edit(seen("diagnosis", "gap/G2"), setting(name="热处理与检测"), ANNA)
    states = {item.id: item for item in stands("projects").items}
    assert {name: item.state for name, item in states.items()} == {
        "project/P01": "approved", "project/P02": "approved", "project/P03": "stale",
    }  # fmt: skip
    assert "gap/G2" in states["project/P03"].stale_because_zh[0]
    assert stands("positioning").state == "awaiting"


def test_approving_a_stale_item_says_it_holds_still(reviewing: Reviewing, seen: Seen, stands: Stands) -> None:
    reviewing.edit(seen("diagnosis", "gap/G2"), setting(name="热处理与检测"), ANNA)
    reviewing.decide(seen("projects", "project/P03"), "approve", BEN)
    item = stands("projects").item("project/P03")
    assert item is not None
    assert item.state == "approved"


def test_a_comment_changes_nothing(reviewing: Reviewing, store: PlanStore, stands: Stands) -> None:
    before = stands("projects")
    remark = reviewing.comment("p", "projects", "请核对。", ANNA, item_id="project/P01")
    reviewing.comment("p", "projects", "已核对。", BEN, reply_to=remark.id)
    assert stands("projects") == before
    assert [one.text for one in store.history("p").comments] == ["请核对。", "已核对。"]


def test_what_is_not_there_is_not_found(reviewing: Reviewing, seen: Seen) -> None:
    with pytest.raises(NotFound):
        reviewing.decide(seen("projects")._replace(item_id="project/P99"), "approve", ANNA)
    with pytest.raises(NotFound):
        reviewing.decide(seen("projects")._replace(plan_id="q"), "approve", ANNA)
    with pytest.raises(NotFound):
        reviewing.undo(seen("projects"), "nothing", ANNA)


def test_a_difference_names_items_and_places(
    reviewing: Reviewing, seen: Seen, store: PlanStore, stands: Stands
) -> None:
    first = stands("projects").revision_id
    info = reviewing.edit(seen("projects", "project/P02"), setting(lead_body="甲局"), ANNA)
    found = difference(store.revision("p", first), store.revision("p", info.id))
    assert found.unchanged == 2
    (row,) = found.items
    assert row.item_id == "project/P02"
    assert {change.path for change in row.changes} == {"/lead_body", "/author"}


def test_every_change_stands_in_the_audit_log(reviewing: Reviewing, seen: Seen, store: PlanStore) -> None:
    reviewing.edit(seen("projects", "project/P02"), setting(lead_body="甲局"), Person("安工", "request-1"))
    reviewing.decide(seen("projects", "project/P02"), "reject", BEN, "不合适。")
    edit, reject = store.audit("p")[-2:]
    assert (edit.actor, edit.action, edit.request_id, edit.details["changed"]) == (
        "安工",
        "edit",
        "request-1",
        ["project/P02"],
    )
    assert (reject.actor, reject.action, reject.details["comment"]) == ("本处", "reject", "不合适。")


def test_content_parts_and_joins_without_loss() -> None:
    content = content_of(small_projects())
    assert join("projects", part("projects", content)) == content


def test_a_thousand_operations_at_once_lose_no_update_and_every_state_can_be_seen_again(
    reviewing: Reviewing, store: PlanStore, request: pytest.FixtureRequest
) -> None:
    """Eight people edit, decide and undo at random; what each was told was stored is there, in order, and only that."""
    operations = 1000 if "sqlite" in request.node.name else 400
    snapshots: dict[int, str] = {}

    def operate(seed: int) -> tuple[str, str, int] | None:
        dice = random.Random(seed)  # noqa: S311 - chance, not secrecy
        name = f"project/P0{dice.randint(1, 3)}"
        history = store.history("p")
        current = standing(history)["projects"]
        item = current.item(name)
        assert item is not None
        subject = Subject("p", "projects", item.hash, name)
        person = Person(f"person {seed % 8}")
        try:
            match dice.choices(("edit", "approve", "undo"), (6, 3, 1))[0]:
                case "edit":
                    info = reviewing.edit(subject, setting(site=f"地块{seed}号甲"), person)
                    snapshots[info.event] = info.hash
                    return ("edit", f"地块{seed}号甲", info.event)
                case "approve":
                    return ("approve", item.hash, reviewing.decide(subject, "approve", person).event)
                case _:
                    target = dice.choice(history.of("projects")).id
                    info = reviewing.undo(Subject("p", "projects", current.hash), target, person)
                    snapshots[info.event] = info.hash
                    return ("undo", target, info.event)
        except (StepConflict, InvalidRequest):
            return None

    with ThreadPoolExecutor(8) as pool:
        stored = [done for done in pool.map(operate, range(operations)) if done]
    history = store.history("p")
    revisions = history.of("projects")
    assert [event.number for event in store.audit("p")] == list(range(1, 6 + len(stored)))
    assert [info.number for info in revisions] == list(range(1, len(revisions) + 1))
    assert [info.parent_id for info in revisions[1:]] == [info.id for info in revisions[:-1]]
    texts = {info.event: canonical(store.revision("p", info.id).content) for info in revisions}
    assert all(text in texts[event] for kind, text, event in stored if kind == "edit")
    assert {info.event: info.hash for info in revisions[1:]} == snapshots
    for event, digest in random.Random(0).sample(  # noqa: S311 - as above
        sorted(snapshots.items()), 10
    ):
        steps = {step.step: step for step in read_plan(store, "p", at_event=event).steps}
        assert steps["projects"].hash == digest
