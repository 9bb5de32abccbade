"""A second opinion on a plan's grounding, with none of the drafter's code: it reads `plan.json` and nothing else.

Citation validity: the share of quotes that stand in the passage they name, among the passages frozen with the plan.
Numeric faithfulness: the share of numbers in prose that stand in a figure or quote of the same object or of one around
it, or in the profile. References: ids that are pointed at and do not exist.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

_PROSE: Final = frozenset({
    "text", "objective", "content", "scale", "site", "investment_basis", "lead_body", "partners", "milestones",
    "outputs", "approvals", "remedy", "rule", "response", "priority_reason", "kind", "reason", "package", "name",
    "boundary_in", "boundary_out", "position", "scope", "function", "difference", "title", "task", "body",
    "supporting", "milestone", "goal", "members", "duties", "rhythm", "notes", "baseline_note", "target_note",
    "method", "data_source", "frequency", "owner", "alert", "adjust", "what", "who", "output", "why", "where",
    "gate_reason", "note", "summary", "mend",
})  # fmt: skip
_COMPUTED: Final = frozenset({"indicators", "not_computable", "criteria", "checks"})
"""Tables of figures with their formulas, parameters included: no prose."""

_REFERENCES: Final[dict[str, str]] = {
    "closes_gap": "gap", "also_closes": "gap", "theme_id": "theme", "predecessors": "project", "kpi_ids": "kpi",
    "project_ids": "project", "project_id": "project", "critical_path": "project", "kpi_id": "kpi",
}  # fmt: skip


class Grounding(BaseModel):
    """What the checker counted. Shares are None when there was nothing to check."""

    model_config = ConfigDict(frozen=True)

    citations: int
    unmatched: tuple[str, ...] = ()
    numbers: int
    untraced: tuple[str, ...] = ()
    references: int
    unresolved: tuple[str, ...] = ()

    @property
    def citation_validity(self) -> float | None:
        """Share of quotes that stand in their passage."""
        return 1 - len(self.unmatched) / self.citations if self.citations else None

    @property
    def numeric_faithfulness(self) -> float | None:
        """Share of numbers in prose that can be traced."""
        return 1 - len(self.untraced) / self.numbers if self.numbers else None

    @property
    def reference_validity(self) -> float | None:
        """Share of references that resolve."""
        return 1 - len(self.unresolved) / self.references if self.references else None


@dataclass(slots=True)
class _Account:
    passages: dict[str, str]
    profile: list[float]
    citations: int = 0
    numbers: int = 0
    unmatched: list[str] = field(default_factory=list)
    untraced: list[str] = field(default_factory=list)

    def walk(self, value: Any, where: str, known: list[float]) -> None:
        if isinstance(value, Mapping):
            if "passage_id" in value and "quote" in value:
                self.quote(value, where)
                return
            if "basis" in value and "value" in value and "label" in value:  # a figure: its own ground
                return
            inside = [*known, *_own(value)]
            for key, part in value.items():
                if key in _PROSE and isinstance(part, str):
                    self.text(part, f"{where}.{key}", inside)
                elif key in _PROSE and isinstance(part, list) and all(isinstance(item, str) for item in part):
                    for at, item in enumerate(part):
                        self.text(item, f"{where}.{key}[{at}]", inside)
                elif key not in _COMPUTED:
                    self.walk(part, f"{where}.{key}", inside)
        elif isinstance(value, list):
            for at, item in enumerate(value):
                self.walk(item, f"{where}[{at}]", known)

    def quote(self, citation: Mapping[str, Any], where: str) -> None:
        self.citations += 1
        passage = self.passages.get(citation["passage_id"])
        if passage is None or not citation["quote"] or _plain(citation["quote"]) not in _plain(passage):
            self.unmatched.append(f"{where}: {citation['passage_id']}: {citation['quote'][:60]}")

    def text(self, text: str, where: str, known: list[float]) -> None:
        for written, value in numbers_in(text):
            self.numbers += 1
            if not any(_equal(written, value, other) for other in (*known, *self.profile)):
                self.untraced.append(f"{where}: {written} in {text[:80]}")


def check_plan(plan: Mapping[str, Any]) -> Grounding:
    """The account of a whole plan."""
    passages = {item["passage"]["id"]: item["passage"]["text"] for item in plan["evidence"]["passages"]}
    account = _Account(passages, [value for _, value in _numbers_anywhere(plan["profile"])])
    for step in ("diagnosis", "positioning", "projects", "implementation"):
        account.walk(plan[step], step, [])
    pointed, lost = _references(plan)
    return Grounding(
        citations=account.citations, unmatched=tuple(account.unmatched), numbers=account.numbers,
        untraced=tuple(account.untraced), references=pointed, unresolved=tuple(lost),
    )  # fmt: skip


def _own(value: Mapping[str, Any]) -> list[float]:
    """The numbers an object's own figures and quotes carry, and those of the figures directly inside it."""
    found: list[float] = []
    for part in value.values():
        for item in part if isinstance(part, list) else [part]:
            if not isinstance(item, Mapping):
                continue
            for inner in (item, *(one for one in item.values() if isinstance(one, Mapping))):
                if "basis" in inner and "value" in inner:
                    found += [float(inner[key]) for key in ("value", "upper") if inner.get(key) is not None]
                    found += [number for _, number in numbers_in(str(inner.get("label", "")))]
                elif "quote" in inner:
                    found += [number for _, number in numbers_in(inner["quote"])]
    return found


def _references(plan: Mapping[str, Any]) -> tuple[int, list[str]]:
    known = {
        "gap": {gap["id"] for gap in plan["diagnosis"]["gaps"]},
        "theme": {theme["id"] for theme in plan["positioning"]["themes"]},
        "project": {project["id"] for project in plan["projects"]},
        "kpi": {kpi["id"] for kpi in plan["implementation"]["kpis"]},
    }
    pointed, lost = 0, []
    for step in ("positioning", "projects", "implementation"):
        for where, key, target in _pointers(plan[step], step):
            pointed += 1
            if target not in known[_REFERENCES[key]]:
                lost.append(f"{where}: {target}")
    return pointed, lost


def _pointers(value: Any, where: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key in _REFERENCES:
                for target in part if isinstance(part, list) else [part]:
                    if isinstance(target, str) and target:
                        yield f"{where}.{key}", key, target
            else:
                yield from _pointers(part, f"{where}.{key}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _pointers(item, f"{where}[{at}]")


_DASHES: Final = str.maketrans(dict.fromkeys("—–−‐―~～", "-") | {"“": '"', "”": '"', "‘": "'", "’": "'"})


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())


_NO_NUMBERS: Final = re.compile(
    r"https?://\S+|[\[〔(（]\d{4}[\]〕)）]\s*\d*\s*号?|第\s*\d+|GB/?T?\s*[\d.\-]+|\d{4}-\d{2}(?:-\d{2})?(?!\d)"
    r"|(?<!\d)(?:19|20)\d{2}\s*(?:年|[-/至到]\s*(?:19|20)?\d{2}\s*年?)?(?!\d|[.,]\d|\s*(?:万|亿|%|个|家|户|项|人|吨|亩|元))"
    r"|[A-Za-z][\w/.\-]*\d[\w/.\-]*|(?<![\d.])\d+(?:\.\d+)?[A-Za-z]{1,3}(?![A-Za-z])|\d{1,2}月(?:\d{1,2}日)?|\b\d+(?:st|nd|rd|th)\b",
)
_FIGURE: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


def numbers_in(text: str) -> list[tuple[str, float]]:
    """The numbers of a text as written and as values, without dates, document numbers, ordinals and names such as 5G."""
    plain = _NO_NUMBERS.sub(" ", unicodedata.normalize("NFKC", text).translate(_DASHES))
    return [(match, float(match.replace(",", ""))) for match in _FIGURE.findall(plain)]


def _numbers_anywhere(value: Any) -> Iterator[tuple[str, float]]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, (int, float)):
        yield str(value), float(value)
    elif isinstance(value, str):
        yield from numbers_in(value)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _numbers_anywhere(part)
    elif isinstance(value, list):
        for part in value:
            yield from _numbers_anywhere(part)


def _equal(written: str, value: float, known: float) -> bool:
    """Whether a written number is a known one rounded to the digits shown; a share may be written as per cent."""
    decimals = len(written.partition(".")[2])
    slack = 0.5 * 10.0**-decimals + 1e-9
    return any(
        abs(value - abs(other)) <= slack
        for other in (known, known * 100, known * 10_000, known / 10_000)
        if other or not value
    )
