"""PDF files with a text layer."""

import io
import logging
from collections.abc import Iterator
from typing import Any, Final

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, PyPdfError

from jumou.corpus.readers import refusals
from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.lines import paragraphs

_GARBLED: Final = 0.2
_LONGEST_HEADING: Final = 80
_OUTLINE_DEPTH: Final = 6
_DAMAGE: Final = (
    PyPdfError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
    OSError,
)
"""What pypdf raises on damaged files, beyond its own errors."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_pdf(content: bytes, name: str, limits: Limits) -> Extract:
    """The text page by page, lines of a paragraph joined; lines that stand in the outline become headings.

    A file that is encrypted against changes only is read; page numbers in dashes are left out.

    Raises:
        RefusedFile: it is damaged, needs a password, is a scan, has garbled fonts, or too many pages or characters.
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise refusals.encrypted(name)
        count = len(reader.pages)
        if count > limits.pages:
            raise refusals.too_many(name, "页数", "pages", limits.pages)
        pages = list(_pages(reader, name, limits))
    except DependencyError as problem:
        raise refusals.encrypted(name) from problem
    except _DAMAGE as problem:
        raise refusals.broken(name, "pdf") from problem
    if not pages:
        raise refusals.broken(name, "pdf")
    blank = sum(not page.strip() for page in pages)
    whole = "".join(pages)
    if sum(char.isalnum() for char in whole) < 5:
        raise refusals.scanned(name, len(pages))
    if _garbled(whole):
        raise refusals.no_letters(name)
    notes: tuple[tuple[str, str], ...] = ()
    if blank:
        notes = ((f"其中 {blank} 页没有文字层，未能读出。", f"{blank} page(s) have no text layer and were not read."),)
    return Extract(paragraphs(pages, _outline(reader)), "pdf", title=_title(reader, pages[0]), notes=notes)


def _pages(reader: PdfReader, name: str, limits: Limits) -> Iterator[str]:
    length = 0
    for page in reader.pages:
        text = page.extract_text()
        length += len(text)
        if length > limits.characters:
            raise refusals.too_many(name, "字数", "characters", limits.characters)
        yield text


def _garbled(text: str) -> bool:
    """Private-use and replacement characters in place of letters."""
    letters = [char for char in text if not char.isspace()]
    lost = sum(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" or char < " " for char in letters)
    return lost > _GARBLED * len(letters)


def _outline(reader: PdfReader) -> dict[str, int]:
    """Headings by their text without blanks, with their level, 1 for the highest; nothing when the outline is damaged."""
    found: dict[str, int] = {}
    try:
        stack: list[tuple[Any, int]] = [(reader.outline, 1)]
        while stack:
            entry, level = stack.pop()
            if isinstance(entry, list):
                stack += [(one, level + isinstance(one, list)) for one in entry if level <= _OUTLINE_DEPTH]
            elif (title := "".join(str(entry.title or "").split())) and len(title) <= _LONGEST_HEADING:
                found.setdefault(title, level)
    except _DAMAGE:
        return {}
    return found


def _title(reader: PdfReader, first: str) -> str:
    """The title in the properties when it stands on the first page: often it is the name of a template."""
    try:
        title = " ".join(str((reader.metadata and reader.metadata.title) or "").split())
    except _DAMAGE:
        return ""
    return title if len(title) >= 4 and "".join(title.split()) in "".join(first.split()) else ""
