"""Choice of the leading mode: six criteria, weight table, gates, tie rule, sensitivity, and the reading of a thin profile.

Two layers. The core is the published table (ECONOMICS 1.12): criteria from figures, a missing part counts 0.5 and is
named. The reading judges the five modes from what the profile's words show (`mode_reading`). The score is
(1 - openness) core + openness reading, where openness is the share of the core's inputs that are missing: figures
speak as far as there are figures, words only as far as figures are missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal

import numpy as np

from jumou.domain.framework import ModeKey
from jumou.domain.model import Code, Model

CriterionKey = Literal["anchor", "innovation", "market", "base_weakness", "symbiosis", "policy"]
Gate = Literal["passed", "failed", "not_verified"]

CRITERIA: Final[tuple[CriterionKey, ...]] = ("anchor", "innovation", "market", "base_weakness", "symbiosis", "policy")
WEIGHTS: Final[Mapping[ModeKey, tuple[float, ...]]] = {
    "anchor_firm": (0.45, 0.1, 0.1, -0.15, 0.05, 0.15),
    "innovation": (0.1, 0.5, 0.05, -0.1, 0.05, 0.2),
    "market_hub": (0.1, 0.05, 0.5, -0.05, 0.05, 0.25),
    "policy_led": (-0.1, 0.05, 0.05, 0.45, 0.05, 0.3),
    "symbiosis": (0.05, 0.1, 0.05, -0.05, 0.55, 0.2),
}
MODE_KEYS: Final[tuple[ModeKey, ...]] = tuple(WEIGHTS)
UNKNOWN: Final = 0.5
TIE_MARGIN: Final = 0.05
TIE_PER_MISSING: Final = 0.01
DRAWS: Final = 2000
SPREAD: Final = 0.2
SEED: Final = 20240901


@dataclass(frozen=True, slots=True)
class ModeInputs:
    """The twelve inputs of the core; None where unknown.

    Shares of output (0-1): `top1` of the largest firm, `cr4` of the four largest. `quotient`: LQ of the target
    industry. `rd_ratio`, `patents_ratio`: region over nation. `platforms`: national research platforms. `hub`: 0 or 1.
    `port`: 1 for a border crossing or a customs zone, a half for a plain harbour or airport, 0 for neither. `secondary_quotient`: LQ of industry as a whole. `firms`: firms above the statistical size.
    `pairs`: exchanges of material between sectors. `designations`: national or provincial ones.
    """

    top1: float | None = None
    cr4: float | None = None
    quotient: float | None = None
    rd_ratio: float | None = None
    patents_ratio: float | None = None
    platforms: float | None = None
    hub: float | None = None
    port: float | None = None
    secondary_quotient: float | None = None
    firms: float | None = None
    pairs: float | None = None
    designations: float | None = None

    def missing(self) -> tuple[str, ...]:
        """Names of the unknown inputs, in order."""
        return tuple(item.name for item in fields(self) if getattr(self, item.name) is None)

    def openness(self) -> float:
        """Share of the inputs that are unknown, 0 to 1."""
        return len(self.missing()) / len(fields(self))


class CriterionValue(Model):
    """A criterion (0-1), the parts it was made from (0-1 each) and the inputs that were missing."""

    key: CriterionKey
    value: float
    parts: dict[str, float]
    missing: tuple[Code, ...] = ()


class ModeRow(Model):
    """A mode's scores: `core` by the weight table, `reading` by the words (None without one), and the two together."""

    key: ModeKey
    core: float
    reading: float | None = None
    score: float
    gate: Gate
    reason: str = ""


class ModeTable(Model):
    """The decision table. `ranking` is by score; the `winner` is the best whose gate has not failed (or the best of all).

    `tie_margin` widens with missing inputs; `close` says that the two best lie within it, and that the second is a real
    alternative: its gate has not failed (or every gate has). `sensitivity` is the share
    of weight draws (every weight moved by up to 20 per cent) in which the same mode wins.
    """

    criteria: tuple[CriterionValue, ...]
    ranking: tuple[ModeRow, ...]
    winner: ModeKey
    runner_up: ModeKey | None
    margin: float
    tie_margin: float
    close: bool
    sensitivity: float
    openness: float
    missing: tuple[Code, ...] = ()

    def row(self, key: ModeKey) -> ModeRow:
        """The row of a mode."""
        return next(row for row in self.ranking if row.key == key)


@dataclass(frozen=True, slots=True)
class GateResult:
    """Whether a mode's condition holds, with the reason in both languages when it does not."""

    gate: Gate
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class LinearReading:
    """Scores of the modes by words: `weights[mode][signal]` times `signals`, plus `base`, clipped to 0-1."""

    signals: Mapping[str, float]
    base: Mapping[ModeKey, float]
    weights: Mapping[ModeKey, Mapping[str, float]]

    def scores(self) -> dict[ModeKey, float]:
        """The score of each mode, 0 to 1."""
        return {
            mode: _clip(self.base[mode] + sum(w * self.signals[name] for name, w in self.weights[mode].items()))
            for mode in MODE_KEYS
        }


def criteria(inputs: ModeInputs) -> tuple[CriterionValue, ...]:
    """The six criteria by the formulas of the published table; a missing part counts 0.5 and is named."""
    leaders = [value / full for value, full in ((inputs.top1, 0.4), (inputs.cr4, 0.8)) if value is not None]
    lead = min(1.0, max(leaders)) if leaders else UNKNOWN
    base = _part(inputs.quotient, 1.25)
    research = {
        "rd_ratio": _part(inputs.rd_ratio, 1.5),
        "patents_ratio": _part(inputs.patents_ratio, 1.5),
        "platforms": _part(inputs.platforms, 5),
    }
    place = {"hub": _part(inputs.hub, 1), "port": _part(inputs.port, 1)}
    strength = {"secondary_quotient": _part(inputs.secondary_quotient, 1), "firms": _part(inputs.firms, 100)}
    return (
        _criterion(inputs, "anchor", lead * base, {"leaders": lead, "quotient": base}, ("top1", "cr4", "quotient")),
        _criterion(inputs, "innovation", _mean(research), research, tuple(research)),
        _criterion(inputs, "market", _mean(place), place, tuple(place)),
        _criterion(inputs, "base_weakness", 1 - _mean(strength), strength, tuple(strength)),
        _criterion(inputs, "symbiosis", _part(inputs.pairs, 5), {"pairs": _part(inputs.pairs, 5)}, ("pairs",)),
        _criterion(
            inputs,
            "policy",
            _part(inputs.designations, 3),
            {"designations": _part(inputs.designations, 3)},
            ("designations",),
        ),
    )


def core_scores(values: Sequence[float]) -> dict[ModeKey, float]:
    """Weighted sum of the six criteria (in the order of `CRITERIA`) for each mode."""
    return {mode: float(np.dot(row, values)) for mode, row in WEIGHTS.items()}


def gates(inputs: ModeInputs, *, leaders_troubled: bool = False) -> dict[ModeKey, GateResult]:
    """The condition of each mode. A gate fails only on known inputs; unknown ones leave it `not_verified`."""
    results: dict[ModeKey, GateResult] = {}
    lead = _any((_above(inputs.top1, 0.15), _above(inputs.cr4, 0.4)))
    results["anchor_firm"] = _gate(
        False if leaders_troubled else lead,
        (
            "骨干企业处于破产重整等困境，没有正常经营的龙头"
            if leaders_troubled
            else "最大企业产值占比不足 15%,前四家不足 40%"
        ),
        (
            "the leading firms are in reorganisation"
            if leaders_troubled
            else "no firm reaches 15 % of output, nor the top four 40 %"
        ),
    )
    research = _all((_above(inputs.rd_ratio, 1.0, strictly=True), _above(inputs.platforms, 1)))
    results["innovation"] = _gate(
        research,
        "研发投入强度不高于全国，或没有国家级科研平台",
        "R&D intensity is not above the nation's, or there is no national platform",
    )
    results["market_hub"] = _gate(
        _any((_above(inputs.hub, 1), _above(inputs.port, 1))),
        "没有贸易枢纽、专业市场或口岸，只有港口机场不足以成为市场枢纽",
        "there is no trade hub, market place or border crossing; a harbour or an airport alone is none",
    )
    weak = _any((_below(inputs.secondary_quotient, 0.8), _below(inputs.firms, 10)))
    results["policy_led"] = _gate(
        weak, "第二产业区位熵不低于 0.8 且规上企业不少于 10 家，基础并不薄弱",
        "industry's LQ is at least 0.8 and there are ten or more larger firms, so the base is not weak",
    )  # fmt: skip
    results["symbiosis"] = _gate(
        _above(inputs.pairs, 3), "产业间物质交换少于三对", "fewer than three exchanges of material between sectors"
    )
    return results


def choose(
    inputs: ModeInputs,
    *,
    reading: LinearReading | None = None,
    leaders_troubled: bool = False,
    language: str = "zh",
    draws: int = DRAWS,
) -> ModeTable:
    """The decision table for the inputs; with `reading`, words fill what missing figures leave open."""
    found = criteria(inputs)
    core = core_scores([item.value for item in found])
    words = reading.scores() if reading is not None else None
    openness = inputs.openness() if words is not None else 0.0
    scores = {
        mode: (1 - openness) * core[mode] + openness * words[mode] if words is not None else core[mode]
        for mode in MODE_KEYS
    }
    passed = gates(inputs, leaders_troubled=leaders_troubled)
    failed = {mode for mode, result in passed.items() if result.gate == "failed"}
    missing = inputs.missing()
    return table_of(
        criteria_=found, core=core, words=words, scores=scores, gate_results=passed, failed=failed, missing=missing,
        openness=openness, language=language,
        sensitivity=sensitivity([item.value for item in found], openness, reading, failed=failed, draws=draws),
    )  # fmt: skip


def table_of(
    *,
    criteria_: tuple[CriterionValue, ...],
    core: Mapping[ModeKey, float],
    words: Mapping[ModeKey, float] | None,
    scores: Mapping[ModeKey, float],
    gate_results: Mapping[ModeKey, GateResult],
    failed: set[ModeKey],
    missing: tuple[str, ...],
    openness: float,
    sensitivity: float,
    language: str,
) -> ModeTable:
    """Rank the scores and apply the tie rule: within 0.05 + 0.01 a missing input the two best are both reported."""
    order = ranked(scores, failed)  # the choice; the table itself stands in the order of the scores it shows
    eligible = [mode for mode in order if mode not in failed]
    second = next((mode for mode in (*eligible[1:], *order) if mode != order[0]), None)
    margin = scores[order[0]] - scores[second] if second is not None else 1.0
    tie = TIE_MARGIN + TIE_PER_MISSING * len(missing)
    return ModeTable(
        criteria=criteria_,
        ranking=tuple(
            ModeRow(
                key=mode, core=core[mode], reading=words[mode] if words is not None else None, score=scores[mode],
                gate=gate_results[mode].gate, reason=gate_results[mode].zh if language == "zh" else gate_results[mode].en,
            )
            for mode in ranked(scores, set())
        ),
        winner=order[0], runner_up=second, margin=margin, tie_margin=tie,
        close=abs(margin) < tie and (second in eligible or not eligible), sensitivity=sensitivity,
        openness=openness, missing=missing,
    )  # fmt: skip


def ranked(scores: Mapping[ModeKey, float], failed: set[ModeKey]) -> tuple[ModeKey, ...]:
    """Modes by score; modes whose gate failed come last, unless every gate failed."""
    out = failed if len(failed) < len(scores) else set()
    return tuple(sorted(scores, key=lambda mode: (mode in out, -scores[mode], MODE_KEYS.index(mode))))


def sensitivity(
    values: Sequence[float],
    openness: float = 0.0,
    reading: LinearReading | None = None,
    *,
    failed: set[ModeKey] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> float:
    """Share of `draws` in which the winner stays when each weight of both layers is moved by up to 20 per cent."""
    out = failed or set()
    kept = [mode for mode in MODE_KEYS if mode not in out] or list(MODE_KEYS)
    random = np.random.default_rng(seed)
    core = np.array([WEIGHTS[mode] for mode in kept])
    moved = core * random.uniform(1 - SPREAD, 1 + SPREAD, size=(draws, *core.shape))
    scores = moved @ np.asarray(values)
    plain = core @ np.asarray(values)
    if reading is not None and openness > 0:
        names = sorted({name for mode in kept for name in reading.weights[mode]})
        signals = np.array([reading.signals[name] for name in names])
        table = np.array([[reading.weights[mode].get(name, 0.0) for name in names] for mode in kept])
        base = np.array([reading.base[mode] for mode in kept])
        factors = random.uniform(1 - SPREAD, 1 + SPREAD, size=(draws, *table.shape))
        scores = (1 - openness) * scores + openness * np.clip(base + (table * factors) @ signals, 0, 1)
        plain = (1 - openness) * plain + openness * np.clip(base + table @ signals, 0, 1)
    return float((scores.argmax(axis=1) == plain.argmax()).mean())


def _part(value: float | None, full: float) -> float:
    return UNKNOWN if value is None else _clip(value / full)


def _mean(parts: Mapping[str, float]) -> float:
    return sum(parts.values()) / len(parts)


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))


def _criterion(
    inputs: ModeInputs, key: CriterionKey, value: float, parts: dict[str, float], names: Sequence[str]
) -> CriterionValue:
    return CriterionValue(
        key=key, value=value, parts=parts, missing=tuple(name for name in names if getattr(inputs, name) is None)
    )


def _above(value: float | None, least: float, *, strictly: bool = False) -> bool | None:
    return None if value is None else value > least if strictly else value >= least


def _below(value: float | None, most: float) -> bool | None:
    return None if value is None else value < most


def _any(states: Sequence[bool | None]) -> bool | None:
    return True if any(states) else None if None in states else False


def _all(states: Sequence[bool | None]) -> bool | None:
    return False if False in states else None if None in states else True


def _gate(state: bool | None, zh: str, en: str) -> GateResult:
    if state is None:
        return GateResult("not_verified")
    return GateResult("passed") if state else GateResult("failed", zh, en)
