"""Gathers what a draft works from: the industry and its chains, the numbers, the evidence desk, the plan's term."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from jumou.analysis.region import RegionAnalysis, analyse
from jumou.analysis.remarks import with_remarks
from jumou.corpus.branch import focused
from jumou.corpus.playbook import load_playbook
from jumou.domain.chain import Chain
from jumou.domain.framework import Language
from jumou.domain.region import RegionProfile
from jumou.drafting.context import DraftContext, Industry
from jumou.drafting.desk import EvidenceDesk, Library
from jumou.drafting.industry import choose_industry, wanted_links
from jumou.drafting.rules.niches import choose_niches
from jumou.errors import InvalidRequest

_YEARS: Final = 5
_LONGEST: Final = 15


def prepare(
    profile: RegionProfile,
    library: Library,
    *,
    language: Language = "zh",
    industry: str | None = None,
    start_year: int | None = None,
    horizon: int | None = None,
    exclude_documents: frozenset[str] = frozenset(),
    chains: Mapping[str, Chain] | None = None,
    needs_precedents: bool = True,
    notes: Mapping[str, str] = MappingProxyType({}),
    scope: str = "",
) -> DraftContext:
    """The context of a draft. `industry` overrides the profile's target; the term is five years unless told.

    `exclude_documents` are kept out of every search (in evaluations: those about the region itself). `chains` are the value
    chains to plan with, the shipped ones unless told. Without `needs_precedents` a project stays for which none is found,
    marked as such: evaluations draft so to see what the corpus is worth.
    `notes` are what reviewers want otherwise, by item; `scope` is how far the planner wants the vision to reach.

    Raises:
        InvalidRequest: the term does not make sense.
    """
    first, last = _term(profile, start_year, horizon)
    profile = with_remarks(profile)
    chosen, analysis = _on_its_theme(profile, choose_industry(profile, industry, language, chains), language)
    return DraftContext(
        profile=profile,
        industry=chosen,
        analysis=analysis,
        playbook=load_playbook(),
        desk=EvidenceDesk(
            library=library,
            language=language,
            own_region=tuple(dict.fromkeys(name for name in (profile.name, *_bare(profile.name)) if name)),
            exclude=exclude_documents,
        ),
        language=language,
        start_year=first,
        horizon=last,
        needs_precedents=needs_precedents,
        notes=notes,
        scope=scope,
    )


def _on_its_theme(profile: RegionProfile, chosen: Industry, language: Language) -> tuple[Industry, RegionAnalysis]:
    """The industry and its numbers with the links of the first theme, and those the target names, in front.

    The theme can only be chosen on numbers, so these are worked out again when it brings other links to the front.
    """
    wanted = wanted_links(chosen)
    analysis = analyse(profile, chosen.chain, language=language, wanted=wanted, named=wanted, industry=chosen.name)
    theme = choose_niches(profile, chosen, analysis.nodes, analysis.modes.winner, language)[0]
    if not chosen.known or theme.chain is not chosen.chain:
        return chosen, analysis
    asked = wanted | set(theme.niche.nodes)
    chain = focused(chosen.chain, asked, theme.niche.needs)
    if chain == chosen.chain and asked == wanted:
        return chosen, analysis
    return replace(chosen, chain=chain), analyse(
        profile, chain, language=language, wanted=asked, named=wanted, industry=chosen.name
    )


def _bare(name: str) -> tuple[str, ...]:
    """A name like 柴达木循环经济试验区(海西州) without and inside its brackets."""
    head, _, rest = name.replace("（", "(").partition("(")
    return (head.strip(), *(part.strip() for part in rest.rstrip("）)").replace("、", ",").split(",")))


def _term(profile: RegionProfile, start_year: int | None, horizon: int | None) -> tuple[int, int]:
    """First and last year: as told, else from the profile's horizon, else the five years that begin next."""
    last = horizon or profile.horizon
    if start_year is None:
        now = datetime.now(UTC)
        first = now.year if now.month <= 6 else now.year + 1  # a plan drafted in autumn begins with the new year
        if last is not None and last < first + 1:
            first = last - _YEARS + 1
    else:
        first = start_year
    last = last or first + _YEARS - 1
    if not first <= last <= first + _LONGEST or not 1990 <= first <= 2100:
        raise InvalidRequest(
            f"规划期 {first}—{last} 不合理。",
            f"The term {first}–{last} does not make sense.",
            mend_zh=f"请给出不超过 {_LONGEST} 年的起止年份。",
            mend_en=f"Give a first and last year at most {_LONGEST} years apart.",
        )
    return first, last
