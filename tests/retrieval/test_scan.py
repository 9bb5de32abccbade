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
        near = scan.nearest(query, 20, allowed, scan.coarse(query))
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
    near = grown.nearest(query, 10, allowed, grown.coarse(query))
    assert near.rows.tolist() == exact(rows, query, allowed, 10)


def test_nothing_is_near_where_there_is_nothing() -> None:
    scan = Scan.over(np.zeros((0, 64), np.float32))
    assert not scan.nearest(vectors(1)[0], 10, np.zeros(0, bool), scan.coarse(vectors(1)[0])).rows.size
