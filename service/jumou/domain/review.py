"""Revisions and reviews: append-only records of who wrote what and who decided on it."""

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, Field

from jumou.domain.framework import StepKey
from jumou.domain.model import SCHEMA_VERSION, Code, Model

Decision = Literal["approve", "edit", "reject", "ask_again", "comment"]


def content_hash(value: BaseModel | dict[str, Any] | list[Any]) -> str:
    """SHA-256 over the canonical JSON of a value: the hash an approval binds to."""
    content = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Revision(Model):
    """One version of one step (or one item of it); never changed, only followed by the next."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    plan_id: Code
    step: StepKey
    number: int = Field(ge=1)
    content: dict[str, Any]
    hash: Code
    drafter: Code
    prompt_id: Code = ""
    prompt_version: Code = ""
    model: Code = ""
    corpus_version: Code = ""
    created_at: Code
    stale_because: Code = ""


class Review(Model):
    """A person's decision on a revision or an item of it, bound to the hash the person saw."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    revision_id: Code
    item_id: Code = Field(default="", description="empty: the whole step")
    reviewer: Code
    decision: Decision
    comment: str = ""
    patch: dict[str, Any] | None = None
    hash: Code
    created_at: Code
