"""The library: documents and passages with all that is needed to find them, in one folder with one writer.

`home/index/current.json` names the generation in use; a rebuild makes a new one beside it and switches at the end,
so that a search always sees a whole index.
"""

import json
import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Self

from filelock import FileLock, Timeout

from jumou.corpus.fulltext import FullText
from jumou.corpus.progress import Progress, silent
from jumou.corpus.shipped import corpus_version, shipped_documents
from jumou.corpus.split import SPLITTER, passages
from jumou.domain.evidence import Document, Passage
from jumou.domain.quoting import stands_in
from jumou.errors import IndexLocked, IndexMismatch, InvalidRequest, NotFound
from jumou.files import write_atomically
from jumou.retrieval.derived import Keywords, load_keywords, passage_text, refreshed, save_keywords
from jumou.retrieval.encode import Encoder, QueryCache, load_encoder
from jumou.retrieval.filter import Filter, Hit
from jumou.retrieval.keyword import ANALYSER, Analyser
from jumou.retrieval.search import Found, Ranking, Snapshot
from jumou.retrieval.store import STORE_SCHEMA, StoredPassage, TextStore
from jumou.retrieval.vectors import Matrix, VectorStore, fields

_GROUP: Final = 128
"""Passages encoded and stored together: enough to sort them by length, few enough to lose to a kill."""


class Entry(NamedTuple):
    """A document to be stored: where it came from (empty for the shipped corpus) and what tells it unchanged.

    `cut` gives passages of one's own making; without it the text is split here.
    """

    text: FullText
    digest: str
    origin: str = ""
    cut: tuple[Passage, ...] | None = None


def shipped(text: FullText) -> Entry:
    """A document of the shipped corpus."""
    return Entry(text, text.digest)


class Library:
    """Search over documents. Safe among threads; made by `build`, `open` or `ensure`."""

    def __init__(self, home: Path, encoder: Encoder, *, chroma_url: str = "") -> None:
        """Not called directly: use `build`, `open` or `ensure`."""
        self._root = home / "index"
        self.encoder = encoder
        self._queries = QueryCache(encoder)
        self._analyser = Analyser(home / "models")
        self._chroma_url = chroma_url
        self._lock = FileLock(self._root / "lock", timeout=0, thread_local=False)
        self._refreshing = threading.RLock()
        self._snapshot: Snapshot | None = None
        self._seen = threading.local()
        self._attach(self._generation() or self._fresh())

    # --- making and opening -----------------------------------------------------------------------------------

    @classmethod
    def build(
        cls,
        home: Path,
        *,
        encoder: Encoder | None = None,
        documents: Iterable[FullText] | None = None,
        corpus: str | None = None,
        rebuild: bool = False,
        progress: Progress = silent,
        chroma_url: str = "",
    ) -> Self:
        """Makes the index of the shipped corpus (or of `documents`, named `corpus`), or brings it up to date.

        Only new and changed documents are encoded; a killed build goes on where it stopped. Another encoder or way of
        splitting, or `rebuild`, makes a new index; the user's own documents are taken over into it.

        Raises:
            IndexLocked: another process is writing.
        """
        if (documents is None) != (corpus is None):
            raise ValueError("documents and the name of their corpus come together")
        label = corpus_version() if corpus is None else corpus
        library = cls(home, encoder or load_encoder(home=home), chroma_url=chroma_url)
        with library._writing():
            if rebuild or library._mismatches():
                library._renew(progress)
            library._store.set_meta(corpus="")
            wanted = {
                text.document.id: shipped(text)
                for text in (shipped_documents() if documents is None else documents)
            }
            for known, (_, origin) in library._store.digests().items():
                if not origin and known not in wanted:
                    library.remove_document(known)
            library.add(wanted.values(), progress=progress)
            library._store.set_meta(corpus=label)
        return library

    @classmethod
    def open(
        cls, home: Path, *, encoder: Encoder | None = None, corpus: str | None = None, chroma_url: str = ""
    ) -> Self:
        """Opens the index under `home`.

        Raises:
            NotFound: there is none.
            IndexMismatch: it was made by another encoder, splitter or corpus version, or its making was broken off.
        """
        if not (home / "index" / "current.json").is_file():
            raise NotFound(
                f"{home} 下还没有检索索引。",
                f"There is no index under {home} yet.",
                mend_zh="请运行 jumou index。",
                mend_en="Run jumou index.",
            )
        library = cls(home, encoder or load_encoder(home=home), chroma_url=chroma_url)
        label = corpus_version() if corpus is None else corpus
        mismatches = library._mismatches()
        if library._store.meta("corpus") != label:
            mismatches.append(("corpus", library._store.meta("corpus") or "-", label))
        if mismatches:
            library.close()
            what = "; ".join(f"{name}: {was} ≠ {now}" for name, was, now in mismatches)
            raise IndexMismatch(
                f"检索索引与当前程序不一致({what})。",
                f"The index does not fit this program ({what}).",
                mend_zh="请运行 jumou index --rebuild。",
                mend_en="Run jumou index --rebuild.",
            )
        return library

    @classmethod
    def ensure(
        cls, home: Path, *, encoder: Encoder | None = None, progress: Progress = silent, chroma_url: str = ""
    ) -> Self:
        """Opens the index, or builds it from the shipped corpus when there is none or it is not up to date.

        Raises:
            IndexLocked: it has to be built and another process is writing.
        """
        encoder = encoder or load_encoder(home=home)
        try:
            return cls.open(home, encoder=encoder, chroma_url=chroma_url)
        except (NotFound, IndexMismatch):
            return cls.build(home, encoder=encoder, progress=progress, chroma_url=chroma_url)

    def _generation(self) -> str:
        try:
            return str(json.loads((self._root / "current.json").read_text(encoding="utf-8"))["generation"])
        except (OSError, ValueError, KeyError):
            return ""

    def _fresh(self) -> str:
        name = uuid.uuid4().hex[:12]
        store = TextStore(self._root / name / "library.sqlite")
        store.set_meta(
            encoder=self.encoder.name,
            dimension=str(self.encoder.dimension),
            splitter=SPLITTER,
            analyser=ANALYSER,
            collection=f"jumou-{name}",
        )
        store.close()
        write_atomically(self._root / "current.json", json.dumps({"generation": name}).encode())
        return name

    def _attach(self, generation: str) -> None:
        self._folder = self._root / generation
        self._store = TextStore(self._folder / "library.sqlite")
        self._matrix = Matrix(self._folder / "vectors.f32", int(self._store.meta("dimension") or 1))
        self._vectors = VectorStore(
            self._folder / "chroma", self._store.meta("collection") or "jumou", url=self._chroma_url
        )
        self._snapshot = None

    def _mismatches(self) -> list[tuple[str, str, str]]:
        expected = {
            "schema": STORE_SCHEMA,
            "encoder": self.encoder.name,
            "dimension": str(self.encoder.dimension),
            "splitter": SPLITTER,
            "analyser": ANALYSER,
        }
        return [(name, self._store.meta(name), now) for name, now in expected.items() if self._store.meta(name) != now]

    def _renew(self, progress: Progress) -> None:
        """Makes an index of this encoder with the documents that users added, then drops the old one."""
        old_folder, old_vectors = self._folder, self._vectors
        kept = [
            Entry(self._whole(name), digest, origin)
            for name, (digest, origin) in self._store.digests().items()
            if origin
        ]
        self._store.close()
        self._attach(self._fresh())
        self.add(kept, progress=progress)
        old_vectors.close()
        shutil.rmtree(old_folder, ignore_errors=True)

    def close(self) -> None:
        """Lets go of files and lock."""
        self._store.close()
        self._vectors.close()
        self._lock.release(force=True)
        self._snapshot = None

    def __enter__(self) -> Self:
        """The library itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes it."""
        self.close()

    # --- writing ----------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._lock.acquire()
        except Timeout as taken:
            raise IndexLocked(
                "另一个进程正在写入检索索引。",
                "Another process is writing to the index.",
                mend_zh="请等它结束,或使用 Chroma 服务(JUMOU_CHROMA_URL)。",
                mend_en="Wait until it is done, or use a Chroma server (JUMOU_CHROMA_URL).",
            ) from taken
        try:
            yield
        finally:
            self._lock.release()

    def add(self, entries: Iterable[Entry], *, progress: Progress = silent) -> int:
        """Stores new and changed documents and returns how many those were; unchanged ones are passed over.

        Every document is stored in one step, so that a kill loses nothing that was stored and nothing is there by
        halves; adding the same again goes on where it stopped.

        Raises:
            IndexLocked: another process is writing.
        """
        with self._writing(), self._refreshing:
            self._repair()
            known = self._store.digests()
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
            self._refresh()
            progress(len(fresh), len(fresh), "")
        return len(fresh)

    def _put(self, group: Sequence[tuple[Entry, tuple[Passage, ...]]]) -> None:
        every = [(entry.text.document, one) for entry, found in group for one in found]
        if not group:
            return
        if every:
            vectors = self.encoder.passages([passage_text(of.title, one.section, one.text) for of, one in every])
            row = self._store.next_row()
            self._matrix.put(row, vectors)
            self._store.unsettle(one.id for _, one in every)
            self._vectors.put([one.id for _, one in every], vectors, [fields(of) for of, _ in every])
        for entry, found in group:
            self._store.put(
                entry.text.document, found, digest=entry.digest, origin=entry.origin, first_row=row if every else 0
            )
            row = row + len(found) if every else 0

    def remove_document(self, document_id: str) -> None:
        """Takes a document out.

        Raises:
            NotFound: there is none called so.
            IndexLocked: another process is writing.
        """
        with self._writing(), self._refreshing:
            if not self._store.remove(document_id):
                raise _no_document(document_id)
            self._repair()
            self._refresh()

    def _repair(self) -> None:
        """Makes Chroma agree with the store about passages that were being written when a process ended."""
        if self._matrix.reach() < self._store.next_row() and self._store.next_row() > 1:
            self._restore_matrix()
        names = self._store.unsettled()
        if not names:
            return
        rows = self._store.passage_rows(names)
        self._vectors.remove([name for name in names if name not in rows])
        if rows:
            stored = self._store.passages(list(rows.values()))
            documents = self._store.documents(sorted({one.document_row for one in stored.values()}))
            matrix = self._matrix.view(self._matrix.reach())
            order = sorted(stored)
            self._vectors.put(
                [stored[row].passage.id for row in order],
                matrix[order],
                [fields(documents[stored[row].document_row]) for row in order],
            )
        self._store.settle(names)

    def _restore_matrix(self) -> None:
        """Fills the matrix from Chroma; a vector that Chroma lost is computed again."""
        self._matrix.clear()
        documents: dict[int, Document] = {}
        some: list[StoredPassage] = []
        for stored in self._store.passages_from(1):
            some.append(stored)
            if len(some) == _GROUP * 8:
                self._restore(some, documents)
                some = []
        self._restore(some, documents)

    def _restore(self, some: Sequence[StoredPassage], documents: dict[int, Document]) -> None:
        if not some:
            return
        known = dict(self._vectors.get([one.passage.id for one in some]))
        lost = [one for one in some if one.passage.id not in known]
        missing = sorted({one.document_row for one in lost} - documents.keys())
        documents.update(self._store.documents(missing))
        texts = [
            passage_text(documents[one.document_row].title, one.passage.section, one.passage.text) for one in lost
        ]
        known.update(zip((one.passage.id for one in lost), self.encoder.passages(texts), strict=True))
        for one in some:
            self._matrix.put(one.row, known[one.passage.id][None, :])

    def _refresh(self) -> None:
        """Brings postings and snapshot to the store's revision; a process without the lock keeps them to itself."""
        with self._refreshing:
            columns = self._store.columns()
            keywords = load_keywords(self._folder)
            if keywords is None or keywords.revision != columns.revision:
                keywords = refreshed(keywords, self._store, columns, self._analyser)
                if self._lock.is_locked:
                    save_keywords(self._folder, keywords)
            self._snapshot = self._state(columns.document_of.size, keywords)

    def _state(self, rows: int, keywords: Keywords) -> Snapshot:
        if self._matrix.reach() < rows and rows > 1:
            self._restore_matrix()
        return Snapshot(self._store.columns(), keywords, self._matrix.view(rows), self._store.facets())

    def _present(self) -> Snapshot:
        """The snapshot of the newest revision, also when another process made it."""
        change = self._store.foreign_changes()
        snapshot = self._snapshot
        if snapshot is not None and getattr(self._seen, "change", None) == change:
            return snapshot
        with self._refreshing:
            if self._generation() not in ("", self._folder.name):
                self._store.close()
                self._attach(self._generation())
                change = self._store.foreign_changes()
            if self._snapshot is None or self._snapshot.columns.revision != self._store.revision:
                self._refresh()
            self._seen.change = change
            if self._snapshot is None:
                raise RuntimeError("a refresh leaves a snapshot")
            return self._snapshot

    # --- searching --------------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Loads models and index, so that the first search is as fast as the next."""
        self._present()
        self._analyser.warm()
        self._queries.queries(["预热"])

    def prepare(self, queries: Sequence[str]) -> None:
        """Encodes many questions at once, so that searching for them is faster."""
        self._queries.queries(queries)

    def search(
        self,
        query: str,
        *,
        limit: int = 8,
        where: Filter | None = None,
        diversity: int | None = 2,
        include_outdated: bool = False,
        exclude_documents: Collection[str] = frozenset(),
        own_region: Collection[str] = (),
        benchmarks: bool = False,
    ) -> list[Hit]:
        """The passages that answer `query` best, at most `diversity` from one document (None: no bound).

        Superseded and expired documents come after all current ones, and only where these do not fill the list,
        unless `include_outdated` or a filter on statuses asks for them. `own_region` names the region being planned:
        hits about it are marked `own`, and with `benchmarks` its own cases are left out.

        Raises:
            InvalidRequest: the query is blank or the limit is not positive.
        """
        if not query.strip() or limit < 1:
            raise InvalidRequest("检索词为空或条数不合理。", "The query is blank or the limit is not positive.")
        snapshot = self._present()
        documents = snapshot.documents(where)
        if exclude_documents:
            documents &= ~snapshot.named(exclude_documents)
        own = snapshot.about(own_region) if own_region else documents & False
        if benchmarks:
            documents &= ~(own & snapshot.of_kind("case"))
        vector = self._queries.queries([query])[0]
        ranking = Ranking(snapshot, vector, Counter(self._analyser.numbers(self._analyser.terms(query))))
        outdated = snapshot.columns.outdated
        if include_outdated or (where is not None and where.statuses):
            found = ranking.found(documents, limit, diversity)
        else:
            found = ranking.found(documents & ~outdated, limit, diversity)
            if len(found) < limit and (documents & outdated).any():
                found += ranking.found(documents & outdated, limit - len(found), diversity)
        return self._hits(found, own.nonzero()[0].tolist())

    def _hits(self, found: Sequence[Found], own: Collection[int]) -> list[Hit]:
        stored = self._store.passages([one.row for one in found])
        documents = self._store.documents(sorted({one.document_row for one in found}))
        own = frozenset(own)
        return [
            Hit(
                passage=stored[one.row].passage,
                document=documents[one.document_row],
                score=one.score,
                parts=one.parts,
                own=one.document_row in own,
                outdated=documents[one.document_row].outdated,
            )
            for one in found
            if one.row in stored and one.document_row in documents
        ]

    # --- reading ----------------------------------------------------------------------------------------------

    def passage(self, passage_id: str) -> Passage:
        """The passage called so.

        Raises:
            NotFound: there is none.
        """
        stored = self._store.passage(passage_id)
        if stored is None:
            raise NotFound(f"没有段落 {passage_id}。", f"There is no passage {passage_id}.")
        return stored.passage

    def document(self, document_id: str) -> Document:
        """The document called so.

        Raises:
            NotFound: there is none.
        """
        row = self._store.document_row(document_id)
        if row is None:
            raise _no_document(document_id)
        return self._store.documents([row])[row]

    def documents(self, where: Filter | None = None) -> list[Document]:
        """All documents that meet the filter, by id."""
        mask = self._present().documents(where)
        rows = [row for row in self._store.document_rows() if row < mask.size and mask[row]]
        found = self._store.documents(rows)
        return [found[row] for row in rows if row in found]

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of a document, in order; together they are its text.

        Raises:
            NotFound: there is no such document.
        """
        row = self._store.document_row(document_id)
        if row is None:
            raise _no_document(document_id)
        return tuple(one.passage for one in self._store.passages_of(row))

    def quote(self, passage_id: str, quote: str) -> bool:
        """Whether `quote` stands in the passage (width and blanks aside); False when there is no such passage."""
        stored = self._store.passage(passage_id)
        return stored is not None and stands_in(quote, stored.passage.text)

    def known(self) -> dict[str, tuple[str, str]]:
        """Digest and origin of every document, by id; the origin of a shipped one is empty."""
        return self._store.digests()

    @property
    def version(self) -> str:
        """The version of the corpus the index was built from."""
        return self._store.meta("corpus")

    @property
    def encoder_name(self) -> str:
        """The encoder the index was built with."""
        return self.encoder.name

    def size(self) -> tuple[int, int]:
        """How many documents and passages there are."""
        columns = self._present().columns
        return int((columns.size > 0).sum()), int((columns.document_of > 0).sum())

    def _whole(self, document_id: str) -> FullText:
        text = "".join(passage.text for passage in self.passages(document_id))
        return FullText(document=self.document(document_id), text=text)


def _no_document(document_id: str) -> NotFound:
    return NotFound(f"没有文献 {document_id}。", f"There is no document {document_id}.")
