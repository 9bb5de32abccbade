"""`jumou mcp`: the server for assistants that speak the Model Context Protocol."""

from typing import Annotated

import typer

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
) -> None:
    """启动 MCP 服务(检索、读文献、区域分析、项目清单),默认只读、走标准输入输出。"""
    from jumou.mcp import create_server  # noqa: PLC0415 - the other commands need no protocol

    with progress(pick("准备检索索引", "index")) as report:
        jumou = Jumou(settings(), report)
        jumou.index.warm()
    server = create_server(
        jumou, lambda: LOCAL.model_copy(update={"workspace": settings().workspace}), writes=allow_writes
    )
    if not http:
        server.run("stdio")
        return
    if host not in ("127.0.0.1", "localhost", "::1"):
        say(
            pick(
                f"注意:监听 {host},尚无账户控制,同网段的任何人都能使用。",
                f"Warning: listening on {host} without accounts; anybody who reaches it can use it.",
            )
        )
    say(f"http://{host}:{port}/mcp")
    server.run("streamable-http", host=host, port=port, stateless_http=True)
