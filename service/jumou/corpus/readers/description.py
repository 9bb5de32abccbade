"""Reads what a person wrote about a file: YAML front matter, or a sidecar `<file>.meta.yaml`."""

from datetime import date
from typing import Any, Final

import yaml

from jumou.corpus.readers import refusals
from jumou.corpus.readers.encoding import decoded
from jumou.corpus.readers.limits import Limits

_FENCE: Final = "---\n"


def parted(text: str) -> tuple[str, str]:
    """The YAML between the `---` fences at the top of `text` (empty when there are none) and what is below."""
    if not text.startswith(_FENCE):
        return "", text
    head, fence, body = text[len(_FENCE) :].partition("\n---\n")
    return (head, body.lstrip("\n")) if fence else ("", text)


def sidecar(content: bytes, name: str, limits: Limits) -> dict[str, Any]:
    """The description in a sidecar file.

    Raises:
        RefusedFile: it is too large, no YAML, no mapping, nested too deeply, or uses aliases.
    """
    if len(content) > limits.description_bytes:
        raise refusals.too_large(name, len(content), limits.description_bytes)
    found = described(decoded(content, name), name, limits)
    if found is None:
        raise refusals.bad_description(name, "应是“键: 值”的列表", "it has to be a list of “key: value”")
    return found


def described(head: str, name: str, limits: Limits) -> dict[str, Any] | None:
    """The mapping that YAML holds, of JSON values; None when it is something else, such as a rule of dashes.

    Raises:
        RefusedFile: it is too large, no YAML, nested too deeply, or uses aliases (which can grow without bound).
    """
    if len(head) > limits.description_bytes:
        raise refusals.too_large(name, len(head), limits.description_bytes)
    try:
        depth = 0
        for event in yaml.parse(head, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise refusals.bad_description(name, "不支持 YAML 别名（*）", "YAML aliases (*) are not read")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > min(limits.depth, 20):
                raise refusals.too_deep(name, 20)
        content = yaml.load(head, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        line = "" if mark is None else f"{mark.line + 1}"
        raise refusals.bad_description(
            name,
            f"第 {line} 行不是合法的 YAML" if line else "不是合法的 YAML",
            f"line {line} is no YAML" if line else "it is no YAML",
        ) from problem
    if not isinstance(content, dict):
        return None
    return {str(key): _plain(value) for key, value in content.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple, set)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool) else str(value)
