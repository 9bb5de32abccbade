"""A whole plan, or its project list, from a region's profile in one go; a person reviews it afterwards, item by item."""

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TypeVar

from pydantic import BaseModel

from jumou.domain.access import Classification
from jumou.domain.answering import open_gaps
from jumou.domain.chain import Chain
from jumou.domain.evidence import Citation, Evidence
from jumou.domain.framework import STEPS, Language, StepKey
from jumou.domain.plan import Plan, ProjectList, Provenance
from jumou.domain.region import RegionProfile
from jumou.domain.review import content_hash
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import Library
from jumou.drafting.drafter import Drafter, DrafterName
from jumou.drafting.grounding import check
from jumou.drafting.prepare import prepare

T = TypeVar("T")
StepProgress = Callable[[StepKey, int, int], None]
"""Called when a step begins, with its number and how many there are."""


def _silent(step: StepKey, number: int, total: int) -> None:
    del step, number, total


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What is asked for: a region, and on demand an industry, a language and a term."""

    profile: RegionProfile
    language: Language = "zh"
    industry: str | None = None
    start_year: int | None = None
    horizon: int | None = None
    exclude_documents: frozenset[str] = field(default_factory=frozenset)
    drafter: DrafterName = ""
    classification: Classification = "public"
    chains: Mapping[str, Chain] | None = None
    """Value chains to plan with; the shipped ones unless told."""
    needs_precedents: bool = True
    """Whether a project that leans on no precedent is left out."""


async def draft_plan(
    request: PlanRequest, library: Library, drafter: Drafter, *, progress: StepProgress = _silent
) -> Plan:
    """All four steps with the evidence they cite and the check's account of them.

    Raises:
        InvalidRequest: the term does not make sense.
    """
    began = time.perf_counter()
    ctx = _context(request, library)
    total = len(STEPS)
    progress("diagnosis", 1, total)
    diagnosis = await drafter.diagnose(ctx)
    progress("positioning", 2, total)
    positioning = await drafter.position(ctx, diagnosis)
    progress("projects", 3, total)
    projects = await drafter.design(ctx, diagnosis, positioning)
    progress("implementation", 4, total)
    implementation = await drafter.implement(ctx, diagnosis, positioning, projects)
    evidence = _evidence(ctx, diagnosis, positioning, *projects, implementation)
    quality = check(
        diagnosis=diagnosis,
        positioning=positioning,
        projects=projects,
        implementation=implementation,
        evidence=evidence,
        names=ctx.names,
        language=ctx.language,
    )
    return Plan(
        title=_title(ctx),
        classification="internal" if request.classification == "internal" else evidence.classification,
        profile=request.profile,
        diagnosis=diagnosis,
        positioning=positioning,
        projects=projects,
        open_gaps=open_gaps(diagnosis.gaps, projects, request.language),
        implementation=implementation,
        evidence=evidence,
        quality=quality,
        provenance=_provenance(ctx, drafter, began),
    )


async def draft_projects(request: PlanRequest, library: Library, drafter: Drafter) -> ProjectList:
    """Steps 1 to 3, handed out as a project list with the gaps it answers.

    Raises:
        InvalidRequest: the term does not make sense.
    """
    began = time.perf_counter()
    ctx = _context(request, library)
    diagnosis = await drafter.diagnose(ctx)
    positioning = await drafter.position(ctx, diagnosis)
    projects = await drafter.design(ctx, diagnosis, positioning)
    evidence = _evidence(ctx, *projects)
    return ProjectList(
        region=request.profile.name,
        classification=evidence.classification,
        industry=ctx.industry.name,
        mode=positioning.mode.key,
        themes=tuple(theme.name for theme in positioning.themes),
        gaps=tuple({"id": gap.id, "kind": gap.kind, "name": gap.name} for gap in diagnosis.gaps),
        projects=projects,
        open_gaps=open_gaps(diagnosis.gaps, projects, request.language),
        evidence=evidence,
        quality=check(projects=projects, evidence=evidence, names=ctx.names, language=ctx.language),
        provenance=_provenance(ctx, drafter, began),
    )


def finished(drafting: Coroutine[object, None, T]) -> T:
    """Drafts to the end, where there is no event loop.

    `asyncio.run` itself has the whole of what its coroutine returns written out when it takes its signal handler away
    (Python 3.11): for a plan, a twentieth of the time.
    """
    made: list[T] = []

    async def draft() -> None:
        made.append(await drafting)

    asyncio.run(draft())
    return made[0]


def _context(request: PlanRequest, library: Library) -> DraftContext:
    return prepare(
        request.profile,
        library,
        language=request.language,
        industry=request.industry,
        start_year=request.start_year,
        horizon=request.horizon,
        exclude_documents=request.exclude_documents,
        chains=request.chains,
        needs_precedents=request.needs_precedents,
    )


def _title(ctx: DraftContext) -> str:
    name, industry = ctx.profile.name, ctx.industry.written or ctx.industry.name
    if ctx.language == "zh":
        return f"{name}{industry}产业发展规划（{ctx.start_year}—{ctx.horizon}年）初稿".replace("产业产业", "产业")
    return f"{name}: plan for {industry}, {ctx.start_year}–{ctx.horizon} (first draft)"


def _evidence(ctx: DraftContext, *parts: BaseModel) -> Evidence:
    """The passages the parts cite, and no others."""
    return ctx.desk.evidence({citation.passage_id for part in parts for citation in cited(part)})


def cited(value: object) -> Iterator[Citation]:
    """Every citation inside a domain object, at any depth."""
    if isinstance(value, Citation):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from cited(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from cited(item)


def _provenance(ctx: DraftContext, drafter: Drafter, began: float) -> Provenance:
    return Provenance(
        id=uuid.uuid4().hex,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - began, 3),
        jumou_version=version("jumou"),
        drafter=drafter.name if ctx.account.by_model or not ctx.account.model else "rules",
        language=ctx.language,
        corpus_version=ctx.desk.library.version,
        encoder=ctx.desk.library.encoder_name,
        profile_hash=content_hash(ctx.profile),
        model_use=ctx.account.use(),
    )


__all__ = ["PlanRequest", "StepProgress", "cited", "draft_plan", "draft_projects"]
