"""Commands and answers, and whether they are told as promised."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

Sending = Mapping[str, Callable[[], httpx.Response]]


def told_well(answer: httpx.Response) -> str:
    """Empty for a 503 as it should be: a problem by RFC 9457 in words, with Retry-After; else what is wrong with it."""
    if answer.status_code != 503:
        return f"{answer.status_code} instead of 503: {answer.text[:160]}"
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return f"no problem by RFC 9457: {answer.headers.get('content-type')}"
    if not answer.headers.get("retry-after", "").isdigit():
        return "no Retry-After"
    body = answer.json()
    if not body.get("title") or not body.get("detail"):
        return f"without words: {body}"
    return ""


def command(
    arguments: list[str], settings: Mapping[str, str], seconds: float = 120
) -> "subprocess.CompletedProcess[str]":
    """`jumou ...`, to its end."""
    whole = [sys.executable, "-m", "jumou.cli.main", *arguments]
    return subprocess.run(whole, env=dict(settings), capture_output=True, text=True, timeout=seconds, check=False)


def left_well(made: "subprocess.CompletedProcess[str]", code: int, *words: str) -> str:
    """Empty when a command left with that code and these words, and without a traceback."""
    if made.returncode != code:
        return f"exit code {made.returncode} instead of {code}: {made.stderr[-300:]}"
    missing = [word for word in words if word not in made.stderr]
    if missing or "Traceback" in made.stderr:
        return f"not told {missing}: {made.stderr[-300:]}"
    return ""


def papers(folder: Path, number: int, paragraphs: int = 30, mark: str = "产线") -> Path:
    folder.mkdir()
    text = "\n\n".join(
        f"{mark}第{n}段：保持架主要从外地购进，热处理能力不足，检测平台尚未建成。" for n in range(paragraphs)
    )
    for one in range(number):
        (folder / f"{mark}{one}.md").write_text(f"# {mark}调研{one}\n\n{mark}标记{one}。\n\n{text}\n", encoding="utf-8")
    return folder
