"""What a terminal sees: bars where somebody watches, plain lines otherwise, JSON where a program reads."""

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from jumou.corpus.progress import Progress as Report
from jumou.settings import settings

out = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)


def pick(zh: str, en: str) -> str:
    """The text in the language of this process (JUMOU_LANGUAGE)."""
    return zh if settings().language == "zh" else en


def operator() -> str:
    """Who runs a command on this machine, for the audit stream: the name the system has."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container without names
        return f"cli:{os.getuid()}"


def say(text: str) -> None:
    """A line for a person, on the error stream so that results can be piped."""
    notes.print(text, markup=False)


def emit(value: Any) -> None:
    """A result as JSON on the output stream."""
    content = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """Reports progress under `title`: a bar on a terminal, else a line whenever a tenth more is done."""
    if not notes.is_terminal:
        seen = -1

        def lines(done: int, total: int, what: str) -> None:
            nonlocal seen
            tenth = 10 * done // total if total else 0
            if tenth > seen:
                seen = tenth
                say(f"{title} {done}/{total or '?'} {what}")

        yield lines
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[what]}"),
    )  # fmt: skip
    with Progress(*columns, console=notes, transient=True) as bars:
        task = bars.add_task(title, total=None, what="")

        def bar(done: int, total: int, what: str) -> None:
            bars.update(task, completed=done, total=total or None, what=what[:40])

        yield bar
