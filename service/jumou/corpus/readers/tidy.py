"""Evens out what differs between files and is not text: line ends, blanks at their ends, invisible and twin characters.

No visible letter is added, dropped or moved, so a quote from the file stands in the text (`domain.quoting` leaves blanks
and width aside).
"""

import re
import unicodedata
from typing import Final

_TWINS: Final = {
    code: unicodedata.normalize("NFKC", chr(code))
    for first, last in ((0x2E80, 0x2FD5), (0xF900, 0xFAD9))
    for code in range(first, last + 1)
    if len(unicodedata.normalize("NFKC", chr(code))) == 1 and unicodedata.normalize("NFKC", chr(code)) != chr(code)
}
"""Radicals and compatibility ideographs, which PDFs often hold in place of the ordinary characters they look like."""

_GONE: Final = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\n\t"), *range(0x7F, 0xA0),
        0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080),
    ]
)  # fmt: skip
"""Controls, zero widths, changes of direction and tags: invisible to the reader of the file, so not for a model either."""

_LINE_ENDS: Final = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_MANY_LINES: Final = re.compile(r"\n{3,}")


def tidied(text: str) -> str:
    r"""`text` with `\n` line ends, no blanks before them, at most one empty line in a row, and one line end at its end."""
    text = _LINE_ENDS.sub("\n", text)
    text = _SURROGATES.sub("\ufffd", text).translate(_TWINS).translate(_GONE)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    text = _MANY_LINES.sub("\n\n", text).strip("\n")
    return f"{text}\n" if text.strip() else ""
