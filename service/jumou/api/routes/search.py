"""Search, and the documents and passages it finds."""

from typing import Annotated

from fastapi import APIRouter, Query

from jumou.api.access import Open
from jumou.api.answers import DocumentAnswer, PassageAnswer, SearchAnswer
from jumou.api.openapi import problems
from jumou.domain.evidence import DocumentKind, DocumentStatus, Level
from jumou.domain.framework import ModeKey, ProjectType
from jumou.drafting import sufficiency
from jumou.retrieval import Filter

router = APIRouter(prefix="/v1", tags=["search"])

_DATE = r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"
_Words = Annotated[list[str], Query(max_length=50)]


@router.get("/search", responses=problems(422, 503))
def search(
    jumou: Open,
    query: Annotated[str, Query(min_length=1, max_length=1000, examples=["轴承 补链 招商"])],
    k: Annotated[int, Query(ge=1, le=100, description="how many passages")] = 8,
    kind: Annotated[list[DocumentKind], Query()] = [],  # noqa: B006 - FastAPI copies defaults
    level: Annotated[list[Level], Query()] = [],  # noqa: B006
    status: Annotated[list[DocumentStatus], Query()] = [],  # noqa: B006
    region: _Words = [],  # noqa: B006
    mode: Annotated[list[ModeKey], Query()] = [],  # noqa: B006
    project_type: Annotated[list[ProjectType], Query()] = [],  # noqa: B006
    industry: _Words = [],  # noqa: B006
    issued_from: Annotated[str, Query(pattern=_DATE, description="YYYY, YYYY-MM or YYYY-MM-DD")] = "",
    issued_to: Annotated[str, Query(pattern=_DATE)] = "",
    all: Annotated[bool, Query(description="superseded and expired documents too, in their place")] = False,  # noqa: A002
) -> SearchAnswer:
    """Passages that answer the query, the best first, at most two from one document."""
    where = Filter(
        kinds=tuple(kind), levels=tuple(level), statuses=tuple(status), regions=tuple(region), modes=tuple(mode),
        project_types=tuple(project_type), industries=tuple(industry), issued_from=issued_from, issued_to=issued_to,
    )  # fmt: skip
    most = max(k, sufficiency.LOOKED_AT)
    found = jumou.library.search(query, limit=most, where=None if where == Filter() else where, include_outdated=all)
    fit = sufficiency.score(query, found)
    return SearchAnswer(
        query=query, answerable=fit >= sufficiency.CUT, sufficiency=round(fit, 4), cut=sufficiency.CUT, hits=found[:k]
    )


@router.get("/documents/{document_id}", responses=problems(404, 422, 503))
def get_document(document_id: str, jumou: Open) -> DocumentAnswer:
    """A document's description and text, passage by passage."""
    return DocumentAnswer(
        document=jumou.library.document(document_id), passages=list(jumou.library.passages(document_id))
    )


@router.get("/passages/{passage_id:path}", responses=problems(404, 422, 503))
def get_passage(passage_id: str, jumou: Open) -> PassageAnswer:
    """A passage (`<document id>#<number>`, the # written %23) and the description of its document."""
    passage = jumou.library.passage(passage_id)
    return PassageAnswer(passage=passage, document=jumou.library.document(passage.document_id))
