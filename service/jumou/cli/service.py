"""`jumou serve`, `jumou doctor`, `jumou schemas`: running it, proving the installation, and the contract of its objects."""

import json
import platform
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jumou.assets import asset_dir
from jumou.cli.terminal import emit, pick, progress, say
from jumou.compose import Office, at_home
from jumou.corpus.chains import load_chains
from jumou.corpus.playbook import load_playbook
from jumou.corpus.shipped import corpus_version, shipped_documents
from jumou.domain.schemas import json_schemas
from jumou.errors import JumouError, OperatorError
from jumou.settings import Settings, settings

if TYPE_CHECKING:
    from fastapi import FastAPI

_LEAST_FREE: int = 300_000_000


WithoutAccounts = Annotated[
    bool,
    typer.Option(
        "--without-accounts",
        help="不启用账户也监听本机以外的地址;仅当前面有做身份认证的代理 · beyond this machine without accounts, behind a proxy that authenticates",
    ),
]


def serve(
    host: Annotated[str, typer.Option("--host", help="监听地址;默认仅本机 · loopback by default")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535)] = 8000,
    pages: Annotated[bool, typer.Option("--pages/--no-pages", help="是否提供网页 · with the web page")] = True,
    without_accounts: WithoutAccounts = False,
) -> None:
    """启动网页与接口服务:网页在 /,/healthz 立即应答,/readyz 在索引就绪后应答。"""
    from jumou.api.server import run_server  # noqa: PLC0415 - the other commands need no web framework

    run_server(host, port, pages=_pages if pages else None, without_accounts=without_accounts)


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


def doctor(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """检查安装:随附文献、产业链、策划手册、编码器、索引、字体、磁盘。"""
    results: list[dict[str, str | bool]] = []

    def examine(name: str, look: Callable[[], str]) -> None:
        try:
            results.append({"check": name, "ok": True, "detail": look()})
        except (JumouError, OSError, ImportError) as problem:
            detail = problem.message(settings().language) if isinstance(problem, JumouError) else str(problem)
            results.append({"check": name, "ok": False, "detail": detail})

    examine(
        pick("版本", "version"),
        lambda: f"jumou {version('jumou')}, Python {platform.python_version()}, {platform.machine()}",
    )
    examine(pick("随附文献", "corpus"), _corpus)
    examine(pick("产业链", "chains"), lambda: str(len(load_chains())))
    examine(pick("策划手册", "playbook"), _playbook)
    examine(
        pick("提示词与评测", "prompts and evals"),
        lambda: ", ".join(str(asset_dir(name)) for name in ("prompts", "evals")),
    )
    examine(pick("图表字体", "chart font"), _font)
    examine(pick("数据目录", "home"), _home)
    examine(pick("文件读取隔离", "confined readers"), _confined)
    with progress(pick("检索索引", "index")) as report:
        examine(pick("检索索引", "index"), lambda: _index(at_home(settings(), report)))
    if as_json:
        emit(results)
    else:
        for row in results:
            say(f"{'✓' if row['ok'] else '✗'} {row['check']}: {row['detail']}")
    if not all(row["ok"] for row in results):
        sys.exit(3)


def _corpus() -> str:
    documents = shipped_documents()
    kinds = {kind: sum(item.document.kind == kind for item in documents) for kind in ("policy", "case", "chain")}
    if not all(kinds.values()):
        raise OperatorError(f"随附文献不完整:{kinds}", f"the shipped corpus is incomplete: {kinds}", mend_zh="请重新安装。", mend_en="Install again.")  # fmt: skip
    return f"{corpus_version()} {kinds}"


def _playbook() -> str:
    playbook = load_playbook()
    return f"{len(playbook.archetypes)} archetypes, {len(playbook.kpis)} KPIs, {len(playbook.rules)} rules"


def _font() -> str:
    from jumou.export.charts import font_name  # noqa: PLC0415 - matplotlib is slow to load

    return font_name()


def _confined() -> str:
    """Which layers hold the processes that read users' files; fewer of them is no fault of the installation."""
    from jumou.confined.pool import Confined, Ended  # noqa: PLC0415 - only asked for here

    with Confined() as readers:
        try:
            stands = readers.standing()
        except Ended as ended:
            raise OperatorError("读取文件的进程无法启动。", "the process that reads files does not start.") from ended
    layers = [
        pick("内存与时间限额", "memory and time") if stands["limits"] else "",
        pick("禁止联网与启动程序（seccomp）", "no network, no programs (seccomp)") if stands["seccomp"] else "",
        pick("不见文件系统（Landlock）", "no file system (Landlock)") if stands["landlock"] else "",
    ]
    return pick("、", ", ").join(layer for layer in layers if layer) or pick("仅限时", "clock only")


def _home() -> str:
    home = settings().home
    home.mkdir(parents=True, exist_ok=True)
    probe = home / ".writable"
    probe.write_text("", encoding="utf-8")
    probe.unlink()
    free = shutil.disk_usage(home).free
    if free < _LEAST_FREE:
        raise OperatorError(
            f"{home} 所在磁盘仅剩 {free // 1_000_000} MB。", f"only {free // 1_000_000} MB are free at {home}.",
            mend_zh="请清理磁盘或用 JUMOU_HOME 换一个目录。", mend_en="Free some space or set JUMOU_HOME.",
        )  # fmt: skip
    return f"{home} ({free // 1_000_000_000} GB)"


def _index(jumou: Office) -> str:
    library = jumou.library
    documents, passages = library.size()
    hits = library.search(pick("公平竞争审查", "fair competition review"), limit=1)
    return f"{documents} documents, {passages} passages, {library.encoder_name}; {hits[0].document.id if hits else '-'}"
