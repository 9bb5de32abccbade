"""The library as one reader has it: the shipped corpus, and the documents of one workspace."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from jumou.domain.access import Reach
from jumou.domain.evidence import Document, Passage
from jumou.retrieval.encode import Encoder
from jumou.retrieval.filter import Filter, Hit
from jumou.retrieval.library import Library


class Shelf(NamedTuple):
    """A search that cannot leave its reach: what is outside is not there, by whatever id or filter it is asked for.

    Every method promises and raises what the library's of the same name does.
    """

    whole: Library
    reach: Reach

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
        """The passages within reach that answer `query` best."""
        return self.whole.search(
            query, limit=limit, where=where, diversity=diversity, include_outdated=include_outdated,
            exclude_documents=exclude_documents, own_region=own_region, benchmarks=benchmarks, within=self.reach,
        )  # fmt: skip

    def prepare(self, queries: Sequence[str]) -> None:
        """Encodes many questions at once."""
        self.whole.prepare(queries)

    def passage(self, passage_id: str) -> Passage:
        """The passage called so."""
        return self.whole.passage(passage_id, within=self.reach)

    def document(self, document_id: str) -> Document:
        """The document called so."""
        return self.whole.document(document_id, within=self.reach)

    def documents(self, where: Filter | None = None) -> list[Document]:
        """All documents within reach that meet the filter, by id."""
        return self.whole.documents(where, within=self.reach)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of a document, in order."""
        return self.whole.passages(document_id, within=self.reach)

    def quote(self, passage_id: str, quote: str) -> bool:
        """Whether `quote` stands in the passage; False when no such passage is within reach."""
        return self.whole.quote(passage_id, quote, within=self.reach)

    def size(self) -> tuple[int, int]:
        """How many documents and passages are within reach."""
        return self.whole.size(within=self.reach)

    @property
    def encoder(self) -> Encoder:
        """The encoder of the index."""
        return self.whole.encoder

    @property
    def version(self) -> str:
        """The version of the corpus the index was built from."""
        return self.whole.version

    @property
    def encoder_name(self) -> str:
        """The encoder the index was built with."""
        return self.whole.encoder_name


Readable = Library | Shelf
"""A library to read from: bound to a reader, or whole, for evaluations over an index of their own."""
