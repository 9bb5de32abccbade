"""Answers a run has paid for, kept as they come in, so that whoever takes the run up again does not pay for them twice."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from jumou.llm.messages import Message, Reply, Shape, ToolCall, ToolSpec, Usage

_LOOK_EVERY: Final = 0.1
"""Seconds between two looks for an answer another process waits for."""


class Journal(Protocol):
    """Where the answers of one run are kept: under the exact request, and how often the same was asked before (from 0)."""

    def claim(self, request: str, ordinal: int) -> bool:
        """Takes a call on, until `release`; False while another process that lives has it under way."""
        ...

    def release(self, request: str, ordinal: int) -> None:
        """The call has ended: its answer is kept, or there is none."""
        ...

    def recall(self, request: str, ordinal: int) -> str | None:
        """The answer as it was kept; None when there is none yet."""
        ...

    def keep(self, request: str, ordinal: int, answer: str, tokens_in: int, tokens_out: int) -> None:
        """Keeps an answer. A second one under the same request and number changes nothing."""
        ...


@dataclass(slots=True)
class Paid:
    """A run's view of its journal: numbers equal requests in the order they are made, which is the same each time."""

    journal: Journal
    _asked: Counter[str] = field(default_factory=Counter)

    def call(self, request: str) -> "PaidCall":
        """A call the run makes; asked for once for each, before anything waits."""
        number = self._asked[request]
        self._asked[request] += 1
        return PaidCall(self.journal, request, number)


@dataclass(slots=True)
class PaidCall:
    """One call of a run: paid for by one process at a time, and not at all where its answer was kept."""

    journal: Journal
    request: str
    number: int
    _mine: bool = False

    async def kept(self) -> Reply | None:
        """The answer that is paid for already; None when the call is this process's to make, until `release`.

        A call another process has under way is waited for: one that was cut off from its run keeps what it still gets.
        """
        while not self._mine:
            self._mine = self.journal.claim(self.request, self.number)
            if (found := self.journal.recall(self.request, self.number)) is not None:
                return _reply(json.loads(found))
            if not self._mine:
                await asyncio.sleep(_LOOK_EVERY)
        return None

    def keep(self, reply: Reply) -> None:
        """Keeps an answer before anything else is done with it.

        In the loop's own thread, for some milliseconds: what has arrived and is not kept yet is what a kill costs, and a
        handover to another thread takes longer than the write.
        """
        text = json.dumps(_record(reply), ensure_ascii=False)
        self.journal.keep(self.request, self.number, text, reply.usage.tokens_in, reply.usage.tokens_out)

    def release(self) -> None:
        """The call has ended, one way or the other."""
        if self._mine:
            self._mine = False
            self.journal.release(self.request, self.number)


def request_key(
    model: str,
    messages: Sequence[Message],
    tools: Sequence[ToolSpec],
    shape: Shape | None,
    max_tokens: int,
    temperature: float,
) -> str:
    """A hash over everything a model is sent, and which model it is."""
    asked: Any = {
        "model": model, "max_tokens": max_tokens, "temperature": temperature,
        "messages": [
            [message.role, message.text, message.tool_call_id, [[call.id, call.name, dict(call.arguments)] for call in message.tool_calls]]
            for message in messages
        ],
        "tools": [[tool.name, tool.description, dict(tool.parameters)] for tool in tools],
        "shape": [shape.constraint, shape.name, dict(shape.schema)] if shape else None,
    }  # fmt: skip
    return hashlib.sha256(json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _record(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text, "finish": reply.finish, "refusal": reply.refusal, "usage": list(reply.usage),
        "tool_calls": [[call.id, call.name, dict(call.arguments)] for call in reply.tool_calls],
    }  # fmt: skip


def _reply(kept: dict[str, Any]) -> Reply:
    return Reply(
        text=kept["text"], finish=kept["finish"], refusal=kept["refusal"], usage=Usage(*kept["usage"]),
        tool_calls=tuple(ToolCall(*call) for call in kept["tool_calls"]),
    )  # fmt: skip
