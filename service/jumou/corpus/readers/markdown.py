"""Markdown, with its description in front matter where there is one."""

import re
from collections.abc import Iterator
from typing import Final

from jumou.corpus.readers.description import described, parted
from jumou.corpus.readers.encoding import decoded
from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.limits import Limits

_FENCE: Final = re.compile(r"\s{0,3}(?:```|~~~)")
_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(\S.*)")
_UNDERLINE: Final = re.compile(r"(=+|-+)[ \t]*")


def read_markdown(content: bytes, name: str, limits: Limits) -> Extract:
    """The text below the front matter. The only level-1 heading is the title; where there are several, all go one deeper.

    Headings underlined with `===` or `---` become `#` lines; code blocks stay as they are.

    Raises:
        RefusedFile: its encoding is unknown, or its front matter is no description.
    """
    text = decoded(content, name).replace("\r\n", "\n")
    head, body = parted(text)
    front = described(head, name, limits) if head else {}
    if front is None:
        front, body = {}, text
    lines = list(_lines(body))
    tops = [line for line, level in lines if level == 1]
    deeper = len(tops) > 1
    written = [f"#{line}" if deeper and 0 < level < 6 else line for line, level in lines]
    title = tops[0].lstrip("# \t").rstrip("# \t") if len(tops) == 1 else ""
    return Extract("\n".join(written), "markdown", title=title, front=front)


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Every line with its level as a heading, 0 for none."""
    code = False
    held: str | None = None  # a line that is a heading if the next one underlines it
    for line in text.split("\n"):
        if held is not None and not code and (rule := _UNDERLINE.fullmatch(line)):
            level = 1 if rule[1][0] == "=" else 2
            yield f"{'#' * level} {held.strip()}", level
            held = None
            continue
        if held is not None:
            yield held, 0
            held = None
        if _FENCE.match(line):
            code = not code
        heading = None if code else _HEADING.fullmatch(line)
        if heading:
            yield line, len(heading[1])
        elif code or not _may_be_underlined(line):
            yield line, 0
        else:
            held = line
    if held is not None:
        yield held, 0


def _may_be_underlined(line: str) -> bool:
    return (
        bool(line.strip())
        and len(line) <= 100
        and not line.startswith((" " * 4, "\t", "|", ">", "-", "*", "+", "```", "~~~"))
    )
