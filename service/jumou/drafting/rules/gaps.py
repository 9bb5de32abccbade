"""The gaps a plan has to close: chain links, elements, drivers, what the region says of itself, and the mode's conditions."""

import re
from typing import Final

from jumou.domain.diagnosis import ChainNode, DriverReading, ElementReading, Gap
from jumou.domain.evidence import Statement
from jumou.domain.framework import DRIVERS, ELEMENTS, MODE_CONDITIONS, MODES, ModeKey
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.answers import concerns_of, links_named
from jumou.drafting.wording import Said

_MOST_NODES: Final = 6
_WHOLE: Final = 32
_ELEMENT_NAMES: Final = {
    "strong": "{name}能级提升",
    "partial": "{name}支撑不足",
    "weak": "{name}短板",
    "unknown": "{name}待摸底补强",
}
_PRESENCE_EN: Final = {"strong": "room to rise", "partial": "not enough", "weak": "thin", "unknown": "not on record"}
_SEVERITY_OF_PRESENCE: Final = {"strong": 0.3, "partial": 0.5, "weak": 0.8, "unknown": 0.7}


def gaps(
    ctx: DraftContext,
    nodes: tuple[ChainNode, ...],
    elements: tuple[ElementReading, ...],
    drivers: tuple[DriverReading, ...],
    mode: ModeKey,
) -> tuple[Gap, ...]:
    """All gaps, the severest first, ids from G01 on."""
    found = [
        *_chain(ctx, nodes),
        *_stated(ctx),
        *(_element(ctx, reading) for reading in elements),
        *(_driver(ctx, reading) for reading in drivers if reading.at_work != "yes"),
        _mode(ctx, mode),
    ]
    found.sort(key=lambda gap: (-gap.severity, gap.kind, gap.name))
    return tuple(gap.model_copy(update={"id": f"G{number:02d}"}) for number, gap in enumerate(found, start=1))


def _gap(said: Statement, **fields: object) -> Gap:
    own = {name: getattr(said, name) for name in Statement.model_fields}
    return Gap.model_validate({**own, "id": "G", **fields})


def _chain(ctx: DraftContext, nodes: tuple[ChainNode, ...]) -> list[Gap]:
    write, chain = ctx.writer, ctx.industry.chain
    named = any(node.firms for node in nodes)
    actionable = [node for node in nodes if node.action is not None]
    actionable.sort(key=lambda node: (-(node.priority or 0), not node.key, node.order))
    rows = []
    for rank, node in enumerate(actionable[:_MOST_NODES]):
        severity = max(0.35, min(0.95, 0.55 + 0.4 * (node.priority or 0) + (0.1 if node.key else 0) - 0.05 * rank))
        if not named:  # nothing is known of any link: the gap is a hypothesis to be checked
            severity -= 0.15
        kind = {"introduce": "chain_missing", "strengthen": "chain_weak", "extend": "chain_extend"}[
            node.action or "introduce"
        ]
        if kind == "chain_missing":
            said = write.say(
                "{industry}产业链“{node}”环节：资料中未见本地企业，{verdict}。",
                "Link “{node}” of the {industry} chain: the profile shows no local firm; {verdict}.",
                industry=Said(chain.name.in_(ctx.language), "chain"), node=Said(node.name, "chain"),
                verdict=write.pick(
                    "按缺失环节谋划补链，须先核实" if named else "环节现状不明，须摸底后确定补链重点",
                    "planned as a missing link, to be verified" if named else "its state is unknown and has to be surveyed first",
                ),
                state="assumption",
            )  # fmt: skip
        elif kind == "chain_weak":
            said = write.say(
                "{industry}产业链“{node}”环节已有{firms}，但企业数量少、配套能力偏弱，需要强链。",
                "Link “{node}” of the {industry} chain has {firms}, too few to supply the chain; it needs strengthening.",
                industry=Said(chain.name.in_(ctx.language), "chain"), node=Said(node.name, "chain"),
                firms=[Said(firm, "profile:enterprises") for firm in node.firms[:3]] or write.pick("少量企业", "few firms"),
            )  # fmt: skip
        else:
            said = write.say(
                "{industry}产业链“{node}”环节基础较好，可向相邻环节延伸。",
                "Link “{node}” of the {industry} chain is strong and can extend to its neighbours.",
                industry=Said(chain.name.in_(ctx.language), "chain"), node=Said(node.name, "chain"), state="grounded",
            )  # fmt: skip
        rows.append(
            _gap(said, kind=kind, name=node.name, node_id=node.id, severity=round(severity, 3), unverified=not named)
        )
    return rows


def _stated(ctx: DraftContext) -> list[Gap]:
    write = ctx.writer
    rows = []
    for item in ctx.profile.constraints:
        text = item.statement.strip()
        if not text:
            continue
        concerns = concerns_of(ctx.playbook.concerns, text)
        severity = {"high": 0.85, "mid": 0.65, "medium": 0.65, "low": 0.45}.get(item.severity, 0.7)
        said = write.say(
            "资料反映的问题：{text}。", "Stated by the region: {text}.", text=Said(text.rstrip("。."), item.ref)
        )
        rows.append(
            _gap(
                said,
                kind="stated",
                name=_short(text),
                element=concerns[0].element if concerns else None,
                concerns=tuple(concern.id for concern in concerns),
                node_ids=links_named(ctx.industry.chain, text) if ctx.industry.known else (),
                severity=severity,
            )
        )
    return rows


def _short(text: str) -> str:
    """A problem as a gap's name: its first clause, cut at a word where it is long."""
    if len(text) <= _WHOLE and re.search(r"[\u4e00-\u9fff]", text):
        return text
    clause = re.split(r"[，,；;（(]", text, maxsplit=1)[0].strip() or text
    if len(clause) <= (30 if re.search(r"[\u4e00-\u9fff]", clause) else 70):
        return clause
    return clause[:30] if re.search(r"[\u4e00-\u9fff]", clause) else clause[:70].rsplit(" ", 1)[0]


def _element(ctx: DraftContext, reading: ElementReading) -> Gap:
    name = ELEMENTS[reading.element].in_(ctx.language)
    verdict = {
        "strong": ("已有较好基础，须进一步提升能级", "well present; it can still rise"),
        "partial": ("有一定基础，支撑能力仍不足", "present in part; not yet enough"),
        "weak": ("支撑偏弱，是聚合的短板", "thin: a bottleneck"),
        "unknown": ("资料未反映，按待补强要素谋划并先行摸底", "not on record: planned for, and surveyed first"),
    }[reading.presence]
    said = ctx.writer.say(
        "{name}：{verdict}。", "{name}: {verdict}.", name=name, verdict=ctx.writer.pick(*verdict), figures=reading.figures,
        state="no_evidence" if reading.presence == "unknown" else "grounded",
    )  # fmt: skip
    return _gap(
        said,
        kind="element",
        name=_ELEMENT_NAMES[reading.presence].format(name=name)
        if ctx.language == "zh"
        else f"{name}: {_PRESENCE_EN[reading.presence]}",
        element=reading.element,
        severity=_SEVERITY_OF_PRESENCE[reading.presence],
    )


def _driver(ctx: DraftContext, reading: DriverReading) -> Gap:
    name = DRIVERS[reading.driver].in_(ctx.language)
    absent = reading.at_work == "not_seen"
    said = ctx.writer.say(
        "聚合动力“{name}”{verdict}。", "The driver “{name}” {verdict}.", name=name,
        verdict=ctx.writer.pick("尚未显现" if absent else "作用尚不充分", "is not seen at work" if absent else "works only in part"),
        state="no_evidence" if absent else "grounded", figures=reading.figures if not absent else (),
    )  # fmt: skip
    return _gap(
        said,
        kind="driver",
        name=ctx.writer.pick(f"{name}动力不足", f"weak driver: {name}"),
        driver=reading.driver,
        severity=0.6 if absent else 0.4,
    )


def _mode(ctx: DraftContext, mode: ModeKey) -> Gap:
    said = ctx.writer.say(
        "按{mode}推进聚合，还须把“{condition}”的条件转化为项目支撑和制度保障。",
        "To grow as {mode}, the condition “{condition}” has to be carried by projects and institutions.",
        mode=MODES[mode].in_(ctx.language),
        condition=MODE_CONDITIONS[mode].in_(ctx.language),
        state="assumption",
    )
    return _gap(
        said, kind="mode", name=ctx.writer.pick("主导模式支撑条件", "support for the leading mode"), severity=0.55
    )
