from concurrent.futures import ThreadPoolExecutor

import pytest

from jumou.corpus.fulltext import FullText
from jumou.errors import InvalidRequest, NotFound
from jumou.retrieval import Filter, Library
from jumou.testing import BagEncoder


def found(library: Library, query: str, **how: object) -> list[str]:
    return [hit.document.id for hit in library.search(query, **how)]  # type: ignore[arg-type]


def test_the_document_in_question_comes_first(shared: Library) -> None:
    assert found(shared, "瓦房店轴承")[0] == "bearing"
    assert found(shared, "Wolfsburg carmaker suppliers")[0] == "english"


def test_a_superseded_document_is_never_before_a_current_one(shared: Library) -> None:
    hits = shared.search("冷链物流补贴办法", limit=400, diversity=None)
    assert [hit.document.id for hit in hits if hit.outdated] == ["old"]
    assert hits[-1].outdated
    assert found(shared, "冷链物流补贴办法", where=Filter(regions=("安徽",))) == ["new", "old"]


def test_a_superseded_document_is_not_shown_while_current_ones_fill_the_list(shared: Library) -> None:
    assert "old" not in found(shared, "冷链物流补贴办法", limit=3)


def test_a_superseded_document_may_be_first_when_it_is_asked_for(shared: Library) -> None:
    assert found(shared, "冷链物流补贴办法 购置冷藏车", include_outdated=True)[0] == "old"
    assert found(shared, "冷链物流", where=Filter(statuses=("superseded",))) == ["old"]


@pytest.mark.parametrize(
    "query",
    ["皖政办〔2016〕21号", "根据皖政办[2016]21号怎么补助", "皖财企（２０１６）7号", "《冷链物流补贴办法（旧）》"],
)
def test_a_superseded_document_that_is_named_comes_first_and_is_marked(shared: Library, query: str) -> None:
    first = shared.search(query, limit=3)[0]
    assert first.document.id == "old"
    assert first.outdated


@pytest.mark.parametrize("query", ["皖政办〔2017〕21号", "皖政办〔2016〕2号", "《冷链物流支持措施》"])
def test_a_superseded_document_is_not_shown_for_anothers_name(shared: Library, query: str) -> None:
    assert "old" not in found(shared, query, limit=3)


def test_no_document_gives_more_passages_than_diversity_allows(shared: Library) -> None:
    query = "园区服务收费标准 轴承企业减半"
    assert found(shared, query, limit=8, diversity=None).count("long") > 2
    assert found(shared, query, limit=8).count("long") == 2
    assert found(shared, query, limit=8, diversity=1).count("long") == 1


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(kinds=("case",)), {"bearing", "luoyang", "cold", "english"}),
        (Filter(levels=("park",)), {"long"}),
        (Filter(regions=("安徽",)), {"old", "new"}),
        (Filter(regions=("河南省洛阳市",)), {"luoyang"}),
        (Filter(regions=("全国",)), {"nation"}),
        (Filter(statuses=("in_force",)), {"new", "bearing", "nation"}),
        (Filter(modes=("anchor_firm", "innovation")), {"bearing", "luoyang"}),
        (Filter(project_types=("C2",)), {"new"}),
        (Filter(industries=("装备",)), {"bearing"}),
        (Filter(outcomes=("failure",)), {"cold"}),
        (Filter(issued_from="2022"), {"new", "nation"}),
        (Filter(issued_to="2021-06"), {"old", "long"}),
        (Filter(issued_from="2016-05", issued_to="2016"), {"old"}),
        (Filter(document_ids=("cold", "new")), {"cold", "new"}),
        (Filter(kinds=("case",), industries=("轴承",), outcomes=("mixed",)), {"luoyang"}),
        (Filter(regions=("火星",)), set()),
    ],
)
def test_a_filter_keeps_what_meets_all_of_its_fields(shared: Library, where: Filter, expected: set[str]) -> None:
    assert set(found(shared, "产业集群的服务", limit=40, where=where)) == expected
    assert {document.id for document in shared.documents(where)} == expected


def test_a_narrow_filter_gives_the_exact_order_of_a_search_over_everything(shared: Library) -> None:
    query = "轴承检测平台"
    rows = {hit.passage.id: hit.parts["cosine"] for hit in shared.search(query, limit=99, diversity=None)}
    for hit in shared.search(query, limit=99, where=Filter(document_ids=("luoyang",))):
        assert hit.parts["cosine"] == pytest.approx(rows[hit.passage.id], abs=1e-5)


def test_the_regions_own_case_is_context_and_never_a_benchmark(shared: Library) -> None:
    own = ("瓦房店",)
    context = {hit.document.id: hit.own for hit in shared.search("轴承产业集群", own_region=own)}
    assert context["bearing"]
    assert not context["luoyang"]
    peers = found(shared, "轴承产业集群", own_region=own, benchmarks=True)
    assert "bearing" not in peers
    assert "luoyang" in peers


def test_a_region_named_in_an_english_title_is_recognised(shared: Library) -> None:
    assert "english" not in found(shared, "Wolfsburg", own_region=("Wolfsburg",), benchmarks=True, limit=40)


def test_documents_kept_out_are_not_found(shared: Library) -> None:
    assert "bearing" not in found(shared, "瓦房店轴承", limit=40, exclude_documents={"bearing"})


def test_scores_lie_between_0_and_1_and_fall(shared: Library) -> None:
    scores = [hit.score for hit in shared.search("轴承产业集群检测", limit=20) if not hit.outdated]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_same_question_gets_the_same_answer_from_many_threads(shared: Library) -> None:
    expected = found(shared, "轴承检测", limit=9)
    with ThreadPoolExecutor(8) as pool:
        assert all(answer == expected for answer in pool.map(lambda _: found(shared, "轴承检测", limit=9), range(64)))


def test_a_question_of_unknown_signs_still_gets_an_answer(shared: Library) -> None:
    assert len(shared.search("🚀 ﷽ zzzz", limit=3)) == 3


@pytest.mark.parametrize(("query", "limit"), [("", 5), (" \n", 5), ("轴承", 0)])
def test_a_blank_question_or_no_limit_is_refused(shared: Library, query: str, limit: int) -> None:
    with pytest.raises(InvalidRequest):
        shared.search(query, limit=limit)


def test_the_passages_of_a_document_rebuild_its_text(shared: Library, texts: list[FullText]) -> None:
    for text in texts:
        assert "".join(passage.text for passage in shared.passages(text.document.id)) == text.text


def test_a_quote_stands_in_its_passage_whatever_width_and_blanks(shared: Library) -> None:
    assert shared.quote("bearing#0", "以骨干企业为龙头, 带动本地")
    assert not shared.quote("bearing#0", "以骨干企业为核心")
    assert not shared.quote("nowhere#0", "以骨干企业为龙头")


def test_what_is_not_there_is_not_found(shared: Library) -> None:
    for ask in (shared.document, shared.passages, shared.passage):
        with pytest.raises(NotFound):
            ask("nowhere")


def test_the_library_tells_what_it_was_built_from(shared: Library) -> None:
    assert shared.version == "small"
    assert shared.encoder_name == BagEncoder().name
    documents, passages = shared.size()
    assert documents == 8
    assert passages > 8
