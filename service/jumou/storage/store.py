"""The store of plans: append-only, one writer a plan at a time, every earlier state as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from jumou.domain.access import Classification, Reach
from jumou.domain.evidence import Evidence
from jumou.domain.framework import StepKey
from jumou.domain.model import SCHEMA_VERSION
from jumou.domain.operation import Operation
from jumou.domain.review import Event, PlanRecord, Revision, RevisionInfo
from jumou.domain.standing import History
from jumou.domain.steps import STEP_ORDER, StepObject
from jumou.errors import StepConflict
from jumou.storage import audit, tables
from jumou.storage.change import PlanChange, record_text
from jumou.storage.database import writing
from jumou.storage.paging import page
from jumou.storage.reading import Kept, Reading, no_plan, within


class PlanPage(NamedTuple):
    """Some plans, newest first, and the cursor of the next page (empty on the last)."""

    plans: tuple[PlanRecord, ...]
    next_cursor: str


class PlanNow(NamedTuple):
    """A plan at one moment. The steps and the evidence are frozen objects that readers share."""

    record: PlanRecord
    history: History
    heads: dict[StepKey, RevisionInfo]
    """The newest revision of each step that is drafted."""
    parts: dict[StepKey, StepObject]
    evidence: list[Evidence]
    classification: Classification


class PlanStore:
    """Plans with their revisions, reviews, marks, comments and events. Safe among threads and processes."""

    def __init__(self, engine: Engine, reach: Reach, records: Kept | None = None) -> None:
        """`engine` is an open database with all migrations run (`open_database`).

        Nothing outside of `reach` is there for this store, and what it keeps belongs to the reach's workspace. Stores of
        one database may share `records`, which are only looked up after a plan was found within the reach.
        """
        self._engine = engine
        self._reach = reach
        self._records = records or Kept()

    @property
    def workspace(self) -> str:
        """The workspace this store is bound to."""
        return self._reach.workspace

    def close(self) -> None:
        """Lets go of all connections."""
        self._engine.dispose()

    # --- writing ----------------------------------------------------------------------------------------------

    @contextmanager
    def creating(self, record: PlanRecord) -> Iterator[PlanChange]:
        """A new plan, to be filled inside; it is stored with all that is appended, or not at all.

        Raises:
            StepConflict: there is a plan of this id already.
        """
        record = record.model_copy(update={"workspace": self._reach.workspace})
        with writing(self._engine) as connection:
            try:
                connection.execute(
                    insert(tables.plans).values(
                        id=record.id, title=record.title, record=record_text(record), created_by=record.created_by,
                        created_at=record.created_at, schema_version=SCHEMA_VERSION, workspace=record.workspace,
                        classification=record.classification,
                    )
                )  # fmt: skip
            except IntegrityError as problem:
                raise StepConflict(f"规划 {record.id} 已存在。", f"There is a plan {record.id} already.") from problem
            change = PlanChange(record, Reading(connection, self._records, self._reach))
            yield change
            audit.append(connection, change.acts)

    @contextmanager
    def changing(self, plan_id: str) -> Iterator[PlanChange]:
        """The plan with nobody else writing to it; all that is appended inside is stored together or not at all.

        Raises:
            NotFound: there is no such plan.
        """
        with writing(self._engine) as connection:
            row = connection.execute(
                select(tables.plans.c.record)
                .where(tables.plans.c.id == plan_id, *within(self._reach))
                .with_for_update(of=tables.plans)
            ).first()
            if row is None:
                raise no_plan(plan_id)
            plan = PlanRecord.model_validate_json(row.record)
            change = PlanChange(plan, Reading(connection, self._records, self._reach))
            yield change
            audit.append(connection, change.acts)

    # --- reading ----------------------------------------------------------------------------------------------

    def plan(self, plan_id: str) -> PlanRecord:
        """The plan called so.

        Raises:
            NotFound: there is none.
        """
        with self._reading() as reading:
            return reading.plan(plan_id)

    def plans(self, *, cursor: str = "", limit: int = 50) -> PlanPage:
        """Plans, newest first, `limit` at a time; `cursor` is what the page before gave."""
        column = tables.plans.c
        wanted = select(column.record, column.created_at, column.id).where(*within(self._reach))
        with self._reading() as reading:
            rows, following = page(reading.connection, wanted, column.created_at, column.id, cursor=cursor, limit=limit)
        return PlanPage(tuple(PlanRecord.model_validate_json(row.record) for row in rows), following)

    def history(self, plan_id: str) -> History:
        """All records of a plan, in order.

        Raises:
            NotFound: there is no such plan.
        """
        with self._reading() as reading:
            reading.plan(plan_id)
            return reading.history(plan_id)

    def operation(self, plan_id: str) -> Operation:
        """The actual values of a plan's indicators and the decisions on proposed adjustments, in order.

        Raises:
            NotFound: there is no such plan.
        """
        with self._reading() as reading:
            reading.plan(plan_id)
            return reading.operation(plan_id)

    def revision(self, plan_id: str, revision_id: str) -> Revision:
        """A revision with its content and evidence, exactly as it was stored.

        Raises:
            NotFound: the plan has no such revision.
        """
        with self._reading() as reading:
            reading.plan(plan_id)
            return reading.revision(plan_id, revision_id)

    def now(self, plan_id: str, at_event: int | None = None) -> PlanNow:
        """The plan as it stands, or stood after an event: its records, and the newest revision of each step put together.

        Raises:
            NotFound: there is no such plan.
        """
        with self._reading() as reading:
            record = reading.plan(plan_id)
            history = reading.history(plan_id)
            if at_event is not None:
                history = history.until(at_event)
            heads = {step: revisions[-1] for step in STEP_ORDER if (revisions := history.of(step))}
            return PlanNow(
                record,
                history,
                heads,
                {step: reading.part(info) for step, info in heads.items()},
                [reading.evidence(info) for info in heads.values()],
                reading.classification(plan_id),
            )

    def classification(self, plan_id: str) -> Classification:
        """Internal when the plan was marked so, or a revision of it cites an internal document.

        Raises:
            NotFound: there is no such plan.
        """
        with self._reading() as reading:
            reading.plan(plan_id)
            return reading.classification(plan_id)

    def audit(self, plan_id: str, *, after: int = 0) -> tuple[Event, ...]:
        """The events of a plan with numbers above `after`.

        Raises:
            NotFound: there is no such plan.
        """
        with self._reading() as reading:
            reading.plan(plan_id)
            return reading.events(plan_id, after)

    # --- connections ------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Reading]:
        options: dict[str, Any] = {}
        if self._engine.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ"}  # several selects see one state, as they do in SQLite
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield Reading(connection, self._records, self._reach)
