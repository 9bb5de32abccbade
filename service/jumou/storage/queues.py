"""How much work waits in the database, and since when."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Engine, and_, func, select

from jumou.storage import run_tables, tables


class Queue(NamedTuple):
    """Work of one kind in one state: how many, and the seconds since the oldest was asked for (0 when there is none)."""

    kind: str
    state: str
    depth: int
    oldest_seconds: float


def queues(engine: Engine) -> tuple[Queue, ...]:
    """What is not done yet; a few milliseconds, whatever was done before.

    Raises:
        ServiceUnavailable: the database does not answer.
    """
    attempts, outcomes = tables.batch_attempts.c, tables.batch_outcomes.c
    same = and_(
        outcomes.batch_id == attempts.batch_id, outcomes.row == attempts.row, outcomes.attempt == attempts.attempt
    )
    regions = (
        select(func.count(), func.min(attempts.created_at))
        .select_from(tables.batch_attempts.outerjoin(tables.batch_outcomes, same))
        .where(outcomes.batch_id.is_(None))
    )
    kept = run_tables.open_runs.c
    runs = select(kept.kind, func.count(), func.min(kept.created_at)).where(kept.kind != "batch").group_by(kept.kind)
    with engine.connect() as connection:
        depth, oldest = connection.execute(regions).one()
        waiting = connection.execute(runs).all()
    return (
        Queue("region", "open", depth, _seconds_since(oldest)),
        *(Queue(row[0], "open", row[1], _seconds_since(row[2])) for row in waiting),
    )


def open_work(engine: Engine) -> int:
    """Runs and regions of batches that have no outcome yet; raises as `queues`."""
    return sum(queue.depth for queue in queues(engine))


def _seconds_since(at: str | None) -> float:
    return 0.0 if not at else max(0.0, (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds())
