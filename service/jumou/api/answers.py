"""What callers get, where it is not an object of the domain."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from jumou.domain.audit import AuditEntry
from jumou.domain.batch import BatchStanding
from jumou.domain.chat import ChatMessage, ChatRecord
from jumou.domain.evidence import Document, Passage
from jumou.domain.framework import Language, StepKey
from jumou.domain.region import ProfileProblem
from jumou.domain.review import Comment, Event, Review, Revision, RevisionInfo
from jumou.domain.run import RunStanding, Worker
from jumou.domain.standing import StepStanding
from jumou.retrieval.filter import Hit


class Problem(BaseModel):
    """RFC 9457. `detail` says how to mend it."""

    type: str
    title: str
    status: int
    detail: str | None = None
    request_id: str | None = None
    problems: list[dict[str, Any]] | None = Field(default=None, description="single faults with their place")
    versions: dict[str, Any] | None = Field(default=None, description="409: what was seen and what stands now")


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str


class ReadyPart(BaseModel):
    """Something the service stands on."""

    name: Literal["database", "index", "chroma"]
    ok: bool
    message: str = Field(default="", description="what is missing without it, in words")


class Ready(BaseModel):
    """Whether plans can be drafted and kept now, and what is missing if not."""

    status: Literal["ready", "preparing", "failed", "away"] = Field(
        description="`preparing`: being opened; `failed`: the last try to open it failed, the next follows by itself; "
        "`away`: it was open, and the database does not answer"
    )
    message: str
    done: int
    total: int
    documents: int | None = None
    passages: int | None = None
    workers_ready: bool
    parts: list[ReadyPart] = Field(description="the service answers while `chroma` is away, and adds no documents then")


class PlanSummary(BaseModel):
    """A plan in a list."""

    id: str
    title: str
    region: str
    industry: str
    language: Language
    created_at: str
    created_by: str


class PlanList(BaseModel):
    """A page of plans, newest first."""

    plans: list[PlanSummary]
    next_cursor: str = Field(description="give it as `cursor` for the next page; empty on the last")


class Accepted(BaseModel):
    """A plan is being drafted."""

    id: str
    plan: str = Field(description="address of the plan once it is there")
    events: str = Field(description="address of the progress, as server-sent events")


class StepAnswer(BaseModel):
    """A step: where it stands, and its newest revision."""

    standing: StepStanding
    revision: Revision


class ItemAnswer(BaseModel):
    """One item of a step."""

    id: str
    step: StepKey
    hash: str
    value: Any


class RevisionList(BaseModel):
    """The revisions of a step, oldest first."""

    revisions: list[RevisionInfo]


class ReviewList(BaseModel):
    """The decisions on a step, oldest first."""

    reviews: list[Review]


class CommentList(BaseModel):
    """The remarks on a step, oldest first."""

    comments: list[Comment]


class EventList(BaseModel):
    """The audit log of a plan."""

    events: list[Event]


class AuditPage(BaseModel):
    """Lines of the audit stream; numbers of other workspaces' lines are left out."""

    entries: list[AuditEntry]
    next_after: int | None = Field(description="give it as `after` for the next page; null on the last")


class SearchAnswer(BaseModel):
    """Passages, the best first, and whether they carry an answer."""

    query: str
    answerable: bool = Field(description="false: what was found does not answer the query; say so, do not guess")
    sufficiency: float = Field(description="how well the best of the first three passages fits, beside the cut")
    cut: float
    hits: list[Hit]


class DocumentAnswer(BaseModel):
    """A document with its passages, which together are its text."""

    document: Document
    passages: list[Passage]


class PassageAnswer(BaseModel):
    """A passage with its document's description."""

    passage: Passage
    document: Document


class ProfileReport(BaseModel):
    """Everything found wrong with a profile, errors first."""

    ok: bool = Field(description="it can be planned from")
    problems: list[ProfileProblem]


class SampleList(BaseModel):
    """The names of the sample regions."""

    samples: list[str]


class SchemaList(BaseModel):
    """The names of the published JSON Schemas."""

    schemas: list[str]


class ChatAnswer(BaseModel):
    """A chat with all that was said."""

    chat: ChatRecord
    messages: list[ChatMessage]
    answering: bool = Field(description="the last message is being answered")


class ChatList(BaseModel):
    """A page of chats, newest first."""

    chats: list[ChatRecord]
    next_cursor: str = Field(description="give it as `cursor` for the next page; empty on the last")


class MessageAccepted(BaseModel):
    """A message is stored and being answered."""

    message: ChatMessage
    events: str = Field(description="address of the answer, as server-sent events")


class Stopped(BaseModel):
    """Whether an answer was under way."""

    stopped: bool


class BatchAnswer(BaseModel):
    """A batch and where to look further."""

    batch: BatchStanding
    results: str = Field(description="address of the results, as JSON lines")
    workbook: str = Field(description="address of the workbook")
    progress: str = Field(description="address of the progress, as server-sent events")


class BatchList(BaseModel):
    """A page of batches, newest first."""

    batches: list[BatchStanding]
    next_cursor: str = Field(description="give it as `cursor` for the next page; empty on the last")


class Changed(BaseModel):
    """How many regions of a batch were changed, and how it stands now."""

    rows: int
    batch: BatchStanding


class RunList(BaseModel):
    """A page of runs, newest first."""

    runs: list[RunStanding]
    next_cursor: str = Field(description="give it as `cursor` for the next page; empty on the last")


class RunChanged(BaseModel):
    """Whether a run was changed, and how it stands now."""

    changed: bool
    run: RunStanding


class WorkerAnswer(BaseModel):
    """The processes that do runs; `open` counts the runs without an outcome by kind."""

    workers: list[Worker]
    open: dict[str, int]
