"""`jumou batch`: the project lists of many regions, kept as they are made; the same command goes on where it was broken off."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

from jumou.cli.plan import DrafterOption, HorizonOption, IndustryOption, JsonOption, LanguageOption, StartOption
from jumou.cli.terminal import emit, pick, progress, say
from jumou.compose import Jumou
from jumou.domain.access import Reach
from jumou.domain.batch import BatchEntry, BatchEvent, BatchOptions, BatchStanding
from jumou.profile import read_many, sample_names, sample_profile
from jumou.settings import settings

_LOOK_EVERY: Final = 0.25
_SHOWN: Final = 20
"""Failures listed on the terminal; all of them are in the files."""


def batch(
    profiles: Annotated[
        list[str],
        typer.Argument(
            metavar="PROFILES...",
            help="区域资料：文件、文件夹（含多份资料）、每行一个区域的 .jsonl，或样例名 · files, folders of profiles, JSON lines, names of samples",
        ),
    ],
    target: Annotated[Path, typer.Option("--out", "-o", help="输出目录 · folder for the files")] = Path("out/batch"),
    language: LanguageOption = "",
    industry: IndustryOption = None,
    start: StartOption = None,
    horizon: HorizonOption = None,
    drafter: DrafterOption = "",
    key: Annotated[
        str,
        typer.Option("--key", help="批次的键；默认由资料与选项得出 · key of the batch; by default from what is asked"),
    ] = "",
    retry: Annotated[bool, typer.Option("--retry", help="重试未成的区域 · draft once more what failed")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", "-w", min=0, max=64, help="起草进程数；默认每核一个 · drafting processes")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """批量起草项目清单，写出 results.jsonl 与 projects.xlsx;中断后重复同一命令即可续作。"""
    from jumou.export.batch import write_results  # noqa: PLC0415 - the other commands need no spreadsheet library

    options = _options(language, industry, start, horizon, drafter)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(30), logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    entries = _entries(profiles, options)
    chosen = settings() if workers is None else settings().model_copy(update={"drafting_workers": workers})
    with progress(pick("准备检索索引", "index")) as report:
        jumou = Jumou(chosen, report)
        library = jumou.index
    jumou.drafter_named(options.drafter)  # a model that is asked for and not there is told of before anything is kept
    name = key or _key(entries, options, library.version)
    store = jumou.within(Reach(chosen.workspace)).batches
    with progress(pick("批量起草", "batch")) as report:
        standing = asyncio.run(_worked_off(jumou, entries, options, name, report, again=retry))
    files = write_results(store.results(standing.id), target, options.language)
    if as_json:
        emit({"batch": standing.model_dump(mode="json"), "files": [str(path) for path in files]})
    else:
        _tell(standing, store.events(standing.id), files)
    if standing.failed or standing.cancelled:
        raise typer.Exit(5)


async def _worked_off(
    jumou: Jumou,
    entries: Sequence[BatchEntry],
    options: BatchOptions,
    key: str,
    report: Callable[[int, int, str], None],
    *,
    again: bool,
) -> BatchStanding:
    """The batch when every region has an outcome, whichever processes worked on it."""
    from jumou.api.drafting import Drafting  # noqa: PLC0415 - as above
    from jumou.api.working import Working  # noqa: PLC0415 - as above
    from jumou.workflow.batch import accept_batch  # noqa: PLC0415 - as above

    drafting = Drafting()
    drafting.start(jumou)
    working = Working(drafting)
    working.listen()
    store = jumou.within(Reach(jumou.settings.workspace)).batches
    record = await asyncio.to_thread(accept_batch, store, entries, options, created_by="cli", key=f"cli:{key}")
    if again:
        await asyncio.to_thread(store.retry, record.id)
    standing = store.standing(record.id)
    if standing.drafted:
        say(
            pick(
                f"续作批次 {record.id}：已有 {standing.drafted} 个区域。",
                f"going on with batch {record.id}: {standing.drafted} regions are there.",
            )
        )
    try:
        if standing.open:
            working.open(jumou)
        while standing.open:
            report(standing.total - standing.open, standing.total, "")
            await asyncio.sleep(_LOOK_EVERY)
            standing = await asyncio.to_thread(store.standing, record.id)
        report(standing.total, standing.total, "")
    finally:
        await asyncio.to_thread(working.stop)
        drafting.stop()
    return standing


def _options(language: str, industry: str | None, start: int | None, horizon: int | None, drafter: str) -> BatchOptions:
    chosen = language or settings().language
    if chosen not in ("zh", "en"):
        raise typer.BadParameter(pick("语言只能是 zh 或 en。", "the language is zh or en."), param_hint="--language")
    if drafter not in ("", "rules", "llm"):
        raise typer.BadParameter(
            pick("起草者只能是 rules 或 llm。", "the drafter is rules or llm."), param_hint="--drafter"
        )
    return BatchOptions(
        language="en" if chosen == "en" else "zh", industry=industry, start_year=start, horizon=horizon,
        drafter="llm" if drafter == "llm" else "rules" if drafter == "rules" else "",
    )  # fmt: skip


def _entries(names: Sequence[str], options: BatchOptions) -> list[BatchEntry]:
    found: list[BatchEntry] = []
    for name in names:
        if not Path(name).exists() and name in sample_names():
            profile = sample_profile(name)
            found.append(BatchEntry(source=name, region=profile.name, profile=profile))
        else:
            found += read_many([Path(name)], options.language)
    return found


def _key(entries: Sequence[BatchEntry], options: BatchOptions, corpus: str) -> str:
    """The same question to the same corpus by the same version is the same batch."""
    from jumou.workflow.batch import batch_digest  # noqa: PLC0415 - as above

    return f"{batch_digest(entries, options)[:40]}:{corpus[:40]}:{version('jumou')}"


def _tell(standing: BatchStanding, events: Sequence[BatchEvent], files: Sequence[Path]) -> None:
    say(
        pick(
            f"批次 {standing.id}：{standing.total} 个区域，成稿 {standing.drafted}，未成 {standing.failed}，取消 {standing.cancelled}。",
            f"batch {standing.id}: {standing.total} regions, {standing.drafted} drafted, {standing.failed} failed, {standing.cancelled} cancelled.",
        )
    )
    newest = {event.data["row"]: event.data for event in events if event.kind == "row"}
    failed = [told for _, told in sorted(newest.items()) if told["state"] == "failed"]
    for told in failed[:_SHOWN]:
        say(f"  ✗ {told['row']} {told['region']} {told['message']}")
    if len(failed) > _SHOWN:
        say(pick(f"  …… 其余 {len(failed) - _SHOWN} 个见文件", f"  … {len(failed) - _SHOWN} more in the files"))
    for path in files:
        say(f"  {path}")
