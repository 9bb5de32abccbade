"""Step 4, implement: road map, bodies, money and indicators, from all approved steps before it."""

from jumou.domain.steps import Content, content_of
from jumou.drafting.context import DraftContext
from jumou.drafting.drafter import Drafter
from jumou.workflow.approved import Approved


async def implement(ctx: DraftContext, drafter: Drafter, approved: Approved) -> Content:
    """Drafts the implementation."""
    drafted = await drafter.implement(ctx, approved.diagnosis, approved.positioning, approved.projects)
    return content_of(drafted)
