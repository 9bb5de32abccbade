"""Accounts: workspaces, their members, and the keys programs and people come with."""

from typing import Final, Literal

from pydantic import Field

from jumou.domain.access import Role, Scope
from jumou.domain.model import Code, Model

LONGEST_NAME: Final = 100
KEY_MARK: Final = "jm_"
"""How every key begins, so that scanners for secrets know one when they see it."""

KEY_SHOWN: Final = 11
"""Characters of a key by which it is told from others: the mark, and eight of forty-three."""

Source = Literal["given", "groups"]
"""How somebody came to a role: an admin gave it, or it follows the groups of the identity provider."""


class Workspace(Model):
    """What people share: plans, chats, batches and documents of one workspace are seen by its members alone."""

    id: Code
    title: Code
    created_at: Code


class Member(Model):
    """A user in a workspace."""

    workspace: Code
    user: Code
    role: Role
    source: Source = "given"
    since: Code


class ApiKey(Model):
    """What is known of a key. The key itself is shown once, when it is made, and kept by nobody here."""

    id: Code
    prefix: Code
    label: Code = ""
    user: Code
    workspace: Code
    scopes: tuple[Scope, ...]
    created_by: Code
    created_at: Code
    expires_at: Code = Field(default="", description="empty: never")
    used_at: Code = Field(default="", description="to the minute; empty: not yet")
    revoked_at: Code = ""


class NewKey(Model):
    """A key that was made: the only time it can be read."""

    key: Code = Field(description="keep it now; it cannot be shown again")
    about: ApiKey
