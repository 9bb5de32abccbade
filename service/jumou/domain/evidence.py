"""Documents, passages, citations and statements: what may be said, and on what ground."""

from typing import Literal

from pydantic import Field

from jumou.domain.access import Classification
from jumou.domain.framework import ModeKey, ProjectType
from jumou.domain.model import Code, Model
from jumou.domain.quantity import Quantity

DocumentKind = Literal["policy", "case", "chain", "user"]
DocumentStatus = Literal["in_force", "pilot", "draft", "list", "expired", "superseded", "unknown"]
Level = Literal["national", "provincial", "city", "county", "park", "international", "unknown"]
Grade = Literal["A", "B", "C"]
State = Literal["grounded", "assumption", "no_evidence"]


class Source(Model):
    """Where a fact was seen: an address with its grade (A official or major, B secondary, C single or doubtful)."""

    url: Code
    grade: Grade = "B"
    title: Code = ""


class Document(Model):
    """What is known about a policy document, a benchmark case or a file of the user's, apart from its text."""

    id: Code
    kind: DocumentKind
    title: Code
    title_en: Code = ""
    issuer: Code = ""
    document_number: Code | None = None
    issued: Code | None = None
    effective: Code | None = None
    superseded: Code | None = None
    superseded_by: Code | None = None
    status: DocumentStatus = "unknown"
    status_note: Code = ""
    level: Level = "unknown"
    country: Code = ""
    regions: tuple[Code, ...] = ()
    industries: tuple[Code, ...] = ()
    modes: tuple[ModeKey, ...] = ()
    project_types: tuple[ProjectType, ...] = ()
    instruments: tuple[Code, ...] = ()
    drivers: tuple[Code, ...] = ()
    elements: tuple[Code, ...] = ()
    outcome: Code | None = Field(default=None, description="cases only: success, mixed or failure")
    period: Code = ""
    language: Literal["zh", "en"] = "zh"
    source_grade: Grade = "B"
    sources: tuple[Source, ...] = ()
    source_note: Code | None = None
    judgement: tuple[Code, ...] = Field(default=(), description="section titles that are the analyst's judgement")
    figures: tuple[dict[str, str], ...] = ()
    workspace: Code = Field(default="", description="empty for the shipped corpus; else who added the document")
    classification: Classification = "public"

    @property
    def outdated(self) -> bool:
        """Superseded or past its period: shown only when asked for, never first."""
        return self.status in ("superseded", "expired") or self.superseded is not None


class Passage(Model):
    """A stretch of a document's text, the unit of search and citation.

    `id` is `<document id>#<ordinal>`; `start` and `end` are character offsets into the document's text, so that
    consecutive passages rebuild it exactly.
    """

    id: Code
    document_id: Code
    ordinal: int
    section: Code = Field(default="", description="path of headings above the passage, joined by ' / '")
    start: int
    end: int
    text: Code


class Citation(Model):
    """A quote that stands in a passage (compared after normalising width and blanks)."""

    passage_id: Code
    document_id: Code
    quote: Code
    title: Code = ""
    grade: Grade = "B"


class Grounded(Model):
    """Anything said in a plan: its texts may hold only figures listed here or standing in the quotes cited here."""

    figures: tuple[Quantity, ...] = ()
    citations: tuple[Citation, ...] = ()
    state: State = "no_evidence"
    author: Code = Field(default="rules", description="who wrote it: rules, a model's name, or person:<name>")


class Statement(Grounded):
    """One sentence or short paragraph with its ground."""

    text: str


class EvidencePassage(Model):
    """A passage frozen with the plan that cites it, so that an old plan still shows its sources after re-indexing."""

    passage: Passage
    document: Document


class Evidence(Model):
    """All passages a plan leans on, and the corpus they were taken from."""

    passages: tuple[EvidencePassage, ...] = ()
    corpus_version: Code = ""
    encoder: Code = ""
    excluded_documents: tuple[Code, ...] = Field(
        default=(), description="documents kept out of retrieval on purpose (own-region material in evaluations)"
    )

    @property
    def classification(self) -> Classification:
        """Internal as soon as one of the documents is."""
        return "internal" if any(one.document.classification == "internal" for one in self.passages) else "public"
