"""Steps under review: where they stand, decisions, edits, undo, comments, revisions and what differs between them.

The ETag of a step or an item is its content hash. What changes or decides something names it in If-Match; when the object
has changed since, the answer is 409 with both versions.
"""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response

from jumou.api.access import Open, Reviews, Seen, SigningOnce, Stored
from jumou.api.answers import CommentList, ItemAnswer, ReviewList, RevisionList, StepAnswer
from jumou.api.making import Making
from jumou.api.openapi import problems
from jumou.api.requests import CommentRequest, DecisionRequest, EditRequest, RedraftRequest, UndoRequest
from jumou.api.room import WITH_ROOM
from jumou.api.strict import StrictRoute
from jumou.domain.framework import STEPS, StepKey
from jumou.domain.review import Comment, Review, Revision, RevisionInfo
from jumou.domain.standing import StepStanding, standing
from jumou.domain.steps import part
from jumou.errors import InvalidRequest, NotFound
from jumou.storage import PlanStore
from jumou.workflow.diff import Difference, difference
from jumou.workflow.patching import no_item
from jumou.workflow.review import Subject

router = APIRouter(prefix="/v1/plans/{plan_id}", tags=["review"], route_class=StrictRoute)

_READ: Final = problems(404, 422, 503)
_WRITE: Final = problems(400, 404, 409, 413, 422, 428, 503)
_ETAG: Final[dict[str, Any]] = {"headers": {"ETag": {"description": "content hash", "schema": {"type": "string"}}}}

ItemId = Annotated[str, Path(max_length=200, description="e.g. project/P03, gap/G1, vision")]


@router.get("/steps", responses=_READ)
def list_steps(plan_id: str, jumou: Stored) -> list[StepStanding]:
    """Where every step and item stands."""
    return list(standing(jumou.store.history(plan_id)).values())


@router.get("/steps/{step}", responses={200: _ETAG, **_READ})
def get_step(plan_id: str, step: StepKey, jumou: Stored, response: Response) -> StepAnswer:
    """A step with its newest revision; the ETag is its hash."""
    current, revision = _newest(jumou.store, plan_id, step)
    response.headers["ETag"] = f'"{current.hash}"'
    return StepAnswer(standing=current, revision=revision)


@router.get("/steps/{step}/items/{item_id:path}", responses={200: _ETAG, **_READ})
def get_item(plan_id: str, step: StepKey, item_id: ItemId, jumou: Stored, response: Response) -> ItemAnswer:
    """One item of a step; the ETag is its hash."""
    current, revision = _newest(jumou.store, plan_id, step)
    item = current.item(item_id)
    if item is None:
        raise no_item(step, item_id)
    response.headers["ETag"] = f'"{item.hash}"'
    value = dict(part(step, revision.content))[item_id]
    return ItemAnswer(id=item_id, step=step, hash=item.hash, value=value)


@router.get("/steps/{step}/revisions", responses=_READ)
def list_revisions(plan_id: str, step: StepKey, jumou: Stored) -> RevisionList:
    """The revisions of a step, oldest first, without their content."""
    return RevisionList(revisions=list(jumou.store.history(plan_id).of(step)))


@router.get("/revisions/{revision_id}", responses=_READ)
def get_revision(plan_id: str, revision_id: str, jumou: Stored) -> Revision:
    """A revision with its content and the evidence frozen with it, exactly as it was."""
    return jumou.store.revision(plan_id, revision_id)


@router.get("/diff", responses=_READ)
def compare_revisions(
    plan_id: str,
    jumou: Stored,
    before: Annotated[str, Query(min_length=1, max_length=64, description="id of a revision")],
    after: Annotated[str, Query(min_length=1, max_length=64, description="id of a revision of the same step")],
) -> Difference:
    """What differs between two revisions of a step, item by item and place by place."""
    one, other = jumou.store.revision(plan_id, before), jumou.store.revision(plan_id, after)
    if one.step != other.step:
        raise InvalidRequest("两个版本不属于同一步骤。", "The revisions are of different steps.")
    return difference(one, other)


@router.post("/steps/{step}/reviews", status_code=201, responses=_WRITE)
def decide(
    plan_id: str,
    step: StepKey,
    sent: DecisionRequest,
    reviews: Reviews,
    seen: Seen,
    sign: SigningOnce,
) -> Review:
    """Approves, rejects, asks again, locks or unlocks a step or an item, as seen under If-Match."""
    subject = Subject(plan_id, step, seen, sent.item_id)
    return reviews.decide(subject, sent.decision, sign(sent.reviewer), sent.comment)


@router.get("/steps/{step}/reviews", responses=_READ)
def list_reviews(plan_id: str, step: StepKey, jumou: Stored) -> ReviewList:
    """All decisions on a step, oldest first."""
    found = jumou.store.history(plan_id).reviews
    return ReviewList(reviews=[review for review in found if review.step == step])


@router.patch("/steps/{step}", responses={200: _ETAG, **_WRITE})
def edit_step(
    plan_id: str,
    step: StepKey,
    sent: EditRequest,
    reviews: Reviews,
    seen: Seen,
    sign: SigningOnce,
    response: Response,
) -> RevisionInfo:
    """Changes an item (If-Match: its hash) or the step (its hash); answers with the new revision and what the check found."""
    subject = Subject(plan_id, step, seen, sent.item_id)
    info = reviews.edit(subject, sent.patch, sign(sent.reviewer), comment=sent.comment, approve=sent.approve)
    response.headers["ETag"] = f'"{info.manifest.get(sent.item_id, info.hash)}"'
    return info


@router.post("/steps/{step}/undo", status_code=201, responses=_WRITE)
def undo_step(
    plan_id: str,
    step: StepKey,
    sent: UndoRequest,
    reviews: Reviews,
    seen: Seen,
    sign: SigningOnce,
) -> RevisionInfo:
    """Goes back to an earlier revision of the step, by a new one."""
    who = sign(sent.reviewer)
    return reviews.undo(Subject(plan_id, step, seen), sent.to_revision, who, sent.comment)


@router.post(
    "/steps/{step}/drafts", status_code=201, dependencies=[WITH_ROOM], responses=problems(400, 404, 409, 413, 422, 503)
)
async def redraft_step(
    plan_id: str, step: StepKey, sent: RedraftRequest, request: Request, jumou: Open, sign: SigningOnce
) -> RevisionInfo:
    """Drafts the step (again) from the approved steps before it; only what waits for it and is not locked is touched.

    The draft is a run: when the server ends before it answers, the draft is made all the same.
    """
    making: Making = request.app.state.making
    record = await making.redraft(jumou.store, jumou.runs, plan_id, step, sign(sent.reviewer))
    revision_id = (await making.outcome(jumou.runs, record.id)).result["revision"]
    history = await asyncio.to_thread(jumou.store.history, plan_id)
    return next(info for info in history.revisions if info.id == revision_id)


@router.get("/steps/{step}/comments", responses=_READ)
def list_comments(plan_id: str, step: StepKey, jumou: Stored) -> CommentList:
    """All remarks on a step, oldest first."""
    found = jumou.store.history(plan_id).comments
    return CommentList(comments=[remark for remark in found if remark.step == step])


@router.post("/steps/{step}/comments", status_code=201, responses=problems(400, 404, 413, 422, 503))
def add_comment(plan_id: str, step: StepKey, sent: CommentRequest, reviews: Reviews, sign: SigningOnce) -> Comment:
    """Leaves a remark on a step or an item; it changes nothing."""
    return reviews.comment(plan_id, step, sent.text, sign(sent.author), item_id=sent.item_id, reply_to=sent.reply_to)


def _newest(store: PlanStore, plan_id: str, step: StepKey) -> tuple[StepStanding, Revision]:
    current = standing(store.history(plan_id))[step]
    if not current.revision_id:
        raise NotFound(f"“{STEPS[step].zh}”尚未起草。", f"{STEPS[step].en} is not drafted yet.")
    return current, store.revision(plan_id, current.revision_id)
