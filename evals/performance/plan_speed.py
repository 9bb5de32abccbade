"""A full four-step plan by the rules drafter on a warm index: seconds a plan, memory of the process, network asked for.

Bars: median <= 1.5 s, peak memory <= 700 MB, no connection (DESIGN, "full four-step plan"). Regions are the samples and
the inputs of the expert plans under evals/plans/gold; each is drafted once, so that nothing of its own is held already.
"""

import asyncio
import resource
import sys
import time
from pathlib import Path
from statistics import median
from typing import Final

from measured import Measure, percentile, report

from jumou.compose import at_home
from jumou.drafting.drafter import RulesDrafter
from jumou.evaluation.gold import read_gold
from jumou.profile import sample_names, sample_profile
from jumou.settings import settings
from jumou.workflow import PlanRequest, draft_plan

_GOLD: Final = Path(__file__).parents[1] / "plans" / "gold"


def main() -> int:
    """Prints what was measured; 1 when a bar is missed."""
    asked: list[str] = []
    sys.addaudithook(lambda event, _: asked.append(event) if event == "socket.connect" else None)
    office = at_home(settings())
    office.whole.index.warm()
    regions = [(sample_profile(name), "zh") for name in sample_names()]
    regions += [(plan.profile(), plan.language) for plan in read_gold(_GOLD)]
    took, used = [], []
    for profile, language in regions:
        request = PlanRequest(profile, language=language, start_year=2027, horizon=2030)
        began, began_using = time.perf_counter(), time.process_time()
        asyncio.run(draft_plan(request, office.library, RulesDrafter()))
        took.append(time.perf_counter() - began)
        used.append(time.process_time() - began_using)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return report(
        "plan_speed",
        [
            Measure("plans, each of another region", len(took), at_least=20),
            Measure("a plan, median", median(took), "s", at_most=1.5),
            Measure("a plan, p95", percentile(took, 0.95), "s"),
            Measure("processor time a plan, median", median(used), "s"),
            Measure("peak memory", peak, "MB", at_most=700),
            Measure("connections", len(asked), at_most=0),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
