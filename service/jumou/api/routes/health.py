"""Is it alive, is it ready."""

from importlib.metadata import version

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from jumou.api.access import Held, Speaking
from jumou.api.answers import Alive, Ready

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def health() -> Alive:
    """Whether the process answers; at once, also while the index is being opened."""
    return Alive(version=version("jumou"))


@router.get(
    "/readyz", response_model=Ready, responses={503: {"model": Ready, "description": "still preparing, or failed"}}
)
async def readiness(held: Held, language: Speaking) -> JSONResponse:
    """Whether plans can be drafted; until then how far the preparation is."""
    opening = held.opening
    documents, passages = opening.jumou().library.size() if opening.ready else (None, None)
    answer = Ready(
        status="ready" if opening.ready else "failed" if opening.error else "preparing",
        message=opening.message(language),
        done=opening.done,
        total=opening.total,
        documents=documents,
        passages=passages,
        workers_ready=held.drafting.workers_ready,
    )
    headers = {} if opening.ready else {"Retry-After": "2"}
    return JSONResponse(answer.model_dump(mode="json"), 200 if opening.ready else 503, headers)
