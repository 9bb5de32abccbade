"""The application: what is open, what goes around every request, and all routes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI

from jumou import metrics
from jumou.api import manual, openapi, problems
from jumou.api.access import Parts
from jumou.api.drafting import Drafting
from jumou.api.headers import SecurityHeaders
from jumou.api.identity import Door, Identity
from jumou.api.limits import RequestRates, StreamLimit, Streams
from jumou.api.making import Making
from jumou.api.measuring import Measuring
from jumou.api.middleware import BodyLimit, Calls, RequestLog
from jumou.api.openai_errors import OpenAIErrors
from jumou.api.origins import Names, SameOrigin
from jumou.api.patience import TimeLimit
from jumou.api.permissions import PERMITTED
from jumou.api.pulse import Pulse
from jumou.api.rates import Rates
from jumou.api.readiness import Opening
from jumou.api.recorded import Recorded
from jumou.api.room import Room
from jumou.api.routes import (
    account,
    audit,
    batches,
    chat,
    health,
    login,
    openai,
    operate,
    plans,
    profiles,
    projects,
    reference,
    runs,
    search,
    steps,
)
from jumou.api.working import Working
from jumou.compose import Jumou
from jumou.errors import JumouError
from jumou.settings import Settings
from jumou.storage.audit_copy import AuditCopy

_ROUTERS: tuple[APIRouter, ...] = (
    health.router, projects.router, plans.router, steps.router, operate.router, search.router, profiles.router, reference.router,
    chat.router, openai.router, batches.router, runs.router, account.router, login.router, audit.router,
)  # fmt: skip
_THREADS = 24
"""Threads that wait for the database in the event loop's stead; fewer than the pool has connections."""

_TAGS = [
    {"name": "health", "description": "存活与就绪 · alive and ready"},
    {"name": "drafting", "description": "起草项目清单 · drafting project lists"},
    {"name": "batches", "description": "批次：一次起草许多区域的项目清单 · batches: the project lists of many regions"},
    {
        "name": "runs",
        "description": "任务：受理、进度、结果、取消、重试 · runs: accepted work, its progress and outcome, cancel, retry",
    },
    {
        "name": "plans",
        "description": "规划：起草、读取、进度、文件、审计 · plans: drafting, reading, progress, files, audit",
    },
    {
        "name": "review",
        "description": "审阅：决定、修改、撤销、批注、版本 · review: decisions, edits, undo, comments, revisions",
    },
    {
        "name": "operation",
        "description": "运行：实际值、偏差、调整建议、监测报告 · operation: actual values, deviations, adjustments, reports",
    },
    {"name": "chat", "description": "对话：起草愿景、查依据 · chats: drafting a vision, asking for evidence"},
    {"name": "openai", "description": "与 OpenAI 兼容的对话接口 · chat completions for clients of OpenAI's API"},
    {"name": "search", "description": "检索与文献 · search and documents"},
    {"name": "profiles", "description": "区域资料：检查、模板、样例 · region profiles: check, template, samples"},
    {
        "name": "access",
        "description": "账户：我是谁、本工作区的密钥与成员；审计流 · who the caller is, keys and members of the workspace, the audit stream",
    },
    {"name": "reference", "description": "对象的 JSON Schema · JSON Schemas of the objects"},
]


def create_app(settings: Settings, bound: str = "127.0.0.1", once_open: Callable[[], None] = lambda: None) -> FastAPI:
    """The application over the home folder the settings name. It opens (or builds) the index once it is started.

    `bound` is the address it is served on: it decides by which names it may be called. `once_open` is called when all is open.
    `/healthz` answers at once; everything that needs the index answers 503 with the progress until it is open.
    """
    drafting = Drafting()
    working = Working(drafting)

    copies: list[AuditCopy] = []
    loops: list[asyncio.AbstractEventLoop] = []

    def opened(jumou: Jumou) -> None:
        drafting.start(jumou)
        working.open(jumou)
        if settings.audit_file is not None:
            copies.append(AuditCopy(jumou.audit, settings.audit_file))
            copies[-1].start()
        once_open()
        for loop in loops:
            asyncio.run_coroutine_threadsafe(_warm(jumou, once_open), loop)

    opening = Opening(settings, opened)
    making = Making(working)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # by itself a loop has four threads more than there are cores: 64 chats that store what is said would wait for each other
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "waiting"))
        working.listen()
        loops.append(asyncio.get_running_loop())
        opening.begin()
        counting = asyncio.create_task(asyncio.to_thread(metrics.start))  # beside the first answer, not before it
        yield
        await counting
        await asyncio.to_thread(working.stop)
        if opening.ready:
            await opening.jumou().close_chats()
        drafting.stop()
        for copy in copies:
            await asyncio.to_thread(copy.stop)
        opening.close()

    app = FastAPI(
        title="jumou 聚谋",
        version=version("jumou"),
        description="区域产业规划助手的接口：由区域资料起草项目清单与四步规划，逐条审阅，检索政策与案例。\n\n"
        "From a region's profile to a project list and a plan in four steps, reviewed item by item, with its evidence.",
        openapi_tags=_TAGS,
        docs_url=None,  # FastAPI's page loads its scripts from a server of somebody else's
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=openapi.operation_id,
    )
    app.state.parts = Parts(opening, drafting)
    app.state.making = making
    app.state.rates = rates = Rates(settings, opening.exchange)
    app.state.door = Door(settings, opening.stored, rates)
    app.state.pulse = Pulse(opening)
    app.state.room = Room(settings.open_work)
    app.state.streams = streams = Streams(settings.user_streams)
    app.state.measuring = Measuring(app.state.parts, settings, lambda: streams.open)
    app.state.working = working
    for router in _ROUTERS:
        app.include_router(router, dependencies=[PERMITTED])
    problems.install(app)
    openapi.install(app)
    manual.install(app)
    app.add_middleware(Recorded, log=lambda: opening.stored().audit)
    app.add_middleware(BodyLimit, most=settings.most_upload_bytes)
    app.add_middleware(StreamLimit, streams=streams)
    app.add_middleware(TimeLimit, body_seconds=settings.body_seconds, answer_seconds=settings.request_seconds)
    app.add_middleware(RequestRates, rates=rates)
    guard(app, settings, bound, app.state.door)
    return app


async def _warm(jumou: Jumou, once_done: Callable[[], None]) -> None:
    """Loads what the first question to a model would wait for. What fails shows when it is asked."""
    with contextlib.suppress(JumouError):
        if jumou.model is not None:
            await jumou.model.warm()
            once_done()


def guard(app: FastAPI, settings: Settings, bound: str, door: Door, *, pages: bool = False) -> None:
    """What goes around every request, the log outermost; `pages` for the application of the web pages."""
    app.add_middleware(Calls)
    app.add_middleware(Identity, door=door)
    app.add_middleware(SameOrigin, names=Names.of(settings, bound))
    app.add_middleware(OpenAIErrors)
    app.add_middleware(SecurityHeaders, pages=pages, encrypted=settings.public_url.startswith("https://"))
    app.add_middleware(RequestLog)
