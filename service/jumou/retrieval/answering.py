"""What a search is asked for, and one answer to it from one state of the index."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from jumou.domain.access import Reach
from jumou.retrieval.derived import passage_text
from jumou.retrieval.filter import Filter, Hit
from jumou.retrieval.index import Index
from jumou.retrieval.named import named
from jumou.retrieval.postings import Mask
from jumou.retrieval.rerank import Reranker
from jumou.retrieval.search import Found, Ranking, Snapshot, spread

_RERANKED: Final = 40
"""How many passages a reranker is shown."""


class Asked(NamedTuple):
    """A question, and what the answer is narrowed to; as `Library.search` has it."""

    query: str
    limit: int
    where: Filter | None
    diversity: int | None
    include_outdated: bool
    exclude_documents: Collection[str]
    own_region: Collection[str]
    benchmarks: bool
    within: Reach | None


@dataclass(frozen=True, slots=True)
class State:
    """An index, and one revision of it ready to be searched."""

    index: Index
    snapshot: Snapshot

    def found(self, asked: Asked, ranking: Ranking, reranker: Reranker | None) -> tuple[list[Found], Mask]:
        """The passages that answer best, and which documents are about the asker's own region."""
        snapshot = self.snapshot
        documents = snapshot.documents(asked.where)
        if asked.within is not None:
            documents &= snapshot.visible(asked.within)
        if asked.exclude_documents:
            documents &= ~snapshot.named(asked.exclude_documents)
        own = snapshot.about(asked.own_region) if asked.own_region else documents & False
        if asked.benchmarks:
            documents &= ~(own & snapshot.of_kind("case"))
        outdated = snapshot.columns.outdated & ~self._named(asked.query, documents & snapshot.columns.outdated)
        pools = [documents & ~outdated, documents & outdated]
        if asked.include_outdated or (asked.where is not None and asked.where.statuses):
            pools = [documents]
        found: list[Found] = []
        for pool in pools:
            if len(found) < asked.limit and pool.any():
                ordered = self._ordered(asked.query, ranking, pool, reranker)
                found += spread(ordered, asked.limit - len(found), asked.diversity)
        return found, own

    def _named(self, query: str, documents: Mask) -> Mask:
        """Those of `documents` that the query names by number or title."""
        mask = documents & False
        if wanted := named(query):
            for row, document in self.index.store.documents(np.flatnonzero(documents).tolist()).items():
                mask[row] = wanted.means(document)
        return mask

    def _ordered(self, query: str, ranking: Ranking, pool: Mask, reranker: Reranker | None) -> Iterable[Found]:
        """What the lists found, by their own order or by the reranker's."""
        found = ranking.found(pool)
        if reranker is None:
            return found
        store = self.index.store
        shown = spread(found, _RERANKED, None)
        stored = store.passages([one.row for one in shown])
        documents = store.documents(sorted({one.document_row for one in shown}))
        texts = []
        for one in shown:
            there = one.row in stored and one.document_row in documents  # what is not will be missed by `hits`
            passage = stored[one.row].passage if there else None
            title = documents[one.document_row].title if there else ""
            texts.append(passage_text(title, passage.section, passage.text) if passage else "")
        scores = reranker.scores(query, texts).tolist() if texts else []
        again = [
            one._replace(score=score, parts={**one.parts, "fused": one.score, "rerank": score})
            for one, score in zip(shown, scores, strict=True)
        ]
        return sorted(again, key=lambda one: (-one.score, one.row))

    def hits(self, found: Sequence[Found], own: Mask) -> list[Hit]:
        """What was found, with texts; passages that were taken out in the meantime are left out."""
        store = self.index.store
        stored = store.passages([one.row for one in found])
        documents = store.documents(sorted({one.document_row for one in found}))
        return [
            Hit(
                passage=stored[one.row].passage,
                document=documents[one.document_row],
                score=one.score,
                parts=one.parts,
                own=bool(own[one.document_row]),
                outdated=documents[one.document_row].outdated,
            )
            for one in found
            if one.row in stored and one.document_row in documents
        ]
