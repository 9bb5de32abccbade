"""Resource endowment: what the region has and lacks, filed under the six elements, from its figures and its own words."""

import re
from collections.abc import Iterator
from typing import Final

from jumou.domain.diagnosis import ElementReading, EndowmentItem
from jumou.domain.evidence import Statement
from jumou.domain.framework import ElementKey
from jumou.domain.quantity import Indicator
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.answers import element_of_problem
from jumou.drafting.wording import Said, begun

_SPECIALISED, _UNDER = 1.25, 0.8
_ENDOWED, _SHORT = 1.2, 0.8
_SELF_SUFFICIENT: Final = 50.0
_MOST_QUOTIENTS: Final = 4
_MOST_WORDS: Final = 4
_STRONG_IN: Final[tuple[ElementKey, ...]] = (
    "leading_firms",
    "knowledge",
    "infrastructure",
    "intermediaries",
    "government",
)


def endowment(ctx: DraftContext, elements: tuple[ElementReading, ...]) -> tuple[EndowmentItem, ...]:
    """Strengths first, then shortfalls, ids E01…; figures before words, and nothing that the profile does not show."""
    strengths = [*_from_figures(ctx, "strength"), *_resources(ctx), *_from_elements(ctx, elements)]
    shortfalls = [*_from_figures(ctx, "shortfall"), *_stated(ctx), *_absent(ctx, elements)]
    return tuple(
        item.model_copy(update={"id": f"E{number:02d}"})
        for number, item in enumerate([*strengths, *shortfalls], start=1)
    )


def _item(said: Statement, element: ElementKey, kind: str, *indicator_ids: str) -> EndowmentItem:
    own = {name: getattr(said, name) for name in Statement.model_fields}
    return EndowmentItem.model_validate(
        {**own, "id": "E", "element": element, "kind": kind, "indicator_ids": indicator_ids}
    )


def _from_figures(ctx: DraftContext, kind: str) -> Iterator[EndowmentItem]:
    known = ctx.analysis.indicators
    yield from _quotients(ctx, kind)
    for name, element, judge in (
        ("endowment:rd", "knowledge", _research),
        ("ratio:margin", "leading_firms", _margin),
        ("ratio:fiscal_self_sufficiency", "government", _fiscal),
        ("benchmark:gdp", "leading_firms", _size),
    ):
        indicator = known.get(name)
        if indicator is not None and indicator.value is not None:
            said = judge(ctx, indicator, kind)
            if said is not None:
                yield _item(said, element, kind, indicator.id)  # type: ignore[arg-type]


def _quotients(ctx: DraftContext, kind: str) -> Iterator[EndowmentItem]:
    latest: dict[str, Indicator] = {}
    for item in ctx.analysis.computed:
        if item.formula == "lq" and (item.label not in latest or (item.year or 0) > (latest[item.label].year or 0)):
            latest[item.label] = item
    found = list(latest.values())
    target = ctx.analysis.target_quotient
    if kind == "strength":
        chosen = sorted(
            (item for item in found if (item.value or 0) >= _SPECIALISED), key=lambda item: -(item.value or 0)
        )
    else:
        chosen = [target] if target is not None and (target.value or 0) < _UNDER else []
    for item in chosen[:_MOST_QUOTIENTS]:
        said = ctx.writer.say(
            "{label}为{value}，{verdict}{flag}。", "The {label} is {value}: {verdict}{flag}.",
            label=item.label, value=item.quantity(), flag=_flag(ctx, item),
            verdict=ctx.writer.pick(
                "高于全国平均的专业化水平" if kind == "strength" else "低于全国平均的专业化水平",
                "more specialised than the nation" if kind == "strength" else "less specialised than the nation",
            ),
        )  # fmt: skip
        yield _item(said, "supporting_firms" if item is not target else "leading_firms", kind, item.id)


def _flag(ctx: DraftContext, item: Indicator) -> str:
    if {"scope_mixed", "indicative", "estimate", "derived"} & set(item.flags):
        return ctx.writer.pick("（口径不完全一致，仅供参考）", " (scopes differ; indicative only)")
    return ""


def _research(ctx: DraftContext, item: Indicator, kind: str) -> Statement | None:
    value = item.value or 0.0
    if (kind == "strength") != (value >= _ENDOWED) or (kind == "shortfall" and value > _SHORT):
        return None
    return ctx.writer.say(
        "{label}为{value}，研发投入强度{verdict}全国平均。", "The {label} is {value}: R&D is {verdict} the national average.",
        label=item.label, value=item.quantity(),
        verdict=ctx.writer.pick("高于" if kind == "strength" else "低于", "above" if kind == "strength" else "below"),
    )  # fmt: skip


def _margin(ctx: DraftContext, item: Indicator, kind: str) -> Statement | None:
    nation = item.detail.get("nation")
    if nation is None or (kind == "strength") != ((item.value or 0.0) >= nation):
        return None
    return ctx.writer.say(
        "{label}为{value}，{verdict}同年全国{nation}的水平。", "The {label} is {value}, {verdict} the nation's {nation} of that year.",
        label=item.label, value=item.quantity(), nation=item.quantity(part="nation"),
        verdict=ctx.writer.pick("高于" if kind == "strength" else "低于", "above" if kind == "strength" else "below"),
    )  # fmt: skip


def _fiscal(ctx: DraftContext, item: Indicator, kind: str) -> Statement | None:
    if (kind == "strength") != ((item.value or 0.0) >= _SELF_SUFFICIENT):
        return None
    return ctx.writer.say(
        "{label}为{value}，{verdict}。", "{label} is {value}: {verdict}.",
        label=begun(item.label), value=item.quantity(),
        verdict=ctx.writer.pick(
            "财政支撑能力较好" if kind == "strength" else "财政支撑能力有限，项目安排须量力而行",
            "public means are sound" if kind == "strength" else "public means are limited, and projects have to fit them",
        ),
    )  # fmt: skip


def _size(ctx: DraftContext, item: Indicator, kind: str) -> Statement | None:
    if (kind == "strength") != ((item.value or 0.0) >= 1.0):
        return None
    return ctx.writer.say(
        "{label}为{value}，经济总量{verdict}同类地区中位水平。", "{label}: {value}; the economy is {verdict} the median of like regions.",
        label=begun(item.label), value=item.quantity(),
        verdict=ctx.writer.pick("高于" if kind == "strength" else "低于", "larger than" if kind == "strength" else "smaller than"),
    )  # fmt: skip


_PLACES: Final = ("knowledge", "government", "infrastructure")
"""Elements that a resource may belong to: firms and their go-betweens are no resources."""


def _resources(ctx: DraftContext) -> Iterator[EndowmentItem]:
    for word in ctx.reading.resources[:_MOST_WORDS]:
        said = ctx.writer.say("优势资源：{word}。", "A resource to build on: {word}.", word=word)
        yield _item(said, _built(ctx, word.text) or "infrastructure", "strength")


def _from_elements(ctx: DraftContext, elements: tuple[ElementReading, ...]) -> Iterator[EndowmentItem]:
    resources = {word.text for word in ctx.reading.resources}
    for reading in elements:
        if reading.element not in _STRONG_IN or reading.presence not in ("strong", "partial"):
            continue
        words = [word for word in ctx.reading.of(reading.element) if word.text not in resources][:_MOST_WORDS]
        if words:
            said = ctx.writer.say(
                "资料列有{words}，可作依托。", "On record: {words}.", words=words,
            )  # fmt: skip
            yield _item(said, reading.element, "strength")


def _stated(ctx: DraftContext) -> Iterator[EndowmentItem]:
    for item in ctx.profile.constraints:
        text = item.statement.strip().rstrip("。.")
        if text:
            said = ctx.writer.say("{text}。", "{text}.", text=Said(text, item.ref))
            yield _item(said, _element_of(ctx, text) or "supporting_firms", "shortfall")
    stated = {item.statement.strip() for item in ctx.profile.constraints}
    for word in ctx.reading.problems:
        if word.text not in stated:
            yield _item(
                ctx.writer.say("{text}。", "{text}.", text=word),
                _element_of(ctx, word.text) or "infrastructure",
                "shortfall",
            )


def _built(ctx: DraftContext, text: str) -> ElementKey | None:
    """The element of a cluster that what is there belongs to; the words of problems tell nothing of it."""
    parts = [part for part in ctx.playbook.parts if part.element in _PLACES]
    return next((part.element for part in parts if re.search(part.find, text, re.IGNORECASE)), None)


def _element_of(ctx: DraftContext, text: str) -> ElementKey | None:
    return element_of_problem(ctx.playbook.concerns, text)


def _absent(ctx: DraftContext, elements: tuple[ElementReading, ...]) -> Iterator[EndowmentItem]:
    for reading in elements:
        if reading.presence == "unknown" or (reading.presence == "weak" and ctx.reading.of(reading.element)):
            own = {name: getattr(reading, name) for name in Statement.model_fields}
            yield _item(Statement.model_validate(own), reading.element, "shortfall")
