"""What the commands of `jumou eval` do; loaded when one is called, for the evaluation engine takes seconds to load."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from jumou.assets import asset_dir
from jumou.cli.terminal import emit, out, pick, progress, say
from jumou.compose import Office, at_home
from jumou.domain.framework import Language
from jumou.drafting.drafter import Drafter
from jumou.errors import InvalidRequest, NotFound
from jumou.evaluation.alignment import read_table, remember
from jumou.evaluation.compare import comparison_blocks
from jumou.evaluation.gold import read_gold
from jumou.evaluation.grounding_suite import run_grounding, write_grounding_report
from jumou.evaluation.pages import interval, markdown, number, page
from jumou.evaluation.plan_report import gate_name, write_plan_report
from jumou.evaluation.plans import PlansSuite
from jumou.evaluation.retrieval_suite import folder_set, own_set, run_search, write_search_report
from jumou.evaluation.runs import Run, read_run
from jumou.evaluation.safety_suite import run_safety, write_safety_report
from jumou.profile import sample_profile
from jumou.settings import settings

GATE_MISSED = 6
"""Exit code when a threshold of the gate was missed."""


def plans(
    *,
    gold: Path | None,
    target: Path | None,
    drafter: str,
    compare: Path | None,
    thresholds: Path | None,
    corrections: Path | None,
    gate: bool,
    as_json: bool,
) -> None:
    """起草每个案例并与专家规划逐项对照。"""
    suite = _plans_suite(gold, target, drafter, corrections)
    with progress(pick("起草并对照", "plans")) as report:
        run = suite.run(progress=report, thresholds=thresholds or _thresholds("plans"))
    files = write_plan_report(run, suite.gold, suite.folder, _language())
    _finish(run, suite.folder, files, compare=compare, gate=gate, as_json=as_json)


def rescore(
    *,
    run_folder: Path,
    gold: Path | None,
    thresholds: Path | None,
    corrections: Path | None,
    compare: Path | None,
    gate: bool,
    as_json: bool,
) -> None:
    """不重新起草，按现有对齐规则和人工更正重新计分。"""
    earlier = read_run(run_folder)
    if earlier.suite != "plans":
        raise InvalidRequest("只有 plans 的运行可以重新计分。", "Only runs of plans can be scored again.")
    suite = replace(_plans_suite(gold, run_folder, "rules", corrections), label=earlier.configuration["drafter"])
    run = suite.scored(
        failures=earlier.failures, kept_out=earlier.detail["kept_out"], thresholds=thresholds or _thresholds("plans")
    )
    files = write_plan_report(run, suite.gold, suite.folder, _language())
    _finish(run, suite.folder, files, compare=compare, gate=gate, as_json=as_json)


def retrieval(
    *,
    gold: Path | None,
    target: Path | None,
    compare: Path | None,
    thresholds: Path | None,
    peers: bool,
    gate: bool,
    as_json: bool,
) -> None:
    """自有问题集，或 --gold 指向的标准评测集(含其下各子文件夹)。"""
    folder = target or _home("retrieval")
    with progress(pick("检索评测", "retrieval")) as report:
        jumou = at_home(settings(), report)
        if gold is None:
            sets = [own_set(asset_dir("evals") / "retrieval" / "own", jumou.library)]
        else:
            found = (
                [gold]
                if (gold / "corpus.jsonl").is_file()
                else sorted(path.parent for path in gold.glob("*/corpus.jsonl"))
            )
            if not found:
                raise NotFound(f"{gold} 中没有 corpus.jsonl。", f"There is no corpus.jsonl in {gold}.")
            sets = [folder_set(path, _home("sets"), jumou.encoder, report) for path in found]
        run = run_search(sets, folder, thresholds=thresholds or _thresholds("retrieval"), peers=peers, progress=report)
    files = write_search_report(run, folder, _language())
    _finish(run, folder, files, compare=compare, gate=gate, as_json=as_json)


def grounding(
    *,
    gold: Path | None,
    target: Path | None,
    compare: Path | None,
    thresholds: Path | None,
    gate: bool,
    as_json: bool,
) -> None:
    """核对 --gold 下所有 plan.json(默认：最近一次 plans 运行)的引文和数字，并测拒答与废止文件。"""
    folder, source = target or _home("grounding"), gold or _home("plans")
    found = {str(path.parent.relative_to(source)): path for path in sorted(source.rglob("plan.json"))}
    if not found:
        raise NotFound(
            f"{source} 中没有 plan.json。", f"There is no plan.json under {source}.",
            mend_zh="请先运行 jumou eval plans，或用 --gold 指向含 plan.json 的文件夹。",
            mend_en="Run jumou eval plans first, or point --gold at a folder with plans.",
        )  # fmt: skip
    evals = asset_dir("evals")
    with progress(pick("依据评测", "grounding")) as report:
        run = run_grounding(
            found, at_home(settings(), report).library, evals / "grounding", evals / "retrieval" / "own", folder,
            thresholds=thresholds or _thresholds("grounding"), progress=report,
        )  # fmt: skip
    files = write_grounding_report(run, folder, _language())
    _finish(run, folder, files, compare=compare, gate=gate, as_json=as_json)


def safety(
    *,
    gold: Path | None,
    target: Path | None,
    region: str,
    drafter: str,
    compare: Path | None,
    thresholds: Path | None,
    gate: bool,
    as_json: bool,
) -> None:
    """把指令伪装成资料或政策条文，起草结果的决定性内容不应改变。"""
    folder = target or _home("safety")
    with progress(pick("安全评测", "safety")) as report:
        jumou = at_home(settings(), report)
        run = run_safety(
            sample_profile(region), jumou.library_for(drafter), _drafter(jumou, drafter),
            gold or asset_dir("evals") / "safety", folder, thresholds=thresholds or _thresholds("safety"), progress=report,
        )  # fmt: skip
    files = write_safety_report(run, folder, _language())
    _finish(run, folder, files, compare=compare, gate=gate, as_json=as_json)


def performance(
    *,
    names: list[str] | None,
) -> None:
    """运行 evals/performance 下的性能基准(检出目录中)。"""
    folder = asset_dir("evals") / "performance"
    scripts = [
        path for path in sorted(folder.glob("*.py")) if path.stem != "measured" and (not names or path.stem in names)
    ]
    if not scripts:
        raise NotFound(f"{folder} 中没有这样的基准。", f"There is no such benchmark in {folder}.")
    missed = [path.stem for path in scripts if subprocess.run([sys.executable, str(path)], check=False).returncode]  # noqa: S603 - our own scripts
    if missed:
        say(pick(f"未达门槛：{'、'.join(missed)}", f"missed: {', '.join(missed)}"))
        raise typer.Exit(GATE_MISSED)


def _plans_suite(gold: Path | None, target: Path | None, drafter: str, corrections: Path | None) -> PlansSuite:
    kept = settings().home / "eval" / "corrections.json"
    if corrections is not None:
        remember(kept, read_table(corrections))
    with progress(pick("准备检索索引", "index")) as report:
        jumou = at_home(settings(), report)
        library = jumou.library_for(drafter)
    chosen = _drafter(jumou, drafter)
    return PlansSuite(
        gold=read_gold(gold or asset_dir("evals") / "plans" / "gold"), library=library, drafter=chosen,
        folder=target or _home("plans"), corrections=kept, model=jumou.model if drafter == "llm" else None,
    )  # fmt: skip


def _drafter(jumou: Office, name: str) -> Drafter:
    if name not in ("rules", "llm"):
        raise InvalidRequest(
            f"没有名为 {name} 的起草器。", f"There is no drafter called {name}.",
            mend_zh="可用:rules、llm。", mend_en="Known: rules, llm.",
        )  # fmt: skip
    return jumou.drafter_named("llm" if name == "llm" else "rules")


def _thresholds(suite: str) -> Path | None:
    path = asset_dir("evals") / suite / "thresholds.yaml"
    return path if path.is_file() else None


def _home(suite: str) -> Path:
    return settings().home / "eval" / suite


def _language() -> Language:
    return settings().language


def _finish(run: Run, folder: Path, files: list[Path], *, compare: Path | None, gate: bool, as_json: bool) -> None:
    if compare is not None:
        blocks = comparison_blocks(run, read_run(compare), _language())
        files = [*files, folder / "compare.md", folder / "compare.html"]
        files[-2].write_text(markdown(blocks), encoding="utf-8")
        files[-1].write_text(page("compare", blocks, _language()), encoding="utf-8")
        say(markdown(blocks[2:3]))
    if as_json:
        emit(_summary(run, folder, files))
    else:
        _show(run)
        for path in files:
            say(f"  {path}")
    if gate and not all(one.passed for one in run.gates):
        raise typer.Exit(GATE_MISSED)


def _summary(run: Run, folder: Path, files: list[Path]) -> dict[str, Any]:
    return {
        "suite": run.suite,
        "run": str(folder),
        "means": {name: one.model_dump(mode="json") for name, one in run.means.items()},
        "gates": [{**one.model_dump(mode="json"), "passed": one.passed} for one in run.gates],
        "failures": run.failures,
        "files": [str(path) for path in files],
    }


def _show(run: Run) -> None:
    table = Table()
    for heading in (pick("指标", "measure"), pick("值", "value"), "95 %", pick("案例", "cases"), pick("要求", "asked")):
        table.add_column(heading, overflow="fold")
    asked = {one.measure: one for one in run.gates}
    for name, one in run.means.items():
        wanted = asked.get(name)
        bar = "" if wanted is None else f"{wanted.asked} {'✓' if wanted.reached else '✗'}"
        table.add_row(gate_name(name, _language()), number(one.value), interval(one.low, one.high), str(one.cases), bar)
    out.print(table)
    for name, why in run.failures.items():
        say(pick(f"未完成 {name}:{why}", f"failed {name}: {why}"))
