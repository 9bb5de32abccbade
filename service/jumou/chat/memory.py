"""What answers remember of their chats, so that a long chat is neither read nor held whole at every message."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from jumou.domain.chat import Brief, ChatMessage, ChatRecord, ShownPassage
from jumou.storage import ChatStore

REMEMBERED: Final = 12
"""How many messages are remembered word by word."""

_CHATS: Final = 128


@dataclass(frozen=True, slots=True)
class Past:
    """What there was up to a message: the last ones whole, and of all of them what an answer has to know."""

    number: int = 0
    recent: tuple[ChatMessage, ...] = ()
    said: tuple[str, ...] = ()
    """What people wrote: an answer may repeat the figures in it."""
    shown: tuple[ShownPassage, ...] = ()
    brief: Brief | None = None
    """What was settled last; None when nothing was answered yet."""
    proposal_id: str = ""
    answered: bool = False

    def with_more(self, messages: Iterable[ChatMessage]) -> "Past":
        """The same with the messages that came next."""
        more = tuple(messages)
        if not more:
            return self
        return Past(
            more[-1].number,
            (*self.recent, *more)[-REMEMBERED:],
            (*self.said, *(one.text for one in more if one.role != "assistant")),
            (*self.shown, *(passage for one in more for passage in one.passages)),
            next((one.brief for one in reversed(more) if one.brief is not None), self.brief),
            next((one.proposal_id for one in reversed(more) if one.proposal_id), self.proposal_id),
            self.answered or any(one.role == "assistant" for one in more),
        )


class Memory:
    """The chats that were answered lately. Messages never change, so only what is new is read. Safe among threads."""

    def __init__(self, store: ChatStore) -> None:
        """`store` is where the chats are kept."""
        self._store = store
        self._held: OrderedDict[str, Past] = OrderedDict()
        self._lock = Lock()

    def before(self, asked: ChatMessage) -> tuple[ChatRecord, Past]:
        """The chat, and what there was before a message.

        Raises:
            NotFound: there is no such chat.
        """
        with self._lock:
            held = self._held.get(asked.chat_id, Past())
        if held.number >= asked.number:
            held = Past()
        record, newer = self._store.told(asked.chat_id, after=held.number)
        past = held.with_more(message for message in newer if message.number < asked.number)
        with self._lock:
            self._held[asked.chat_id] = past
            self._held.move_to_end(asked.chat_id)
            while len(self._held) > _CHATS:
                self._held.popitem(last=False)
        return record, past
