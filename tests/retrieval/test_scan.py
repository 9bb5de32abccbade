from functools import partial

import numpy as np
import pytest

from jumou.retrieval.encode import Vectors, unit
from jumou.retrieval.scan import Scan


def vectors(count: int, seed: int = 1) -> Vectors:
    """Like those of a text encoder: all on one side, a few dimensions far larger than the others, in clusters."""
    random = np.random.default_rng(seed)
    rows = random.normal(0, 0.05, (count, 64))
    rows += random.normal(0, 0.15, (50, 64))[random.integers(0, 50, count)]
    rows[:, :3] += (3.0, -2.0, 1.0)
    return unit(rows)


def exact(rows: Vectors, query: Vectors, allowed: np.ndarray, count: int) -> list[int]:
    found = np.flatnonzero(allowed)
    scores = rows[found] @ query
    return found[np.lexsort((found, -scores))][:count].tolist()


@pytest.mark.parametrize("count", [1, 50, 2048, 5000, 40_000])
@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
def test_the_nearest_are_those_of_a_full_comparison(count: int, share: float) -> None:
    rows = vectors(count)
    allowed = np.random.default_rng(2).random(count) < share
    scan = Scan.over(rows)
    for query in vectors(5, seed=3):
        near = scan.nearest(query, 20, allowed, partial(scan.coarse, query))
        expected = exact(rows, query, allowed, 20)
        assert set(near.rows.tolist()) == set(expected)
        assert near.scores == pytest.approx(rows[near.rows] @ query, abs=1e-5)
        assert near.scores.tolist() == sorted(near.scores.tolist(), reverse=True)


def test_a_scan_that_grew_is_one_made_at_once() -> None:
    rows = vectors(70_000)
    allowed = np.ones(len(rows), bool)
    grown = Scan.over(rows, Scan.over(rows[:66_000], Scan.over(rows[:10_000])))
    query = vectors(1, seed=4)[0]
    assert np.allclose(grown.coarse(query), Scan.over(rows).coarse(query), atol=1e-5)
    near = grown.nearest(query, 10, allowed, lambda: grown.coarse(query))
    assert near.rows.tolist() == exact(rows, query, allowed, 10)


def test_nothing_is_near_where_there_is_nothing() -> None:
    scan = Scan.over(np.zeros((0, 64), np.float32))
    query = vectors(1)[0]
    assert not scan.nearest(query, 10, np.zeros(0, bool), lambda: scan.coarse(query)).rows.size


def test_many_that_are_nearly_equal_are_told_apart() -> None:
    """Four bits cannot: then more rows are compared, as many as it takes."""
    random = np.random.default_rng(5)
    rows = unit(np.ones((6000, 64)) + random.normal(0, 0.3, (6000, 64)))
    rows[::2] = unit(rows[:1] + random.normal(0, 0.004, (3000, 64)))
    scan, allowed = Scan.over(rows), np.ones(len(rows), bool)
    near = scan.nearest(rows[0], 50, allowed, lambda: scan.coarse(rows[0]))
    assert set(near.rows.tolist()) == set(exact(rows, rows[0], allowed, 50))


def test_few_rows_are_compared_without_a_look_at_the_others() -> None:
    rows = vectors(5000)
    allowed = np.zeros(len(rows), bool)
    allowed[100:400] = True

    def never() -> np.ndarray:
        raise AssertionError("the coarse scores were asked for")

    near = Scan.over(rows).nearest(rows[7], 10, allowed, never)
    assert near.rows.tolist() == exact(rows, rows[7], allowed, 10)
