"""`jumou mcp`: the server for assistants that speak the Model Context Protocol."""

from typing import Annotated

import typer

from jumou.cli.service import WithoutAccounts
from jumou.cli.terminal import pick, progress, say
from jumou.compose import Jumou
from jumou.domain.access import LOCAL
from jumou.settings import settings


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="用可流式 HTTP(/mcp),默认用标准输入输出 · streamable HTTP instead of stdio")
    ] = False,
    host: Annotated[str, typer.Option("--host", help="监听地址;默认仅本机 · loopback by default")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535)] = 8001,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="另提供起草并保存规划的工具;默认只读 · also tools that keep plans")
    ] = False,
    without_accounts: WithoutAccounts = False,
) -> None:
    """启动 MCP 服务(检索、读文献、区域分析、项目清单),默认只读、走标准输入输出。"""
    from jumou.api.server import bound_safely, serve_app  # noqa: PLC0415 - as below
    from jumou.mcp import create_server  # noqa: PLC0415 - the other commands need no protocol

    chosen = settings()
    if http:
        bound_safely(host, chosen, without_accounts=without_accounts)
    with progress(pick("准备检索索引", "index")) as report:
        jumou = Jumou(chosen, report)
        jumou.index.warm()
    here = LOCAL.model_copy(update={"workspace": chosen.workspace})
    if not http:
        create_server(jumou, lambda: here, writes=allow_writes).run("stdio")
        return
    from jumou.api.identity import Door, Identity, calling  # noqa: PLC0415 - as above
    from jumou.api.origins import Names, SameOrigin  # noqa: PLC0415 - as above

    server = create_server(jumou, calling if chosen.accounts else lambda: here, writes=allow_writes)
    app = SameOrigin(
        Identity(server.streamable_http_app(stateless_http=True, host=host), Door(chosen, lambda: jumou)),
        Names.of(chosen, host),
    )
    say(f"http://{host}:{port}/mcp")
    serve_app(app, host, port)
