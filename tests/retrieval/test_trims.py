"""What the encoder's layers do without: the file that says it, and the graph that goes by it."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from jumou.retrieval.e5_graph import Graph
from jumou.retrieval.e5_trims import Trim, Turned, read_trims, write_trims
from jumou.retrieval.e5_weights import E5Weights, Floats

DRAW = np.random.default_rng(4)


@pytest.fixture(scope="module")
def weights() -> E5Weights:
    return E5Weights()


def _untrimmed(weights: E5Weights) -> Trim:
    shape = weights.shape
    rows, bias = np.zeros((shape.hidden, shape.inner), np.float32), np.zeros(shape.hidden, np.float32)
    return Trim(np.arange(shape.inner), rows, bias)


def _vector(weights: E5Weights, trims: tuple[Trim, ...]) -> Floats:
    model = Graph(weights, trims).model().SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (states,) = session.run(None, {"states": weights.embedded(range(1000, 1040))})
    mean = states[0].mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    rows = (DRAW.normal(size=(24, 3)) @ DRAW.normal(size=(3, 40))).astype(np.float32)
    turned = Turned(*DRAW.normal(size=(2, 4, 5, 6)).astype(np.float32))
    first = Trim(np.arange(0, 80, 2), rows, DRAW.normal(size=24).astype(np.float32), turned)
    nothing = Trim(np.arange(40), np.zeros((24, 40), np.float32), np.zeros(24, np.float32))
    write_trims([first, nothing], 8, tmp_path / "trims.npz")
    one, other = read_trims(tmp_path / "trims.npz")
    assert np.array_equal(one.kept, first.kept)
    assert np.array_equal(one.bias, first.bias)
    assert np.abs(one.rows - rows).max() < 0.02 * np.abs(rows).max()
    assert one.turned is not None
    assert np.allclose(one.turned.query, turned.query, atol=2e-3)
    assert np.allclose(one.turned.key, turned.key, atol=2e-3)
    assert other.turned is None
    assert not other.rows.any()


def test_a_correction_has_no_more_ranks_than_asked_for(tmp_path: Path) -> None:
    rows = DRAW.normal(size=(24, 40)).astype(np.float32)
    write_trims([Trim(np.arange(40), rows, np.zeros(24, np.float32))], 5, tmp_path / "trims.npz")
    (read,) = read_trims(tmp_path / "trims.npz")
    assert np.linalg.matrix_rank(read.rows.astype(float), tol=1e-4) == 5


def test_the_shipped_trims_fit_the_model(weights: E5Weights) -> None:
    shape, trims = weights.shape, read_trims()
    assert len(trims) == shape.layers
    for trim in trims:
        assert (np.diff(trim.kept) > 0).all()
        assert trim.kept[0] >= 0
        assert trim.kept[-1] < shape.inner
        assert trim.rows.shape == (shape.hidden, len(trim.kept))
        assert trim.bias.shape == (shape.hidden,)
        if trim.turned is not None:
            assert trim.turned.query.shape == trim.turned.key.shape
            assert trim.turned.query.shape[::2] == (shape.heads, shape.hidden // shape.heads)


def test_the_shipped_trims_change_little(weights: E5Weights) -> None:
    assert _vector(weights, ()) @ _vector(weights, read_trims()) > 0.99


def test_turning_queries_and_keys_against_each_other_changes_nothing(weights: E5Weights) -> None:
    shape = weights.shape
    size = shape.hidden // shape.heads
    turns = np.linalg.qr(DRAW.normal(size=(shape.heads, size, size)))[0] * np.linspace(0.5, 2, size)[:, None]
    back = np.linalg.inv(turns).transpose(0, 2, 1)
    trim = _untrimmed(weights)._replace(turned=Turned(turns.astype(np.float32), back.astype(np.float32)))
    assert _vector(weights, ()) @ _vector(weights, (trim,) * shape.layers) > 0.99999
