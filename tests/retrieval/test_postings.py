import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jumou.retrieval.keyword import Analyser
from jumou.retrieval.postings import K1, B, Postings, best

BAGS = st.lists(st.dictionaries(st.integers(1, 12), st.integers(1, 5), min_size=1, max_size=6), min_size=1, max_size=12)


def by_the_book(bags: dict[int, Counter[int]], query: Counter[int]) -> dict[int, float]:
    """BM25 as it stands in Robertson & Zaragoza 2009, with the idf that is never negative."""
    average = sum(bag.total() for bag in bags.values()) / len(bags)
    scores = {}
    for row, bag in bags.items():
        score = 0.0
        for term, times in query.items():
            held = sum(term in other for other in bags.values())
            idf = math.log(1 + (len(bags) - held + 0.5) / (held + 0.5))
            count = bag[term]
            score += times * idf * count * (K1 + 1) / (count + K1 * (1 - B + B * bag.total() / average))
        scores[row] = score
    return scores


def numbered(bags: list[dict[int, int]]) -> dict[int, Counter[int]]:
    return {row: Counter(bag) for row, bag in enumerate(bags, start=1)}


@given(BAGS, st.dictionaries(st.integers(1, 14), st.integers(1, 2), max_size=5))
def test_scores_are_those_of_the_formula(bags: list[dict[int, int]], query: dict[int, int]) -> None:
    rows = numbered(bags)
    scores = Postings.empty().merged(rows.items()).scores(query)
    for row, expected in by_the_book(rows, Counter(query)).items():
        assert scores[row] == pytest.approx(expected, rel=1e-4, abs=1e-5)


@settings(max_examples=60)
@given(BAGS, st.data())
def test_rows_that_come_and_go_leave_the_scores_of_an_index_built_at_once(
    bags: list[dict[int, int]], data: st.DataObject
) -> None:
    rows = numbered(bags)
    gone = data.draw(st.sets(st.sampled_from(sorted(rows))))
    cut = data.draw(st.integers(1, len(rows)))
    pieces = Postings.empty().merged([item for item in rows.items() if item[0] <= cut])
    early = np.array(sorted(row for row in gone if row <= cut), np.int32)
    pieces = pieces.merged([item for item in rows.items() if item[0] > cut], early)
    pieces = pieces.merged([], np.array(sorted(gone), np.int32))
    once = Postings.empty().merged((row, bag) for row, bag in rows.items() if row not in gone)
    query = dict.fromkeys(range(1, 13), 1)
    left, right = pieces.scores(query), once.scores(query)
    assert np.allclose(left[: right.size], right, rtol=1e-4)
    assert not left[right.size :].any()
    assert pieces.size == once.size == len(rows) - len(gone)


def test_common_terms_count_the_same_once_they_are_remembered() -> None:
    chance = np.random.default_rng(3)
    bags = {row: Counter({1: row % 3, 2: row % 7, 3: 1, 9: 4}) for row in range(1, 400)}
    rows = {row: Counter({term: held for term, held in bag.items() if held}) for row, bag in bags.items()}
    postings = Postings.empty().merged(rows.items())
    for _ in range(4):
        query = Counter(chance.integers(1, 10, 5).tolist())
        first, again = postings.scores(query), postings.scores(query)
        assert np.array_equal(first, again)
        for row, expected in by_the_book(rows, query).items():
            assert first[row] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_saved_postings_are_mapped_back(tmp_path: Path) -> None:
    postings = Postings.empty().merged(numbered([{1: 2, 2: 1}, {2: 4}]).items())
    postings.save(tmp_path, "some")
    assert np.array_equal(Postings.load(tmp_path, "some").scores({2: 1}), postings.scores({2: 1}))


@given(st.lists(st.floats(-5, 5, width=16), min_size=1, max_size=200), st.integers(1, 9))
def test_the_best_are_those_a_full_sort_puts_first(values: list[float], count: int) -> None:
    scores = np.array(values, np.float32)
    ranked = best(scores, count)
    assert ranked.scores.tolist() == sorted(scores.tolist(), reverse=True)[:count]


def test_words_and_character_pairs_are_both_terms(tmp_path: Path) -> None:
    terms = Analyser(tmp_path).terms("轴承产业ＧＢ/T 9704")
    assert {"轴承", "承产", "产业", "gb/t", "9704"} <= set(terms)
    assert terms.count("轴承") == 2


def test_asking_words_do_not_count_unless_nothing_else_is_asked(tmp_path: Path) -> None:
    analyser = Analyser(tmp_path)
    assert analyser.asked("轴承企业有哪些补贴?") == analyser.asked("轴承企业有 补贴")
    assert analyser.asked("什么") == analyser.counts("什么")


@pytest.mark.parametrize(
    "written", ["国发〔2015〕28号", "国发[2015]28号", "国发（２０１５）第28号", "国发【2015】 28号"]
)
def test_a_documents_number_is_one_term_however_it_is_written(tmp_path: Path, written: str) -> None:
    assert "2015〕28" in Analyser(tmp_path).terms(written)


def test_numbers_of_terms_are_the_same_in_every_process(tmp_path: Path) -> None:
    assert Analyser(tmp_path).numbers(["轴承"]) == [7429724870265061013]
