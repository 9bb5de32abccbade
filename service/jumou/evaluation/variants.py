"""What a draft is compared with in the same run: the product without its parts, a fixed template, a single prompt.

`no_retrieval` drafts from the profile alone: no documents, no knowledge of value chains, so that every industry is planned
on the general chain, and projects stay although no precedent is found. `no_analysis` lists what search finds for each type
of project, without diagnosing anything. `template` is nine projects and ten indicators that fit any region, with its
industry filled in. With a model there are two more: `rules`, the product without it, and `single_prompt`, the model
without the product.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from jumou.domain.framework import PROJECT_TYPES, Language, ProjectType
from jumou.drafting.desk import Library, split_sentences
from jumou.drafting.drafter import Drafter, RulesDrafter
from jumou.errors import JumouError
from jumou.evaluation.single_prompt import prompted_draft
from jumou.llm import LanguageModel
from jumou.retrieval import EmptyLibrary
from jumou.workflow import PlanRequest, draft_plan

BASELINES: Final = ("no_retrieval", "no_analysis", "template")
WITH_A_MODEL: Final = ("rules", "single_prompt")
"""Baselines that only mean something when the product drafts with a model."""


@dataclass(frozen=True, slots=True)
class Baselines:
    """Makes the drafts that the product's are compared with; `drafter` is the product's, `model` is what it writes with."""

    library: Library
    drafter: Drafter
    model: LanguageModel | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Those that can be made."""
        return BASELINES if self.model is None else (*BASELINES, *WITH_A_MODEL)

    async def draft(
        self, variant: str, request: PlanRequest, industry: str, own_region: tuple[str, ...], term: tuple[int, int]
    ) -> dict[str, Any]:
        """The draft's JSON; with `failed` in it when none could be made, and then nothing is measured on it.

        `own_region` are the names of the case's region, which is no benchmark of its own; `term` is the plan's.
        """
        try:
            return await self._draft(variant, request, industry, own_region, term)
        except JumouError as problem:
            return {"projects": [], "kpis": [], "failed": problem.message("en")}

    async def _draft(
        self, variant: str, request: PlanRequest, industry: str, own_region: tuple[str, ...], term: tuple[int, int]
    ) -> dict[str, Any]:
        language = request.language
        if variant == "no_retrieval":
            alone = replace(request, chains={}, needs_precedents=False)
            return (await draft_plan(alone, EmptyLibrary(), self.drafter)).model_dump(mode="json")
        if variant == "rules":
            return (await draft_plan(request, self.library, RulesDrafter())).model_dump(mode="json")
        if variant == "single_prompt" and self.model is not None:
            return await prompted_draft(self.model, request.profile, language, term)
        if variant == "no_analysis":
            return await asyncio.to_thread(
                retrieved_draft, industry, language, self.library, request.exclude_documents, own_region
            )
        return template_draft(industry, language)


_TEMPLATE: Final[dict[ProjectType, tuple[str, str]]] = {
    "A1": ("{industry}龙头企业招引项目", "Attracting leading firms in {industry}"),
    "A2": ("{industry}重大创新平台项目", "Major innovation platform for {industry}"),
    "B1": ("{industry}产业链补链强链项目", "Chain repair and strengthening in {industry}"),
    "B2": ("{industry}创新创业孵化与产业基金项目", "Incubation and industry fund for {industry}"),
    "B3": ("{industry}人才集聚与培养项目", "Talent for {industry}"),
    "C1": ("{industry}智慧产业园区项目", "Smart industrial park for {industry}"),
    "C2": ("{industry}关键基础设施升级项目", "Key infrastructure for {industry}"),
    "D1": ("{industry}产业促进政策包", "Policy package for {industry}"),
    "D2": ("{industry}区域品牌营销项目", "Brand and marketing for {industry}"),
}
_INDICATORS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("{industry}产值", "Output of {industry}", "亿元", "100 million yuan"),
    ("{industry}增加值", "Value added of {industry}", "亿元", "100 million yuan"),
    ("规模以上企业数", "Number of firms above the threshold", "家", "firms"),
    ("高新技术企业数", "High-tech firms", "家", "firms"),
    ("研发投入强度", "R&D intensity", "%", "%"),
    ("研发经费", "R&D spending", "亿元", "100 million yuan"),
    ("有效发明专利数", "Invention patents", "件", "patents"),
    ("从业人员数", "Employment", "万人", "people"),
    ("引进高层次人才数", "Top people attracted", "人", "people"),
    ("固定资产投资", "Investment", "亿元", "100 million yuan"),
)


def template_draft(industry: str, language: Language) -> dict[str, Any]:
    """The fixed list with the industry filled in, as a draft's JSON."""
    zh = language == "zh"
    return {
        "projects": [
            {"id": f"T{place}", "type": kind, "name": names[0 if zh else 1].format(industry=industry), "content": []}
            for place, (kind, names) in enumerate(_TEMPLATE.items(), 1)
        ],
        "kpis": _template_kpis(industry, zh=zh),
    }


def retrieved_draft(
    industry: str, language: Language, library: Library, exclude: frozenset[str], own_region: Sequence[str]
) -> dict[str, Any]:
    """For each type the two best sentences search finds, taken as projects; indicators from the template."""
    projects: list[dict[str, Any]] = []
    for kind, name in PROJECT_TYPES.items():
        hits = library.search(
            f"{industry} {name.in_(language)} 项目" if language == "zh" else f"{industry} {name.in_(language)} project",
            limit=4, exclude_documents=exclude, own_region=own_region, benchmarks=True,
        )  # fmt: skip
        for hit in hits[:2]:
            sentences = split_sentences(hit.passage.text)
            if sentences:
                projects.append(
                    {
                        "id": f"R{len(projects) + 1}", "type": kind, "content": [sentences[0]],
                        "citations": [{"passage_id": hit.passage.id, "quote": sentences[0]}],
                        "name": (f"借鉴{hit.document.title}的{name.zh}项目" if language == "zh" else f"{name.en} after {hit.document.title_en or hit.document.title}"),
                    }
                )  # fmt: skip
    return {"projects": projects, "kpis": _template_kpis(industry, zh=language == "zh")}


def _template_kpis(industry: str, *, zh: bool) -> list[dict[str, Any]]:
    return [
        {
            "id": f"K{place}",
            "name": (one if zh else two).format(industry=industry),
            "unit": unit if zh else unit_en,
            "targets": [],
        }
        for place, (one, two, unit, unit_en) in enumerate(_INDICATORS, 1)
    ]
