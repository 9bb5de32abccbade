"""How every domain object is declared: frozen, strict about unknown fields, versioned where it is stored."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION: Final = "1"


class Model(BaseModel):
    """An immutable value; unknown fields are refused so that a typing error in a file is found, not dropped, and so is what is no number."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NotProse:
    """Marks a text field whose digits are not figures: identifiers, codes, dates, units, addresses."""


Code = Annotated[str, NotProse()]
"""A text that is an identifier, date, unit or address: the grounding check does not look for figures in it."""
