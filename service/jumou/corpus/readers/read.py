"""Reads one file from its bytes. This runs in a confined process: see `pool`."""

import importlib
import unicodedata
from pathlib import PurePath
from typing import Any, Final, Protocol, cast

from jumou.corpus.readers import refusals
from jumou.corpus.readers.description import sidecar
from jumou.corpus.readers.extract import Extract, Format
from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.sniff import ending, format_of
from jumou.corpus.readers.tidy import tidied

READERS: Final = "readers/1"
"""Names the way of reading; a document read in another way counts as changed."""

_READERS: Final[dict[Format, tuple[str, str]]] = {
    "pdf": ("pdf", "read_pdf"),
    "docx": ("word", "read_docx"),
    "xlsx": ("excel", "read_xlsx"),
    "html": ("html", "read_html"),
    "markdown": ("markdown", "read_markdown"),
    "text": ("plain", "read_text"),
    "csv": ("plain", "read_csv"),
}
"""Module and function of each format; a parser is loaded when the first file needs it."""


class _Reader(Protocol):
    def __call__(self, content: bytes, name: str, limits: Limits) -> Extract: ...


def needs(head: dict[str, Any]) -> list[str]:
    """The modules that reading a file of this name takes."""
    suffix = PurePath(str(head["name"])).suffix.lower()
    form = ending(suffix)
    return [] if form is None else [f"jumou.corpus.readers.{_READERS[form][0]}"]


def served(head: dict[str, Any], parts: list[bytes]) -> dict[str, Any]:
    """The task of a confined process: `head` holds name and limits, the parts are the content and the sidecar if there is one.

    Raises:
        RefusedFile: as `read`.
    """
    described = parts[1] if len(parts) > 1 else None
    return read(parts[0], str(head["name"]), Limits(**head["limits"]), described=described).record()


def read(content: bytes, name: str, limits: Limits, *, described: bytes | None = None) -> Extract:
    """The text of a file called `name`, tidied, and its description; `described` is the content of its sidecar.

    Raises:
        RefusedFile: it cannot be taken in; the message says why and how to mend it.
    """
    form = format_of(content, name)
    module, function = _READERS[form]
    reader = cast("_Reader", getattr(importlib.import_module(f"jumou.corpus.readers.{module}"), function))
    found = reader(content, name, limits)
    text = tidied(found.text)
    if not any(unicodedata.category(char)[0] in "LN" for char in text):
        raise refusals.empty(name)
    if len(text) > limits.characters:
        raise refusals.too_many(name, "字数", "characters", limits.characters)
    front = dict(found.front)
    if described is not None:
        front |= sidecar(described, f"{name}.meta.yaml", limits)
    return Extract(text, form, tidied(found.title).strip(), front, found.notes)
