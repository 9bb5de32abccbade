"""Target paths that follow from something outside the playbook: a policy's pace, or how the region and its peers have grown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jumou.analysis.figures import figures
from jumou.analysis.targets import growth_band
from jumou.domain.evidence import Citation
from jumou.domain.figures import figures_in
from jumou.domain.playbook import PolicyPace
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext

_LEAST_SPAN: Final = 3
"""Growth over fewer years says more about the base year than about the region."""

_UNTIL: Final = r"到(20\d\d)年|\bby (20\d\d)\b"
_LEAST_RATE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Ground:
    """A yearly rate (a share), and where it comes from."""

    rate: float
    source_ids: tuple[str, ...]
    note: str
    formula: str
    citation: Citation | None = None


def policy_pace(ctx: DraftContext, pace: PolicyPace) -> Ground | None:
    """The pace a policy sets, when the sentence that sets it is in the library; None otherwise."""
    words = pace.find if ctx.language == "zh" else pace.find_en or pace.find
    found = ctx.desk.cite_document(pace.document, words)
    if found is None or pace.percent not in figures_in(found.quote):
        return None
    until = re.search(_UNTIL, found.quote)
    if until is not None and int(until.group(1) or until.group(2)) < ctx.start_year:
        return None  # a pace that ran out before the plan begins binds nobody
    title = f"《{found.title}》" if ctx.language == "zh" else f"“{found.title}”"
    if pace.years == 1:
        note = ctx.writer.pick(f"按{title}提出的全国年均速度设定。", f"At the yearly pace {title} sets for the nation.")
        return Ground(pace.percent / 100, (found.passage_id,), note, f"policy_pace: {pace.percent:g}", found)
    note = ctx.writer.pick(
        f"按{title}提出的全国五年累计幅度折算到各年。", f"The cut {title} sets for the nation, spread over its years."
    )
    rate = pace.percent / pace.years / 100
    return Ground(rate, (found.passage_id,), note, f"policy_pace: {pace.percent:g} / {pace.years}", found)


def region_pace(ctx: DraftContext) -> Ground | None:
    """The middle of the growth band (`kpi_band`): the region's own growth of GDP, and its peers'. None when neither is known."""
    cells = [cell for cell in figures(ctx.profile, "gdp") if cell.value and cell.year]
    own, refs = _own_growth([(cell.year or 0, cell.value or 0.0, cell.ref) for cell in cells])
    if own is None:
        latest = next((cell for cell in figures(ctx.profile, "gdp") if cell.growth_percent is not None), None)
        if latest is not None and latest.growth_percent is not None:
            own, refs = latest.growth_percent / 100, (latest.ref,)
    peers = [row for row in ctx.analysis.peers if row.growth is not None]
    band = growth_band(own, [(row.growth or 0.0) / 100 for row in peers])
    if band is None or band[0].mid < _LEAST_RATE:
        return None
    sources = (*refs, *dict.fromkeys(row.source for row in peers if row.source))
    if not any(sources):
        return None
    note = ctx.writer.pick(
        "全口径指标随区域经济增长：以基期值为起点，按本区域与同类地区生产总值增速区间的中值推算，评审时可在区间内调整。",
        "A figure of the whole grows with the region: from the baseline by the middle of the band of its own and its peers' growth of GDP; adjust within the band in review.",
    )
    return Ground(
        band[0].mid, tuple(item for item in sources if item), note, "kpi_band: baseline * (1 + rate) ** years"
    )


def _own_growth(points: Sequence[tuple[int, float, str]]) -> tuple[float | None, tuple[str, ...]]:
    """Yearly growth between the first and the last figure, when they lie far enough apart."""
    if len(points) < 2:
        return None, ()
    first, last = min(points), max(points)
    span = last[0] - first[0]
    if span < _LEAST_SPAN:
        return None, ()
    return float((last[1] / first[1]) ** (1 / span) - 1), (first[2], last[2])


def computed(
    ground: Ground, label: str, value: float, unit: str, year: int, baseline: Quantity | None, flag: str
) -> Quantity:
    """A target that follows from the ground and, where there is one, the baseline."""
    return Quantity(
        label=label, value=value, unit=unit, year=year, basis="computed", formula=ground.formula, flags=(flag,),
        source_ids=(*(baseline.source_ids if baseline else ()), *ground.source_ids),
    )  # fmt: skip
