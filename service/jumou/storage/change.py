"""A change to one plan: what is appended under its lock is stored together or not at all."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel
from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from jumou.domain.audit import Act
from jumou.domain.evidence import Evidence
from jumou.domain.framework import StepKey
from jumou.domain.model import SCHEMA_VERSION
from jumou.domain.operation import Actual, AdjustmentDecision, Operation
from jumou.domain.portfolio import Project
from jumou.domain.review import Comment, Event, ItemHash, PlanRecord, Review, Revision, RevisionInfo, StaleMark
from jumou.domain.run import RunTask
from jumou.domain.standing import History
from jumou.domain.steps import Item, StepObject, canonical, hash_of_text, joined_text
from jumou.errors import InvalidRequest
from jumou.storage import operation_tables, tables
from jumou.storage.reading import Reading


class _Hashed(NamedTuple):
    """A value, held so that its identity stays its own, its hash and canonical text, and whether that is stored already."""

    value: Any
    hash: str
    text: str
    stored: bool = False


class PlanChange:
    """A change to one plan, under its lock. Every append is an event with the next number."""

    def __init__(self, plan: PlanRecord, reading: Reading) -> None:
        """Made by `PlanStore.changing`."""
        self.plan = plan
        self._reading = reading
        self._connection = reading.connection
        self._hashed: dict[int, _Hashed] = {}
        self.acts: list[Act] = []
        """What was done, for the audit stream; written when the change ends."""

    def history(self) -> History:
        """All records, with those of this change."""
        return self._reading.history(self.plan.id)

    def revision(self, revision_id: str) -> Revision:
        """A revision with its content.

        Raises:
            NotFound: the plan has no such revision.
        """
        return self._reading.revision(self.plan.id, revision_id)

    def items(self, info: RevisionInfo) -> tuple[Item, ...]:
        """The items of a revision, in order. Their values are not to be changed in place: `hash_of` knows them."""
        texts = self._reading.texts(item.hash for item in info.items)
        found: list[Item] = []
        for item in info.items:
            value = orjson.loads(texts[item.hash])
            self._hashed[id(value)] = _Hashed(value, item.hash, texts[item.hash], stored=True)
            found.append(Item(item.id, value))
        return tuple(found)

    def hash_of(self, value: Any) -> str:
        """The hash of an item's value; of one that was read in this change, the one it is stored under."""
        return self._hash(value).hash

    def hash_of_all(self, step: StepKey, items: Sequence[Item]) -> str:
        """The hash of the content that the items make up."""
        return hash_of_text(joined_text(step, items, {item.id: self._hash(item.value).text for item in items}))

    def _hash(self, value: Any) -> "_Hashed":
        held = self._hashed.get(id(value))
        if held is None:
            text = canonical(value)
            held = self._hashed[id(value)] = _Hashed(value, hash_of_text(text), text)
        return held

    def part(self, info: RevisionInfo) -> StepObject:
        """The step as a revision has it, frozen."""
        return self._reading.part(info)

    def projects(self) -> Mapping[str, Project]:
        """The plan's projects as they were read last, by hash."""
        return self._reading.projects(self.plan.id)

    def evidence(self, info: RevisionInfo) -> Evidence:
        """The evidence frozen with a revision."""
        return self._reading.evidence(info)

    def content(self, content_hash: str) -> Any:
        """The content of an item of this plan, now or earlier, by its hash; None when the plan never had it.

        Plans share the rows of equal items; a hash that somebody saw elsewhere opens nothing here.
        """
        revisions = self.history().revisions
        if not any(content_hash == item.hash for info in revisions for item in info.items):
            return None
        return self._reading.contents([content_hash]).get(content_hash)

    def event(
        self,
        *,
        actor: str,
        action: str,
        step: StepKey | None = None,
        item_id: str = "",
        revision_id: str = "",
        request_id: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> int:
        """Appends to the audit log; returns the number of the event."""
        self._reading.keeps = False  # from here on what is read may be rolled back
        column = tables.events.c
        last = self._connection.execute(select(func.max(column.number)).where(column.plan_id == self.plan.id)).scalar()
        made = Event(
            plan_id=self.plan.id, number=(last or 0) + 1, at=now(), actor=actor, action=action, step=step, item_id=item_id,
            revision_id=revision_id, request_id=request_id, details=dict(details or {}),
        )  # fmt: skip
        self._connection.execute(
            insert(tables.events).values(
                plan_id=made.plan_id, number=made.number, at=made.at, actor=actor, action=action, record=record_text(made),
                schema_version=SCHEMA_VERSION,
            )
        )  # fmt: skip
        place = {"step": step, "item": item_id, "revision": revision_id}
        self.acts.append(
            Act(
                f"plan.{action}", f"plan:{made.plan_id}", actor, workspace=self.plan.workspace, request_id=request_id,
                details={"event": made.number, **{name: value for name, value in place.items() if value}},
            )
        )  # fmt: skip
        return made.number

    def append_revision(
        self, make: Callable[[tuple[ItemHash, ...]], RevisionInfo], items: Sequence[Item], evidence: Evidence
    ) -> RevisionInfo:
        """Stores the items and the evidence, then the revision that `make` writes over their hashes."""
        hashed = [self._hash(item.value) for item in items]
        self._store_contents({one.hash: one.text for one in hashed if not one.stored})
        info = make(tuple(ItemHash(id=item.id, hash=one.hash) for item, one in zip(items, hashed, strict=True)))
        self._connection.execute(
            insert(tables.revisions).values(
                id=info.id, plan_id=info.plan_id, step=info.step, number=info.number, event=info.event,
                parent_id=info.parent_id, hash=info.hash, record=record_text(info),
                evidence=self._reading.stored(info, evidence) or self._store_evidence(evidence),
                created_at=info.created_at, schema_version=SCHEMA_VERSION, classification=evidence.classification,
            )
        )  # fmt: skip
        return info

    def made_by(self, key: str, digest: str) -> str:
        """The id of what was made in this plan under an idempotency key; empty without one, and when it is new.

        Raises:
            InvalidRequest: the key was used for another change; `digest` tells.
        """
        if not key:
            return ""
        column = tables.idempotency_keys.c
        wanted = select(column.request_hash, column.resource_id).where(
            column.workspace == self.plan.workspace, column.key == self._key(key)
        )
        row = self._connection.execute(wanted).first()
        if row is not None and row.request_hash != digest:
            raise InvalidRequest(
                "该 Idempotency-Key 已用于另一修改。", "This Idempotency-Key was used for another change.",
                mend_zh="请换一个键。", mend_en="Use another key.",
            )  # fmt: skip
        return "" if row is None else str(row.resource_id)

    def remember(self, key: str, digest: str, made: str) -> None:
        """Stores with the change what was made under a key; nothing without one."""
        if key:
            row = {
                "workspace": self.plan.workspace,
                "key": self._key(key),
                "request_hash": digest,
                "resource_id": made,
                "created_at": now(),
            }
            insert_new(self._connection, tables.idempotency_keys, [row])

    def _key(self, key: str) -> str:
        return f"{self.plan.id}:{key}"

    def append_review(self, review: Review) -> None:
        """Stores a decision."""
        self._append(tables.reviews, review)

    def append_mark(self, mark: StaleMark) -> None:
        """Stores that an item is stale."""
        self._append(tables.stale_marks, mark)

    def append_comment(self, comment: Comment) -> None:
        """Stores a remark."""
        self._append(tables.comments, comment)

    def append_actual(self, actual: Actual) -> None:
        """Stores an actual value."""
        self._append(operation_tables.actuals, actual)

    def append_adjustment(self, decision: AdjustmentDecision) -> None:
        """Stores a decision on a proposed adjustment."""
        self._append(operation_tables.adjustments, decision)

    def end_run(self, task: RunTask, result: Mapping[str, Any]) -> None:
        """Stores that a run is done, together with what it changed here.

        Raises:
            StepConflict: it has ended in the meantime: it was cancelled, or another process was faster.
        """
        from jumou.storage.run_rows import settle_with  # noqa: PLC0415 - which needs what stands below

        settle_with(self._connection, task, result)

    def operation(self) -> Operation:
        """The actual values and decisions on proposals, with those of this change."""
        return self._reading.operation(self.plan.id)

    def _append(self, table: Table, record: Review | StaleMark | Comment | Actual | AdjustmentDecision) -> None:
        self._connection.execute(
            insert(table).values(
                id=record.id, plan_id=record.plan_id, event=record.event, record=record_text(record),
                created_at=record.created_at, schema_version=SCHEMA_VERSION,
            )
        )  # fmt: skip

    def _store_evidence(self, evidence: Evidence) -> str:
        texts = [canonical(passage.model_dump(mode="json")) for passage in evidence.passages]
        hashes = [hash_of_text(text) for text in texts]
        self._store_contents(dict(zip(hashes, texts, strict=True)))
        return canonical(
            {
                "passages": hashes,
                "corpus_version": evidence.corpus_version,
                "encoder": evidence.encoder,
                "excluded_documents": list(evidence.excluded_documents),
            }
        )

    def _store_contents(self, rows: Mapping[str, str]) -> None:
        held = self._reading.kept.contents
        fresh = [{"hash": digest, "text": text} for digest, text in rows.items() if held.get(digest) is None]
        if fresh:
            insert_new(self._connection, tables.contents, fresh)


def new_id() -> str:
    """An id nothing else has."""
    return uuid.uuid4().hex


def insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Inserts the rows whose primary key is not there yet."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    names = [column.name for column in table.primary_key]
    ordered = sorted(rows, key=lambda row: [str(row[name]) for name in names])  # one order, so no deadlocks
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), ordered)


def record_text(record: BaseModel) -> str:
    """A record as it is stored."""
    return canonical(record.model_dump(mode="json", by_alias=True))


def now() -> str:
    """The time in UTC, to the microsecond, so that texts sort as times."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
