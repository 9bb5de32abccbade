"""Judged questions: a folder of passages, questions and relevance, and how well a search answers them.

The folder holds `corpus.jsonl` (id, text, and when known title, doc, pos), `queries.jsonl` (id, text) and `qrels.tsv`
(query-id, corpus-id, score). Measures follow Järvelin & Kekäläinen 2002 with binary gains.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jumou.corpus.fulltext import FullText
from jumou.domain.evidence import Document, Passage
from jumou.retrieval.index import Entry


class Question(NamedTuple):
    """A question and the passages that answer it."""

    id: str
    text: str
    relevant: frozenset[str]


class Quality(NamedTuple):
    """Means over the questions, each 0–1."""

    ndcg: float
    recall: float
    mrr: float


class JudgedSet(NamedTuple):
    """Documents already cut into passages, and questions on them."""

    entries: tuple[Entry, ...]
    questions: tuple[Question, ...]


def read_judged(folder: Path) -> JudgedSet:
    """The set in `folder`; passages of one document follow each other by `pos`. Questions without an answer are left out."""
    by_document: dict[str, list[dict[str, Any]]] = {}
    for row in _lines(folder / "corpus.jsonl"):
        by_document.setdefault(str(row.get("doc") or row["id"]), []).append(row)
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, passage, grade = line.split("\t")
        if float(grade) > 0:
            relevant.setdefault(question, set()).add(passage)
    questions = tuple(
        Question(row["id"], row["text"], frozenset(relevant[row["id"]]))
        for row in _lines(folder / "queries.jsonl")
        if row["id"] in relevant
    )
    return JudgedSet(tuple(_entry(name, rows) for name, rows in by_document.items()), questions)


def measured(questions: Sequence[Question], answer: Callable[[str], Sequence[str]], depth: int = 10) -> Quality:
    """The quality of `answer` (passage ids, best first) over the questions, to rank `depth`."""
    sums = [0.0, 0.0, 0.0]
    for question in questions:
        hits = [name in question.relevant for name in answer(question.text)[:depth]]
        gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits) if hit)
        ideal = sum(1 / math.log2(place + 2) for place in range(min(depth, len(question.relevant))))
        sums[0] += gain / ideal
        sums[1] += sum(hits) / len(question.relevant)
        sums[2] += 1 / (hits.index(True) + 1) if any(hits) else 0.0
    count = max(1, len(questions))
    return Quality(*(value / count for value in sums))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _entry(name: str, rows: list[dict[str, Any]]) -> Entry:
    rows.sort(key=lambda row: int(row.get("pos") or 0))
    cut, start = [], 0
    for ordinal, row in enumerate(rows):
        text = row["text"]
        end = start + len(text)
        cut.append(Passage(id=row["id"], document_id=name, ordinal=ordinal, start=start, end=end, text=text))
        start = end
    text = FullText(
        document=Document(id=name, kind="user", title=rows[0].get("title") or ""),
        text="".join(row["text"] for row in rows),
    )
    told = hashlib.blake2b(text.digest.encode(), digest_size=16)
    for passage in cut:  # the same text cut or called otherwise is another set
        told.update(f"\0{passage.id}\0{passage.start}".encode())
    return Entry(text, told.hexdigest(), name, tuple(cut))
