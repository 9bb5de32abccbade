"""`jumou eval`: how good drafts, search and grounding are, measured; runs are kept, compared and gated.

Exit code 6: a threshold of the gate was missed.
"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="评测：对照专家规划、检索、依据、安全 · evaluation", no_args_is_help=True)

GoldOption = Annotated[Path | None, typer.Option("--gold", help="自备评测数据文件夹 · your own data")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="运行目录，可续跑 · folder of the run")]
CompareOption = Annotated[Path | None, typer.Option("--compare", help="与另一次运行比较 · another run's folder")]
GateOption = Annotated[bool, typer.Option("--gate", help="未达门槛时退出码为6 · exit 6 when a threshold is missed")]
ThresholdsOption = Annotated[Path | None, typer.Option("--thresholds", help="门槛文件 · thresholds.yaml")]
JsonOption = Annotated[bool, typer.Option("--json")]
DrafterOption = Annotated[str, typer.Option("--drafter", help="rules(默认)或 llm(需设置 JUMOU_LLM)· who drafts")]
CorrectionsOption = Annotated[
    Path | None, typer.Option("--corrections", help="改过的 matches.csv;更正会被记住 · a corrected match table")
]


@app.command("plans")
def plans(
    gold: GoldOption = None,
    target: OutOption = None,
    drafter: DrafterOption = "rules",
    compare: CompareOption = None,
    thresholds: ThresholdsOption = None,
    corrections: CorrectionsOption = None,
    gate: GateOption = False,
    as_json: JsonOption = False,
) -> None:
    """起草每个案例并与专家规划逐项对照。"""
    from jumou.cli import evaluating  # noqa: PLC0415 - seconds to load

    evaluating.plans(
        gold=gold,
        target=target,
        drafter=drafter,
        compare=compare,
        thresholds=thresholds,
        corrections=corrections,
        gate=gate,
        as_json=as_json,
    )


@app.command("rescore")
def rescore(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN")],
    gold: GoldOption = None,
    thresholds: ThresholdsOption = None,
    corrections: CorrectionsOption = None,
    compare: CompareOption = None,
    gate: GateOption = False,
    as_json: JsonOption = False,
) -> None:
    """不重新起草，按现有对齐规则和人工更正重新计分。"""
    from jumou.cli import evaluating  # noqa: PLC0415 - seconds to load

    evaluating.rescore(
        run_folder=run_folder,
        gold=gold,
        thresholds=thresholds,
        corrections=corrections,
        compare=compare,
        gate=gate,
        as_json=as_json,
    )


@app.command("retrieval")
def retrieval(
    gold: GoldOption = None,
    target: OutOption = None,
    compare: CompareOption = None,
    thresholds: ThresholdsOption = None,
    peers: Annotated[bool, typer.Option("--peers/--no-peers", help="同场对比其他框架 · run peers")] = True,
    gate: GateOption = False,
    as_json: JsonOption = False,
) -> None:
    """自有问题集，或 --gold 指向的标准评测集(含其下各子文件夹)。"""
    from jumou.cli import evaluating  # noqa: PLC0415 - seconds to load

    evaluating.retrieval(
        gold=gold, target=target, compare=compare, thresholds=thresholds, peers=peers, gate=gate, as_json=as_json
    )


@app.command("grounding")
def grounding(
    gold: GoldOption = None,
    target: OutOption = None,
    compare: CompareOption = None,
    thresholds: ThresholdsOption = None,
    gate: GateOption = False,
    as_json: JsonOption = False,
) -> None:
    """核对 --gold 下所有 plan.json(默认：最近一次 plans 运行)的引文和数字，并测拒答与废止文件。"""
    from jumou.cli import evaluating  # noqa: PLC0415 - seconds to load

    evaluating.grounding(gold=gold, target=target, compare=compare, thresholds=thresholds, gate=gate, as_json=as_json)


@app.command("safety")
def safety(
    gold: GoldOption = None,
    target: OutOption = None,
    region: Annotated[str, typer.Option("--region", help="样例区域 · a sample region")] = "changchun",
    drafter: DrafterOption = "rules",
    compare: CompareOption = None,
    thresholds: ThresholdsOption = None,
    gate: GateOption = False,
    as_json: JsonOption = False,
) -> None:
    """把指令伪装成资料或政策条文，起草结果的决定性内容不应改变。"""
    from jumou.cli import evaluating  # noqa: PLC0415 - seconds to load

    evaluating.safety(
        gold=gold,
        target=target,
        region=region,
        drafter=drafter,
        compare=compare,
        thresholds=thresholds,
        gate=gate,
        as_json=as_json,
    )


@app.command("performance")
def performance(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SCRIPT]...")] = None,
) -> None:
    """运行 evals/performance 下的性能基准(检出目录中)。"""
    from jumou.cli import evaluating  # noqa: PLC0415 - seconds to load

    evaluating.performance(names=names)
