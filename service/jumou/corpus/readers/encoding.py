"""Finds the encoding of a text: Unicode by its marks, Chinese ones by how ordinary the characters come out."""

from typing import Final

from charset_normalizer import from_bytes

from jumou.corpus.readers import refusals

_UNICODE: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_SAMPLE: Final = 200_000
_ORDINARY: Final = 0.9
"""Share of Chinese characters that are everyday ones. The wrong one of GB and Big5 gives under 0.7 on any page of prose."""

_LEVEL_ONE: Final = {"gb2312": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7)}
"""Lead bytes of the frequently used characters in either standard."""


def decoded(content: bytes, name: str, *, declared: str = "") -> str:
    """The text of a file. `declared` is what a web page says of itself; it is believed when it decodes.

    Raises:
        RefusedFile: it is no text in any known encoding.
    """
    for mark, encoding in _UNICODE:
        if content.startswith(mark):
            return _strictly(content, encoding, name)
    for encoding in ("utf-8", *_believed(declared)):
        text = _attempt(content, encoding)
        if text is not None and "\x00" not in text:
            return text
    for encoding in _wide(content):
        text = _attempt(content, encoding)
        if text is not None:
            return text
    chinese = _chinese(content)
    if chinese is not None:
        return chinese
    best = from_bytes(content[:_SAMPLE]).best()
    if best is None:
        raise refusals.unknown_encoding(name)
    text = content.decode(best.encoding, errors="replace")
    if text.count("\ufffd") * 100 > len(text):
        raise refusals.unknown_encoding(name)
    return text


def _strictly(content: bytes, encoding: str, name: str) -> str:
    text = _attempt(content, encoding)
    if text is None:
        raise refusals.unknown_encoding(name)
    return text


def _attempt(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _believed(declared: str) -> tuple[str, ...]:
    """GB18030 contains GB2312 and GBK, whose names pages use for it."""
    folded = declared.strip().strip("'\"").lower()
    if folded in ("gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk"):
        return ("gb18030",)
    if folded in ("big5", "big5-hkscs", "x-big5"):
        return ("big5hkscs",)
    return (folded,) if folded in ("shift_jis", "euc-jp", "euc-kr", "iso-8859-1", "windows-1252") else ()


def _wide(content: bytes) -> tuple[str, ...]:
    """UTF-16 without a mark: line ends, blanks and digits have zeros on one side only."""
    sample = content[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd and not even:
        return ("utf-16-le",)
    return ("utf-16-be",) if even and not odd else ()


def _chinese(content: bytes) -> str | None:
    """GB18030 or Big5, whichever gives ordinary characters; None when neither does."""
    rated: list[tuple[float, str]] = []
    for encoding, standard in (("gb18030", "gb2312"), ("big5hkscs", "big5")):
        text = _attempt(content, encoding)
        if text is not None:
            rated.append((_ordinary(text[:_SAMPLE], standard), text))
    if not rated:
        return None
    share, text = max(rated, key=lambda one: one[0])
    return text if share >= _ORDINARY else None


def _ordinary(text: str, standard: str) -> float:
    """The share of everyday characters among the letters beyond ASCII."""
    letters = [char for char in text if ord(char) > 0x7F and char.isalpha()]
    if not letters:
        return 0.0
    leads = _LEVEL_ONE[standard]
    held = (char.encode(standard, errors="ignore") for char in letters)
    return sum(len(code) == 2 and code[0] in leads for code in held) / len(letters)
