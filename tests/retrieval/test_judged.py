import json
import math
from pathlib import Path

import pytest

from jumou.retrieval import Library
from jumou.retrieval.judged import Question, measured, read_judged
from jumou.testing import BagEncoder

ASKED = (Question("q", "轴承", frozenset({"a", "b"})),)


def test_measures_are_those_of_the_book() -> None:
    perfect = measured(ASKED, lambda _: ["a", "b", "c"])
    assert perfect == (1, 1, 1)
    late = measured(ASKED, lambda _: ["c", "b"])
    assert late.recall == 0.5
    assert late.mrr == 0.5
    assert late.ndcg == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))
    assert measured(ASKED, lambda _: []) == (0, 0, 0)


def test_a_folder_is_read_and_its_own_passages_are_kept(tmp_path: Path) -> None:
    rows = [
        {"id": "p2", "text": "检测平台开放。", "title": "轴承", "doc": "d", "pos": 1},
        {"id": "p1", "text": "轴承产业集群。", "title": "轴承", "doc": "d", "pos": 0},
        {"id": "x", "text": "冷链物流。"},
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    questions = [{"id": "q1", "text": "检测"}, {"id": "q2", "text": "没有答案"}]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tp2\t1\nq2\tx\t0\n", encoding="utf-8")
    judged = read_judged(tmp_path)
    assert [question.id for question in judged.questions] == ["q1"]
    with Library.build(tmp_path / "home", encoder=BagEncoder(), documents=(), corpus="set") as library:
        library.add(judged.entries)
        assert [passage.id for passage in library.passages("d")] == ["p1", "p2"]
        assert library.search("检测平台")[0].passage.id == "p2"
        assert library.add(judged.entries) == 0
    with Library.build(tmp_path / "home", encoder=BagEncoder(), documents=(), corpus="set", rebuild=True) as library:
        assert [passage.id for passage in library.passages("d")] == ["p1", "p2"], (
            "an index made anew cuts as its user did"
        )
        renamed = (tmp_path / "corpus.jsonl").read_text(encoding="utf-8").replace("p2", "p9")
        (tmp_path / "corpus.jsonl").write_text(renamed, encoding="utf-8")
        assert library.add(read_judged(tmp_path).entries) == 1
        assert [passage.id for passage in library.passages("d")] == ["p1", "p9"]
