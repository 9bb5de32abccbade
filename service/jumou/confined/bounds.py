"""What a confined process may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Means for one piece of work; memory counts for the process as a whole."""

    memory_bytes: int = 1_500_000_000
    cpu_seconds: int = 90
    wall_seconds: float = 120.0
    answer_bytes: int = 64_000_000
    workers: int = 2
