"""Step 2, position: themes, mode and vision, from the approved diagnosis."""

from jumou.domain.steps import Content, content_of
from jumou.drafting.context import DraftContext
from jumou.drafting.drafter import Drafter
from jumou.workflow.approved import Approved


async def position(ctx: DraftContext, drafter: Drafter, approved: Approved) -> Content:
    """Drafts the positioning."""
    return content_of(await drafter.position(ctx, approved.diagnosis))
