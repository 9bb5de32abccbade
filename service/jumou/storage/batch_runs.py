"""A batch among the runs: it is one from the moment it is accepted, and ends with the last of its regions."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, select

from jumou.domain.batch import BatchRecord
from jumou.domain.run import WHEN_IDLE, OutcomeState, RunFailure, RunOutcome, RunRecord, RunTask
from jumou.errors import NotFound
from jumou.storage import run_rows, run_tables

_open: Final = run_tables.open_runs.c


def accepted(connection: Connection, record: BatchRecord) -> None:
    """Stores the run of a batch, in the transaction that stores the batch."""
    run_rows.accept(
        connection,
        RunRecord(
            id=record.id, workspace=record.workspace, kind="batch", priority=WHEN_IDLE, created_by=record.created_by,
            created_at=record.created_at, request={"total": record.total},
        ),
    )  # fmt: skip


def retried(connection: Connection, batch: BatchRecord) -> None:
    """Opens it once more; one that was accepted before there were runs becomes one now."""
    try:
        record = run_rows.lock(connection, batch.id)
    except NotFound:
        accepted(connection, batch)
        return
    run_rows.again(connection, record, ("done", "failed", "cancelled"), "")


def ended(connection: Connection, batch_id: str, counts: Mapping[str, int]) -> None:
    """Stores what became of it: failed when a region was, so that it stands where somebody looks."""
    attempt = connection.execute(select(_open.attempt).where(_open.run_id == batch_id)).scalar()
    if attempt is None:
        return
    failure = None
    state: OutcomeState = "cancelled" if counts["cancelled"] else "done"
    if counts["failed"]:
        state, failed = "failed", counts["failed"]
        failure = RunFailure(
            kind="RegionsFailed", message_zh=f"{failed} 个区域未成。", message_en=f"{failed} regions have no list.",
            mend_zh="原因见批次结果；改正后可重试。", mend_en="The results say why; mend it and retry.",
        )  # fmt: skip
    outcome = RunOutcome(state=state, result={"batch": f"/v1/batches/{batch_id}", **counts}, failure=failure)
    run_rows.settle(connection, RunTask(run_id=batch_id, attempt=attempt), outcome)
