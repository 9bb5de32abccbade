"""The suite of expert plans: every case drafted without its own region's documents, and compared with what experts decided."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jumou.assets import asset_dir
from jumou.corpus.progress import Progress, silent
from jumou.drafting.drafter import Drafter
from jumou.evaluation.alignment import remembered, write_table
from jumou.evaluation.cases import run_cases
from jumou.evaluation.checker import check_plan
from jumou.evaluation.draft import Draft, read_draft
from jumou.evaluation.gold import GoldPlan
from jumou.evaluation.leakage import own_documents, own_names
from jumou.evaluation.likeness import Judgement, Meaning, read_judgement
from jumou.evaluation.runs import Run, code_digest, configuration, digest, gates, read_thresholds
from jumou.evaluation.scores import CaseScore, score
from jumou.evaluation.statistics import Mean, difference, mean
from jumou.evaluation.variants import BASELINES, WITH_A_MODEL, Baselines
from jumou.llm import LanguageModel
from jumou.llm.prompt import prompts_digest
from jumou.retrieval import Readable
from jumou.workflow import PlanRequest, draft_plan

COMPARED: Final = (
    "project_recall",
    "project_match",
    "project_recall_all",
    "kpi_coverage",
    "kpi_match",
    "kpi_coverage_all",
    "gap_coverage",
    "strength_coverage",
    "projects_grounded",
)
"""Measures on which the product is compared with its baselines."""


class Remembered:
    """An encoder that keeps the vectors it gave; safe among threads."""

    def __init__(self, encoder: Meaning) -> None:
        """Asks `encoder` for what it does not know yet."""
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}
        self._lock = Lock()

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            if new:
                self._known.update(zip(new, self._encoder.passages(new), strict=True))
            return np.stack([self._known[text] for text in texts])


@dataclass(frozen=True)
class PlansSuite:
    """Where drafts come from and where they go. `folder` keeps them, so that a run broken off goes on.

    `model` is what the drafter writes with, None for the rules; `label` stands for the drafter when kept drafts are only
    scored.
    """

    gold: tuple[GoldPlan, ...]
    library: Readable
    drafter: Drafter
    folder: Path
    judgement: Judgement = field(default_factory=lambda: read_judgement(asset_dir("evals") / "plans"))
    corrections: Path | None = None
    model: LanguageModel | None = None
    label: str = ""

    @property
    def name(self) -> str:
        """The drafter's name, under which its results stand."""
        return self.label or self.drafter.name

    @property
    def baselines(self) -> tuple[str, ...]:
        """What the drafts are compared with; of kept drafts, what was made then."""
        if self.label:
            kept = {path.stem for path in self.folder.glob("*/baselines/*.json")}
            return tuple(name for name in (*BASELINES, *WITH_A_MODEL) if name in kept)
        return self._baselines.names

    @property
    def _baselines(self) -> Baselines:
        return Baselines(self.library, self.drafter, self.model)

    def run(self, *, progress: Progress = silent, thresholds: Path | None = None) -> Run:
        """Drafts what is not drafted yet, scores everything, stores the run and its match table."""
        outcomes = run_cases(
            "plans", {plan.id: plan for plan in self.gold}, self._drafts, lambda _plan, _made: {}, progress=progress
        )
        kept_out = {name: made.output[1] for name, made in outcomes.items() if made.output}
        failures = {name: made.failed for name, made in outcomes.items() if made.failed}
        return self.scored(failures=failures, kept_out=kept_out, thresholds=thresholds)

    def scored(
        self, *, failures: Mapping[str, str], kept_out: Mapping[str, Mapping[str, str]], thresholds: Path | None
    ) -> Run:
        """Scores the drafts in the folder; nothing is drafted."""
        meaning = Remembered(self.library.encoder)
        known = remembered(self.corrections) if self.corrections else {}
        failures = dict(failures)
        results: dict[str, dict[str, CaseScore]] = {}
        for plan in self.gold:
            for variant in (self.name, *self.baselines):
                path = self.path(plan.id, variant)
                if not path.is_file():
                    continue
                draft, raw = _read(path)
                if "failed" in raw:
                    failures[f"{plan.id}: {variant}"] = str(raw["failed"])
                    continue
                results.setdefault(variant, {})[plan.id] = score(
                    plan, draft, variant=variant, meaning=meaning, judgement=self.judgement,
                    grounding=check_plan(raw) if "evidence" in raw and "diagnosis" in raw else None,
                    corrections=known.get(plan.id) if variant == self.name else None,
                )  # fmt: skip
        run = self._run(results, failures, kept_out, thresholds)
        run.write(self.folder)
        product = results.get(self.name, {})
        write_table(self.folder / "matches.csv", {name: list(one.projects) for name, one in product.items()})
        return run

    def path(self, case: str, variant: str) -> Path:
        """Where a draft lies: `<case>/plan.json`, baselines under `<case>/baselines/`."""
        if variant == self.name:
            return self.folder / case / "plan.json"
        return self.folder / case / "baselines" / f"{variant}.json"

    async def _drafts(self, gold: GoldPlan) -> tuple[float, dict[str, str]]:
        """The case's drafts, made or found; seconds spent, and the documents kept out with the reason."""
        profile = gold.profile()
        kept_out = own_documents(gold, profile, self.library)
        exclude = frozenset(kept_out)
        start, end = gold.term
        request = PlanRequest(profile, language=gold.language, start_year=start, horizon=end, exclude_documents=exclude)
        state = digest(
            [
                gold.input,
                gold.term,
                sorted(exclude),
                self.name,
                code_digest(),
                self.library.version,
                self.library.encoder_name,
                prompts_digest() if self.model is not None else "",
            ]
        )
        made = 0.0
        if not self._is_of(gold.id, state):
            for variant in (self.name, *self.baselines):
                self.path(gold.id, variant).unlink(missing_ok=True)
        _write(self.folder / gold.id / "state.json", {"state": state, "kept_out": kept_out})
        path = self.path(gold.id, self.name)
        if path.is_file():
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        else:
            plan = await draft_plan(request, self.library, self.drafter)
            made, content = plan.provenance.seconds, plan.model_dump(mode="json")
            _write(path, content)
        term = _term(content["implementation"])
        industry = str(
            gold.input.get("target_industry") or ("主导产业" if gold.language == "zh" else "leading industries")
        )
        for variant in self.baselines:
            path = self.path(gold.id, variant)
            if not path.is_file() or "failed" in json.loads(path.read_text(encoding="utf-8")):
                own = tuple(sorted(own_names(request.profile, gold)))
                _write(path, await self._baselines.draft(variant, request, industry, own, term))
        return made, kept_out

    def _is_of(self, case: str, state: str) -> bool:
        """Whether the drafts in the case's folder were made from the same code, corpus, profile and prompts."""
        mark = self.folder / case / "state.json"
        return mark.is_file() and bool(json.loads(mark.read_text(encoding="utf-8")).get("state") == state)

    def _run(
        self, results: Mapping[str, Mapping[str, CaseScore]], failures: Mapping[str, str],
        kept_out: Mapping[str, Mapping[str, str]], thresholds: Path | None,
    ) -> Run:  # fmt: skip
        product = results.get(self.name, {})
        means = averages(product)
        slices = {
            f"{name}={value}": averages({case: one for case, one in product.items() if groups[case] == value})
            for name, groups in _groups(product).items()
            for value in sorted(set(groups.values()))
        }
        differences = {
            variant: {
                name: difference(
                    {case: one.measures[name] for case, one in product.items()},
                    {case: one.measures[name] for case, one in results.get(variant, {}).items()},
                    {case: one.weights[name] for case, one in product.items()},
                )
                for name in COMPARED
            }
            for variant in self.baselines
        }
        for variant, gaps in differences.items():
            for name in ("project_recall", "kpi_coverage", "projects_grounded"):
                gap = gaps[name]
                means[f"beats_{variant}_{name}"] = Mean(value=gap.low, cases=gap.cases)
        bounds = read_thresholds(thresholds) if thresholds else {}
        return Run(
            suite="plans",
            configuration=configuration(
                "plans", drafter=self.name, corpus=self.library.version, encoder=self.library.encoder_name,
                gold=digest([plan.model_dump(mode="json") for plan in self.gold]), alignment=digest(self.judgement.as_dict()),
                corrections=str(self.corrections or ""), model=self.model.name if self.model else "",
                prompts=prompts_digest() if self.model else "", thresholds=bounds, cases=[plan.id for plan in self.gold],
            ),
            means=means, slices=slices,
            cases={case: one.measures for case, one in product.items()},
            weights={case: one.weights for case, one in product.items()},
            differences=differences, gates=gates(means, bounds), failures=dict(failures),
            detail={
                "scores": {
                    variant: {case: one.model_dump(mode="json") for case, one in scores.items()}
                    for variant, scores in results.items()
                },
                "kept_out": {case: dict(names) for case, names in kept_out.items()},
                "baselines": {variant: {name: value.model_dump() for name, value in averages(results.get(variant, {})).items() if name in COMPARED} for variant in self.baselines},
            },
        )  # fmt: skip


def _term(implementation: Mapping[str, Any]) -> tuple[int, int]:
    """First and last year of a drafted plan."""
    first = int(implementation["roadmap"]["start"][:4])
    return first, max(
        (target["year"] for kpi in implementation["kpis"] for target in kpi["targets"]), default=first + 4
    )


def _groups(scores: Mapping[str, CaseScore]) -> dict[str, dict[str, str]]:
    """The case's group by grade, by the expert's mode, by language."""
    return {
        "grade": {case: one.grade for case, one in scores.items()},
        "mode": {case: one.expert_mode or "?" for case, one in scores.items()},
        "language": {case: one.language for case, one in scores.items()},
    }


def averages(scores: Mapping[str, CaseScore]) -> dict[str, Mean]:
    """Every measure's weighted mean over the cases."""
    names = list(dict.fromkeys(name for one in scores.values() for name in one.measures))
    return {
        name: mean(
            [one.measures.get(name) for one in scores.values()], [one.weights.get(name, 0.0) for one in scores.values()]
        )
        for name in names
    }


def _read(path: Path) -> tuple[Draft, dict[str, Any]]:
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return (read_draft(raw) if "diagnosis" in raw else Draft.model_validate(raw)), raw


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all: a killed run leaves no half a draft."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(path)
