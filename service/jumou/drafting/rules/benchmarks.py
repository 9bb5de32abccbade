"""Benchmark cases: comparable clusters, their path, factors and lessons, in quotes, and the gap to them."""

import re
from collections.abc import Callable
from typing import Final

from jumou.analysis.figures import quantity, usable
from jumou.analysis.sizes import parts_of
from jumou.domain.chain import Chain
from jumou.domain.diagnosis import Benchmark, ElementReading
from jumou.domain.evidence import Citation, Document, Passage, Statement
from jumou.domain.framework import ELEMENTS, MODES, ModeKey
from jumou.drafting.comparable import (
    divisions,
    divisions_of,
    group_of,
    level_likeness,
    likely_divisions,
    likeness,
    relatedness,
)
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import overlap
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.situations import shared, situations_of
from jumou.drafting.wording import Said
from jumou.retrieval import Filter, Hit

_SECTIONS: Final = {
    "path": ("发展历程", "概况"), "factors": ("成功因素", "受挫原因"), "lessons": ("教训与启示", "可借鉴条件"),
}  # fmt: skip
_MOST: Final = 4
_NEAR_FROM: Final = 0.5
"""From this likeness on, a case counts as close in industry."""

_ALIKE, _ALIKE_EN = "与本区域产业方向相近（{industries}）", " is close in industry"
_UNLIKE, _UNLIKE_EN = "产业与本区域不同（{industries}）", " works in another industry"
_LESSON: Final = {
    "success": ("，其做法可供比较。", "; what it did can be compared."),
    "mixed": ("，成效与挫折并存，正反两面均可比较。", "; it shows both what worked and what did not."),
    "failure": ("，其受挫经历可作警示。", "; its set-back is a warning."),
}
_CHINA: Final = "中国"
_BEYOND_CHINA: Final = 0.4
"""For a region outside China a case from outside is worth this much more: firms, land and public money work alike there."""

_SITUATION, _ALONE, _NOTHING_ALIKE = 0.5, 0.6, 0.3
"""What a shared situation is worth, as much as a like industry; the part of it without one; what a case loses that shares neither."""

_OF_IT, _OF_IT_ONLY = 0.5, 0.1
"""What a case of the industry is worth, and how much more one that is about nothing else."""

_OF_A_SITUATION: Final = 16
_CONSIDERED: Final = 60
"""Passages of cases that are looked at; a case is at most two of them."""


def benchmarks(ctx: DraftContext, elements: tuple[ElementReading, ...], mode: ModeKey) -> tuple[Benchmark, ...]:
    """Up to four cases: the same industry first, then near ones of like level and mode; at home and abroad, one with hard lessons.

    The region's own cases never serve as its benchmark.
    """
    chosen = _choose(ctx, mode)
    return tuple(_benchmark(ctx, number, document, elements, mode) for number, document in enumerate(chosen, start=1))


def _choose(ctx: DraftContext, mode: ModeKey) -> list[Document]:
    names = [chain.name.zh for chain in ctx.industry.chains]
    aliases = {alias for chain in ctx.industry.chains for alias in chain.aliases.zh[:6]}
    question = f"{ctx.industry.name} {' '.join(names)} {MODES[mode].zh} 产业集群 发展路径 成功因素"
    hits = [
        *ctx.desk.find(question, limit=_CONSIDERED, where=Filter(kinds=("case",)), benchmarks=True),
        *ctx.desk.find(
            f"{ctx.industry.name} {MODES[mode].zh}",
            limit=8,
            where=Filter(kinds=("case",), modes=(mode,)),
            benchmarks=True,
        ),
    ]
    for situation in situations_of(ctx.profile):
        hits.extend(
            ctx.desk.find(situation.query, limit=_OF_A_SITUATION, where=Filter(kinds=("case",)), benchmarks=True)
        )
    ranked = _ranked(ctx, hits, mode, aliases | set(names))
    chosen = ranked[:_MOST]
    home = ctx.profile.country
    own = own_divisions(ctx)

    def worth(item: Document) -> bool:
        """A case abroad in quite another industry, grown in another way, is no benchmark."""
        return mode in item.modes or _near(own, item) > 0

    fills: tuple[tuple[Callable[[Document], bool], Filter], ...] = (
        (lambda item: item.outcome in ("failure", "mixed"), Filter(kinds=("case",), outcomes=("failure", "mixed"))),
        (lambda item: item.country != home and worth(item), Filter(kinds=("case",), levels=("international",))),
        (lambda item: item.outcome == "success", Filter(kinds=("case",), outcomes=("success",))),
    )
    for wanted, more in fills:
        if chosen and not any(wanted(item) for item in chosen):
            found = [
                *ranked,
                *_ranked(ctx, ctx.desk.find(question, limit=8, where=more, benchmarks=True), mode, aliases),
            ]
            extra = next((item for item in found if wanted(item) and item not in chosen), None)
            if extra is not None:
                chosen = [*chosen[: _MOST - 1], extra] if len(chosen) < _MOST else _swapped(chosen, extra, home)
    return chosen


def _swapped(chosen: list[Document], extra: Document, home: str) -> list[Document]:
    """`extra` in place of the lowest case that is not the only one of its kind."""
    for index in range(len(chosen) - 1, 0, -1):
        rest = [item for place, item in enumerate(chosen) if place != index]
        if any(item.outcome == "success" for item in [*rest, extra]) and (
            chosen[index].country == home or any(item.country != home for item in rest)
        ):
            return [*rest, extra]
    return [*chosen[:-1], extra]


def own_divisions(ctx: DraftContext) -> frozenset[str]:
    """Of what its chains make, what is of the kind its name speaks of: a chain takes in those who supply machines and chemicals."""
    made = divisions(ctx.industry.chains)
    said = frozenset[str]().union(*map(likely_divisions, parts_of(ctx.industry.name))) or likely_divisions(
        ctx.industry.name
    )
    return frozenset(one for one in made if group_of(one) in set(map(group_of, said))) or said or made


def industry_nearness(ctx: DraftContext, document: Document, chain: Chain | None = None) -> float:
    """How near the industries a document is about are to the region's, or to those of one `chain` of it, 0–1.

    What people add is known by its title.
    """
    said = "、".join(document.industries) or (document.title if document.workspace else "")
    own = own_divisions(ctx) if chain is None else divisions((chain,))
    return relatedness(own, divisions_of(said))


def _near(own: frozenset[str], document: Document) -> float:
    return likeness(own, divisions_of("、".join(document.industries)))


def _ranked(ctx: DraftContext, hits: list[Hit], mode: ModeKey, names: set[str]) -> list[Document]:
    own, outside, situations = own_divisions(ctx), abroad(ctx.profile), situations_of(ctx.profile)
    best: dict[str, tuple[float, Document]] = {}
    for hit in hits:
        document = hit.document
        same_industry = any(name in "、".join((*document.industries, document.title)) for name in names)
        alone = sum(any(name in one for name in names) for one in document.industries) / max(
            1, len(document.industries)
        )
        near = _near(own, document)
        alike = min(1, len(shared(situations, document)))
        score = (
            _SITUATION * alike * (1.0 if near > 0 or same_industry else _ALONE)
            - _NOTHING_ALIKE * (not alike and not same_industry and near == 0)
            + 0.4 * hit.score
            + (_OF_IT + _OF_IT_ONLY * alone) * same_industry
            + 0.5 * near
            + 0.25 * level_likeness(ctx.profile.level, document.level or "")
            + 0.12 * (mode in document.modes)
            + 0.05 * (document.source_grade == "A")
            + _BEYOND_CHINA * (outside and document.country != _CHINA)
        )
        if document.id not in best or score > best[document.id][0]:
            best[document.id] = (score, document)
    return [document for _, document in sorted(best.values(), key=lambda item: (-item[0], item[1].id))]


def _benchmark(
    ctx: DraftContext, number: int, document: Document, elements: tuple[ElementReading, ...], mode: ModeKey
) -> Benchmark:
    title = document.title if ctx.language == "zh" else (document.title_en or document.title)
    if ctx.language == "zh":
        parts = {name: _quotes(ctx, document, sections, 2) for name, sections in _SECTIONS.items()}
    else:
        summary = _quotes(ctx, document, ("English summary",), 5)
        cut = max(1, len(summary) - 2)
        parts = {"path": summary[:cut], "factors": summary[cut : cut + 1], "lessons": summary[cut + 1 :]}
    return Benchmark(
        id=f"BM{number}",
        document_id=document.id,
        name=title,
        country=document.country,
        mode=document.modes[0] if document.modes else None,
        outcome=document.outcome or "",
        why_comparable=_why(ctx, document, mode, title),
        path=tuple(parts["path"]),
        factors=tuple(parts["factors"]),
        lessons=tuple(parts["lessons"]),
        gap=_gap(ctx, document, elements, title),
        state="grounded",
    )


def _quotes(ctx: DraftContext, document: Document, sections: tuple[str, ...], most: int) -> list[Statement]:
    found: list[Statement] = []
    for section in sections:
        sentences = ctx.desk.sentences(document.id, section)
        for passage, sentence in sentences if section != "发展历程" else sentences[-most:]:
            if len(found) == most:
                return found
            citation = ctx.desk.quote(passage, document, sentence)
            found.append(Statement(text=sentence, citations=(citation,), state="grounded"))
    return found


def _why(ctx: DraftContext, document: Document, mode: ModeKey, title: str) -> Statement:
    write = ctx.writer
    same_mode = mode in document.modes
    industries = write.joined(document.industries, last=3) if ctx.language == "zh" else title
    citation = ctx.desk.cite_document(document.id, [title, *document.industries, MODES[mode].in_(ctx.language)])
    citations = (citation,) if citation else ()
    near = _near(own_divisions(ctx), document) >= _NEAR_FROM
    alike = shared(situations_of(ctx.profile), document)
    if alike:
        return write.say(
            "{title}与本区域处境相近（{situation}）" + ("，产业也相近" if near else "，产业不同") + "（{industries}）" + _LESSON[document.outcome or "success"][0],
            "{title} was in a like situation ({situation})" + (", in a like industry" if near else ", in another industry") + _LESSON[document.outcome or "success"][1],
            title=Said(title, document.id), situation=write.joined(item.name.in_(ctx.language) for item in alike[:2]), industries=industries, citations=citations,
        )  # fmt: skip
    if document.outcome == "mixed":
        return write.say(
            "{title}" + (_ALIKE if near else _UNLIKE) + "，成效与挫折并存，正反两面均可比较。",
            "{title}" + (_ALIKE_EN if near else _UNLIKE_EN) + "; it shows both what worked and what did not.",
            title=Said(title, document.id), industries=industries, citations=citations,
        )  # fmt: skip
    if document.outcome == "failure":
        return write.say(
            "{title}" + (_ALIKE if near else _UNLIKE) + "，其受挫经历可作警示。",
            "{title}" + (_ALIKE_EN if near else _UNLIKE_EN) + "; its set-back is a warning.",
            title=Said(title, document.id), industries=industries, citations=citations,
        )  # fmt: skip
    if same_mode:
        return write.say(
            "{title}同属{mode}，主导产业为{industries}，聚合路径与本区域拟选路径具有可比性。",
            "{title} grew in the same way ({mode}), so its path can be compared with the one proposed here.",
            title=Said(title, document.id), mode=MODES[mode].in_(ctx.language), industries=industries, citations=citations,
        )  # fmt: skip
    other = MODES[document.modes[0]].in_(ctx.language) if document.modes else "—"
    return write.say(
        "{title}" + (_ALIKE if near else _UNLIKE) + "；其模式为{mode}，可供比较不同路径的条件。",
        "{title}" + (_ALIKE_EN if near else _UNLIKE_EN) + "; it grew in another way ({mode}), which shows what each path needs.",
        title=Said(title, document.id), mode=other, industries=industries, citations=citations,
    )  # fmt: skip


def _warning(ctx: DraftContext, document: Document, title: str) -> Statement:
    """What to look at at home when the case is a failure: its first cause."""
    cause = next(
        iter(_quotes(ctx, document, ("受挫原因", "教训与启示") if ctx.language == "zh" else ("English summary",), 1)),
        None,
    )
    if cause is None:
        return ctx.writer.say("{title}的教训须逐条对照检查。", "Check each lesson of {title}.", title=Said(title, document.id), state="no_evidence")  # fmt: skip
    return ctx.writer.say(
        "须对照检查本区域是否存在同样的隐患：{cause}", "Look for the same weakness at home: {cause}", cause=cause.text,
        citations=cause.citations,
    )  # fmt: skip


_GROUPS: Final = (
    re.compile(r"产值|营收|营业收入|主营|规模|成交额|revenue|output|turnover", re.IGNORECASE),
    re.compile(r"企业|公司|firms|companies", re.IGNORECASE),
    re.compile(r"研发|R&D", re.IGNORECASE),
    re.compile(r"专利|patent", re.IGNORECASE),
    re.compile(r"配套率|local sourcing", re.IGNORECASE),
    re.compile(r"就业|从业|jobs|employ", re.IGNORECASE),
)


def _gap(ctx: DraftContext, document: Document, elements: tuple[ElementReading, ...], title: str) -> Statement:
    """The gap in figures where case and profile measure a like thing, else what is missing to measure it."""
    write = ctx.writer
    lacking = [
        ELEMENTS[reading.element].in_(ctx.language)
        for reading in elements
        if reading.element in document.elements and reading.presence in ("weak", "unknown")
    ]
    if document.outcome == "failure":
        return _warning(ctx, document, title)
    level = _level(ctx, document)
    name = Said(title, document.id)
    missing = (
        write.pick(
            f"，要素上的差距集中在{write.joined(lacking)}", f"; here the thin elements are {write.joined(lacking)}"
        )
        if lacking
        else ""
    )
    if level is None:
        citation = ctx.desk.cite_document(document.id, [*lacking, *document.industries])
        return write.say(
            "与{title}的差距尚无同口径指标可以量化{missing}。", "The gap to {title} cannot be measured in like figures yet{missing}.",
            title=name, missing=missing, citations=(citation,) if citation else (),
        )  # fmt: skip
    metric, unit, citation = level
    own = next(
        (cell for group in _GROUPS if group.search(metric) for cell in ctx.profile.indicators
         if usable(cell) and group.search(cell.metric) and "增" not in cell.metric and "%" not in cell.unit
         and _like(cell.unit, unit) and overlap(metric, cell.metric) >= _SAME),
        None,
    )  # fmt: skip
    if own is None:
        return write.say(
            "{title}的水平为：{quote}本区域同类指标（{metric}）待补，补齐后量化差距{missing}。",
            "{title}: {quote} The region's own figure ({metric}) is still to be supplied{missing}.",
            title=name, quote=citation.quote, metric=metric, missing=missing, citations=(citation,),
        )  # fmt: skip
    return write.say(
        "{title}的水平为：{quote}本区域{label}为{value}，口径不尽相同，差距供参考{missing}。",
        "{title}: {quote} Here, {label} is {value}; scopes differ, so the gap is indicative{missing}.",
        title=name, quote=citation.quote, label=Said(own.metric, own.ref), value=quantity(own), missing=missing,
        citations=(citation,),
    )  # fmt: skip


_SAME: Final = 0.3
"""A figure of the region that shares less with the name of the case's is another measure: 基金规模 is no 总产值."""

_OTHER_KINDS: Final = re.compile(r"基金|融资|入股|投资|贷款|面积|装机|目标|预计|fund|invest|area", re.IGNORECASE)


def _like(unit: str, other: str) -> bool:
    """Whether two units are one; 家, 户 and 个 all count firms."""
    first, second = (re.sub(r"[(（].*", "", text).strip() for text in (unit, other))
    return first == second or {first, second} <= {"家", "户", "个"}


def _level(ctx: DraftContext, document: Document) -> tuple[str, str, Citation] | None:
    """A measure of the case with the sentence that states it, one that the profile measures too if there is one."""
    if ctx.language != "zh":
        return None
    mine = [
        group for group in _GROUPS if any(group.search(cell.metric) for cell in ctx.profile.indicators if usable(cell))
    ]
    found: list[tuple[bool, str, str, Passage, str]] = []
    sentences = [
        pair for section in ("发展历程", "概况", "标志性项目") for pair in ctx.desk.sentences(document.id, section)
    ]
    for figure in document.figures:
        metric, value = figure.get("metric", ""), figure.get("value", "").strip("+约近超 ")
        if (
            not value
            or re.search(
                r"半年|季度|月|\d|[A-Za-z]{4,}", metric
            )  # with a number or a firm's name it is of that place alone
            or _OTHER_KINDS.search(metric)
            or not any(group.search(metric) for group in _GROUPS)
        ):
            continue
        for passage, sentence in sentences:
            if value in sentence and "目标" not in sentence and "〔待核〕" not in sentence:
                found.append(
                    (any(group.search(metric) for group in mine), metric, figure.get("unit", ""), passage, sentence)
                )
                break
    if not found:
        return None
    _, metric, unit, passage, sentence = max(found, key=lambda item: item[0])
    return metric, unit, ctx.desk.quote(passage, document, sentence)
