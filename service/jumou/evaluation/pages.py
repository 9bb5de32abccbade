"""A report's pages: the same blocks as Markdown and as one self-contained HTML file with its charts as inline SVG."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jumou.domain.framework import Language


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1–3."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a cell beginning with ● ◐ ○ is coloured by it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: a value 0–1 with its interval."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    group: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars from 0 to 1, with the bar to reach when there is one."""

    title: str
    bars: tuple[Bar, ...]
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks under a line that opens in HTML; in Markdown a heading of level 3."""

    title: str
    blocks: tuple["Block", ...]


Block = Heading | Prose | Table | Chart | Fold

_LABEL: Final = 47
_FIGURE: Final = re.compile(
    r"(?:[●○] )?[+\-−×]?[\d,]+(?:\.\d+)?(?: ?\[[^\]]*\])?|\[[^\]]*\]|\d+ / \d+ / \d+|[≥≤>] [\d.]+|×[\d.]+|—"
)
"""Cells that are set as figures."""

_COLOURS: Final = ("#2563a8", "#8a8f98", "#b98a2f", "#6b8f71")


def markdown(blocks: Sequence[Block]) -> str:
    """The blocks as Markdown; charts become tables."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {_plain(text)}"
        case Prose(text):
            return _plain(text)
        case Table(head, rows, caption):
            lines = [_row(head), _row(tuple("---" for _ in head)), *map(_row, rows)]
            return (f"{_plain(caption)}\n\n" if caption else "") + "\n".join(lines)
        case Chart(title, bars, goal):
            rows = tuple((bar.label, number(bar.value), interval(bar.low, bar.high)) for bar in bars)
            return _markdown(Table((title + (f" (≥ {goal:g})" if goal else ""), "", "95 %"), rows))
        case Fold(title, inner):
            return "\n\n".join((f"### {_plain(title)}", *map(_markdown, inner)))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_plain(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _plain(text: str) -> str:
    """Text in which no reader of Markdown sees HTML."""
    return text.replace("<", "\\<")


def number(value: float | None) -> str:
    """Two or three digits; a dash for what was not measured."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}".rstrip("0").rstrip(".") or "0"


def interval(low: float | None, high: float | None) -> str:
    """An interval, or nothing."""
    return "" if low is None or high is None else f"[{number(low)}, {number(high)}]"


_STYLE: Final = """
body{font:15px/1.65 "Noto Sans SC","Microsoft YaHei","PingFang SC",system-ui,sans-serif;color:#1d2430;max-width:1120px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;border-bottom:1px solid #d8dde5;padding-bottom:.3rem;margin-top:2.4rem}
.t{overflow-x:auto;margin:.8rem 0}table{border-collapse:collapse;width:100%;font-size:13px}
th,td{border-bottom:1px solid #e3e7ee;padding:.35rem .6rem;text-align:left;vertical-align:top;overflow-wrap:break-word;min-width:3.2em}
th{background:#f2f5f9;border-bottom:2px solid #d8dde5;position:sticky;top:0}tbody tr:hover{background:#f8fafc}
.v{white-space:nowrap;font-variant-numeric:tabular-nums}
caption{text-align:left;color:#5a6473;padding:.3rem 0;caption-side:top}summary{cursor:pointer;font-weight:600;padding:.5rem 0}
details{border:1px solid #d8dde5;border-radius:6px;padding:.2rem .9rem;margin:.5rem 0}details[open]{padding-bottom:.8rem}
.y{background:#e7f4ea}.p{background:#fdf5e0}.n{background:#fbeaea}svg{max-width:100%;height:auto;margin:.6rem 0}
@media print{body{max-width:none;margin:0}details>*{display:block}th{position:static}}
"""


def page(title: str, blocks: Sequence[Block], language: Language) -> str:
    """One HTML file that needs nothing else."""
    body = "\n".join(_html(block) for block in blocks)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n'
    )


def _html(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{html.escape(text)}</h{level}>"
        case Prose(text):
            return f"<p>{html.escape(text)}</p>"
        case Table(head, rows, caption):
            top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
            lines = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in rows)
            named = f"<caption>{html.escape(caption)}</caption>" if caption else ""
            return f'<div class="t"><table>{named}<thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>'
        case Chart():
            return _svg(block)
        case Fold(title, inner):
            return f"<details><summary>{html.escape(title)}</summary>{''.join(map(_html, inner))}</details>"


def _cell(text: str) -> str:
    marks = [{"●": "y", "◐": "p", "○": "n"}.get(text[:1], ""), "v" if _FIGURE.fullmatch(text) else ""]
    kind = " ".join(filter(None, marks))
    opening = f'<td class="{kind}">' if kind else "<td>"
    return f"{opening}{html.escape(text)}</td>"


def _short(label: str) -> str:
    """A label as long as its place beside the bars; Chinese characters take two places."""
    places = 0
    for at, character in enumerate(label):
        places += 2 if ord(character) > 0x2E7F else 1
        if places > _LABEL:
            return label[:at] + "…"
    return label


def _svg(chart: Chart) -> str:
    left, width, step = 300, 560, 24
    height = step * len(chart.bars) + 46
    parts = [
        (
            f'<svg viewBox="0 0 {left + width + 90} {height}" width="100%" role="img" aria-label="{html.escape(chart.title)}" '
            f'font-size="12" font-family="inherit"><text x="0" y="16" font-weight="600">{html.escape(chart.title)}</text>'
        )
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = left + width * share
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="26" y2="{height - 16}" stroke="#e3e7ee"/><text x="{x}" y="{height - 3}" text-anchor="middle" fill="#5a6473">{share:g}</text>'
        )
    for at, bar in enumerate(chart.bars):
        y = 30 + at * step
        parts.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{html.escape(_short(bar.label))}</text>')
        if bar.value is None:
            parts.append(f'<text x="{left + 4}" y="{y + 13}" fill="#5a6473">—</text>')
            continue
        share = min(1.0, max(0.0, bar.value))
        parts.append(
            f'<rect x="{left}" y="{y + 2}" width="{width * share:.1f}" height="15" fill="{_COLOURS[bar.group % len(_COLOURS)]}"/>'
        )
        if bar.low is not None and bar.high is not None:
            low, high = (left + width * min(1.0, max(0.0, end)) for end in (bar.low, bar.high))
            parts.append(
                f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y + 9}" y2="{y + 9}" stroke="#1d2430" stroke-width="1.5"/>'
            )
        parts.append(f'<text x="{left + width + 6}" y="{y + 13}">{number(bar.value)}</text>')
    if chart.goal is not None:
        x = left + width * chart.goal
        parts.append(f'<line x1="{x}" x2="{x}" y1="24" y2="{height - 18}" stroke="#b03a2e" stroke-dasharray="4 3"/>')
    return "".join((*parts, "</svg>"))
