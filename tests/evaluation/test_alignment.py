"""Alignment of projects: what it promises whatever the weights, and how it agrees with people."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.assets import asset_dir
from jumou.errors import InvalidRequest
from jumou.evaluation.agreement import agreement
from jumou.evaluation.alignment import ProjectMatch, align, read_table, remember, remembered, write_table
from jumou.evaluation.concepts import concepts_in, shared_phrase, subject_text
from jumou.evaluation.likeness import Item, Judgement, Rarity
from jumou.testing import BagEncoder

DRAFTED = [
    Item("P1", "轴承产业学院与实训基地项目", "开设订单班", "B3", "培养技工"),
    Item("P2", "轴承高质量发展政策包", "出台专项政策", "D1", "完善政策"),
    Item("P3", "轴承产业博览会与区域品牌推广项目", "举办论坛", "D2", "打响品牌"),
]
LABELS = asset_dir("evals") / "plans" / "labels"


def aligned(judgement: Judgement, *expert: Item, **given: object) -> list[ProjectMatch]:
    return align(list(expert), DRAFTED, context=["白鹿市", "轴承"], meaning=BagEncoder(), judgement=judgement, **given)  # type: ignore[arg-type]


def test_the_same_measure_for_the_same_thing_is_found(judgement: Judgement) -> None:
    (row,) = aligned(judgement, Item("p1", "轴承产业学院", "人才培养", "B3"))
    assert (row.draft_id, row.label, row.credit) == ("P1", "match", 1.0)


def test_what_nobody_drafted_is_missed(judgement: Judgement) -> None:
    (row,) = aligned(judgement, Item("p1", "跨海大桥", "", "C2"))
    assert (row.draft_id, row.label) == (None, "no")


def test_without_drafts_everything_is_missed(judgement: Judgement) -> None:
    rows = align([Item("p1", "轴承产业学院")], [], context=[], meaning=BagEncoder(), judgement=judgement)
    assert [row.label for row in rows] == ["no"]


def test_one_draft_stands_for_three_at_most(judgement: Judgement) -> None:
    expert = [Item(f"p{at}", "轴承产业学院", "人才培养", "B3") for at in range(6)]
    used = Counter(row.draft_id for row in aligned(judgement, *expert) if row.label == "match")
    assert used["P1"] <= 3


def test_a_persons_word_counts_over_the_alignment(judgement: Judgement) -> None:
    said = {"p1": {"轴承高质量发展政策包": "match"}}
    (row,) = aligned(judgement, Item("p1", "跨海大桥", "", "C2"), corrections=said)
    assert (row.draft_id, row.label, row.by) == ("P2", "match", "person")


def test_the_match_table_carries_corrections_back(tmp_path: Path, judgement: Judgement) -> None:
    rows = aligned(judgement, Item("p1", "轴承产业学院", "", "B3"))
    table = tmp_path / "matches.csv"
    write_table(table, {"bailu": rows})
    text = table.read_text(encoding="utf-8-sig").rstrip()
    table.write_text(text[: -len(",")] + "部分,", encoding="utf-8-sig")
    assert read_table(table) == {"bailu": {"p1": {"轴承产业学院与实训基地项目": "part"}}}


def test_an_unknown_word_in_the_table_is_refused_with_its_row(tmp_path: Path) -> None:
    table = tmp_path / "matches.csv"
    table.write_text("case,gold_id,draft_name,corrected\na,p1,x,也许\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="row 2"):
        read_table(table)


def test_corrections_are_remembered_and_the_newer_counts(tmp_path: Path) -> None:
    kept = tmp_path / "home" / "corrections.json"
    remember(kept, {"a": {"p1": {"x": "match", "y": "no"}}})
    remember(kept, {"a": {"p1": {"x": "part"}}})
    assert remembered(kept) == {"a": {"p1": {"x": "part", "y": "no"}}}


@given(st.lists(st.sampled_from(["match", "part", "no"]), min_size=1))
def test_full_agreement_is_one_and_unmeasured_is_none(labels: list[str]) -> None:
    found = agreement(labels, labels)  # type: ignore[arg-type]
    assert found.f1 in (None, 1.0)
    assert (found.f1 is None) == ("match" not in labels)


def test_measures_and_subjects_are_told_apart() -> None:
    assert {"laboratory"} <= concepts_in("国家实验室")
    assert subject_text("稀土永磁电机产业园") == "稀土永磁电机"
    assert subject_text("关键核心技术攻关") == ""
    assert shared_phrase(["锂电产业学院", "锂电政策包", "锂电供应链项目", "其他"]) == "锂电"


def test_enough_pairs_are_labelled_each_with_a_reason() -> None:
    rows = [json.loads(line) for line in (LABELS / "project_pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 120
    assert {row["label"] for row in rows} == {"match", "part", "no"}
    assert all(row["reason"] for row in rows)


def test_whether_a_project_is_covered_agrees_with_people_on_cases_left_out_of_the_fit() -> None:
    kept = json.loads((LABELS / "agreement.json").read_text(encoding="utf-8"))
    for told in ("first", "second"):
        assert kept[told]["projects"]["related_f1"] >= 0.85
        assert kept[told]["recall"]["alignment"] <= kept[told]["recall"]["person"] + 0.03, (
            "the alignment must not flatter"
        )
    assert kept["second"]["draft_shown"]["f1"] >= 0.8, (
        "the draft shown beside a project is one that people call related"
    )


def test_the_weights_are_those_of_the_labels(judgement: Judgement) -> None:
    """A label nobody fitted to, or weights nobody measured, would make the report's account of itself untrue."""
    rows = [json.loads(line) for line in (LABELS / "second_round.jsonl").read_text(encoding="utf-8").splitlines()]
    kept = json.loads((LABELS / "agreement.json").read_text(encoding="utf-8"))
    assert kept["second"]["projects"]["pairs"] == len(rows)
    person = sum({"match": 1.0, "part": 0.5, "no": 0.0}[row["label"]] for row in rows) / len(rows)
    assert kept["second"]["recall"]["person"] == pytest.approx(person, abs=0.001)
    drafts = [
        (LABELS / name).read_text(encoding="utf-8").count("\n") for name in ("drafts.jsonl", "second_drafts.jsonl")
    ]
    assert judgement.rarity.texts == sum(drafts)


def test_a_term_nobody_uses_is_rarest() -> None:
    rarity = Rarity.of(["产业园区", "产业集群", "产业基金 园区"])
    assert 0 <= rarity("产业") < rarity("园区") < rarity("磁谷") == 1


def test_two_of_the_experts_projects_may_stand_beside_one_draft(judgement: Judgement) -> None:
    streets = [Item("p1", "轴承产业学院", "人才培养", "B3"), Item("p2", "轴承技工学院与实训", "人才培养", "B3")]
    rows = aligned(judgement, *streets)
    assert [row.draft_id for row in rows] == ["P1", "P1"]
    assert {row.how for row in rows} == {"merged"}
