"""A draft as it is compared: read from a plan's JSON, so that any drafter's, an older version's or a baseline's will do."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from jumou.evaluation.concepts import shared_phrase
from jumou.evaluation.gold import GoldPlan
from jumou.evaluation.indicators import DraftKpi
from jumou.evaluation.likeness import Item


class Draft(BaseModel):
    """The parts of a draft that can be compared with an expert's plan; what a drafter does not give is None or empty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    projects: tuple[dict[str, Any], ...] = ()
    kpis: tuple[dict[str, Any], ...] = ()
    mode: str | None = None
    modes: tuple[str, ...] = Field(default=(), description="all modes, best first; empty when only one is named")
    themes: tuple[str, ...] = ()
    vision: str | None = None
    strengths: tuple[str, ...] | None = None
    gaps: tuple[str, ...] | None = None
    coverage: dict[str, float] | None = None
    compliance: int | None = None
    characters: int | None = None
    seconds: float | None = None
    model_calls: float | None = 0.0
    cost: float | None = Field(default=0.0, description="US dollars; None when calls had no known price")

    def items(self) -> list[Item]:
        """The projects as they are aligned."""
        return [
            Item(
                id=str(project.get("id") or place),
                name=str(project.get("name", "")),
                body=" ".join(map(str, project.get("content") or ())),
                type=project.get("type"),
                objective=str(project.get("objective") or ""),
            )
            for place, project in enumerate(self.projects, 1)
        ]

    def indicators(self) -> list[DraftKpi]:
        """The indicators as they are compared."""
        return [_kpi(kpi, place) for place, kpi in enumerate(self.kpis, 1)]


def read_draft(plan: Mapping[str, Any]) -> Draft:
    """The comparable parts of a `plan.json`."""
    positioning, diagnosis = plan["positioning"], plan["diagnosis"]
    table = sorted(positioning["mode"]["table"], key=lambda row: row["rank"])
    nodes = diagnosis["value_chain"]["nodes"]
    used = plan["provenance"].get("model_use") or {"calls": 0, "usd": 0.0}
    return Draft(
        projects=tuple(plan["projects"]),
        kpis=tuple(plan["implementation"]["kpis"]),
        mode=positioning["mode"]["key"],
        modes=tuple(row["key"] for row in table),
        themes=tuple(f"{theme['name']} {theme['boundary_in']}" for theme in positioning["themes"]),
        vision=" ".join(
            str(positioning["vision"].get(part) or "") for part in ("text", "position", "scope", "function", "horizon")
        ),
        strengths=tuple(item["text"] for item in diagnosis["endowment"] if item["kind"] == "strength"),
        gaps=(
            *(f"{gap['name']} {gap['text']}" for gap in diagnosis["gaps"]),
            *(item["text"] for item in diagnosis["endowment"] if item["kind"] == "shortfall"),
            *(node["name"] for node in nodes if node["state"] in ("weak", "missing")),
        ),
        coverage=plan["quality"]["coverage"],
        compliance=sum(plan["quality"]["compliance"].values()),
        characters=sum(len(text) for text in prose(plan)),
        seconds=plan["provenance"]["seconds"],
        model_calls=float(used["calls"]),
        cost=used["usd"],
    )


def prose(value: Any) -> list[str]:
    """All texts of the four steps, evidence and profile aside."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [
            text
            for key, part in value.items()
            if key not in ("evidence", "profile", "provenance", "quality", "citations", "figures", "id")
            for text in prose(part)
        ]
    return [text for part in value for text in prose(part)] if isinstance(value, (list, tuple)) else []


def context_of(gold: GoldPlan, draft: Draft) -> list[str]:
    """Region, industry and the phrase the draft's projects share: words that tell no two projects of a case apart."""
    region = gold.input.get("region")
    name = region.get("name") if isinstance(region, Mapping) else region
    phrase = shared_phrase(str(project.get("name", "")) for project in draft.projects)
    return [str(part) for part in (name, gold.input.get("target_industry"), phrase) if part]


def expert_items(gold: GoldPlan) -> list[Item]:
    """The expert's projects as they are aligned."""
    return [Item(id=item.id, name=item.name, body=item.purpose or "", type=item.type) for item in gold.expert.projects]


def _kpi(kpi: Mapping[str, Any], place: int) -> DraftKpi:
    baseline = kpi.get("baseline")
    targets: Sequence[Mapping[str, Any]] = kpi.get("targets") or ()
    return DraftKpi(
        id=str(kpi.get("id") or place),
        name=str(kpi.get("name", "")),
        unit=str(kpi.get("unit") or ""),
        baseline=baseline.get("value") if isinstance(baseline, Mapping) else None,
        targets=tuple(
            (int(target["year"]), float(target["quantity"]["value"]))
            for target in targets
            if target["quantity"].get("unit") == kpi.get("unit")
        ),
    )
