"""The plan as one Markdown file: same order, same numbers, same marks as the Word document."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from jumou.domain.plan import Plan
from jumou.export.blocks import Block, Cell, Heading, Line, Paragraph, Picture, Record, Run, Table
from jumou.export.chapters import Outline, outline
from jumou.export.label import implicit_label, visible_label
from jumou.files import write_atomically

_SPECIAL: Final = re.compile(r"([\\`*_<>|~])")
_OPENS_BLOCK: Final = re.compile(r"^(\s*)([#>+-]|\d+[.)])(?=\s|$)")


def plan_markdown(document: Outline, *, charts: str = "charts") -> str:
    """The text; pictures are referred to as `<charts>/<name>.png`."""
    plan = document.plan
    parts = [
        f"<!-- AIGC: {implicit_label(plan).replace('--', '- -')} -->",
        f"# {_escaped(plan.title)}",
        f"> {visible_label(plan)}",
    ]
    for block in document.blocks:
        text = _block(block, charts)
        if text:
            parts.append(text)
    return "\n\n".join(parts) + "\n"


def write_markdown(plan: Plan, path: Path) -> Path:
    """Writes the plan to `path`; the charts it shows are expected in `charts/` beside it."""
    write_atomically(path, plan_markdown(outline(plan)).encode())
    return path


def _block(block: Block, charts: str) -> str:
    match block:
        case Heading(level=level):
            return f"{'#' * (level + 1)} {_escaped(block.full)}"
        case Paragraph(line=line, style="item" | "reference"):
            return f"- {_line(line)}"
        case Paragraph(line=line, style="note"):
            return f"> {_line(line)}"
        case Paragraph(line=line):
            return _OPENS_BLOCK.sub(r"\1\\\2", _line(line))
        case Table(caption=caption, header=header, rows=rows):
            return "\n".join(
                (
                    f"**{_escaped(caption)}**",
                    "",
                    _row(_escaped(item) for item in header),
                    _rule(len(header)),
                    *(_row(_cell(item) for item in row) for row in rows),
                )
            )
        case Record(title=title, rows=rows):
            head = f"{_line(title)}\n\n" if title else ""
            body = (_row((_escaped(label), _cell(content))) for label, content in rows)
            return head + "\n".join((_row(("", "")), _rule(2), *body))
        case Picture(name=name, caption=caption, alt=alt):
            shown = _escaped(alt).replace("[", "(").replace("]", ")")
            return f"![{shown}]({charts}/{name}.png)\n\n*{_escaped(caption)}*"
        case _:
            return ""


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rule(count: int) -> str:
    return "|" + " --- |" * count


def _cell(content: Cell) -> str:
    return "<br>".join(_line(line) for line in content)


def _line(line: Line) -> str:
    return "".join(_run(run) for run in line)


def _run(run: Run) -> str:
    text = _escaped(run.text)
    if run.kind == "strong" and text.strip():
        return f"**{text.strip()}**" + (" " if text.endswith(" ") else "")
    return text


def _escaped(text: str) -> str:
    """Text that no Markdown reader takes for markup, in one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n"))).replace("](", "]\\(")
