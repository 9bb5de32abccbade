"""What commands are given stands in no log, and the log stands on no output."""

import json
import subprocess
import sys
from pathlib import Path

from jumou.testing.serving import Serving

KEY, PASSWORD = "sk-marked-key-7c3e", "p4ss-marked-7c3e"  # pragma: allowlist secret
MARKS = {name: f"{name}标记词七七三" for name in ("query", "region", "background")}


def test_no_text_and_no_key_of_a_command_is_logged(home: Path, tmp_path: Path) -> None:
    """At debug: a search, a project list, a model and a database that do not answer."""
    good = tmp_path / "good.json"
    profile = {"name": MARKS["region"], "industry": "轴承", "background": MARKS["background"]}
    good.write_text(json.dumps(profile), "utf-8")
    nowhere = {"JUMOU_LLM": "openai:x", "JUMOU_LLM_BASE_URL": "http://127.0.0.1:9/v1", "JUMOU_LLM_API_KEY": KEY, "JUMOU_LLM_RETRIES": "0"}  # fmt: skip
    away = {"JUMOU_DATABASE_URL": f"postgresql://jumou:{PASSWORD}@127.0.0.1:9/jumou"}
    said = {
        "search": run(home, tmp_path, {}, "search", MARKS["query"], "--json"),
        "projects": run(home, tmp_path, nowhere, "projects", str(good), "--drafter", "rules", "--json"),
        "llm": run(home, tmp_path, nowhere, "llm", "check"),
        "runs": run(home, tmp_path, away, "runs", "list"),
    }
    assert {name: done.returncode for name, done in said.items()} == {
        "search": 0, "projects": 0, "llm": 4, "runs": 4,
    }  # fmt: skip
    assert MARKS["region"] in said["projects"].stdout
    for name in ("search", "projects"):
        json.loads(said[name].stdout)  # nothing but the result
    for name, done in said.items():
        for secret in (*MARKS.values(), KEY, PASSWORD):
            assert secret not in done.stderr, (name, done.stderr)
        assert KEY not in done.stdout
        assert PASSWORD not in done.stdout


def run(home: Path, folder: Path, more: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command, as a person starts it."""
    environment = {**Serving(home, folder / "jumou.db").environment, "JUMOU_LOG_LEVEL": "debug", **more}
    command = [sys.executable, "-m", "jumou.cli.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
