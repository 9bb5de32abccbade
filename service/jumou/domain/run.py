"""Runs: work that is accepted once and ends in an outcome somebody can see, whatever happens to the process that does it."""

from typing import Any, Final, Literal, Self

from pydantic import Field

from jumou import errors
from jumou.domain.model import SCHEMA_VERSION, Code, Model
from jumou.domain.region import ProfileProblem
from jumou.errors import InvalidProfile, JumouError

RunKind = Literal["plan", "redraft", "batch", "ingest", "export", "evaluation"]
RunState = Literal["waiting", "running", "done", "failed", "cancelled"]
RunEventKind = Literal["accepted", "begun", "step", "retried", "cancelled", "done", "failed"]
OutcomeState = Literal["done", "failed", "cancelled"]

STATE_NAMES: Final[dict[RunState, tuple[str, str]]] = {
    "waiting": ("等待", "waiting"), "running": ("进行中", "running"), "done": ("完成", "done"), "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
}  # fmt: skip
KIND_NAMES: Final[dict[RunKind, tuple[str, str]]] = {
    "plan": ("规划起草", "plan"), "redraft": ("步骤重拟", "redraft"), "batch": ("批次", "batch"), "ingest": ("文献收入", "ingest"),
    "export": ("导出", "export"), "evaluation": ("评测", "evaluation"),
}  # fmt: skip
"""What states and kinds are called, in both languages."""

ENDS: Final = ("done", "failed", "cancelled")
"""The states nothing follows, unless somebody retries."""

SOMEBODY_WAITS: Final = 1
SOON: Final = 5
WHEN_IDLE: Final = 9
"""Priorities: the lower number goes first."""


class RunRecord(Model):
    """A run as it was accepted. `subject` is what it is about (a plan's id); `request` is what is asked, as JSON."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    workspace: Code
    kind: RunKind
    subject: Code = ""
    priority: int = SOON
    created_by: Code
    created_at: Code
    request: dict[str, Any] = Field(default_factory=dict)

    @property
    def about(self) -> str:
        """What it is about, as far as the request says: region and industry, a suite."""
        profile = self.request.get("profile") or {}
        named = (profile.get("name"), self.request.get("industry") or profile.get("target_industry"))
        return " ".join(str(one) for one in (*named, self.request.get("suite")) if one)


class RunTask(Model):
    """A run that is to be done: the `attempt`-th time, from 1."""

    run_id: Code
    attempt: int

    @property
    def scope(self) -> str:
        """The name under which what it has paid for is kept."""
        return f"{self.run_id}-{self.attempt}"


class RunFailure(Model):
    """Why a run failed: the kind of error, what is wrong and how to mend it, in both languages, and the problems by place."""

    kind: Code
    message_zh: str
    message_en: str
    mend_zh: str = ""
    mend_en: str = ""
    problems: tuple[ProfileProblem, ...] = ()

    @classmethod
    def of(cls, error: JumouError) -> Self:
        """An error as it is kept."""
        return cls(
            kind=type(error).__name__, message_zh=error.message_zh, message_en=error.message_en, mend_zh=error.mend_zh,
            mend_en=error.mend_en, problems=error.problems if isinstance(error, InvalidProfile) else (),
        )  # fmt: skip

    @classmethod
    def broken(cls, kind: str, detail: str) -> Self:
        """A defect, which nobody foresaw."""
        return cls(
            kind=kind, message_zh=f"运行中断：{detail}", message_en=f"The run broke: {detail}",
            mend_zh="可以重试；若再次出现，请反馈。", mend_en="Retry it; report it when it happens again.",
        )  # fmt: skip

    def error(self) -> JumouError:
        """The error it was made from, for whoever waited for the run."""
        if self.problems:
            return InvalidProfile(self.problems)
        found = getattr(errors, self.kind, JumouError)
        known = isinstance(found, type) and issubclass(found, JumouError) and found is not InvalidProfile
        kind = found if known else JumouError
        return kind(self.message_zh, self.message_en, mend_zh=self.mend_zh, mend_en=self.mend_en)


class RunUsage(Model):
    """What a run paid a language model for: calls that were answered, and their tokens."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


class RunOutcome(Model):
    """What became of a run. `failure` stands exactly when it failed."""

    state: OutcomeState
    result: dict[str, Any] = Field(default_factory=dict)
    failure: RunFailure | None = None
    usage: RunUsage | None = None


class RunStanding(Model):
    """Where a run stands. `attempt` is the one that counts; `result` says where what was made can be had."""

    id: Code
    kind: RunKind
    state: RunState
    workspace: Code
    subject: Code
    about: str = Field(default="", description="region and industry of a plan, the suite of an evaluation")
    priority: int
    attempt: int
    created_by: Code
    created_at: Code
    ended_at: Code = ""
    worker: Code = Field(default="", description="the process that does it; empty while it waits and when it has ended")
    result: dict[str, Any] = Field(default_factory=dict)
    failure: RunFailure | None = None
    usage: RunUsage | None = None
    last_event: int = Field(default=0, description="number of the newest event")

    @property
    def ended(self) -> bool:
        """Whether there is an outcome."""
        return self.state in ENDS


class RunEvent(Model):
    """Something that happened to a run; numbers count through the run from 1."""

    number: int
    attempt: int
    kind: RunEventKind
    at: Code
    data: dict[str, Any]


class Worker(Model):
    """A process that does runs: where it is, how much it takes on at once, when it was last heard of."""

    name: Code
    host: Code
    pid: int
    at_once: int
    contract: Code
    version: Code
    started_at: Code
    seen_at: Code
    stopping: bool = False
