"""Step 1, diagnose: from the profile, the numbers and the evidence; it reads no other step."""

from jumou.domain.steps import Content, content_of
from jumou.drafting.context import DraftContext
from jumou.drafting.drafter import Drafter
from jumou.workflow.approved import Approved


async def diagnose(ctx: DraftContext, drafter: Drafter, approved: Approved) -> Content:
    """Drafts the diagnosis."""
    del approved
    return content_of(await drafter.diagnose(ctx))
