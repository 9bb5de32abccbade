"""Step 1: what the industry in the region is today, in four dimensions, by five drivers and six elements."""

from typing import Literal

from pydantic import Field

from jumou.domain.evidence import Grounded, Statement
from jumou.domain.framework import DriverKey, ElementKey, ModeKey, PestelKey
from jumou.domain.model import Code, Model
from jumou.domain.quantity import Indicator

NodeState = Literal["strong", "weak", "missing", "unknown"]
ChainActionKind = Literal["introduce", "strengthen", "extend"]


class MacroFactor(Statement):
    """One factor of the macro scan. `score` is impact × probability × weight (ECONOMICS 1.9); unscored without evidence."""

    id: Code
    factor: PestelKey
    kind: Literal["opportunity", "challenge"]
    impact: float = Field(ge=-5, le=5)
    probability: float = Field(ge=0, le=1)
    weight: float = Field(ge=0, le=1)
    score: float | None = None


class MacroScan(Model):
    """PESTEL: all six factors; totals over the scored ones."""

    factors: tuple[MacroFactor, ...]
    opportunity: float
    threat: float

    @property
    def net(self) -> float:
        """Opportunity plus threat (threat is negative), −5 to 5."""
        return self.opportunity + self.threat


class EndowmentItem(Statement):
    """A strength or shortfall of the region, filed under the element of a cluster it belongs to."""

    id: Code
    element: ElementKey
    kind: Literal["strength", "shortfall"]
    indicator_ids: tuple[Code, ...] = ()


class ChainNode(Model):
    """One link of the chain as found in the region."""

    id: Code
    name: Code
    position: Code
    order: int
    state: NodeState
    key: bool
    firms: tuple[Code, ...] = Field(default=(), description="firms of the profile seen at this node")
    strength: float | None = None
    priority: float | None = None
    action: ChainActionKind | None = None
    flags: tuple[Code, ...] = ()


class SmilePoint(Model):
    """Added value along the chain: the reference level and, where the region has data, the local one."""

    node_id: Code
    label: Code
    order: int
    reference: float | None = None
    local: float | None = None


class SmileCurve(Model):
    """The curve, what its values mean, and whether it is a smile at all."""

    points: tuple[SmilePoint, ...] = ()
    measure: Code = Field(default="", description="e.g. profit margin %, or an editorial level 1–3")
    shape: Literal["smile", "frown", "rising", "falling", "flat", "unknown"] = "unknown"
    coefficients: tuple[float, ...] = ()
    basis: Code = ""
    reading: Statement | None = None


class ValueChain(Model):
    """The industry's chain, the region's place in it, and where to repair, strengthen, extend."""

    chain_id: Code | None = None
    name: Code
    known: bool
    nodes: tuple[ChainNode, ...] = ()
    edges: tuple[tuple[Code, Code], ...] = ()
    smile: SmileCurve = SmileCurve()
    actions: tuple[Statement, ...] = ()
    summary: Statement | None = None


class Benchmark(Grounded):
    """A comparable cluster: why it compares, its path, its factors and lessons, and the gap to it."""

    id: Code
    document_id: Code
    name: Code
    country: Code = ""
    mode: ModeKey | None = None
    outcome: Code = ""
    why_comparable: Statement
    path: tuple[Statement, ...] = ()
    factors: tuple[Statement, ...] = ()
    lessons: tuple[Statement, ...] = ()
    gap: Statement | None = None


class DriverReading(Statement):
    """Whether one of the five drivers is at work in the region."""

    driver: DriverKey
    at_work: Literal["yes", "partly", "not_seen"]


class ElementReading(Statement):
    """How far one of the six elements of a cluster is present."""

    element: ElementKey
    presence: Literal["strong", "partial", "weak", "unknown"]


class Gap(Statement):
    """Something the plan has to close; projects name the gap they answer by its id."""

    id: Code
    kind: Literal["chain_missing", "chain_weak", "chain_extend", "element", "driver", "mode", "transition", "stated"]
    name: Code
    element: ElementKey | None = None
    part: Code = Field(default="", description="the part of the element that is wanting, by the playbook's parts")
    driver: DriverKey | None = None
    node_id: Code | None = None
    node_ids: tuple[Code, ...] = Field(default=(), description="links of the chain a stated problem speaks of")
    chain_id: Code = Field(
        default="",
        description="the industry of the plan it is about, by its chain; empty where it is about all of them",
    )
    concerns: tuple[Code, ...] = Field(
        default=(), description="what a stated problem is about, by the playbook's concerns"
    )
    unverified: bool = Field(default=False, description="nothing is known of the link; the gap is a hypothesis")
    severity: float = Field(ge=0, le=1, description="0–1; orders gaps, not a measurement")


class DataGap(Model):
    """A figure the next draft needs: what, why, and where a planner gets it."""

    id: Code
    what: Code
    why: Code
    where: Code = ""


class ModeCondition(Statement):
    """Whether the condition that makes a mode the right choice is met."""

    mode: ModeKey
    met: Literal["yes", "partly", "no", "unknown"]


class Diagnosis(Model):
    """The whole of step 1."""

    summary: tuple[Statement, ...]
    macro: MacroScan
    endowment: tuple[EndowmentItem, ...]
    elements: tuple[ElementReading, ...]
    value_chain: ValueChain
    benchmarks: tuple[Benchmark, ...]
    drivers: tuple[DriverReading, ...]
    gaps: tuple[Gap, ...]
    data_gaps: tuple[DataGap, ...]
    mode_conditions: tuple[ModeCondition, ...]
    indicators: tuple[Indicator, ...]
    not_computable: tuple[Indicator, ...] = ()
