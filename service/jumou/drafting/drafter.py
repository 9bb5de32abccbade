"""The port every drafter stands behind: four steps, each from what is approved of the one before."""

import asyncio
from typing import Literal, Protocol

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.implementation import Implementation
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.drafting import rules
from jumou.drafting.context import DraftContext

DrafterName = Literal["", "rules", "llm"]
"""Who drafts; empty leaves it to the settings."""


class Drafter(Protocol):
    """Drafts the four steps of one plan. What it returns is checked before anybody sees it."""

    name: str

    async def diagnose(self, ctx: DraftContext) -> Diagnosis:
        """Step 1."""
        ...

    async def position(self, ctx: DraftContext, diagnosis: Diagnosis) -> Positioning:
        """Step 2, from the diagnosis."""
        ...

    async def design(self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning) -> tuple[Project, ...]:
        """Step 3, from diagnosis and positioning."""
        ...

    async def implement(
        self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning, projects: tuple[Project, ...]
    ) -> Implementation:
        """Step 4, from all before it."""
        ...


class RulesDrafter:
    """The drafter that needs no model. The KPI set follows from context and mode, so every step can derive it anew."""

    name = "rules"

    async def diagnose(self, ctx: DraftContext) -> Diagnosis:
        """Step 1, in a thread: it computes, it does not wait."""
        return await asyncio.to_thread(rules.diagnose, ctx)

    async def position(self, ctx: DraftContext, diagnosis: Diagnosis) -> Positioning:
        """Step 2."""
        return await asyncio.to_thread(
            lambda: rules.position(ctx, diagnosis, rules.choose_kpis(ctx, ctx.analysis.modes.winner))
        )

    async def design(self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning) -> tuple[Project, ...]:
        """Step 3."""
        return await asyncio.to_thread(
            lambda: rules.design(ctx, diagnosis, positioning, rules.choose_kpis(ctx, positioning.mode.key))
        )

    async def implement(
        self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning, projects: tuple[Project, ...]
    ) -> Implementation:
        """Step 4."""
        return await asyncio.to_thread(
            lambda: rules.implement(ctx, diagnosis, positioning, projects, rules.choose_kpis(ctx, positioning.mode.key))
        )
