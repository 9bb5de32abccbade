"""Makes sentences of table rows, so that a passage cut out of a table still says what its figures are."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_HEADER_WITHIN: Final = 6
_LONGEST_HEADER: Final = 40
_FIGURE: Final = re.compile(r"[-+]?[\d,.\s]+(?:%|\u2030)?")
_CJK: Final = re.compile("[\u3400-\u9fff]")


def rows_as_text(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line for each row that is not blank: `column: cell; column: cell` below the header row, cells alone elsewhere.

    The header is the first of the upper rows whose cells are all different words and fill most columns. The words of
    every cell are kept; a row with a single cell, such as a title or a note, stands alone.
    """
    filled = [[" ".join(cell.split()) for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    start = _header(filled)
    if start is None:
        yield from (_alone(row) for row in filled)
        return
    header = filled[start]
    yield from (_alone(row) for row in filled[: start + 1])
    colon, pause = ("\uff1a", "\uff1b") if _CJK.search("".join(header)) else (": ", "; ")
    for row in filled[start + 1 :]:
        if sum(map(bool, row)) == 1:
            yield _alone(row)
            continue
        names = [*header, *[""] * (len(row) - len(header))]
        yield pause.join(
            f"{name}{colon}{cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell
        )


def _header(rows: Sequence[Sequence[str]]) -> int | None:
    width = max((sum(map(bool, row)) for row in rows), default=0)
    if width < 2:
        return None
    for number, row in enumerate(rows[: min(_HEADER_WITHIN, len(rows) - 1)]):
        cells = [cell for cell in row if cell]
        words = all(len(cell) <= _LONGEST_HEADER and not _FIGURE.fullmatch(cell) for cell in cells)
        if len(cells) >= max(2, 0.6 * width) and words and len(set(cells)) == len(cells):
            return number
    return None


def _alone(row: Sequence[str]) -> str:
    return " | ".join(cell for cell in row if cell)
