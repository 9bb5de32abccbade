"""Who is calling, in which workspace, and what they may do there."""

from enum import StrEnum
from typing import Final, Literal

from jumou.domain.model import Model

DEFAULT_WORKSPACE: Final = "default"
"""The workspace of an installation without accounts, and of everything kept before there were any."""

Scope = Literal["read", "draft", "review", "admin"]
"""What an act needs: reading · drafting, editing, talking · deciding on drafts · keys, members and documents."""

Classification = Literal["public", "internal"]

SCOPES: Final[tuple[Scope, ...]] = ("read", "draft", "review", "admin")


class Role(StrEnum):
    """What a member is in a workspace. Each role may do all that the one before it may: viewer < planner < reviewer < admin."""

    VIEWER = "viewer"
    PLANNER = "planner"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Its place, 0 for the viewer."""
        return tuple(Role).index(self)

    @property
    def scopes(self) -> frozenset[Scope]:
        """All that it may do."""
        return frozenset(SCOPES[: self.rank + 1])

    def __lt__(self, other: str) -> bool:
        """Whether it may do less."""
        return self.rank < Role(other).rank

    def __le__(self, other: str) -> bool:
        """Whether it may do no more."""
        return self.rank <= Role(other).rank

    def __gt__(self, other: str) -> bool:
        """Whether it may do more."""
        return self.rank > Role(other).rank

    def __ge__(self, other: str) -> bool:
        """Whether it may do as much."""
        return self.rank >= Role(other).rank


class Principal(Model):
    """The person or program a request comes from. Everything it reads and writes is of its workspace."""

    user: str
    workspace: str = DEFAULT_WORKSPACE
    role: Role = Role.VIEWER
    scopes: frozenset[Scope] = frozenset()
    """What it may do: all that the role may, or less where a key was made for less."""
    via: Literal["local", "key", "session"] = "local"
    key_id: str = ""
    """The API key it came with, if it did; never the key itself."""

    @property
    def authenticated(self) -> bool:
        """Whether the name is proven; where there are no accounts, people say who they are."""
        return self.via != "local"

    def may(self, scope: Scope) -> bool:
        """Whether it may act so."""
        return scope in self.scopes and scope in self.role.scopes

    @property
    def reads_internal(self) -> bool:
        """Whether documents and plans marked internal are for its eyes: those who draft, not those who only look on."""
        return self.role >= Role.PLANNER


LOCAL: Final = Principal(user="local", role=Role.ADMIN, scopes=frozenset(SCOPES))
"""The one user of an installation without accounts: whoever reaches this machine's port, or runs its commands."""
