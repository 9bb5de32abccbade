"""`jumou actuals`: a template of the plan's indicators, its import, and the report of a period."""

from pathlib import Path
from typing import Annotated

import typer

from jumou.cli.terminal import emit, pick, say
from jumou.compose import at_home
from jumou.domain.operation import Period
from jumou.errors import InvalidRequest
from jumou.settings import settings

app = typer.Typer(help="实际值：模板、导入、监测报告 · actual values: template, import, report", no_args_is_help=True)

PlanArgument = Annotated[str, typer.Argument(metavar="PLAN", help="已保存规划的编号 · id of a kept plan")]
PeriodOption = Annotated[str, typer.Option("--period", "-p", help="年份或季度，如 2026、2026Q2 · a year or a quarter")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · for programs")]


@app.command("template")
def template(
    plan_id: PlanArgument, path: Annotated[Path, typer.Argument(metavar="FILE.xlsx")], period: PeriodOption
) -> None:
    """写出带本规划指标的实际值填报表。"""
    from jumou.export import actuals_xlsx  # noqa: PLC0415 - the other commands need neither charts nor a database
    from jumou.files import write_atomically  # noqa: PLC0415 - as above
    from jumou.workflow.iterate import read_period  # noqa: PLC0415 - as above
    from jumou.workflow.reading import read_plan  # noqa: PLC0415 - as above

    store = at_home(settings()).store
    plan = read_plan(store, plan_id).whole()
    write_atomically(path, actuals_xlsx(plan, read_period(period), store.operation(plan_id).standing()))
    say(
        pick(
            f"已写出 {path}；填好后运行 jumou actuals import {plan_id} {path}",
            f"wrote {path}; fill it in, then run jumou actuals import {plan_id} {path}",
        )
    )


@app.command("import")
def import_(
    plan_id: PlanArgument,
    path: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    person: Annotated[str, typer.Option("--person", help="填报人，写入审计记录 · who enters them")],
    as_json: JsonOption = False,
) -> None:
    """导入填好的实际值，列出偏差和调整建议的条数。"""
    from jumou.export import read_actuals  # noqa: PLC0415 - as above
    from jumou.workflow.reading import read_plan  # noqa: PLC0415 - as above
    from jumou.workflow.review import Person  # noqa: PLC0415 - as above

    if not person.strip():
        raise InvalidRequest("请用 --person 写明填报人。", "Say who enters them with --person.")
    operating = at_home(settings()).operating
    entries = read_actuals(path, read_plan(operating.store, plan_id).whole().implementation.kpis)
    kept = operating.record(plan_id, entries, Person(person.strip())) if entries else ()
    found = [row for row in operating.deviations(plan_id) if row.actual_id in {actual.id for actual in kept}]
    waiting = len(operating.proposals(plan_id))
    if as_json:
        emit(
            {
                "actuals": [one.model_dump(mode="json") for one in kept],
                "deviations": [row.model_dump(mode="json") for row in found],
                "proposals": waiting,
            }
        )
        return
    alerts = sum(row.state == "alert" for row in found)
    say(
        pick(
            f"新增 {len(kept)} 个实际值，其中预警 {alerts} 项；待审核的调整建议 {waiting} 条。",
            f"{len(kept)} new values, {alerts} in alert; {waiting} proposals wait for a decision.",
        )
    )


@app.command("report")
def report(
    plan_id: PlanArgument,
    path: Annotated[Path, typer.Argument(metavar="FILE.docx|FILE.md")],
    period: PeriodOption = "",
) -> None:
    """写出某一期的监测报告(Word 或 Markdown)；默认为最近一个有实际值的期间。"""
    from jumou.export import Monitored, write_report  # noqa: PLC0415 - as above
    from jumou.workflow.iterate import read_period  # noqa: PLC0415 - as above
    from jumou.workflow.reading import read_plan  # noqa: PLC0415 - as above

    operating = at_home(settings()).operating
    operation = operating.operation(plan_id)
    wanted = read_period(period) if period else _latest([actual.when for actual in operation.actuals])
    seen = Monitored(wanted, operating.deviations(plan_id, wanted.code), operating.proposals(plan_id), operation)
    write_report(read_plan(operating.store, plan_id).whole(), seen, path)
    say(pick(f"已写出 {path}", f"wrote {path}"))


def _latest(periods: list[Period]) -> Period:
    if not periods:
        raise InvalidRequest(
            "尚未填报实际值。", "No actual values have been entered.",
            mend_zh="请先导入，或用 --period 指定期间。", mend_en="Import some, or give --period.",
        )  # fmt: skip
    return max(periods, key=lambda one: one.order)
