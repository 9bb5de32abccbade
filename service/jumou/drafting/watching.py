"""A drafter whose steps leave figures and spans behind: how long each took, who drafted, how it ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from jumou import metrics, tracing
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.framework import StepKey
from jumou.domain.implementation import Implementation
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.drafting.context import DraftContext
from jumou.drafting.drafter import Drafter
from jumou.errors import JumouError


class WatchedDrafter:
    """Drafts as `drafter` does."""

    def __init__(self, drafter: Drafter) -> None:
        """`drafter` does the work, and its name stands under it."""
        self._drafter = drafter
        self.name = drafter.name

    async def diagnose(self, ctx: DraftContext) -> Diagnosis:
        """Step 1."""
        with self._step("diagnosis"):
            return await self._drafter.diagnose(ctx)

    async def position(self, ctx: DraftContext, diagnosis: Diagnosis) -> Positioning:
        """Step 2."""
        with self._step("positioning"):
            return await self._drafter.position(ctx, diagnosis)

    async def design(self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning) -> tuple[Project, ...]:
        """Step 3."""
        with self._step("projects"):
            return await self._drafter.design(ctx, diagnosis, positioning)

    async def implement(
        self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning, projects: tuple[Project, ...]
    ) -> Implementation:
        """Step 4."""
        with self._step("implementation"):
            return await self._drafter.implement(ctx, diagnosis, positioning, projects)

    @contextmanager
    def _step(self, step: StepKey) -> Iterator[None]:
        began, outcome = time.perf_counter(), "defect"
        try:
            with tracing.span(f"step {step}", drafter=self.name):
                yield
            outcome = "done"
        except JumouError as error:
            outcome = type(error).__name__
            raise
        finally:
            metrics.note("jumou_draft_steps", step=step, drafter=self.name, outcome=outcome)
            metrics.note("jumou_draft_step_seconds", time.perf_counter() - began, step=step, drafter=self.name)
