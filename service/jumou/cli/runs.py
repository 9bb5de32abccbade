"""`jumou worker` and `jumou runs`: doing what was accepted, from any machine, and looking after it."""

from typing import Annotated, Final

import typer
from rich.table import Table

from jumou.cli.terminal import emit, out, pick, say
from jumou.compose import Jumou, Office, at_home
from jumou.domain.run import KIND_NAMES, STATE_NAMES, RunStanding
from jumou.settings import settings

app = typer.Typer(help="任务：列出、查看、重试、取消 · runs: list, show, retry, cancel", no_args_is_help=True)

_SHOWN: Final = 50
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · for programs")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="任务编号 · id of a run")]


def worker(
    at_once: Annotated[
        int | None,
        typer.Option(
            "--at-once",
            "-n",
            min=1,
            max=256,
            help="同时起草的数量；默认每核两个 · drafts at once; two a core by default",
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            "--health-port", min=0, max=65535, help="健康检查端口;0 为不开 · port of /healthz and /readyz; 0 for none"
        ),
    ] = 0,
    finishing: Annotated[
        float,
        typer.Option(
            "--finishing", min=0, help="收到停止信号后等待在途任务的秒数 · seconds what is under way may take to end"
        ),
    ] = 30.0,
) -> None:
    """加入任务队列，持续领取并完成任务；可在另一台机器上运行(PostgreSQL)。SIGTERM 后办完或交还在途任务。"""
    from jumou.api.workshop import run_worker  # noqa: PLC0415 - the other commands need no web framework
    from jumou.logs import set_up_log  # noqa: PLC0415 - as above

    chosen = settings()
    set_up_log(chosen)
    run_worker(Jumou(chosen), at_once=at_once, port=port, finishing=finishing)


@app.command("list")
def list_(
    state: Annotated[str, typer.Option("--state", help="waiting、running、done、failed、cancelled")] = "",
    kind: Annotated[str, typer.Option("--kind", help="plan、redraft、batch、ingest、export、evaluation")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = _SHOWN,
    as_json: JsonOption = False,
) -> None:
    """列出任务，最新的在前;--state failed 列出待处理的失败任务及原因。"""
    wanted_state = next((known for known in STATE_NAMES if known == state), None)
    wanted_kind = next((known for known in KIND_NAMES if known == kind), None)
    if state and wanted_state is None:
        raise typer.BadParameter("、".join(STATE_NAMES), param_hint="--state")
    if kind and wanted_kind is None:
        raise typer.BadParameter("、".join(KIND_NAMES), param_hint="--kind")
    runs = _office().runs.runs(state=wanted_state, kind=wanted_kind, limit=limit).runs
    if as_json:
        emit([run.model_dump(mode="json") for run in runs])
        return
    table = Table()
    for heading in ("编号 run", "类型 kind", "状态 state", "受理 accepted", "由 by", "原因 reason"):
        table.add_column(heading, overflow="fold")
    for run in runs:
        table.add_row(
            run.id,
            pick(*KIND_NAMES[run.kind]),
            pick(*STATE_NAMES[run.state]),
            run.created_at[:19],
            run.created_by,
            _why(run),
        )
    out.print(table)


@app.command("show")
def show(run_id: RunArgument, as_json: JsonOption = False) -> None:
    """查看一项任务：状态、结果或失败原因、经过。"""
    runs = _office().runs
    run, events = runs.standing(run_id), runs.events(run_id)
    if as_json:
        emit({**run.model_dump(mode="json"), "events": [event.model_dump(mode="json") for event in events]})
        return
    say(f"{run.id} {pick(*KIND_NAMES[run.kind])} {pick(*STATE_NAMES[run.state])} {_why(run)}")
    for event in events:
        say(f"  {event.at[:19]} {event.kind} {event.data.get('step') or event.data.get('worker') or ''}")


@app.command("retry")
def retry(run_id: RunArgument, as_json: JsonOption = False) -> None:
    """重做一项失败或已取消的任务；由正在运行的服务或 worker 领取。"""
    from jumou.workflow.runs import retry_run  # noqa: PLC0415 - the other commands need no database

    office = _office()
    _changed(office, run_id, changed=retry_run(office.runs, office.batches, run_id, "cli"), as_json=as_json)


@app.command("cancel")
def cancel(run_id: RunArgument, as_json: JsonOption = False) -> None:
    """取消一项尚未结束的任务。"""
    from jumou.workflow.runs import cancel_run  # noqa: PLC0415 - as above

    office = _office()
    _changed(office, run_id, changed=cancel_run(office.runs, office.batches, run_id, "cli"), as_json=as_json)


@app.command("workers")
def workers(as_json: JsonOption = False) -> None:
    """列出正在办理任务的进程。"""
    from jumou.storage import WorkerList  # noqa: PLC0415 - the other commands need no database

    found = WorkerList(Jumou(settings()).database).workers()
    if as_json:
        emit([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        say(f"{one.name} {one.host}:{one.pid} × {one.at_once} {one.version} {one.seen_at[:19]}")


def _office() -> Office:
    return at_home(settings())


def _why(run: RunStanding) -> str:
    return "" if run.failure is None else pick(run.failure.message_zh, run.failure.message_en)


def _changed(office: Office, run_id: str, *, changed: bool, as_json: bool) -> None:
    run = office.runs.standing(run_id)
    if as_json:
        emit({"changed": changed, "run": run.model_dump(mode="json")})
    else:
        say(f"{run.id} {pick(*STATE_NAMES[run.state])}" if changed else pick("没有变化。", "Nothing was changed."))
