import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.retrieval.fuse import POOL, Weighted, fused, normalised, placed

SCORES = st.dictionaries(st.integers(1, 30), st.floats(-50, 50, width=32), max_size=20)
LISTS = st.lists(st.tuples(SCORES, st.floats(0.1, 3)), min_size=1, max_size=4)


def weighted(lists: list[tuple[dict[int, float], float]]) -> list[Weighted]:
    return [Weighted(keys_of(scores), by_range(scores), weight) for scores, weight in lists]


def keys_of(scores: dict[int, float]) -> np.ndarray:
    return np.array(list(scores), np.int64)


def by_range(scores: dict[int, float], floor: float | None = None) -> np.ndarray:
    return normalised(np.array(list(scores.values())), floor)


def as_dict(result: tuple[np.ndarray, np.ndarray]) -> dict[int, float]:
    return dict(zip(result[0].tolist(), result[1].tolist(), strict=True))


@given(LISTS, st.randoms())
def test_the_order_of_lists_and_keys_does_not_matter(lists: list[tuple[dict[int, float], float]], chance) -> None:  # noqa: ANN001
    expected = as_dict(fused(weighted(lists)))
    shuffled = []
    for scores, weight in chance.sample(lists, len(lists)):
        items = list(scores.items())
        chance.shuffle(items)
        shuffled.append((dict(items), weight))
    assert as_dict(fused(weighted(shuffled))) == expected


@given(LISTS)
def test_scores_lie_between_0_and_1_and_every_key_has_one(lists: list[tuple[dict[int, float], float]]) -> None:
    result = as_dict(fused(weighted(lists)))
    assert set(result) == {key for scores, _ in lists for key in scores}
    assert all(0 <= score <= 1 + 1e-9 for score in result.values())


@given(LISTS)
def test_better_in_every_list_is_not_worse_in_the_result(lists: list[tuple[dict[int, float], float]]) -> None:
    ready = weighted(lists)
    keys, scores = fused(ready)
    parts = [placed(keys, one.keys, one.scores) for one in ready]
    for one in range(keys.size):
        for other in range(keys.size):
            if all(each[one] >= each[other] for each in parts):
                assert scores[one] >= scores[other] - 1e-12


@given(SCORES)
def test_normalising_keeps_the_order(scores: dict[int, float]) -> None:
    before, after = list(scores.values()), by_range(scores)
    for one, score in enumerate(before):
        for other, lower in enumerate(before):
            if score > lower:
                assert after[one] >= after[other]


def test_the_first_gets_1_and_a_full_lists_last_almost_nothing() -> None:
    result = normalised(np.arange(POOL, 0, -1.0), floor=0.0)
    assert result[0] == 1
    assert result[-1] == pytest.approx(0, abs=1e-5)


def test_a_short_list_keeps_its_distance_from_nothing() -> None:
    assert normalised(np.array([4.0, 2.0]), floor=0.0).tolist() == [1.0, 0.5]


def test_no_lists_give_nothing() -> None:
    assert not fused([])[0].size
    assert not normalised(np.zeros(0)).size
