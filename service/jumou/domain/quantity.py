"""A figure and where it comes from."""

from typing import Literal

from pydantic import Field, model_validator

from jumou.domain.model import Code, Model

Basis = Literal["profile", "source", "computed", "assumption"]


class Quantity(Model):
    """One figure with its unit and its basis.

    `profile`: stands in the region's profile (source_ids name the cell and the profile's source). `source`: stands in a
    cited passage (source_ids name the passage). `computed`: follows from other figures by `formula` (a formula id of
    docs/methods.md, or an expression). `assumption`: the drafter's planning value, labelled as such wherever shown.
    """

    label: str = Field(description="what is measured, in the plan's language")
    value: float
    upper: float | None = Field(default=None, description="upper end, when the figure is a range")
    unit: Code = ""
    year: int | None = None
    basis: Basis
    source_ids: tuple[Code, ...] = ()
    formula: Code | None = None
    flags: tuple[Code, ...] = Field(
        default=(), description="quality flags: estimate, derived, conflict, indicative ..."
    )
    note: Code = ""

    @model_validator(mode="after")
    def _has_its_basis(self) -> "Quantity":
        if self.basis in ("profile", "source") and not self.source_ids:
            raise ValueError(f"a figure on basis {self.basis!r} names its source_ids: {self.label}")
        if self.basis == "computed" and not self.formula:
            raise ValueError(f"a computed figure names its formula: {self.label}")
        return self


class Indicator(Model):
    """The result of one method on one region: a value, or why it cannot be computed.

    `id` is unique in a plan (`lq:C36`), `formula` names the method (`lq`). `value` is None exactly when `missing`
    says which inputs are lacking. `detail` holds parts of the result by name (all floats, e.g. `national`, `mix`).
    """

    id: Code
    formula: Code
    label: str
    value: float | None = None
    unit: Code = ""
    year: int | None = None
    scope: Code = Field(default="", description="measure, area and base the value refers to")
    inputs: tuple[Code, ...] = Field(default=(), description="profile cells, reference rows and parameters used")
    source_ids: tuple[Code, ...] = ()
    flags: tuple[Code, ...] = ()
    missing: tuple[Code, ...] = Field(default=(), description="what has to be supplied before it can be computed")
    detail: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_computed_or_says_why(self) -> "Indicator":
        if self.value is None and not self.missing:
            raise ValueError(f"indicator {self.id} has neither a value nor the inputs it misses")
        return self

    @property
    def computable(self) -> bool:
        """Whether the method had what it needs."""
        return self.value is not None

    def quantity(self, label: str | None = None, *, part: str | None = None, unit: str | None = None) -> Quantity:
        """The value (or one part of its detail) as a figure a text can use.

        Raises:
            ValueError: the indicator is not computable.
        """
        value = self.value if part is None else self.detail[part]
        if value is None:
            raise ValueError(f"{self.id} is not computable: {', '.join(self.missing)}")
        return Quantity(
            label=label or self.label,
            value=value,
            unit=self.unit if unit is None else unit,
            year=self.year,
            basis="computed",
            source_ids=self.source_ids or self.inputs,
            formula=f"{self.formula}:{self.id}" if part is None else f"{self.formula}:{self.id}:{part}",
            flags=self.flags,
        )
