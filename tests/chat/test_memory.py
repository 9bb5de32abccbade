"""What is remembered of a chat is what all of its messages say, however they were read."""

from hypothesis import given
from hypothesis import strategies as st

from jumou.chat.memory import REMEMBERED, Past
from jumou.domain.chat import Brief, ChatMessage


def message(number: int, role: str, text: str) -> ChatMessage:
    return ChatMessage(
        chat_id="c", number=number, turn=number, role=role, text=text, author=role, created_at="",
        brief=Brief(region=text) if role == "assistant" else None, proposal_id=text if len(text) > 3 else "",
    )  # fmt: skip


@given(
    said=st.lists(st.tuples(st.sampled_from(["user", "assistant", "action"]), st.text(max_size=5)), max_size=40),
    cuts=st.lists(st.integers(0, 40), max_size=5),
)
def test_a_chat_read_in_pieces_is_remembered_like_one_read_at_once(
    said: list[tuple[str, str]], cuts: list[int]
) -> None:
    messages = [message(number, *one) for number, one in enumerate(said, 1)]
    whole = Past().with_more(messages)
    past = Past()
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(messages)], strict=True):
        past = past.with_more(messages[start:end])
    assert past == whole
    assert past.recent == tuple(messages[-REMEMBERED:])
    assert past.said == tuple(text for role, text in said if role != "assistant")
    assert past.answered == any(role == "assistant" for role, _ in said)
    assert (past.brief.region if past.brief else None) == next(
        (text for role, text in reversed(said) if role == "assistant"), None
    )
