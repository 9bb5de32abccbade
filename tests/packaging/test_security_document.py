"""The threat model names tests; they have to be there, and the ten risks too."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)


def test_every_test_the_document_names_exists() -> None:
    assert len(NAMED) > 40
    held = {
        path: {node.name for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        for path in {path for path, _ in NAMED}
    }  # fmt: skip
    assert [f"{path}::{name}" for path, name in NAMED if name not in held[path]] == []


def test_every_risk_of_both_lists_is_answered_by_a_test() -> None:
    rows = [line for line in TEXT.split("\n") if line.startswith("| LLM")]
    assert [row[2:7] for row in rows] == [f"LLM{number:02d}" for number in range(1, 11)]
    assert sorted(re.findall(r"\((LLM\d\d)\)", "".join(rows))) == [f"LLM{number:02d}" for number in range(1, 11)]
    assert all("`tests/" in row for row in rows)
