"""The check every draft passes: quotes stand in their passages, figures have a basis, references resolve, states are true.

It walks the objects themselves, so it holds for whatever wrote them: the rules, a model, or a person's edit.
"""

import re
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, NamedTuple
from weakref import ref

from pydantic import BaseModel

from jumou.domain.answering import misfits
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Citation, Evidence, Grounded, Statement
from jumou.domain.figures import untraced
from jumou.domain.framework import DRIVERS, ELEMENTS, KPI_FAMILIES, MODES, PESTEL, PROJECT_TYPES, Language
from jumou.domain.implementation import Implementation
from jumou.domain.model import NotProse
from jumou.domain.plan import Finding, Quality
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.quantity import Quantity
from jumou.domain.quoting import stands_in

_SKIP: Final = (Quantity, Citation)


@dataclass(slots=True)
class _Scope:
    """The figures and quotes a text may use: its own object's and those of the objects around it."""

    quantities: list[Quantity] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)

    def within(self, value: BaseModel) -> "_Scope":
        quantities, quotes = list(self.quantities), list(self.quotes)
        for name in type(value).model_fields:
            content = getattr(value, name)
            for item in content if isinstance(content, tuple) else (content,):
                if isinstance(item, Quantity):
                    quantities.append(item)
                elif isinstance(item, Citation):
                    quotes.append(item.quote)
                elif isinstance(item, BaseModel):
                    quantities.extend(
                        part
                        for part in (getattr(item, key) for key in type(item).model_fields)
                        if isinstance(part, Quantity)
                    )
        return _Scope(quantities, quotes)


def prose_fields(model: type[BaseModel]) -> set[str]:
    """The names of the text fields that people read as prose (identifiers, dates and units are marked otherwise)."""
    names: set[str] = set()
    for name, info in model.model_fields.items():
        marked = any(isinstance(mark, NotProse) for mark in info.metadata)
        text = str(info.annotation)
        if not marked and "NotProse" not in text and ("<class 'str'>" in text or "str" in text.replace("Literal", "")):
            if "Literal[" in text and "tuple" not in text:
                continue
            names.add(name)
    return names


_PROSE: Final[dict[type[BaseModel], set[str]]] = {}


def _prose(model: type[BaseModel]) -> set[str]:
    if model not in _PROSE:
        _PROSE[model] = prose_fields(model)
    return _PROSE[model]


def check(
    *,
    diagnosis: Diagnosis | None = None,
    positioning: Positioning | None = None,
    projects: tuple[Project, ...] = (),
    implementation: Implementation | None = None,
    evidence: Evidence,
    names: Iterable[str] = (),
    language: Language = "zh",
) -> Quality:
    """The account of what holds and what does not, over the steps given.

    `names` are names that may hold digits and are no figures where they stand whole: the region's and the industry's. The
    names of projects, themes and gaps are looked at where they are given, and pass as names elsewhere.
    Findings name the place (`projects[3].objective`). Severity `error` means the object must not be handed out as it is.
    """
    own = [project.name for project in projects]
    own += [theme.name for theme in positioning.themes] if positioning else []
    own += [gap.name for gap in diagnosis.gaps] if diagnosis else []
    tally = _Tally(evidence, _whole((*names, *own)), language)
    for name, part in (("diagnosis", diagnosis), ("positioning", positioning), ("implementation", implementation)):
        if part is not None:
            tally.add(part, name)
    for index, project in enumerate(projects):
        tally.add(project, f"projects[{index}]")
    tally.references(diagnosis, positioning, projects, implementation)
    return tally.quality(_coverage(diagnosis, positioning, projects, implementation))


def _whole(names: Iterable[str]) -> re.Pattern[str] | None:
    """Finds the names that hold digits, longest first, where they stand whole: 8 is not found in 80."""
    held = sorted({name for name in names if any(map(str.isdigit, name))}, key=lambda name: (-len(name), name))
    return re.compile("|".join(rf"(?<![\d.]){re.escape(name)}(?![\d.,]*\d)" for name in held)) if held else None


@dataclass(slots=True)
class _Tally:
    evidence: Evidence
    names: re.Pattern[str] | None = None
    language: Language = "zh"
    findings: list[Finding] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    bases: Counter[str] = field(default_factory=Counter)
    grades: Counter[str] = field(default_factory=Counter)
    compliance: Counter[str] = field(default_factory=Counter)
    citations: int = 0
    cited: list[tuple[Citation, str]] = field(default_factory=list)
    _texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._texts = {item.passage.id: item.passage.text for item in self.evidence.passages}

    def add(self, part: BaseModel, where: str) -> None:
        """Walks a part of the plan, or takes up how the same object was walked before; quotes are looked up each time."""
        walk = _Walk(id(part), where, self.names, self.language)
        walked = _WALKS.get(part, walk)
        if walked is None:
            walked = _Tally(Evidence(), self.names, self.language)
            walked.walk(part, where, _Scope())
            _WALKS.put(part, walk, walked)
        self.findings += walked.findings
        self.states += walked.states
        self.bases += walked.bases
        for citation, place in walked.cited:
            self._citation(citation, place)

    def report(self, kind: Any, severity: Any, where: str, zh: str, en: str) -> None:
        self.findings.append(
            Finding(kind=kind, severity=severity, where=where, message=zh if self.language == "zh" else en)
        )

    def walk(self, value: BaseModel, where: str, scope: _Scope) -> None:
        inner = scope.within(value)
        if isinstance(value, Quantity):
            self.bases[value.basis] += 1
            return
        if isinstance(value, Citation):
            self.cited.append((value, where))
            return
        if isinstance(value, Grounded):
            self._state(value, where, inner)
        prose = _prose(type(value))
        for name in type(value).model_fields:
            content = getattr(value, name)
            place = f"{where}.{name}"
            if isinstance(content, str):
                if name in prose:
                    self._figures(content, place, inner)
            elif isinstance(content, BaseModel):
                self.walk(content, place, inner)
            elif isinstance(content, tuple):
                for index, item in enumerate(content):
                    if isinstance(item, BaseModel):
                        self.walk(item, f"{place}[{index}]", inner)
                    elif isinstance(item, str) and name in prose:
                        self._figures(item, f"{place}[{index}]", inner)

    def _citation(self, citation: Citation, where: str) -> None:
        self.citations += 1
        self.grades[citation.grade] += 1
        text = self._texts.get(citation.passage_id)
        if text is None:
            self.report(
                "reference",
                "error",
                where,
                f"引文段落{citation.passage_id}不在所附依据中",
                f"passage {citation.passage_id} is not among the evidence",
            )
        elif not stands_in(citation.quote, text):
            self.report(
                "quote",
                "error",
                where,
                f"引文不在段落{citation.passage_id}中：{citation.quote[:40]}",
                f"the quote does not stand in {citation.passage_id}: {citation.quote[:40]}",
            )

    def _state(self, value: Grounded, where: str, inner: _Scope) -> None:
        if isinstance(value, Statement):
            self.states[value.state] += 1
        firm = any(figure.basis != "assumption" for figure in value.figures)
        if value.state == "assumption" and not inner.quantities and not isinstance(value, Statement):
            self.report("state", "note", where, "规划假设未带数字", "an assumption without a figure")
        if value.state == "no_evidence" and (value.citations or firm):
            self.report(
                "state", "warning", where, "标为未见依据，却带有依据", "says there is no evidence, and carries some"
            )

    def _figures(self, text: str, where: str, scope: _Scope) -> None:
        bare = self.names.sub(" ", text) if self.names else text
        for number in untraced(bare, scope.quantities, scope.quotes):
            self.report(
                "figure",
                "error",
                where,
                f"数字{number:g}没有依据：{text[:60]}",
                f"{number:g} has no basis: {text[:60]}",
            )

    def references(
        self,
        diagnosis: Diagnosis | None,
        positioning: Positioning | None,
        projects: tuple[Project, ...],
        implementation: Implementation | None,
    ) -> None:
        """Gap, KPI, project, theme and indicator ids must resolve; ids must be unique."""
        gaps = {gap.id for gap in diagnosis.gaps} if diagnosis else None
        kpis = {kpi.id for kpi in implementation.kpis} if implementation else None
        themes = {theme.id for theme in positioning.themes} if positioning else None
        known = {project.id for project in projects}
        if len(known) != len(projects):
            self.report("reference", "error", "projects", "项目编号重复", "project ids stand twice")
        for index, project in enumerate(projects):
            place = f"projects[{index}]"
            self._resolve((project.closes_gap, *project.also_closes), gaps, f"{place}.closes_gap")
            self._resolve(project.kpi_ids, kpis, f"{place}.kpi_ids")
            self._resolve((project.theme_id,) if project.theme_id else (), themes, f"{place}.theme_id")
            self._resolve(project.predecessors, known, f"{place}.predecessors")
            for finding in project.compliance:
                self.compliance[finding.severity] += 1
        if diagnosis:
            self._gaps_fit(diagnosis, projects)
            indicators = {item.id for item in (*diagnosis.indicators, *diagnosis.not_computable)}
            for index, item in enumerate(diagnosis.endowment):
                self._resolve(item.indicator_ids, indicators, f"diagnosis.endowment[{index}].indicator_ids")
        if implementation:
            for index, kpi in enumerate(implementation.kpis):
                self._resolve(kpi.project_ids, known, f"implementation.kpis[{index}].project_ids")
            for index, action in enumerate(implementation.actions):
                self._resolve((action.project_id,), known, f"implementation.actions[{index}].project_id")
            for index, row in enumerate(implementation.roadmap.schedule):
                self._resolve((row.project_id,), known, f"implementation.roadmap.schedule[{index}]")
        if positioning and implementation:
            for target in positioning.vision.targets:
                self._resolve((target.kpi_id,), kpis, "positioning.vision.targets")

    def _gaps_fit(self, diagnosis: Diagnosis, projects: tuple[Project, ...]) -> None:
        """A project's type and text have to do with each gap it names; a link alone is no answer."""
        known = {gap.id: gap for gap in diagnosis.gaps}
        for index, project in enumerate(projects):
            for name in misfits(project, known):
                self.report(
                    "structure",
                    "warning",
                    f"projects[{index}].closes_gap",
                    f"项目{project.id}与所列短板{name}（{known[name].name}）的关系未在类型或内容中体现",
                    f"{project.id} names the gap {name} ({known[name].name}), which its type and content do not touch",
                )

    def _resolve(self, ids: tuple[str, ...], known: set[str] | None, where: str) -> None:
        if known is None:
            return
        for name in ids:
            if name not in known:
                self.report("reference", "error", where, f"引用的编号{name}不存在", f"{name} does not exist")

    def quality(self, coverage: dict[str, float]) -> Quality:
        for part, share in coverage.items():
            if share < 1:
                self.report(
                    "coverage",
                    "warning",
                    part,
                    f"框架要点仅覆盖{share:.0%}",
                    f"{share:.0%} of the framework's parts are present",
                )
        count = Counter((finding.kind, finding.severity) for finding in self.findings)
        return Quality(
            statements={state: self.states.get(state, 0) for state in ("grounded", "assumption", "no_evidence")},
            figures={basis: self.bases.get(basis, 0) for basis in ("profile", "source", "computed", "assumption")},
            citations=self.citations,
            citations_by_grade=dict(sorted(self.grades.items())),
            quotes_unmatched=count["quote", "error"],
            figures_untraced=count["figure", "error"],
            references_unresolved=count["reference", "error"],
            coverage=coverage,
            compliance=dict(sorted(self.compliance.items())),
            findings=tuple(self.findings),
        )


class _Walk(NamedTuple):
    """An object, the place it was looked at, what passed as a name there, and the language of the findings."""

    identity: int
    where: str
    names: re.Pattern[str] | None
    language: Language


class _Walks:
    """How objects were walked lately, by identity: steps are frozen, and those nobody changed are read again and again."""

    def __init__(self) -> None:
        self._held: OrderedDict[_Walk, tuple[ref[BaseModel], _Tally]] = OrderedDict()
        self._lock = Lock()

    def get(self, part: BaseModel, walk: "_Walk") -> "_Tally | None":
        with self._lock:
            held = self._held.get(walk)
            if held is None or held[0]() is not part:
                return None
            self._held.move_to_end(walk)
            return held[1]

    def put(self, part: BaseModel, walk: "_Walk", walked: "_Tally") -> None:
        with self._lock:
            self._held[walk] = (ref(part), walked)  # what nobody else keeps any more is not kept by this
            while len(self._held) > _MOST_WALKS:
                self._held.popitem(last=False)


_MOST_WALKS: Final = 512
_WALKS: Final = _Walks()


def _coverage(
    diagnosis: Diagnosis | None,
    positioning: Positioning | None,
    projects: tuple[Project, ...],
    implementation: Implementation | None,
) -> dict[str, float]:
    """The share of the framework's parts that are present, part by part."""
    shares: dict[str, float] = {}
    if diagnosis:
        shares["pestel"] = _share((factor.factor for factor in diagnosis.macro.factors), len(PESTEL))
        shares["drivers"] = _share((reading.driver for reading in diagnosis.drivers), len(DRIVERS))
        shares["elements"] = _share((reading.element for reading in diagnosis.elements), len(ELEMENTS))
        shares["mode_conditions"] = _share((condition.mode for condition in diagnosis.mode_conditions), len(MODES))
        shares["benchmarks"] = 1.0 if diagnosis.benchmarks else 0.0
    if positioning:
        shares["modes_scored"] = _share((row.key for row in positioning.mode.table), len(MODES))
        shares["vision_candidates"] = min(1.0, len(positioning.candidates) / 3)
    if projects:
        shares["project_types"] = _share((project.type for project in projects), len(PROJECT_TYPES))
    if implementation:
        families = set(KPI_FAMILIES) - {"efficiency"}
        shares["kpi_families"] = len(families & {kpi.family for kpi in implementation.kpis}) / len(families)
    return shares


def _share(found: Iterator[str] | Any, total: int) -> float:
    return len(set(found)) / total
