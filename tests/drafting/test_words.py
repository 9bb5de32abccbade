"""A law of counting words: looking for a question's words in a text finds those that the text's own words hold."""

from hypothesis import given
from hypothesis import strategies as st

from jumou.drafting.desk import held_of, telling

TEXTS = st.text(alphabet="轴承保持架产业企业ab-c AB1，。\n", max_size=60)


@given(question=TEXTS, text=TEXTS)
def test_words_are_found_as_if_the_texts_own_were_taken(question: str, text: str) -> None:
    wanted = telling(question)
    assert held_of(wanted, text) == len(wanted & telling(text))
