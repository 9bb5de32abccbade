"""Runs the application: uvicorn, and a log of JSON lines on the error stream."""

import sys
from collections.abc import Callable
from typing import Final

import uvicorn
from fastapi import FastAPI

from jumou import metrics, tracing
from jumou.api.app import create_app, guard
from jumou.api.front import Front
from jumou.api.limits import check_rates
from jumou.api.middleware import BodyLimit
from jumou.api.origins import loopback
from jumou.api.patience import patient_protocol
from jumou.logs import set_up_log
from jumou.settings import Settings, settings

Install = Callable[[FastAPI, Settings], None]
"""Puts pages on an application that shares the API's state."""

_TOGETHER: Final = 4
"""Files dropped on a page together come in one body; each is still held to its own bound."""


def run_server(host: str, port: int, *, pages: Callable[[], Install] | None = None) -> None:
    """Serves until it is told to stop. Binding to more than this machine warns: there are no accounts yet.

    `pages` loads what puts the pages on an application; it is called once the API answers.
    """
    chosen = settings()
    set_up_log(chosen)
    check_rates(chosen)
    metrics.start()
    tracing.start()
    if not loopback(host):
        sys.stderr.write(
            f"注意:服务监听 {host},尚无账户与权限控制,同网段的任何人都能读写规划。"
            f"Warning: listening on {host} without accounts; anybody who reaches it can read and change plans.\n"
        )
    api = create_app(chosen, host)

    def with_pages(load: Callable[[], Install]) -> FastAPI:
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.state = api.state
        load()(app, chosen)
        app.add_middleware(BodyLimit, most=_TOGETHER * chosen.most_upload_bytes)
        guard(app, chosen, host, pages=True)
        return app

    app = api if pages is None else Front(api, lambda: with_pages(pages))
    try:
        uvicorn.run(
            app, host=host, port=port, log_config=None, access_log=False, server_header=False,
            http=patient_protocol(chosen.body_seconds), backlog=1024, timeout_graceful_shutdown=20,
        )  # fmt: skip
    finally:
        tracing.stop()
