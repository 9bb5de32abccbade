"""Plain text and tables of comma-separated values."""

import csv
import io
from typing import Final

from jumou.corpus.readers import refusals
from jumou.corpus.readers.encoding import decoded
from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.tables import rows_as_text

_SEPARATORS: Final = ",\t;|"


def read_text(content: bytes, name: str, limits: Limits) -> Extract:
    """The text as it stands; headings such as 第一章 or 一、 are found when it is cut into passages.

    Raises:
        RefusedFile: its encoding is unknown.
    """
    del limits
    return Extract(decoded(content, name), "text")


def read_csv(content: bytes, name: str, limits: Limits) -> Extract:
    """A line for each row, in the words of the header.

    Raises:
        RefusedFile: its encoding is unknown, or it has too many cells.
    """
    text = decoded(content, name)
    first = text[:5000].split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            cells += len(row)
            if cells > limits.cells:
                raise refusals.too_many(name, "单元格数", "cells", limits.cells)
            rows.append(row)
    except csv.Error as problem:
        raise refusals.broken(name, "text") from problem
    return Extract("\n".join(rows_as_text(rows)), "csv")
