"""Conversations: what was said, what was shown on the way, and what a planner has settled so far. Append-only.

Everything an answer does is a `ChatEvent` with a number that counts through the whole chat, so that a reader who lost the
connection goes on from the last number seen.
"""

from typing import Any, Literal

from pydantic import Field

from jumou.domain.access import DEFAULT_WORKSPACE
from jumou.domain.evidence import Citation, Evidence
from jumou.domain.framework import Language, ModeKey
from jumou.domain.model import SCHEMA_VERSION, Code, Model
from jumou.domain.positioning import Theme, Vision
from jumou.domain.region import RegionProfile

EventKind = Literal["token", "passages", "tool_call", "proposal", "done", "error"]
Ask = Literal["region", "industry", "horizon", "scope"]
"""What a vision cannot be drafted without; asked for one at a time, in this order."""

Ending = Literal["complete", "stopped", "interrupted", "failed"]
"""How an answer ended: whole, stopped by the planner, broken off with the process, or failed on the way."""


class Brief(Model):
    """What is settled so far. Empty is not known; a scope of `auto` leaves it to the rules."""

    region: Code = ""
    industry: Code = ""
    horizon: int | None = None
    scope: Code = ""
    asked: Ask | None = Field(default=None, description="what the last answer asked for")

    @property
    def missing(self) -> Ask | None:
        """The next thing to ask for; None when a vision can be drafted."""
        if not self.region:
            return "region"
        if not self.industry:
            return "industry"
        if self.horizon is None:
            return "horizon"
        return None if self.scope else "scope"


class ChatRecord(Model):
    """A chat as it was opened. With `plan_id` it speaks of that plan's region."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    language: Language
    plan_id: Code = ""
    profile: RegionProfile | None = None
    brief: Brief = Brief()
    drafter: Literal["", "rules", "llm"] = Field(
        default="", description="who answers; empty: the model where there is one"
    )
    workspace: Code = DEFAULT_WORKSPACE
    created_by: Code
    created_at: Code


class ShownPassage(Model):
    """A passage an answer may lean on, under the number it is cited by."""

    n: int = Field(ge=1, description="cited as [n], counted through the chat")
    citation: Citation
    text: Code
    section: Code = ""
    outdated: bool = False


class Proposal(Model):
    """Three or more candidates of a vision with the evidence they cite. Adopting one is an action of its own."""

    id: Code
    region: Code
    industry: Code
    horizon: int
    mode: ModeKey
    mode_name: Code
    themes: tuple[Theme, ...]
    candidates: tuple[Vision, ...] = Field(min_length=3)
    evidence: Evidence
    drafter: Code

    def candidate(self, candidate_id: str) -> Vision | None:
        """The candidate called so."""
        return next((vision for vision in self.candidates if vision.id == candidate_id), None)


class Adoption(Model):
    """That a person took a candidate into a plan."""

    proposal_id: Code
    candidate_id: Code
    plan_id: Code
    revision_id: Code


class ChatMessage(Model):
    """One turn. `turn` is the number of the user's message it belongs to; an answer carries how it ended and who wrote it."""

    schema_version: Code = SCHEMA_VERSION
    chat_id: Code
    number: int = Field(ge=1)
    turn: int = Field(ge=1)
    role: Literal["user", "assistant", "action"]
    text: str = ""
    author: Code = Field(description="person:<name>, rules, or a model's name")
    ending: Ending | None = None
    refused: bool = Field(
        default=False, description="the evidence does not carry an answer; the text says what would be needed"
    )
    brief: Brief | None = Field(default=None, description="what is settled after this answer")
    passages: tuple[ShownPassage, ...] = ()
    proposal_id: Code = ""
    adoption: Adoption | None = None
    findings: tuple[Code, ...] = Field(
        default=(), description="what the check found in a model's text and marked in it"
    )
    process: Code = Field(default="", description="which process took the message on")
    created_at: Code


class ChatEvent(Model):
    """One thing an answer did. `data` is by kind: see docs/chat.md."""

    number: int = Field(ge=1)
    turn: int = Field(ge=1)
    kind: EventKind
    data: dict[str, Any] = Field(default_factory=dict)
