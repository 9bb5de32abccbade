"""Every measure of one draft against one expert's plan. What could not be measured is None, never 0.

Recall counts the expert's items; precision against the gold is not computed, for the gold is partial. Drafted projects
the gold does not know are judged by their grounding instead (`novel_grounded`).
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from jumou.domain.framework import PROJECT_TYPES
from jumou.evaluation.alignment import ProjectMatch, align
from jumou.evaluation.checker import Grounding
from jumou.evaluation.concepts import common_terms, covered, folded, terms_of
from jumou.evaluation.draft import Draft, context_of, expert_items
from jumou.evaluation.gold import GoldPlan, GoldVision, Relevance
from jumou.evaluation.indicators import KpiMatch, match_kpis
from jumou.evaluation.likeness import Judgement, Meaning

GRADE_WEIGHTS: Final = {"A": 1.0, "B": 0.8, "C": 0.6}
"""Weight of a case in measures that rest on soft labels: the less of a plan was seen, the less its reading counts."""

SOFT: Final = frozenset({"mode_agreement", "mode_top2", "mode_rank", "theme_match", "vision_covered"})
"""Measures against readings of the source."""


class KpiRow(BaseModel):
    """One indicator of the expert's and what covers it."""

    model_config = ConfigDict(frozen=True)

    gold_id: str
    indicator: str
    target: str
    unit: str
    draft_name: str | None
    draft_unit: str | None
    label: Relevance
    log_ratio: float | None
    qualitative: bool

    @property
    def credit(self) -> float:
        """1 for a match, .5 for a part."""
        return {"match": 1.0, "part": 0.5, "no": 0.0}[self.label]


class TextRow(BaseModel):
    """One strength or weakness of the expert's and whether the draft speaks of it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    text: str
    found: bool
    draft: str = ""


class CaseScore(BaseModel):
    """Everything measured on one draft; `weights` say how much each measure of this case counts in a mean."""

    model_config = ConfigDict(frozen=True)

    case: str
    variant: str
    grade: str
    expert_mode: str | None
    language: str
    measures: dict[str, float | None]
    weights: dict[str, float]
    projects: tuple[ProjectMatch, ...] = ()
    kpis: tuple[KpiRow, ...] = ()
    texts: tuple[TextRow, ...] = ()
    novel: tuple[str, ...] = ()
    draft_mode: str | None = None
    draft_themes: tuple[str, ...] = ()
    draft_vision: str | None = None


def score(
    gold: GoldPlan,
    draft: Draft,
    *,
    variant: str,
    meaning: Meaning,
    judgement: Judgement,
    grounding: Grounding | None = None,
    corrections: Mapping[str, Mapping[str, Relevance]] | None = None,
) -> CaseScore:
    """All measures of a case."""
    context = context_of(gold, draft)
    matches = align(
        expert_items(gold), draft.items(), context=context, meaning=meaning, judgement=judgement,
        noted=[item.id for item in gold.expert.projects if item.note], corrections=corrections,
    )  # fmt: skip
    kpis = [_kpi(row) for row in match_kpis(gold.expert.kpis, draft.indicators(), context=context, meaning=meaning)]
    texts = _texts(gold, draft, context, meaning)
    used = {name for match in matches if match.draft_id for name in (match.draft_id, *match.others)}
    novel = [project for project in draft.projects if str(project.get("id")) not in used]
    measured: dict[str, tuple[float | None, float]] = {
        **_modes(gold, draft),
        "theme_match": (_theme(gold, draft, context, meaning), 1.0),
        "vision_covered": (_vision(gold.expert.vision_elements, draft.vision, meaning), 1.0),
        **_recalls(matches),
        **_kpi_measures(kpis),
        "strength_coverage": _share([row.found for row in texts if row.kind == "strength"]),
        "gap_coverage": _share([row.found for row in texts if row.kind != "strength"]),
        "framework_coverage": (_average(draft.coverage), 1.0),
        "citation_validity": (grounding.citation_validity, float(grounding.citations)) if grounding else (None, 1.0),
        "numeric_faithfulness": (grounding.numeric_faithfulness, float(grounding.numbers))
        if grounding
        else (None, 1.0),
        "reference_validity": (grounding.reference_validity, float(grounding.references)) if grounding else (None, 1.0),
        "novel_grounded": _share([_cites(project) for project in novel]) if grounding else (None, 1.0),
        "projects_grounded": _share([_cites(project) for project in draft.projects]),
        "compliance_findings": (None if draft.compliance is None else float(draft.compliance), 1.0),
        "projects_drafted": (float(len(draft.projects)), 1.0),
        "kpis_drafted": (float(len(draft.kpis)), 1.0),
        "characters": (None if draft.characters is None else float(draft.characters), 1.0),
        "seconds": (draft.seconds, 1.0),
        "model_calls": (draft.model_calls, 1.0),
        "cost": (draft.cost, 1.0),
    }
    soft = GRADE_WEIGHTS.get(gold.grade, 0.6)
    return CaseScore(
        case=gold.id, variant=variant, grade=gold.grade, expert_mode=gold.expert.mode, language=gold.language,
        measures={name: None if value is None else round(value, 4) for name, (value, _) in measured.items()},
        weights={name: weight * (soft if name in SOFT else 1.0) for name, (_, weight) in measured.items()},
        projects=tuple(matches), kpis=tuple(kpis), texts=tuple(texts),
        novel=tuple(str(project.get("name")) for project in novel),
        draft_mode=draft.mode, draft_themes=draft.themes, draft_vision=draft.vision,
    )  # fmt: skip


Measured = tuple[float | None, float]


def _share(found: Sequence[bool]) -> Measured:
    return (sum(found) / len(found), float(len(found))) if found else (None, 0.0)


def _cites(project: Mapping[str, Any]) -> bool:
    return bool(project.get("citations") or project.get("precedents"))


def _average(shares: Mapping[str, float] | None) -> float | None:
    return sum(shares.values()) / len(shares) if shares else None


def _modes(gold: GoldPlan, draft: Draft) -> dict[str, Measured]:
    wanted = gold.expert.mode
    if wanted is None or draft.mode is None:
        return dict.fromkeys(("mode_agreement", "mode_top2", "mode_rank"), (None, 1.0))
    rank = draft.modes.index(wanted) + 1 if wanted in draft.modes else None
    return {
        "mode_agreement": (float(draft.mode == wanted), 1.0),
        "mode_top2": (None if rank is None else float(rank <= 2), 1.0),
        "mode_rank": (None if rank is None else float(rank), 1.0),
    }


def _recalls(matches: Sequence[ProjectMatch]) -> dict[str, Measured]:
    plain = [match for match in matches if not match.note]
    found: dict[str, Measured] = {
        "project_recall": _mean([match.credit for match in plain]),
        "project_match": _mean([float(match.label == "match") for match in plain]),
        "project_related": _mean([float(match.label != "no") for match in plain]),
        "project_recall_all": _mean([match.credit for match in matches]),
        "project_match_all": _mean([float(match.label == "match") for match in matches]),
        "project_related_all": _mean([float(match.label != "no") for match in matches]),
    }
    for kind in PROJECT_TYPES:
        found[f"project_recall_{kind}"] = _mean([match.credit for match in matches if match.gold_type == kind])
    return found


def _mean(values: Sequence[float]) -> Measured:
    return (sum(values) / len(values), float(len(values))) if values else (None, 0.0)


def _kpi(row: KpiMatch) -> KpiRow:
    return KpiRow(
        gold_id=row.gold.id, indicator=row.gold.indicator, target=str(row.gold.target), unit=row.gold.unit or "",
        draft_name=row.drafted.name if row.drafted else None, draft_unit=row.drafted.unit if row.drafted else None,
        label=row.label, log_ratio=None if row.log_ratio is None else round(row.log_ratio, 4), qualitative=row.gold.qualitative,
    )  # fmt: skip


def _kpi_measures(rows: Sequence[KpiRow]) -> dict[str, Measured]:
    counted = [row for row in rows if not row.qualitative]
    ratios = [row.log_ratio for row in rows if row.log_ratio is not None]
    return {
        "kpi_coverage": _mean([row.credit for row in counted]),
        "kpi_match": _mean([float(row.label == "match") for row in counted]),
        "kpi_related": _mean([float(row.label != "no") for row in counted]),
        "kpi_coverage_all": _mean([row.credit for row in rows]),
        "target_log_ratio": _mean(ratios),
        "target_distance": _mean([abs(ratio) for ratio in ratios]),
        "targets_within_double": _mean([float(abs(ratio) <= math.log(2)) for ratio in ratios]),
    }


def _theme(gold: GoldPlan, draft: Draft, context: Sequence[str], meaning: Meaning) -> float | None:
    """How much of the expert's primary theme the draft's themes name, 0–1; the industry itself counts, for it is chosen."""
    if not draft.themes or not gold.expert.theme.primary:
        return None
    del context
    return max(_likeness(gold.expert.theme.primary, theme, meaning) for theme in draft.themes)


def _likeness(wanted: str, given: str, meaning: Meaning) -> float:
    """Share of the words found, or the stretched cosine when that is more telling."""
    words = covered(terms_of(wanted), dict.fromkeys(terms_of(given), 1.0))
    vectors = meaning.passages([wanted, given])
    cosine = min(1.0, max(0.0, (float(vectors[0] @ vectors[1]) - 0.84) / 0.12))
    return max(words, 0.5 * words + 0.5 * cosine)


_SCOPES: Final = (
    ("international", r"国际|全球|世界|international|global|world"), ("national", r"全国|国家|国内|national|uk\b|us\b"),
    ("regional", r"区域|全省|省内|西部|东北|中部|长三角|regional"),
)  # fmt: skip


def _vision(wanted: GoldVision, vision: str | None, meaning: Meaning) -> float | None:
    """The share of the expert's four elements that the draft's vision has."""
    if vision is None:
        return None
    found: list[bool] = []
    text = folded(vision)
    if wanted.position:
        found.append(_likeness(wanted.position, vision, meaning) >= 0.4)
    if wanted.scope:
        found.append(_scope(wanted.scope) == _scope(text))
    if wanted.function:
        found.append(_likeness(wanted.function, vision, meaning) >= 0.4)
    if wanted.horizon and (years := re.findall(r"20\d{2}", wanted.horizon)):
        found.append(any(year in text for year in years))
    return sum(found) / len(found) if found else None


def _scope(text: str) -> str:
    """The widest scope a text names."""
    for name, pattern in _SCOPES:
        if re.search(pattern, folded(text)):
            return name
    return ""


_FOUND: Final = 0.45


def _texts(gold: GoldPlan, draft: Draft, context: Sequence[str], meaning: Meaning) -> list[TextRow]:
    expert = gold.expert
    common = common_terms(*context)
    rows: list[TextRow] = []
    for kind, wanted, given in (
        ("strength", expert.strengths, draft.strengths),
        ("weakness", expert.weaknesses, draft.gaps),
        ("link", (*expert.chain.missing, *expert.chain.weak), draft.gaps),
    ):
        if given is None:
            continue
        for text in wanted:
            best, where = 0.0, ""
            vectors = meaning.passages([text, *given]) if given else None
            for at, other in enumerate(given, 1):
                terms = terms_of(text) - common or terms_of(text)
                words = covered(terms, dict.fromkeys(terms_of(other), 1.0))
                cosine = 0.0 if vectors is None else min(1.0, max(0.0, (float(vectors[0] @ vectors[at]) - 0.84) / 0.12))
                value = max(words, 0.5 * (words + cosine))
                if value > best:
                    best, where = value, other
            rows.append(TextRow(kind=kind, text=text, found=best >= _FOUND, draft=where if best >= _FOUND else ""))
    return rows
