"""How an index comes to be: built, gone on with, brought up to date, opened, or refused."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from jumou.corpus.fulltext import FullText
from jumou.corpus.progress import Progress
from jumou.corpus.shipped import corpus_version, shipped_documents
from jumou.errors import IndexMismatch, NotFound
from jumou.retrieval.encode import Encoder
from jumou.retrieval.generations import Generations
from jumou.retrieval.index import Entry, Index, Mismatch
from jumou.retrieval.keyword import Analyser

_MINUTES: Final = 600.0
"""How long `ensure` waits for another process that is building the same index."""

_REBUILD: Final = "jumou index --rebuild"


class Making:
    """The index under `home`: its generations, and what a new one would be made with."""

    def __init__(self, home: Path, encoder: Encoder, *, chroma_url: str = "", shared: bool = False) -> None:
        """Nothing is read or written yet. With `shared` the index follows a log and the encoder keeps the vectors."""
        self.encoder = encoder
        self.analyser = Analyser(home / "models")
        self.generations = Generations(home / "index", shared=bool(chroma_url))
        self._home = home
        self._shared = shared
        self._chroma_url = chroma_url

    def index(self, generation: str) -> Index:
        """The generation called so, made when it is not there."""
        folder = self.generations.folder(generation)
        return Index(folder, self.encoder, self.analyser, chroma_url=self._chroma_url, shared=self._shared)

    def build(
        self,
        documents: Iterable[FullText] | None,
        corpus: str,
        progress: Progress,
        *,
        rebuild: bool = False,
        patience: float | None = None,
    ) -> Index:
        """The index of `documents` (None: the shipped ones), named `corpus`; as `Library.build` promises."""
        generations = self.generations
        with generations.writing(patience):
            present = generations.current()
            index, old = self.index(present) if present else None, None
            if index is None or rebuild or index.mismatches():
                index, old = self._unfinished(), index
            wanted = [Entry(text, text.digest) for text in (shipped_documents() if documents is None else documents)]
            if old is not None:
                wanted += old.added()
            if index.corpus != corpus:
                index.label("")
            names = {entry.text.document.id for entry in wanted}
            for known, (_, origin) in index.store.digests().items():
                if not origin and known not in names:
                    index.remove(known)
            index.add(wanted, progress)
            index.label(corpus)
            index.snapshot(keep=True)
            index.release()
            generations.use(index.name)
            if old is not None:
                old.drop()
                generations.discard(old.name)
        return index

    def replica(self) -> Index:
        """The index in use, or a new one beside it where that does not fit; to be filled, then kept. Needs the lock."""
        name = self.generations.current()
        if name:
            index = self.index(name)
            if not index.mismatches():
                return index
            index.close()
        return self._unfinished()

    def alone(self) -> Index | None:
        """The index this machine used before it followed a log, if there is one."""
        name = self.generations.current()
        index = self.index(name) if name else None
        if index is not None and index.follows:
            index.close()
            return None
        return index

    def keep(self, index: Index) -> None:
        """From now on `index` is searched; what was searched before is deleted. Needs the lock."""
        before = self.generations.current()
        self.generations.use(index.name)
        if before and before != index.name:
            self.generations.discard(before)

    def _unfinished(self) -> Index:
        """The generation that was begun and fits this program, else a new one."""
        if name := self.generations.unfinished():
            index = self.index(name)
            if not index.mismatches():
                return index
            index.drop()
        return self.index(self.generations.begin())

    def open(self, corpus: str | None = None) -> Index:
        """The index in use.

        Raises:
            NotFound: there is none, or its making was broken off.
            IndexMismatch: it was made by another encoder, splitter or corpus version.
        """
        index = self.fitting()
        if index is None:
            raise NotFound(
                f"{self._home} 下还没有检索索引。",
                f"There is no index under {self._home} yet.",
                mend_zh="请运行 jumou index。",
                mend_en="Run jumou index.",
            )
        label = corpus_version() if corpus is None else corpus
        if index.corpus != label:
            index.close()
            raise _mismatch([Mismatch("corpus", index.corpus or "-", label)], "jumou index")
        return index

    def ensure(self, progress: Progress) -> Index:
        """The index of the shipped corpus; as `Library.ensure` promises."""
        index = self.fitting()
        if index is not None:
            if index.corpus == corpus_version():
                return index
            index.close()
        return self.build(None, corpus_version(), progress, patience=_MINUTES)

    def fitting(self) -> Index | None:
        """The index in use, whatever its corpus; None when there is none.

        Raises:
            IndexMismatch: it was made by another encoder or splitter.
        """
        name = self.generations.current()
        if not name:
            return None
        index = self.index(name)
        if mismatches := index.mismatches():
            index.close()
            raise _mismatch(mismatches, _REBUILD)
        return index


def _mismatch(mismatches: Iterable[Mismatch], command: str) -> IndexMismatch:
    what = "; ".join(f"{one.name}: {one.was or '-'} ≠ {one.now}" for one in mismatches)
    return IndexMismatch(
        f"检索索引与当前程序不一致({what})。",
        f"The index does not fit this program ({what}).",
        mend_zh=f"请运行 {command}。",
        mend_en=f"Run {command}.",
    )
