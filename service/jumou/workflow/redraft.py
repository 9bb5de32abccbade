"""Drafting one step of a stored plan, the first time or again; locked and settled items are left as they are."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from jumou.domain.evidence import Evidence
from jumou.domain.framework import StepKey
from jumou.domain.review import PlanRecord, RevisionInfo
from jumou.domain.standing import History, standing
from jumou.domain.steps import Content, Item, join, part
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import Library
from jumou.drafting.drafter import Drafter
from jumou.drafting.prepare import prepare
from jumou.errors import InvalidRequest
from jumou.storage import PlanChange, PlanStore
from jumou.workflow.approved import Approved, approved_before
from jumou.workflow.design import design
from jumou.workflow.diagnose import diagnose
from jumou.workflow.implement import implement
from jumou.workflow.merging import merged
from jumou.workflow.patching import valid
from jumou.workflow.position import position
from jumou.workflow.review import Person
from jumou.workflow.revising import Origin, citations_in, origin_of, united, write_revision

_DRAFT: Final[dict[StepKey, Callable[[DraftContext, Drafter, Approved], Awaitable[Content]]]] = {
    "diagnosis": diagnose,
    "positioning": position,
    "projects": design,
    "implementation": implement,
}
_OPEN: Final = ("stale", "rejected", "asked_again")


Also = Callable[[PlanChange, RevisionInfo], None]
"""Adds to the change that writes the revision: both are kept, or neither."""


def nothing_else(change: PlanChange, info: RevisionInfo) -> None:
    """The revision is all that is kept."""
    del change, info


async def redraft(
    store: PlanStore,
    library: Library,
    drafter: Drafter,
    plan_id: str,
    step: StepKey,
    person: Person,
    *,
    also: Also = nothing_else,
) -> RevisionInfo:
    """Drafts `step` from the approved steps before it and writes the revision.

    Only items that are stale, rejected or asked for again are taken from the draft, and of these none that is locked, or
    that a person changed while it was drafted. The notes of those who asked go to the drafter.

    Raises:
        NotFound: no such plan.
        StepConflict: a step before it is not approved.
        InvalidRequest: nothing in it waits to be drafted again.
    """
    record, history, approved, seen = await asyncio.to_thread(_asked, store, plan_id, step)
    ctx = await asyncio.to_thread(_context, record, library, _notes(history, step))
    drafted = part(step, await _DRAFT[step](ctx, drafter, approved))
    fresh = ctx.desk.evidence()
    origin = origin_of(
        ctx.account.use(),
        step,
        Origin(
            "redraft" if seen else "draft", person.name, drafter.name, upstream=approved.revisions, request_id=person.request_id
        ),
    )  # fmt: skip
    return await asyncio.to_thread(_write, store, plan_id, step, drafted, fresh, approved, origin, seen, also)


def check_redraft(store: PlanStore, plan_id: str, step: StepKey) -> None:
    """Looks whether `redraft` would have something to do now.

    Raises:
        NotFound, StepConflict, InvalidRequest: as `redraft`.
    """
    _asked(store, plan_id, step)


class _Asked(NamedTuple):
    record: PlanRecord
    history: History
    approved: Approved
    seen: dict[str, str]


def _asked(store: PlanStore, plan_id: str, step: StepKey) -> _Asked:
    record, history = store.plan(plan_id), store.history(plan_id)
    approved = approved_before(store, plan_id, history, step)
    seen = {item.id: item.hash for item in standing(history)[step].items}
    if seen and not _waiting(history, step) and not _moved(history, step, approved):
        raise InvalidRequest(
            "没有需要重拟的条目。", "Nothing waits to be drafted again.",
            mend_zh="请先退回条目或写明重拟意见；已锁定的请先解除锁定。", mend_en="Reject an item or ask again first; unlock what is locked.",
        )  # fmt: skip
    return _Asked(record, history, approved, seen)


def _write(
    store: PlanStore,
    plan_id: str,
    step: StepKey,
    drafted: tuple[Item, ...],
    fresh: Evidence,
    approved: Approved,
    origin: Origin,
    seen: dict[str, str],
    also: Also,
) -> RevisionInfo:
    with store.changing(plan_id) as change:
        info = _revised(change, step, drafted, fresh, approved, origin, seen)
        also(change, info)
        return info


def _revised(
    change: PlanChange,
    step: StepKey,
    drafted: tuple[Item, ...],
    fresh: Evidence,
    approved: Approved,
    origin: Origin,
    seen: dict[str, str],
) -> RevisionInfo:
    history = change.history()
    heads = history.of(step)
    if not heads:
        return write_revision(change, history, step, drafted, _cited(fresh, drafted), origin)
    stands = standing(history)[step]
    touch = {name for name in _waiting(history, step) if stands.item(name) is not None}
    touch -= {item.id for item in stands.items if seen.get(item.id) != item.hash}
    result = merged(
        step,
        change.items(heads[-1]),
        drafted,
        touch=touch,
        removed=_removed(change, history, step),
        add=_moved(history, step, approved),
    )
    items = part(step, valid(step, join(step, result.items)))
    evidence = _cited(united([change.evidence(heads[-1]), fresh]), items)
    return write_revision(change, history, step, items, evidence, origin, touched=result.touched)


def _waiting(history: History, step: StepKey) -> set[str]:
    """The items that are to be drafted again and may be."""
    return {item.id for item in standing(history)[step].items if item.state in _OPEN and not item.locked}


def _moved(history: History, step: StepKey, approved: Approved) -> bool:
    """Whether an earlier step has been approved anew since this one was drafted from it."""
    drafts = [info for info in history.of(step) if info.cause in ("draft", "redraft")]
    if not drafts:
        return True
    manifests = {info.id: info.hash for info in history.revisions}
    return any(
        manifests.get(drafts[-1].upstream.get(name, "")) != manifests[now] for name, now in approved.revisions.items()
    )


def _removed(change: PlanChange, history: History, step: StepKey) -> tuple[Item, ...]:
    """Members that persons took out, as they last were."""
    gone: dict[str, str] = {}
    before: dict[str, str] = {}
    for info in history.of(step):
        manifest = info.manifest
        if info.cause == "edit":
            gone |= {name: digest for name, digest in before.items() if name not in manifest}
        for name in manifest:
            gone.pop(name, None)
        before = manifest
    return tuple(Item(name, change.content(digest)) for name, digest in gone.items())


def _notes(history: History, step: StepKey) -> dict[str, str]:
    """What people who rejected or asked again want, by item."""
    return {
        item.id: item.comment
        for item in standing(history)[step].items
        if item.state in _OPEN and item.comment and not item.locked
    }


def _context(record: PlanRecord, library: Library, notes: dict[str, str]) -> DraftContext:
    return prepare(
        record.profile,
        library,
        language=record.language,
        industry=record.requested_industry,
        start_year=record.start_year,
        horizon=record.horizon,
        exclude_documents=frozenset(record.exclude_documents),
        notes=notes,
    )


def _cited(evidence: Evidence, items: tuple[Item, ...]) -> Evidence:
    """The part of the evidence that the items cite."""
    wanted = {name for item in items for name in citations_in(item.value)}
    return evidence.model_copy(
        update={"passages": tuple(passage for passage in evidence.passages if passage.passage.id in wanted)}
    )
