"""Reads records and contents inside one transaction. Records never change, so those seen lately are kept."""

import sys
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

import orjson
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Connection, Table, exists, func, not_, or_, select

from jumou.domain.access import Classification, Reach
from jumou.domain.evidence import Evidence, EvidencePassage
from jumou.domain.framework import StepKey
from jumou.domain.operation import Actual, AdjustmentDecision, Operation
from jumou.domain.plan import Finding
from jumou.domain.portfolio import Project
from jumou.domain.review import Comment, Event, ItemHash, PlanRecord, Review, Revision, RevisionInfo, StaleMark
from jumou.domain.standing import History
from jumou.domain.steps import STEP_MODELS, Item, Portfolio, StepObject, join
from jumou.errors import NotFound
from jumou.storage import operation_tables, tables

_CACHED: Final = 20_000
_TEXTS: Final = 500
_HISTORIES: Final = 128
_WHOLES: Final = 128
_COMMON: Final = frozenset((
    "plan_id", "step", "item_id", "revision_id", "parent_id", "because_revision", "reviewer", "author", "drafter", "hash",
    "schema_version", "corpus_version", "encoder", "decision", "cause", "reason_zh", "reason_en",
))  # fmt: skip
_Record = TypeVar("_Record", bound=BaseModel)
_Part = TypeVar("_Part", ItemHash, Finding)


class Kept:
    """Records seen lately, by id. They never change, so they are never out of date."""

    def __init__(self, most: int = _CACHED) -> None:
        self._items: OrderedDict[str, Any] = OrderedDict()
        self._most = most
        self._lock = Lock()
        self.contents: Kept = Kept(_TEXTS) if most > _TEXTS else self
        """Contents as they are stored, by hash; a plan has some two hundred of about 10 kB."""
        self.histories: Kept = Kept(_HISTORIES) if most > _HISTORIES else self
        self.wholes: Kept | None = Kept(_WHOLES) if most > _TEXTS else None
        """Steps and evidence put together, as a plan had them last: frozen objects that readers share, few because they are large."""

    def get(self, key: str) -> Any:
        """The record, or None when it is not kept."""
        with self._lock:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key]

    def put(self, key: str, value: Any) -> None:
        """Keeps a record; the one not seen longest goes."""
        with self._lock:
            self._items[key] = value
            while len(self._items) > self._most:
                self._items.popitem(last=False)


class _Past(NamedTuple):
    """All records of a plan up to an event."""

    upto: int
    history: History


class _Whole(NamedTuple):
    """Something put together: of which revision or content, from what text, and the object."""

    version: str
    text: str
    whole: Any
    projects: Mapping[str, Project] = {}


@dataclass(slots=True)
class Reading:
    """Reads inside one transaction. With `keeps` off nothing read is kept: it may be rolled back."""

    connection: Connection
    kept: Kept
    reach: Reach
    keeps: bool = True

    def plan(self, plan_id: str) -> PlanRecord:
        """The plan called so.

        Raises:
            NotFound: there is none.
        """
        row = self.connection.execute(
            select(tables.plans.c.record).where(tables.plans.c.id == plan_id, *within(self.reach))
        ).first()
        if row is None:
            raise no_plan(plan_id)
        return PlanRecord.model_validate_json(row.record)

    def classification(self, plan_id: str) -> Classification:
        """Internal when the plan, found before, was marked so, or a revision of it cites an internal document."""
        marked = select(tables.plans.c.id).where(tables.plans.c.id == plan_id, _marked())
        return "internal" if self.connection.execute(marked).first() is not None else "public"

    def history(self, plan_id: str) -> History:
        """All records of a plan, in order. Those read before are not read again: nothing is written before what is there."""
        number = tables.events.c.number
        newest = select(func.max(number)).where(tables.events.c.plan_id == plan_id)
        upto: int = self.connection.execute(newest).scalar() or 0
        held: _Past = self.kept.histories.get(plan_id) or _Past(0, History())
        if held.upto >= upto:  # another reader may have seen what this transaction does not see yet
            return held.history if held.upto == upto else held.history.until(upto)
        newer = History(
            revisions=self._revisions(plan_id, held),
            reviews=self._read(tables.reviews, plan_id, Review, held.upto),
            marks=self._read(tables.stale_marks, plan_id, StaleMark, held.upto),
            comments=self._read(tables.comments, plan_id, Comment, held.upto),
        )
        past = held.history
        whole = History(
            past.revisions + newer.revisions, past.reviews + newer.reviews, past.marks + newer.marks, past.comments + newer.comments,
        )  # fmt: skip
        if self.keeps:
            self.kept.histories.put(plan_id, _Past(upto, whole))
        return whole

    def operation(self, plan_id: str) -> Operation:
        """The actual values and decisions on proposals, in order."""
        return Operation(
            actuals=self._records(operation_tables.actuals, plan_id, Actual),
            decisions=self._records(operation_tables.adjustments, plan_id, AdjustmentDecision),
        )

    def events(self, plan_id: str, after: int = 0) -> tuple[Event, ...]:
        """The events with numbers above `after`."""
        column = tables.events.c
        rows = self.connection.execute(
            select(column.record).where(column.plan_id == plan_id, column.number > after).order_by(column.number)
        )
        return tuple(Event.model_validate_json(row.record) for row in rows)

    def revision(self, plan_id: str, revision_id: str) -> Revision:
        """A revision with its content and evidence.

        Raises:
            NotFound: the plan has no such revision.
        """
        column = tables.revisions.c
        row = self.connection.execute(
            select(column.record).where(column.plan_id == plan_id, column.id == revision_id)
        ).first()
        if row is None:
            raise NotFound(f"该规划没有版本 {revision_id}。", f"The plan has no revision {revision_id}.")
        info = RevisionInfo.model_validate_json(row.record)
        return Revision.model_construct(
            **dict(info), content=join(info.step, self.items(info)), evidence=self.evidence(info)
        )

    def items(self, info: RevisionInfo) -> tuple[Item, ...]:
        """The items of a revision, in order."""
        texts = self.contents(item.hash for item in info.items)
        return tuple(Item(item.id, texts[item.hash]) for item in info.items)

    def part(self, info: RevisionInfo) -> StepObject:
        """The step as a revision has it: the object many readers may share."""
        key = f"{info.plan_id}:{info.step}"
        held = self._last(key)
        if held is not None and held.version == info.hash:
            whole: StepObject = held.whole
            return whole
        known = {} if held is None else held.projects
        texts = self.contents(item.hash for item in info.items if item.hash not in known)
        whole = put_together(
            info.step, [Item(item.id, known.get(item.hash) or texts[item.hash]) for item in info.items]
        )
        self._keep(key, _Whole(info.hash, "", whole, _projects(info.manifest.values(), whole)))
        return whole

    def projects(self, plan_id: str) -> Mapping[str, Project]:
        """The projects of a plan as they were read last, by hash; a revision shares those that it does not change."""
        held = self._last(f"{plan_id}:projects")
        return {} if held is None else held.projects

    def evidence(self, info: RevisionInfo) -> Evidence:
        """The evidence frozen with a revision; revisions that follow each other mostly share it."""
        key = f"{info.plan_id}:{info.step}:evidence"
        held = self._last(key)
        if held is not None and held.version == info.id:
            found: Evidence = held.whole
            return found
        column = tables.revisions.c
        text = self.connection.execute(select(column.evidence).where(column.id == info.id)).scalar_one()
        found = held.whole if held is not None and held.text == text else self._evidence(text)
        self._keep(key, _Whole(info.id, text, found))
        return found

    def stored(self, info: RevisionInfo, evidence: Evidence) -> str:
        """The evidence as an earlier revision of the step has it stored; empty when it is not the one read last."""
        held = self._last(f"{info.plan_id}:{info.step}:evidence")
        return held.text if held is not None and held.whole is evidence else ""

    def _last(self, key: str) -> _Whole | None:
        wholes = self.kept.wholes
        return wholes.get(key) if wholes is not None else None

    def _keep(self, key: str, whole: _Whole) -> None:
        """Only the version read last is kept: it is seldom the one before that is asked for again."""
        if self.keeps and self.kept.wholes is not None:
            self.kept.wholes.put(key, whole)

    def _evidence(self, text: str) -> Evidence:
        frozen = orjson.loads(text)
        texts = self.contents(frozen["passages"])
        return Evidence(
            passages=tuple(EvidencePassage.model_validate(texts[digest]) for digest in frozen["passages"]),
            corpus_version=frozen["corpus_version"],
            encoder=frozen["encoder"],
            excluded_documents=tuple(frozen["excluded_documents"]),
        )

    def contents(self, hashes: Iterable[str]) -> dict[str, Any]:
        """Contents by hash; each is parsed anew, so that no reader can change another's."""
        return {digest: orjson.loads(text) for digest, text in self.texts(hashes).items()}

    def texts(self, hashes: Iterable[str]) -> dict[str, str]:
        """Contents by hash, as the canonical text they are stored as."""
        kept = self.kept.contents
        wanted = list(dict.fromkeys(hashes))
        texts: dict[str, str] = {}
        for digest in wanted:
            held = kept.get(digest)
            if held is not None:
                texts[digest] = held
        missing = [digest for digest in wanted if digest not in texts]
        column = tables.contents.c
        for start in range(0, len(missing), 400):
            chosen = select(column.hash, column.text).where(column.hash.in_(missing[start : start + 400]))
            for row in self.connection.execute(chosen):
                texts[row.hash] = row.text
                if self.keeps:
                    kept.put(row.hash, row.text)
        return {digest: texts[digest] for digest in wanted if digest in texts}

    def _revisions(self, plan_id: str, past: _Past) -> tuple[RevisionInfo, ...]:
        """The revisions after those of `past`. Each shares with the one before of its step what did not change: nearly all."""
        last = {revision.step: revision for revision in past.history.revisions}
        newer = []
        for read in self._read(tables.revisions, plan_id, RevisionInfo, past.upto):
            last[read.step] = _sharing(read, last.get(read.step))
            newer.append(last[read.step])
        return tuple(newer)

    def _read(self, table: Table, plan_id: str, model: type[_Record], after: int) -> tuple[_Record, ...]:
        """The records of events above `after`; they are kept with the history they belong to, not one by one."""
        column = table.c
        chosen = select(column.record).where(column.plan_id == plan_id, column.event > after)
        rows = self.connection.execute(chosen.order_by(column.event, column.id))
        return tuple(_slim(model.model_validate_json(row.record)) for row in rows)

    def _records(self, table: Table, plan_id: str, model: type[_Record]) -> tuple[_Record, ...]:
        column = table.c
        wanted = select(column.id).where(column.plan_id == plan_id)
        ids = [row.id for row in self.connection.execute(wanted.order_by(column.event, column.id))]
        found = {record_id: self.kept.get(record_id) for record_id in ids}
        missing = [record_id for record_id, record in found.items() if record is None]
        for start in range(0, len(missing), 400):
            chosen = select(column.id, column.record).where(column.id.in_(missing[start : start + 400]))
            for row in self.connection.execute(chosen):
                found[row.id] = _slim(model.model_validate_json(row.record))
                if self.keeps:
                    self.kept.put(row.id, found[row.id])
        return tuple(found[record_id] for record_id in ids)


def _slim(record: _Record) -> _Record:
    """The record as it is kept: texts that the records of a plan have in common are held once."""
    values = {
        name: sys.intern(value) if name in _COMMON and type(value) is str else value
        for name, value in dict(record).items()
    }
    return _light(type(record), values)


def _sharing(revision: RevisionInfo, before: RevisionInfo | None) -> RevisionInfo:
    """The revision with the items, findings and sources that the one before has too taken from there."""
    values = dict(revision)
    values["touched"] = tuple(map(sys.intern, revision.touched))
    values["items"] = _held(revision.items, before.items if before is not None else ())
    values["findings"] = _held(revision.findings, before.findings if before is not None else ())
    if before is not None and before.upstream == revision.upstream:
        values["upstream"] = before.upstream
    return _light(RevisionInfo, values)


def _held(parts: tuple[_Part, ...], before: tuple[_Part, ...]) -> tuple[_Part, ...]:
    """The parts, each as it is kept already where it is among those of before."""
    known = {part: part for part in before}
    mine = tuple(known.get(part) or _slim(part) for part in parts)
    return before if mine == before else mine


def _light(model: type[_Record], values: Mapping[str, Any]) -> _Record:
    """The record with these fields, in a third of the memory that one takes which pydantic has read.

    Set one by one, the fields of all records of a kind share the table of their names; read or copied, each has a table of
    its own. The set of the fields that were given is larger than most records, and of no use to one that is whole.
    """
    record = object.__new__(model)
    for name, value in values.items():
        object.__setattr__(record, name, value)
    for name, value in (("fields_set", _fields(model)), ("extra", None), ("private", None)):
        object.__setattr__(record, f"__pydantic_{name}__", value)
    return record


@cache
def _fields(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields)


def put_together(step: StepKey, items: Iterable[Item]) -> StepObject:
    """The step that the items make up; the value of an item may be the frozen object it stands for."""
    return STEP_MODELS[step].model_validate(join(step, items))


def _projects(hashes: Iterable[str], whole: StepObject) -> dict[str, Project]:
    """The projects by their hash; of other steps nothing, whose items are no objects of their own."""
    return dict(zip(hashes, whole.projects, strict=True)) if isinstance(whole, Portfolio) else {}


def within(reach: Reach) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a plan is there for this reach. No query of `plans` does without them."""
    mine = tables.plans.c.workspace == reach.workspace
    return (mine,) if reach.internal else (mine, not_(_marked()))


def _marked() -> ColumnElement[bool]:
    """Marked internal when it was made, or by a revision that cites an internal document."""
    column = tables.revisions.c
    cites = exists().where(column.plan_id == tables.plans.c.id, column.classification == "internal")
    return or_(tables.plans.c.classification == "internal", cites)


def no_plan(plan_id: str) -> NotFound:
    """The error for a plan that is not there."""
    return NotFound(f"没有规划 {plan_id}。", f"There is no plan {plan_id}.")
