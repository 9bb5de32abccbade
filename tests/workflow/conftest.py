"""A kept small plan on each kind of database, and people to decide on it."""

from collections.abc import Callable

import pytest

from jumou.domain.evidence import Document, EvidencePassage, Passage
from jumou.domain.framework import StepKey
from jumou.domain.standing import StepStanding, standing
from jumou.storage import PlanStore
from jumou.testing_plans import small_plan, small_request
from jumou.workflow.creating import keep_plan
from jumou.workflow.review import Person, Reviewing, Subject

PASSAGE = Passage(id="law#0", document_id="law", ordinal=0, start=0, end=9, text="投资应当公平竞争。")


@pytest.fixture
def reviewing(store: PlanStore) -> Reviewing:
    """Decisions on a store that holds the small plan as `p`; the library has one more passage, law#0."""
    keep_plan(store, "p", small_request(), small_plan(), Person("安工"))
    found = EvidencePassage(passage=PASSAGE, document=Document(id="law", kind="policy", title="条例"))
    return Reviewing(store, {"law#0": found}.get)


@pytest.fixture
def stands(store: PlanStore) -> Callable[[StepKey], StepStanding]:
    """Where a step of `p` stands."""
    return lambda step: standing(store.history("p"))[step]


@pytest.fixture
def seen(store: PlanStore) -> Callable[..., Subject]:
    """A step or an item of `p` as it stands now."""

    def look(step: StepKey, item_id: str = "") -> Subject:
        current = standing(store.history("p"))[step]
        item = current.item(item_id)
        return Subject("p", step, item.hash if item else current.hash, item_id)

    return look
