"""A run on disk: its configuration, its results, and what it can be compared with or gated by."""

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from jumou.assets import asset_dir
from jumou.errors import InvalidRequest, NotFound
from jumou.evaluation.statistics import RESAMPLES, SEED, Mean

RUN_FILE: Final = "run.json"
_DRAFTING: Final = ("analysis", "corpus", "domain", "drafting", "profile", "retrieval", "workflow", "llm")


class Gate(BaseModel):
    """One threshold and whether the run meets it. A measure that was not taken does not pass.

    A `goal` is shown beside what was measured and fails nothing: it is what the product is to reach, not what it holds.
    """

    model_config = ConfigDict(frozen=True)

    measure: str
    value: float | None
    at_least: float | None = None
    at_most: float | None = None
    goal: float | None = None

    @property
    def reached(self) -> bool:
        """Whether no bound is missed and the goal is reached."""
        return self.passed and (self.goal is None or (self.value is not None and self.value >= self.goal - 1e-9))

    @property
    def asked(self) -> str:
        """What is asked for, as reports print it."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least if self.at_least is not None else self.goal:g}"

    @property
    def passed(self) -> bool:
        """Whether no bound is missed."""
        if self.at_least is None and self.at_most is None:
            return True
        if self.value is None:
            return False
        low = self.at_least is None or self.value >= self.at_least - 1e-9
        return low and (self.at_most is None or self.value <= self.at_most + 1e-9)


class Run(BaseModel):
    """What every suite stores: `means` over its cases, `cases` with their measures, `detail` as the suite likes it."""

    model_config = ConfigDict(frozen=True)

    suite: str
    configuration: dict[str, Any]
    means: dict[str, Mean]
    slices: dict[str, dict[str, Mean]] = Field(default_factory=dict)
    cases: dict[str, dict[str, float | None]] = Field(default_factory=dict)
    weights: dict[str, dict[str, float]] = Field(default_factory=dict)
    differences: dict[str, dict[str, Mean]] = Field(default_factory=dict)
    gates: tuple[Gate, ...] = ()
    failures: dict[str, str] = Field(default_factory=dict)
    detail: dict[str, Any] = Field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Stores the run as `run.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RUN_FILE).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_run(folder: Path) -> Run:
    """A stored run.

    Raises:
        NotFound: there is none in the folder.
    """
    path = folder / RUN_FILE if folder.is_dir() else folder
    if not path.is_file():
        raise NotFound(
            f"{folder} 中没有评测结果。", f"There is no run in {folder}.",
            mend_zh="请指向含 run.json 的运行目录。", mend_en="Point at a run's folder, the one with run.json.",
        )  # fmt: skip
    return Run.model_validate_json(path.read_text(encoding="utf-8"))


def configuration(suite: str, **given: Any) -> dict[str, Any]:
    """What decides a run's results: versions, code, seeds, and what the suite adds."""
    return {
        "suite": suite, "jumou": version("jumou"), "code": code_digest(), "python": platform.python_version(),
        "pydantic_evals": version("pydantic-evals"), "seed": SEED, "resamples": RESAMPLES, **given,
    }  # fmt: skip


@lru_cache(maxsize=1)
def code_digest() -> str:
    """A hash over the code and knowledge that drafts depend on: drafts of another state are drafted again."""
    package = Path(__file__).resolve().parents[1]
    files = [path for part in _DRAFTING for path in sorted((package / part).rglob("*.py"))]
    files += [package / "evaluation" / "variants.py", package / "evaluation" / "single_prompt.py"]
    corpus = asset_dir("corpus")
    files += sorted(path for path in corpus.rglob("*") if path.suffix in (".yaml", ".md"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read_thresholds(path: Path) -> dict[str, dict[str, float]]:
    """Measure → {at_least, at_most, goal}.

    Raises:
        InvalidRequest: the file does not have that shape.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return {
            str(name): {
                str(bound): float(value) for bound, value in bounds.items() if bound in ("at_least", "at_most", "goal")
            }
            for name, bounds in content.items()
        }
    except (yaml.YAMLError, AttributeError, TypeError, ValueError, OSError) as problem:
        raise InvalidRequest(
            f"门槛文件 {path} 无法读取：{problem}", f"The thresholds in {path} cannot be read: {problem}",
            mend_zh="格式为“指标: {at_least: 数值}”。", mend_en="Write “measure: {at_least: number}”.",
        ) from problem  # fmt: skip


def gates(means: Mapping[str, Mean], thresholds: Mapping[str, Mapping[str, float]]) -> tuple[Gate, ...]:
    """Every threshold against the run's means."""
    return tuple(
        Gate(
            measure=name, value=means[name].value if name in means else None,
            at_least=bounds.get("at_least"), at_most=bounds.get("at_most"), goal=bounds.get("goal"),
        )
        for name, bounds in thresholds.items()
    )  # fmt: skip


def digest(value: Any) -> str:
    """A short hash of a JSON value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
