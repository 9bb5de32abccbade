"""Keeping a draft: a whole plan becomes the first revisions of its four steps, each with its evidence, awaiting review."""

from collections.abc import Callable

from jumou.domain.evidence import Evidence
from jumou.domain.framework import StepKey
from jumou.domain.plan import Plan
from jumou.domain.review import PlanRecord
from jumou.domain.steps import STEP_ORDER, Content, content_of, part
from jumou.storage import PlanChange, PlanStore
from jumou.storage.change import now
from jumou.workflow.plan import PlanRequest
from jumou.workflow.review import Person
from jumou.workflow.revising import Origin, citations_in, origin_of, write_revision


def nothing_else(change: PlanChange) -> None:
    """The plan is all that is kept."""
    del change


def keep_plan(
    store: PlanStore,
    plan_id: str,
    request: PlanRequest,
    plan: Plan,
    person: Person,
    *,
    also: Callable[[PlanChange], None] = nothing_else,
) -> None:
    """Stores a drafted plan under `plan_id`, and what `also` adds, together or not at all.

    Raises:
        StepConflict: there is one called so already; nothing is stored.
    """
    made = plan.provenance
    record = PlanRecord(
        id=plan_id,
        title=plan.title,
        language=made.language,
        industry=request.industry or plan.profile.target_industry or "",
        start_year=int(plan.implementation.roadmap.start[:4]),  # fixed: a redraft next year keeps the term
        horizon=request.horizon,
        requested_industry=request.industry,
        exclude_documents=tuple(sorted(request.exclude_documents)),
        classification=request.classification,
        profile=request.profile,
        profile_hash=made.profile_hash,
        jumou_version=made.jumou_version,
        created_by=person.name,
        created_at=now(),
    )
    contents: dict[StepKey, Content] = {
        "diagnosis": content_of(plan.diagnosis),
        "positioning": content_of(plan.positioning),
        "projects": content_of(plan.projects),
        "implementation": content_of(plan.implementation),
    }
    with store.creating(record) as change:
        change.event(actor=person.name, action="create", request_id=person.request_id, details={"title": plan.title})
        read: dict[StepKey, str] = {}
        for step in STEP_ORDER:
            content = contents[step]
            info = write_revision(
                change, change.history(), step, part(step, content), _cited_by(plan.evidence, content),
                origin_of(made.model_use, step, Origin("draft", person.name, made.drafter, upstream=dict(read), request_id=person.request_id)),
            )  # fmt: skip
            read[step] = info.id
        also(change)


def _cited_by(evidence: Evidence, content: Content) -> Evidence:
    """The part of the evidence that a step cites."""
    wanted = citations_in(content)
    return evidence.model_copy(
        update={"passages": tuple(passage for passage in evidence.passages if passage.passage.id in wanted)}
    )
