"""What a scenario found, and how it is told: a table on the screen, a report in Markdown, and JSON."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple


class Check(NamedTuple):
    """One count or measure; with a bar it has to be `at_least` or `at_most` that, and it holds or it does not."""

    what: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether no bar is missed."""
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    @property
    def bar(self) -> str:
        """The bar in words; empty when it is only told."""
        if self.at_least == self.at_most and self.at_least is not None:
            return f"= {self.at_least:g}"
        bars = [f"≥ {self.at_least:g}"] if self.at_least is not None else []
        bars += [f"≤ {self.at_most:g}"] if self.at_most is not None else []
        return " and ".join(bars)


def exactly(what: str, value: float, wanted: float, unit: str = "") -> Check:
    """A count that has to be that."""
    return Check(what, value, unit, wanted, wanted)


@dataclass
class Found:
    """What became of one scenario: `skipped` gives the reason it was not run, `broken` the error that ended it."""

    name: str
    done: str = ""
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    skipped: str = ""
    broken: str = ""

    @property
    def verdict(self) -> str:
        """holds, MISSED, BROKEN or skipped. A scenario that measured nothing against a bar is broken."""
        if self.skipped:
            return "skipped"
        if self.broken or not any(check.bar for check in self.checks):
            return "BROKEN"
        return "holds" if all(check.holds for check in self.checks) else "MISSED"


def machine() -> dict[str, Any]:
    """Where and under which load it was measured."""
    return {
        "at": time.strftime("%Y-%m-%d %H:%M:%S %z"), "cores": os.cpu_count(), "processor": platform.machine(),
        "python": platform.python_version(), "load": [round(one, 1) for one in os.getloadavg()],
    }  # fmt: skip


def show(found: Found) -> str:
    """A scenario as lines for a terminal."""
    lines = [f"{found.verdict:<8}{found.name}  ({found.seconds:.0f} s)", f"        {found.done or found.skipped}"]
    width = max((len(check.what) for check in found.checks), default=0)
    for check in found.checks:
        told = "" if not check.bar else "ok" if check.holds else "MISSED"
        lines.append(
            f"        {check.what:<{width}}  {check.value:>10.4g} {check.unit:<6} {check.bar:<16} {told}".rstrip()
        )
    lines += [f"        · {note}" for note in found.notes]
    if found.broken:
        lines += [f"        {line}" for line in found.broken.splitlines()[-12:]]
    return "\n".join(lines)


def write(folder: Path, seed: int, began: dict[str, Any], every: Sequence[Found], *, smoke: bool) -> None:
    """Writes report.md and report.json."""
    folder.mkdir(parents=True, exist_ok=True)
    ended = machine()
    content = {
        "seed": seed, "smoke": smoke, "began": began, "ended": ended,
        "scenarios": [
            {
                "name": found.name, "verdict": found.verdict, "done": found.done, "seconds": round(found.seconds, 1), "skipped": found.skipped, "broken": found.broken, "notes": found.notes,
                "checks": [{**check._asdict(), "holds": check.holds} for check in found.checks],
            }
            for found in every
        ],
    }  # fmt: skip
    (folder / "report.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    lines = [
        "# Fault run", "",
        f"Seed {seed}{', short form' if smoke else ''}; {began['at']} to {ended['at']}.", "",
        f"{began['cores']} cores ({began['processor']}), Python {began['python']}; load average {began['load'][0]} at the beginning, {ended['load'][0]} at the end.",
        "", "| scenario | verdict | seconds | what was done |", "|---|---|---|---|",
        *(f"| {found.name} | {found.verdict} | {found.seconds:.0f} | {found.done or found.skipped} |" for found in every),
    ]  # fmt: skip
    for found in every:
        if not found.checks and not found.broken:
            continue
        lines += ["", f"## {found.name}", "", "| | value | bar | |", "|---|---|---|---|"]
        lines += [
            f"| {check.what} | {check.value:.4g} {check.unit} | {check.bar} | {'' if not check.bar else 'ok' if check.holds else '**MISSED**'} |"
            for check in found.checks
        ]
        lines += ["", *(f"- {note}" for note in found.notes)] if found.notes else []
        lines += ["", "```", found.broken, "```"] if found.broken else []
    (folder / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
