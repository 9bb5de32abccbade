"""`jumou serve`, `jumou doctor`, `jumou schemas`: running it, proving the installation, and the contract of its objects."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jumou.cli.terminal import emit, pick, progress, say
from jumou.compose import Jumou
from jumou.doctor import Finding, examine
from jumou.domain.schemas import json_schemas
from jumou.settings import Settings, settings

if TYPE_CHECKING:
    from fastapi import FastAPI

_MARKS: Final = {"ok": "✓", "warning": "!", "failed": "✗"}


WithoutAccounts = Annotated[
    bool,
    typer.Option(
        "--without-accounts",
        help="不启用账户也监听本机以外的地址；仅当前面有做身份认证的代理 · beyond this machine without accounts, behind a proxy that authenticates",
    ),
]


def serve(
    host: Annotated[str, typer.Option("--host", help="监听地址；默认仅本机 · loopback by default")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535)] = 8000,
    pages: Annotated[bool, typer.Option("--pages/--no-pages", help="是否提供网页 · with the web page")] = True,
    without_accounts: WithoutAccounts = False,
    work: Annotated[
        bool | None,
        typer.Option(
            "--work/--no-work",
            help="是否办理受理的任务；默认按 JUMOU_WORK · do what is accepted, or leave it to workers",
        ),
    ] = None,
) -> None:
    """启动网页与接口服务：网页在 /,/healthz 立即应答,/readyz 在索引就绪后应答。"""
    from jumou.api.server import run_server  # noqa: PLC0415 - the other commands need no web framework

    run_server(host, port, pages=_pages if pages else None, without_accounts=without_accounts, work=work)


def _pages() -> "Callable[[FastAPI, Settings], None]":
    from jumou.web import install  # noqa: PLC0415 - a second of loading that the API does not wait for

    return install


def schemas(
    target: Annotated[Path, typer.Option("--out", "-o", help="输出目录 · folder")] = Path("docs/schemas"),
) -> None:
    """写出规划对象的 JSON Schema。"""
    target.mkdir(parents=True, exist_ok=True)
    for name, schema in json_schemas().items():
        (target / f"{name}.json").write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    say(pick(f"已写出到 {target}", f"written to {target}"))


def doctor(
    model: Annotated[bool, typer.Option("--model", help="并询问大模型一次 · also ask the language model once")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """检查安装与部署：文献、编码器、索引、数据库、向量库、磁盘、时钟、账户、任务、备份、审计流；有问题退出码为 3。"""
    chosen = settings()
    findings: list[Finding] = []
    with progress(pick("检索索引", "index")) as report:
        jumou = Jumou(chosen, report)
        for finding in examine(jumou, chosen.language, index=lambda: jumou.index, model=model):
            findings.append(finding)
            if not as_json:
                say(f"{_MARKS[finding.level]} {finding.check}: {finding.detail}")
    if as_json:
        emit([{"check": one.check, "ok": one.ok, "level": one.level, "detail": one.detail} for one in findings])
    if not all(one.ok for one in findings):
        sys.exit(3)
