"""Judged questions as standard files, and the set over our own corpus, whose judgements outlive a change of splitter.

A standard folder holds `corpus.jsonl` (id, title, text), `queries.jsonl` (id, text) and `qrels.tsv` (query-id, corpus-id,
score). The own set holds `queries.jsonl` and `judgements.jsonl`: a question, a document and the beginning of the sentence
that answers it. A passage is relevant when the sentence begins in it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jumou.domain.quoting import comparable
from jumou.errors import InvalidRequest, NotFound
from jumou.retrieval import Readable
from jumou.retrieval.judged import Question


def own_questions(folder: Path, library: Readable) -> tuple[tuple[Question, ...], list[str]]:
    """The questions with the passages of `library` that answer them, and the judgements that no longer stand anywhere."""
    relevant: dict[str, set[str]] = {}
    lost: list[str] = []
    for row in _lines(folder / "judgements.jsonl"):
        anchor = comparable(row["anchor"])
        try:
            passages = library.passages(row["document"])
        except NotFound:
            lost.append(f"{row['question']}: {row['document']}")
            continue
        found = [one.id for one in passages if anchor in comparable(one.text)]
        if not found:  # the sentence runs over the end of a passage: where it begins counts
            found = [one.id for one in passages if anchor[:16] in comparable(one.text)]
        if found:
            relevant.setdefault(row["question"], set()).update(found)
        else:
            lost.append(f"{row['question']}: {row['document']}: {row['anchor'][:30]}")
    questions = tuple(
        Question(row["id"], row["text"], frozenset(relevant[row["id"]]))
        for row in _lines(folder / "queries.jsonl")
        if row["id"] in relevant
    )
    return questions, lost


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise InvalidRequest(
            f"缺少 {path}。", f"{path} is missing.",
            mend_zh="评测集需含 queries.jsonl 与 qrels.tsv（或 judgements.jsonl）。",
            mend_en="A set holds queries.jsonl and qrels.tsv (or judgements.jsonl).",
        )  # fmt: skip
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)
