"""The gaps a plan has to close: chain links, elements, drivers, what the region says of itself, and the mode's conditions."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from jumou.analysis.firm_places import firms_at
from jumou.analysis.mode_inputs import in_trouble
from jumou.corpus.chains import find_chains
from jumou.domain.chain import Text
from jumou.domain.diagnosis import ChainNode, DriverReading, ElementReading, Gap
from jumou.domain.evidence import Statement
from jumou.domain.framework import DRIVERS, MODE_CONDITIONS, MODES, ModeKey
from jumou.domain.playbook import Part
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.answers import concerns_of, links_named
from jumou.drafting.rules.bearing import chain_spoken_of
from jumou.drafting.wording import Said, Word

_MOST_NODES: Final = 6
_WHOLE: Final = 32
_SEVERITY_OF_PRESENCE: Final = {"strong": 0.3, "partial": 0.5, "weak": 0.8, "unknown": 0.7}
_ON_RECORD: Final = 0.05
"""A part the profile speaks of weighs so much less than one it is silent on."""

_SIDE: Final = 0.45
"""A part that is not planned for in every plan stays below the weight that calls for a project."""

_USUAL: Final = 2
_MOST_WORDS: Final = 3
_MOST_UNPLACED: Final = 3


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
        *(gap for reading in elements for gap in _parts(ctx, reading, mode)),
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
    unplaced = firms_unplaced(ctx, nodes)
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
        if kind == "chain_missing" and unplaced:
            said = write.say(
                "{industry}产业链“{node}”环节：资料所列企业（{firms}）未能归入产业链各环节，本环节是否已有企业不明，须先核实再定是否补链。",
                "Link “{node}” of the {industry} chain: firms the profile names ({firms}) could not be placed at any link, so whether one stands here has to be verified before the link is planned.",
                industry=Said(chain.name.in_(ctx.language), "chain"), node=Said(node.name, "chain"),
                firms=unplaced[:_MOST_UNPLACED], state="assumption",
            )  # fmt: skip
        elif kind == "chain_missing":
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
        elif kind == "chain_weak" and not node.firms:
            said = write.say(
                "{industry}产业链“{node}”环节为本地产业所在，资料未列明其企业或未能归入，须摸清企业名录与工艺水平后强链。",
                "Link “{node}” of the {industry} chain is what the region's industry is called after; its firms are not listed or not placed, so they have to be surveyed before it is strengthened.",
                industry=Said(chain.name.in_(ctx.language), "chain"), node=Said(node.name, "chain"), state="assumption",
            )  # fmt: skip
        elif kind == "chain_weak":
            said = write.say(
                "{industry}产业链“{node}”环节已有{firms}，但企业数量少、配套能力偏弱，需要强链。",
                "Link “{node}” of the {industry} chain rests on {firms}, too little to supply the chain; it needs strengthening.",
                industry=Said(chain.name.in_(ctx.language), "chain"), node=Said(node.name, "chain"),
                firms=[Said(firm, "profile:enterprises") for firm in node.firms[:3]] or write.pick("少量企业", "a few firms"),
            )  # fmt: skip
        else:
            said = write.say(
                "{industry}产业链“{node}”环节基础较好，可向相邻环节延伸。",
                "Link “{node}” of the {industry} chain is strong and can extend to its neighbours.",
                industry=Said(chain.name.in_(ctx.language), "chain"), node=Said(node.name, "chain"), state="grounded",
            )  # fmt: skip
        rows.append(
            _gap(
                said,
                kind=kind,
                name=node.name,
                node_id=node.id,
                chain_id=chain.id,
                severity=round(severity, 3),
                unverified=not named,
            )
        )
    return rows


def firms_unplaced(ctx: DraftContext, nodes: Iterable[ChainNode]) -> tuple[Said, ...]:
    """The firms the profile names that stand at no link of the plan's chains, where they are half of all or more.

    Those in trouble do not count; of several, only those whose names say the leading chain, where there are any.
    """
    placed = {firm for node in nodes for firm in node.firms}
    for other in ctx.industry.others:
        placed.update(*firms_at(ctx.profile, other).values())
    names = {firm.name: firm.ref for firm in ctx.profile.enterprises if firm.name.strip() and not in_trouble(firm)}
    lost = tuple(Said(name, ref or "profile:enterprises") for name, ref in names.items() if name not in placed)
    if 2 * len(lost) < len(names):
        return ()
    lead = ctx.industry.chain.id
    return tuple(word for word in lost if any(hit.chain_id == lead for hit in find_chains(word.text))) or lost


def _stated(ctx: DraftContext) -> list[Gap]:
    write = ctx.writer
    rows = []
    for item in ctx.profile.constraints:
        text = item.statement.strip()
        if not text:
            continue
        concerns = concerns_of(ctx.playbook.concerns, text)
        about = chain_spoken_of(text, ctx.industry.chains) if ctx.industry.known else ""
        chain = next((one for one in ctx.industry.chains if one.id == about), ctx.industry.chain)
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
                node_ids=links_named(chain, text) if ctx.industry.known else (),
                chain_id=about,
                severity=severity,
            )
        )
    return rows


def _short(text: str) -> str:
    """A problem as a gap's name: its first clause, of a long one the first things it lists, else cut where a word ends."""
    if len(text) <= _WHOLE and re.search(r"[\u4e00-\u9fff]", text):
        return text
    clause = re.split(r"[，,；;（(]", text, maxsplit=1)[0].strip() or text
    if len(clause) <= (30 if re.search(r"[\u4e00-\u9fff]", clause) else 70):
        return clause
    if not re.search(r"[\u4e00-\u9fff]", clause):
        return clause[:70].rsplit(" ", 1)[0]
    listed = clause[:31].rsplit("、", 1)[0]
    return f"{listed}等" if len(listed) < len(clause[:31]) else f"{clause[:29]}…"


def _parts(ctx: DraftContext, reading: ElementReading, mode: ModeKey) -> Iterator[Gap]:
    """One gap for each part of an element that is planned for: what the profile has of it, and what it does not show."""
    usual = {one.id for one in ctx.playbook.archetypes if one.emphasis.get(mode, 0) >= _USUAL}
    for part in ctx.playbook.parts:
        if part.element == reading.element and (part.core or usual & set(part.answers)):
            yield _part(ctx, reading, part)


def _part(ctx: DraftContext, reading: ElementReading, part: Part) -> Gap:
    write = ctx.writer
    find = re.compile(part.find, re.IGNORECASE)
    told = [word for word in ctx.reading.of(part.element) if find.search(word.text)][:_MOST_WORDS]
    words = _chain_words(ctx)
    name, named = _filled(ctx, part.name, words)
    wants, wanted = _filled(ctx, part.wants, words)
    if told:
        said = write.say(
            "资料列有{told}，未反映{wants}。",
            "The profile names {told}; it does not show {wants}.",
            told=told, wants=wants, figures=(*named, *wanted),
        )  # fmt: skip
    else:
        said = write.say(
            "资料未反映{wants}，须先核实。",
            "The profile does not show {wants}; this has to be verified first.",
            wants=wants, figures=(*named, *wanted), state="assumption",
        )  # fmt: skip
    rows = ctx.reading.of(part.element) or (ctx.reading.troubled if part.element == "leading_firms" else ())
    severity = _SEVERITY_OF_PRESENCE[reading.presence if rows else "unknown"]  # a figure says how many, not who
    if not part.core:
        severity = min(severity, _SIDE)
    return _gap(
        said, kind="element", name=name, element=part.element, part=part.id, severity=round(severity - _ON_RECORD * bool(told), 3)
    )  # fmt: skip


def _chain_words(ctx: DraftContext) -> dict[str, Word]:
    """The chain's own words for what a part of an element is made of, two of each."""
    language, chain = ctx.language, ctx.industry.chain
    projects, nodes = chain.projects, sorted(chain.nodes, key=lambda node: (-node.criticality, node.order))

    def two(names: Iterable[str]) -> tuple[Said, ...]:
        return tuple(Said(name, "chain") for name in tuple(names)[:2])

    return {
        "targets": two(projects.A1.targets.in_(language)),
        "nodes": two(node.name.in_(language) for node in nodes),
        "platforms": two(item.name.in_(language) for item in projects.A2.platforms),
        "occupations": two(projects.B3.occupations.in_(language)),
        "zones": two(projects.C1.zones.in_(language)),
        "facilities": two(item.name.in_(language) for item in projects.C2.facilities),
        "instruments": two(tool.name.in_(language) for tool in projects.D1.instruments),
        "theme": Said(ctx.industry.short, "profile:target_industry"),
    }


def _filled(ctx: DraftContext, text: Text, words: dict[str, Word]) -> tuple[str, tuple[Quantity, ...]]:
    template = text.in_(ctx.language)
    return ctx.writer.fill(template, **{key: word for key, word in words.items() if "{" + key + "}" in template})


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
        "For the {mode} mode, its condition (“{condition}”) still has to be carried by projects and institutions.",
        mode=MODES[mode].in_(ctx.language),
        condition=MODE_CONDITIONS[mode].in_(ctx.language),
        state="assumption",
    )
    return _gap(
        said, kind="mode", name=ctx.writer.pick("主导模式支撑条件", "support for the leading mode"), severity=0.55
    )
