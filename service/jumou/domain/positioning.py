"""Step 2: one or two themes, one leading mode with its decision table, and a vision that can be checked."""

from typing import Literal

from pydantic import Field

from jumou.domain.evidence import Grounded, Statement
from jumou.domain.framework import ModeKey
from jumou.domain.model import Code, Model
from jumou.domain.quantity import Quantity


class Theme(Grounded):
    """A niche to concentrate on, with what is in and what is deliberately left out."""

    id: Code
    name: str
    chain_id: Code = Field(default="", description="the chain whose niche it is")
    boundary_in: str
    boundary_out: str
    node_ids: tuple[Code, ...] = ()
    node_names: tuple[str, ...] = Field(
        default=(),
        description="the links' names, in the order of node_ids; a second theme's may be of another chain than the diagnosis draws",
    )
    reasons: tuple[Statement, ...] = ()
    score: float | None = Field(default=None, description="0–1 rank score among the candidate niches")


class ModeScore(Model):
    """One row of the decision table."""

    key: ModeKey
    name: Code
    score: float
    rank: int
    gate: Literal["passed", "failed", "not_verified"]
    gate_reason: Code = ""
    arguments_for: tuple[Statement, ...] = ()
    arguments_against: tuple[Statement, ...] = ()


class Criterion(Model):
    """One criterion of the mode choice: its value, the parts it was made from, and the parts that were missing."""

    key: Code
    name: Code
    value: float
    parts: dict[str, float] = Field(default_factory=dict)
    missing: tuple[Code, ...] = ()


class ModeChoice(Model):
    """The chosen mode and how the choice was made."""

    key: ModeKey
    name: Code
    reason: Statement
    table: tuple[ModeScore, ...]
    criteria: tuple[Criterion, ...] = ()
    margin: float
    close: bool = Field(description="the two best are too close to call; both are shown")
    runner_up: ModeKey | None = None
    sensitivity: float | None = Field(
        default=None, ge=0, le=1, description="share of weight draws (±20 %) in which the same mode wins"
    )
    decided_by: Code = "rules"


class VisionTarget(Model):
    """A measurable end of the vision; the figure is the KPI's."""

    kpi_id: Code
    text: str
    quantity: Quantity | None = None


class VisionCheck(Model):
    """One point of the published checklist a vision has to pass."""

    key: Code
    name: Code
    passed: bool
    note: Code = ""


class Vision(Grounded):
    """A vision statement with the parts it is made of."""

    id: Code
    text: str
    position: str
    scope: str
    function: str
    horizon: int | None
    targets: tuple[VisionTarget, ...] = ()
    difference: Statement
    checks: tuple[VisionCheck, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every check of the list passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)


class Positioning(Model):
    """The whole of step 2."""

    themes: tuple[Theme, ...] = Field(min_length=1, max_length=2)
    mode: ModeChoice
    vision: Vision
    candidates: tuple[Vision, ...] = Field(min_length=3)
