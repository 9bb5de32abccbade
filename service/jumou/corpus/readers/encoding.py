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
    if b"\x00" not in content and (chinese := _chinese(content)) is not None:
        return chinese
    if encoding := wide_encoding(content):
        return content.decode(encoding, errors="replace")
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


def wide_encoding(content: bytes) -> str:
    """UTF-16 without a mark, by which order of bytes gives everyday characters; empty when neither does."""
    sample = content[:_SAMPLE]
    rated = []
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _attempt(sample[: len(sample) // 2 * 2], encoding)
        if text is not None and "\x00" not in text:
            rated.append((_plain(text), encoding))
    share, encoding = max(rated, default=(0.0, ""))
    return encoding if share >= _ORDINARY else ""


def _plain(text: str) -> float:
    """The share of characters that are everyday Chinese, its marks, or printable ASCII."""
    everyday = sum(
        " " <= char <= "~" or char in "\r\n\t" or "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef"
        or (char > "\x7f" and any(_in_level_one(char, standard) for standard in _LEVEL_ONE))
        for char in text
    )  # fmt: skip
    return everyday / len(text) if text else 0.0


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
    beyond = [char for char in text if char > "\x7f"]
    letters = [char for char in beyond if char.isalpha()]
    if not letters:
        return float(all("\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef" for char in beyond))
    return sum(_in_level_one(char, standard) for char in letters) / len(letters)


def _in_level_one(char: str, standard: str) -> bool:
    code = char.encode(standard, errors="ignore")
    return len(code) == 2 and code[0] in _LEVEL_ONE[standard]
