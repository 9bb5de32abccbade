"""How an English document writes what Chinese statistics count in ten thousands and hundred millions: 750 billion yuan, 1.56 million vehicles.

The plan itself keeps its figures in the units of its sources; only the page sets them out so.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from jumou.drafting.wording import number
from jumou.export.blocks import Block, Cell, Line, Paragraph, Record, Run, Table, text_of

_SCALES: Final = {"hundred million": 1e8, "ten thousand": 1e4, "10k": 1e4}
_AMOUNT: Final = re.compile(
    r"(?<![\d.,–-])(\d[\d,]*(?:\.\d+)?)(?:–(\d[\d,]*(?:\.\d+)?))? (hundred million|ten thousand|10k) (?=[A-Za-z])"
)
_BILLION, _MILLION = 1e9, 1e6


def set_out(text: str) -> str:
    """The text with amounts in thousands, millions and billions; both ends of a range on one scale."""
    return _AMOUNT.sub(_amount, text)


def _amount(found: re.Match[str]) -> str:
    scale = _SCALES[found[3]]
    ends = [float(end.replace(",", "")) * scale for end in (found[1], found[2]) if end]
    step, word = next(
        ((step, word) for step, word in ((_BILLION, " billion"), (_MILLION, " million")) if max(ends) >= step),
        (1.0, ""),
    )
    return f"{'–'.join(_written(end / step) for end in ends)}{word} "


def _written(value: float) -> str:
    """Six digits at most carry a planning figure; thousands are set off."""
    text = number(float(f"{value:.6g}"))
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}"


def in_english(blocks: Iterable[Block]) -> list[Block]:
    """The blocks of an English document with their amounts set out."""
    return [_block(block) for block in blocks]


def _block(block: Block) -> Block:
    match block:
        case Paragraph():
            return replace(block, line=_line(block.line))
        case Table():
            return replace(block, rows=tuple(_row(row) for row in block.rows))
        case Record():
            return replace(block, rows=tuple((label, _cell(content)) for label, content in block.rows))
        case _:
            return block


def _row(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """A row with a column for its unit keeps its figures in that unit, all of them."""
    if any(cell and text_of(cell[0]).startswith(tuple(_SCALES)) for cell in row):
        return row
    return tuple(_cell(cell) for cell in row)


def _cell(cell: Cell) -> Cell:
    return tuple(_line(line) for line in cell)


def _line(line: Line) -> Line:
    return tuple(run if run.kind == "source" else Run(set_out(run.text), run.kind) for run in line)
