"""`jumou backup` and `jumou restore`: everything that cannot be made again, in one file and out of it."""

from pathlib import Path
from typing import Annotated

import typer

from jumou.cli.terminal import emit, operator, pick, progress, say
from jumou.compose import Jumou
from jumou.settings import settings

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · for programs")]


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件，如 jumou.tar.gz · the file to write")],
    documents: Annotated[
        bool, typer.Option("--documents/--no-documents", help="是否含自有文献 · with users' documents")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """备份数据库、自有文献与设置（不含口令、密钥）；服务运行时即可进行，索引恢复时重建。"""
    from jumou.backup import back_up  # noqa: PLC0415 - the other commands need no database

    with progress(pick("准备检索索引", "index")) as report:
        manifest = back_up(Jumou(settings(), report), target, documents=documents, by=operator())
    if as_json:
        emit(manifest)
        return
    rows = sum(part.lines for part in manifest.parts)
    say(pick(f"已备份到 {target}：{len(manifest.parts)} 个部分，{rows} 行，{target.stat().st_size / 1e6:.1f} MB。", f"Backed up to {target}: {len(manifest.parts)} parts, {rows} lines, {target.stat().st_size / 1e6:.1f} MB."))  # fmt: skip


def bring_back(
    source: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="备份文件 · a backup")],
    replace: Annotated[
        bool, typer.Option("--replace", help="放弃数据库中现有的全部内容 · give up what the database holds")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="只核验文件，不恢复 · only look whether the file is whole")
    ] = False,
    documents: Annotated[
        bool, typer.Option("--documents/--no-documents", help="是否恢复自有文献 · with users' documents")
    ] = True,
    only_documents: Annotated[
        bool, typer.Option("--only-documents", help="数据库已恢复，只补文献 · the database is back, only the documents")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """由备份恢复到空的数据目录或数据库（SQLite 与 PostgreSQL 可互相恢复）；先停服务。损坏或被改的备份不会写入任何内容。"""
    from jumou.backup import examine, restore, restore_documents  # noqa: PLC0415 - as above

    chosen = settings()
    manifest = examine(source)
    if not check:
        with progress(pick("恢复文献", "documents")) as report:
            if only_documents:
                restore_documents(source, Jumou(chosen, report), progress=report)
            else:
                restore(source, chosen, replace=replace, documents=documents, by=operator(), progress=report)
    if as_json:
        emit(manifest)
    else:
        done = pick("备份完好", "The backup is whole") if check else pick("已恢复", "Restored")
        say(f"{done}：{manifest.made_at}，jumou {manifest.jumou}，{manifest.database}，{len(manifest.parts)} parts" if chosen.language == "zh" else f"{done}: {manifest.made_at}, jumou {manifest.jumou}, {manifest.database}, {len(manifest.parts)} parts")  # fmt: skip
