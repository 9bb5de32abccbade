"""Ranks the passages of one state of the library: keyword and vector lists, fused, filtered, spread over documents."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jumou.domain.access import DEFAULT_WORKSPACE, Reach
from jumou.retrieval.beside import Beside
from jumou.retrieval.derived import Keywords
from jumou.retrieval.filter import Filter, date_bounds, places
from jumou.retrieval.fuse import POOL, Weighted, fused, normalised, placed
from jumou.retrieval.postings import Mask, best
from jumou.retrieval.scan import Scan
from jumou.retrieval.store import Columns, Facets

_DENSE: Final = 0.45
_KEYWORD: Final = 0.55
_PARENT: Final = 1.2
"""Weights: keywords a little more, and the whole document a little more than its passage (evals/performance/retrieval_quality.py)."""

_PARENT_SIZES: Final = (2, 24)
"""Whole documents count only when they are a few pages: a law of hundreds of articles says little about one of them."""


ADDED: Final = "u_"
"""How the ids of documents begin that users added; none of the shipped corpus begins so."""


class Found(NamedTuple):
    """A passage row with its score, 0–1, and what it is made of."""

    row: int
    document_row: int
    score: float
    parts: dict[str, float]


@dataclass(frozen=True)
class Snapshot:
    """One revision of the library, ready to be searched; immutable, so searches and changes never meet."""

    columns: Columns
    keywords: Keywords
    scan: Scan
    facets: Facets
    _visible: dict[Reach, Mask] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def _rows_of(self) -> dict[str, dict[str, NDArray[np.int32]]]:
        return {
            field: {value: np.array(rows, np.int32) for value, rows in values.items()}
            for field, values in self.facets.items()
        }

    @cached_property
    def short(self) -> Mask:
        """Documents of several passages but few pages: the others are judged by their passages alone."""
        size = self.columns.size
        return (size >= _PARENT_SIZES[0]) & (size <= _PARENT_SIZES[1])

    def passages(self, documents: Mask) -> Mask:
        """Which passage rows belong to the documents in the mask."""
        return documents[self.columns.document_of]

    def documents(self, where: Filter | None = None) -> Mask:
        """Which document rows meet the filter."""
        mask = self.columns.size >= 0
        mask[0] = False
        if where is None:
            return mask
        for facet, wanted in (
            ("kind", where.kinds),
            ("level", where.levels),
            ("status", where.statuses),
            ("mode", where.modes),
            ("project_type", where.project_types),
            ("outcome", where.outcomes),
            ("document", where.document_ids),
            ("workspace", where.workspaces),
            ("classification", where.classifications),
        ):
            if wanted:
                mask &= self._any(facet, wanted)
        if where.regions:
            mask &= self._any("region", {form for name in where.regions for form in places(name)})
        if where.industries:
            known = self._rows_of.get("industry", {})
            words = [word.strip().lower() for word in where.industries]
            mask &= self._any("industry", [one for one in known if any(_akin(one, word) for word in words)])
        if where.issued_from:
            mask &= self.columns.issued[:, 1] >= max(1, date_bounds(where.issued_from)[0])
        if where.issued_to:
            low = self.columns.issued[:, 0]
            mask &= (low > 0) & (low <= date_bounds(where.issued_to)[1])
        return mask

    def visible(self, reach: Reach) -> Mask:
        """The document rows this reach may know of: the shipped corpus, and what was added to its workspace.

        What users added before there were workspaces carries none, and belongs to the default one.
        """
        mask = self._visible.get(reach)
        if mask is None:
            unowned = self._any("workspace", ("",))
            added = self._any("document", [one for one in self.facets.get("document", {}) if one.startswith(ADDED)])
            mask = (unowned & ~added) | self._any("workspace", (reach.workspace,))
            if reach.workspace == DEFAULT_WORKSPACE:
                mask |= unowned
            if not reach.internal:
                mask &= ~self._any("classification", ("internal",))
            self._visible[reach] = mask
        return mask

    def shows(self, reach: Reach | None, document_row: int) -> bool:
        """Whether the reach may know of this document; None stands for whoever keeps the index and sees all of it."""
        if reach is None:
            return True
        mask = self.visible(reach)
        return document_row < mask.size and bool(mask[document_row])

    def named(self, document_ids: Collection[str]) -> Mask:
        """The document rows of these ids."""
        return self._any("document", document_ids)

    def about(self, region_names: Iterable[str]) -> Mask:
        """Documents about one of these regions: it stands among their regions or, for a Latin name, in the title."""
        names = [name for name in region_names if name.strip()]
        mask = self._any("region", {form for name in names for form in places(name)})
        latin = [re.escape(name.strip().lower()) for name in names if name.isascii()]
        if latin:
            pattern = re.compile(rf"\b(?:{'|'.join(latin)})\b")
            mask |= self._any("title", [title for title in self._rows_of.get("title", {}) if pattern.search(title)])
        return mask

    def of_kind(self, kind: str) -> Mask:
        """The document rows of one kind."""
        return self._any("kind", (kind,))

    def _any(self, field: str, values: Collection[str]) -> Mask:
        mask = np.zeros(self.columns.size.size, bool)
        known = self._rows_of.get(field, {})
        for value in values:
            rows = known.get(value)
            if rows is not None:
                mask[rows] = True
        return mask


def _akin(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= 2 and short in long)


class _Words(NamedTuple):
    """Keyword scores by passage row and by document row."""

    passages: NDArray[np.float32]
    documents: NDArray[np.float32]


class Ranking:
    """One question over one snapshot; scores are computed once, whatever documents are asked for."""

    def __init__(
        self,
        snapshot: Snapshot,
        terms: Callable[[], Counter[int]],
        vector: Callable[[], NDArray[np.float32]],
        beside: Beside,
    ) -> None:
        """`terms` come from the analyser the postings were made with; `vector` makes one of unit length.

        Words are cut and scored beside it: both leave Python's lock alone most of the time.
        """
        self._snapshot, self._beside = snapshot, beside
        self._words = beside.started(lambda: self._scored(terms()))
        self._vector = vector()

    @cached_property
    def _coarse(self) -> NDArray[np.float32]:
        return self._snapshot.scan.coarse(self._vector, self._beside)

    def _scored(self, terms: Counter[int]) -> _Words:
        keywords = self._snapshot.keywords
        scores = keywords.passages.scores(terms)
        missing = self._snapshot.columns.document_of.size - scores.size
        scores = scores[:missing] if missing < 0 else np.pad(scores, (0, missing))  # the last rows may have gone
        return _Words(scores, keywords.documents.scores(terms))

    def found(self, documents: Mask) -> Iterator[Found]:
        """The passages of the documents in the mask that are on any list, best first; equals by row."""
        columns, short = self._snapshot.columns, self._snapshot.short
        allowed = self._snapshot.passages(documents)
        dense = self._snapshot.scan.nearest(self._vector, POOL, allowed, lambda: self._coarse)
        words = self._words()
        keyword = best(words.passages, POOL, allowed, floor=0.0)
        eligible = (documents & short)[: words.documents.size]
        parent = best(words.documents[: eligible.size], POOL, eligible, floor=0.0)
        by_keyword = Weighted(keyword.rows, normalised(keyword.scores, floor=0.0), _KEYWORD)
        by_dense = Weighted(dense.rows, normalised(dense.scores), _DENSE)
        rows, own = fused([by_keyword, by_dense])
        owners = columns.document_of[rows]
        by_parent = np.zeros(short.size)
        by_parent[parent.rows] = normalised(parent.scores, floor=0.0)
        whole = np.where(short[owners], by_parent[owners], own)
        _, scores = fused([Weighted(rows, own, 1.0), Weighted(rows, whole, _PARENT)])
        parts = {
            "keyword": placed(rows, by_keyword.keys, by_keyword.scores),
            "dense": placed(rows, by_dense.keys, by_dense.scores),
            "parent": by_parent[owners],
            "bm25": placed(rows, keyword.rows, keyword.scores),
            "cosine": placed(rows, dense.rows, dense.scores),
        }
        for place in np.lexsort((rows, -scores)):
            why = {name: float(values[place]) for name, values in parts.items()}
            yield Found(int(rows[place]), int(owners[place]), float(scores[place]), why)


def spread(found: Iterable[Found], limit: int, per_document: int | None) -> list[Found]:
    """The first `limit` of `found` with at most `per_document` from one document (None: no bound)."""
    chosen: list[Found] = []
    taken: Counter[int] = Counter()
    for one in found:
        if per_document is None or taken[one.document_row] < per_document:
            taken[one.document_row] += 1
            chosen.append(one)
            if len(chosen) == limit:
                break
    return chosen
