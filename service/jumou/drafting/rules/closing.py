"""Gaps of weight that no chosen project answers: linked to one that does, or a project is drawn in for them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
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
"""What a region itself calls grave wants a project that is there for it, not one that also helps."""

_ANY: Final = float("inf")


def closing(
    chosen: "Sequence[Candidate]",
    candidates: "Sequence[Candidate]",
    gaps: tuple[Gap, ...],
    most: int,
    twice: Sequence[ProjectType],
    direct: "Callable[[Candidate, Gap], bool]",
) -> "list[Candidate]":
    """The chosen projects, changed so that every gap of weight is answered where any project can answer it, a grave one directly.

    A project that fits an open gap names it. Where none fits, the best that does is added; in a full set it takes the place
    of the weakest project whose type (those in `twice` stand twice) and gaps of weight others cover too.
    """
    found = list(chosen)
    for gap in gaps:
        if gap.severity >= _GRAVE and _closed(found, candidates, gap, gaps, most, twice, direct):
            continue
        if gap.severity >= OF_WEIGHT:
            _closed(found, candidates, gap, gaps, most, twice, lambda _item, _gap: True)
    return found


def _closed(
    found: "list[Candidate]",
    candidates: "Sequence[Candidate]",
    gap: Gap,
    gaps: tuple[Gap, ...],
    most: int,
    twice: Sequence[ProjectType],
    good: "Callable[[Candidate, Gap], bool]",
) -> bool:
    """Whether a project that is good for it names the gap, now that `found` may have been changed."""
    if any(gap.id in _named(item) and good(item, gap) for item in found):
        return True
    at = next((place for place, item in _by_need(found) if gap in item.fits and good(item, gap)), None)
    if at is None:
        fitting = (item for item in candidates if gap in item.fits and item not in found and good(item, gap))
        extra = next(fitting, None)
        if extra is None:
            return False
        if len(found) >= most:
            spare = _spare(found, gaps, twice, _ANY if gap.kind == "stated" else _CORE)
            if spare is None:
                return False
            found.pop(spare)
        found.append(extra)
        at = len(found) - 1
    found[at] = _naming(found[at], gap)
    return True


def _named(item: "Candidate") -> tuple[str, ...]:
    return (item.gap.id, *item.also)


def _by_need(found: "list[Candidate]") -> "list[tuple[int, Candidate]]":
    """Places and projects, those that name the fewest gaps first."""
    return sorted(enumerate(found), key=lambda pair: (len(pair[1].also), -pair[1].score, pair[0]))


def _naming(item: "Candidate", gap: Gap) -> "Candidate":
    """The project with `gap` among those it names; its first gap stays first."""
    if gap.id in _named(item):
        return item
    kept = item.fits[: _NAMED - 1]
    rest = tuple(one for one in item.fits if one not in kept and one != gap)
    return replace(item, fits=(*kept, gap, *rest))


def _spare(found: "list[Candidate]", gaps: tuple[Gap, ...], twice: Sequence[ProjectType], below: float) -> int | None:
    """The place of the weakest project that can go: its type stays covered, and so does every gap of weight it names."""
    types = Counter(item.archetype.type for item in found)
    heavy = {gap.id for gap in gaps if gap.severity >= OF_WEIGHT}
    answered = Counter(name for item in found for name in _named(item) if name in heavy)
    for place, item in sorted(enumerate(found), key=lambda pair: (pair[1].score, -pair[0])):
        alone = any(name in heavy and answered[name] == 1 for name in _named(item))
        if item.score < below and types[item.archetype.type] > 1 + (item.archetype.type in twice) and not alone:
            return place
    return None
