"""One generation of the index on disk: texts, vectors and postings, kept in agreement through kills.

The text store is the truth. Vectors are written before a document's texts and noted as unsettled until these are in,
so that whatever a killed process left behind is put right by the next one that writes.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from jumou.corpus.fulltext import FullText
from jumou.corpus.progress import Progress
from jumou.corpus.split import SPLITTER, passage_id, passages
from jumou.domain.evidence import Document, Passage
from jumou.retrieval.derived import load_keywords, passage_text, refreshed, save_keywords
from jumou.retrieval.encode import Encoder, Vectors
from jumou.retrieval.keyword import Analyser
from jumou.retrieval.pool import NoVectors
from jumou.retrieval.scan import Scan
from jumou.retrieval.search import Snapshot
from jumou.retrieval.store import STORE_SCHEMA, StoredPassage, TextStore
from jumou.retrieval.vectors import Matrix, VectorStore, fields

_GROUP: Final = 128
"""Passages encoded and stored together: enough to sort them by length, few enough to lose to a kill."""


_SHARED: Final = "shared"


class Entry(NamedTuple):
    """A document to be stored: where it came from (empty for the shipped corpus) and what tells it unchanged.

    `cut` gives passages of one's own making; without it the text is split here.
    """

    text: FullText
    digest: str
    origin: str = ""
    cut: tuple[Passage, ...] | None = None


class Mismatch(NamedTuple):
    """A property the index was made with, and what this program would make it with."""

    name: str
    was: str
    now: str


class Index:
    """Texts, vectors and postings in one folder; only the holder of the writer's lock may call what changes them."""

    def __init__(
        self, folder: Path, encoder: Encoder, analyser: Analyser, *, chroma_url: str = "", shared: bool = False
    ) -> None:
        """Opens the folder, making it with this encoder when it is not there. With `shared` the encoder keeps the vectors."""
        self.name = folder.name
        self._folder = folder
        self._encoder = encoder
        self._analyser = analyser
        made = (folder / "library.sqlite").is_file()
        self.store = TextStore(folder / "library.sqlite")
        self._expected = {
            "schema": STORE_SCHEMA,
            "encoder": encoder.name,
            "dimension": str(encoder.dimension),
            "splitter": SPLITTER,
            "vectors": _SHARED if shared else chroma_url or "embedded",
        }
        if not made:
            self.store.set_meta(**self._expected)
        self._matrix = Matrix(folder / "vectors.f32", int(self.store.meta("dimension") or 1))
        self._scan: Scan | None = None
        self._vectors: VectorStore | NoVectors = NoVectors()
        if not shared:
            self._vectors = VectorStore(folder / "chroma", f"jumou-{self.name}", url=chroma_url)

    def mismatches(self) -> list[Mismatch]:
        """What this program would make differently; empty when the index can be used."""
        return [
            Mismatch(name, self.store.meta(name), now)
            for name, now in self._expected.items()
            if self.store.meta(name) != now
        ]

    @property
    def follows(self) -> bool:
        """Whether it was made to follow a shared log."""
        return self.store.meta("vectors") == _SHARED

    @property
    def corpus(self) -> str:
        """The version of the corpus in it; empty while it is being made."""
        return self.store.meta("corpus")

    def label(self, corpus: str) -> None:
        """Records the version of the corpus."""
        self.store.set_meta(corpus=corpus)

    def add(self, entries: Iterable[Entry], progress: Progress) -> int:
        """Stores new and changed documents and returns how many those were; unchanged ones are passed over.

        Every document is stored in one step: a kill loses nothing that was stored and leaves nothing by halves.
        """
        self._repair()
        known = self.store.digests()
        fresh = [one for one in entries if known.get(one.text.document.id, ("", ""))[0] != one.digest]
        group: list[tuple[Entry, tuple[Passage, ...]]] = []
        for number, entry in enumerate(fresh):
            progress(number, len(fresh), entry.text.document.title)
            cut = passages(entry.text.document.id, entry.text.text) if entry.cut is None else entry.cut
            group.append((entry, cut))
            if sum(len(found) for _, found in group) >= _GROUP:
                self._put(group)
                group = []
        self._put(group)
        self._repair()
        progress(len(fresh), len(fresh), "")
        return len(fresh)

    def apply(self, entries: Sequence[Entry], removals: Iterable[str], progress: Progress, **meta: str) -> None:
        """Puts documents in and takes others out in one step, together with properties of the index.

        Vectors come first; until the step is done everything is as it was, for searches too.
        """
        self._repair()
        row = first = self.store.next_row()
        every: list[tuple[Entry, tuple[Passage, ...], int]] = []
        group: list[str] = []
        for number, entry in enumerate(entries):
            progress(number, len(entries), entry.text.document.title)
            cut = passages(entry.text.document.id, entry.text.text) if entry.cut is None else entry.cut
            every.append((entry, cut, row))
            row += len(cut)
            group += [passage_text(entry.text.document.title, one.section, one.text) for one in cut]
            if len(group) >= _GROUP * 8 or number == len(entries) - 1:
                self._matrix.put(first, self._encoder.passages(group))
                first, group = row, []
        with self.store.writing():
            for name in removals:
                self.store.remove(name)
            for entry, cut, at in every:
                self.store.put(entry.text.document, cut, digest=entry.digest, origin=entry.origin, first_row=at)
            self.store.set_meta(**meta)
        self._repair()
        progress(len(entries), len(entries), "")

    def remove(self, document_id: str) -> bool:
        """Takes a document out; False when there is none called so."""
        gone = self.store.remove(document_id)
        self._repair()
        return gone

    def vectors_stored(self) -> int:
        """How many vectors the store of record holds."""
        return self._vectors.count()

    def added(self) -> Iterator[Entry]:
        """The documents that users added, whole, one after the other; with their passages where these are of the user's making."""
        for name, (digest, origin) in self.store.digests().items():
            row = self.store.document_row(name)
            if origin and row is not None:
                found = tuple(stored.passage for stored in self.store.passages_of(row))
                text = FullText(document=self.store.documents([row])[row], text="".join(one.text for one in found))
                ours = all(one.id == passage_id(name, one.ordinal) for one in found)
                yield Entry(text, digest, origin, None if ours else found)

    def snapshot(self, *, keep: bool) -> Snapshot:
        """The newest revision, ready to be searched. With `keep` its postings are saved for the next process.

        The matrix must be whole: see `lost_vectors`.
        """
        keywords = load_keywords(self._folder)
        while True:
            columns, facets = self.store.state()
            if keywords is not None and keywords.revision == columns.revision:
                break
            fresh = refreshed(keywords, self.store, columns, self._analyser)
            if self.store.revision == columns.revision:  # else another process has written while this one was reading
                keywords = fresh
                if keep:
                    save_keywords(self._folder, keywords)
                break
        self._scan = Scan.over(self._matrix.view(columns.document_of.size), self._scan)
        return Snapshot(columns, keywords, self._scan, facets)

    def encoded(self) -> Iterator[tuple[list[str], Vectors]]:
        """Texts as they were encoded and their vectors, some at a time; nothing when another encoder made them."""
        if self.lost_vectors or self.store.meta("encoder") != self._encoder.name:
            return
        matrix, some = self._matrix.view(self._matrix.reach()), list[StoredPassage]()
        for stored in self.store.passages_from(1):
            some.append(stored)
            if len(some) == _GROUP * 8:
                yield self._texts(some), matrix[[one.row for one in some]]
                some = []
        if some:
            yield self._texts(some), matrix[[one.row for one in some]]

    def _texts(self, some: Sequence[StoredPassage]) -> list[str]:
        documents = self.store.documents(sorted({one.document_row for one in some}))
        return [passage_text(documents[one.document_row].title, one.passage.section, one.passage.text) for one in some]

    @property
    def lost_vectors(self) -> bool:
        """Whether the matrix was deleted or cut short and has to be restored before a search."""
        following = self.store.next_row()
        return following > 1 and self._matrix.reach() < following

    def restore_vectors(self) -> None:
        """Fills the matrix from Chroma; a vector that Chroma lost is computed again."""
        self._matrix.clear()
        documents: dict[int, Document] = {}
        some: list[StoredPassage] = []
        for stored in self.store.passages_from(1):
            some.append(stored)
            if len(some) == _GROUP * 8:
                self._restore(some, documents)
                some = []
        self._restore(some, documents)

    def release(self) -> None:
        """Lets go of the vector store, which another process may write to next."""
        self._vectors.close()

    def close(self) -> None:
        """Lets go of all files."""
        self.store.close()
        self._vectors.close()

    def drop(self) -> None:
        """Lets go of all files and of the vectors on a server; the folder is the caller's to delete."""
        self.store.close()
        self._vectors.drop()

    def _put(self, group: Sequence[tuple[Entry, tuple[Passage, ...]]]) -> None:
        every = [(entry.text.document, one) for entry, found in group for one in found]
        row = self.store.next_row()
        if every:
            vectors = self._encoder.passages([passage_text(of.title, one.section, one.text) for of, one in every])
            self._matrix.put(row, vectors)
            self.store.unsettle(one.id for _, one in every)
            self._vectors.put([one.id for _, one in every], vectors, [fields(of) for of, _ in every])
        for entry, found in group:
            self.store.put(entry.text.document, found, digest=entry.digest, origin=entry.origin, first_row=row)
            row += len(found)

    def _repair(self) -> None:
        """Makes vectors agree with the texts about passages that were being written when a process ended."""
        if self.lost_vectors:
            self.restore_vectors()
        names = self.store.unsettled()
        if not names:
            return
        rows = self.store.passage_rows(names)
        self._vectors.remove([name for name in names if name not in rows])
        if rows:
            stored = self.store.passages(list(rows.values()))
            documents = self.store.documents(sorted({one.document_row for one in stored.values()}))
            matrix = self._matrix.view(self._matrix.reach())
            order = sorted(stored)
            self._vectors.put(
                [stored[row].passage.id for row in order],
                matrix[order],
                [fields(documents[stored[row].document_row]) for row in order],
            )
        self.store.settle(names)

    def _restore(self, some: Sequence[StoredPassage], documents: dict[int, Document]) -> None:
        if not some:
            return
        known = dict(self._vectors.get([one.passage.id for one in some]))
        lost = [one for one in some if one.passage.id not in known]
        missing = sorted({one.document_row for one in lost} - documents.keys())
        documents.update(self.store.documents(missing))
        if lost:
            vectors = self._encoder.passages(
                [passage_text(documents[one.document_row].title, one.passage.section, one.passage.text) for one in lost]
            )
            known.update(zip((one.passage.id for one in lost), vectors, strict=True))
            self._vectors.put(
                [one.passage.id for one in lost], vectors, [fields(documents[one.document_row]) for one in lost]
            )
        first = some[0].row
        block = np.zeros((some[-1].row - first + 1, self._encoder.dimension), np.float32)
        for one in some:
            block[one.row - first] = known[one.passage.id]
        self._matrix.put(first, block)
