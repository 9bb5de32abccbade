"""Batches: many regions' project lists asked for at once; every region ends in an outcome that can be seen."""

from typing import Any, Final, Literal, Self

from pydantic import Field

from jumou.domain.access import DEFAULT_WORKSPACE
from jumou.domain.framework import Language
from jumou.domain.model import SCHEMA_VERSION, Code, Model
from jumou.domain.plan import ProjectList
from jumou.domain.region import ProfileProblem, RegionProfile
from jumou.errors import InvalidProfile, JumouError

MOST_REGIONS: Final = 5_000
"""Every county and district of the country fits into one batch, with room to spare."""

OutcomeState = Literal["drafted", "failed", "cancelled"]
BatchState = Literal["running", "done", "cancelled"]
BatchEventKind = Literal["accepted", "row", "cancelled", "retried", "done"]


class BatchOptions(Model):
    """What holds for all regions of a batch."""

    language: Language
    industry: str | None = None
    start_year: int | None = None
    horizon: int | None = None
    drafter: Literal["", "rules", "llm"] = ""


class Failure(Model):
    """Why a region has no project list: the kind of error, what is wrong, how to mend it, and each problem with its place."""

    kind: Code
    message: Code
    mend: Code = ""
    problems: tuple[ProfileProblem, ...] = ()

    @classmethod
    def of(cls, error: JumouError, language: Language) -> Self:
        """An error as it is kept and shown."""
        zh = language == "zh"
        return cls(
            kind=type(error).__name__,
            message=error.message_zh if zh else error.message_en,
            mend=error.mend_zh if zh else error.mend_en,
            problems=error.problems if isinstance(error, InvalidProfile) else (),
        )


class BatchEntry(Model):
    """A region as it is handed in: its profile, or why that cannot be read. `source` names the file and line, or the place."""

    source: Code
    region: Code = ""
    profile: RegionProfile | None = None
    failure: Failure | None = None


class BatchRecord(Model):
    """A batch as it was accepted."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    options: BatchOptions
    total: int
    workspace: Code = DEFAULT_WORKSPACE
    created_by: Code
    created_at: Code


class BatchStanding(Model):
    """How far a batch is. `open` counts the regions that wait or are being drafted; it is running while there are any."""

    id: Code
    state: BatchState
    total: int
    open: int
    drafted: int
    failed: int
    cancelled: int
    created_by: Code
    created_at: Code
    options: BatchOptions
    last_event: int = Field(description="number of the newest event")


class BatchTask(Model):
    """A region that is to be drafted: the `attempt`-th time, from 1."""

    batch_id: Code
    row: int
    attempt: int

    @property
    def scope(self) -> str:
        """The name under which what it has paid for is kept."""
        return f"{self.batch_id}-{self.row}-{self.attempt}"


class Outcome(Model):
    """What became of a region. `project_list` stands exactly when it was drafted, `failure` exactly when it failed."""

    state: OutcomeState
    project_list: ProjectList | None = None
    failure: Failure | None = None


class BatchResult(Model):
    """A line of the results, in the order the regions were handed in; `open` while there is no outcome yet."""

    row: int
    source: Code
    region: Code
    state: Literal["open", "drafted", "failed", "cancelled"]
    attempt: int
    failure: Failure | None = None
    project_list: ProjectList | None = None


class BatchEvent(Model):
    """Something that happened to a batch; numbers count through the batch from 1."""

    number: int
    kind: BatchEventKind
    at: Code
    data: dict[str, Any]
