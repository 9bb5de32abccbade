"""Step 4: road map, action table, governance, financing, indicators and the loop that adjusts the plan."""

from typing import Literal

from pydantic import Field

from jumou.domain.evidence import Grounded, Statement
from jumou.domain.framework import KpiFamily
from jumou.domain.model import Code, Model
from jumou.domain.portfolio import Funding
from jumou.domain.quantity import Quantity


class Phase(Model):
    """A stage of the road map."""

    id: Code
    name: str
    start: Code
    end: Code
    goal: str
    project_ids: tuple[Code, ...] = ()


class ScheduledProject(Model):
    """A project on the time axis: months from the plan's start, slack in months, whether it is on the critical path."""

    project_id: Code
    start: Code
    end: Code
    earliest_start: float
    earliest_finish: float
    latest_start: float
    latest_finish: float
    total_float: float
    critical: bool


class Roadmap(Model):
    """Phases, schedule and critical path."""

    start: Code
    phases: tuple[Phase, ...]
    schedule: tuple[ScheduledProject, ...]
    critical_path: tuple[Code, ...]
    makespan_months: float


class ActionItem(Model):
    """A row of the action table: 任务书, 时间表 and 路线图 in one."""

    id: Code
    project_id: Code
    task: str
    body: str
    supporting: tuple[str, ...] = ()
    start: Code = ""
    deadline: Code
    milestone: str


class GovernanceBody(Model):
    """A body of the alliance that runs the plan."""

    id: Code
    name: str
    members: tuple[str, ...]
    duties: str
    rhythm: str


class FinancingYear(Model):
    """Money of one year by source, hundred million yuan."""

    year: int
    amounts: dict[Funding, float]

    @property
    def total(self) -> float:
        """Sum over the sources."""
        return sum(self.amounts.values())


class FinancingPlan(Grounded):
    """Investment by source and year, and what has to hold for it to work."""

    total: Quantity | None = Field(
        default=None, description="a reasoned range, narrower than the sums of all lows and highs"
    )
    central: Quantity | None = Field(default=None, description="the sum of the middles of the projects' ranges")
    years: tuple[FinancingYear, ...] = ()
    by_source: dict[Funding, float] = Field(default_factory=dict)
    notes: tuple[Statement, ...] = ()


class KpiTarget(Model):
    """The target of one year."""

    year: int
    quantity: Quantity


class Kpi(Grounded):
    """An indicator by which the plan is steered."""

    id: Code
    name: str
    family: KpiFamily
    unit: Code
    baseline: Quantity | None
    baseline_note: str = ""
    targets: tuple[KpiTarget, ...]
    target_note: str = Field(
        default="", description="how the target path follows from the baseline; what to do without one"
    )
    direction: Literal["up", "down"] = "up"
    method: str
    data_source: str
    frequency: str
    owner: str
    alert: str
    alert_threshold: float | None = Field(
        default=None, description="relative shortfall that raises the alert, e.g. 0.1"
    )
    adjust: str = Field(description="what is changed in the plan when the alert stands")
    project_ids: tuple[Code, ...] = ()


class MonitoringEvent(Model):
    """When the plan is looked at, by whom, and what comes out."""

    when: Code
    what: str
    who: str
    output: str


class Implementation(Model):
    """The whole of step 4."""

    roadmap: Roadmap
    actions: tuple[ActionItem, ...]
    governance: tuple[GovernanceBody, ...]
    governance_note: Statement | None = None
    financing: FinancingPlan
    kpis: tuple[Kpi, ...]
    monitoring: tuple[MonitoringEvent, ...]
    safeguards: tuple[Statement, ...] = ()
