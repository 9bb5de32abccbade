"""The log of a corpus that several machines share: which documents came and went, revision by revision."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from jumou.corpus.fulltext import FullText


class Edition(NamedTuple):
    """One revision of the shared corpus. `mark` tells it from the revision of the same number in another database."""

    number: int
    mark: str
    corpus: str
    encoder: str

    @property
    def label(self) -> str:
        """Number and mark as one word."""
        return f"{self.number}:{self.mark}"


class Put(NamedTuple):
    """A document as it is from a revision on; `origin` is empty for the shipped corpus."""

    text: FullText
    digest: str
    origin: str


class Changes(NamedTuple):
    """What leads from one revision to another: each document once, as it is at the end."""

    puts: tuple[Put, ...]
    removals: tuple[str, ...]


class CorpusLog(Protocol):
    """A shared log; one process writes at a time, any number follow. Every method may raise ServiceUnavailable."""

    def newest(self) -> Edition | None:
        """The newest edition; None while nothing was published."""

    def edition(self, number: int) -> Edition | None:
        """The edition of that number."""

    def changes(self, after: int, until: int) -> Changes:
        """What happened after one revision up to another; after 0 nothing is removed."""

    def shipped(self) -> dict[str, str]:
        """Digests of the newest edition's documents that came with the program, by id."""

    def corpora(self) -> frozenset[str]:
        """The versions of the shipped corpus that were published at any time."""

    def writing(self, patience: float) -> AbstractContextManager[None]:
        """Keeps all other writers away, on whatever machine; a writer that dies gives way by itself.

        Raises:
            IndexLocked: another one is writing, and still after `patience` seconds.
        """

    def publish(
        self, after: int, puts: Sequence[Put], removals: Collection[str], *, corpus: str, encoder: str
    ) -> Edition:
        """Appends a revision in one step; everybody sees all of it or nothing.

        Raises:
            IndexLocked: somebody else has published since revision `after`.
        """
