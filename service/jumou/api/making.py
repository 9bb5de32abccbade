"""Making plans for callers: under one key one plan, however often and from wherever it is asked for."""

import asyncio
from typing import NamedTuple

import structlog

from jumou.api.drafting import Drafting
from jumou.domain.framework import Language
from jumou.domain.review import content_hash
from jumou.errors import InvalidRequest, JumouError, NotFound, StepConflict
from jumou.storage import PlanStore, StoredRequest
from jumou.storage.change import new_id
from jumou.workflow import PlanRequest
from jumou.workflow.review import Person

log = structlog.get_logger("jumou.making")

_Key = tuple[str, str]
"""A workspace, and the id of a plan in it."""


class Asked(NamedTuple):
    """A plan that is asked for, under the id it has or will have."""

    plan_id: str
    request: PlanRequest
    person: Person
    language: Language


class Making:
    """The plans that are being drafted by this process."""

    def __init__(self, drafting: Drafting) -> None:
        """`drafting` does the work."""
        self._drafting = drafting
        self._tasks: dict[_Key, asyncio.Task[None]] = {}

    async def identify(self, store: PlanStore, request: PlanRequest, key: str) -> str:
        """The id of the plan: a new one, or the one `key` was first used for.

        Raises:
            InvalidRequest: the key was used for another request.
        """
        if not key:
            return new_id()
        digest = content_hash(
            {
                "profile": request.profile.model_dump(mode="json"), "language": request.language,
                "industry": request.industry, "start_year": request.start_year, "horizon": request.horizon,
                **({"drafter": request.drafter} if request.drafter else {}),
                **({"classification": "internal"} if request.classification == "internal" else {}),
            }
        )  # fmt: skip
        stored = await asyncio.to_thread(store.remember_request, f"plans:{key}", StoredRequest(digest, new_id()))
        if stored.request_hash != digest:
            raise InvalidRequest(
                "该 Idempotency-Key 已用于另一请求。", "This Idempotency-Key was used for another request.",
                mend_zh="请换一个键。", mend_en="Use another key.",
            )  # fmt: skip
        return stored.resource_id

    def begin(self, store: PlanStore, asked: Asked) -> asyncio.Task[None]:
        """Drafts and keeps the plan in the background; the same task when it is under way already."""
        key = (store.workspace, asked.plan_id)
        running = self._tasks.get(key)
        if running is None:
            running = self._tasks[key] = asyncio.create_task(self._make(store, asked))
            running.add_done_callback(lambda task: self._ended(key, task))
        return running

    def under_way(self, store: PlanStore, plan_id: str) -> bool:
        """Whether this process is drafting a plan called so for the store's workspace."""
        return (store.workspace, plan_id) in self._tasks

    async def stop(self) -> None:
        """Gives up what is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, store: PlanStore, asked: Asked) -> None:
        if await asyncio.to_thread(exists, store, asked.plan_id):
            return
        try:
            await self._drafting.plan(asked.plan_id, asked.request, asked.person)
        except StepConflict:
            if not await asyncio.to_thread(exists, store, asked.plan_id):
                raise  # else another process was faster under the same key
        except JumouError as error:
            told = {"title": error.message(asked.language), "kind": type(error).__name__}
            await asyncio.to_thread(store.report_progress, asked.plan_id, "failed", told)
            raise
        await asyncio.to_thread(store.report_progress, asked.plan_id, "done", {"plan": f"/v1/plans/{asked.plan_id}"})

    def _ended(self, key: _Key, task: asyncio.Task[None]) -> None:
        self._tasks.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, JumouError):
            log.error("drafting failed", plan_id=key[1], error=type(error).__name__)


def exists(store: PlanStore, plan_id: str) -> bool:
    """Whether the plan is stored."""
    try:
        store.plan(plan_id)
    except NotFound:
        return False
    return True
