from hypothesis import given
from hypothesis import strategies as st

from jumou.corpus.shipped import shipped_documents
from jumou.corpus.split import passages, split

MARKS = [
    "第一章 总则\n",
    "第二条 ",
    "一、目标\n",
    "(一)",
    "# 标题\n",
    "## 二级\n",
    "。",
    ";",
    "!",
    "\n",
    "\n\n",
    " ",
    "……",
    "”",
]
WORDS = ["轴承产业", "补助50万元", "a", "GB/T 9704", "检测平台向企业开放", "\u3000", "😀", "\r\n", "\x00"]
TEXTS = st.lists(st.sampled_from(MARKS + WORDS), max_size=400).map("".join) | st.text(max_size=900)


@given(TEXTS)
def test_passages_rebuild_the_text_exactly(text: str) -> None:
    cut = passages("d", text)
    assert "".join(passage.text for passage in cut) == text
    assert [text[passage.start : passage.end] for passage in cut] == [passage.text for passage in cut]
    assert [passage.id for passage in cut] == [f"d#{number}" for number in range(len(cut))]


@given(TEXTS)
def test_no_passage_is_empty_or_much_longer_than_what_is_searched_best(text: str) -> None:
    assert all(0 < piece.end - piece.start <= 560 for piece in split(text))


@given(TEXTS)
def test_the_same_text_is_always_cut_alike(text: str) -> None:
    assert split(text) == split(text)


def test_a_passage_carries_the_headings_above_it() -> None:
    text = (
        "# 办法\n\n## 支持措施\n\n" + "对新建冷库给予补贴。" * 30 + "\n\n## 附则\n\n" + "本办法自印发之日起施行。" * 12
    )
    sections = [passage.section for passage in passages("d", text)]
    assert any("支持措施" in section for section in sections)
    assert "附则" in sections[-1]


def test_a_chapter_begins_a_passage() -> None:
    text = "第一章 总则\n" + "本条例适用于全省。" * 20 + "\n第二章 扶持\n" + "对企业给予奖励。" * 20
    assert any(passage.text.startswith("第二章") for passage in passages("d", text))


def test_sentences_stay_whole_where_they_can() -> None:
    text = "轴承产业集群要补齐检测、热处理和冷链物流的短板,并建设公共平台。" * 60
    assert all(passage.text.endswith("。") for passage in passages("d", text))


def test_an_endless_sentence_is_cut_nevertheless() -> None:
    assert len(split("轴" * 5000)) > 9


def test_the_shipped_corpus_is_cut_into_passages_of_the_size_that_is_searched_best() -> None:
    lengths = [piece.end - piece.start for text in shipped_documents() for piece in split(text.text)]
    assert 120 < sum(lengths) / len(lengths) < 420
