"""What may be spent on a language model in a day, by a user and by all users of a workspace together."""

from typing import NamedTuple


class DayLimits(NamedTuple):
    """The most a day, from midnight UTC; None binds nothing."""

    user_tokens: int | None = None
    user_usd: float | None = None
    workspace_tokens: int | None = None
    workspace_usd: float | None = None


class Spender(NamedTuple):
    """For whom a call is made."""

    user: str = ""
    workspace: str = "default"


class DayUse(NamedTuple):
    """What was used in a day; money in millionths of a US dollar, calls without a known price counting nothing."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    micro_usd: int = 0

    @property
    def tokens(self) -> int:
        """In and out."""
        return self.tokens_in + self.tokens_out


class Held(NamedTuple):
    """What was set aside for a call; or, when it was too much, the limit it would have passed (a field of DayLimits)."""

    id: str = ""
    exceeded: str = ""
