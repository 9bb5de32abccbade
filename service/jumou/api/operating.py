"""What callers send and get about a plan in operation."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from jumou.domain.list_changes import ProjectListPatch
from jumou.domain.operation import Actual, ActualEntry, AdjustmentDecision, Deviation, ProposedAdjustment
from jumou.domain.review import RevisionInfo

_Name = Annotated[
    str,
    Field(
        max_length=100,
        description="who acts; stands in the audit log. With accounts it is the caller, and may be left out",
    ),
]
_Words = Annotated[str, Field(max_length=10_000)]


class ActualsRequest(BaseModel):
    """Actual values, each with its source; all are kept, or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "person": "张工",
                    "entries": [{"kpi_id": "K01", "period": "2026Q2", "value": 48.5, "source": "市统计局二季度快报"}],
                }
            ]
        },
    )

    person: _Name = ""
    entries: list[ActualEntry] = Field(min_length=1, max_length=1000)


class AcceptRequest(BaseModel):
    """A proposal becomes a revision of its item."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"person": "张工", "approve": True}]})

    person: _Name = ""
    comment: _Words = Field(default="", description="stands on the revision; empty: the reason of the proposal")
    approve: bool = Field(default=False, description="approve what was changed at once")


class DismissRequest(BaseModel):
    """A proposal is set aside."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"person": "张工", "comment": "统计口径调整所致，下季度再看。"}]},
    )

    person: _Name = ""
    comment: str = Field(min_length=1, max_length=10_000, pattern=r"\S")


class ActualList(BaseModel):
    """Actual values, oldest first; of two for one period the later stands."""

    actuals: list[Actual]


class DeviationList(BaseModel):
    """Deviations in the order of indicators and periods."""

    deviations: list[Deviation]


class AdjustmentList(BaseModel):
    """Proposals that wait for a decision, and all decisions made."""

    open: list[ProposedAdjustment]
    decided: list[AdjustmentDecision]


class ProjectImport(BaseModel):
    """What an edited project list changes. `revision` is there when a reviewer had it written."""

    proposed: ProjectListPatch
    seen: str = Field(description="ETag of the step the patch is for; send it as If-Match with PATCH /steps/projects")
    revision: RevisionInfo | None = None
