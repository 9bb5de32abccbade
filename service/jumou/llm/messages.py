"""What is said to a language model and what comes back, in terms no vendor owns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

Role = Literal["system", "user", "assistant", "tool"]
Constraint = Literal["json_schema", "tool", "json", "plain"]
"""How an endpoint can be held to a shape, from the strictest to none."""


class ToolCall(NamedTuple):
    """A call the model wants made; `arguments` are as it wrote them, not yet checked."""

    id: str
    name: str
    arguments: Mapping[str, Any]


class ToolSpec(NamedTuple):
    """A tool a model may call: `parameters` is a JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. An assistant's turn may carry tool calls; a tool's turn answers the call `tool_call_id`."""

    role: Role
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


class Usage(NamedTuple):
    """Tokens in and out; `estimated` when the endpoint did not say."""

    tokens_in: int
    tokens_out: int
    estimated: bool = False


_UNCOUNTED: Final = Usage(0, 0, estimated=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. `finish` is the endpoint's reason: stop, length, tool_calls, content_filter ..."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = _UNCOUNTED
    finish: str = "stop"
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a streamed answer: some text, or at the very end the whole reply."""

    text: str = ""
    reply: Reply | None = None


class Shape(NamedTuple):
    """The shape an answer is to have, and how the endpoint is held to it."""

    constraint: Constraint
    name: str
    schema: Mapping[str, Any]
