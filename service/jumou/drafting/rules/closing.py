"""Gaps of weight that no chosen project answers: linked to one that does, or a project is drawn in for them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from jumou.domain.answering import OF_WEIGHT
from jumou.domain.diagnosis import Gap
from jumou.domain.framework import ProjectType

if TYPE_CHECKING:
    from jumou.drafting.rules.selection import Candidate

_NAMED: Final = 4
"""As many gaps a project names; a gap of weight nobody else answers is among them."""


_CORE: Final = 3.0
"""From this score on a project belongs to the core of the chosen mode; it makes way only for what the region itself states."""

_GRAVE: Final = 0.8
"""What is so grave may take the place of a project of the mode's core."""

_MEANT: Final = 0
"""The first kind of project a concern lists is there for it."""

_DIRECT: Final = 2
"""The first three kinds of project a concern lists answer it; the others help."""

_MORE: Final = 2
"""So many projects beyond the usual number a plan has room for, where the region itself states a problem that nothing else answers."""

_AT_MOST: Final = 20
"""More projects than that are no first draft to review."""

_ANYHOW: Final = 99

_ANY: Final = float("inf")


def closing(
    chosen: "Sequence[Candidate]",
    candidates: "Sequence[Candidate]",
    gaps: tuple[Gap, ...],
    most: int,
    twice: Sequence[ProjectType],
    directness: "Callable[[Candidate, Gap], int]",
    further: "Callable[[Gap], Sequence[Callable[[Candidate], int]]]",
) -> "list[Candidate]":
    """The chosen projects, changed so that every gap of weight is answered where any project can answer it.

    A project that fits an open gap names it, one that answers it directly (`directness`, 0 first) before one that helps.
    Where none fits, the best candidate that does is added; in a full set it takes the place of the weakest project whose
    type (those in `twice` stand twice) and gaps of weight others cover too. What the region itself states, and what is
    grave, gets a direct answer where there is room for one; so does, last, each `further` thing a stated problem complains
    of, by how directly a project answers that.
    """
    plan = _Closing(list(chosen), candidates, gaps, most, twice, directness)
    heavy = [gap for gap in gaps if gap.severity >= OF_WEIGHT]
    for gap in heavy:
        for least, below in _ways(gap):
            if plan.close(gap, partial(plan.directly, gap), least, below):
                break
    for gap in heavy:
        for near in further(gap):
            plan.close(gap, near, _DIRECT, _CORE)
    return plan.found


def _ways(gap: Gap) -> tuple[tuple[int, float], ...]:
    """How directly a project has to answer the gap, the best first, and up to which score another may make way for it."""
    grave = gap.severity >= _GRAVE
    if gap.kind == "stated":
        return ((_MEANT, _ANY if grave else _CORE), (_DIRECT, _ANY), (_ANYHOW, _ANY))
    return ((_ANYHOW, _ANY if grave else _CORE),)


@dataclass(slots=True)
class _Closing:
    """The projects `found` so far, and what they are chosen from and for."""

    found: "list[Candidate]"
    candidates: "Sequence[Candidate]"
    gaps: tuple[Gap, ...]
    most: int
    twice: Sequence[ProjectType]
    directness: "Callable[[Candidate, Gap], int]"

    def directly(self, gap: Gap, item: "Candidate") -> int:
        """How directly a project answers the gap."""
        return self.directness(item, gap)

    def close(self, gap: Gap, near: "Callable[[Candidate], int]", least: int, below: float) -> bool:
        """Whether a project as `near` the gap as `least` names it, now that those found may have been changed.

        In a full set a project with a score from `below` on stays.
        """
        found = self.found
        if any(gap.id in _named(item) and near(item) <= least for item in found):
            return True
        fitting = [
            (near(item), len(item.also), -item.score, place)
            for place, item in enumerate(found)
            if gap in item.fits and near(item) <= least and self._has_room(item)
        ]
        at = min(fitting)[-1] if fitting else self._added(gap, near, least, below)
        if at is None:
            return False
        found[at] = _naming(found[at], gap, self._only_here(found[at]))
        return True

    def _added(self, gap: Gap, near: "Callable[[Candidate], int]", least: int, below: float) -> int | None:
        """The place of the best candidate that answers the gap, where there is one and room for it."""
        found = self.found
        extra = next(
            (item for item in self.candidates if gap in item.fits and item not in found and near(item) <= least), None
        )
        if extra is None:
            return None
        if len(found) >= self.most:
            spare = self._spare(extra, below)
            if spare is not None:
                found.pop(spare)
            elif gap.kind != "stated" or len(found) >= min(self.most + _MORE, _AT_MOST):
                return None
        found.append(extra)
        return len(found) - 1

    def _only_here(self, item: "Candidate") -> frozenset[str]:
        """The gaps of weight that this project names and no other answers as directly."""
        named = set(_named(item))
        return frozenset(
            gap.id
            for gap in self.gaps
            if gap.severity >= OF_WEIGHT
            and gap.id in named
            and not any(
                gap.id in _named(other) and _step(self.directly(gap, other)) <= _step(self.directly(gap, item))
                for other in self.found
                if other is not item
            )
        )

    def _has_room(self, item: "Candidate") -> bool:
        """Whether the project can name one gap more without giving up one that nobody else names."""
        return len(self._only_here(item) | {item.gap.id}) < _NAMED

    def _spare(self, extra: "Candidate", below: float) -> int | None:
        """The place of the weakest project that can go for `extra`: its type stays covered, and every gap of weight it names."""
        types = Counter(item.archetype.type for item in (*self.found, extra))
        for place, item in sorted(enumerate(self.found), key=lambda pair: (pair[1].score, -pair[0])):
            spared = types[item.archetype.type] > 1 + (item.archetype.type in self.twice)
            if item.score < below and spared and not self._only_here(item):
                return place
        return None


def _named(item: "Candidate") -> tuple[str, ...]:
    return (item.gap.id, *item.also)


def _step(directness: int) -> int:
    return next(number for number, least in enumerate((_MEANT, _DIRECT, _ANYHOW)) if directness <= least)


def _naming(item: "Candidate", gap: Gap, kept: frozenset[str]) -> "Candidate":
    """The project with `gap` among those it names; its first gap and those in `kept` stay."""
    if gap.id in _named(item):
        return item
    named = item.fits[:_NAMED]
    if len(named) == _NAMED:
        given_up = next(one for one in reversed(named[1:]) if one.id not in kept)
        named = tuple(one for one in named if one != given_up)
    return replace(item, fits=(*named, gap, *(one for one in item.fits if one not in named and one != gap)))
