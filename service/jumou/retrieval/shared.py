"""A library that several machines share: the log in the database is the truth, each machine follows it with its own index.

Every second a library asks for the newest edition and brings its index there in one step; until then it answers from the
edition before, and never from parts of two. Whoever adds documents encodes them first, so that the vectors are in the
pool when the edition appears, and the others read them instead of encoding again.
"""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import structlog

from jumou.corpus.log import Changes, CorpusLog, Edition, Put
from jumou.corpus.progress import Progress, silent
from jumou.corpus.shipped import corpus_version, shipped_documents
from jumou.corpus.split import passages
from jumou.errors import IndexLocked, IndexMismatch, JumouError, NotFound
from jumou.retrieval.derived import passage_text
from jumou.retrieval.encode import Encoder, load_encoder
from jumou.retrieval.index import Entry, Index
from jumou.retrieval.library import Library
from jumou.retrieval.making import Making
from jumou.retrieval.pool import PooledEncoder, VectorPort, pool_name
from jumou.retrieval.rerank import Reranker
from jumou.retrieval.vectors import VectorStore

_EVERY: Final = 1.0
"""Seconds between two looks at the log; a look is one row by its key."""

_MINUTES: Final = 600.0
"""How long a start waits for another process that publishes or builds."""

_TURN: Final = 60.0
"""How long a writer waits for another one."""

_FOLLOWED: Final = "edition"

log = structlog.get_logger("jumou.corpus")


class SharedLibrary(Library):
    """As `Library`, kept at the newest edition of a shared log by a thread of its own; made by `join`."""

    def __init__(self, making: Making, index: Index, reranker: Reranker | None, shared: CorpusLog) -> None:
        """Not called directly: use `join`."""
        super().__init__(making, index, reranker)
        self._shared = shared
        self._closing = threading.Event()
        self._following = threading.Thread(target=self._run, name="corpus", daemon=True)
        self._away = ""

    @classmethod
    def join(
        cls,
        home: Path,
        shared: CorpusLog,
        *,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
        chroma_url: str = "",
        pool: VectorPort | None = None,
        announce: bool = False,
        progress: Progress = silent,
        corpus: str | None = None,
        documents: Iterable[Put] | None = None,
    ) -> Self:
        """Opens the index under `home` at the newest edition, building it from the log where it is missing or does not fit.

        The shipped corpus (or `documents`, called `corpus`) is published first, once, when no process has published that
        version before. What users added to an index that this machine had for itself is published too. With `announce` the
        deployment turns to this process's encoder.

        Raises:
            IndexMismatch: the deployment uses another encoder.
            IndexLocked: another process is still publishing or building after ten minutes.
            ServiceUnavailable: the database or the vector server is away.
        """
        plain = encoder or load_encoder(home=home)
        store = pool or VectorStore(home, pool_name(plain), url=chroma_url)
        pooled = PooledEncoder(plain, store)
        if announce:
            _announce(shared, plain.name)
        making = Making(home, pooled, shared=True)
        if (alone := making.alone()) is not None:
            for texts, vectors in alone.encoded():
                pooled.learn(texts, vectors)
        label = corpus_version() if corpus is None else corpus
        if label not in shared.corpora():
            wanted = [Put(text, text.digest, "") for text in shipped_documents()] if documents is None else [*documents]
            _offer(shared, pooled, label, wanted, progress)
        with making.generations.writing(_MINUTES):
            library = cls(making, making.replica(), reranker, shared)
            library.catch_up(progress)
            if alone is not None:
                library.add(alone.added(), progress=progress)
                alone.close()
            making.keep(library._index)
        library._stamp = making.generations.stamp()
        library._following.start()
        return library

    @property
    def edition(self) -> int:
        """The edition that is answered from."""
        return int(self._present().snapshot.columns.edition.partition(":")[0] or 0)

    @property
    def version(self) -> str:
        """The version of the corpus that is answered from."""
        return self._present().snapshot.columns.corpus

    def catch_up(self, progress: Progress = silent) -> bool:
        """Brings the index to the newest edition in one step; False when it is there already.

        Raises:
            IndexMismatch: the newest edition is of another encoder.
            IndexLocked: another process of this home is at it.
            ServiceUnavailable: the database or the vector server is away; the edition before stays.
        """
        newest = self._shared.newest()
        if newest is None or newest.label == self._index.store.meta(_FOLLOWED):
            return False
        _same_encoder(newest, self.encoder.name)
        with self._writing() as index:
            self._apply(index, newest, progress)
        return True

    def _apply(self, index: Index, newest: Edition, progress: Progress) -> None:
        number, _, mark = index.store.meta(_FOLLOWED).partition(":")
        known = int(number or 0)
        before = self._shared.edition(known) if known else None
        if known and (before is None or before.mark != mark or known > newest.number):
            known = 0  # another database, or one from a backup: everything is compared anew
        changes = self._shared.changes(known, newest.number)
        if not known:
            changes = _difference(changes, index)
        entries = [Entry(put.text, put.digest, put.origin) for put in changes.puts]
        index.apply(entries, changes.removals, progress, corpus=newest.corpus, **{_FOLLOWED: newest.label})

    def _run(self) -> None:
        while not self._closing.wait(_EVERY):
            try:
                self.catch_up()
                self._away = ""
            except IndexLocked:
                continue  # another process of this home is at it
            except JumouError as problem:
                if self._away != problem.message("en"):
                    self._away = problem.message("en")
                    log.warning("the shared corpus is not followed", reason=self._away, edition=self.edition)

    def add(self, entries: Iterable[Entry], *, progress: Progress = silent) -> int:
        """Publishes new and changed documents as one edition and returns how many those were.

        Raises:
            IndexLocked: another process is writing.
            ServiceUnavailable: the database or the vector server is away; nothing was changed.
        """
        with self._shared.writing(_TURN):
            self._at_newest()
            known = self.known()
            fresh = [one for one in entries if known.get(one.text.document.id, ("", ""))[0] != one.digest]
            puts = [Put(one.text, one.digest, one.origin) for one in fresh]
            if puts:
                _encode(self._making.encoder, puts, progress)
                self._publish(puts, ())
        self._at_newest()
        return len(fresh)

    def remove_document(self, document_id: str) -> None:
        """Takes a document out, on every machine.

        Raises:
            NotFound: there is none called so.
            IndexLocked: another process is writing.
            ServiceUnavailable: the database is away; nothing was changed.
        """
        with self._shared.writing(_TURN):
            self._at_newest()
            if document_id not in self.known():
                raise NotFound(f"没有文献 {document_id}。", f"There is no document {document_id}.")
            self._publish((), (document_id,))
        self._at_newest()

    def _publish(self, puts: Iterable[Put], removals: tuple[str, ...]) -> None:
        newest = self._shared.newest()
        after, corpus = (newest.number, newest.corpus) if newest else (0, "")
        self._shared.publish(after, [*puts], removals, corpus=corpus, encoder=self.encoder.name)

    def _at_newest(self) -> None:
        """As `catch_up`, waiting for another thread or process that is at it."""
        with self._making.generations.writing(_TURN):
            self.catch_up()

    def close(self) -> None:
        """Stops following and lets go of all files."""
        self._closing.set()
        if self._following.is_alive() and self._following is not threading.current_thread():
            self._following.join(10)
        super().close()


def _offer(shared: CorpusLog, encoder: Encoder, label: str, wanted: list[Put], progress: Progress) -> None:
    """Publishes a version of the shipped corpus, unless somebody else does so in the meantime."""
    with shared.writing(_MINUTES):
        if label in shared.corpora():
            return
        newest = shared.newest()
        _same_encoder(newest, encoder.name)
        held = shared.shipped()
        puts = [put for put in wanted if held.get(put.text.document.id) != put.digest]
        _encode(encoder, puts, progress)
        removals = held.keys() - {put.text.document.id for put in wanted}
        shared.publish(newest.number if newest else 0, puts, removals, corpus=label, encoder=encoder.name)


def _encode(encoder: Encoder, puts: Iterable[Put], progress: Progress) -> None:
    """Fills the pool, a document at a time, so that a killed writer loses little and publishes nothing by halves."""
    every = list(puts)
    for number, put in enumerate(every):
        progress(number, len(every), put.text.document.title)
        cut = passages(put.text.document.id, put.text.text)
        encoder.passages([passage_text(put.text.document.title, one.section, one.text) for one in cut])


def _announce(shared: CorpusLog, encoder: str) -> None:
    with shared.writing(_MINUTES):
        newest = shared.newest()
        if newest is not None and newest.encoder != encoder:
            shared.publish(newest.number, (), (), corpus=newest.corpus, encoder=encoder)


def _same_encoder(newest: Edition | None, encoder: str) -> None:
    if newest is not None and newest.encoder != encoder:
        raise IndexMismatch(
            f"共享语料库使用编码器 {newest.encoder}，本进程设置为 {encoder}。",
            f"The shared corpus is encoded by {newest.encoder}, this process is set to {encoder}.",
            mend_zh="请统一各机器的 JUMOU_ENCODER；要整体更换，请运行 jumou index --rebuild。",
            mend_en="Set JUMOU_ENCODER alike on all machines; to change it for all, run jumou index --rebuild.",
        )


def _difference(whole: Changes, index: Index) -> Changes:
    """What makes the index hold just what `whole` has."""
    held = index.store.digests()
    names = {put.text.document.id for put in whole.puts}
    puts = tuple(put for put in whole.puts if held.get(put.text.document.id) != (put.digest, put.origin))
    return Changes(puts, tuple(sorted(held.keys() - names)))
