"""Whether the conditions of the five modes are met, each with the criterion's value and the words it was read from."""

import re
from typing import Final

from jumou.analysis.mode import CriterionKey, CriterionValue
from jumou.analysis.mode_reading import Signal
from jumou.domain.diagnosis import ModeCondition
from jumou.domain.evidence import Statement
from jumou.domain.framework import MODE_CONDITIONS, MODES, ModeKey
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.wording import Said, begun

_CRITERION: Final[dict[ModeKey, tuple[CriterionKey, int]]] = {
    "anchor_firm": ("anchor", 3), "innovation": ("innovation", 3), "market_hub": ("market", 2),
    "policy_led": ("base_weakness", 2), "symbiosis": ("symbiosis", 1),
}  # fmt: skip
"""The criterion a mode's condition is judged by, and from how many inputs it is made."""

_SIGNALS: Final[dict[ModeKey, dict[str, float]]] = {
    "anchor_firm": {"leaders": 1.0, "base": 1.0},
    "innovation": {"research": 1.0},
    "market_hub": {"market": 1.0},
    "policy_led": {"weakness": 1.0, "nascent": 0.5, "comprehensive": 0.4},
    "symbiosis": {"loops": 1.0},
}
"""How far what the profile's words show is the condition itself: an industry still to be grown is half of a weak base."""

_MET, _PARTLY = 0.7, 0.4
_MOST_WORDS: Final = 4


def mode_conditions(ctx: DraftContext) -> tuple[ModeCondition, ...]:
    """One verdict a mode: met, met in part, not met, or unknown where neither figures nor words speak.

    The criterion's figure decides as far as its inputs are known, the profile's words as far as they are missing.
    """
    criteria = {item.key: item for item in ctx.analysis.modes.criteria}
    return tuple(_condition(ctx, mode, criteria[key], inputs) for mode, (key, inputs) in _CRITERION.items())


def _condition(ctx: DraftContext, mode: ModeKey, criterion: CriterionValue, inputs: int) -> ModeCondition:
    write = ctx.writer
    words = [word for key in _SIGNALS[mode] for word in _said(ctx.analysis.signal(key))]
    figured = len(criterion.missing) < inputs
    name, condition = MODES[mode].in_(ctx.language), MODE_CONDITIONS[mode].in_(ctx.language)
    title = name if ctx.language == "zh" else begun(name)
    if not figured and not words:
        said = write.say(
            "{name}的适用条件为“{condition}”，资料没有可供判断的数据或记载。",
            "{name} suits a region where {condition}; the profile says nothing to judge it by.",
            name=title, condition=condition, state="no_evidence",
        )  # fmt: skip
        return _verdict(said, mode, "unknown")
    spoken = max(weight * ctx.analysis.signal(key).value for key, weight in _SIGNALS[mode].items())
    open_ = len(criterion.missing) / inputs
    strength = (1 - open_) * criterion.value + open_ * spoken
    met = "yes" if strength >= _MET else "partly" if strength >= _PARTLY else "no"
    verdict = write.pick(
        *{"yes": ("具备", "met"), "partly": ("部分具备", "met in part"), "no": ("尚不具备", "not met")}[met]
    )
    if not figured:
        said = write.say(
            "{name}的适用条件“{condition}”{verdict}：依据资料中“{words}”等记载判断，尚缺量化数据。",
            "{name}, which fits where {condition}: {verdict}, judged by what the profile says ({words}), as figures are lacking.",
            name=title, condition=condition, verdict=verdict, words=[Said(_whole(ctx, word.text), word.ref) for word in words[:_MOST_WORDS]],
        )  # fmt: skip
        return _verdict(said, mode, met)
    value = Quantity(
        label=write.pick(f"{name}判据值", f"criterion of {name}"), value=round(criterion.value, 4), basis="computed",
        formula=f"mode_scoring:{criterion.key}", source_ids=tuple(ctx.analysis.mode_cells.get(criterion.key, ())) or ("profile",),
    )  # fmt: skip
    said = write.say(
        "{name}的适用条件“{condition}”{verdict}，判据值为{value}（满分为一）{missing}{words}。",
        "{name}, which fits where {condition}: {verdict}; it scores {value} out of one{missing}{words}.",
        name=title, condition=condition, verdict=verdict, value=value, words=_grounds(ctx, words),
        missing=_missing(ctx, criterion), figures=tuple(q for word in words[:_MOST_WORDS] for q in word.quantities()),
    )  # fmt: skip
    return _verdict(said, mode, met)


def _said(signal: Signal) -> list[Said]:
    cells = signal.cells if len(signal.cells) == len(signal.words) else signal.cells[:1] * len(signal.words)
    return [Said(word, cell) for word, cell in zip(signal.words, cells, strict=True) if word != "—"]


def _grounds(ctx: DraftContext, words: list[Said]) -> str:
    """The profile's words, without the codes of its role column (anchor, oem), which nobody reads in a text."""
    shown = [word.text for word in words if not (word.text.isascii() and word.text.islower())]
    if not shown:
        return ""
    joined = ctx.writer.joined(dict.fromkeys(_whole(ctx, word) for word in shown[:_MOST_WORDS]))
    return ctx.writer.pick(f"；并看资料所载“{joined}”", f"; what the profile says of it weighs too: {joined}")


def _whole(ctx: DraftContext, word: str) -> str:
    """A part of a word the profile was read by (unemploy), as the profile has it (unemployment)."""
    if not word.isascii():
        return word
    text = " ".join(
        item
        for row in (*ctx.profile.constraints, *ctx.profile.institutions, *ctx.profile.indicators)
        for item in row.model_dump(include={"statement", "name", "metric"}).values()
    )
    found = re.search(rf"\b[A-Za-z-]*{re.escape(word)}[A-Za-z-]*", text)
    return found.group() if found else word


def _missing(ctx: DraftContext, criterion: CriterionValue) -> str:
    if not criterion.missing:
        return ""
    joined = ctx.writer.joined(criterion.missing)
    return ctx.writer.pick(f"，其中{joined}缺数据、按中值计", f"; not known and counted as the middle: {joined}")


def _verdict(said: Statement, mode: ModeKey, met: str) -> ModeCondition:
    own = {name: getattr(said, name) for name in Statement.model_fields}
    return ModeCondition.model_validate({**own, "mode": mode, "met": met})
