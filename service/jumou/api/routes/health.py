"""Is it alive, is it ready."""

import asyncio
from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from jumou.api.access import Held, Speaking
from jumou.api.answers import Alive, Ready
from jumou.api.measuring import MEDIA, Measuring
from jumou.api.openapi import problems
from jumou.domain.access import HERE, SHIPPED

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def health() -> Alive:
    """Whether the process answers; at once, also while the index is being opened."""
    return Alive(version=version("jumou"))


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {
            "description": "the text format of Prometheus",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **problems(403),
    },
)
def figures(request: Request) -> Response:
    """The figures of this process, and how much work waits in the database; for this machine, administrators, or the key of JUMOU_METRICS_KEY."""
    measuring: Measuring = request.app.state.measuring
    measuring.admit(request)
    return Response(measuring.text(), media_type=MEDIA)


@router.get(
    "/readyz", response_model=Ready, responses={503: {"model": Ready, "description": "preparing, failed or away"}}
)
async def readiness(request: Request, held: Held, language: Speaking) -> JSONResponse:
    """Whether plans can be drafted and kept now; otherwise what is missing, and how far the preparation is."""
    opening = held.opening
    parts = await request.app.state.pulse.parts(language)
    gone = next((part for part in parts if part.name == "database" and not part.ok), None)
    ready = opening.ready and gone is None
    documents, passages = (
        await asyncio.to_thread(opening.jumou().index.size, within=SHIPPED if opening.settings.accounts else HERE)
        if opening.ready
        else (None, None)
    )
    answer = Ready(
        status="ready" if ready else "away" if opening.ready else "failed" if opening.error else "preparing",
        message=gone.message if gone is not None else opening.message(language),
        done=opening.done,
        total=opening.total,
        documents=documents,
        passages=passages,
        workers_ready=held.drafting.workers_ready,
        parts=list(parts),
    )
    return JSONResponse(answer.model_dump(mode="json"), 200 if ready else 503, {} if ready else {"Retry-After": "2"})
