"""Joins the lines of printed pages into the paragraphs they were set from."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

_FULL: Final = 0.8
"""A line of at least this part of the usual width may go on in the next one."""

_ENDS: Final = "\u3002\uff01\uff1f\uff1b\uff1a!?;:\u2026"
_OPENS: Final = re.compile(
    r"#|[-*\u2022\u25cf\u25a0\u25c6\u2014]|\u3000|  |\t"
    r"|\u7b2c[\u4e00-\u9fff\d]{1,6}[\u7f16\u7bc7\u90e8\u7ae0\u8282\u6761\u6b3e]|\u9644\u4ef6"
    r"|[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]{1,3}[\u3001\uff0e.]"
    r"|[(\uff08][\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341\d]{1,3}[)\uff09]|\d{1,3}(?:\.\d{1,2}){0,3}[.\u3001\uff0e)\s]"
)
"""What begins a line of its own: list marks, indents, 第…条, 附件, 一、, （一）, 1."""

_CJK: Final = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_SPACED: Final = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_DASHED_NUMBER: Final = re.compile(
    r"[-\u2014\u2013\u2500]+\s*(\d{1,4})\s*[-\u2014\u2013\u2500]+|\u7b2c\s*\d{1,4}\s*\u9875(?:\s*[,\uff0c/]?\s*\u5171\s*\d{1,4}\s*\u9875)?|Page \d{1,4}(?: of \d{1,4})?"
)


def paragraphs(pages: Sequence[str], headings: Mapping[str, int]) -> str:
    """The text of `pages` with wrapped lines joined, also over page breaks.

    `headings` gives levels, from 1, of lines by their text without blanks; they become `#` lines one level deeper, as
    the document's title is level 1. Nothing but blanks, line ends and page numbers in dashes is lost.
    """
    kept = [_without_number([_closed_up(line) for line in page.splitlines()]) for page in pages]
    usual = _usual_width([line for page in kept for line in page])
    out: list[str] = []
    last = ""  # the printed line above, which a joined paragraph no longer shows
    for page in kept:
        top = True
        for line in page:
            bare = "".join(line.split())
            if not bare:
                if not top:
                    out.append("")
                    last = ""
                continue
            level = headings.get(bare, 0)
            if level:
                out += ["", f"{'#' * min(6, level + 1)} {line.strip()}", ""]
            elif _goes_on(last, usual) and not _OPENS.match(line):
                out[-1] = _joined(out[-1], line.strip())
            else:
                out.append(line)
            last, top = "" if level else line.strip(), False
    return "\n".join(out)


def _goes_on(last: str, usual: float) -> bool:
    """Whether a line is cut by the margin and not by the end of its sentence."""
    return bool(last) and last[-1] not in _ENDS and _width(last) >= _FULL * usual


def _joined(first: str, second: str) -> str:
    """Chinese lines meet without a blank, Latin words with one."""
    glued = _CJK.match(first[-1]) or _CJK.match(second[0]) or first.endswith("-")
    return f"{first}{second}" if glued else f"{first} {second}"


def _closed_up(line: str) -> str:
    """A line whose characters are all set apart, as some PDFs have it, without the blanks between them."""
    characters = sum("\u4e00" <= char <= "\u9fff" for char in line)
    return _SPACED.sub("", line) if characters >= 6 and len(_SPACED.findall(line)) >= 0.6 * characters else line


def _without_number(lines: list[str]) -> list[str]:
    """Without page numbers in the first or last line that says anything, and without empty lines at the end."""
    held = [number for number, line in enumerate(lines) if line.strip()]
    for number in {*held[:1], *held[-1:]}:
        if _DASHED_NUMBER.fullmatch(lines[number].strip()):
            lines[number] = ""
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _usual_width(lines: Sequence[str]) -> float:
    """The width nine of ten lines keep to."""
    widths = sorted(_width(line.strip()) for line in lines if len(line.strip()) > 1)
    return float(widths[int(0.9 * (len(widths) - 1))]) if widths else 1.0


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
