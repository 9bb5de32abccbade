"""What our formulas come to, written beside them, so that programs that read a workbook without working it out see values."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Final

from openpyxl.cell.cell import Cell

from jumou.domain.portfolio import Project

_FORMULA: Final = re.compile(rb'(<c r="([A-Z]+[0-9]+)"[^>]*>)(<f>.*?</f>)(?:<v\s*/>|<v></v>)')


@dataclass(slots=True)
class Results:
    """Values of formulas by sheet and cell."""

    _values: dict[str, dict[str, float]] = field(default_factory=dict)

    def note(self, cell: Cell, value: float) -> None:
        """Remembers what the formula in `cell` comes to."""
        self._values.setdefault(str(cell.parent.title), {})[cell.coordinate] = round(float(value), 10)

    def value(self, sheet: str, coordinate: str) -> float:
        """What the formula in a cell comes to; 0 for a cell without one."""
        return self._values.get(sheet, {}).get(coordinate, 0.0)

    def written(self, content: bytes, titles: list[str]) -> bytes:
        """The workbook with the values in place; `titles` are its sheets in order."""
        result = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                body = old.read(name)
                if name.startswith("xl/worksheets/sheet"):
                    number = int(name.removeprefix("xl/worksheets/sheet").removesuffix(".xml"))
                    body = self._filled(body, self._values.get(titles[number - 1], {}))
                new.writestr(name, body)
        return result.getvalue()

    def _filled(self, body: bytes, values: dict[str, float]) -> bytes:
        def fill(match: re.Match[bytes]) -> bytes:
            start, place, formula = match.groups()
            value = values.get(place.decode())
            shown = b"<v />" if value is None else b"<v>" + repr(value).encode() + b"</v>"
            return start + formula + shown

        return _FORMULA.sub(fill, body)


def middle(project: Project) -> float | None:
    """The middle of a project's investment range."""
    money = project.investment
    return None if money is None else (money.value + (money.upper if money.upper is not None else money.value)) / 2


def formula_value(project: Project, name: str) -> float:
    """What the formula column `amount.<source>` or `year.<year>` comes to for a project, hundred million yuan."""
    kind, _, key = name.partition(".")
    money = middle(project)
    if money is None:
        return 0.0
    if kind == "amount":
        return round(money * next((item.share for item in project.financing if item.source == key), 0.0), 2)
    try:
        first, last = (int(date[:4]) * 12 + int(date[5:7]) for date in (project.start, project.end))
    except ValueError:
        return 0.0
    months = max(0, min(last, int(key) * 12 + 12) - max(first, int(key) * 12 + 1) + 1)
    return round(money * months / (last - first + 1), 2) if last >= first else 0.0
