"""Runs the application: uvicorn, and a log of JSON lines on the error stream."""

from collections.abc import Callable
from typing import Final

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from jumou import tracing
from jumou.api.app import create_app, guard
from jumou.api.front import Front
from jumou.api.groups import read_roles
from jumou.api.limits import RequestRates
from jumou.api.middleware import BodyLimit
from jumou.api.origins import loopback
from jumou.api.patience import patient_protocol
from jumou.api.rates import check_rates
from jumou.api.runtime import few_arenas, set_aside, take_turns
from jumou.errors import InvalidRequest
from jumou.logs import set_up_log
from jumou.settings import Settings, settings

Install = Callable[[FastAPI, Settings], None]
"""Puts pages on an application that shares the API's state."""

_TOGETHER: Final = 4
"""Files dropped on a page together come in one body; each is still held to its own bound."""


_KEPT: Final = 75
"""Seconds an idle connection is kept: longer than proxies and clients keep theirs (mostly 60 or less), so that none of them sends
a request on one that is being closed here."""


def run_server(
    host: str,
    port: int,
    *,
    pages: Callable[[], Install] | None = None,
    without_accounts: bool = False,
    work: bool | None = None,
) -> None:
    """Serves until it is told to stop.

    `pages` loads what puts the pages on an application; it is called once the API answers. `work` says whether this process
    does the runs it accepts; None is as the settings say.

    Raises:
        InvalidRequest: others than this machine would reach it, there are no accounts, and nobody said that this is wanted.
    """
    chosen = settings() if work is None else settings().model_copy(update={"work": work})
    bound_safely(host, chosen, without_accounts=without_accounts)
    read_roles(chosen.oidc_roles)  # what makes no sense is said now, not at the first login
    set_up_log(chosen)
    check_rates(chosen)
    tracing.start()
    few_arenas()
    take_turns()
    api = create_app(chosen, host, set_aside)

    def with_pages(load: Callable[[], Install]) -> FastAPI:
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.state = api.state
        load()(app, chosen)
        app.add_middleware(BodyLimit, most=_TOGETHER * chosen.most_upload_bytes)
        app.add_middleware(RequestRates, rates=api.state.rates)
        guard(app, chosen, host, api.state.door, pages=True)
        return app

    app = api if pages is None else Front(api, lambda: with_pages(pages))
    try:
        uvicorn.run(
            app, host=host, port=port, log_config=None, access_log=False, server_header=False,
            http=patient_protocol(chosen.body_seconds), backlog=1024, timeout_keep_alive=_KEPT, timeout_graceful_shutdown=20,
        )  # fmt: skip
    finally:
        tracing.stop()


def serve_app(app: ASGIApp, host: str, port: int) -> None:
    """Serves an application until the process is told to stop."""
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False, server_header=False)


def bound_safely(host: str, chosen: Settings, *, without_accounts: bool) -> None:
    """Does nothing when only this machine reaches `host`, when there are accounts, or when it is wanted without.

    Raises:
        InvalidRequest: else.
    """
    if chosen.accounts or without_accounts or loopback(host):
        return
    raise InvalidRequest(
        f"未启用账户，不在 {host} 上提供服务：能连到的任何人都可读写全部规划。",
        f"Not serving on {host} without accounts: anybody who reaches it could read and change every plan.",
        mend_zh="请设置 JUMOU_ACCOUNTS=on（见 docs/access.md）；前面另有身份认证的代理时，加 --without-accounts。",
        mend_en="Set JUMOU_ACCOUNTS=on (docs/access.md); behind a proxy that authenticates, add --without-accounts.",
    )
