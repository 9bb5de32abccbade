"""A process that does runs and nothing else: it joins the queue, tells whether it is well, and ends without losing anything."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import structlog
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from jumou import metrics, tracing
from jumou.api.drafting import Drafting
from jumou.api.measuring import MEDIA, counted, may_read
from jumou.api.working import Working
from jumou.compose import Jumou
from jumou.errors import JumouError

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 10.0
"""Seconds between two tries to open what is not there yet: a database, a vector server; doubled from one to the next."""

log = structlog.get_logger("jumou.worker")


def run_worker(jumou: Jumou, *, at_once: int | None, port: int, finishing: float) -> None:
    """Does runs until it is told to end (SIGTERM, SIGINT); what is under way may then take `finishing` seconds.

    `port` serves `/healthz`, `/readyz` and, to this machine or the holder of JUMOU_METRICS_KEY, `/metrics`; 0 for none.
    """
    metrics.start()
    tracing.start()
    try:
        asyncio.run(_work(jumou, at_once, port, finishing))
    finally:
        tracing.stop()


async def _work(jumou: Jumou, at_once: int | None, port: int, finishing: float) -> None:
    ending = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ending.set)
    settings = jumou.settings
    by_model = bool(settings.llm.strip()) and settings.drafter != "rules"
    hands = at_once or 2 * (os.cpu_count() or 1)
    if (
        settings.drafting_workers is None
    ):  # a model's drafts wait for it, so threads do; the rules' compute, so processes do
        wanted = 0 if by_model else min(hands, os.cpu_count() or 1)
        jumou = Jumou(settings.model_copy(update={"drafting_workers": wanted}), jumou.progress)
    drafting = Drafting(threads=2 * hands if by_model else 1)
    working = Working(drafting, at_once=hands, always=True)
    health = None if not port else asyncio.create_task(_serve_health(working, port, settings.metrics_key))
    try:
        if await _opened(jumou, ending):
            drafting.start(jumou)
            working.listen()
            working.open(jumou)
            working.submit()  # joins the queue now, not when there is something in it
            sys.stderr.write(f"jumou worker {os.getpid()}: {hands}\n")
            await ending.wait()
    finally:
        log.info("worker ends")
        await asyncio.to_thread(working.stop, finishing=finishing)
        drafting.stop()
        if health is not None:
            health.cancel()
            with suppress(asyncio.CancelledError):
                await health


async def _opened(jumou: Jumou, ending: asyncio.Event) -> bool:
    """Opens database and index, however long they are away; False when the process is to end before that."""
    wait = _FIRST_WAIT
    while not ending.is_set():
        try:
            await asyncio.to_thread(_open, jumou)
        except JumouError as error:
            log.warning("opening failed", error=type(error).__name__, message=error.message("en"))
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await ending.wait()
            wait = min(2 * wait, _LONGEST_WAIT)
        else:
            return True
    return False


def _open(jumou: Jumou) -> None:
    _ = jumou.database
    jumou.index.warm()


class _Beside(uvicorn.Server):
    """Ends when the worker does, not by signals of its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them alone."""
        yield


async def _serve_health(working: Working, port: int, key: str) -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    def alive() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def ready() -> JSONResponse:
        engine = working.engine
        well = engine is not None and engine.well
        told = {"status": "ready" if well else "preparing", "worker": engine.name if engine else ""}
        return JSONResponse(told, 200 if well else 503)

    @app.get("/metrics")
    def figures(request: Request) -> Response:
        return Response(counted(), media_type=MEDIA) if may_read(key, request) else Response(status_code=403)

    server = _Beside(uvicorn.Config(app, host="0.0.0.0", port=port, log_config=None, access_log=False))  # nosec B104 # noqa: S104 - asked for; it tells nothing but that the process is well
    await server.serve()
