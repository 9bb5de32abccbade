"""Batches of project lists: accepted as a whole, drafted region by region, each ending in an outcome that is kept once."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from jumou.domain.access import Principal, on_behalf_of
from jumou.domain.batch import (
    MOST_REGIONS,
    BatchEntry,
    BatchOptions,
    BatchRecord,
    BatchTask,
    Failure,
    Outcome,
    OutcomeState,
)  # fmt: skip
from jumou.domain.plan import ProjectList
from jumou.domain.review import content_hash
from jumou.errors import InvalidRequest, JumouError
from jumou.storage import BatchQueue, BatchStore
from jumou.storage.change import new_id, now
from jumou.workflow.plan import PlanRequest

Drafting = Callable[[PlanRequest, Principal, BatchTask], bytes]
"""Drafts a region's project list for somebody and hands it over as JSON; called from several threads at once. Raises JumouError."""


def accept_batch(
    store: BatchStore, entries: Sequence[BatchEntry], options: BatchOptions, *, created_by: str, key: str = ""
) -> BatchRecord:
    """Takes a batch on; once it returns, no region of it is lost. Under one `key` there is one batch.

    Raises:
        InvalidRequest: it is empty or too large, or the key was used for another batch.
    """
    if not entries:
        raise InvalidRequest("批次中没有区域资料。", "There is no profile in the batch.")
    if len(entries) > MOST_REGIONS:
        raise InvalidRequest(
            f"一个批次最多 {MOST_REGIONS} 个区域，现有 {len(entries)} 个。", f"A batch has at most {MOST_REGIONS} regions; these are {len(entries)}.",
            mend_zh="请分批提交。", mend_en="Split it.",
        )  # fmt: skip
    record = BatchRecord(
        id=new_id(), options=options, total=len(entries), created_by=created_by, created_at=now()
    )  # fmt: skip
    return store.accept(record, entries, key=key, digest=batch_digest(entries, options) if key else "")


def batch_digest(entries: Sequence[BatchEntry], options: BatchOptions) -> str:
    """What a batch asks for, in a hash: regions in their order, and the options."""
    return content_hash({
        "entries": [entry.model_dump(mode="json") for entry in entries], "options": options.model_dump(mode="json"),
    })  # fmt: skip


class RegionDesk(NamedTuple):
    """Drafts the regions of batches, one at a call, and keeps what became of them."""

    store: BatchQueue
    draft: Drafting

    def work(self, task: BatchTask) -> OutcomeState | None:
        """Drafts a region and keeps the list. Nothing is drafted, and None returned, when there is an outcome already.

        Raises:
            JumouError: as the drafting; nothing is kept then (`give_up` does).
        """
        record, profile, settled = self.store.asked(task)
        if settled:
            return None
        options = record.options
        made = self.draft(
            PlanRequest(
                profile=profile, language=options.language, industry=options.industry, start_year=options.start_year,
                horizon=options.horizon, drafter=options.drafter,
            ),
            on_behalf_of(record.created_by, record.workspace),
            task,
        )  # fmt: skip
        outcome = Outcome(state="drafted", project_list=ProjectList.model_validate_json(made))
        return "drafted" if self.store.settle(task, outcome) else None

    def give_up(self, task: BatchTask, error: JumouError) -> OutcomeState:
        """Keeps why there is no list."""
        language = self.store.options(task.batch_id).language
        self.store.settle(task, Outcome(state="failed", failure=Failure.of(error, language)))
        return "failed"

    def broken(self, task: BatchTask, kind: str, detail: str) -> None:
        """Keeps that the drafting broke in a way nobody foresaw."""
        zh = self.store.options(task.batch_id).language == "zh"
        told = Failure(
            kind=kind,
            message=f"起草中断：{detail}" if zh else f"Drafting broke: {detail}",
            mend="可以重试；若再次出现，请反馈。" if zh else "Retry it; report it when it happens again.",
        )
        self.store.settle(task, Outcome(state="failed", failure=told))
