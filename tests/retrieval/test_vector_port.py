"""What every store of vectors has to promise; an adapter for another one is added to `ADAPTERS`."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from jumou.retrieval.encode import Vectors, unit
from jumou.retrieval.pool import PooledEncoder, VectorPort
from jumou.retrieval.vectors import VectorStore
from jumou.testing import BagEncoder
from jumou.testing.outside import ChromaServer

Opened = Callable[[], VectorPort]


def embedded(folder: Path) -> Iterator[Opened]:
    yield lambda: VectorStore(folder / "chroma", "jumou-port")


def served(folder: Path) -> Iterator[Opened]:
    if not (Path(sys.executable).parent / "chroma").is_file():
        pytest.skip("the chroma command is not beside this Python")
    with ChromaServer(folder / "server") as server:
        yield lambda: VectorStore(folder, "jumou-port", url=server.url)


ADAPTERS = {"chroma in a folder": embedded, "chroma server": served}


@pytest.fixture(scope="module", params=ADAPTERS)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    yield from ADAPTERS[request.param](tmp_path_factory.mktemp("port"))


@pytest.fixture
def store(opened: Opened) -> Iterator[VectorPort]:
    made = opened()
    yield made
    made.close()


def some(count: int, seed: int) -> Vectors:
    return unit(np.random.default_rng(seed).normal(size=(count, 16)))


def test_what_was_put_is_got_back_by_any_client(store: VectorPort, opened: Opened) -> None:
    vectors = some(3, 1)
    store.put(
        ["a1", "a2", "a3"],
        vectors,
        [{"regions": ["安徽", "合肥"], "kind": "case"}, {"kind": "policy"}, {"kind": "user"}],
    )
    other = opened()
    found = dict(other.get(["a3", "a1", "nobody"]))
    assert found.keys() == {"a1", "a3"}
    assert np.allclose(found["a1"], vectors[0], atol=1e-6)
    assert np.allclose(found["a3"], vectors[2], atol=1e-6)


def test_putting_again_replaces(store: VectorPort) -> None:
    first, second = some(1, 2), some(1, 3)
    store.put(["b"], first, [{"kind": "case"}])
    before = store.count()
    store.put(["b"], second, [{"kind": "case"}])
    assert np.allclose(dict(store.get(["b"]))["b"], second[0], atol=1e-6)
    assert store.count() == before


def test_what_is_removed_is_gone_and_what_was_never_there_is_passed_over(store: VectorPort) -> None:
    store.put(["c1", "c2"], some(2, 4), [{"kind": "case"}] * 2)
    before = store.count()
    store.remove(["c1", "never"])
    assert dict(store.get(["c1", "c2"])).keys() == {"c2"}
    assert store.count() == before - 1


def test_many_are_put_and_got_in_one_call(store: VectorPort) -> None:
    names, vectors = [f"d{number}" for number in range(6000)], some(6000, 5)
    store.put(names, vectors, [{"kind": "case"}] * len(names))
    assert len(dict(store.get(names))) == len(names)


def test_nothing_is_asked_and_nothing_comes(store: VectorPort) -> None:
    store.put([], np.zeros((0, 16), np.float32), [])
    store.remove([])
    assert list(store.get([])) == []


def test_a_store_that_was_let_go_of_opens_again(store: VectorPort) -> None:
    store.put(["e"], some(1, 6), [{"kind": "case"}])
    store.close()
    assert dict(store.get(["e"])).keys() == {"e"}


def test_a_text_is_encoded_once_over_the_port(store: VectorPort) -> None:
    class Counted(BagEncoder):
        calls = 0

        def passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
            """As the fake's, counted."""
            self.calls += len(texts)
            return super().passages(texts)[:, :16]

    encoder = Counted()
    encoder.dimension = 16
    pooled = PooledEncoder(encoder, store)
    first = pooled.passages(["港口", "轴承", "港口"])
    again = PooledEncoder(encoder, store).passages(["轴承", "港口"])
    assert encoder.calls == 2
    assert np.allclose(first[[1, 0]], again, atol=1e-6)
