"""The macro scan: six outside factors, scored only where a passage stands behind them (ECONOMICS 1.9)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from jumou.domain.diagnosis import MacroFactor, MacroScan
from jumou.domain.evidence import Citation, Document
from jumou.domain.framework import PESTEL, PestelKey
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import overlap
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.wording import Said
from jumou.retrieval import Filter

_MOST_PER_FACTOR: Final = 3
_OF_THE_INDUSTRY: Final = 2
_LEAST_SHARED: Final = 0.15
"""A quote that shares less of the factor's own words speaks of something else."""

_WIDER: Final[dict[str, tuple[str, ...]]] = {
    "provincial": ("national",), "city": ("national", "provincial"), "county": ("national", "provincial", "city"),
    "park": ("national", "provincial", "city"), "town": ("national", "provincial", "city", "county"), "other": ("national", "provincial"),
}  # fmt: skip
"""The levels that stand above a region of a level."""

_OF_LEVEL: Final[dict[str, tuple[str, ...]]] = {
    "provincial": ("省", "自治区", "市"), "city": ("市", "州", "盟"), "county": ("县", "市", "区"),
}  # fmt: skip
_PLACE: Final = re.compile(r"(?:^|[，,、；在由将])([\u4e00-\u9fff]{2,3}(?:市|县|自治州))(?!场|区)")
_DENIES: Final = re.compile(r"不是|未|不足|尚|失败|受挫|企业规划口径|not |fail", re.IGNORECASE)
_SOURCES: Final = Filter(kinds=("policy", "user", "case"))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A factor before it is numbered and weighted."""

    factor: PestelKey
    kind: Literal["opportunity", "challenge"]
    text: str
    impact: float
    probability: float
    citations: tuple[Citation, ...]
    figures: tuple[Quantity, ...] = ()


def scan(ctx: DraftContext) -> MacroScan:
    """Six factors: the region's own policy setting, the industry's factors, and those that bear on all industries.

    Each of the six weighs the same. A factor for which no passage of the corpus speaks is shown and not scored; it is
    shown only where the dimension has room for it.
    """
    chosen = [item for key in PESTEL for item in _chosen(ctx, key)]
    weight = 1 / len(PESTEL)
    factors = []
    for number, item in enumerate(chosen, start=1):
        scored = sum(bool(other.citations) for other in chosen if other.factor == item.factor)
        shared = weight / max(1, scored)
        factors.append(_factor(number, item, shared if item.citations else 0.0))
    scores = [factor.score for factor in factors if factor.score is not None]
    return MacroScan(
        factors=tuple(factors),
        opportunity=round(sum(score for score in scores if score > 0), 4),
        threat=round(sum(score for score in scores if score < 0), 4),
    )


def _chosen(ctx: DraftContext, key: PestelKey) -> list[_Candidate]:
    found = [*(_own_setting(ctx) if key == "political" else ()), *_of_industry(ctx, key), *_general(ctx, key)]
    borne = [item for item in found if item.citations]
    silent = [item for item in found if not item.citations]
    room = max(0, 2 - len(borne))
    return [*borne[:_MOST_PER_FACTOR], *silent[: max(room, 1 if not borne else 0)]]


def _own_setting(ctx: DraftContext) -> Iterator[_Candidate]:
    """What the province or region has itself laid down for the industry: its context, never its benchmark."""
    names = tuple(name for name in (ctx.profile.parent, ctx.profile.name) if name)
    if not names:
        return
    hits = ctx.desk.find(
        f"{ctx.industry.name} {ctx.industry.chain.name.zh} 产业集群 目标", limit=6, where=Filter(kinds=("policy", "user"), regions=names)
    )  # fmt: skip
    words = [ctx.industry.name, ctx.industry.chain.name.zh, *ctx.industry.chain.aliases.zh[:4]]
    own = f"{ctx.profile.parent}{ctx.profile.name}"
    cited = next(
        (
            ctx.desk.quote(hit.passage, hit.document, sentence)
            for hit in hits
            if "全国" not in hit.document.regions and _above(ctx, hit.document, own)
            for sentence, shared in (ctx.desk.sentence(hit.passage.text, words),)
            if sentence and shared > 0 and _directs(sentence, own)
        ),
        None,
    )
    if cited is not None:
        citations = (cited,)
        text, figures = ctx.writer.fill(
            ctx.writer.pick("上级部署已就相关产业提出方向：{title}，本规划须与之衔接", "The higher level has set a direction ({title}) that this plan has to join"),
            title=Said(f"《{citations[0].title}》" if ctx.language == "zh" else citations[0].title, citations[0].document_id),
        )  # fmt: skip
        yield _Candidate("political", "opportunity", text, 3.0, 0.8, citations, figures)


def _above(ctx: DraftContext, document: Document, own: str) -> bool:
    """Whether a document's body stands above the region: a wider level, and the region lies in what it governs.

    What people added is theirs to call a higher body's.
    """
    if document.kind == "user":
        return True
    wider = _WIDER.get(ctx.profile.level, ())
    if document.level not in wider:
        return False
    places = [place for place in document.regions if place.endswith(_OF_LEVEL.get(document.level, ("",)))]
    return document.level == "national" or any(place[:2] in own for place in places)


def _directs(sentence: str, own: str) -> bool:
    """Whether a sentence sets a direction here: it names no other place of the province, and denies nothing."""
    return not _DENIES.search(sentence) and all(place[:2] in own for place in _PLACE.findall(sentence))


def _of_industry(ctx: DraftContext, key: PestelKey) -> list[_Candidate]:
    """The chain's factors of this kind, the heaviest first, those that a passage bears out before the others."""
    if abroad(ctx.profile) and key in ("political", "legal"):
        return []  # what the chains say of policy and law is China's
    own = [item for item in ctx.industry.chain.pestel if item.factor == key]
    pool = own or [item for chain in ctx.industry.chains for item in chain.pestel if item.factor == key]
    found = []
    for item in sorted(pool, key=lambda one: -abs(one.impact) * one.probability)[:_OF_THE_INDUSTRY]:
        hits = ctx.desk.find(
            f"{ctx.industry.name} {' '.join(item.keywords)} {item.text.zh}", limit=8, where=_SOURCES, benchmarks=True
        )
        said = item.text.in_(ctx.language)
        citations = tuple(
            citation
            for citation in ctx.desk.cite(hits, [*item.keywords, said], most=1)
            if _bears_out(citation.quote, item.keywords) and overlap(said, citation.quote) >= _LEAST_SHARED
        )
        found.append(_Candidate(key, item.kind, said, item.impact, item.probability, citations))
    return sorted(found, key=lambda item: not item.citations)


def _general(ctx: DraftContext, key: PestelKey) -> list[_Candidate]:
    found = []
    for item in ctx.playbook.factors_abroad if abroad(ctx.profile) else ctx.playbook.factors:
        if item.factor != key:
            continue
        words = [*(item.find if ctx.language == "zh" else (*item.find_en, *item.find))]
        cited = (ctx.desk.cite_document(name, words) for name in item.documents)
        citation = next((one for one in cited if one is not None), None)
        found.append(
            _Candidate(
                key,
                item.kind,
                item.text.in_(ctx.language),
                item.impact,
                item.probability,
                (citation,) if citation else (),
            )
        )
    return found


def _factor(number: int, item: _Candidate, weight: float) -> MacroFactor:
    return MacroFactor(
        id=f"M{number:02d}",
        factor=item.factor,
        kind=item.kind,
        text=item.text,
        impact=item.impact,
        probability=item.probability,
        weight=round(weight, 4),
        score=round(item.impact * item.probability * weight, 4) if item.citations else None,
        figures=item.figures,
        citations=item.citations,
        state="grounded" if item.citations else "no_evidence",
    )


def _bears_out(text: str, words: tuple[str, ...]) -> bool:
    """Whether the text speaks of the factor: one of its own keywords stands there, or four letters in a row of a long one."""
    low = text.lower()
    for word in words:
        part = word.lower().strip()
        if part and (part in low or (len(part) > 4 and any(part[i : i + 4] in low for i in range(len(part) - 3)))):
            return True
    return False
