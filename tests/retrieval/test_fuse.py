import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.retrieval.fuse import POOL, Weighted, fused, normalised

SCORES = st.dictionaries(st.integers(1, 30), st.floats(-50, 50, width=32), max_size=20)
LISTS = st.lists(st.tuples(SCORES, st.floats(0.1, 3)), min_size=1, max_size=4)


def weighted(lists: list[tuple[dict[int, float], float]]) -> list[Weighted]:
    return [Weighted(normalised(scores), weight) for scores, weight in lists]


@given(LISTS, st.randoms())
def test_the_order_of_lists_and_keys_does_not_matter(lists: list[tuple[dict[int, float], float]], chance) -> None:  # noqa: ANN001
    expected = fused(weighted(lists))
    shuffled = []
    for scores, weight in chance.sample(lists, len(lists)):
        items = list(scores.items())
        chance.shuffle(items)
        shuffled.append((dict(items), weight))
    assert fused(weighted(shuffled)) == expected


@given(LISTS)
def test_scores_lie_between_0_and_1_and_every_key_has_one(lists: list[tuple[dict[int, float], float]]) -> None:
    result = fused(weighted(lists))
    assert set(result) == {key for scores, _ in lists for key in scores}
    assert all(0 <= score <= 1 + 1e-9 for score in result.values())


@given(LISTS)
def test_better_in_every_list_is_not_worse_in_the_result(lists: list[tuple[dict[int, float], float]]) -> None:
    ready = weighted(lists)
    result = fused(ready)
    for one, score in result.items():
        for other, lower in result.items():
            if all(each.scores.get(one, 0.0) >= each.scores.get(other, 0.0) for each in ready):
                assert score >= lower - 1e-12


@given(SCORES)
def test_normalising_keeps_the_order(scores: dict[int, float]) -> None:
    result = normalised(scores)
    for one, score in scores.items():
        for other, lower in scores.items():
            if score > lower:
                assert result[one] >= result[other]


def test_the_first_gets_1_and_a_full_lists_last_almost_nothing() -> None:
    result = normalised({key: float(key) for key in range(1, POOL + 1)}, floor=0.0)
    assert result[POOL] == 1
    assert result[1] == pytest.approx(0, abs=1e-5)


def test_a_short_list_keeps_its_distance_from_nothing() -> None:
    assert normalised({1: 4.0, 2: 2.0}, floor=0.0) == {1: 1.0, 2: 0.5}


def test_no_lists_give_nothing() -> None:
    assert fused([]) == {}
    assert normalised({}) == {}
