"""The JSON Schemas of the objects that leave jumou."""

from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel

from jumou.domain.batch import BatchResult
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Document, Evidence, Passage
from jumou.domain.implementation import Implementation
from jumou.domain.operation import Actual, AdjustmentDecision, Deviation, ProposedAdjustment
from jumou.domain.plan import Plan, ProjectList
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.region import ProfileProblem, RegionProfile
from jumou.domain.review import Review, Revision

PUBLISHED: Final[tuple[type[BaseModel], ...]] = (
    RegionProfile, ProfileProblem, Diagnosis, Positioning, Project, Implementation, Plan, ProjectList, Evidence, Document,
    Passage, Revision, Review, Actual, Deviation, ProposedAdjustment, AdjustmentDecision, BatchResult,
)  # fmt: skip


@lru_cache(maxsize=1)
def json_schemas() -> dict[str, dict[str, Any]]:
    """Schema by object name, as an answer contains it."""
    return {model.__name__: model.model_json_schema(mode="serialization") for model in PUBLISHED}
