"""Ordinals of headings and annexes: 一、（一）1．in Chinese documents (GB/T 9704), 1, 1.1, 1.1.1 in English ones."""

from dataclasses import dataclass, field
from typing import Final

from jumou.domain.framework import Language

_DIGITS: Final = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """A number from 1 to 99 in Chinese: 一, 十, 十二, 二十, 二十三.

    Raises:
        ValueError: the number is outside 1–99.
    """
    if not 1 <= number <= 99:
        raise ValueError(f"no ordinal for {number}")
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    head = "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


@dataclass(slots=True)
class Counter:
    """Counts headings of three levels and writes their numbers; a higher level restarts the lower ones."""

    language: Language
    _at: list[int] = field(default_factory=lambda: [0, 0, 0])

    def next(self, level: int) -> str:
        """The number of the next heading of `level` (1 to 3), with the sign that separates it from the text."""
        self._at[level - 1] += 1
        self._at[level:] = [0] * (3 - level)
        if self.language == "en":
            return ".".join(str(number) for number in self._at[:level]) + "  "
        number = self._at[level - 1]
        return (f"{chinese(number)}、", f"（{chinese(number)}）", f"{number}．")[level - 1]
