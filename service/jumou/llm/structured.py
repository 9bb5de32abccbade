"""Answers of a given shape, by whatever means an endpoint has: JSON schema, tool call, JSON mode, or plain text.

What an endpoint can do is found out once, with a question whose answer is known, and recorded in the home folder.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from jumou.domain.model import Model
from jumou.errors import MalformedAnswer
from jumou.files import write_atomically
from jumou.llm.messages import Constraint, Message, Reply, Shape

CONSTRAINTS: Final[tuple[Constraint, ...]] = ("json_schema", "tool", "json", "plain")
"""From the strictest on; the first that works is used."""

T = TypeVar("T", bound=BaseModel)

_THOUGHT: Final = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_FENCE: Final = re.compile(r"```[a-zA-Z]*\n?(.*?)```", re.DOTALL)
_MOST_FINDINGS: Final = 8


class Probe(Model):
    """The known answer by which an endpoint's means are tried."""

    word: Literal["聚谋"]
    number: Literal[4]


PROBE: Final = (
    Message("system", "You answer with JSON only."),
    Message("user", '<task id="probe"/>Answer with the object {"word": "聚谋", "number": 4}.'),
)


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of an answer, as strict endpoints want it: every field required, nothing besides."""
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        if part.get("type") == "object":
            part["required"] = list(part.get("properties", {}))
            part["additionalProperties"] = False
    _strip(schema)
    return schema


def _strip(part: Any) -> None:
    """Takes out titles and defaults: words a model would have to read, and strict endpoints refuse."""
    if isinstance(part, dict):
        for name in ("title", "default"):
            if not isinstance(part.get(name), dict):
                part.pop(name, None)
        for value in part.values():
            _strip(value)
    elif isinstance(part, list):
        for value in part:
            _strip(value)


def shape_of(model: type[BaseModel], constraint: Constraint) -> Shape:
    """The shape of answers that are a `model`."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()
    return Shape(constraint, name, schema_of(model))


def with_shape(messages: tuple[Message, ...], shape: Shape) -> tuple[Message, ...]:
    """The messages, with the schema written out where the endpoint is not held to it otherwise."""
    if shape.constraint not in ("json", "plain"):
        return messages
    written = json.dumps(shape.schema, ensure_ascii=False, separators=(",", ":"))
    told = f"\n\nAnswer with one JSON object of this JSON Schema and with nothing else:\n{written}"
    return (*messages[:-1], Message(messages[-1].role, messages[-1].text + told))


def read(reply: Reply, model: type[T], shape: Shape) -> T:
    """The answer as a `model`.

    Raises:
        MalformedAnswer: refused, empty, cut off, no JSON, or of another shape; the message says which, place by place.
    """
    if reply.refusal or reply.finish == "content_filter":
        raise _malformed("模型拒绝回答。", "The model refuses to answer.")
    if shape.constraint == "tool" and reply.tool_calls:
        arguments = next((call.arguments for call in reply.tool_calls if call.name == shape.name), None)
        if arguments is None:
            raise _malformed("模型调用了别的工具。", "The model called another tool.")
        return _validated(dict(arguments), model)
    text = _THOUGHT.sub("", reply.text).strip()
    if not text:
        raise _malformed("回答为空。", "The answer is empty.")
    found = extract(text)
    if found is None:
        if reply.finish == "length":
            raise _malformed("回答过长，被截断。", "The answer is too long and was cut off.")
        raise _malformed("回答中没有 JSON 对象。", "There is no JSON object in the answer.")
    return _validated(found, model)


def extract(text: str) -> dict[str, Any] | None:
    """The first JSON object in a text: bare, in a code fence, or among prose; None when there is none."""
    for candidate in (text, *_FENCE.findall(text)):
        start = candidate.find("{")
        while start >= 0:
            try:
                value, _ = json.JSONDecoder().raw_decode(candidate[start:])
            except ValueError:
                start = candidate.find("{", start + 1)
                continue
            except RecursionError:
                return None
            if isinstance(value, dict):
                return value
            break
    return None


def _validated(value: Mapping[str, Any], model: type[T]) -> T:
    try:
        return model.model_validate(value)
    except ValidationError as problem:
        found = [
            f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
            for error in problem.errors()[:_MOST_FINDINGS]
        ]
        raise _malformed(
            "回答的结构不符：" + "；".join(found), "The answer has the wrong shape: " + "; ".join(found)
        ) from problem


def _malformed(zh: str, en: str) -> MalformedAnswer:
    return MalformedAnswer(zh, en)


class Abilities:
    """What the endpoints this home has met can do, kept in a file. Safe among threads and processes."""

    def __init__(self, home: Path) -> None:
        """`home` is the folder of local state."""
        self._path = home / "llm" / "abilities.json"
        self._lock = self._path.with_suffix(".lock")

    def known(self, key: str) -> Constraint | None:
        """The constraint recorded for an endpoint; None before it was tried."""
        value = self._all().get(key)
        return next((constraint for constraint in CONSTRAINTS if constraint == value), None)

    def record(self, key: str, constraint: Constraint | None) -> None:
        """Keeps what was found; None forgets it."""
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._lock):
            found = self._all()
            if constraint is None:
                found.pop(key, None)
            else:
                found[key] = constraint
            write_atomically(self._path, json.dumps(found, ensure_ascii=False, indent=1).encode())

    def _all(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
