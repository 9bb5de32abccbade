"""The chapters of the written plan, one module each; `outline` puts them in order."""

from dataclasses import dataclass

from jumou.domain.plan import Plan
from jumou.domain.standing import History
from jumou.export.blocks import Block
from jumou.export.chapters.annexes import annexes
from jumou.export.chapters.diagnosis import diagnosis
from jumou.export.chapters.front import front
from jumou.export.chapters.implementation import implementation
from jumou.export.chapters.page import Page
from jumou.export.chapters.positioning import positioning
from jumou.export.chapters.projects import projects
from jumou.export.chapters.reviews import review_record
from jumou.export.charts import Chart, draw_charts
from jumou.export.english import in_english
from jumou.export.sources import SourceList, source_list
from jumou.export.voice import Voice


@dataclass(frozen=True, slots=True)
class Outline:
    """The written plan, ready for Word or Markdown."""

    plan: Plan
    blocks: tuple[Block, ...]
    sources: SourceList
    charts: dict[str, Chart]
    kind: str = ""
    """What the cover calls the document; empty for the first draft of a plan."""


def outline(plan: Plan, charts: dict[str, Chart] | None = None, history: History | None = None) -> Outline:
    """The blocks of the whole document in the plan's language; draws the charts unless they are given.

    With the `history` of a kept plan the review record is its last annex.
    """
    drawn = draw_charts(plan) if charts is None else charts
    sources = source_list(plan)
    page = Page(plan, Voice(plan.provenance.language, sources), drawn)
    for chapter in (front, diagnosis, positioning, projects, implementation, annexes):
        chapter(page)
    if history is not None:
        review_record(page, history)
    blocks = page.blocks if page.language == "zh" else in_english(page.blocks)
    return Outline(plan, tuple(blocks), sources, drawn)


__all__ = ["Outline", "Page", "outline"]
