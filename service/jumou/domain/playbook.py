"""The planner's playbook: project archetypes, KPI families and binding rules, as data a planner can read and change."""

from typing import Literal

from pydantic import Field

from jumou.domain.chain import Text, Texts
from jumou.domain.framework import DriverKey, ElementKey, KpiFamily, Language, ModeKey, PestelKey, ProjectType
from jumou.domain.model import Code, Model
from jumou.domain.portfolio import Funding
from jumou.domain.region import RegionLevel

Revenue = Literal["none", "partial", "full"]
FinancingKind = Literal["enterprise_led", "platform", "public", "mixed", "park", "infrastructure", "fund"]
Department = Literal[
    "government", "drc", "industry", "commerce", "science", "finance", "hr", "talent", "education", "land", "ecology",
    "market", "data", "park", "firms", "institutions", "associations", "investor", "banks", "media", "agriculture",
    "tourism", "transport", "health", "water",
]  # fmt: skip


class GapFilter(Model):
    """The kinds of gap an archetype answers."""

    kinds: tuple[Code, ...] = ()
    elements: tuple[ElementKey, ...] = ()


class Concern(Model):
    """A kind of problem regions state: the words it is known by, its element, the archetypes that answer it."""

    id: Code
    find: Code = Field(description="a regular expression over both languages")
    element: ElementKey
    answers: tuple[Code, ...] = Field(min_length=1)


class Part(Model):
    """A part of an element of a cluster: the words a profile speaks of it with, and the archetypes that build it."""

    id: Code
    element: ElementKey
    core: bool = Field(description="planned for in every plan")
    find: Code = Field(description="a regular expression over both languages")
    name: Text = Field(description="the gap's name")
    wants: Text = Field(description="what a profile would have to say of it")
    answers: tuple[Code, ...] = Field(min_length=1)


class Boundary(Model):
    """What a project leaves to another one where a plan holds both; {other} stands for the other's id."""

    project: Code
    other: Code
    text: Text


class Kind(Model):
    """A kind of activity an industry can be (making, farming, touring ...), by which indicators and projects fit or do not.

    An industry is of it by the words it is called by, or by the GB/T 4754 codes of what its chain makes.
    """

    id: Code
    find: Code = Field(default="", description="a regular expression over both languages, read in the industry's name")
    codes: tuple[Code, ...] = Field(default=(), description="beginnings of GB/T 4754 codes")
    serves: bool = Field(default=False, description="a service: it makes, digs and grows nothing")


class Wording(Model):
    """What a project is called and does where the industry is of another kind than making; what is not given stays."""

    project: Code
    kinds: tuple[Code, ...] = Field(min_length=1)
    name: Text
    objective: Text | None = None
    content: Texts | None = None
    site: Text | None = None
    outputs: tuple["OutputRule", ...] | None = None


class Range(Model):
    """A planning assumption as a range, hundred million yuan for a prefecture-level city."""

    low: float = Field(ge=0)
    high: float = Field(ge=0)


class UnitCost(Model):
    """What one unit of a project's first output costs, hundred million yuan: a planning assumption.

    `by_firms`: firms spend it, less in smaller places and industries; otherwise it is the same everywhere (a square metre).
    """

    low: float = Field(gt=0)
    high: float = Field(gt=0)
    by_firms: bool = False


class OutputRule(Model):
    """A deliverable with its planning target for a prefecture-level city."""

    text: Text
    value: float
    unit: Code


class RiskRule(Model):
    """A risk and the response to it."""

    text: Text
    response: Text


class Archetype(Model):
    """A kind of project, before it is filled with a region's gaps, firms and places."""

    id: Code
    type: ProjectType
    per: Literal["once", "theme", "node", "platform", "facility", "industry", "segment", "firm", "park"]
    count: int = 1
    needs: Literal["", "firms", "institutions", "market", "market_place", "foreign_market", "no_market", "hub"] = Field(
        default="",
        description="firms, institutions: named in the profile; market: goods are sold to consumers or traded here, market_place: at a place made for it, foreign_market: across borders too, "
        "no_market: they are not; hub: a port or a logistics place without such a market",
    )
    kinds: tuple[Code, ...] = Field(default=(), description="the kinds of industry it fits; all when empty")
    emphasis: dict[ModeKey, int] = Field(description="0 not offered, 1 optional, 2 usual, 3 core")
    also_when: Literal["", "exchanges", "comprehensive", "consumer"] = ""
    scope: Literal["", "large", "small", "abroad"] = Field(
        default="",
        description="large: what a county, a town or a small park has no powers for; small: what they do instead; abroad: outside China only",
    )
    gap: GapFilter
    links: Literal["", "theme", "second", "weak", "firms", "targets", "exchanges", "serves"] = Field(
        default="", description="which links of the chain a project of the kind `once` works on"
    )
    serves: Code = Field(default="", description="words in the Chinese name of a link such a project supplies")
    name: Text
    objective: Text
    content: Texts
    scale: Text
    site: Text
    lead: Department
    partners: tuple[Department, ...] = ()
    months: int = Field(gt=0)
    start: int = Field(ge=0, description="months after the plan's start, before predecessors are looked at")
    size: Range | None
    unit: UnitCost | None = Field(default=None, description="sizes the project by its first output instead of `size`")
    revenue: Revenue
    financing: FinancingKind
    outputs: tuple[OutputRule, ...]
    kpis: tuple[KpiFamily, ...]
    approvals: Texts
    risks: tuple[RiskRule, ...]
    query: Text
    shows: Code = Field(
        description="words by which a sentence of a case or a policy shows this kind of project at work"
    )
    rules: tuple[Code, ...] = ()
    after: tuple[Code, ...] = Field(default=(), description="archetypes whose projects come first")

    def measures(self, language: Language) -> tuple[str, ...]:
        """The words of the query that name the measure, without those that stand for region and industry."""
        return tuple(word for word in self.query.in_(language).split() if "{" not in word)


class BindingRule(Model):
    """A rule that binds proposals, with the documents it stands in and words that find the sentence to quote."""

    id: Code
    name: Text
    documents: tuple[Code, ...]
    find: tuple[Code, ...]
    find_en: tuple[Code, ...] = ()
    severity: Literal["must", "check", "note"]
    text: Text
    remedy: Text


class GeneralFactor(Model):
    """An outside factor that bears on every industry of the country, with the documents it stands in."""

    factor: PestelKey
    kind: Literal["opportunity", "challenge"]
    text: Text
    impact: float = Field(ge=-5, le=5)
    probability: float = Field(ge=0, le=1)
    documents: tuple[Code, ...]
    find: tuple[Code, ...]
    find_en: tuple[Code, ...] = ()


class Band(Model):
    """Low, middle and high planning value."""

    low: float
    mid: float
    high: float


class PolicyPace(Model):
    """A pace that a policy sets for the country: per cent over some years, with the words its sentence is found by."""

    document: Code
    find: tuple[Code, ...]
    find_en: tuple[Code, ...] = ()
    percent: float
    years: int = Field(default=1, gt=0)


class KpiAbroad(Model):
    """What a KPI is called outside China, where Chinese statistics and honours are not known, and its unit if that differs."""

    name: Text
    unit: Text | None = None
    any_kind: bool = Field(default=False, description="so named it fits industries of every kind")
    growth: Band | None = Field(default=None, description="how it grows, if that differs")


class KpiWording(Model):
    """What a KPI is called where the industry is of these kinds and makes nothing, and how it grows if that differs."""

    kinds: tuple[Code, ...] = Field(min_length=1)
    name: Text
    growth: Band | None = None


class KpiRule(Model):
    """An entry of the KPI catalogue; see the head of corpus/playbook/kpis.yaml for its fields."""

    id: Code
    family: KpiFamily
    name: Text
    unit: Text
    keys: tuple[Code, ...] = ()
    baseline: tuple[Code, ...] = ()
    growth: Band | None = None
    step: Band | None = None
    increment: float | None = None
    most: float | None = Field(default=None, description="what may be added at most, however large the region")
    ratio: bool = False
    from_zero: bool = False
    from_: Code = Field(default="", alias="from")
    modes: tuple[ModeKey, ...] = ()
    levels: tuple[RegionLevel, ...] = Field(default=(), description="the regions it fits; all when empty")
    core: bool = False
    per: Literal["once", "industry"] = "once"
    also_when: Literal["", "comprehensive"] = ""
    constant: Band | None = Field(default=None, description="a rate that is kept every year")
    small: Text | None = Field(default=None, description="its name in a county, a town or a small park")
    large_only: bool = Field(default=False, description="not offered to them unless the profile has a figure of it")
    kinds: tuple[Code, ...] = Field(default=(), description="the kinds of industry it fits; all when empty")
    unless: tuple[Code, ...] = Field(default=(), description="the kinds it does not fit where nothing is made")
    needs: Literal["", "market", "market_place", "hub"] = Field(default="", description="as a project's `needs`")
    when: Code = Field(
        default="", description="a regular expression; offered where the profile or the industry says so"
    )
    counts: Literal["", "industry", "region"] = Field(
        default="",
        description="whose firms it counts: a figure of the whole region is no baseline of the industry's, nor the other way round",
    )
    stated: bool = Field(default=False, description="offered only where the profile has a figure of it")
    worded: tuple[KpiWording, ...] = ()
    scope: Literal["", "china", "abroad"] = Field(default="", description="kept to regions in China, or outside it")
    abroad: KpiAbroad | None = Field(default=None, description="its name and unit outside China")
    policy: PolicyPace | None = Field(default=None, description="a policy's pace, which the path follows")
    about: Code = Field(
        default="",
        description="a regular expression: a figure is its baseline only where it is of the industry or speaks of this",
    )
    legacy: bool = Field(
        default=False, description="measures what the region depends on and wants less of; only such a figure fits"
    )


class Playbook(Model):
    """All of it."""

    archetypes: tuple[Archetype, ...]
    concerns: tuple[Concern, ...] = ()
    parts: tuple[Part, ...] = ()
    drivers: dict[DriverKey, tuple[Code, ...]] = Field(default_factory=dict)
    boundaries: tuple[Boundary, ...] = ()
    kinds: tuple[Kind, ...] = ()
    wordings: tuple[Wording, ...] = ()
    rules: tuple[BindingRule, ...]
    rules_country: Code
    kpis: tuple[KpiRule, ...]
    factors: tuple[GeneralFactor, ...]
    factors_abroad: tuple[GeneralFactor, ...] = ()
    financing_mixes: dict[FinancingKind, dict[Funding, float]]
    level_factors: dict[RegionLevel, float]

    def rule(self, rule_id: str) -> BindingRule:
        """The binding rule `rule_id`.

        Raises:
            KeyError: there is none.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)
