"""Who is calling, in which workspace, and what they may do there."""

from enum import StrEnum
from typing import Final, Literal, NamedTuple

from jumou.domain.model import Model
from jumou.errors import InvalidRequest, NotAllowed

DEFAULT_WORKSPACE: Final = "default"
"""The workspace of an installation without accounts, and of everything kept before there were any."""

WORKSPACE_ID: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""How a workspace is called; its title is for people."""

Scope = Literal["read", "draft", "review", "admin"]
"""What an act needs: reading · drafting, editing, talking · deciding on drafts · keys, members and documents."""

Classification = Literal["public", "internal"]

SCOPE_NAMES: Final[dict[Scope, tuple[str, str]]] = {
    "read": ("查看", "read"),
    "draft": ("起草与修改", "draft or edit"),
    "review": ("审定", "decide on drafts"),
    "admin": ("管理", "administer"),
}

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


class Reach(NamedTuple):
    """What can be read and written: one workspace, and in it what is marked internal or not."""

    workspace: str
    internal: bool = True


HERE: Final = Reach(DEFAULT_WORKSPACE)
"""The reach of an installation without accounts."""


SHIPPED: Final = Reach("-", internal=False)
"""The shipped corpus and nothing of anybody's: what evaluations read, so that they are the same everywhere."""


class Principal(Model):
    """The person or program a request comes from. Everything it reads and writes is of its workspace."""

    user: str
    workspace: str = DEFAULT_WORKSPACE
    role: Role = Role.VIEWER
    scopes: frozenset[Scope] = frozenset()
    """What it may do: all that the role may, or less where a key was made for less."""
    via: Literal["local", "key", "session", "nobody"] = "local"
    """How the caller is known; `nobody` may do nothing."""
    key_id: str = ""
    """The API key it came with, if it did; never the key itself."""

    @property
    def authenticated(self) -> bool:
        """Whether the name is proven; where there are no accounts, people say who they are."""
        return self.via in ("key", "session")

    def may(self, scope: Scope) -> bool:
        """Whether it may act so."""
        return scope in self.scopes and scope in self.role.scopes

    def must(self, scope: Scope) -> None:
        """Does nothing when it may act so.

        Raises:
            NotAllowed: its role, or the scope of its key, does not reach that far.
        """
        if not self.may(scope):
            zh, en = SCOPE_NAMES[scope]
            raise NotAllowed(
                f"当前账号没有{zh}权限。", f"This account may not {en} here.",
                mend_zh="请联系本工作区的管理员。", mend_en="Ask an admin of the workspace.",
            )  # fmt: skip

    def signs(self, given: str, otherwise: str = "") -> str:
        """The name an act is signed with: the user's own where it is proven, else the one that was given, or `otherwise`.

        Raises:
            NotAllowed: the name given is somebody else's.
            InvalidRequest: no name was given, and there are no accounts to tell it.
        """
        name = given.strip()
        if self.authenticated:
            if name not in ("", self.user):
                raise NotAllowed(
                    f"不能以他人名义签署：{name}。", f"One cannot sign as somebody else: {name}.",
                    mend_zh=f"请填写 {self.user}，或不填。", mend_en=f"Write {self.user}, or leave it out.",
                )  # fmt: skip
            return self.user
        name = name or otherwise
        if not name:
            raise InvalidRequest(
                "没有写明由谁操作。", "It is not said who acts.", mend_zh="请填写姓名。", mend_en="Give a name.",
            )  # fmt: skip
        return name

    @property
    def reach(self) -> Reach:
        """What it can read: its workspace, and what is marked internal there if it drafts, not if it only looks on."""
        return Reach(self.workspace, internal=self.role >= Role.PLANNER)


def on_behalf_of(user: str, workspace: str) -> Principal:
    """Whoever had work taken on that is done later: checked when it was taken on, drafting is all it needs."""
    return Principal(user=user, workspace=workspace, role=Role.PLANNER, scopes=Role.PLANNER.scopes)


LOCAL: Final = Principal(user="local", role=Role.ADMIN, scopes=frozenset(SCOPES))
"""The one user of an installation without accounts: whoever reaches this machine's port, or runs its commands."""
