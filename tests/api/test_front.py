"""What a served process answers with while it starts, and which of its two faces a path belongs to."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from jumou.api.front import Front


def app_saying(word: str, lived: list[str]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        lived.append(f"{word} up")
        yield
        lived.append(f"{word} down")

    app = FastAPI(lifespan=lifespan)

    @app.get("/{rest:path}")
    def say(rest: str) -> str:
        del rest
        return word

    return app


def test_the_api_answers_before_the_pages_are_loaded_and_both_live_and_end_in_order() -> None:
    asyncio.run(starting())


async def starting() -> None:
    lived: list[str] = []
    gate = threading.Event()

    def pages() -> FastAPI:
        gate.wait(10)
        return app_saying("pages", lived)

    front = Front(app_saying("api", lived), pages)
    events: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    told: asyncio.Queue[str] = asyncio.Queue()

    async def send(message: dict[str, str]) -> None:
        await told.put(message["type"])

    await events.put({"type": "lifespan.startup"})
    life = asyncio.create_task(front({"type": "lifespan"}, events.get, send))  # type: ignore[arg-type]
    assert await told.get() == "lifespan.startup.complete"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://test") as client:
        assert (await client.get("/healthz")).json() == "api"
        early = await client.get("/")
        assert early.status_code == 503
        assert early.headers["retry-after"] == "1"
        gate.set()
        for _ in range(200):
            late = await client.get("/plans")
            if late.status_code == 200:
                break
            await asyncio.sleep(0.01)
        assert late.json() == "pages"
        assert (await client.get("/v1/plans")).json() == "api"
        assert (await client.get("/v1x")).json() == "pages"
    await events.put({"type": "lifespan.shutdown"})
    await life
    assert await told.get() == "lifespan.shutdown.complete"
    assert lived == ["api up", "pages up", "pages down", "api down"]


def test_pages_that_cannot_be_loaded_leave_the_api_serving() -> None:
    asyncio.run(without_pages())


async def without_pages() -> None:
    def broken() -> FastAPI:
        raise ImportError("no pages here")

    front = Front(app_saying("api", []), broken)
    events: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def send(message: dict[str, str]) -> None:
        del message

    await events.put({"type": "lifespan.startup"})
    life = asyncio.create_task(front({"type": "lifespan"}, events.get, send))  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://test") as client:
        assert (await client.get("/v1/plans")).json() == "api"
    await events.put({"type": "lifespan.shutdown"})
    await life
