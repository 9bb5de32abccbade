"""Whether a quote stands in a text, leaving aside the width of characters and blanks."""

import unicodedata
from functools import lru_cache

_SAME: dict[int, str] = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "—": "-",
        "–": "-",
        "−": "-",
        "‐": "-",
        "―": "-",
        "\u00ad": "",
        "\ufeff": "",
    }
)


@lru_cache(maxsize=8192)  # the same passages are quoted from again and again
def comparable(text: str) -> str:
    """`text` in the form quotes are compared in: NFKC, one kind of quotation mark and dash, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_SAME).split())


def stands_in(quote: str, text: str) -> bool:
    """Whether `quote` occurs in `text` once both are made comparable. An empty quote stands nowhere."""
    wanted = comparable(quote)
    return bool(wanted) and wanted in comparable(text)
