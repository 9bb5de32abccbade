"""Writing a revision: numbered after its parent, checked for its ground, its followers marked stale."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from jumou.domain.evidence import Citation, Evidence, EvidencePassage
from jumou.domain.framework import StepKey
from jumou.domain.plan import Finding, ModelUse, Quality
from jumou.domain.region import RegionProfile
from jumou.domain.review import Cause, ItemHash, RevisionInfo, StaleMark
from jumou.domain.standing import History, standing
from jumou.domain.steps import (
    STEP_MODELS,
    STEP_ORDER,
    Content,
    Item,
    Portfolio,
    StepObject,
    later_steps,
)
from jumou.drafting.grounding import check
from jumou.storage import PlanChange
from jumou.storage.change import new_id, now
from jumou.storage.reading import put_together
from jumou.workflow.dependence import stale_after


class Origin(NamedTuple):
    """Who and what a revision comes from."""

    cause: Cause
    author: str
    drafter: str
    note: str = ""
    prompt_id: str = ""
    prompt_version: str = ""
    model: str = ""
    upstream: Mapping[StepKey, str] = {}
    request_id: str = ""


def origin_of(use: ModelUse | None, step: StepKey, origin: Origin) -> Origin:
    """`origin` with the model and the prompts that led to the step; as it is when no model took part in it."""
    if use is None or not use.items_by_model.get(step):
        return origin._replace(drafter="rules") if use is not None else origin
    ids, versions = use.prompts_of(step)
    return origin._replace(model=use.model, prompt_id=ids, prompt_version=versions)


def write_revision(
    change: PlanChange,
    history: History,
    step: StepKey,
    items: Sequence[Item],
    evidence: Evidence,
    origin: Origin,
    *,
    touched: AbstractSet[str] | None = None,
) -> RevisionInfo:
    """Appends a revision of `step`; `touched` are the items written anew (those that differ from the parent, unless told).

    The whole plan is checked with it; what is found in the step, or breaks a reference into it, stays on the revision.
    Later items that rest on what changed are marked stale.
    """
    before = history.of(step)
    parent = before[-1] if before else None
    digests = {item.id: change.hash_of(item.value) for item in items}
    known = change.projects() if step == "projects" else {}
    shared = [Item(item.id, known.get(digests[item.id]) or item.value) for item in items]
    parts: dict[StepKey, StepObject] = {step: put_together(step, shared)}
    frozen = [evidence]
    for other in STEP_ORDER:
        heads = history.of(other)
        if other != step and heads:
            parts[other] = change.part(heads[-1])
            frozen.append(change.evidence(heads[-1]))
    quality = checked_parts(parts, united(frozen), names_in(change.plan.profile))
    was = parent.manifest if parent else {}
    changed = {item_id for item_id in {*digests, *was} if digests.get(item_id) != was.get(item_id)}
    number = change.event(
        actor=origin.author,
        action=origin.cause,
        step=step,
        request_id=origin.request_id,
        details={"changed": sorted(changed), "note": origin.note} if parent else {"items": len(items)},
    )

    def made(manifest: tuple[ItemHash, ...]) -> RevisionInfo:
        return RevisionInfo(
            id=new_id(),
            plan_id=change.plan.id,
            step=step,
            number=parent.number + 1 if parent else 1,
            parent_id=parent.id if parent else "",
            event=number,
            cause=origin.cause,
            author=origin.author,
            note=origin.note,
            hash=change.hash_of_all(step, items),
            items=manifest,
            touched=tuple(sorted(changed | (touched or set()))),
            upstream=dict(origin.upstream),
            drafter=origin.drafter,
            prompt_id=origin.prompt_id,
            prompt_version=origin.prompt_version,
            model=origin.model,
            corpus_version=evidence.corpus_version,
            encoder=evidence.encoder,
            findings=_concerning(step, quality.findings),
            created_at=now(),
        )

    info = change.append_revision(made, items, evidence)
    if parent:
        _mark(change, history, info, parts, changed)
    return info


def names_in(profile: RegionProfile) -> tuple[str, ...]:
    """The names that may hold digits and are no figures."""
    return profile.name, profile.target_industry or ""


def checked(contents: Mapping[StepKey, Content], evidence: Evidence) -> Quality:
    """The grounding check over the steps that are there."""
    parts = {step: STEP_MODELS[step].model_validate(content) for step, content in contents.items()}
    return checked_parts(parts, evidence)


def checked_parts(parts: Mapping[StepKey, StepObject], evidence: Evidence, names: Iterable[str] = ()) -> Quality:
    """The grounding check over the steps that are there; `names` may hold digits and are no figures."""
    portfolio = parts.get("projects")
    given: dict[str, Any] = {step: part for step, part in parts.items() if step != "projects"}
    projects = portfolio.projects if isinstance(portfolio, Portfolio) else ()
    return check(**given, projects=projects, evidence=evidence, names=names)


def united(evidences: Sequence[Evidence]) -> Evidence:
    """One body of evidence, each passage once (as the first has it), in the order of passage ids."""
    passages: dict[str, EvidencePassage] = {}
    for evidence in evidences:
        for passage in evidence.passages:
            passages.setdefault(passage.passage.id, passage)
    first = next((evidence for evidence in evidences if evidence.corpus_version), Evidence())
    return first.model_copy(update={"passages": tuple(passages[name] for name in sorted(passages))})


def citations_in(value: Any) -> set[str]:
    """The ids of all passages cited inside a JSON value."""
    if isinstance(value, dict):
        if set(value) == set(Citation.model_fields):
            return {value["passage_id"]}
        return {name for part in value.values() for name in citations_in(part)}
    if isinstance(value, list):
        return {name for part in value for name in citations_in(part)}
    return set()


def _concerning(step: StepKey, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    later = later_steps(step)
    return tuple(
        finding
        for finding in findings
        if finding.where.startswith(step) or (finding.kind == "reference" and finding.where.startswith(later))
    )


def _mark(
    change: PlanChange,
    history: History,
    info: RevisionInfo,
    parts: Mapping[StepKey, StepObject],
    changed: AbstractSet[str],
) -> None:
    stands = standing(history)
    for stale in stale_after(info.step, changed, parts):
        item = stands[stale.step].item(stale.item_id)
        if item is None or stale.reason_zh in item.stale_because_zh:  # it waits for the same reason already
            continue
        change.append_mark(
            StaleMark(
                id=new_id(),
                plan_id=info.plan_id,
                step=stale.step,
                item_id=stale.item_id,
                event=info.event,
                hash=item.hash,
                because_step=info.step,
                because_revision=info.id,
                because_items=stale.because,
                reason_zh=stale.reason_zh,
                reason_en=stale.reason_en,
                created_at=info.created_at,
            )
        )
