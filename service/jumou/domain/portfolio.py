"""Step 3: projects that support one another and answer the diagnosed gaps."""

from typing import Literal

from pydantic import Field

from jumou.domain.evidence import Citation, Grounded, Statement
from jumou.domain.framework import CategoryKey, ProjectType
from jumou.domain.model import Code, Model
from jumou.domain.quantity import Quantity

Funding = Literal[
    "government", "special_bond", "industry_fund", "policy_bank", "bank_loan", "enterprise", "social_capital"
]


class FundingShare(Model):
    """One source of money for a project and its share (0–1) of the investment."""

    source: Funding
    share: float = Field(ge=0, le=1)
    amount: Quantity | None = None


class Milestone(Model):
    """A dated, checkable event of a project."""

    date: Code = Field(description="YYYY-MM")
    text: str


class ComplianceFinding(Grounded):
    """A rule that binds, where the project touches it, and what to do. Cites the policy it comes from."""

    rule_id: Code
    rule: Code
    severity: Literal["must", "check", "note"]
    text: str
    remedy: str


class TargetCompany(Model):
    """A kind of company to attract; never the name of a firm that the profile or a source does not carry."""

    kind: str
    reason: str = ""


class PolicyInstrument(Model):
    """One instrument of a policy package, filed under its family."""

    family: Literal["land", "finance", "tax", "data", "scenario", "talent", "standard"]
    name: str
    content: str


class Risk(Model):
    """What may go wrong and what is done about it."""

    text: str
    response: str


class Output(Model):
    """What the project delivers; the figure is the project's own planning target."""

    text: str
    quantity: Quantity | None = None


class Project(Grounded):
    """One project of the matrix. `closes_gap` and `kpi_ids` refer into the diagnosis and the implementation."""

    id: Code
    name: str
    category: CategoryKey
    type: ProjectType
    closes_gap: Code
    also_closes: tuple[Code, ...] = ()
    theme_id: Code | None = None
    objective: str
    content: tuple[str, ...]
    scale: str
    site: str
    investment: Quantity | None = Field(description="total, in hundred million yuan unless its unit says otherwise")
    investment_basis: str
    financing: tuple[FundingShare, ...] = ()
    lead_body: str
    partners: tuple[str, ...] = ()
    start: Code = Field(description="YYYY-MM")
    end: Code = Field(description="YYYY-MM")
    milestones: tuple[Milestone, ...] = ()
    predecessors: tuple[Code, ...] = ()
    outputs: tuple[Output, ...] = ()
    kpi_ids: tuple[Code, ...] = ()
    precedents: tuple[Citation, ...] = ()
    approvals: tuple[str, ...] = ()
    compliance: tuple[ComplianceFinding, ...] = ()
    risks: tuple[Risk, ...] = ()
    priority: Literal["high", "medium", "low"]
    priority_reason: str
    target_companies: tuple[TargetCompany, ...] = ()
    package: tuple[str, ...] = Field(default=(), description="A1: what the one-firm-one-policy package offers")
    instruments: tuple[PolicyInstrument, ...] = ()
    rationale: Statement | None = Field(default=None, description="why this project, from gap and precedent")
    locked: bool = False
