"""What callers send. Every model carries an example that works as it is."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from jumou.domain.access import Classification
from jumou.domain.batch import MOST_REGIONS
from jumou.domain.framework import Language
from jumou.domain.review import Patch

_PROFILE: Final[dict[str, Any]] = {
    "name": "瓦房店市", "level": "县级市", "industry": "轴承",
    "background": "瓦房店是国内轴承生产基地之一，轴承企业集中，保持架和热处理依赖外购。",
}  # fmt: skip

Profile = Annotated[
    dict[str, Any],
    Field(
        description="a region's profile in any of the forms a JSON file may have: complete (schema RegionProfile), sheets "
        "by name, or sparse (region, industry, background facts)",
        min_length=1,
    ),
]
Year = Annotated[int, Field(ge=1990, le=2100)]
ShortText = Annotated[str, Field(max_length=200)]
Name = Annotated[
    str,
    Field(
        max_length=100,
        description="who acts; stands in the audit log. With accounts it is the caller, and may be left out",
    ),
]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftRequest(_Sent):
    """A region, and on demand the language, industry and term of the plan."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"profile": _PROFILE, "language": "zh", "horizon": 2030}]}
    )

    profile: Profile
    language: Language | None = Field(default=None, description="language of what is drafted; Chinese unless told")
    industry: ShortText | None = Field(default=None, description="overrides the profile's target industry")
    start_year: Year | None = None
    horizon: Year | None = Field(default=None, description="last year of the plan")
    drafter: Literal["rules", "llm"] | None = Field(
        default=None, description="the language model, or the rules; the model where one is set, unless told"
    )


class PlanDraftRequest(DraftRequest):
    """The same, for a plan that is kept."""

    classification: Classification = Field(
        default="public", description="internal: not for viewers, marked in every file, not shown to a model"
    )
    created_by: Name = ""


class BatchRequest(_Sent):
    """Many regions, and what holds for all of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"profiles": [_PROFILE, {"name": "常山县", "industry": "轴承"}], "horizon": 2030}]
        },
    )

    profiles: list[dict[str, Any]] = Field(
        min_length=1, max_length=MOST_REGIONS, description="each in any of the forms a profile may have; one that cannot be read has failed, the others go on"
    )  # fmt: skip
    language: Language | None = Field(default=None, description="language of what is drafted; Chinese unless told")
    industry: ShortText | None = Field(default=None, description="overrides the profiles' target industries")
    start_year: Year | None = None
    horizon: Year | None = Field(default=None, description="last year of the plans")
    drafter: Literal["rules", "llm"] | None = Field(default=None, description="as for one region")
    created_by: Name = ""


class ExportRequest(_Sent):
    """Files of a plan."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"files": ["plan.docx", "projects.xlsx"]}]}
    )

    files: list[Literal["plan.docx", "plan.md", "projects.xlsx", "plan.json"]] = Field(
        default=["plan.docx", "plan.md", "projects.xlsx", "plan.json"], min_length=1, max_length=4
    )


class EvaluationRequest(_Sent):
    """A suite of the evaluation."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"suite": "retrieval"}]})

    suite: Literal["plans", "retrieval", "grounding", "safety"]
    drafter: Literal["rules", "llm"] = "rules"


class DecisionRequest(_Sent):
    """A decision on a step, or on one item of it, as the person saw it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"decision": "ask_again", "reviewer": "张工", "item_id": "project/P03", "comment": "请补充用地来源。"}
            ]
        },
    )

    decision: Literal["approve", "reject", "ask_again", "lock", "unlock"]
    reviewer: Name = ""
    item_id: ShortText = Field(default="", description="empty: the whole step")
    comment: str = Field(default="", max_length=10_000, description="required to reject or to ask again")


class EditRequest(_Sent):
    """A change to a step, or to one item of it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"reviewer": "张工", "item_id": "project/P03", "patch": {"merge": {"lead_body": "市工业和信息化局"}}}
            ]
        },
    )

    reviewer: Name = ""
    item_id: ShortText = Field(
        default="", description="empty: the patch applies to the whole step, so items can be added and removed"
    )
    patch: Patch
    comment: str = Field(default="", max_length=10_000)
    approve: bool = Field(default=False, description="approve what was changed at once")


class UndoRequest(_Sent):
    """Back to an earlier revision, by a new one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reviewer": "张工", "to_revision": "4e7c0f9d1b7a4f6f9a3f0d5c2b1a0987"}]},
    )

    reviewer: Name = ""
    to_revision: ShortText
    comment: str = Field(default="", max_length=10_000)


class RedraftRequest(_Sent):
    """Draft a step (again): only what is stale, rejected or asked for again, and not locked, is touched."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reviewer": "张工"}]})

    reviewer: Name = ""


class CommentRequest(_Sent):
    """A remark."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"author": "李处", "text": "投资口径请与财政局核对。", "item_id": "project/P03"}]
        },
    )

    author: Name = ""
    text: str = Field(min_length=1, max_length=10_000)
    item_id: ShortText = ""
    reply_to: ShortText = ""


class ChatOpenRequest(_Sent):
    """What a chat is about: a stored plan, a region's profile, or nothing yet; what is missing is asked for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"profile": _PROFILE, "horizon": 2030, "created_by": "张工"}]}
    )

    language: Language | None = Field(default=None, description="language of the answers; Chinese unless told")
    plan_id: ShortText = Field(default="", description="the chat speaks of this plan's region")
    profile: Profile | None = None
    industry: ShortText = ""
    horizon: Year | None = Field(default=None, description="year the vision is to be reached by")
    scope: ShortText = Field(
        default="", description="how far the vision reaches, e.g. 全国; `auto` follows the diagnosis"
    )
    drafter: Literal["", "rules", "llm"] = Field(
        default="", description="who answers; empty: the model where there is one"
    )
    created_by: Name = ""


class MessageRequest(_Sent):
    """What a person says."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "请拟一个愿景", "author": "张工"}]}
    )

    text: str = Field(min_length=1, max_length=20_000)
    author: Name = ""


class AdoptionRequest(_Sent):
    """Which candidate becomes the vision of which plan. If-Match names the hash of the plan's item `vision` as it was seen."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "proposal_id": "3f2a9c0d1b7a4f6f",
                    "candidate_id": "V2",
                    "plan_id": "4e7c0f9d1b7a4f6f9a3f0d5c2b1a0987",
                    "reviewer": "张工",
                }
            ]
        },
    )

    proposal_id: ShortText
    candidate_id: ShortText
    plan_id: ShortText
    reviewer: Name = ""
    approve: bool = Field(default=False, description="approve the vision at once")
