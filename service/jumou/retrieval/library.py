"""The library: documents and passages with all that is needed to find them, in one folder with one writer.

Whoever keeps the index has the whole of it here. Readers get a `Shelf`, which is bound to what they may know of.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final, Self

from jumou import metrics, tracing
from jumou.corpus.fulltext import FullText
from jumou.corpus.progress import Progress, silent
from jumou.corpus.shipped import corpus_version
from jumou.domain.access import Reach
from jumou.domain.evidence import Document, Passage
from jumou.domain.quoting import stands_in
from jumou.errors import InvalidRequest, NotFound
from jumou.retrieval.answering import Asked, State
from jumou.retrieval.beside import Beside
from jumou.retrieval.encode import Encoder, QueryCache, load_encoder
from jumou.retrieval.filter import Filter, Hit
from jumou.retrieval.index import Entry, Index
from jumou.retrieval.making import Making
from jumou.retrieval.rerank import Reranker
from jumou.retrieval.search import Ranking

_PATIENCE: Final = 60.0
"""Seconds a reader that found the vectors lost waits for another process that is writing."""


class Library:
    """Search over documents. Safe among threads; made by `build`, `open` or `ensure`."""

    def __init__(self, making: Making, index: Index, reranker: Reranker | None) -> None:
        """Not called directly: use `build`, `open` or `ensure`."""
        self.encoder = making.encoder
        self._making = making
        self._index = index
        self._reranker = reranker
        self._queries = QueryCache(making.encoder)
        self._beside = Beside()
        self._refreshing = threading.RLock()
        self._state: State | None = None
        self._stamp = making.generations.stamp()
        self._seen = threading.local()

    # --- making and opening -----------------------------------------------------------------------------------

    @classmethod
    def build(
        cls,
        home: Path,
        *,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
        documents: Iterable[FullText] | None = None,
        corpus: str | None = None,
        rebuild: bool = False,
        progress: Progress = silent,
        chroma_url: str = "",
        patience: float | None = None,
    ) -> Self:
        """Makes the index of the shipped corpus (or of `documents`, named `corpus`), or brings it up to date.

        Only new and changed documents are encoded; a killed build goes on where it stopped. Another encoder or way of
        splitting, or `rebuild`, makes a new index beside the old one, which is searched until the new one is whole;
        the user's own documents are taken over into it.

        Raises:
            IndexLocked: another process is writing, and still after `patience` seconds.
        """
        if (documents is None) != (corpus is None):
            raise ValueError("documents and the name of their corpus come together")
        making = Making(home, encoder or load_encoder(home=home), chroma_url=chroma_url)
        label = corpus_version() if corpus is None else corpus
        return cls(making, making.build(documents, label, progress, rebuild=rebuild, patience=patience), reranker)

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
        corpus: str | None = None,
        chroma_url: str = "",
    ) -> Self:
        """Opens the index under `home`.

        Raises:
            NotFound: there is none, or its making was broken off.
            IndexMismatch: it was made by another encoder, splitter or corpus version.
        """
        making = Making(home, encoder or load_encoder(home=home), chroma_url=chroma_url)
        return cls(making, making.open(corpus), reranker)

    @classmethod
    def ensure(
        cls,
        home: Path,
        *,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
        progress: Progress = silent,
        chroma_url: str = "",
    ) -> Self:
        """Opens the index; builds it when there is none, and brings it to the shipped corpus when that has changed.

        Waits while another process builds it.

        Raises:
            IndexMismatch: it was made by another encoder or splitter: hours of encoding are not thrown away unasked.
            IndexLocked: another process is still writing after ten minutes.
        """
        making = Making(home, encoder or load_encoder(home=home), chroma_url=chroma_url)
        return cls(making, making.ensure(progress), reranker)

    def close(self) -> None:
        """Lets go of all files."""
        self._index.close()
        self._beside.close()
        self._state = None

    def __enter__(self) -> Self:
        """The library itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes it."""
        self.close()

    # --- writing ----------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[Index]:
        """The index in use, for one who may change it; searches go on over the state before the change."""
        with self._making.generations.writing(), self._refreshing:
            self._follow()
            index = self._index
            try:
                yield index
                self._state = State(index, index.snapshot(keep=True))
            finally:
                index.release()

    def add(self, entries: Iterable[Entry], *, progress: Progress = silent) -> int:
        """Stores new and changed documents and returns how many those were; unchanged ones are passed over.

        Every document is stored in one step, so that a kill loses nothing that was stored and nothing is there by
        halves; adding the same again goes on where it stopped.

        Raises:
            IndexLocked: another process is writing.
        """
        with self._writing() as index:
            return index.add(entries, progress)

    def remove_document(self, document_id: str) -> None:
        """Takes a document out.

        Raises:
            NotFound: there is none called so.
            IndexLocked: another process is writing.
        """
        with self._writing() as index:
            if not index.remove(document_id):
                raise _no_document(document_id)

    # --- searching --------------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Loads models and index, so that the first search is as fast as the next."""
        self._present()
        self._making.analyser.warm()
        self._queries.queries(["预热"])

    def prepare(self, queries: Sequence[str]) -> None:
        """Encodes many questions at once, so that searching for them is faster."""
        self._queries.queries(queries)

    @metrics.timed("jumou_search_seconds")
    @tracing.span("search")
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
        within: Reach | None = None,
    ) -> list[Hit]:
        """The passages that answer `query` best, at most `diversity` from one document (None: no bound).

        Superseded and expired documents come after all current ones, and only where these do not fill the list,
        unless the query names them by number (国发〔2015〕28号) or title in 《》, or `include_outdated` or a filter on
        statuses asks for them. `own_region` names the region being planned:
        hits about it are marked `own`, and with `benchmarks` its own cases are left out.

        Raises:
            InvalidRequest: the query is blank or the limit is not positive.
        """
        if not query.strip() or limit < 1:
            raise InvalidRequest("检索词为空或条数不合理。", "The query is blank or the limit is not positive.")
        asked = Asked(
            query, limit, where, diversity, include_outdated, exclude_documents, own_region, benchmarks, within
        )
        terms = cache(lambda: self._making.analyser.asked(query))
        for newest in (False, True, True):
            state = self._present(newest=newest)
            ranking = Ranking(state.snapshot, terms, lambda: self._queries.queries([query])[0], self._beside)
            found, own = state.found(asked, ranking, self._reranker)
            hits = state.hits(found, own)
            if len(hits) == len(found):
                break  # else documents were replaced in between: the answer would be of two versions
        return hits

    def _present(self, *, newest: bool = False) -> State:
        """The newest state, also when another process made it; the one before while a change is under way.

        With `newest` a change that is under way is waited for.
        """
        state = self._state
        stamp, change = self._making.generations.stamp(), -1
        if state is not None and stamp == self._stamp:
            change = state.index.store.foreign_changes()
            if getattr(self._seen, "change", None) == (state.index.name, change):
                return state
        if not self._refreshing.acquire(blocking=newest or state is None) and state is not None:
            return state
        try:
            self._follow()
            index = self._index
            change = index.store.foreign_changes()
            state = self._state
            if state is None or state.index is not index or state.snapshot.columns.revision != index.store.revision:
                if index.lost_vectors:
                    with self._making.generations.writing(_PATIENCE):
                        index.restore_vectors()
                        index.release()
                state = self._state = State(index, index.snapshot(keep=self._making.generations.held))
            self._seen.change = (index.name, change)
            return state
        finally:
            self._refreshing.release()

    def _follow(self) -> None:
        """Turns to the generation in use when another process has made a new one."""
        stamp = self._making.generations.stamp()
        name = self._making.generations.current()
        if stamp != self._stamp and name and name != self._index.name:
            # the old one is left to threads that still read from it
            self._index = self._making.fitting() or self._index
        self._stamp = stamp

    # --- reading ----------------------------------------------------------------------------------------------

    def passage(self, passage_id: str, *, within: Reach | None = None) -> Passage:
        """The passage called so.

        Raises:
            NotFound: there is none.
        """
        state = self._present()
        stored = state.index.store.passage(passage_id)
        if stored is None or not state.snapshot.shows(within, stored.document_row):
            raise NotFound(f"没有段落 {passage_id}。", f"There is no passage {passage_id}.")
        return stored.passage

    def document(self, document_id: str, *, within: Reach | None = None) -> Document:
        """The document called so.

        Raises:
            NotFound: there is none.
        """
        state, row = self._document(document_id, within)
        return state.index.store.documents([row])[row]

    def _document(self, document_id: str, within: Reach | None) -> tuple[State, int]:
        state = self._present()
        row = state.index.store.document_row(document_id)
        if row is None or not state.snapshot.shows(within, row):
            raise _no_document(document_id)
        return state, row

    def documents(self, where: Filter | None = None, *, within: Reach | None = None) -> list[Document]:
        """All documents that meet the filter, by id."""
        state = self._present()
        mask, store = state.snapshot.documents(where), state.index.store
        if within is not None:
            mask &= state.snapshot.visible(within)
        rows = [row for row in store.document_rows() if row < mask.size and mask[row]]
        found = store.documents(rows)
        return [found[row] for row in rows if row in found]

    def passages(self, document_id: str, *, within: Reach | None = None) -> tuple[Passage, ...]:
        """The passages of a document, in order; together they are its text.

        Raises:
            NotFound: there is no such document.
        """
        state, row = self._document(document_id, within)
        return tuple(one.passage for one in state.index.store.passages_of(row))

    def quote(self, passage_id: str, quote: str, *, within: Reach | None = None) -> bool:
        """Whether `quote` stands in the passage (width and blanks aside); False when there is no such passage."""
        try:
            return stands_in(quote, self.passage(passage_id, within=within).text)
        except NotFound:
            return False

    def known(self) -> dict[str, tuple[str, str]]:
        """Digest and origin of every document, by id; the origin of a shipped one is empty."""
        return self._present().index.store.digests()

    def whole(self) -> Index:
        """The texts and vectors of this moment, for whoever backs them up or checks them."""
        return self._present().index

    @property
    def version(self) -> str:
        """The version of the corpus the index was built from."""
        return self._index.corpus

    @property
    def encoder_name(self) -> str:
        """The encoder the index was built with."""
        return self.encoder.name

    def size(self, *, within: Reach | None = None) -> tuple[int, int]:
        """How many documents and passages there are."""
        snapshot = self._present().snapshot
        columns = snapshot.columns
        if within is not None:
            sizes = columns.size[snapshot.visible(within)]
            return int((sizes > 0).sum()), int(sizes.sum())
        return int((columns.size > 0).sum()), int((columns.document_of > 0).sum())


def _no_document(document_id: str) -> NotFound:
    return NotFound(f"没有文献 {document_id}。", f"There is no document {document_id}.")
