"""Reading the profiles of many regions: from files, folders and JSON-lines files. One that cannot be read is an entry too."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jumou.domain.batch import BatchEntry, Failure
from jumou.domain.framework import Language
from jumou.domain.region import ProfileProblem
from jumou.errors import InvalidProfile, RefusedFile
from jumou.profile.files import decoded
from jumou.profile.read import Reading, examine_content, examine_profile

_LINES: Final = (".jsonl", ".ndjson")
_FILES: Final = (".json", ".xlsx", ".xlsm", ".xls", ".et", *_LINES)
_MOST_BYTES: Final = 500_000_000
"""A JSON-lines file of every county of the country stays well below it."""


def read_many(paths: Sequence[Path], language: Language = "zh") -> list[BatchEntry]:
    """An entry for each region at `paths`, in their order; `language` is the language of the problems.

    A folder with CSV files is one region. Any other folder stands for the files and folders in it, by name. A JSON-lines
    file (.jsonl) holds a profile a line, in any form a JSON file may have.
    """
    return [entry for path in paths for entry in _at(path, path.name, language)]


def read_contents(contents: Sequence[Mapping[str, Any]], language: Language = "zh") -> list[BatchEntry]:
    """An entry for each JSON object, in any of the forms a JSON file may have; the source is its place, from 1."""
    return [
        _entry(str(number), examine_content(content, language), language)
        for number, content in enumerate(contents, start=1)
    ]


def _at(path: Path, source: str, language: Language) -> Iterator[BatchEntry]:
    if path.suffix.lower() in _LINES and path.is_file():
        yield from _lines(path, source, language)
        return
    if path.is_dir() and not any(path.glob("*.[cC][sS][vV]")):
        inside = [
            found
            for found in sorted(path.iterdir())
            if not found.name.startswith((".", "~$")) and (found.is_dir() or found.suffix.lower() in _FILES)
        ]
        if inside:
            for found in inside:
                yield from _at(found, f"{source}/{found.name}", language)
            return
    yield _entry(source, examine_profile(path, language), language)


def _lines(path: Path, source: str, language: Language) -> Iterator[BatchEntry]:
    try:
        text = _text(path)
    except RefusedFile as refused:
        yield BatchEntry(source=source, failure=Failure.of(refused, language))
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{source}:{number}"
        try:
            content = json.loads(line)
        except (ValueError, RecursionError):  # no JSON; a number of thousands of digits; thousands of brackets
            content = None
        if isinstance(content, dict):
            yield _entry(place, examine_content(content, language), language)
        else:
            zh = language == "zh"
            problem = ProfileProblem(
                severity="error", file=path.name, row=number,
                message="该行不是 JSON 对象" if zh else "the line is no JSON object",
                mend="请检查引号、逗号和括号，每行一个区域。" if zh else "Check quotes, commas and brackets; one region a line.",
            )  # fmt: skip
            yield _entry(place, Reading(None, (problem,)), language)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as problem:
        raise RefusedFile(
            f"无法打开 {path.name}：{problem.strerror}。", f"{path.name} cannot be opened: {problem.strerror}.",
            mend_zh="请检查读取权限。", mend_en="Check its permissions.",
        ) from problem  # fmt: skip
    if size > _MOST_BYTES:
        raise RefusedFile(
            f"{path.name} 超过 {_MOST_BYTES / 1e6:.0f} MB。", f"{path.name} has more than {_MOST_BYTES / 1e6:.0f} MB.",
            mend_zh="请分批提交。", mend_en="Split it.",
        )  # fmt: skip
    return decoded(content, path.name)


def _entry(source: str, reading: Reading, language: Language) -> BatchEntry:
    if reading.profile is None:
        return BatchEntry(source=source, failure=Failure.of(InvalidProfile(reading.problems), language))
    return BatchEntry(source=source, region=reading.profile.name, profile=reading.profile)
