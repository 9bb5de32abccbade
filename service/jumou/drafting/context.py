"""What a drafter works from: profile, chains, numbers, evidence and language, gathered once per draft."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from jumou.analysis.region import RegionAnalysis
from jumou.domain.chain import Chain
from jumou.domain.framework import Language, ModeKey
from jumou.domain.implementation import Kpi
from jumou.domain.playbook import Playbook
from jumou.domain.region import RegionProfile
from jumou.drafting.account import Account
from jumou.drafting.desk import EvidenceDesk
from jumou.drafting.reading import Reading, read
from jumou.drafting.wording import Said, Writer

_LONGEST_TITLE: Final = 24


@dataclass(frozen=True, slots=True)
class Industry:
    """The industry a plan is about: its name as the planner wrote it and the chains that describe it."""

    name: str
    chain: Chain
    known: bool
    others: tuple[Chain, ...] = ()
    chosen_because: str = ""
    proposed: frozenset[str] = frozenset()
    """Ids of chains the profile does not speak of: national fields put up for examination, marked as such."""
    called: Mapping[str, str] = field(default_factory=dict)
    """What the region's own figures and facts call an industry, by chain id, where they name it."""
    unresolved: tuple[str, ...] = ()
    """What the target lists that no chain describes; a general chain stands for each."""
    written: str = ""
    """The name as the plan writes it, where the planner's is in another script than the plan: the chains' own."""

    @property
    def short(self) -> str:
        """The name short enough for a project's title: without brackets, the first two of many parts."""
        if self.written:
            return self.written
        bare = re.sub(r"[（(].*?[）)]", "", self.name).strip() or self.name
        if len(bare) <= _LONGEST_TITLE:
            return bare
        parts = re.split(r"[、，,；;/]", bare)
        chinese = re.search(r"[\u4e00-\u9fff]", bare) is not None
        return "、".join(parts[:2]) + "等" if len(parts) > 2 and chinese else bare

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The leading chain first, then the others the plan touches."""
        return (self.chain, *self.others)

    def name_of(self, chain: Chain, language: Language) -> str:
        """One of several industries as the region calls it, else by the chain's name."""
        return self.called.get(chain.id) or chain.name.in_(language)


@dataclass(frozen=True, slots=True)
class DraftContext:
    """Everything the four steps read. Nothing in it changes while a plan is drafted, but for the desk's record of use, the account and what is kept.

    `notes` are what reviewers want otherwise, by item (`project/P03`); a drafter that cannot read them leaves them be.
    """

    profile: RegionProfile
    industry: Industry
    analysis: RegionAnalysis
    playbook: Playbook
    desk: EvidenceDesk
    language: Language
    start_year: int
    horizon: int
    needs_precedents: bool = True
    """Whether a project that leans on no precedent is left out."""
    scope: str = ""
    """How far the planner wants the vision to reach; empty leaves it to the diagnosis."""
    notes: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    kpis: dict[ModeKey, tuple[Kpi, ...]] = field(default_factory=dict)
    """The KPI set by mode, once a step has worked it out: three of the four steps need it."""
    writer: Writer = field(init=False)
    reading: Reading = field(init=False)

    def __post_init__(self) -> None:
        """The writer follows from the language, the reading from the profile."""
        object.__setattr__(self, "writer", Writer(self.language))
        object.__setattr__(self, "reading", read(self.profile))

    @property
    def region(self) -> Said:
        """The region's name as the profile has it."""
        return Said(self.profile.name, "profile:name")

    @property
    def names(self) -> tuple[str, ...]:
        """Names that may hold digits and stand in texts as names: the region's, and the industry's whole and short."""
        return (self.profile.name, self.industry.name, self.industry.short)

    def chain_of(self, node_id: str) -> Chain:
        """The chain a link belongs to; the leading chain when none of them has it."""
        for chain in self.industry.chains:
            if any(node.id == node_id for node in chain.nodes):
                return chain
        return self.industry.chain
