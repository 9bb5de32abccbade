"""The one place that knows pydantic-evals: runs a task over named cases, concurrently, and hands back what came out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from jumou.corpus.progress import Progress, silent

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Made]):
    """What a case gave: the task's output with its measures, or why it failed."""

    output: Made | None
    measures: dict[str, float | None]
    seconds: float
    failed: str = ""


def run_cases(
    name: str,
    cases: Mapping[str, Given],
    task: Callable[[Given], Awaitable[Made]],
    measure: Callable[[Given, Made], dict[str, float | None]],
    *,
    concurrency: int = 2,
    progress: Progress = silent,
) -> dict[str, Outcome[Made]]:
    """Runs `task` on every case and `measure` on what it gives; a case that fails does not stop the others."""
    # seconds to load: only whoever evaluates waits for it
    from pydantic_evals import Case, Dataset  # noqa: PLC0415
    from pydantic_evals.evaluators import Evaluator, EvaluatorContext  # noqa: PLC0415

    @dataclass
    class Measures(Evaluator[Any, Any, Any]):
        """Hands a suite's measures on; a measure that was not taken is left out, not 0."""

        def evaluate(self, ctx: EvaluatorContext[Any, Any, Any]) -> dict[str, float]:
            """The measures that were taken."""
            return {key: value for key, value in measure(ctx.inputs, ctx.output).items() if value is not None}

    done = 0

    async def counted(given: Given) -> Made:
        nonlocal done
        made = await task(given)
        done += 1
        progress(done, len(cases), name)
        return made

    dataset: Dataset[Any, Any, Any] = Dataset(
        name=name,
        cases=[Case(name=key, inputs=given) for key, given in cases.items()],
        evaluators=[Measures()],
    )
    report = asyncio.run(dataset.evaluate(counted, name=name, max_concurrency=concurrency, progress=False))
    found: dict[str, Outcome[Made]] = {}
    for row in report.cases:
        broken = "; ".join(f"{failure.name}: {failure.error_message}" for failure in row.evaluator_failures)
        found[row.name] = Outcome(
            row.output, {key: float(one.value) for key, one in row.scores.items()}, row.task_duration, broken
        )
    for failure in report.failures:
        found[failure.name] = Outcome(None, {}, 0.0, failure.error_message)
    return {key: found[key] for key in cases}
