"""What a served process answers with: the API at once, the pages when they are asked for or after some seconds.

Loading the pages costs a second of processor time that no caller of the API should wait for.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Final

import structlog
from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from jumou.api.headers import SecurityHeaders

_OF_THE_API: Final = (
    "/v1",
    "/healthz",
    "/readyz",
    "/metrics",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/openai",
    "/mcp",
    "/login",
    "/logout",
    "/session",
)
_SOON: Final = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="1"><title>聚谋 jumou</title>'
    '<body style="font:16px/1.6 sans-serif;padding:3rem;color:#444">正在启动，页面将自动打开…<br>Starting; the page opens by itself.'
)
_QUIET: Final = 6.0
"""Seconds after the start, or the first time a page is asked for, that the pages are loaded."""

log = structlog.get_logger("jumou.start")


class Front:
    """An ASGI application over two: the API, and the pages once `load_pages` has made them."""

    def __init__(self, api: FastAPI, load_pages: Callable[[], FastAPI]) -> None:
        """`load_pages` is called once, in a thread."""
        self._api = api
        self._load_pages = load_pages
        self._pages: FastAPI | None = None
        self._wanted = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request to the one it is for."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif any(scope["path"] == prefix or scope["path"].startswith(f"{prefix}/") for prefix in _OF_THE_API):
            await self._api(scope, receive, send)
        elif self._pages is not None:
            await self._pages(scope, receive, send)
        elif scope["type"] == "http":
            self._wanted.set()
            await SecurityHeaders(HTMLResponse(_SOON, 503, {"Retry-After": "1"}))(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1012})

    async def _live(self, receive: Receive, send: Send) -> None:
        """From start to stop of the process: the API's life, and the pages' inside it."""
        await receive()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._api.router.lifespan_context(self._api))
            await send({"type": "lifespan.startup.complete"})
            loading = asyncio.create_task(self._open_pages(stack))
            loading.add_done_callback(_tell)
            await receive()
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _open_pages(self, stack: AsyncExitStack) -> None:
        with suppress(TimeoutError):  # the first callers of the API have the processor to themselves
            async with asyncio.timeout(_QUIET):
                await self._wanted.wait()
        pages = await asyncio.to_thread(self._load_pages)
        await stack.enter_async_context(pages.router.lifespan_context(pages))
        self._pages = pages
        log.info("pages ready")


def _tell(loading: "asyncio.Task[None]") -> None:
    """Pages that cannot be loaded leave the API serving, and say so in the log."""
    error = None if loading.cancelled() else loading.exception()
    if error is not None:
        log.error("pages failed", error=type(error).__name__, message=str(error))
