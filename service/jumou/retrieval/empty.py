"""A library in which nothing is found: what a drafter does without evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from jumou.domain.evidence import Document, Passage
from jumou.errors import NotFound
from jumou.retrieval.filter import Filter, Hit


@dataclass(frozen=True, slots=True)
class EmptyLibrary:
    """Holds no document."""

    version: str = "none"
    encoder_name: str = "none"

    def search(
        self, query: str, *, limit: int = 8, where: Filter | None = None, diversity: int = 2, include_outdated: bool = False,
        exclude_documents: frozenset[str] = frozenset(), own_region: Sequence[str] = (), benchmarks: bool = False,
    ) -> list[Hit]:  # fmt: skip
        """Nothing."""
        del query, limit, where, diversity, include_outdated, exclude_documents, own_region, benchmarks
        return []

    def document(self, document_id: str) -> Document:
        """There is none.

        Raises:
            NotFound: always.
        """
        raise _missing(document_id)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """There are none.

        Raises:
            NotFound: always.
        """
        raise _missing(document_id)


def _missing(document_id: str) -> NotFound:
    return NotFound(f"没有文献 {document_id}。", f"There is no document {document_id}.")
