"""`jumou profile`: an empty workbook to fill in, and every problem of one that is filled in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from jumou.cli.terminal import emit, pick, say
from jumou.domain.framework import Language
from jumou.domain.region import ProfileProblem
from jumou.profile import check_profile, write_template
from jumou.settings import settings

app = typer.Typer(help="区域资料：模板与检查 · region profiles: template and check", no_args_is_help=True)


@app.command("template")
def template(
    path: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    language: Annotated[str, typer.Option("--language", "-l")] = "",
) -> None:
    """写出带批注的空白资料工作簿。"""
    write_template(path, language=_language(language))
    say(
        pick(
            f"已写出 {path}；填好后运行 jumou profile check {path}",
            f"wrote {path}; fill it in, then run jumou profile check {path}",
        )
    )


@app.command("check")
def check(
    path: Annotated[Path, typer.Argument(metavar="PROFILE")],
    language: Annotated[str, typer.Option("--language", "-l")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """逐条列出资料中的问题：工作表、行、列和改法。"""
    problems = check_profile(path, language=_language(language))
    if as_json:
        emit([problem.model_dump(mode="json") for problem in problems])
    elif problems:
        show_problems(problems)
    else:
        say(pick("未发现问题。", "no problems found."))
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(2)


def show_problems(problems: Sequence[ProfileProblem]) -> None:
    """A line for each problem: place, what, how to mend it."""
    for problem in problems:
        place = "!".join(str(part) for part in (problem.sheet, problem.row, problem.column) if part not in ("", None))
        kind = pick("错误", "error") if problem.severity == "error" else pick("提示", "note")
        say(f"[{kind}] {problem.file} {place} {problem.message} {problem.mend}".rstrip())
    errors = sum(problem.severity == "error" for problem in problems)
    say(
        pick(
            f"共 {errors} 处错误，{len(problems) - errors} 处提示。",
            f"{errors} errors, {len(problems) - errors} notes.",
        )
    )


def _language(language: str) -> Language:
    return "en" if (language or settings().language) == "en" else "zh"
