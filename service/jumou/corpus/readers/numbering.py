"""The numbers Word counts by itself: 第三条, （一）, 1.2 stand in no run of text and would be lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from docx.document import Document
from docx.oxml.ns import qn

_DIGITS: Final = "\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d"
_ROMAN: Final = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_STEMS: Final = "\u7532\u4e59\u4e19\u4e01\u620a\u5df1\u5e9a\u8f9b\u58ec\u7678"
_MOST: Final = 9999


@dataclass
class _Level:
    start: int = 1
    shape: str = "decimal"
    text: str = ""


@dataclass
class _List:
    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)

    def step(self, level: int) -> str:
        """Counts on at `level`, begins deeper ones anew, and gives the written number."""
        mine = self.levels.get(level)
        if mine is None:
            return ""
        self.counts[level] = self.counts.get(level, mine.start - 1) + 1
        for deeper in [one for one in self.counts if one > level]:
            del self.counts[deeper]
        if mine.shape in ("bullet", "none"):
            return "- " if mine.shape == "bullet" else ""
        written = mine.text
        for number in range(level + 1):
            other = self.levels.get(number, _Level())
            shape = _SHAPES.get(other.shape, str)
            written = written.replace(f"%{number + 1}", shape(min(self.counts.get(number, other.start), _MOST)))
        if not written:
            return ""
        return written if written[-1] in "\u3001\uff09)\uff0e" else f"{written} "


class Numbering:
    """Gives each paragraph its automatic number, in the order of the document."""

    def __init__(self, document: Document) -> None:
        """Reads the list definitions; a document without any has no numbers."""
        self._lists: dict[str, _List] = {}
        self._by_style: dict[str, tuple[str, int]] = {}
        part = next(
            (
                one.target_part
                for one in document.part.rels.values()
                if one.reltype.endswith("/numbering") and not one.is_external
            ),
            None,
        )
        root = getattr(part, "element", None)
        if root is None:
            return
        shapes = {one.get(qn("w:abstractNumId")): one for one in root.findall(qn("w:abstractNum"))}
        shared: dict[str, _List] = {}
        for number in root.findall(qn("w:num")):
            refers = number.find(qn("w:abstractNumId"))
            key = "" if refers is None else refers.get(qn("w:val"), "")
            if key in shapes:
                restarts = number.find(qn("w:lvlOverride")) is not None
                made = _List(_levels(shapes[key])) if restarts else shared.setdefault(key, _List(_levels(shapes[key])))
                self._lists[str(number.get(qn("w:numId")))] = made
        for style in document.styles.element.findall(qn("w:style")):
            held = _reference(style)
            named = style.find(qn("w:name"))
            if held is not None and named is not None:
                self._by_style[str(named.get(qn("w:val"), "")).lower()] = held

    def next(self, paragraph: Any, style: str) -> str:
        """The number of `paragraph`, whose style is called `style`, with a blank where one belongs; empty for none."""
        held = _reference(paragraph) or self._by_style.get(style)
        if held is None or held[0] not in self._lists:
            return ""
        return self._lists[held[0]].step(held[1])


def _reference(element: Any) -> tuple[str, int] | None:
    found = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    if found is None:
        return None
    number, level = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
    depth = "0" if level is None else str(level.get(qn("w:val"), "0"))
    return ("" if number is None else str(number.get(qn("w:val"), ""))), int(depth) if depth.isdecimal() else 0


def _levels(shape: Any) -> dict[int, _Level]:
    levels: dict[int, _Level] = {}
    for one in shape.findall(qn("w:lvl")):
        values = {name: one.find(qn(f"w:{name}")) for name in ("start", "numFmt", "lvlText")}
        stated = {name: "" if found is None else str(found.get(qn("w:val"), "")) for name, found in values.items()}
        start = int(stated["start"]) if stated["start"].isdecimal() else 1
        levels[int(one.get(qn("w:ilvl"), "0"))] = _Level(
            min(start, _MOST), stated["numFmt"] or "decimal", stated["lvlText"]
        )
    return levels


def chinese(number: int) -> str:
    """十二 for 12, 一百零三 for 103, up to 9999."""
    if number == 0:
        return _DIGITS[0]
    out, rest, gap = "", number, False
    for unit, name in ((1000, "\u5343"), (100, "\u767e"), (10, "\u5341"), (1, "")):
        digit, rest = divmod(rest, unit)
        if digit:
            out += (_DIGITS[0] if gap and out else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return out[1:] if 10 <= number < 20 else out


def _roman(number: int) -> str:
    out = ""
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        out += letters * times
    return out


def _letter(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * (1 + (number - 1) // 26 % 10)


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


_SHAPES: Final[dict[str, Callable[[int], str]]] = {
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "chineseLegalSimplified": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "ideographDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "ideographTraditional": lambda number: _STEMS[(number - 1) % 10],
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "decimalZero": lambda number: f"{number:02}",
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
}
