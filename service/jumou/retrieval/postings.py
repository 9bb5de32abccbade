"""BM25 (Robertson & Zaragoza 2009) over memory-mapped postings.

Term frequencies are kept, not finished scores, so that documents come and go and the scores are always those of an
index built in one go. Terms are 64-bit numbers in sorted order: opening an index reads nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

K1: Final = 1.2
B: Final = 0.5

_BLOCK: Final = 64

_COMMON: Final = 8
"""A term that one row of so many holds is added over all rows at once, which takes a fifth of the time of row by row."""

_REMEMBERED: Final = 64_000_000
"""Bytes of such terms that are kept, those asked for first."""

Rows = NDArray[np.int32]
Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Ranked(NamedTuple):
    """Rows with their scores, best first; equal scores in the order of rows."""

    rows: NDArray[np.int64]
    scores: Scores


def best(scores: Scores, count: int, allowed: Mask | None = None, *, floor: float = -np.inf) -> Ranked:
    """The `count` best of `scores` above `floor`, among the allowed rows."""
    if allowed is not None:
        scores = np.where(allowed, scores, np.float32(-np.inf))
    least = bound(scores, count)
    rows = np.flatnonzero(scores >= least) if least > floor else np.flatnonzero(scores > floor)
    rows = rows[np.lexsort((rows, -scores[rows]))][:count]
    return Ranked(rows.astype(np.int64), scores[rows])


def bound(scores: Scores, count: int) -> float:
    """A score that at least `count` rows reach, and few more: the `count`-th of the highest in each block of rows.

    Looking for it among all rows takes ten times as long, and much longer where many are equal.
    """
    blocks = scores.size // _BLOCK
    if blocks < 2 * count:
        return -np.inf
    highest = scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
    return float(np.partition(highest, blocks - count)[blocks - count])


class Postings:
    """Which rows hold which term, how often, and how long each row is (in terms; 0 for rows that are not there)."""

    _NAMES: Final = ("terms", "starts", "rows", "counts", "lengths")

    def __init__(
        self,
        terms: NDArray[np.uint64],
        starts: NDArray[np.int64],
        rows: Rows,
        counts: NDArray[np.uint16],
        lengths: Rows,
    ) -> None:
        """Arrays as `merged` makes them; `rows[starts[i]:starts[i + 1]]` hold term `terms[i]`."""
        self.terms, self.starts, self.rows, self.counts, self.lengths = terms, starts, rows, counts, lengths
        self.size = int(np.count_nonzero(lengths))
        average = float(lengths.sum(dtype=np.int64)) / max(1, self.size)
        self._remembered: dict[int, Scores] = {}
        self._slack = (K1 * (1 - B + B * lengths / max(average, 1e-9))).astype(np.float32)

    @classmethod
    def empty(cls) -> Self:
        """Postings of nothing."""
        return cls(
            np.zeros(0, np.uint64),
            np.zeros(1, np.int64),
            np.zeros(0, np.int32),
            np.zeros(0, np.uint16),
            np.zeros(0, np.int32),
        )

    @property
    def reach(self) -> int:
        """One more than the highest row."""
        return int(self.lengths.size)

    def absent(self, present: Mask) -> Rows:
        """Rows held here that `present` does not have."""
        held = np.flatnonzero(self.lengths)
        inside = held < present.size
        gone = np.ones(held.size, bool)
        gone[inside] = ~present[held[inside]]
        return held[gone].astype(np.int32)

    def scores(self, query: Mapping[int, int]) -> Scores:
        """The score of every row for the terms of `query` and how often each is asked for."""
        total = np.zeros(self.lengths.size, np.float32)
        if not query or not self.terms.size:
            return total
        wanted = np.fromiter(query, np.uint64, len(query))
        places = np.searchsorted(self.terms, wanted)
        places[places == self.terms.size] = 0
        gains = np.empty_like(total)
        for place, term, times in zip(places.tolist(), wanted, query.values(), strict=True):
            if self.terms[place] != term:
                continue
            start, end = int(self.starts[place]), int(self.starts[place + 1])
            held = end - start
            weight = np.float32(times * (K1 + 1) * np.log(1 + (self.size - held + 0.5) / (held + 0.5)))
            if held * _COMMON >= self.size and (shares := self._common_shares(place, start, end)) is not None:
                total += np.multiply(shares, weight, out=gains)
            else:
                some = self._shares(start, end)
                some *= weight
                np.add.at(total, self.rows[start:end], some)  # half the time of `total[rows] += ...`
        return total

    def _shares(self, start: int, end: int) -> Scores:
        """How much of a term's weight each row that holds it gets, 0–1."""
        shares = self.counts[start:end].astype(np.float32)
        slack = self._slack.take(self.rows[start:end])
        slack += shares
        shares /= slack
        return shares

    def _common_shares(self, place: int, start: int, end: int) -> Scores | None:
        """The shares of every row, remembered; None when no more terms can be remembered."""
        known = self._remembered.get(place)
        if known is None and len(self._remembered) < _REMEMBERED // max(1, 4 * self.lengths.size):
            known = np.zeros(self.lengths.size, np.float32)
            known[self.rows[start:end]] = self._shares(start, end)
            self._remembered[place] = known
        return known

    def merged(self, added: Iterable[tuple[int, Counter[int]]], removed: Rows | None = None) -> "Postings":
        """These postings without the rows `removed` and with the rows `added`, which are higher than any here."""
        kept = self._without(removed) if removed is not None and removed.size else self
        fresh = _inverted(added)
        if not fresh.numbers.size:
            lengths = np.concatenate([kept.lengths, fresh.lengths[kept.lengths.size :]])
            return Postings(kept.terms, kept.starts, kept.rows, kept.counts, lengths)
        terms = np.union1d(kept.terms, fresh.terms)
        old, new = np.searchsorted(terms, kept.terms), np.searchsorted(terms, fresh.terms)
        old_held, new_held = np.diff(kept.starts), np.diff(fresh.starts)
        held = np.zeros(terms.size, np.int64)
        held[old] += old_held
        before_new = held.copy()
        held[new] += new_held
        starts = np.concatenate([[0], np.cumsum(held)])
        rows = np.empty(int(starts[-1]), np.int32)
        counts = np.empty(int(starts[-1]), np.uint16)
        at = np.arange(kept.rows.size) + np.repeat(starts[old] - kept.starts[:-1], old_held)
        rows[at], counts[at] = kept.rows, kept.counts
        at = np.arange(fresh.rows.size) + np.repeat(starts[new] + before_new[new] - fresh.starts[:-1], new_held)
        rows[at], counts[at] = fresh.rows, fresh.counts
        lengths = fresh.lengths
        lengths[: kept.lengths.size] += kept.lengths[: lengths.size]
        if kept.lengths.size > lengths.size:
            lengths = kept.lengths
        return Postings(terms, starts, rows, counts, lengths)

    def _without(self, removed: Rows) -> "Postings":
        gone = np.zeros(self.lengths.size, bool)
        gone[removed[removed < gone.size]] = True
        stays = ~gone[self.rows]
        owner = np.repeat(np.arange(self.terms.size), np.diff(self.starts))[stays]
        held = np.bincount(owner, minlength=self.terms.size)
        alive = held > 0
        starts = np.concatenate([[0], np.cumsum(held[alive])])
        lengths = np.where(gone, 0, self.lengths).astype(np.int32)
        return Postings(self.terms[alive], starts, self.rows[stays], self.counts[stays], lengths)

    def save(self, folder: Path, name: str) -> None:
        """Writes the arrays as `<name>-*.npy`."""
        folder.mkdir(parents=True, exist_ok=True)
        for part in self._NAMES:
            np.save(folder / f"{name}-{part}.npy", getattr(self, part))

    @classmethod
    def load(cls, folder: Path, name: str) -> Self:
        """Maps what `save` wrote."""
        # as plain arrays over the map: a memmap's own slices are slow
        return cls(*(np.asarray(np.load(folder / f"{name}-{part}.npy", mmap_mode="r")) for part in cls._NAMES))


class _Inverted(NamedTuple):
    numbers: NDArray[np.uint64]
    terms: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: Rows
    counts: NDArray[np.uint16]
    lengths: Rows


def _inverted(added: Iterable[tuple[int, Counter[int]]]) -> _Inverted:
    numbers: list[NDArray[np.uint64]] = []
    rows: list[Rows] = []
    counts: list[NDArray[np.uint16]] = []
    sizes: dict[int, int] = {}
    for row, held in added:
        numbers.append(np.fromiter(held, np.uint64, len(held)))
        rows.append(np.full(len(held), row, np.int32))
        counts.append(np.minimum(np.fromiter(held.values(), np.int64, len(held)), 65535).astype(np.uint16))
        sizes[row] = max(1, held.total())
    lengths = np.zeros(max(sizes, default=-1) + 1, np.int32)
    lengths[list(sizes)] = list(sizes.values())
    if not numbers:
        nothing = Postings.empty()
        return _Inverted(nothing.terms, nothing.terms, nothing.starts, nothing.rows, nothing.counts, lengths)
    flat = np.concatenate(numbers)
    order = np.argsort(flat, kind="stable")
    flat = flat[order]
    terms, firsts = np.unique(flat, return_index=True)
    starts = np.concatenate([firsts, [flat.size]]).astype(np.int64)
    return _Inverted(flat, terms, starts, np.concatenate(rows)[order], np.concatenate(counts)[order], lengths)
