"""People decide: approve, edit, reject, ask again, lock, undo and comment, item by item or on a whole step.

Reviewers approve, reject, lock and unlock; planners do the rest. Who may not gets NotAllowed, from wherever the call comes.

Every decision names the hash the person saw. When the object has changed since, nothing is stored and the error carries
both versions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from jumou.domain.access import LOCAL, Principal
from jumou.domain.evidence import Evidence, EvidencePassage
from jumou.domain.framework import STEPS, StepKey
from jumou.domain.review import Comment, Decision, Patch, Review, RevisionInfo, content_hash
from jumou.domain.standing import History, StepStanding, standing
from jumou.domain.steps import Item
from jumou.errors import InvalidRequest, NotFound, StepConflict
from jumou.storage import PlanChange, PlanStore
from jumou.storage.change import new_id, now
from jumou.workflow.patching import no_item, patched
from jumou.workflow.revising import Origin, citations_in, united, write_revision

FindPassage = Callable[[str], EvidencePassage | None]
"""Looks a passage up by its id, so that one a person cites is frozen with the revision; None when there is none."""

Verdict = Literal["approve", "reject", "ask_again", "lock", "unlock"]

_NEEDS_WORDS = ("reject", "ask_again")


class Person(NamedTuple):
    """Who acts, in which request, and what they may do; without accounts, everything.

    What is done under one `key` is done once, however often it is sent.
    """

    name: str
    request_id: str = ""
    key: str = ""
    principal: Principal = LOCAL


class Subject(NamedTuple):
    """What is acted on, and the hash the person saw; an empty item is the whole step."""

    plan_id: str
    step: StepKey
    seen: str
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Decisions on the plans of a store."""

    store: PlanStore
    find_passage: FindPassage

    def decide(self, subject: Subject, verdict: Verdict, person: Person, comment: str = "") -> Review:
        """Stores a decision, bound to reviewer, time and the hash seen.

        Raises:
            NotFound: no such plan, step or item.
            StepConflict: it changed since it was seen.
            InvalidRequest: a rejection gives no reason, or asking again no note.
        """
        person.principal.must("draft" if verdict == "ask_again" else "review")
        if verdict in _NEEDS_WORDS and not comment.strip():
            raise InvalidRequest(
                "退回或要求重拟时请说明理由。", "Rejecting and asking again need a reason.",
                mend_zh="请填写 comment。", mend_en="Fill in comment.",
            )  # fmt: skip
        asked = content_hash({"decide": list(subject), "verdict": verdict, "comment": comment, "by": person.name})
        with self.store.changing(subject.plan_id) as change:
            history = change.history()
            if made := change.made_by(person.key, asked):
                return next(review for review in history.reviews if review.id == made)
            stands = _seen(change, history, subject)
            review = _review(change, subject, stands.revision_id, verdict, person, comment=comment)
            change.remember(person.key, asked, review.id)
            return review

    def edit(
        self, subject: Subject, patch: Patch, person: Person, *, comment: str = "", approve: bool = False
    ) -> RevisionInfo:
        """Writes a revision in which the item (or the step) is as the person wants it; with `approve`, approves that too.

        What the grounding check finds stands on the revision. Passages cited anew are frozen with it.

        Raises:
            NotFound: no such plan, step or item.
            StepConflict: it changed since it was seen, or a locked item would change.
            InvalidRequest: the patch does not apply, changes nothing, or its result is not valid.
        """
        asked = content_hash({
            "edit": list(subject), "patch": patch.model_dump(mode="json"), "comment": comment, "approve": approve, "by": person.name,
        })  # fmt: skip
        with self.store.changing(subject.plan_id) as change:
            if made := change.made_by(person.key, asked):
                return _revision(change, made)
            info = self.edit_in(change, subject, patch, person, comment=comment, approve=approve)
            change.remember(person.key, asked, info.id)
            return info

    def edit_in(
        self,
        change: PlanChange,
        subject: Subject,
        patch: Patch,
        person: Person,
        *,
        comment: str = "",
        approve: bool = False,
    ) -> RevisionInfo:
        """As `edit`, within a change that stores more than the revision."""
        person.principal.must("review" if approve else "draft")
        history = change.history()
        stands = _seen(change, history, subject)
        head = history.of(subject.step)[-1]
        before = change.items(head)
        items = patched(subject.step, before, subject.item_id, patch, person.name)
        changed = _changed(before, items)
        if not changed:
            raise InvalidRequest("修改后内容没有变化。", "The patch changes nothing.")
        _unlocked(stands, changed)
        evidence = self._frozen(change.evidence(head), [item for item in items if item.id in changed])
        info = write_revision(
            change, history, subject.step, items, evidence,
            Origin("edit", person.name, f"person:{person.name}", comment, request_id=person.request_id),
        )  # fmt: skip
        _review(change, subject, info.id, "edit", person, comment=comment, patch=patch, event=info.event)
        if approve:
            for item_id in sorted(changed & set(info.manifest)):
                seen = subject._replace(item_id=item_id, seen=info.manifest[item_id])
                _review(change, seen, info.id, "approve", person, comment=comment)
        return info

    def undo(self, subject: Subject, to_revision: str, person: Person, comment: str = "") -> RevisionInfo:
        """Writes a revision whose content and evidence are those of an earlier one.

        Raises:
            NotFound: no such plan, step or revision.
            StepConflict: the step changed since it was seen, or a locked item would change.
            InvalidRequest: it is the newest revision's content already.
        """
        person.principal.must("draft")
        asked = content_hash({"undo": list(subject), "to": to_revision, "comment": comment, "by": person.name})
        with self.store.changing(subject.plan_id) as change:
            if made := change.made_by(person.key, asked):
                return _revision(change, made)
            history = change.history()
            stands = _seen(change, history, subject._replace(item_id=""))
            target = next((info for info in history.of(subject.step) if info.id == to_revision), None)
            if target is None:
                raise NotFound(f"该步骤没有版本 {to_revision}。", f"The step has no revision {to_revision}.")
            items = change.items(target)
            changed = _changed(change.items(history.of(subject.step)[-1]), items)
            if not changed:
                raise InvalidRequest("该版本与当前内容相同。", "That revision has the content of the newest one.")
            _unlocked(stands, changed)
            info = write_revision(
                change, history, subject.step, items, change.evidence(target),
                Origin("undo", person.name, target.drafter, comment or f"→ {target.number}", target.prompt_id,
                       target.prompt_version, target.model, target.upstream, person.request_id),
            )  # fmt: skip
            change.remember(person.key, asked, info.id)
            return info

    def comment(
        self, plan_id: str, step: StepKey, text: str, person: Person, *, item_id: str = "", reply_to: str = ""
    ) -> Comment:
        """Stores a remark.

        Raises:
            NotFound: no such plan, step, item or comment to reply to.
            InvalidRequest: the text is blank.
        """
        person.principal.must("draft")
        if not text.strip():
            raise InvalidRequest("批注内容为空。", "The comment is blank.")
        asked = content_hash({"comment": text, "step": step, "item": item_id, "reply_to": reply_to, "by": person.name})
        with self.store.changing(plan_id) as change:
            history = change.history()
            if made := change.made_by(person.key, asked):
                return next(remark for remark in history.comments if remark.id == made)
            stands = standing(history)[step]
            if not stands.revision_id or (item_id and stands.item(item_id) is None):
                raise no_item(step, item_id)
            if reply_to and not any(remark.id == reply_to for remark in history.comments):
                raise NotFound(f"没有批注 {reply_to}。", f"There is no comment {reply_to}.")
            number = change.event(
                actor=person.name, action="comment", step=step, item_id=item_id, request_id=person.request_id
            )
            remark = Comment(
                id=new_id(), plan_id=plan_id, step=step, item_id=item_id, event=number, author=person.name, text=text,
                reply_to=reply_to, created_at=now(),
            )  # fmt: skip
            change.append_comment(remark)
            change.remember(person.key, asked, remark.id)
            return remark

    def _frozen(self, evidence: Evidence, items: Iterable[Item]) -> Evidence:
        """The evidence with the passages that the items cite and that are not in it yet, as the library has them now."""
        held = {passage.passage.id for passage in evidence.passages}
        wanted = {name for item in items for name in citations_in(item.value)} - held
        found = [passage for passage in map(self.find_passage, sorted(wanted)) if passage is not None]
        return united([evidence, Evidence(passages=tuple(found))]) if found else evidence


def _revision(change: PlanChange, revision_id: str) -> RevisionInfo:
    return next(info for info in change.history().revisions if info.id == revision_id)


def _seen(change: PlanChange, history: History, subject: Subject) -> StepStanding:
    """Where the step stands, when what the person saw is what stands now."""
    stands = standing(history)[subject.step]
    if not stands.revision_id:
        name = STEPS[subject.step]
        raise NotFound(f"“{name.zh}”尚未起草。", f"{name.en} is not drafted yet.")
    current = stands.hash
    if subject.item_id:
        item = stands.item(subject.item_id)
        if item is None:
            raise no_item(subject.step, subject.item_id)
        current = item.hash
    if subject.seen != current:
        versions = {"seen_hash": subject.seen, "current_hash": current, "current_revision": stands.revision_id}
        if subject.item_id:
            versions |= {"seen": change.content(subject.seen), "current": change.content(current)}
        else:
            seen = next((info.id for info in history.of(subject.step) if info.hash == subject.seen), "")
            versions |= {"seen_revision": seen}
        raise StepConflict(
            "内容已被他人改动。", "It changed since you saw it.",
            mend_zh="请查看 versions 中的两个版本，再以新的哈希重新提交。",
            mend_en="Look at both versions and send it again with the current hash.",
            versions=versions,
        )  # fmt: skip
    return stands


def _changed(before: tuple[Item, ...], after: tuple[Item, ...]) -> set[str]:
    was, now_ = dict(before), dict(after)
    return {name for name in {*was, *now_} if name not in was or name not in now_ or was[name] != now_[name]}


def _unlocked(stands: StepStanding, changed: set[str]) -> None:
    locked = sorted(item.id for item in stands.items if item.locked and item.id in changed)
    if locked:
        raise StepConflict(
            f"{'、'.join(locked)} 已锁定。", f"{', '.join(locked)} is locked.",
            mend_zh="请先解除锁定。", mend_en="Unlock it first.",
        )  # fmt: skip


def _review(
    change: PlanChange,
    subject: Subject,
    revision_id: str,
    decision: Decision,
    person: Person,
    *,
    comment: str = "",
    patch: Patch | None = None,
    event: int = 0,
) -> Review:
    """Appends a decision; an edit's belongs to the event of its revision."""
    details = {"comment": comment, "hash": subject.seen}
    number = event or change.event(
        actor=person.name, action=decision, step=subject.step, item_id=subject.item_id,
        revision_id=revision_id, request_id=person.request_id, details=details,
    )  # fmt: skip
    review = Review(
        id=new_id(), plan_id=subject.plan_id, step=subject.step, revision_id=revision_id,
        item_id=subject.item_id, event=number, reviewer=person.name, decision=decision, comment=comment, patch=patch,
        hash=subject.seen, created_at=now(),
    )  # fmt: skip
    change.append_review(review)
    return review
