"""How the scripts in this folder report: a table on the screen, JSON under out/bench, exit code 1 for a bar missed."""

import json
import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

OUT = Path("out/bench")


class Measure(NamedTuple):
    """One number; with a bar it has to be `at_least` or `at_most` that."""

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
        """The bar in words."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"<= {self.at_most:g}" if self.at_most is not None else ""


def report(name: str, measures: Sequence[Measure]) -> int:
    """Prints the measures, writes out/bench/<name>.json, and returns the exit code."""
    width = max(len(one.what) for one in measures)
    for one in measures:
        verdict = "" if not one.bar else "ok" if one.holds else "MISSED"
        print(f"{one.what:<{width}}  {one.value:>12.4g} {one.unit:<6} {one.bar:<12} {verdict}".rstrip())
    missed = [one.what for one in measures if not one.holds]
    OUT.mkdir(parents=True, exist_ok=True)
    content = {
        "name": name,
        "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "load": os.getloadavg()[0]},
        "measures": [{**one._asdict(), "holds": one.holds} for one in measures],
    }
    (OUT / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if missed else 0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
