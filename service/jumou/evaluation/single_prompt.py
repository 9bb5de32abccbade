"""The baseline that has a model and nothing else: the profile in one prompt, a whole plan in one answer, taken as it comes."""

import json
import time
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from jumou.domain.framework import MODES, PROJECT_TYPES, Language, ModeKey, ProjectType
from jumou.domain.region import RegionProfile
from jumou.evaluation.draft import Draft
from jumou.llm import LanguageModel, Message, load_prompt

PROMPT: Final = "eval/single_prompt"
_LONGEST_ANSWER: Final = 8192


class PromptedProject(BaseModel):
    """A project as the model names it."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ProjectType
    content: str


class PromptedKpi(BaseModel):
    """An indicator with its target for the last year."""

    model_config = ConfigDict(frozen=True)

    name: str
    unit: str
    target: float | None


class PromptedPlan(BaseModel):
    """What one prompt asks for."""

    model_config = ConfigDict(frozen=True)

    mode: ModeKey
    modes_ranked: tuple[ModeKey, ...]
    themes: tuple[str, ...]
    vision: str
    strengths: tuple[str, ...]
    gaps: tuple[str, ...]
    projects: tuple[PromptedProject, ...]
    kpis: tuple[PromptedKpi, ...]


async def prompted_draft(
    model: LanguageModel, profile: RegionProfile, language: Language, term: tuple[int, int]
) -> dict[str, Any]:
    """The draft's JSON, as `Draft` reads it.

    Raises:
        MalformedAnswer: the answer is no plan.
        ModelUnavailable: the model does not answer.
        ModelRefused: it refuses.
        OverBudget: nothing is left to ask it with.
    """
    began = time.perf_counter()
    start, horizon = term
    prompt = load_prompt(PROMPT, language)
    told = prompt.render(
        profile=_told(profile), start=start, horizon=horizon,
        modes=[(key, name.in_(language)) for key, name in MODES.items()],
        types=[(key, name.in_(language)) for key, name in PROJECT_TYPES.items()],
    )  # fmt: skip
    run = model.run()
    asked = Message("user", f'<task id="{prompt.id}" version="{prompt.version}"/>\n{told}')
    answer = await run.ask((asked,), PromptedPlan, max_tokens=_LONGEST_ANSWER)
    spent = run.spent
    texts = (
        answer.vision,
        *answer.themes,
        *answer.strengths,
        *answer.gaps,
        *(one.name + one.content for one in answer.projects),
    )
    draft = Draft(
        mode=answer.mode, modes=tuple(dict.fromkeys((answer.mode, *answer.modes_ranked))), themes=answer.themes,
        vision=answer.vision, strengths=answer.strengths, gaps=answer.gaps,
        projects=tuple(
            {"id": f"S{place}", "name": one.name, "type": one.type, "content": [one.content]}
            for place, one in enumerate(answer.projects, 1)
        ),
        kpis=tuple(_kpi(one, place, horizon) for place, one in enumerate(answer.kpis, 1)),
        characters=sum(map(len, texts)), seconds=round(time.perf_counter() - began, 3),
        model_calls=float(spent.calls), cost=None if spent.usd is None else float(spent.usd),
    )  # fmt: skip
    return draft.model_dump(mode="json")


def _told(profile: RegionProfile) -> str:
    """The profile as JSON, without what is empty and without the places of its cells."""

    def said(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: told
                for key, part in value.items()
                if key not in ("ref", "source_id") and (told := said(part)) not in (None, "", [], {})
            }
        if isinstance(value, list):
            return [said(part) for part in value]
        return value

    content = profile.model_dump(mode="json", exclude={"schema_version", "sources"})
    return json.dumps(said(content), ensure_ascii=False, separators=(",", ":"))


def _kpi(kpi: PromptedKpi, place: int, horizon: int) -> dict[str, Any]:
    targets = [] if kpi.target is None else [{"year": horizon, "quantity": {"value": kpi.target, "unit": kpi.unit}}]
    return {"id": f"K{place}", "name": kpi.name, "unit": kpi.unit, "targets": targets}
