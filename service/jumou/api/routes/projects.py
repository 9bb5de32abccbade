"""From a profile to a project list."""

import asyncio
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from jumou.api.access import Held, Open, Signing, Speaking
from jumou.api.openapi import problems
from jumou.api.requests import DraftRequest
from jumou.api.strict import StrictRoute
from jumou.domain.framework import Language
from jumou.domain.plan import ProjectList
from jumou.profile import parse_profile
from jumou.workflow import PlanRequest

router = APIRouter(prefix="/v1", tags=["drafting"], route_class=StrictRoute)


@router.post("/project-lists", response_model=ProjectList, responses=problems(400, 413, 422, 503))
async def draft_project_list(
    sent: DraftRequest, held: Held, jumou: Open, language: Speaking, sign: Signing
) -> Response:
    """Drafts a project list from a region's profile; nothing is kept."""
    request = await read_request(sent, language, jumou.settings.language)
    return Response(await held.drafting.project_list(request, sign(otherwise="api")), media_type="application/json")


async def read_request(sent: DraftRequest, language: Language, default: Language) -> PlanRequest:
    """What is to be drafted; problems of the profile are told in the caller's `language`.

    Raises:
        InvalidProfile: the profile cannot be planned from.
    """
    content: dict[str, Any] = sent.profile
    return PlanRequest(
        profile=await asyncio.to_thread(parse_profile, content, language),
        language=sent.language or default,
        industry=sent.industry,
        start_year=sent.start_year,
        horizon=sent.horizon,
        drafter=sent.drafter or "",
    )
