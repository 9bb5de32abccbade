"""The review record: where each step stands, who decided what on which item and when, and what was remarked."""

from typing import Final

from jumou.domain.framework import STEPS, Name
from jumou.domain.review import Review, RevisionInfo
from jumou.domain.standing import History, standing
from jumou.export.chapters.page import Page
from jumou.export.terms import term

_MOST_ROWS: Final = 200
"""Decisions and revisions shown, the newest; the audit log has them all."""

STEP_STATES: Final = {
    "not_drafted": Name("未起草", "not drafted"), "awaiting": Name("待审", "awaiting review"), "approved": Name("已审定", "approved"),
    "rejected": Name("已退回", "rejected"), "asked_again": Name("要求重拟", "asked for again"), "stale": Name("待更新", "stale"),
}  # fmt: skip
_DECISIONS: Final = {
    "approve": Name("同意", "approved"), "edit": Name("修改", "edited"), "reject": Name("退回", "rejected"), "ask_again": Name("要求重拟", "asked again"),
    "lock": Name("锁定", "locked"), "unlock": Name("解除锁定", "unlocked"), "comment": Name("批注", "remarked"),
}  # fmt: skip
_CAUSES: Final = {
    "draft": Name("起草", "drafted"), "redraft": Name("重拟", "redrafted"), "edit": Name("修改", "edited"), "undo": Name("恢复", "undone"),
}  # fmt: skip


def review_record(page: Page, history: History) -> None:
    """The annex."""
    page.annex("审阅记录", "Review record", landscape=True)
    language = page.language
    rows = []
    for step, now in standing(history).items():
        approved = sum(item.state == "approved" for item in now.items)
        rows.append(
            (
                STEPS[step].in_(language), term(STEP_STATES, now.state, language), str(now.number or "—"),
                f"{approved}/{len(now.items)}", now.hash[:12] or "—",
            )
        )  # fmt: skip
    page.table(
        "各步骤审定情况", "Where the steps stand",
        (page.pick("步骤", "Step"), page.pick("状态", "State"), page.pick("版本", "Revision"), page.pick("已审定条目", "Items approved"), page.pick("内容摘要值", "Content hash")),
        rows, (2.4, 1.6, 1.0, 1.6, 2.4),
    )  # fmt: skip
    page.table(
        "版本", "Revisions",
        (page.pick("时间（UTC）", "Time (UTC)"), page.pick("步骤", "Step"), page.pick("版本", "Revision"), page.pick("事由", "Cause"), page.pick("提交人", "By"), page.pick("说明", "Note")),
        [_revision(page, info) for info in history.revisions[-_MOST_ROWS:]], (1.8, 1.8, 0.8, 1.0, 1.6, 4.4),
    )  # fmt: skip
    decided = [review for review in history.reviews if review.decision != "edit"]
    page.table(
        "审阅意见", "Decisions",
        (page.pick("时间（UTC）", "Time (UTC)"), page.pick("步骤", "Step"), page.pick("条目", "Item"), page.pick("意见", "Decision"), page.pick("审阅人", "Reviewer"), page.pick("理由", "Reason")),
        [_decision(page, review) for review in decided[-_MOST_ROWS:]], (1.8, 1.8, 1.8, 1.0, 1.4, 3.6),
    )  # fmt: skip
    page.table(
        "批注", "Remarks",
        (page.pick("时间（UTC）", "Time (UTC)"), page.pick("步骤", "Step"), page.pick("条目", "Item"), page.pick("批注人", "By"), page.pick("内容", "Text")),
        [
            (_minute(one.created_at), STEPS[one.step].in_(language), one.item_id or "—", one.author, one.text)
            for one in history.comments[-_MOST_ROWS:]
        ],
        (1.8, 1.8, 1.8, 1.4, 4.6),
    )  # fmt: skip
    if not decided:
        page.body(page.voice.missing("尚无人审阅。", "Nobody has decided on anything yet."))
    if max(len(decided), len(history.revisions), len(history.comments)) > _MOST_ROWS:
        page.note(
            f"各表只列最近 {_MOST_ROWS} 条，全部记录见审计日志。",
            f"The newest {_MOST_ROWS} each; all are in the audit log.",
        )


def _revision(page: Page, info: RevisionInfo) -> tuple[str, ...]:
    language = page.language
    return (
        _minute(info.created_at), STEPS[info.step].in_(language), str(info.number), term(_CAUSES, info.cause, language), info.author,
        info.note or "—",
    )  # fmt: skip


def _decision(page: Page, review: Review) -> tuple[str, ...]:
    language = page.language
    whole = page.pick("整个步骤", "the whole step")
    return (
        _minute(review.created_at), STEPS[review.step].in_(language), review.item_id or whole,
        term(_DECISIONS, review.decision, language), review.reviewer, review.comment or "—",
    )  # fmt: skip


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")
