"""The plan in operation: actual values of its indicators, how far they are from their targets, and what is proposed for it."""

import re
from typing import Any, Final, Literal, NamedTuple

from pydantic import Field

from jumou.domain.framework import Language, StepKey
from jumou.domain.implementation import Kpi
from jumou.domain.model import SCHEMA_VERSION, Code, Model
from jumou.domain.quantity import Quantity
from jumou.domain.review import Patch

_PERIOD: Final = re.compile(
    r"\s*(?P<year>(?:19|20)\d\d)\s*年?\s*[-/]?\s*(?:(?:第\s*)?(?:Q|q)?\s*(?P<quarter>[1-4一二三四])\s*(?:季度|季)?)?\s*"
)
_QUARTERS: Final = "一二三四"


class Period(NamedTuple):
    """A year, or a quarter of one (1 to 4; 0 is the whole year)."""

    year: int
    quarter: int = 0

    @classmethod
    def read(cls, text: str) -> "Period | None":
        """The period a person wrote (`2026`, `2026Q2`, `2026年第二季度`); None when it is none."""
        found = _PERIOD.fullmatch(text)
        if found is None:
            return None
        quarter = found["quarter"] or ""
        return cls(int(found["year"]), _QUARTERS.find(quarter) + 1 or int(quarter) if quarter else 0)

    @property
    def code(self) -> str:
        """As it is stored: `2026` or `2026Q2`."""
        return f"{self.year}Q{self.quarter}" if self.quarter else str(self.year)

    @property
    def end(self) -> str:
        """Its last month, YYYY-MM."""
        return f"{self.year}-{3 * (self.quarter or 4):02d}"

    @property
    def number(self) -> int:
        """Its place among periods of its kind: two in a row differ by one."""
        return 4 * self.year + self.quarter if self.quarter else self.year

    @property
    def order(self) -> tuple[str, bool]:
        """Sorts by end; a year stands behind its last quarter."""
        return self.end, not self.quarter

    def name(self, language: Language) -> str:
        """In words."""
        if not self.quarter:
            return f"{self.year}年" if language == "zh" else str(self.year)
        return f"{self.year}年第{_QUARTERS[self.quarter - 1]}季度" if language == "zh" else self.code


class ActualEntry(Model):
    """An actual value as a person enters it, in the unit of the indicator.

    Of what adds up over a year, a quarter's value is the sum since the year began (累计).
    """

    kpi_id: Code
    period: Code = Field(description="2026 or 2026Q2")
    value: float = Field(allow_inf_nan=False)
    source: Code = Field(min_length=1, max_length=500, description="where the figure stands")
    unit: Code = Field(default="", max_length=100, description="must be the indicator's; empty: not checked")
    note: Code = Field(default="", max_length=2000)


class Actual(Model):
    """An actual value as it is kept. A correction is another one; the newest of a period stands."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    plan_id: Code
    event: int = Field(ge=1)
    kpi_id: Code
    period: Code
    value: float
    unit: Code = ""
    source: Code
    note: Code = ""
    person: Code
    created_at: Code

    @property
    def when(self) -> Period:
        """The period."""
        found = Period.read(self.period)
        if found is None:
            raise ValueError(f"{self.period} is no period")
        return found


Standing = Literal["on_track", "behind", "alert", "not_comparable"]
Basis = Literal["annual", "kept", "to_date", "interpolated"]


class Deviation(Model):
    """An actual value against the target of its period, by the rule of the indicator.

    `compared` is the actual in the terms of the target: the value itself, a yearly growth (target flag `rate`), a change in
    points (`points`). `basis` says how the target of the period follows from those of the years: `annual` as it stands,
    `kept` the same in every quarter, `to_date` a quarter's share of the year, `interpolated` between two years.
    `shortfall` is relative to the target; positive is worse, whichever direction is good.
    """

    kpi_id: Code
    kpi_name: str
    period: Code
    actual_id: Code
    actual: float
    unit: Code
    compared: float | None = None
    compared_unit: Code = ""
    target: float | None = None
    target_of_year: float | None = None
    basis: Basis = "annual"
    gap: float | None = Field(default=None, description="compared minus target")
    shortfall: float | None = None
    threshold: float | None = Field(default=None, description="the indicator's own")
    state: Standing
    alerts_in_a_row: int = 0
    missing_zh: Code = Field(default="", description="why it cannot be compared")
    missing_en: Code = ""

    def missing(self, language: Language) -> str:
        """Why it cannot be compared, in words."""
        return self.missing_zh if language == "zh" else self.missing_en


AdjustmentKind = Literal["set_baseline", "revise_targets", "bring_forward", "raise_priority"]


class ProposedAdjustment(Model):
    """A change of one project or indicator that follows from the actual values by a rule; a person accepts or dismisses it.

    The id follows from what it says and from the item it was made for: another actual value, or an edit of the item, makes
    another proposal. `before` and `after` hold the fields it changes.
    """

    id: Code
    kind: AdjustmentKind
    step: StepKey
    item_id: Code
    seen: Code = Field(description="hash of the item it was made for")
    title: str
    reason: str
    rule: str = Field(description="the rule it follows from")
    kpi_ids: tuple[Code, ...]
    period: Code
    evidence: tuple[Quantity, ...]
    actual_ids: tuple[Code, ...]
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def patch(self) -> Patch:
        """The change."""
        return Patch(merge=self.after)


class AdjustmentDecision(Model):
    """What a person decided on a proposal, which is kept as it was."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    plan_id: Code
    event: int = Field(ge=1)
    proposal: ProposedAdjustment
    decision: Literal["accept", "dismiss"]
    person: Code
    comment: Code = ""
    revision_id: Code = Field(default="", description="the revision it became")
    created_at: Code


class Operation(NamedTuple):
    """All that is recorded of a plan in operation, oldest first."""

    actuals: tuple[Actual, ...] = ()
    decisions: tuple[AdjustmentDecision, ...] = ()

    def standing(self) -> dict[str, dict[Period, Actual]]:
        """The newest value of each period by indicator, periods in order."""
        found: dict[str, dict[Period, Actual]] = {}
        for actual in sorted(self.actuals, key=lambda one: (one.when.order, one.event)):
            found.setdefault(actual.kpi_id, {})[actual.when] = actual
        return found


def linked_projects(kpi: Kpi, projects: "dict[str, tuple[str, ...]]") -> tuple[str, ...]:
    """The projects that move an indicator; `projects` holds the indicators each names."""
    own = [name for name in kpi.project_ids if name in projects]
    return tuple(dict.fromkeys([*own, *(name for name, kpis in projects.items() if kpi.id in kpis)]))
