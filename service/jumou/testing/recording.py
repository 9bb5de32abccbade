"""Real conversations with a model, recorded once and played back in tests: a question that was not recorded fails loudly.

JUMOU_RECORD=1 pytest ...      # asks the real model and writes what is new
pytest ...                     # plays back, without a network
"""

import hashlib
import json
import os
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from jumou.errors import NotFound
from jumou.llm import Endpoint, Message, Piece, Reply, ToolCall, ToolSpec, Usage
from jumou.llm.messages import Shape


class RecordedEndpoint:
    """An endpoint that answers from a file of recorded conversations, and adds to it while recording.

    The file is JSON, readable in a review; a question is known by its messages, tools, shape and limits, so a prompt that
    changed has to be recorded anew.
    """

    def __init__(self, path: Path, *, real: Endpoint | None = None, name: str = "recorded") -> None:
        """`real` is asked for what is missing, when JUMOU_RECORD is set; without it, a miss is an error."""
        self.name = real.name if real is not None else name
        self.address = real.address if real is not None else "recorded"
        self._path = path
        self._real = real if os.environ.get("JUMOU_RECORD") else None
        self._kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        shape: Shape | None = None,
        max_tokens: int = 1024,
        temperature: float = 0.2,
    ) -> Reply:
        """The recorded reply.

        Raises:
            NotFound: this question was not recorded.
        """
        key = _key(messages, tools, shape, max_tokens)
        if key not in self._kept and self._real is not None:
            fresh = await self._real.reply(
                messages, tools=tools, shape=shape, max_tokens=max_tokens, temperature=temperature
            )
            self._keep(key, messages, fresh)
        if key not in self._kept:
            raise NotFound(
                f"没有录制这次对话：{messages[-1].text[:80]}", f"This conversation was not recorded: {messages[-1].text[:80]}",
                mend_zh="请设 JUMOU_RECORD=1 并连上模型重新录制。", mend_en="Record it with JUMOU_RECORD=1 and a model.",
            )  # fmt: skip
        return _reply(self._kept[key]["reply"])

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int = 1024,
        temperature: float = 0.4,
    ) -> AsyncGenerator[Piece, None]:
        """The recorded reply in pieces; raises as `reply`."""
        reply = await self.reply(messages, tools=tools, max_tokens=max_tokens, temperature=temperature)
        for start in range(0, len(reply.text), 8):
            yield Piece(reply.text[start : start + 8])
        yield Piece(reply=reply)

    async def warm(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Closes the real endpoint."""
        if self._real is not None:
            await self._real.close()

    def _keep(self, key: str, messages: Sequence[Message], reply: Reply) -> None:
        self._kept[key] = {
            "asked": [{"role": message.role, "text": message.text} for message in messages],
            "reply": {
                "text": reply.text, "finish": reply.finish, "refusal": reply.refusal, "usage": list(reply.usage),
                "tool_calls": [{"id": call.id, "name": call.name, "arguments": dict(call.arguments)} for call in reply.tool_calls],
            },
        }  # fmt: skip
        self._path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self._kept, ensure_ascii=False, indent=1, sort_keys=True)
        self._path.write_text(text + "\n", encoding="utf-8")


def _key(messages: Sequence[Message], tools: Sequence[ToolSpec], shape: Shape | None, max_tokens: int) -> str:
    asked = [
        [message.role, message.text, [[call.name, dict(call.arguments)] for call in message.tool_calls]] for message in messages
    ]  # fmt: skip
    whole = [
        asked,
        [tool.name for tool in tools],
        [shape.constraint, dict(shape.schema)] if shape else None,
        max_tokens,
    ]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:20]


def _reply(kept: dict[str, Any]) -> Reply:
    return Reply(
        text=kept["text"],
        tool_calls=tuple(ToolCall(call["id"], call["name"], call["arguments"]) for call in kept["tool_calls"]),
        usage=Usage(*kept["usage"]),
        finish=kept["finish"],
        refusal=kept["refusal"],
    )
