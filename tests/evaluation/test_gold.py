"""Expert plans as they are read, and the documents that would give them away."""

import json
from pathlib import Path

import pytest

from jumou.assets import asset_dir
from jumou.domain.evidence import Source
from jumou.errors import InvalidRequest
from jumou.evaluation.gold import GoldPlan, number, read_gold
from jumou.evaluation.leakage import own_documents
from jumou.retrieval import Library
from jumou.retrieval.filter import Filter
from jumou.testing import text_of


class Shelf:
    """A catalogue of described documents."""

    def __init__(self, *documents: object) -> None:
        """`documents` as `text_of` makes them."""
        self._documents = [one.document for one in documents]  # type: ignore[attr-defined]

    def documents(self, where: Filter | None = None) -> list[object]:
        """All of them."""
        del where
        return self._documents


def test_every_shipped_plan_reads_and_gives_a_profile() -> None:
    plans = read_gold(asset_dir("evals") / "plans" / "gold")
    assert len(plans) >= 25
    assert all(plan.profile().name for plan in plans)
    assert all(plan.expert.source_urls for plan in plans)


@pytest.mark.parametrize(
    ("written", "value"),
    [(">1000", 1000), ("3-5", 4), ("约120", 120), ("≥10", 10), ("27,000", 27000), ("基本形成", None), ("net zero", None), (None, None), (True, None), (22, 22)],
)  # fmt: skip
def test_a_target_is_the_figure_it_names(written: object, value: float | None) -> None:
    assert number(written) == value


def test_items_keep_their_ids_and_get_one_where_they_have_none(gold_folder: Path) -> None:
    (plan,) = read_gold(gold_folder)
    assert [project.id for project in plan.expert.projects] == ["p1", "p2"]
    assert [project.type for project in plan.expert.projects] == ["B3", "D1"]
    assert plan.term == (2023, 2027)
    assert plan.grade == "B"
    assert plan.language == "zh"


def test_a_folder_without_plans_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="no expert plans"):
        read_gold(tmp_path)


def test_a_file_of_another_shape_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text(json.dumps({"expert": {"title": "x"}}), encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"broken\.json"):
        read_gold(tmp_path)


def test_documents_about_the_own_region_are_kept_out_with_the_reason(gold: GoldPlan, small: Library) -> None:
    assert own_documents(gold, gold.profile(), small) == {"own": "region: 白鹿市"}


def test_the_plan_itself_and_its_sources_are_kept_out() -> None:
    content = json.loads(
        (asset_dir("evals") / "plans" / "gold" / "wuxi_465_2023_2025.json").read_text(encoding="utf-8")
    )
    plan = GoldPlan.model_validate(content)
    shelf = Shelf(
        text_of("plan", "x", title=plan.expert.title),
        text_of("source", "x", title="新闻", sources=(Source(url=plan.expert.source_urls[0] + "/"),)),
        text_of("city", "x", title="某市物联网", regions=("江苏省", "无锡市")),
        text_of("neighbour", "x", title="苏州生物医药", regions=("苏州市",)),
        text_of("chain_x", "x", kind="chain", title="产业体系"),
    )
    found = own_documents(plan, plan.profile(), shelf)  # type: ignore[arg-type]
    assert set(found) == {"plan", "source", "city"}
