"""The plan: profile, four steps, the evidence frozen with it, and its own account of its quality."""

from typing import Literal

from pydantic import Field

from jumou.domain.access import Classification
from jumou.domain.answering import OpenGap
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Evidence
from jumou.domain.framework import Language, StepKey
from jumou.domain.implementation import Implementation
from jumou.domain.model import SCHEMA_VERSION, Code, Model
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.region import RegionProfile

VOLATILE_FIELDS = ("id", "created_at", "seconds")
"""Fields of `Provenance` that differ between two runs on the same profile, corpus and version; nothing else does."""


class PromptUse(Model):
    """A prompt that was sent for a step: which text, and how often."""

    step: StepKey
    id: Code
    version: int
    hash: Code
    calls: int


class Fallback(Model):
    """Items whose text is the rules', because the model's did not pass: why, how many, and some of them by name."""

    step: StepKey
    reason: Code = Field(
        description="quote, figure, name, reference, length, coverage, duplicate, language, leak, ground, checklist, shape, "
        "unavailable, refused, budget, given_up or grounding"
    )
    items: int
    examples: tuple[Code, ...] = ()


class ModelUse(Model):
    """What a language model did for a plan, what it cost, and where the rules stood in for it."""

    model: Code
    calls: int
    tokens_in: int
    tokens_out: int
    usd: float | None = Field(description="US dollars; None when no call had a known price")
    unpriced_calls: int = 0
    seconds: float = Field(default=0.0, description="time during which a call was under way")
    repairs: int = Field(default=0, description="answers that were sent back with findings")
    items_by_model: dict[StepKey, int] = Field(default_factory=dict)
    prompts: tuple[PromptUse, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()

    def prompts_of(self, step: StepKey) -> tuple[str, str]:
        """The prompts of a step as a revision records them: ids, and ids with version and hash."""
        mine = [prompt for prompt in self.prompts if prompt.step == step]
        return ", ".join(one.id for one in mine), ", ".join(f"{one.id}@{one.version}:{one.hash}" for one in mine)

    @property
    def fallen_back(self) -> int:
        """Items whose text is the rules'."""
        return sum(fallback.items for fallback in self.fallbacks)


class Provenance(Model):
    """How the plan was made."""

    id: Code = ""
    created_at: Code = ""
    seconds: float = 0.0
    jumou_version: Code
    drafter: Code
    language: Language
    corpus_version: Code
    encoder: Code
    profile_hash: Code
    seed: int = 0
    model_use: ModelUse | None = Field(default=None, description="None when no model took part")


class Finding(Model):
    """Something the grounding check reports."""

    kind: Literal["quote", "figure", "reference", "state", "coverage", "compliance", "structure"]
    severity: Literal["error", "warning", "note"]
    where: Code = Field(description="path into the plan, e.g. projects[3].objective")
    message: Code


class Quality(Model):
    """Counts over the whole plan and what is left to do; errors are 0 in a plan that is handed out."""

    statements: dict[str, int] = Field(description="by state: grounded, assumption, no_evidence")
    figures: dict[str, int] = Field(description="by basis: profile, source, computed, assumption")
    citations: int
    citations_by_grade: dict[str, int] = Field(default_factory=dict)
    quotes_unmatched: int
    figures_untraced: int
    references_unresolved: int
    coverage: dict[str, float] = Field(default_factory=dict, description="share of the framework's parts present")
    compliance: dict[str, int] = Field(default_factory=dict, description="findings by severity")
    findings: tuple[Finding, ...] = ()


class Plan(Model):
    """A complete draft. `projects` is the list of step 3."""

    schema_version: Code = SCHEMA_VERSION
    title: str
    classification: Classification = Field(
        default="public", description="internal when it was asked for as such, or cites an internal document"
    )
    profile: RegionProfile
    diagnosis: Diagnosis
    positioning: Positioning
    projects: tuple[Project, ...]
    open_gaps: tuple[OpenGap, ...] = Field(default=(), description="gaps of weight without a project, and why")
    implementation: Implementation
    evidence: Evidence
    quality: Quality
    provenance: Provenance


class ProjectList(Model):
    """A first-draft project list: step 3 with what it leans on, for callers who want no more."""

    schema_version: Code = SCHEMA_VERSION
    region: Code
    classification: Classification = Field(
        default="public", description="internal when it was asked for as such, or cites an internal document"
    )
    industry: Code
    mode: Code
    themes: tuple[Code, ...]
    gaps: tuple[dict[str, str], ...]
    projects: tuple[Project, ...]
    open_gaps: tuple[OpenGap, ...] = Field(default=(), description="gaps of weight without a project, and why")
    evidence: Evidence
    quality: Quality
    provenance: Provenance
