"""How many tokens a text takes at most: good enough to reserve a budget with, whatever the model's tokenizer."""

import re
from typing import Final

_LATIN: Final = re.compile(r"[A-Za-z]+")


def estimate(text: str) -> int:
    """At least as many tokens as the tokenizers in use need: one a Chinese character or sign, one for three Latin letters."""
    latin = sum(len(word) for word in _LATIN.findall(text))
    return len(text) - latin + -(-latin // 3)
