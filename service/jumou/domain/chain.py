"""An industry's value chain: nodes, edges, niches, and what projects and indicators mean in that industry."""

from collections import Counter
from typing import Literal, Self

from pydantic import Field, model_validator

from jumou.domain.framework import KpiFamily, Language, ModeKey, PestelKey
from jumou.domain.model import Code, Model

Strength = Literal["high", "mid", "low"]
Position = Literal["upstream", "midstream", "downstream", "service"]


class Text(Model):
    """A text in both languages."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in `language`."""
        return self.zh if language == "zh" else self.en


class Texts(Model):
    """A list of words in both languages; the lists need not be parallel."""

    zh: tuple[str, ...]
    en: tuple[str, ...]

    def in_(self, language: Language) -> tuple[str, ...]:
        """The list in `language`."""
        return self.zh if language == "zh" else self.en


class ChainFact(Model):
    """A sourced fact about the industry."""

    text: str
    source: Code


class ChainNode(Model):
    """One link of the chain. `criticality` 0–1; ratings are editorial unless `basis` says source."""

    id: Code
    name: Text
    position: Position
    order: int
    value_added: Strength
    criticality: float = Field(ge=0, le=1)
    import_dependence: Strength
    gbt4754: tuple[Code, ...] = ()
    products: Texts
    keywords: tuple[str, ...]
    basis: Literal["source", "editorial"] = "editorial"


class BranchTexts(Model):
    """What projects are in one family of products, where the chain's own texts speak of the others too; what is left out is the chain's."""

    approach: Text | None = None
    focus: Text | None = None
    occupations: Texts | None = None
    training: Text | None = None
    zones: Texts | None = None
    targets: Texts | None = None
    package: Text | None = None
    platforms: tuple["NamedFunction", ...] = ()
    facilities: tuple["NamedFunction", ...] = ()
    events: tuple["NamedContent", ...] = ()


class Branch(Model):
    """A family of products within the chain: the links that make it, and the words that name it and nothing else of the chain."""

    nodes: tuple[Code, ...] = Field(min_length=1)
    words: tuple[str, ...] = Field(min_length=1)
    texts: BranchTexts | None = None


class Niche(Model):
    """A candidate theme: what is in, what is deliberately out. Ratings 1–5, editorial.

    A special niche `needs` one of these words in the target's name or the region's facts; others are candidates everywhere.
    """

    id: Code
    name: Text
    nodes: tuple[Code, ...]
    boundary_in: Text
    boundary_out: Text
    barrier: int = Field(ge=1, le=5)
    growth: int = Field(ge=1, le=5)
    value: int = Field(ge=1, le=5)
    suits: tuple[ModeKey, ...]
    needs: tuple[str, ...] = ()


class Exchange(Model):
    """A loop of material, energy or information; `to` is a node or the plain name of another sector."""

    from_: Code = Field(alias="from")
    to: str
    what: Text


class NamedFunction(Model):
    """A platform or facility and what it does."""

    name: Text
    function: Text


class NamedContent(Model):
    """An event and what happens there."""

    name: Text
    content: Text


class ChainInstrument(Model):
    """A policy instrument fit for the industry."""

    family: Literal["land", "finance", "tax", "data", "scenario", "talent", "standard"]
    name: Text
    content: Text


class Attraction(Model):
    """A1: kinds of firms to attract and what the one-firm-one-policy package holds."""

    targets: Texts
    package: Text


class Platforms(Model):
    """A2: innovation platforms."""

    platforms: tuple[NamedFunction, ...]


class Repair(Model):
    """B1: how chains are mended and strengthened in this industry."""

    approach: Text


class Incubation(Model):
    """B2: what incubators and funds look for."""

    focus: Text


class Talent(Model):
    """B3: occupations and training."""

    occupations: Texts
    training: Text


class Park(Model):
    """C1: zones and services of an industrial community."""

    zones: Texts
    services: Text


class Facilities(Model):
    """C2: infrastructure special to the industry."""

    facilities: tuple[NamedFunction, ...]


class Policies(Model):
    """D1: instruments of a policy package."""

    instruments: tuple[ChainInstrument, ...]


class Events(Model):
    """D2: brand and market activities."""

    events: tuple[NamedContent, ...]


class ChainProjects(Model):
    """What a project of each type concretely is in this industry."""

    A1: Attraction
    A2: Platforms
    B1: Repair
    B2: Incubation
    B3: Talent
    C1: Park
    C2: Facilities
    D1: Policies
    D2: Events


class ChainKpi(Model):
    """An indicator particular to the industry."""

    id: Code
    name: Text
    unit: Text
    family: KpiFamily
    keywords: tuple[str, ...] = ()
    direction: Literal["up", "down"] = "up"
    links: tuple[Code, ...] = Field(default=(), description="the links it measures; the whole chain when empty")
    same_as: Code = Field(
        default="", description="the KPI of the catalogue that measures the same for the whole industry"
    )


class ChainPestel(Model):
    """An outside factor; impact −5..5 (negative for a challenge), probability 0–1, editorial."""

    factor: PestelKey
    kind: Literal["opportunity", "challenge"]
    text: Text
    keywords: tuple[str, ...] = ()
    impact: float = Field(ge=-5, le=5)
    probability: float = Field(ge=0, le=1)


class ChainConstraint(Model):
    """What the industry must respect."""

    kind: Literal["land", "environment", "energy", "water", "safety", "catalogue", "data", "competition", "trade"]
    text: Text
    keywords: tuple[str, ...] = ()


class Chain(Model):
    """Everything known about one industry's value chain. References between its parts are checked on reading."""

    schema_version: int = 1
    id: Code
    name: Text
    sector: Literal["manufacturing", "services", "resources", "trade"]
    aliases: Texts
    gbt4754: tuple[Code, ...] = ()
    sources: tuple[Code, ...] = ()
    facts: tuple[ChainFact, ...] = ()
    nodes: tuple[ChainNode, ...] = Field(min_length=1)
    edges: tuple[tuple[Code, Code], ...] = ()
    branches: tuple[Branch, ...] = ()
    niches: tuple[Niche, ...] = Field(min_length=1)
    exchanges: tuple[Exchange, ...] = ()
    projects: ChainProjects
    kpis: tuple[ChainKpi, ...] = ()
    pestel: tuple[ChainPestel, ...] = ()
    constraints: tuple[ChainConstraint, ...] = ()

    def node(self, node_id: str) -> ChainNode:
        """The node `node_id`.

        Raises:
            KeyError: the chain has no such node.
        """
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        ids = [node.id for node in self.nodes]
        known = set(ids)
        twice = [name for name, times in Counter(ids).items() if times > 1]
        if twice:
            raise ValueError(f"node ids stand twice: {', '.join(twice)}")
        referred = [
            *((f"edge {a}→{b}", node) for a, b in self.edges for node in (a, b)),
            *((f"branch {family.words[0]}", node) for family in self.branches for node in family.nodes),
            *((f"niche {niche.id}", node) for niche in self.niches for node in niche.nodes),
            *((f"exchange to {exchange.to}", exchange.from_) for exchange in self.exchanges),
        ]
        lost = [f"{where}: {node}" for where, node in referred if node not in known]
        if lost:
            raise ValueError(f"unknown nodes: {'; '.join(lost)}")
        return self
