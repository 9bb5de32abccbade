"""Step 3, design: the projects, from the approved diagnosis and positioning."""

from jumou.domain.steps import Content, content_of
from jumou.drafting.context import DraftContext
from jumou.drafting.drafter import Drafter
from jumou.workflow.approved import Approved


async def design(ctx: DraftContext, drafter: Drafter, approved: Approved) -> Content:
    """Drafts the project matrix."""
    return content_of(await drafter.design(ctx, approved.diagnosis, approved.positioning))
