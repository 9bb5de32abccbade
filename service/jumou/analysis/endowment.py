"""Resource endowment: a region's factors against the nation, in proportion to its economy."""

from typing import Final, Literal

Verdict = Literal["strength", "neutral", "shortfall"]
STRENGTH: Final = 1.2
SHORTFALL: Final = 0.8


def endowment_coefficient(
    region_factor: float, nation_factor: float, region_size: float, nation_size: float
) -> float | None:
    """(region factor / nation factor) / (region size / nation size); None when a base is zero.

    Size is GDP; population for factors that go with people (the caller states which). Reference: Leamer (1984).
    """
    if nation_factor <= 0 or nation_size <= 0 or region_size <= 0:
        return None
    return (region_factor / nation_factor) / (region_size / nation_size)


def verdict(coefficient: float) -> Verdict:
    """Above 1.2 a strength, below 0.8 a shortfall, between neutral."""
    return "strength" if coefficient > STRENGTH else "shortfall" if coefficient < SHORTFALL else "neutral"


def shortfall(stock: float, need: float) -> float | None:
    """max(0, need - stock) / need, 0 to 1; None without a need."""
    return max(0.0, need - stock) / need if need > 0 else None
