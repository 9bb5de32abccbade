"""`jumou mcp`: the server for assistants that speak the Model Context Protocol."""

from typing import TYPE_CHECKING, Annotated

import typer

from jumou.cli.service import WithoutAccounts
from jumou.cli.terminal import pick, progress, say
from jumou.compose import Jumou
from jumou.domain.access import LOCAL, Principal
from jumou.settings import Settings, settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="用可流式 HTTP(/mcp),默认用标准输入输出 · streamable HTTP instead of stdio")
    ] = False,
    host: Annotated[str, typer.Option("--host", help="监听地址；默认仅本机 · loopback by default")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535)] = 8001,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="另提供起草并保存规划的工具；默认只读 · also tools that keep plans")
    ] = False,
    without_accounts: WithoutAccounts = False,
) -> None:
    """启动 MCP 服务(检索、读文献、区域分析、项目清单)，默认只读、走标准输入输出。"""
    from jumou.api.rates import check_rates  # noqa: PLC0415 - as below
    from jumou.api.server import bound_safely, serve_app  # noqa: PLC0415 - as below
    from jumou.mcp import create_server  # noqa: PLC0415 - the other commands need no protocol

    chosen = settings()
    if http:
        bound_safely(host, chosen, without_accounts=without_accounts)
        check_rates(chosen)
    with progress(pick("准备检索索引", "index")) as report:
        jumou = Jumou(chosen, report)
        jumou.index.warm()
    if not http:
        create_server(jumou, lambda: _here(chosen), writes=allow_writes).run("stdio")
        return
    say(f"http://{host}:{port}/mcp")
    serve_app(over_http(jumou, host, writes=allow_writes), host, port)


def over_http(jumou: Jumou, host: str, *, writes: bool = False) -> "ASGIApp":
    """The server as it is reached over HTTP at `host`: by whoever may, and within the limits of requests.

    It answers every call whole and tells nothing by itself, so nobody can hold a stream open.
    """
    from jumou.api.identity import Door, Identity, calling  # noqa: PLC0415 - as above
    from jumou.api.limits import RequestRates, without_streams  # noqa: PLC0415 - as above
    from jumou.api.origins import Names, SameOrigin  # noqa: PLC0415 - as above
    from jumou.api.rates import Rates  # noqa: PLC0415 - as above
    from jumou.mcp import create_server  # noqa: PLC0415 - as above
    from jumou.storage.counters import shared_by  # noqa: PLC0415 - as above

    chosen = jumou.settings
    server = create_server(jumou, calling if chosen.accounts else lambda: _here(chosen), writes=writes)
    shared = shared_by(jumou.database)
    rates = Rates(chosen, lambda: None if shared is None else shared.exchange)
    tools = without_streams(server.streamable_http_app(stateless_http=True, json_response=True, host=host))
    door = Door(chosen, lambda: jumou, rates)
    return SameOrigin(Identity(RequestRates(tools, rates), door), Names.of(chosen, host))


def _here(chosen: Settings) -> Principal:
    return LOCAL.model_copy(update={"workspace": chosen.workspace})
