"""Where every item of a plan stands, derived from the records: awaiting, approved, rejected, asked again, stale, locked."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Literal, NamedTuple

from jumou.domain.framework import StepKey
from jumou.domain.model import Code, Model
from jumou.domain.review import Comment, Review, RevisionInfo, StaleMark
from jumou.domain.steps import STEP_ORDER

ItemState = Literal["awaiting", "approved", "rejected", "asked_again", "stale"]
StepState = Literal["not_drafted", "awaiting", "approved", "rejected", "asked_again", "stale"]

_WORST_FIRST: tuple[ItemState, ...] = ("stale", "rejected", "asked_again", "awaiting")


class History(NamedTuple):
    """All records of a plan, each kind in the order of events."""

    revisions: tuple[RevisionInfo, ...] = ()
    reviews: tuple[Review, ...] = ()
    marks: tuple[StaleMark, ...] = ()
    comments: tuple[Comment, ...] = ()

    def until(self, event: int) -> "History":
        """The records as they were after event number `event`."""
        return History(
            tuple(record for record in self.revisions if record.event <= event),
            tuple(record for record in self.reviews if record.event <= event),
            tuple(record for record in self.marks if record.event <= event),
            tuple(record for record in self.comments if record.event <= event),
        )

    def of(self, step: StepKey) -> tuple[RevisionInfo, ...]:
        """The revisions of a step, oldest first."""
        return tuple(revision for revision in self.revisions if revision.step == step)

    @property
    def event(self) -> int:
        """The number of the last event that left a record."""
        last = [0]
        last += [record.event for record in self.revisions[-1:]] + [record.event for record in self.reviews[-1:]]
        last += [record.event for record in self.marks[-1:]] + [record.event for record in self.comments[-1:]]
        return max(last)


class ItemStanding(Model):
    """One item of the newest revision: its hash, what people decided on it, and what it waits for."""

    id: Code
    hash: Code
    state: ItemState
    locked: bool = False
    decided_by: Code = ""
    decided_at: Code = ""
    comment: Code = ""
    stale_because_zh: tuple[Code, ...] = ()
    stale_because_en: tuple[Code, ...] = ()


class StepStanding(Model):
    """One step: its newest revision, the newest approved one, and every item."""

    step: StepKey
    state: StepState
    revision_id: Code = ""
    number: int = 0
    hash: Code = ""
    approved_revision_id: Code = ""
    items: tuple[ItemStanding, ...] = ()

    def item(self, item_id: str) -> ItemStanding | None:
        """The item called so."""
        return next((item for item in self.items if item.id == item_id), None)


@dataclass(slots=True)
class _Tracks:
    """What is known of one step while its records are read in order."""

    head: RevisionInfo | None = None
    decisions: dict[tuple[str, str], Review] = field(default_factory=dict)
    stale: dict[str, list[StaleMark]] = field(default_factory=dict)
    asked: dict[str, Review] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)


_Record = RevisionInfo | Review | StaleMark


class _Lately:
    """Steps read lately, each with its records: these do not change and are only added to."""

    def __init__(self, most: int) -> None:
        self._read: OrderedDict[tuple[str, int, str], tuple[Sequence[_Record], StepStanding]] = OrderedDict()
        self._most = most
        self._turn = Lock()

    def standing(self, step: StepKey, records: Sequence[_Record]) -> StepStanding:
        """Where the step stands after these records of its own; the same ones are read once."""
        key = (records[0].id, len(records), records[-1].id)
        with self._turn:
            known = self._read.pop(key, None)
        held = known if known is not None and known[0] == records else (records, _stand(step, records))
        with self._turn:
            self._read[key] = held
            while len(self._read) > self._most:
                self._read.popitem(last=False)
        return held[1]


_LATELY: Final = _Lately(64)


def standing(history: History) -> dict[StepKey, StepStanding]:
    """Where every step and item stands after all records of `history`."""
    own: dict[StepKey, list[_Record]] = {step: [] for step in STEP_ORDER}
    for records in history[:3]:
        for record in records:
            own[record.step].append(record)
    return {
        step: _LATELY.standing(step, records) if records else StepStanding(step=step, state="not_drafted")
        for step, records in own.items()
    }


def _stand(step: StepKey, records: Iterable[_Record]) -> StepStanding:
    track = _Tracks()
    revisions: dict[str, RevisionInfo] = {}
    # a review of an edit follows the revision it made; a mark follows the revision that caused it
    for record in sorted(records, key=lambda record: (record.event, isinstance(record, StaleMark))):
        if isinstance(record, RevisionInfo):
            revisions[record.id] = track.head = record
            for item_id in record.touched:
                track.stale.pop(item_id, None)
                track.asked.pop(item_id, None)
        elif isinstance(record, StaleMark):
            track.stale.setdefault(record.item_id, []).append(record)
        else:
            _decide(track, record, revisions[record.revision_id])
    return _standing_of(step, track, tuple(revisions.values()))


def _decide(track: _Tracks, review: Review, revision: RevisionInfo) -> None:
    """Takes a decision into account, for one item or for all items of the revision it was made on."""
    covered = {review.item_id: review.hash} if review.item_id else revision.manifest
    for item_id, seen in covered.items():
        match review.decision:
            case "lock":
                track.locked.add(item_id)
            case "unlock":
                track.locked.discard(item_id)
            case "approve":
                track.decisions[item_id, seen] = review
                track.stale.pop(item_id, None)  # seen and found to hold still
                track.asked.pop(item_id, None)
            case "reject" | "ask_again":
                track.decisions[item_id, seen] = review
                track.asked[item_id] = review
            case "edit" | "comment":
                pass


def _standing_of(step: StepKey, track: _Tracks, revisions: tuple[RevisionInfo, ...]) -> StepStanding:
    if track.head is None:
        return StepStanding(step=step, state="not_drafted")
    items = tuple(_item(track, item.id, item.hash) for item in track.head.items)
    present = {item.state for item in items}
    state: StepState = next((name for name in _WORST_FIRST if name in present), "approved")
    return StepStanding(
        step=step,
        state=state,
        revision_id=track.head.id,
        number=track.head.number,
        hash=track.head.hash,
        approved_revision_id=next((info.id for info in reversed(revisions) if _approved(track, info)), ""),
        items=items,
    )


def _approved(track: _Tracks, revision: RevisionInfo) -> bool:
    """Whether every item of the revision is approved as it stands in it."""
    decisions = (track.decisions.get((item.id, item.hash)) for item in revision.items)
    return all(decision is not None and decision.decision == "approve" for decision in decisions)


def _item(track: _Tracks, item_id: str, digest: str) -> ItemStanding:
    review = track.decisions.get((item_id, digest)) or track.asked.get(item_id)
    marks = track.stale.get(item_id, [])
    state: ItemState = "awaiting"
    if marks:
        state = "stale"
    elif review is not None:
        state = _STATE_AFTER.get(review.decision, "awaiting")
    return ItemStanding(
        id=item_id,
        hash=digest,
        state=state,
        locked=item_id in track.locked,
        decided_by=review.reviewer if review else "",
        decided_at=review.created_at if review else "",
        comment=review.comment if review else "",
        stale_because_zh=tuple(dict.fromkeys(mark.reason_zh for mark in marks)),
        stale_because_en=tuple(dict.fromkeys(mark.reason_en for mark in marks)),
    )


_STATE_AFTER: dict[str, ItemState] = {"approve": "approved", "reject": "rejected", "ask_again": "asked_again"}
