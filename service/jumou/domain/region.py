"""A region's profile as planners hand it in. Missing stays empty: nothing here is filled with a guess."""

from typing import Literal

from pydantic import Field

from jumou.domain.model import SCHEMA_VERSION, Code, Model

RegionLevel = Literal["national", "provincial", "city", "county", "park", "town", "other"]


class ProfileSource(Model):
    """A source the profile's cells refer to by id."""

    id: Code
    url: Code = ""
    kind: Code = ""


class Cell(Model):
    """What every row of a profile carries: where it stands in the file and where it comes from."""

    ref: Code = Field(default="", description="place in the profile, e.g. indicators!12 (sheet!row)")
    source_id: Code = ""
    note: Code = ""


class ProfileIndicator(Cell):
    """One figure about the region: metric, value, unit, year, status (final, estimate, target, conflict, missing ...)."""

    metric: Code
    key: Code = Field(default="", description="short key such as gdp, rd, population; empty when free form")
    value: float | None = None
    raw: Code = Field(default="", description="the value as written, when it is more than a number")
    unit: Code = ""
    unit_note: Code = ""
    growth_percent: float | None = None
    year: int | None = None
    status: Code = ""


class ProfileIndustry(Cell):
    """One industry of the region, with the nation's value beside it when known. Money in hundred million yuan."""

    area: Code = ""
    sector: Code
    code: Code = Field(default="", description="GB/T 4754 class with its letter, e.g. C36")
    measure: Code = Field(default="", description="output, value_added, revenue, jobs, firms; never mixed in one ratio")
    year: int | None = None
    region_value: float | None = None
    region_growth_percent: float | None = None
    nation_value: float | None = None
    nation_growth_percent: float | None = None
    unit: Code = ""
    status: Code = ""


class ProfileEnterprise(Cell):
    """A firm in the region, with the chain and node it works at when known. `output` in hundred million yuan."""

    name: Code
    chain: Code = ""
    node: Code = ""
    role: Code = ""
    year: int | None = None
    output: float | None = None
    quantity: Code = ""
    status: Code = ""


class ProfileInstitution(Cell):
    """A university, institute, platform or intermediary."""

    name: Code
    kind: Code = ""
    level: Code = ""
    strength: Code = ""


class ProfileItem(Cell):
    """A resource, market, piece of infrastructure or talent fact: a name, with a value when there is one."""

    name: Code
    category: Code = ""
    value: float | None = None
    raw: Code = ""
    unit: Code = ""
    year: int | None = None


class ProfileConstraint(Cell):
    """A problem or limit the region states about itself."""

    statement: Code
    kind: Code = ""
    severity: Code = ""


class ProfilePolicy(Cell):
    """A designation, prior plan or policy that already applies to the region."""

    name: Code
    level: Code = ""
    year: int | None = None
    content: Code = ""


class RegionProfile(Model):
    """Everything a planner knows about a region before planning; only `name` is required."""

    schema_version: Code = SCHEMA_VERSION
    name: Code = Field(min_length=1)
    level: RegionLevel = "other"
    level_text: Code = Field(default="", description="the level as written, e.g. 国家级高新区")
    parent: Code = Field(default="", description="province, prefecture or country the region lies in")
    country: Code = "中国"
    code: Code = Field(default="", description="GB/T 2260 division code")
    target_industry: Code | None = None
    target_chain: Code | None = Field(default=None, description="id of a chain under corpus/chains, when known")
    base_year: int | None = None
    horizon: int | None = Field(default=None, description="last year of the plan")
    indicators: tuple[ProfileIndicator, ...] = ()
    industries: tuple[ProfileIndustry, ...] = ()
    enterprises: tuple[ProfileEnterprise, ...] = ()
    institutions: tuple[ProfileInstitution, ...] = ()
    infrastructure: tuple[ProfileItem, ...] = ()
    resources: tuple[ProfileItem, ...] = ()
    markets: tuple[ProfileItem, ...] = ()
    talents: tuple[ProfileItem, ...] = ()
    constraints: tuple[ProfileConstraint, ...] = ()
    policies: tuple[ProfilePolicy, ...] = ()
    notes: tuple[Code, ...] = ()
    sources: tuple[ProfileSource, ...] = ()

    @property
    def abroad(self) -> bool:
        """Whether the region lies outside China, so that Chinese rules, statistics and instruments do not hold there.

        A region that names no country lies in China when its name is Chinese or known there (`profile.places`), else abroad.
        """
        if self.country:
            return self.country not in ("中国", "China")
        return self.name.isascii() and not any("\u3400" <= letter <= "\u9fff" for letter in self.parent)


class ProfileProblem(Model):
    """One thing wrong with a profile file: where, what, and how to mend it. Warnings do not stop a plan."""

    severity: Literal["error", "warning"]
    file: Code = ""
    sheet: Code = ""
    row: int | None = None
    column: Code = ""
    message: Code
    mend: Code = ""
