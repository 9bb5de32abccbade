"""Cuts a text into passages of whole sentences that rebuild it exactly.

Lengths are characters. About 350 a passage is the size at which retrieval over Chinese notices levels off
(evals/performance/retrieval_quality.py).
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from jumou.domain.evidence import Passage

SPLITTER: Final = "sentences-350/2"
"""Names the way of cutting; it is recorded with an index, and another one means building anew."""

_AIM = 350
_MOST = 500
_LEAST = 60
_MINOR_LEAST = 150

_NUMBER = r"[一二三四五六七八九十百千零〇两\d]{1,6}"
_HEADINGS: Final[tuple[tuple[re.Pattern[str], int], ...]] = (
    (re.compile(rf"第{_NUMBER}[编篇部]分?[\s、:：]?"), 7),
    (re.compile(rf"第{_NUMBER}章"), 8),
    (re.compile(rf"第{_NUMBER}节"), 9),
    (re.compile(rf"第{_NUMBER}条"), 10),
    (re.compile(r"[一二三四五六七八九十]{1,3}[、.．]"), 11),
    (re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]"), 12),
)
_MARKDOWN = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_LONGEST_TITLE = 40
_END = re.compile(r"[。！!？?；;…]+[”’」』）)\"']*|[.](?=\s)|\n+")
_PAUSE = re.compile(r"[，,、：:|\t ]+")


class Piece(NamedTuple):
    """A stretch `text[start:end]` under the headings `section`."""

    start: int
    end: int
    section: str


class _Unit(NamedTuple):
    start: int
    end: int
    section: str
    opens: int  # 0 inside a section, 1 at a minor heading (条, 一、), 2 at a major one
    heading: bool  # or blank


def passage_id(document_id: str, ordinal: int) -> str:
    """What a passage cut here is called; those a user cut have ids of their own."""
    return f"{document_id}#{ordinal}"


def passages(document_id: str, text: str) -> tuple[Passage, ...]:
    """The passages of `text`: consecutive, covering it wholly, each with its section path.

    An empty text has none.
    """
    return tuple(
        Passage(
            id=passage_id(document_id, ordinal),
            document_id=document_id,
            ordinal=ordinal,
            section=piece.section,
            start=piece.start,
            end=piece.end,
            text=text[piece.start : piece.end],
        )
        for ordinal, piece in enumerate(split(text))
    )


def split(text: str) -> list[Piece]:
    """Packs sentences into pieces of about 350 characters (500 at most), beginning anew at headings.

    A piece is cut inside a sentence only where the sentence alone is longer than 500 characters.
    """
    pieces: list[Piece] = []
    packed: list[_Unit] = []
    for unit in _units(text):
        if packed and _closes(packed, unit):
            pieces.append(_piece(packed))
            packed = []
        packed.append(unit)
    if packed:
        tail = _piece(packed)
        if pieces and tail.end - tail.start < _LEAST and tail.section == pieces[-1].section:
            last = pieces.pop()
            tail = Piece(last.start, tail.end, last.section)
        pieces.append(tail)
    return pieces


def _closes(packed: list[_Unit], unit: _Unit) -> bool:
    length = packed[-1].end - packed[0].start
    if all(one.heading for one in packed):
        return length + unit.end - unit.start > _MOST
    if unit.opens == 2:
        return length >= _LEAST
    if unit.opens == 1:
        return length >= _MINOR_LEAST
    return length + unit.end - unit.start > _AIM


def _piece(packed: list[_Unit]) -> Piece:
    first = next((unit for unit in packed if not unit.heading), packed[-1])
    return Piece(packed[0].start, packed[-1].end, first.section)


def _units(text: str) -> Iterator[_Unit]:
    path: list[tuple[int, str]] = []
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        level, title, alone = _heading(line)
        if level:
            path = [*((depth, name) for depth, name in path if depth < level), (level, title)]
        section = " / ".join(name for depth, name in path if depth > 1)
        opens = 0 if not level else 2 if level < 10 else 1
        for begin, stop in _sentences(text, start, end):
            bare = alone or not text[begin:stop].strip()  # a blank line belongs to no section yet
            yield _Unit(begin, stop, section, opens if begin == start else 0, bare)
        start = end


def _heading(line: str) -> tuple[int, str, bool]:
    """Level (0 for none, 1 for the document's title), title, and whether the line is nothing but the heading."""
    bare = line.strip()
    markdown = _MARKDOWN.match(bare)
    if markdown:
        return len(markdown[1]), markdown[2], True
    for pattern, level in _HEADINGS:
        match = pattern.match(bare)
        if match:
            alone = len(bare) <= _LONGEST_TITLE and bare[-1:] not in "。；;！!？?，,"
            if alone:
                return level, " ".join(bare.split()), True
            return (level, match[0].strip("、.．：: "), False) if level == 10 else (0, "", False)
    return 0, "", False


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _END.finditer(text, start, end):
        yield from _bounded(text, begin, match.end())
        begin = match.end()
    if begin < end:
        yield from _bounded(text, begin, end)


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, cut at pauses where it is too long to be a passage, and anywhere when it has no pause."""
    while end - start > _MOST:
        pauses = [match.end() for match in _PAUSE.finditer(text, start + _LEAST, start + _AIM)]
        cut = pauses[-1] if pauses else start + _AIM
        yield start, cut
        start = cut
    if start < end:
        yield start, end
