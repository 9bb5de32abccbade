"""A document together with its whole text, and the front matter that describes it in a Markdown file."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

import yaml

from jumou.domain.evidence import Document
from jumou.domain.model import Model

_FENCE = "---"


class FullText(Model):
    """A document and its text. Offsets of passages count characters of `text`."""

    document: Document
    text: str

    @cached_property
    def digest(self) -> str:
        """A hash of description and text: the same for unchanged documents."""
        content = self.document.model_dump_json() + "\0" + self.text
        return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def part_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The YAML front matter of a Markdown text (empty when there is none) and the body below it.

    Raises:
        yaml.YAMLError: there is front matter and it is no YAML.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.startswith(_FENCE + "\n"):
        return {}, text
    head, fence, body = text[len(_FENCE) + 1 :].partition(f"\n{_FENCE}\n")
    if not fence:
        return {}, text
    front = yaml.load(head, Loader=yaml.CSafeLoader)
    if not isinstance(front, dict):
        return {}, text
    return front, body.lstrip("\n")


def plain(front: Mapping[str, Any]) -> dict[str, Any]:
    """`front` as Document wants it: dates and years as texts, empty entries left to their defaults."""
    return {key: _plain(value) for key, value in front.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return tuple(_plain(item) for item in value)
    if isinstance(value, dict):
        return {str(key): "" if item is None else _plain(item) for key, item in value.items()}
    return value
