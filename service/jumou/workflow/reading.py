"""A stored plan as people read it: its steps as they stand, put together, checked as a whole."""

from jumou.domain.access import Classification
from jumou.domain.answering import OpenGap, open_gaps
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Evidence
from jumou.domain.framework import StepKey
from jumou.domain.implementation import Implementation
from jumou.domain.model import SCHEMA_VERSION, Code, Model
from jumou.domain.plan import Plan, Provenance, Quality
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.region import RegionProfile
from jumou.domain.review import PlanRecord, RevisionInfo
from jumou.domain.standing import StepStanding, standing
from jumou.domain.steps import Portfolio
from jumou.errors import NotFound, StepConflict
from jumou.storage import PlanStore
from jumou.workflow.revising import checked_parts, names_in, united


class StoredPlan(Model):
    """A plan with all that is drafted of it; steps that are not there yet are empty. `event` is the plan's version."""

    schema_version: Code = SCHEMA_VERSION
    id: Code
    event: int
    created_at: Code
    created_by: Code
    title: str
    classification: Classification = "public"
    steps: tuple[StepStanding, ...]
    profile: RegionProfile
    diagnosis: Diagnosis | None = None
    positioning: Positioning | None = None
    projects: tuple[Project, ...] = ()
    open_gaps: tuple[OpenGap, ...] = ()
    implementation: Implementation | None = None
    evidence: Evidence
    quality: Quality
    provenance: Provenance

    def whole(self) -> Plan:
        """The plan as files are written from it.

        Raises:
            StepConflict: a step is not drafted yet.
        """
        if self.diagnosis is None or self.positioning is None or self.implementation is None:
            raise StepConflict(
                "规划尚未起草完四个步骤。", "The plan does not have all four steps yet.",
                mend_zh="请先起草其余步骤。", mend_en="Draft the others first.",
            )  # fmt: skip
        return Plan(
            title=self.title, classification=self.classification, profile=self.profile, diagnosis=self.diagnosis, positioning=self.positioning,
            projects=self.projects, open_gaps=self.open_gaps, implementation=self.implementation, evidence=self.evidence,
            quality=self.quality, provenance=self.provenance,
        )  # fmt: skip


def read_plan(store: PlanStore, plan_id: str, *, at_event: int | None = None) -> StoredPlan:
    """The plan with the newest revision of each step, or as it was after event `at_event`.

    Raises:
        NotFound: there is no such plan, or it had no step by then.
    """
    record, history, revisions, parts, frozen, classification = store.now(plan_id, at_event)
    if not revisions:
        raise NotFound(f"规划 {plan_id} 当时没有内容。", f"The plan {plan_id} had no content by then.")
    evidence = united(frozen)
    diagnosis, positioning = parts.get("diagnosis"), parts.get("positioning")
    portfolio, implementation = parts.get("projects"), parts.get("implementation")
    return StoredPlan(
        id=record.id,
        event=history.event,
        created_at=record.created_at,
        created_by=record.created_by,
        title=record.title,
        classification=classification,
        steps=tuple(standing(history).values()),
        profile=record.profile,
        diagnosis=diagnosis if isinstance(diagnosis, Diagnosis) else None,
        positioning=positioning if isinstance(positioning, Positioning) else None,
        projects=portfolio.projects if isinstance(portfolio, Portfolio) else (),
        open_gaps=open_gaps(diagnosis.gaps, portfolio.projects, record.language)
        if isinstance(diagnosis, Diagnosis) and isinstance(portfolio, Portfolio)
        else (),
        implementation=implementation if isinstance(implementation, Implementation) else None,
        evidence=evidence,
        quality=checked_parts(parts, evidence, names_in(record.profile)),
        provenance=_provenance(record, revisions, evidence),
    )


def _provenance(record: PlanRecord, revisions: dict[StepKey, RevisionInfo], evidence: Evidence) -> Provenance:
    drafters = dict.fromkeys(revision.drafter for revision in revisions.values())
    return Provenance(
        id=record.id,
        created_at=record.created_at,
        jumou_version=record.jumou_version,
        drafter=", ".join(drafters),
        language=record.language,
        corpus_version=evidence.corpus_version,
        encoder=evidence.encoder,
        profile_hash=record.profile_hash,
    )
