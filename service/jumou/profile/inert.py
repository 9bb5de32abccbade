"""Making the texts of a profile inert: markup, formulas and invisible characters go out, with a warning; words stay.

A profile ends up in Word, Excel, HTML and Markdown, and in the prompts of a model. Every one of them escapes what it is
given; what nobody would write as a fact about a region is taken out already here. “<40%”, “>1000” and “A<B” are facts.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from jumou.profile.agreement import place_of
from jumou.profile.cells import LONGEST
from jumou.profile.rows import Reader

_ELEMENTS: Final = (
    "a|abbr|applet|article|aside|audio|b|base|blockquote|body|br|button|canvas|center|code|details|div|dl|dt|dd|em|embed|font|form|"
    "frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|li|link|main|marquee|math|meta|nav|noscript|object|"
    "ol|option|p|param|picture|pre|q|s|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|"
    "td|template|textarea|tfoot|th|thead|title|tr|u|ul|video|x?:?xml"
)
_OPENS: Final = re.compile(
    r"<(?:(script|style|iframe|object|template|noscript)\b[^<>]*>|!--)", re.IGNORECASE | re.ASCII
)
_CLOSES: Final = {
    name: re.compile(rf"</{name}\s*>", re.IGNORECASE | re.ASCII)
    for name in ("script", "style", "iframe", "object", "template", "noscript")
} | {"": re.compile("-->")}
_MOST_NESTED: Final = 8
"""Tags inside tags; beyond that no angle stays."""

_TAG: Final = re.compile(
    rf"</?(?:{_ELEMENTS})\s*/?>|<(?:{_ELEMENTS})[\s/]+[\w:@.-]+\s*=[^<>]*>|<[!?][a-zA-Z][^<>]*>",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
_UNCLOSED: Final = re.compile(
    rf"<(?:{_ELEMENTS})[\s/][^<>]*\bon[a-z]+\s*=[^<>]*$|<script\b[^<>]*$", re.IGNORECASE | re.ASCII
)
_FORMULA: Final = re.compile(
    r"[=@]+\s*(?:[A-Za-z_][\w.]*\s*[(|!]|[A-Za-z]{1,3}\$?\d+\b|[\"'{]).*"
    r"|[+\-]+\s*(?:HYPERLINK|WEBSERVICE|IMPORT[A-Z]+|DDE|CALL|EXEC|REGISTER|SUM|CMD)\s*[(|].*",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
"""A dash or plus opens a formula only before a function that reaches outside; else it opens a list, or a figure."""

_SIGN: Final = re.compile(r"^[=@]+\s*")
_INVISIBLE: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_KEPT: Final = frozenset({"ref", "url"})
"""Not texts: a place within the profile, and an address."""

_NAMED_BY: Final = ("name", "metric", "sector", "statement")
"""The field without which a row says nothing."""

_LONGEST_NAME: Final = 300
_SHOWN: Final = 30

_AS: Final[dict[str, tuple[str, str]]] = {
    "markup": ("网页标记", "markup"), "formula": ("公式", "a formula"), "invisible": ("不可见字符", "invisible characters"),
}  # fmt: skip


def inert(fields: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """The fields of a profile with inert texts; what was taken out is reported, and a row of which nothing is left is dropped."""
    return {key: _part(value, key, "", reader) for key, value in fields.items()}


def cleaned(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without markup, formulas and invisible characters, and which of them it had."""
    had: list[str] = []
    kept = _INVISIBLE.sub("", text)
    if kept != text:
        had.append("invisible")
    bare = kept
    for _ in range(_MOST_NESTED):  # a tag may be hidden inside another
        before, bare = bare, _bare(bare)
        if bare == before:
            break
    else:
        bare = bare.replace("<", "").replace(">", "")
    if bare != kept:
        had.append("markup")
        bare = bare.strip()
    if _FORMULA.fullmatch(bare):
        had.append("formula")
        bare = ""
    elif signed := _SIGN.match(bare):
        had.append("formula")
        bare = bare[signed.end() :]
    return bare, tuple(had)


def _bare(text: str) -> str:
    return _UNCLOSED.sub("", _TAG.sub("", _without_content(text))) if "<" in text else text


def _without_content(text: str) -> str:
    """Without scripts and comments and what is in them. One that is never closed is looked for once, not from every opening."""
    kept: list[str] = []
    never: set[str] = set()
    at = 0
    for opened in _OPENS.finditer(text):
        name = (opened[1] or "").lower()
        if opened.start() < at or name in never:
            continue
        closed = _CLOSES[name].search(text, opened.end())
        if closed is None:
            never.add(name)
            continue
        kept.append(text[at : opened.start()])
        at = closed.end()
    return "".join([*kept, text[at:]])


def _part(value: Any, column: str, ref: str, reader: Reader) -> Any:
    if isinstance(value, str) and len(value) > (_LONGEST_NAME if column == "name" else LONGEST):
        return _too_long(value, column, ref, reader)
    if isinstance(value, str) and column not in _KEPT:
        bare, had = cleaned(value)
        for what in had:
            _tell(what, value, column, ref, reader)
        return bare if had else value
    if isinstance(value, Mapping):
        place = str(value.get("ref") or ref)
        return {key: _part(part, str(key), place, reader) for key, part in value.items()}
    if isinstance(value, list | tuple):
        parts = [
            (part, _part(part, column, f"{column}!{number}", reader)) for number, part in enumerate(value, start=2)
        ]
        return [new for old, new in parts if not _emptied(old, new)]
    return value


def _too_long(text: str, column: str, ref: str, reader: Reader) -> str:
    """The beginning of a text that is a document; everything behind this looks at texts closely, and none at documents."""
    most = _LONGEST_NAME if column == "name" else LONGEST
    sheet, row = place_of(ref) if ref else ("meta", None)
    reader.report(
        "error", f"有 {len(text)} 字，超过 {most} 字", f"{len(text)} characters, more than {most}", sheet=sheet, row=row, column=column,
        mend_zh="请概括后填写；整篇材料请用 jumou corpus add 收入。", mend_en="Write the gist; add whole documents with jumou corpus add.",
    )  # fmt: skip
    return _INVISIBLE.sub("", text[:_SHOWN])


def _emptied(old: Any, new: Any) -> bool:
    """Whether a text, or the text a row is named by, was all markup or formula."""
    if isinstance(old, Mapping):
        return any(old.get(key) and not new.get(key) for key in _NAMED_BY)
    return isinstance(old, str) and bool(old) and not new


def _tell(what: str, text: str, column: str, ref: str, reader: Reader) -> None:
    zh, en = _AS[what]
    sheet, row = place_of(ref) if ref else ("meta", None)
    shown = _INVISIBLE.sub("", text)[:_SHOWN]
    reader.report(
        "warning", f"“{shown}”含有{zh}，已去除", f"“{shown}” holds {en}, which is taken out", sheet=sheet, row=row, column=column,
        mend_zh="请只填文字内容。", mend_en="Write plain words only.",
    )  # fmt: skip
