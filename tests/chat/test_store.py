"""Chats in the store, on both kinds of database."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jumou.chat.ink import Ink
from jumou.domain.access import HERE
from jumou.domain.chat import Brief, ChatEvent, ChatMessage, ChatRecord
from jumou.errors import InvalidRequest, NotFound, StepConflict
from jumou.storage import ChatStore, open_database


@pytest.fixture
def chats(tmp_path: Path, database_url: str) -> Iterator[ChatStore]:
    """A store with the chat `c`."""
    engine = open_database(tmp_path, database_url)
    made = ChatStore(engine, HERE)
    made.open(record("c", "2026-01-01T00:00:00.000000+00:00"))
    yield made
    engine.dispose()


def record(name: str, at: str) -> ChatRecord:
    return ChatRecord(id=name, language="zh", created_by="张工", created_at=at)


def message(text: str, turn: int = 1, role: str = "user") -> ChatMessage:
    return ChatMessage.model_validate(
        {"chat_id": "c", "number": 1, "turn": turn, "role": role, "text": text, "author": "rules", "created_at": ""}
    )


def test_a_chat_comes_back_as_it_was_said(chats: ChatStore) -> None:
    asked = chats.ask(message("你好"))
    chats.append("c", asked.turn, [("token", {"text": "您"}), ("token", {"text": "好"})])
    ended = chats.answer(
        message("您好", asked.turn, "assistant").model_copy(update={"brief": Brief(region="长春市")}), [("done", {})]
    )
    assert ended is not None
    assert chats.messages("c") == (asked, ended[0])
    assert [(event.number, event.kind) for event in chats.events("c")] == [(1, "token"), (2, "token"), (3, "done")]
    assert [event.number for event in chats.events("c", after=2)] == [3]


def test_an_answer_is_stored_once(chats: ChatStore) -> None:
    asked = chats.ask(message("你好"))
    assert chats.answer(message("甲", asked.turn, "assistant"), []) is not None
    assert chats.answer(message("乙", asked.turn, "assistant"), [("done", {})]) is None
    assert [one.text for one in chats.messages("c")] == ["你好", "甲"]
    assert chats.events("c") == ()


def test_of_many_who_speak_at_once_one_is_heard(chats: ChatStore) -> None:
    def speak(number: int) -> bool:
        try:
            chats.ask(message(f"第{number}条"))
        except StepConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(speak, range(16))) == 1
    assert len(chats.messages("c")) == 1


def test_events_written_at_once_are_numbered_without_gap(chats: ChatStore) -> None:
    asked = chats.ask(message("你好"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: chats.append("c", asked.turn, [("token", {"text": "字"})] * 3), range(16)))
    assert [event.number for event in chats.events("c")] == list(range(1, 49))


def test_a_key_stands_for_one_message(chats: ChatStore) -> None:
    first = chats.ask(message("你好"), "k")
    assert chats.ask(message("你好"), "k") == first
    with pytest.raises(InvalidRequest):
        chats.ask(message("别的"), "k")


def test_nothing_is_said_in_a_chat_there_is_not(chats: ChatStore) -> None:
    with pytest.raises(NotFound):
        chats.ask(message("你好").model_copy(update={"chat_id": "none"}))
    with pytest.raises(NotFound):
        chats.messages("none")


def test_chats_are_listed_newest_first_page_by_page(chats: ChatStore) -> None:
    for number in range(2, 7):
        chats.open(record(f"c{number}", f"2026-01-0{number}T00:00:00.000000+00:00"))
    first = chats.chats(limit=4)
    rest = chats.chats(limit=4, cursor=first.next_cursor)
    assert [one.id for one in (*first.chats, *rest.chats)] == ["c6", "c5", "c4", "c3", "c2", "c"]
    assert rest.next_cursor == ""


def test_what_many_answers_say_at_once_is_stored_in_few_writes_each_in_its_order(
    tmp_path: Path, database_url: str
) -> None:
    engine = open_database(tmp_path, database_url)
    chats = ChatStore(engine, HERE)
    names = [f"c{number}" for number in range(20)]
    for name in names:
        chats.open(record(name, "2026-01-01T00:00:00.000000+00:00"))
    writes: list[int] = []

    class Counted(ChatStore):
        def append_all(self, asked: object) -> list[tuple[ChatEvent, ...]]:
            writes.append(1)
            return super().append_all(asked)  # type: ignore[arg-type]

    async def everybody() -> list[object]:
        ink = Ink(Counted(engine, HERE))

        async def speak(name: str) -> None:
            for number in range(5):
                (event,) = await ink.write(name, 1, [("token", {"text": f"{name}-{number}"})])
                assert event.number == number + 1

        return await asyncio.gather(*map(speak, names), speak("nobody"), return_exceptions=True)

    ended = asyncio.run(everybody())
    assert ended[:-1] == [None] * 20
    assert isinstance(ended[-1], NotFound)
    for name in names:
        assert [event.data["text"] for event in chats.events(name)] == [f"{name}-{number}" for number in range(5)]
    assert len(writes) < 60
    engine.dispose()
