"""The fault run in its short form: that its scenarios still run, and hold where a few seconds can show it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("run.py")


@pytest.mark.parametrize("scenario", ["kill-reviews-sqlite", "kill-drafts-sqlite", "disk-read-only"])
def test_a_scenario_holds_in_its_short_form(scenario: str, home: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(RUN),
        "--smoke",
        "--seed",
        "20261125",
        "--only",
        scenario,
        "--home",
        str(home),
        "--out",
        str(tmp_path),
    ]
    made = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["scenarios"][0]
    if found["verdict"] == "skipped":
        pytest.skip(found["skipped"])
    assert made.returncode == 0, made.stdout
    assert found["verdict"] == "holds"
    assert "# Fault run" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_a_bar_that_is_missed_fails_the_run(tmp_path: Path) -> None:
    """A report is worth nothing when nothing can fail it."""
    probe = (
        "import sys; sys.path.insert(0, sys.argv[1]); from verdict import Check, Found, exactly;"
        "print(Found('a', checks=[exactly('lost', 1, 0)]).verdict, Found('b', checks=[Check('told', 1)]).verdict,"
        "Found('c', checks=[exactly('lost', 0, 0)], broken='x').verdict, Found('d', checks=[exactly('lost', 0, 0)]).verdict)"
    )
    made = subprocess.run(
        [sys.executable, "-c", probe, str(RUN.parent)], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert made.stdout.split() == ["MISSED", "BROKEN", "BROKEN", "holds"]
