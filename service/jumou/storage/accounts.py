"""Who there is: workspaces and members, and what keys stand for. Only digests of secrets are kept.

A key or a session number is 256 bits from the system's source of randomness, so a plain SHA-256 of it tells nothing and is
found by an index at once. Slow hashes are for passwords, which people choose; there are none here.
"""

import secrets
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from jumou.domain.access import SCOPES, Principal, Role, Scope
from jumou.domain.account import KEY_MARK, KEY_SHOWN, ApiKey, Member, NewKey, Source, Workspace
from jumou.domain.audit import Act
from jumou.errors import InvalidRequest, JumouError, NotFound, StepConflict
from jumou.storage import audit
from jumou.storage.access_tables import api_keys, memberships, sessions, users, workspaces
from jumou.storage.change import insert_new, now
from jumou.storage.database import writing

_BYTES: Final = 32
_USED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a key is known."""


class Known(NamedTuple):
    """Whom a secret stands for, and until when (empty: until it is revoked)."""

    principal: Principal
    until: str


class Accounts:
    """Workspaces, members and keys. Safe among threads and processes."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is an open database with all migrations run (`open_database`)."""
        self._engine = engine

    # --- workspaces and members -------------------------------------------------------------------------------

    def create_workspace(self, workspace: str, title: str, *, by: str) -> Workspace:
        """Makes a workspace.

        Raises:
            StepConflict: there is one of this id.
        """
        made = Workspace(id=workspace, title=title or workspace, created_at=now())
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(workspaces).values(**made.model_dump()))
                told(connection, "workspace.create", f"workspace:{workspace}", by, workspace)
        except IntegrityError as problem:
            raise StepConflict(
                f"工作区 {workspace} 已存在。", f"There is a workspace {workspace} already."
            ) from problem
        return made

    def workspaces(self) -> tuple[Workspace, ...]:
        """All of them, by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(workspaces).order_by(workspaces.c.id)).mappings().all()
        return tuple(Workspace(**row) for row in rows)

    def workspace(self, workspace: str) -> Workspace:
        """The workspace called so.

        Raises:
            NotFound: there is none.
        """
        with self._engine.connect() as connection:
            return _workspace(connection, workspace)

    def set_member(self, workspace: str, user: str, role: Role, *, by: str, source: Source = "given") -> Member:
        """Gives a user a role in a workspace; a user who is not known yet is from now on.

        Raises:
            NotFound: there is no such workspace.
        """
        with writing(self._engine) as connection:
            _workspace(connection, workspace)
            made = Member(workspace=workspace, user=user, role=role, source=source, since=now())
            audit.append(connection, [set_member(connection, made, by)])
        return made

    def remove_member(self, workspace: str, user: str, *, by: str) -> None:
        """Takes a user out of a workspace: their keys there stop working, their sessions turn elsewhere or end.

        Raises:
            NotFound: the user is no member.
        """
        mine = and_(memberships.c.workspace == workspace, memberships.c.user == user)
        with writing(self._engine) as connection:
            if not connection.execute(delete(memberships).where(mine)).rowcount:
                raise NotFound(f"{user} 不是工作区 {workspace} 的成员。", f"{user} is no member of {workspace}.")
            connection.execute(delete(sessions).where(sessions.c.workspace == workspace, sessions.c.user == user))
            told(connection, "member.remove", f"user:{user}", by, workspace)

    def members(self, workspace: str) -> tuple[Member, ...]:
        """The members of a workspace, by name.

        Raises:
            NotFound: there is no such workspace.
        """
        with self._engine.connect() as connection:
            _workspace(connection, workspace)
            rows = (
                connection.execute(
                    select(memberships).where(memberships.c.workspace == workspace).order_by(memberships.c.user)
                )
                .mappings()
                .all()
            )
        return tuple(Member(**row) for row in rows)

    def memberships(self, user: str) -> tuple[Member, ...]:
        """The workspaces of a user, by id."""
        with self._engine.connect() as connection:
            return memberships_of(connection, user)

    # --- keys -------------------------------------------------------------------------------------------------

    def create_key(
        self, workspace: str, user: str, *, by: str, label: str = "", scopes: Sequence[Scope] = SCOPES, days: int | None = None
    ) -> NewKey:  # fmt: skip
        """Makes a key with which a member acts in one workspace, for `scopes` at most and no further than their role.

        Raises:
            NotFound: there is no such workspace, or the user is no member of it.
            InvalidRequest: no scope is named.
        """
        if not scopes:
            raise InvalidRequest("密钥至少要有一种权限。", "A key needs a scope.")
        key = f"{KEY_MARK}{secrets.token_urlsafe(_BYTES)}"
        at = datetime.now(UTC)
        made = ApiKey(
            id=uuid.uuid4().hex, prefix=key[:KEY_SHOWN], label=label, user=user, workspace=workspace,
            scopes=tuple(one for one in SCOPES if one in scopes), created_by=by, created_at=time_text(at),
            expires_at="" if days is None else time_text(at + timedelta(days=days)),
        )  # fmt: skip
        with writing(self._engine) as connection:
            _workspace(connection, workspace)
            if not any(one.workspace == workspace for one in memberships_of(connection, user)):
                raise NotFound(
                    f"{user} 不是工作区 {workspace} 的成员。", f"{user} is no member of {workspace}.",
                    mend_zh="请先加入成员，或用 --role 指定角色。", mend_en="Add them first, or give --role.",
                )  # fmt: skip
            row = made.model_dump() | {"scopes": " ".join(made.scopes), "digest": digest_of(key)}
            connection.execute(
                insert(api_keys).values(**{name: value or None for name, value in row.items()} | {"label": label})
            )
            told(
                connection,
                "key.create",
                f"key:{made.id}",
                by,
                workspace,
                user=user,
                prefix=made.prefix,
                scopes=row["scopes"],
            )
        return NewKey(key=key, about=made)

    def keys(self, workspace: str) -> tuple[ApiKey, ...]:
        """The keys of a workspace, newest first.

        Raises:
            NotFound: there is no such workspace.
        """
        with self._engine.connect() as connection:
            _workspace(connection, workspace)
            rows = (
                connection.execute(
                    select(api_keys).where(api_keys.c.workspace == workspace).order_by(api_keys.c.created_at.desc())
                )
                .mappings()
                .all()
            )
        return tuple(_key(row) for row in rows)

    def revoke_key(self, workspace: str, key_id: str, *, by: str) -> ApiKey:
        """Ends a key of the workspace, and the sessions somebody logged in to with it; once revoked it stays so.

        Raises:
            NotFound: the workspace has no such key.
        """
        mine = and_(api_keys.c.workspace == workspace, api_keys.c.id == key_id)
        with writing(self._engine) as connection:
            row = connection.execute(select(api_keys).where(mine)).first()
            if row is None:
                raise NotFound(f"没有密钥 {key_id}。", f"There is no key {key_id}.")
            if row.revoked_at is None:
                connection.execute(update(api_keys).where(mine).values(revoked_at=now()))
                connection.execute(delete(sessions).where(sessions.c.key_id == key_id))
                told(connection, "key.revoke", f"key:{key_id}", by, workspace)
            return _key(connection.execute(select(api_keys).where(mine)).mappings().one())

    def find_key(self, key: str) -> Known | None:
        """Whom a key stands for; None when it is unknown, revoked or past, or its user no member any more."""
        at = datetime.now(UTC)
        joined = api_keys.join(
            memberships, and_(memberships.c.user == api_keys.c.user, memberships.c.workspace == api_keys.c.workspace)
        )
        wanted = select(api_keys, memberships.c.role).select_from(joined).where(api_keys.c.digest == digest_of(key))
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        if row is None or row.revoked_at is not None or (row.expires_at or "9") <= time_text(at):
            return None
        if (row.used_at or "") < time_text(at - _USED_EVERY):
            # a full disk locks nobody out
            with suppress(JumouError, SQLAlchemyError), writing(self._engine) as connection:
                connection.execute(update(api_keys).where(api_keys.c.id == row.id).values(used_at=time_text(at)))
        role = Role(row.role)
        allowed = frozenset(one for one in role.scopes if one in row.scopes.split())
        principal = Principal(
            user=row.user, workspace=row.workspace, role=role, scopes=allowed, via="key", key_id=row.id
        )
        return Known(principal, row.expires_at or "")

    # --- connections ------------------------------------------------------------------------------------------


def digest_of(secret: str) -> str:
    """What is kept of a key or a session number."""
    return sha256(secret.encode()).hexdigest()


def time_text(at: datetime) -> str:
    """A time as it is stored: its texts sort as times."""
    return at.isoformat(timespec="microseconds")


def told(connection: Connection, action: str, subject: str, by: str, workspace: str, **details: Any) -> None:
    """Writes an act to the audit stream: the last thing of its transaction."""
    audit.append(connection, [Act(action, subject, by, workspace=workspace, details=details)])


def _workspace(connection: Connection, workspace: str) -> Workspace:
    row = connection.execute(select(workspaces).where(workspaces.c.id == workspace)).mappings().first()
    if row is None:
        raise unknown_workspace(workspace)
    return Workspace(**row)


def memberships_of(connection: Connection, user: str) -> tuple[Member, ...]:
    """The workspaces of a user, by id."""
    rows = connection.execute(
        select(memberships).where(memberships.c.user == user).order_by(memberships.c.workspace)
    ).mappings()
    return tuple(Member(**row) for row in rows)


def set_member(connection: Connection, member: Member, by: str) -> Act:
    """Stores a role; returns what the audit stream is to say."""
    insert_new(connection, users, [{"name": member.user, "subject": None, "created_at": member.since}])
    mine = and_(memberships.c.workspace == member.workspace, memberships.c.user == member.user)
    changed = update(memberships).where(mine).values(role=str(member.role), source=member.source)
    if not connection.execute(changed).rowcount:
        row = member.model_dump() | {"role": str(member.role)}
        connection.execute(insert(memberships).values(**row))
    details = {"role": str(member.role), "source": member.source}
    return Act("member.set", f"user:{member.user}", by, workspace=member.workspace, details=details)


def _key(row: Any) -> ApiKey:
    held = {name: row[name] or "" for name in ApiKey.model_fields}
    return ApiKey(**held | {"scopes": tuple(row["scopes"].split())})


def unknown_workspace(workspace: str) -> NotFound:
    """The error for a workspace there is not."""
    return NotFound(f"没有工作区 {workspace}。", f"There is no workspace {workspace}.")
