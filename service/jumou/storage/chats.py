"""Where chats are kept: what was said, and everything an answer did, in the order of one number that counts through a chat."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, false, func, insert, select
from sqlalchemy.exc import IntegrityError

from jumou.domain.access import Reach
from jumou.domain.chat import ChatEvent, ChatMessage, ChatRecord, EventKind
from jumou.domain.model import SCHEMA_VERSION
from jumou.domain.steps import canonical
from jumou.errors import InvalidRequest, NotFound, StepConflict
from jumou.storage import tables
from jumou.storage.change import record_text
from jumou.storage.database import writing
from jumou.storage.paging import page

Said = tuple[EventKind, Mapping[str, Any]]
"""Something an answer did, before it has a number."""


class ChatPage(NamedTuple):
    """Some chats, newest first, and where the next page begins (empty at the last)."""

    chats: tuple[ChatRecord, ...]
    next_cursor: str


class ChatStore:
    """Chats with their messages and events. Rows are only added; safe among threads and processes."""

    def __init__(self, engine: Engine, reach: Reach) -> None:
        """`engine` is an open database with all migrations run (`open_database`).

        Chats of other workspaces than the reach's are not there for this store. Chats are working papers: without the
        reach of those who draft there are none.
        """
        self._engine = engine
        self._reach = reach

    # --- writing ----------------------------------------------------------------------------------------------

    def open(self, record: ChatRecord) -> None:
        """Stores a new chat."""
        record = record.model_copy(update={"workspace": self._reach.workspace})
        with writing(self._engine) as connection:
            connection.execute(
                insert(tables.chats).values(
                    id=record.id, record=record_text(record), created_by=record.created_by,
                    created_at=record.created_at, schema_version=SCHEMA_VERSION, workspace=record.workspace,
                )
            )  # fmt: skip

    def ask(self, message: ChatMessage, key: str = "") -> ChatMessage:
        """Stores what a person says, under the next number; once it returns, the message outlives the process.

        A second message under the same `key` is the first one. The message's own number and turn are not looked at.

        Raises:
            NotFound: there is no such chat.
            StepConflict: the last message is not answered yet.
            InvalidRequest: the key was used for another text.
        """
        column = tables.chat_messages.c
        with writing(self._engine) as connection:
            self._lock(connection, message.chat_id)
            if key:
                row = connection.execute(
                    select(column.record).where(column.chat_id == message.chat_id, column.key == key)
                ).first()
                if row is not None:
                    return _same_text(ChatMessage.model_validate_json(row.record), message)
            newest = connection.execute(
                select(column.number, column.role, column.turn)
                .where(column.chat_id == message.chat_id)
                .order_by(column.number.desc())
                .limit(1)
            ).first()
            if newest is not None and newest.role == "user":
                raise StepConflict(
                    "上一条消息尚在回答。", "The last message is still being answered.",
                    mend_zh="请等它结束，或先停止。", mend_en="Wait for its end, or stop it first.",
                )  # fmt: skip
            number = (newest.number if newest else 0) + 1
            stored = message.model_copy(update={"number": number, "turn": number})
            _insert(connection, stored, key or None)
            return stored

    def answer(
        self, message: ChatMessage, events: Sequence[tuple[EventKind, Mapping[str, Any]]]
    ) -> tuple[ChatMessage, tuple[ChatEvent, ...]] | None:
        """Ends the turn `message.turn`: the answer and its last events, together. None when it has ended already."""
        column = tables.chat_messages.c
        with writing(self._engine) as connection:
            self._lock(connection, message.chat_id)
            ended = connection.execute(
                select(column.number).where(
                    column.chat_id == message.chat_id, column.turn == message.turn, column.role == "assistant"
                )
            ).first()
            if ended is not None:
                return None
            number = 1 + self._last(connection, message.chat_id)
            stored = message.model_copy(update={"number": number})
            _insert(connection, stored, None)
            return stored, _append(connection, message.chat_id, message.turn, events)

    def act(self, message: ChatMessage) -> ChatMessage:
        """Stores something a person did in the chat, under the next number.

        Raises:
            NotFound: there is no such chat.
            StepConflict: a message is being answered; the action would stand between the two.
        """
        column = tables.chat_messages.c
        with writing(self._engine) as connection:
            self._lock(connection, message.chat_id)
            number = 1 + self._last(connection, message.chat_id)
            waiting = connection.execute(
                select(column.role).where(column.chat_id == message.chat_id, column.number == number - 1)
            ).first()
            if waiting is not None and waiting.role == "user":
                raise StepConflict("正在回答，请稍候。", "An answer is under way; wait for its end.")
            stored = message.model_copy(update={"number": number, "turn": number})
            _insert(connection, stored, None)
            return stored

    def append(self, chat_id: str, turn: int, events: Sequence[Said]) -> tuple[ChatEvent, ...]:
        """Adds to what an answer did; returns the events with their numbers."""
        return self.append_all([(chat_id, turn, events)])[0]

    def append_all(self, asked: Sequence[tuple[str, int, Sequence[Said]]]) -> list[tuple[ChatEvent, ...]]:
        """Adds to what several answers did, in one transaction: chat, turn and events each.

        Raises:
            NotFound: one of the chats is not there; nothing is stored then.
        """
        names = sorted({chat_id for chat_id, _, _ in asked})
        column = tables.chat_events.c
        with writing(self._engine) as connection:
            locked = select(tables.chats.c.id).where(tables.chats.c.id.in_(names), *self._within())
            found = set(connection.execute(locked.order_by(tables.chats.c.id).with_for_update()).scalars())
            for name in names:
                if name not in found:
                    raise no_chat(name)
            # looked up chat by chat in the index; grouped, every event of all these chats would be read
            newest = select(func.max(column.number)).where(column.chat_id == tables.chats.c.id).scalar_subquery()
            last = dict(
                connection.execute(select(tables.chats.c.id, newest).where(tables.chats.c.id.in_(names))).tuples().all()
            )
            made: list[tuple[ChatEvent, ...]] = []
            for chat_id, turn, events in asked:
                made.append(_numbered(turn, events, last.get(chat_id) or 0))
                last[chat_id] = (last.get(chat_id) or 0) + len(events)
            rows = [(chat_id, one) for (chat_id, _, _), some in zip(asked, made, strict=True) for one in some]
            _insert_events(connection, rows)
        return made

    # --- reading ----------------------------------------------------------------------------------------------

    def chat(self, chat_id: str) -> ChatRecord:
        """The chat called so.

        Raises:
            NotFound: there is none.
        """
        with self._engine.connect() as connection:
            return self._record(connection, chat_id)

    def chats(self, *, cursor: str = "", limit: int = 50) -> ChatPage:
        """Chats, newest first, `limit` at a time; `cursor` is what the page before gave."""
        column = tables.chats.c
        wanted = select(column.record, column.created_at, column.id).where(*self._within())
        with self._engine.connect() as connection:
            rows, following = page(connection, wanted, column.created_at, column.id, cursor=cursor, limit=limit)
        return ChatPage(tuple(ChatRecord.model_validate_json(row.record) for row in rows), following)

    def messages(self, chat_id: str) -> tuple[ChatMessage, ...]:
        """All that was said, in order.

        Raises:
            NotFound: there is no such chat.
        """
        return self.told(chat_id)[1]

    def told(self, chat_id: str, after: int = 0) -> tuple[ChatRecord, tuple[ChatMessage, ...]]:
        """The chat, and what was said in it after the message of a number; raises as `messages`."""
        column = tables.chat_messages.c
        with self._engine.connect() as connection:
            record = self._record(connection, chat_id)
            rows = connection.execute(
                select(column.record).where(column.chat_id == chat_id, column.number > after).order_by(column.number)
            ).all()
        return record, tuple(ChatMessage.model_validate_json(row.record) for row in rows)

    def events(self, chat_id: str, *, after: int = 0, turn: int | None = None) -> tuple[ChatEvent, ...]:
        """The events with numbers above `after`, of one turn when it is given.

        Raises:
            NotFound: there is no such chat.
        """
        with self._engine.connect() as connection:
            self._record(connection, chat_id)
            return _events(connection, chat_id, after, turn)

    def open_turn(self, chat_id: str) -> ChatMessage | None:
        """The person's message that has no answer yet.

        Raises:
            NotFound: there is no such chat.
        """
        with self._engine.connect() as connection:
            self._record(connection, chat_id)
            return _open_turn(connection, chat_id)

    def since(self, chat_id: str, after: int) -> tuple[ChatMessage | None, tuple[ChatEvent, ...]]:
        """The message that had no answer yet, and then the events above `after`: what comes between them is not missed.

        Raises:
            NotFound: there is no such chat.
        """
        with self._engine.connect() as connection:
            self._record(connection, chat_id)
            waiting = _open_turn(connection, chat_id)
            return waiting, _events(connection, chat_id, after)

    # --- connections ------------------------------------------------------------------------------------------

    def _within(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions under which a chat is there; no query of `chats` does without them."""
        mine = tables.chats.c.workspace == self._reach.workspace
        return (mine,) if self._reach.internal else (mine, false())

    def _record(self, connection: Connection, chat_id: str) -> ChatRecord:
        row = connection.execute(
            select(tables.chats.c.record).where(tables.chats.c.id == chat_id, *self._within())
        ).first()
        if row is None:
            raise no_chat(chat_id)
        return ChatRecord.model_validate_json(row.record)

    def _lock(self, connection: Connection, chat_id: str) -> None:
        """Nobody else writes to the chat until the transaction ends."""
        row = connection.execute(
            select(tables.chats.c.id).where(tables.chats.c.id == chat_id, *self._within()).with_for_update()
        ).first()
        if row is None:
            raise no_chat(chat_id)

    def _last(self, connection: Connection, chat_id: str) -> int:
        column = tables.chat_messages.c
        return connection.execute(select(func.max(column.number)).where(column.chat_id == chat_id)).scalar() or 0


def _open_turn(connection: Connection, chat_id: str) -> ChatMessage | None:
    column = tables.chat_messages.c
    row = connection.execute(
        select(column.record, column.role).where(column.chat_id == chat_id).order_by(column.number.desc()).limit(1)
    ).first()
    return ChatMessage.model_validate_json(row.record) if row is not None and row.role == "user" else None


def _events(connection: Connection, chat_id: str, after: int, turn: int | None = None) -> tuple[ChatEvent, ...]:
    column = tables.chat_events.c
    wanted = select(column.number, column.turn, column.kind, column.record).where(
        column.chat_id == chat_id, column.number > after
    )
    if turn is not None:
        wanted = wanted.where(column.turn == turn)
    rows = connection.execute(wanted.order_by(column.number)).all()
    return tuple(
        ChatEvent(number=row.number, turn=row.turn, kind=row.kind, data=json.loads(row.record)) for row in rows
    )


def _insert(connection: Connection, message: ChatMessage, key: str | None) -> None:
    try:
        connection.execute(
            insert(tables.chat_messages).values(
                chat_id=message.chat_id, number=message.number, turn=message.turn, role=message.role, key=key,
                record=record_text(message), created_at=message.created_at, schema_version=SCHEMA_VERSION,
            )
        )  # fmt: skip
    except IntegrityError as problem:  # another process was faster; its row stands
        raise StepConflict("会话同时被改动，请重试。", "The chat changed at the same time; try again.") from problem


def _append(connection: Connection, chat_id: str, turn: int, events: Sequence[Said]) -> tuple[ChatEvent, ...]:
    column = tables.chat_events.c
    last = connection.execute(select(func.max(column.number)).where(column.chat_id == chat_id)).scalar() or 0
    made = _numbered(turn, events, last)
    _insert_events(connection, [(chat_id, one) for one in made])
    return made


def _numbered(turn: int, events: Sequence[Said], last: int) -> tuple[ChatEvent, ...]:
    return tuple(
        ChatEvent(number=last + place, turn=turn, kind=kind, data=dict(data))
        for place, (kind, data) in enumerate(events, start=1)
    )


def _insert_events(connection: Connection, events: Sequence[tuple[str, ChatEvent]]) -> None:
    if events:
        connection.execute(
            insert(tables.chat_events),
            [
                {"chat_id": chat_id, "number": one.number, "turn": one.turn, "kind": one.kind, "record": canonical(one.data)}
                for chat_id, one in events
            ],
        )  # fmt: skip


def _same_text(stored: ChatMessage, sent: ChatMessage) -> ChatMessage:
    if stored.text != sent.text:
        raise InvalidRequest(
            "该 Idempotency-Key 已用于另一条消息。", "This Idempotency-Key was used for another message.",
            mend_zh="请换一个键。", mend_en="Use another key.",
        )  # fmt: skip
    return stored


def no_chat(chat_id: str) -> NotFound:
    """The error for a chat there is not."""
    return NotFound(f"没有会话 {chat_id}。", f"There is no chat {chat_id}.")
