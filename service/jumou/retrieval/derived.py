"""Postings kept beside the text store, brought up to its revision by adding and removing rows."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from jumou.domain.evidence import Document
from jumou.files import write_atomically
from jumou.retrieval.keyword import ANALYSER, Analyser
from jumou.retrieval.postings import Postings
from jumou.retrieval.store import Columns, TextStore


class Keywords(NamedTuple):
    """Postings of passages and of whole documents, as of one revision."""

    revision: int
    passages: Postings
    documents: Postings


def load_keywords(folder: Path) -> Keywords | None:
    """What `save_keywords` wrote last; None when there is nothing, or not made of the same terms, or not readable."""
    try:
        state = json.loads((folder / "keywords.json").read_text(encoding="utf-8"))
        if state["analyser"] != ANALYSER:
            return None
        parts = folder / state["folder"]
        return Keywords(int(state["revision"]), Postings.load(parts, "passages"), Postings.load(parts, "documents"))
    except (OSError, ValueError, KeyError, EOFError):
        return None


def save_keywords(folder: Path, keywords: Keywords) -> None:
    """Writes the postings into a folder of their own, then points to it; earlier ones are deleted."""
    name = f"keywords-{keywords.revision}"
    shutil.rmtree(folder / name, ignore_errors=True)
    keywords.passages.save(folder / name, "passages")
    keywords.documents.save(folder / name, "documents")
    state = json.dumps({"folder": name, "revision": keywords.revision, "analyser": ANALYSER})
    write_atomically(folder / "keywords.json", state.encode())
    for other in folder.glob("keywords-*"):
        if other.name != name:
            shutil.rmtree(other, ignore_errors=True)


def refreshed(known: Keywords | None, store: TextStore, columns: Columns, analyser: Analyser) -> Keywords:
    """Postings of `columns.revision`: only passages that are new are analysed."""
    before = known or Keywords(-1, Postings.empty(), Postings.empty())
    present = np.unique(columns.document_of)
    gone_passages = before.passages.absent(columns.document_of > 0)
    alive = np.zeros(int(present.max(initial=0)) + 1, bool)
    alive[present] = True
    alive[0] = False
    gone_documents = before.documents.absent(alive)
    fresh_documents: list[tuple[int, Counter[int]]] = []
    passages = before.passages.merged(
        _analysed(store, analyser, before.passages.reach, columns, fresh_documents), gone_passages
    )
    analyser.forget()
    return Keywords(columns.revision, passages, before.documents.merged(fresh_documents, gone_documents))


def _analysed(
    store: TextStore, analyser: Analyser, first: int, columns: Columns, documents: list[tuple[int, Counter[int]]]
) -> Iterator[tuple[int, Counter[int]]]:
    """Term counts of every passage from row `first` on; those of whole documents are put into `documents`."""
    owner, whole, heading = 0, Counter[int](), Counter[int]()
    for stored in store.passages_from(first):
        if stored.row >= columns.document_of.size:
            break
        if stored.document_row != owner:
            if owner:
                documents.append((owner, whole))
            owner = stored.document_row
            heading = analyser.counts(_heading(store.documents([owner])[owner]))
            whole = Counter(heading)
        text = analyser.counts(stored.passage.text)
        whole.update(text)
        yield stored.row, heading + analyser.counts(stored.passage.section) + text
    if owner:
        documents.append((owner, whole))


def _heading(document: Document) -> str:
    """What a document is asked for by, though its text may not say it."""
    number = document.document_number or ""
    return " ".join((document.title, document.title_en, number, document.issuer, *document.regions))


def passage_text(title: str, section: str, text: str) -> str:
    """Title and section path above the text, as both indexes see a passage."""
    above = " / ".join(part for part in (title, section) if part)
    return f"{above}\n{text.strip()}" if above else text.strip()
