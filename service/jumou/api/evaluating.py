"""The suites of the evaluation as a run does them: from the shipped cases, into a folder, with a report in both forms."""

from pathlib import Path
from typing import Any

from jumou.assets import asset_dir
from jumou.compose import Jumou
from jumou.corpus.progress import Progress
from jumou.domain.access import SHIPPED
from jumou.drafting.drafter import DrafterName
from jumou.errors import InvalidRequest, NotFound
from jumou.evaluation.gold import read_gold
from jumou.evaluation.grounding_suite import run_grounding, write_grounding_report
from jumou.evaluation.plan_report import write_plan_report
from jumou.evaluation.plans import PlansSuite
from jumou.evaluation.retrieval_suite import own_set, run_search, write_search_report
from jumou.evaluation.runs import RUN_FILE, Run
from jumou.evaluation.safety_suite import run_safety, write_safety_report
from jumou.profile import sample_profile

_REGION = "changchun"


def run_suite(
    jumou: Jumou, suite: str, drafter: DrafterName, folder: Path, progress: Progress
) -> tuple[dict[str, Any], list[Path]]:
    """Runs a suite; what it measured, and the files of its report.

    Raises:
        InvalidRequest: there is no such suite, or a model is to draft and there is none.
        NotFound: there is no plan to check the grounding of.
    """
    office, evals, language = jumou.within(SHIPPED), asset_dir("evals"), jumou.settings.language
    library, chosen = office.library, jumou.drafter_named(drafter or "rules")
    bars = evals / suite / "thresholds.yaml"
    thresholds = bars if bars.is_file() else None
    match suite:
        case "plans":
            plans = PlansSuite(
                gold=read_gold(evals / "plans" / "gold"), library=library, drafter=chosen, folder=folder,
                corrections=jumou.settings.home / "eval" / "corrections.json", model=jumou.model if drafter == "llm" else None,
            )  # fmt: skip
            run = plans.run(progress=progress, thresholds=thresholds)
            files = write_plan_report(run, plans.gold, folder, language)
        case "retrieval":
            own = own_set(evals / "retrieval" / "own", library)
            run = run_search([own], folder, thresholds=thresholds, peers=False, progress=progress)
            files = write_search_report(run, folder, language)
        case "grounding":
            source = jumou.settings.home / "eval" / "plans"
            found = {str(path.parent.relative_to(source)): path for path in sorted(source.rglob("plan.json"))}
            if not found:
                raise NotFound(
                    "没有可核对的规划。", "There is no plan to check.", mend_zh="请先运行 plans 评测。", mend_en="Run the suite plans first.",
                )  # fmt: skip
            run = run_grounding(
                found, library, evals / "grounding", evals / "retrieval" / "own", folder, thresholds=thresholds, progress=progress
            )  # fmt: skip
            files = write_grounding_report(run, folder, language)
        case "safety":
            profile = sample_profile(_REGION)
            run = run_safety(
                profile, library, chosen, evals / "safety", folder, thresholds=thresholds, progress=progress
            )
            files = write_safety_report(run, folder, language)
        case _:
            raise InvalidRequest(f"没有名为 {suite} 的评测。", f"There is no suite called {suite}.")
    return _told(run), [folder / RUN_FILE, *files]


def _told(run: Run) -> dict[str, Any]:
    return {
        "suite": run.suite,
        "means": {name: one.model_dump(mode="json") for name, one in run.means.items()},
        "gates": [{**one.model_dump(mode="json"), "passed": one.passed} for one in run.gates],
        "failures": run.failures,
    }
