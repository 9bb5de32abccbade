"""Revisions and reviews: append-only records of who wrote what and who decided on it.

Everything that happens to a plan is an `Event` with a number; revisions, reviews, marks and comments carry the number of
theirs. The standing of every item at any number follows from the records up to it (`domain/standing.py`).
"""

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, Field

from jumou.domain.access import DEFAULT_WORKSPACE, Classification
from jumou.domain.evidence import Evidence
from jumou.domain.framework import Language, StepKey
from jumou.domain.model import SCHEMA_VERSION, Code, Model
from jumou.domain.plan import Finding
from jumou.domain.region import RegionProfile

Decision = Literal["approve", "edit", "reject", "ask_again", "lock", "unlock", "comment"]

Cause = Literal["draft", "redraft", "edit", "undo"]
"""Why a revision was written."""


def content_hash(value: BaseModel | dict[str, Any] | list[Any]) -> str:
    """SHA-256 over the canonical JSON of a value: the hash an approval binds to."""
    content = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class ItemHash(Model):
    """One item of a revision and the hash of its content."""

    id: Code
    hash: Code


class RevisionInfo(Model):
    """A revision without its content; never changed, only followed by the next.

    `touched` are the items this revision wrote anew, whether or not their content changed; all others are the parent's,
    byte for byte. `upstream` names the revision of each earlier step that the drafter read.
    """

    schema_version: Code = SCHEMA_VERSION
    id: Code
    plan_id: Code
    step: StepKey
    number: int = Field(ge=1)
    parent_id: Code = ""
    event: int = Field(ge=1)
    cause: Cause
    author: Code = Field(description="who had it written: a person's name, or the service itself")
    note: Code = ""
    hash: Code
    items: tuple[ItemHash, ...]
    touched: tuple[Code, ...] = ()
    upstream: dict[StepKey, Code] = Field(default_factory=dict)
    drafter: Code
    prompt_id: Code = ""
    prompt_version: Code = ""
    model: Code = ""
    corpus_version: Code = ""
    encoder: Code = ""
    findings: tuple[Finding, ...] = Field(default=(), description="what the grounding check found in this step")
    created_at: Code

    @property
    def manifest(self) -> dict[str, str]:
        """Hash by item."""
        return {item.id: item.hash for item in self.items}


class Revision(RevisionInfo):
    """One version of one step, with the evidence frozen with it."""

    content: dict[str, Any]
    evidence: Evidence


class PatchOperation(Model):
    """One operation of a JSON Patch (RFC 6902); `path` is a JSON Pointer into the item, or into the step."""

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    path: Code
    value: Any = None
    source: Code = Field(default="", alias="from", description="move and copy: where from")

    def rfc(self) -> dict[str, Any]:
        """As RFC 6902 writes it."""
        written: dict[str, Any] = {"op": self.op, "path": self.path}
        if self.op in ("move", "copy"):
            written["from"] = self.source
        if self.op in ("add", "replace", "test"):
            written["value"] = self.value
        return written


class Patch(Model):
    """A typed change: fields to set (merge, RFC 7386), or operations (RFC 6902). The result must be a valid object."""

    merge: dict[str, Any] | None = None
    operations: tuple[PatchOperation, ...] = ()


class Review(Model):
    """A person's decision on a step or an item of it, bound to the hash the person saw."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    plan_id: Code
    step: StepKey
    revision_id: Code
    item_id: Code = Field(default="", description="empty: the whole step")
    event: int = Field(ge=1)
    reviewer: Code
    decision: Decision
    comment: Code = ""
    patch: Patch | None = None
    hash: Code
    created_at: Code


class StaleMark(Model):
    """Says that an item rests on something that was changed, and on what."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    plan_id: Code
    step: StepKey
    item_id: Code
    event: int = Field(ge=1)
    hash: Code
    because_step: StepKey
    because_revision: Code
    because_items: tuple[Code, ...]
    reason_zh: Code
    reason_en: Code
    created_at: Code

    def reason(self, language: Language) -> str:
        """Why, in words."""
        return self.reason_zh if language == "zh" else self.reason_en


class Comment(Model):
    """A remark on a step or an item; it changes nothing."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    plan_id: Code
    step: StepKey
    item_id: Code = ""
    event: int = Field(ge=1)
    author: Code
    text: Code
    reply_to: Code = ""
    created_at: Code


class Event(Model):
    """One line of the audit log; numbers run from 1 without a gap, plan by plan."""

    schema_version: Code = SCHEMA_VERSION
    plan_id: Code
    number: int = Field(ge=1)
    at: Code
    actor: Code
    action: Code
    step: StepKey | None = None
    item_id: Code = ""
    revision_id: Code = ""
    request_id: Code = ""
    details: dict[str, Any] = Field(default_factory=dict)


class PlanRecord(Model):
    """A plan as it was asked for; its steps are revisions."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    title: Code
    language: Language
    industry: Code
    start_year: int | None = None
    horizon: int | None = None
    requested_industry: Code | None = None
    exclude_documents: tuple[Code, ...] = ()
    workspace: Code = DEFAULT_WORKSPACE
    classification: Classification = "public"
    profile: RegionProfile
    profile_hash: Code
    jumou_version: Code
    created_by: Code
    created_at: Code
