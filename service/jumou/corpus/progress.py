"""How long work tells that it goes on."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called with how much is done, how much there is (0 when not known yet), and what is being worked on."""


def silent(done: int, total: int, what: str) -> None:
    """Tells nobody."""
