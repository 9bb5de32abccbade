"""What a step may read: the approved revisions of the steps before it, and nothing else."""

from typing import NamedTuple, TypeVar

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.framework import STEPS, StepKey
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.standing import History, standing
from jumou.domain.steps import STEP_MODELS, Portfolio, StepObject, earlier_steps
from jumou.errors import StepConflict
from jumou.storage import PlanStore

_Part = TypeVar("_Part", bound=StepObject)


class Approved(NamedTuple):
    """The approved steps by name, and the revision each was read from."""

    parts: dict[StepKey, StepObject]
    revisions: dict[StepKey, str]

    @property
    def diagnosis(self) -> Diagnosis:
        """Step 1."""
        return _of(self.parts["diagnosis"], Diagnosis)

    @property
    def positioning(self) -> Positioning:
        """Step 2."""
        return _of(self.parts["positioning"], Positioning)

    @property
    def projects(self) -> tuple[Project, ...]:
        """Step 3."""
        return _of(self.parts["projects"], Portfolio).projects


def approved_before(store: PlanStore, plan_id: str, history: History, step: StepKey) -> Approved:
    """The newest approved revision of every step before `step`.

    Raises:
        StepConflict: one of them has none; the message names it.
    """
    standings = standing(history)
    revisions = {earlier: standings[earlier].approved_revision_id for earlier in earlier_steps(step)}
    open_ = [STEPS[earlier] for earlier, revision in revisions.items() if not revision]
    if open_:
        raise StepConflict(
            f"{'、'.join(name.zh for name in open_)}尚未审定。", f"Not approved yet: {', '.join(name.en for name in open_)}.",
            mend_zh="后一步只依据已审定的内容，请先审定。", mend_en="A step reads approved work only; approve it first.",
        )  # fmt: skip
    parts = {
        earlier: STEP_MODELS[earlier].model_validate(store.revision(plan_id, revision).content)
        for earlier, revision in revisions.items()
    }
    return Approved(parts, revisions)


def _of(part: StepObject, model: type[_Part]) -> _Part:
    if not isinstance(part, model):
        raise TypeError(f"{type(part).__name__} stands where {model.__name__} belongs")
    return part
