"""The plan in operation: actual values come in, deviations and proposals follow, people decide, the next version is written.

An accepted proposal is a revision like any other edit: with author, reason, stale marks on what rests on it, and undo.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jumou.analysis.deviation import deviations_of
from jumou.domain.implementation import Kpi
from jumou.domain.operation import (
    Actual,
    ActualEntry,
    AdjustmentDecision,
    Deviation,
    Operation,
    Period,
    ProposedAdjustment,
)
from jumou.errors import InvalidRequest, NotFound, StepConflict
from jumou.storage import PlanChange, PlanStore
from jumou.storage.change import new_id, now
from jumou.workflow.proposals import Standing, proposals
from jumou.workflow.reading import StoredPlan, read_plan
from jumou.workflow.review import Person, Reviewing, Subject


@dataclass(frozen=True, slots=True)
class Operating:
    """Plans of a store in operation; `reviewing` writes their revisions."""

    store: PlanStore
    reviewing: Reviewing

    def record(self, plan_id: str, entries: Sequence[ActualEntry], person: Person) -> tuple[Actual, ...]:
        """Keeps actual values; those that stand already just so are left out. All are kept, or none.

        Raises:
            NotFound: there is no such plan.
            InvalidRequest: an entry names no indicator of the plan, no period, or another unit; the message names all.
            StepConflict: the plan has no indicators yet.
        """
        person.principal.must("draft")
        kpis = {kpi.id: kpi for kpi in _kpis(read_plan(self.store, plan_id))}
        _check(entries, kpis)
        with self.store.changing(plan_id) as change:
            known = change.operation().standing()
            fresh = [entry for entry in entries if not _stands(entry, known)]
            if not fresh:
                return ()
            number = change.event(
                actor=person.name, action="actuals", step="implementation", request_id=person.request_id,
                details={"values": len(fresh), "kpis": sorted({entry.kpi_id for entry in fresh})},
            )  # fmt: skip
            kept = tuple(
                Actual(
                    id=new_id(), plan_id=plan_id, event=number, kpi_id=entry.kpi_id, period=_period(entry).code, value=entry.value,
                    unit=kpis[entry.kpi_id].unit, source=entry.source.strip(), note=entry.note, person=person.name, created_at=now(),
                )
                for entry in fresh
            )  # fmt: skip
            for actual in kept:
                change.append_actual(actual)
            return kept

    def operation(self, plan_id: str) -> Operation:
        """All actual values and decisions of a plan, oldest first.

        Raises:
            NotFound: there is no such plan.
        """
        return self.store.operation(plan_id)

    def deviations(self, plan_id: str, period: str = "") -> tuple[Deviation, ...]:
        """Every actual value that stands against its target, by indicator and period; of one period only, when it is given.

        Raises:
            NotFound: there is no such plan.
            InvalidRequest: `period` is none.
            StepConflict: the plan has no indicators yet.
        """
        return deviations(_kpis(read_plan(self.store, plan_id)), self.store.operation(plan_id), period)

    def proposals(self, plan_id: str) -> tuple[ProposedAdjustment, ...]:
        """The proposals that follow now and are not decided yet.

        Raises:
            NotFound: there is no such plan.
            StepConflict: the plan has no indicators yet.
        """
        return open_proposals(read_plan(self.store, plan_id), self.store.operation(plan_id))

    def accept(
        self, plan_id: str, proposal_id: str, person: Person, *, comment: str = "", approve: bool = False
    ) -> AdjustmentDecision:
        """Writes the proposal into the next version of the plan; with `approve`, the changed item is approved at once.

        Raises:
            NotFound: there is no such plan, or the proposal does not follow (any more) from what stands.
            StepConflict: it was decided already, its item changed in between, or the item is locked.
        """
        person.principal.must("review" if approve else "draft")
        proposal = self._proposal(plan_id, proposal_id)
        subject = Subject(plan_id, proposal.step, proposal.seen, proposal.item_id)
        why = comment or proposal.reason
        with self.store.changing(plan_id) as change:
            _undecided(change.operation(), proposal_id)
            info = self.reviewing.edit_in(change, subject, proposal.patch, person, comment=why, approve=approve)
            return _decided(change, proposal, "accept", person, comment, info.id)

    def dismiss(self, plan_id: str, proposal_id: str, person: Person, comment: str) -> AdjustmentDecision:
        """Sets a proposal aside, with the reason; it comes back only when an actual value or its item changes.

        Raises:
            NotFound: there is no such plan, or the proposal does not follow (any more) from what stands.
            InvalidRequest: there is no reason.
            StepConflict: it was decided already.
        """
        person.principal.must("review")
        if not comment.strip():
            raise InvalidRequest(
                "不采纳建议时请说明理由。", "Dismissing a proposal needs a reason.",
                mend_zh="请填写 comment。", mend_en="Fill in comment.",
            )  # fmt: skip
        proposal = self._proposal(plan_id, proposal_id)
        with self.store.changing(plan_id) as change:
            _undecided(change.operation(), proposal_id)
            return _decided(change, proposal, "dismiss", person, comment, "")

    def _proposal(self, plan_id: str, proposal_id: str) -> ProposedAdjustment:
        operation = self.store.operation(plan_id)
        _undecided(operation, proposal_id)
        found = open_proposals(read_plan(self.store, plan_id), operation)
        proposal = next((one for one in found if one.id == proposal_id), None)
        if proposal is None:
            raise NotFound(
                f"没有建议 {proposal_id}，或其依据、对象已变化。", f"There is no proposal {proposal_id}, or what it rests on has changed.",
                mend_zh="请重新读取建议列表。", mend_en="List the proposals again.",
            )  # fmt: skip
        return proposal


def deviations(kpis: Sequence[Kpi], operation: Operation, period: str = "") -> tuple[Deviation, ...]:
    """Every actual value that stands against its target, in the order of indicators and periods.

    Raises:
        InvalidRequest: `period` is given and is none.
    """
    wanted = read_period(period).code if period else ""
    actuals = operation.standing()
    rows = (row for kpi in kpis for row in deviations_of(kpi, actuals.get(kpi.id, {})))
    return tuple(row for row in rows if not wanted or row.period == wanted)


def open_proposals(plan: StoredPlan, operation: Operation) -> tuple[ProposedAdjustment, ...]:
    """The proposals that follow from `operation` for the plan as it is, without those that are decided.

    Raises:
        StepConflict: the plan has no indicators yet.
    """
    decided = {decision.proposal.id for decision in operation.decisions}
    hashes = {item.id: item.hash for step in plan.steps for item in step.items}
    stands = Standing(plan.provenance.language, plan.projects, _kpis(plan), hashes)
    return tuple(one for one in proposals(stands, operation) if one.id not in decided)


def read_period(text: str) -> Period:
    """A period a person wrote.

    Raises:
        InvalidRequest: it is none.
    """
    found = Period.read(text)
    if found is None:
        raise InvalidRequest(
            f"“{text}”不是期间。", f"“{text}” is no period.",
            mend_zh="请写年份或季度，如 2026、2026Q2。", mend_en="Write a year or a quarter, such as 2026 or 2026Q2.",
        )  # fmt: skip
    return found


def _kpis(plan: StoredPlan) -> tuple[Kpi, ...]:
    if plan.implementation is None:
        raise StepConflict(
            "规划尚无实施方案，没有可监测的指标。", "The plan has no implementation yet, so nothing to measure.",
            mend_zh="请先起草第四步。", mend_en="Draft step four first.",
        )  # fmt: skip
    return plan.implementation.kpis


def _check(entries: Sequence[ActualEntry], kpis: dict[str, Kpi]) -> None:
    zh: list[str] = []
    en: list[str] = []
    seen: set[tuple[str, Period]] = set()
    for number, entry in enumerate(entries, start=1):
        kpi, period = kpis.get(entry.kpi_id), Period.read(entry.period)
        if kpi is None:
            zh.append(f"第 {number} 条：规划没有指标 {entry.kpi_id}")
            en.append(f"entry {number}: the plan has no indicator {entry.kpi_id}")
            continue
        if period is None:
            zh.append(f"第 {number} 条：“{entry.period}”不是期间（如 2026、2026Q2）")
            en.append(f"entry {number}: “{entry.period}” is no period (2026 or 2026Q2)")
            continue
        if entry.unit and entry.unit != kpi.unit:
            zh.append(f"第 {number} 条：{kpi.id} 的单位是“{kpi.unit}”，不是“{entry.unit}”")
            en.append(f"entry {number}: {kpi.id} is measured in “{kpi.unit}”, not “{entry.unit}”")
        if not entry.source.strip():
            zh.append(f"第 {number} 条：未写数据来源")
            en.append(f"entry {number}: it has no source")
        if (kpi.id, period) in seen:
            zh.append(f"第 {number} 条：{kpi.id} 的 {period.code} 重复")
            en.append(f"entry {number}: {kpi.id} has {period.code} twice")
        seen.add((kpi.id, period))
    if zh:
        raise InvalidRequest("；".join(zh) + "。", "; ".join(en) + ".")


def _period(entry: ActualEntry) -> Period:
    return read_period(entry.period)


def _stands(entry: ActualEntry, known: dict[str, dict[Period, Actual]]) -> bool:
    held = known.get(entry.kpi_id, {}).get(_period(entry))
    return held is not None and (held.value, held.source, held.note) == (entry.value, entry.source.strip(), entry.note)


def _undecided(operation: Operation, proposal_id: str) -> None:
    made = next((one for one in operation.decisions if one.proposal.id == proposal_id), None)
    if made is not None:
        raise StepConflict(
            f"该建议已由{made.person}处理。", f"{made.person} has decided on this proposal already.",
            versions={"decision": made.decision, "person": made.person, "created_at": made.created_at},
        )  # fmt: skip


def _decided(
    change: PlanChange, proposal: ProposedAdjustment, decision: str, person: Person, comment: str, revision_id: str
) -> AdjustmentDecision:
    number = change.event(
        actor=person.name, action=f"adjustment_{decision}", step=proposal.step, item_id=proposal.item_id, revision_id=revision_id,
        request_id=person.request_id, details={"proposal": proposal.id, "kind": proposal.kind, "comment": comment},
    )  # fmt: skip
    made = AdjustmentDecision.model_validate(
        {
            "id": new_id(), "plan_id": change.plan.id, "event": number, "proposal": proposal, "decision": decision, "person": person.name,
            "comment": comment, "revision_id": revision_id, "created_at": now(),
        }
    )  # fmt: skip
    change.append_adjustment(made)
    return made
