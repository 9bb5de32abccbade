"""What comparable clusters did: how far the benchmark cases speak of the measure a kind of project stands for."""

from collections.abc import Mapping, Sequence
from typing import Final

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.playbook import Archetype
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import practised

_SECTIONS: Final = {
    "zh": ("发展历程", "成功因素", "聚合动力与要素", "标志性项目", "可借鉴条件"), "en": ("English summary",),
}  # fmt: skip
_CASES: Final = 2
"""A measure that so many comparable cases speak of is as well supported as can be."""


def shown_by_cases(ctx: DraftContext, diagnosis: Diagnosis, archetypes: Sequence[Archetype]) -> Mapping[str, float]:
    """By kind of project, 0–1: how many of the benchmark cases that worked speak of its measures, and how clearly."""
    cases = [
        [
            sentence
            for section in _SECTIONS[ctx.language]
            for _, sentence in ctx.desk.sentences(bench.document_id, section)
        ]
        for bench in diagnosis.benchmarks
        if bench.outcome != "failure"
    ]
    return {
        archetype.id: min(
            1.0,
            sum(max((practised(measures, sentence) for sentence in said), default=0.0) for said in cases) / _CASES,
        )
        for archetype in archetypes
        for measures in (archetype.measures(ctx.language),)
    }
