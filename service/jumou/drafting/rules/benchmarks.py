"""Benchmark cases: comparable clusters, their path, factors and lessons, in quotes, and the gap to them."""

from typing import Final

from jumou.domain.diagnosis import Benchmark, ElementReading
from jumou.domain.evidence import Document, Statement
from jumou.domain.framework import ELEMENTS, MODES, ModeKey
from jumou.drafting.context import DraftContext
from jumou.retrieval import Filter, Hit

_SECTIONS: Final = {"path": ("发展历程", "概况"), "factors": ("成功因素",), "lessons": ("教训与启示", "可借鉴条件")}
_MOST: Final = 4


def benchmarks(ctx: DraftContext, elements: tuple[ElementReading, ...], mode: ModeKey) -> tuple[Benchmark, ...]:
    """Up to four cases: the same industry first, then the same mode; at least one with hard lessons when there is one.

    The region's own cases never serve as its benchmark.
    """
    chosen = _choose(ctx, mode)
    return tuple(_benchmark(ctx, number, document, elements, mode) for number, document in enumerate(chosen, start=1))


def _choose(ctx: DraftContext, mode: ModeKey) -> list[Document]:
    names = [chain.name.zh for chain in ctx.industry.chains]
    aliases = {alias for chain in ctx.industry.chains for alias in chain.aliases.zh[:6]}
    question = f"{ctx.industry.name} {' '.join(names)} {MODES[mode].zh} 产业集群 发展路径 成功因素"
    hits = [
        *ctx.desk.find(question, limit=12, where=Filter(kinds=("case",)), benchmarks=True),
        *ctx.desk.find(
            f"{ctx.industry.name} {MODES[mode].zh}", limit=8, where=Filter(kinds=("case",), modes=(mode,)), benchmarks=True
        ),
    ]
    ranked = _ranked(hits, mode, aliases | set(names))
    chosen = ranked[:_MOST]
    if chosen and not any(document.outcome in ("failure", "mixed") for document in chosen):
        hard = ctx.desk.find(
            f"{ctx.industry.name} 失败 受挫 教训 {MODES[mode].zh}",
            limit=6,
            where=Filter(kinds=("case",), outcomes=("failure", "mixed")),
            benchmarks=True,
        )
        lessons = [document for document in _ranked(hard, mode, aliases) if document not in chosen]
        chosen = [*chosen[: _MOST - 1], *lessons[:1]] if lessons else chosen
    return chosen


def _ranked(hits: list[Hit], mode: ModeKey, names: set[str]) -> list[Document]:
    best: dict[str, tuple[float, Document]] = {}
    for hit in hits:
        document = hit.document
        same_industry = any(name in "、".join((*document.industries, document.title)) for name in names)
        score = hit.score + 0.6 * same_industry + 0.25 * (mode in document.modes) + 0.05 * (document.source_grade == "A")
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
    if document.outcome in ("failure", "mixed"):
        return write.say(
            "{title}与本区域产业方向相近（{industries}），其受挫经历可作警示。",
            "{title} is close in industry; its set-back is a warning.",
            title=title, industries=industries, citations=citations,
        )  # fmt: skip
    if same_mode:
        return write.say(
            "{title}同属{mode}，主导产业为{industries}，聚合路径与本区域拟选路径具有可比性。",
            "{title} grew in the same way ({mode}); its path compares with the one proposed here.",
            title=title, mode=MODES[mode].in_(ctx.language), industries=industries, citations=citations,
        )  # fmt: skip
    other = MODES[document.modes[0]].in_(ctx.language) if document.modes else "—"
    return write.say(
        "{title}主导产业为{industries}，与本区域产业方向相近；其模式为{mode}，可供比较不同路径的条件。",
        "{title} works in a related industry in another way ({mode}), which shows what each path needs.",
        title=title, mode=other, industries=industries, citations=citations,
    )  # fmt: skip


def _gap(ctx: DraftContext, document: Document, elements: tuple[ElementReading, ...], title: str) -> Statement:
    write = ctx.writer
    lacking = [
        ELEMENTS[reading.element].in_(ctx.language)
        for reading in elements
        if reading.element in document.elements and reading.presence in ("weak", "unknown")
    ]
    citation = ctx.desk.cite_document(document.id, [*lacking, *document.industries])
    citations = (citation,) if citation else ()
    if not lacking:
        return write.say(
            "与{title}相比，本区域六类要素均有资料可循，差距主要在规模与能级，须补充同口径指标后量化。",
            "Against {title} the region shows all elements; the gap is one of size and rank, to be measured once like figures are at hand.",
            title=title, citations=citations,
        )  # fmt: skip
    return write.say(
        "与{title}相比，本区域的差距集中在{lacking}；现有资料未给出同口径指标，暂不作量化比较。",
        "Against {title} the region lacks above all {lacking}; the profile holds no like figures, so the gap is not put in numbers.",
        title=title, lacking=lacking, citations=citations,
    )  # fmt: skip
