"""What an expert's plan decided, as facts: the gold that drafts are compared with.

A file holds `input` (what a planner knew before writing) and `expert` (what the plan decided). The gold is partial:
`completeness` says how much of the plan was seen, so recall over its items counts and precision against it does not.
"""

import json
import re
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from jumou.domain.framework import Language, ModeKey, ProjectType
from jumou.domain.region import RegionProfile
from jumou.errors import InvalidRequest
from jumou.profile import parse_profile

SUBTYPES: Final[tuple[ProjectType, ...]] = ("A1", "A2", "B1", "B2", "B3", "C1", "C2", "D1", "D2")
"""Subtype 1–9 of the gold in the framework's order."""

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")


class _Gold(BaseModel):
    """Frozen, and open to fields a later gold may carry."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class GoldProject(_Gold):
    """One project of the expert's plan. A `note` marks items from a companion document or an inference."""

    id: str = ""
    name: str
    category: int | None = None
    subtype: int | None = None
    purpose: str | None = None
    lead: str | None = None
    investment: Any = None
    timing: Any = None
    note: str | None = None

    @property
    def type(self) -> ProjectType | None:
        """The type in the framework's key; a soft label."""
        return SUBTYPES[self.subtype - 1] if self.subtype and 1 <= self.subtype <= len(SUBTYPES) else None

    @property
    def text(self) -> str:
        """Name and purpose, the meaning that is compared."""
        return f"{self.name} {self.purpose or ''}".strip()


class GoldKpi(_Gold):
    """One indicator of the expert's plan. Values stand as written: `>1000`, `3-5`, `约120`, or words."""

    id: str = ""
    indicator: str
    baseline: Any = None
    target: Any = None
    unit: str | None = None
    year: Any = None
    note: str | None = None

    @property
    def qualitative(self) -> bool:
        """Whether the target is words, not a figure: such an item is a slogan or a state, no indicator to cover."""
        return number(self.target) is None


class GoldTheme(_Gold):
    """The theme the expert chose; a reading of the source."""

    primary: str | None = None
    secondary: str | None = None


class GoldVision(_Gold):
    """The four elements of the expert's vision."""

    position: str | None = None
    scope: str | None = None
    function: str | None = None
    horizon: str | None = None

    @field_validator("horizon", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value


class GoldChain(_Gold):
    """Links the expert's plan names."""

    key: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


class Expert(_Gold):
    """What the expert's plan decided."""

    id: str
    title: str = ""
    issuing_body: str | None = None
    published: str | None = None
    period: str | None = None
    industry: str | None = None
    source_urls: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    chain: GoldChain = GoldChain()
    theme: GoldTheme = GoldTheme()
    mode: ModeKey | None = None
    mode_evidence: str | None = None
    vision_elements: GoldVision = GoldVision()
    projects: tuple[GoldProject, ...] = ()
    kpis: tuple[GoldKpi, ...] = ()
    governance: tuple[str, ...] = ()
    finance: tuple[str, ...] = ()
    evaluation_mechanism: Any = None
    completeness: float | None = Field(default=None, ge=0, le=1)
    grade: str | None = None
    plan_type: str = ""


class GoldPlan(_Gold):
    """One case: the profile as a planner had it, and the expert's decisions."""

    input: dict[str, Any]
    expert: Expert

    @property
    def id(self) -> str:
        """The case's id."""
        return self.expert.id

    @property
    def language(self) -> Language:
        """The language the expert's plan is written in."""
        named = " ".join(project.name for project in self.expert.projects) + self.expert.title
        return "zh" if len(_HAN.findall(named)) * 8 > len(named) else "en"

    @property
    def grade(self) -> str:
        """How much of the plan was seen, as a grade when the file names none: A from .55, B from .45, C below."""
        if self.expert.grade:
            return self.expert.grade
        share = self.expert.completeness
        if share is None:
            return "?"
        return "A" if share >= 0.55 else "B" if share >= 0.45 else "C"

    @property
    def term(self) -> tuple[int | None, int | None]:
        """First and last year of the expert's plan, as far as its period names them and they make a plan's term."""
        years = [int(year) for year in _YEAR.findall(self.expert.period or "")]
        if not years:
            return None, None
        first, last = years[0], max(years)
        last = min(last, first + 15)
        return first, last if last > first else first + 1

    def profile(self) -> RegionProfile:
        """The profile a draft starts from.

        Raises:
            InvalidProfile: the input cannot be read as a profile.
        """
        return parse_profile(self.input, self.language)


def read_gold(folder: Path) -> tuple[GoldPlan, ...]:
    """All gold plans of a folder, by id; items get stable ids (`p1`, `k1`, ...) by their order.

    Raises:
        InvalidRequest: the folder holds none, or one of its files does not have the shape.
    """
    plans: list[GoldPlan] = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            plans.append(_numbered(GoldPlan.model_validate(json.loads(path.read_text(encoding="utf-8")))))
        except (json.JSONDecodeError, UnicodeDecodeError) as problem:
            raise _refused(path, str(problem)) from problem
        except ValidationError as problem:
            error = problem.errors()[0]
            raise _refused(path, f"{'.'.join(map(str, error['loc']))}: {error['msg']}") from problem
    if not plans:
        raise InvalidRequest(
            f"{folder} 中没有专家规划(*.json)。",
            f"There are no expert plans (*.json) in {folder}.",
            mend_zh="请用 --gold 指向存放专家规划的文件夹，格式见 evals/plans/README.md。",
            mend_en="Point --gold at a folder of expert plans; evals/plans/README.md shows the shape.",
        )
    return tuple(sorted(plans, key=lambda plan: plan.id))


def _numbered(plan: GoldPlan) -> GoldPlan:
    expert = plan.expert
    projects = tuple(
        item if item.id else item.model_copy(update={"id": f"p{place}"})
        for place, item in enumerate(expert.projects, 1)
    )
    kpis = tuple(
        item if item.id else item.model_copy(update={"id": f"k{place}"}) for place, item in enumerate(expert.kpis, 1)
    )
    return plan.model_copy(update={"expert": expert.model_copy(update={"projects": projects, "kpis": kpis})})


def _refused(path: Path, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"{path.name} 不是专家规划：{why}",
        f"{path.name} is not an expert plan: {why}",
        mend_zh="请对照 evals/plans/README.md 的格式改正。",
        mend_en="Compare it with the shape in evals/plans/README.md.",
    )


_NUMBER: Final = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def number(value: Any) -> float | None:
    """The figure of a target as written: of a range its middle, of words None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    text = str(value).strip()
    bare = re.sub(r"[<>≥≤>=~约近超逾近达到以上左右余+\-–—至到,.\d\s%万亿]|about|over|nearly|at least", "", text)
    if len(bare) > 3 or Kind.match(text):
        return None
    found = [float(part.replace(",", "")) for part in _NUMBER.findall(text)]
    if not found:
        return None
    scale = 1e4 if text.endswith("万") else 1e8 if text.endswith("亿") else 1.0
    middle = sum(found[:2]) / len(found[:2]) if re.search(r"\d\s*[-–—~至到]\s*\d", text) else found[0]
    return middle * scale


Kind: Final = re.compile(r"^[^\d]*$")
"""A target without a digit."""

Relevance = Literal["match", "part", "no"]
"""Whether a drafted item covers the expert's: fully, in part (kind or subject alone), or not."""
