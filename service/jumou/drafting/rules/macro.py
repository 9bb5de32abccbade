"""The macro scan: six outside factors, scored only where a passage stands behind them (ECONOMICS 1.9)."""

from typing import Final

from jumou.domain.chain import ChainPestel
from jumou.domain.diagnosis import MacroFactor, MacroScan
from jumou.domain.framework import PESTEL, PestelKey
from jumou.drafting.context import DraftContext
from jumou.retrieval import Filter

_MOST_PER_FACTOR: Final = 2
_POLICIES: Final = Filter(kinds=("policy", "user"))


def scan(ctx: DraftContext) -> MacroScan:
    """Six factors from the chain's knowledge, each with the passage that bears it out; weights are equal.

    A factor for which no passage of the corpus speaks is shown and not scored.
    """
    chosen = _chosen(ctx)
    weight = 1 / len(PESTEL)
    factors = []
    for number, factor in enumerate(chosen, start=1):
        shared = weight / sum(other.factor == factor.factor for other in chosen)
        factors.append(_factor(ctx, number, factor, shared))
    scores = [factor.score for factor in factors if factor.score is not None]
    return MacroScan(
        factors=tuple(factors),
        opportunity=round(sum(score for score in scores if score > 0), 4),
        threat=round(sum(score for score in scores if score < 0), 4),
    )


def _chosen(ctx: DraftContext) -> list[ChainPestel]:
    """At most two factors of each kind, in the framework's order, the heaviest first."""
    chosen: list[ChainPestel] = []
    for key in PESTEL:
        same: list[ChainPestel] = [item for chain in ctx.industry.chains for item in chain.pestel if item.factor == key]
        own = [item for item in ctx.industry.chain.pestel if item.factor == key]
        pool = own or same
        pool = sorted(pool, key=lambda item: -abs(item.impact) * item.probability)
        chosen.extend(pool[:_MOST_PER_FACTOR])
    return chosen


def _factor(ctx: DraftContext, number: int, item: ChainPestel, weight: float) -> MacroFactor:
    words = [*item.keywords, item.text.in_(ctx.language)]
    hits = ctx.desk.find(f"{ctx.industry.name} {' '.join(item.keywords)} {item.text.zh}", limit=8, where=_POLICIES)
    citations = tuple(
        citation
        for citation in ctx.desk.cite(hits, words, most=1)
        if _bears_out(citation.quote, (*item.keywords, ctx.industry.chain.name.zh, ctx.industry.chain.name.en))
    )
    key: PestelKey = item.factor
    return MacroFactor(
        id=f"M{number:02d}",
        factor=key,
        kind=item.kind,
        text=item.text.in_(ctx.language),
        impact=item.impact,
        probability=item.probability,
        weight=round(weight, 4),
        score=round(item.impact * item.probability * weight, 4) if citations else None,
        citations=citations,
        state="grounded" if citations else "no_evidence",
    )


def _bears_out(quote: str, words: tuple[str, ...]) -> bool:
    """Whether the quote speaks of the factor at all: it shares a word (or most of a longer one) with its keywords."""
    low = quote.lower()
    for word in words:
        part = word.lower().strip()
        if part and (part in low or any(part[i : i + 4] in low for i in range(0, max(1, len(part) - 3)) if len(part) > 4)):
            return True
    return False
