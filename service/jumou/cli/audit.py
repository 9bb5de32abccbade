"""`jumou audit`: the audit stream written out, and proven whole."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from jumou.cli.terminal import emit, pick, say
from jumou.compose import Jumou
from jumou.domain.audit import AuditEntry
from jumou.errors import InvalidRequest
from jumou.settings import settings

app = typer.Typer(help="审计流：导出、核验 · the audit stream: export, verify", no_args_is_help=True)


@app.command("export")
def export(
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="文件；默认标准输出 · a file, else the output")
    ] = None,
    after: Annotated[int, typer.Option("--after", min=0, help="从此编号之后 · lines above this number")] = 0,
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", help="仅此工作区 · one workspace")] = None,
) -> None:
    """按行导出审计流（JSON lines），每行含前一行的散列。"""
    log = Jumou(settings()).audit
    lines = (entry.model_dump_json() + "\n" for entry in log.entries(after=after, workspace=workspace))
    if target is None:
        sys.stdout.writelines(lines)
        return
    with target.open("w", encoding="utf-8") as file:
        file.writelines(lines)
    say(pick(f"已写出到 {target}", f"written to {target}"))


@app.command("verify")
def verify(
    copy: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="早先的导出，用于发现末尾被删或整体重写 · an earlier export to compare with"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """核验审计流：任何一行被改、被删都会指出；有问题时退出码为 3。"""
    log = Jumou(settings()).audit
    verdict = log.verify()
    differs = log.differs_from(_lines(copy)) if copy is not None and verdict.broken is None else None
    whole = verdict.broken is None and differs is None
    if as_json:
        emit(
            {
                "whole": whole, "entries": verdict.entries, "head": verdict.head._asdict(), "broken": verdict.broken,
                "why": verdict.why, "differs_from_copy": differs,
            }
        )  # fmt: skip
    elif whole:
        number, digest = verdict.head
        say(pick(f"审计流完整：{verdict.entries} 行，末行 {number}，散列 {digest}", f"The stream is whole: {verdict.entries} lines, newest {number}, hash {digest}"))  # fmt: skip
    elif verdict.broken is not None:
        zh = {"altered": "内容被改", "removed": "之前有行被删", "relinked": "与前一行不相接"}[verdict.why]
        say(pick(f"第 {verdict.broken} 行{zh}。", f"Line {verdict.broken} does not hold: {verdict.why}."))
    else:
        say(
            pick(
                f"第 {differs} 行与早先的导出不同，或已不在。", f"Line {differs} is not as it was exported, or is gone."
            )
        )
    if not whole:
        raise typer.Exit(3)


def _lines(path: Path) -> Iterator[AuditEntry]:
    """The entries of an export.

    Raises:
        InvalidRequest: a line is no entry.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield AuditEntry.model_validate_json(line)
            except ValidationError as problem:
                raise InvalidRequest(
                    f"{path} 第 {number} 行不是审计记录。", f"Line {number} of {path} is no entry of the stream.",
                    mend_zh="请给出 jumou audit export 写出的文件。", mend_en="Give a file jumou audit export has written.",
                ) from problem  # fmt: skip
