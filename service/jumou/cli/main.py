"""`jumou`: every command, and how errors leave the process.

Exit codes: 0 done · 1 defect in jumou · 2 wrong input or usage (the message says where and how to mend it) ·
3 installation or index needs attention · 4 something outside does not answer · 5 the plan was written, and its own
check found errors, or a batch was, and some of its regions have no list · 6 an evaluation missed a threshold of its gate (`jumou eval ... --gate`).
"""

import sys
import traceback
from contextlib import suppress
from typing import NoReturn

import typer

from jumou.cli import actuals, audit, backup, batch, corpus, evaluate, keys, llm, mcp, plan, profile, runs, service
from jumou.cli.terminal import say
from jumou.errors import CallerError, InvalidProfile, JumouError, OperatorError, OutsideError
from jumou.files import why_unwritable
from jumou.logs import set_up_log
from jumou.settings import settings

app = typer.Typer(
    name="jumou",
    help="聚谋：区域产业规划助手 · a planning copilot for regional industry",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="退出码 exit codes: 0 完成 done · 1 程序缺陷 defect · 2 输入有误 wrong input · 3 安装或索引 installation/index · 4 外部服务 outside · 5 规划自检有错 plan has findings · 6 评测未达门槛 evaluation gate missed",
)
app.command("plan")(plan.plan)
app.command("projects")(plan.projects)
app.command("batch")(batch.batch)
app.command("search")(corpus.search)
app.command("index")(corpus.index)
app.command("backup")(backup.backup)
app.command("restore")(backup.bring_back)
app.command("doctor")(service.doctor)
app.command("serve")(service.serve)
app.command("worker")(runs.worker)
app.command("mcp")(mcp.mcp)
app.command("schemas")(service.schemas)
app.add_typer(llm.app, name="llm")
app.add_typer(profile.app, name="profile")
app.add_typer(actuals.app, name="actuals")
app.add_typer(corpus.app, name="corpus")
app.add_typer(keys.keys, name="keys")
app.add_typer(keys.workspaces, name="workspaces")
app.add_typer(runs.app, name="runs")
app.add_typer(audit.app, name="audit")
app.add_typer(evaluate.app, name="eval")


def exit_code(problem: JumouError) -> int:
    """The code a designed error leaves with."""
    if isinstance(problem, CallerError):
        return 2
    if isinstance(problem, OperatorError):
        return 3
    return 4 if isinstance(problem, OutsideError) else 1


def run() -> None:
    """The console script."""
    with suppress(JumouError):  # a setting that is wrong is said by the command that needs it
        set_up_log(settings())  # results alone stand on the output stream
    try:
        app()
    except InvalidProfile as problem:
        profile.show_problems(problem.problems)
        sys.exit(2)
    except JumouError as problem:
        _told(problem)
    except BrokenPipeError:  # the reader of a pipe went away
        sys.exit(0)
    except Exception as problem:  # noqa: BLE001 - the command line's end: a defect leaves a trace, not a half-written terminal
        if (unwritable := why_unwritable(problem)) is not None:
            _told(unwritable)
        traceback.print_exc()
        say("这是程序缺陷，请附上以上信息反馈。 This is a defect; please report the lines above.")
        sys.exit(1)


def _told(problem: JumouError) -> NoReturn:
    try:
        language = settings().language
    except JumouError:
        language = "zh"
    say(problem.message(language))
    if isinstance(problem, OutsideError) and problem.__cause__ is not None:
        say(f"  {problem.__cause__}")
    sys.exit(exit_code(problem))


if __name__ == "__main__":
    run()
