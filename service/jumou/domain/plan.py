"""The plan: profile, four steps, the evidence frozen with it, and its own account of its quality."""

from typing import Literal

from pydantic import Field

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Evidence
from jumou.domain.framework import Language
from jumou.domain.implementation import Implementation
from jumou.domain.model import SCHEMA_VERSION, Code, Model
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.region import RegionProfile

VOLATILE_FIELDS = ("id", "created_at", "seconds")
"""Fields of `Provenance` that differ between two runs on the same profile, corpus and version; nothing else does."""


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
    profile: RegionProfile
    diagnosis: Diagnosis
    positioning: Positioning
    projects: tuple[Project, ...]
    implementation: Implementation
    evidence: Evidence
    quality: Quality
    provenance: Provenance


class ProjectList(Model):
    """A first-draft project list: step 3 with what it leans on, for callers who want no more."""

    schema_version: Code = SCHEMA_VERSION
    region: Code
    industry: Code
    mode: Code
    themes: tuple[Code, ...]
    gaps: tuple[dict[str, str], ...]
    projects: tuple[Project, ...]
    evidence: Evidence
    quality: Quality
    provenance: Provenance
