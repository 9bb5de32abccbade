"""Page sessions: who is logged in, where, until when; and whom an identity provider vouches for."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, and_, delete, insert, select, update

from jumou.domain.access import Principal, Role
from jumou.domain.account import Member
from jumou.domain.audit import Act
from jumou.errors import NotSignedIn
from jumou.storage import audit
from jumou.storage.access_tables import api_keys, memberships, sessions, users, workspaces
from jumou.storage.access_tables import secrets as kept_secrets
from jumou.storage.accounts import Known, digest_of, memberships_of, set_member, time_text, told, unknown_workspace
from jumou.storage.change import insert_new, now
from jumou.storage.database import writing

_BYTES: Final = 32


class Sessions:
    """Sessions of people on the pages. Safe among threads and processes."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is an open database with all migrations run (`open_database`)."""
        self._engine = engine

    def begin_session(self, user: str, *, hours: float, workspace: str = "", key_id: str = "") -> str:
        """Begins a page session and returns its number, which only the cookie holds.

        Raises:
            NotSignedIn: the user is a member of no workspace, or not of this one.
        """
        number, at = secrets.token_urlsafe(_BYTES), datetime.now(UTC)
        with writing(self._engine) as connection:
            mine = [one for one in memberships_of(connection, user) if workspace in ("", one.workspace)]
            if not mine:
                raise _no_workspace(user)
            connection.execute(delete(sessions).where(sessions.c.expires_at <= time_text(at)))
            connection.execute(
                insert(sessions).values(
                    digest=digest_of(number), user=user, workspace=mine[0].workspace, key_id=key_id or None,
                    created_at=time_text(at), expires_at=time_text(at + timedelta(hours=hours)),
                )
            )  # fmt: skip
            told(connection, "session.begin", f"user:{user}", user, mine[0].workspace)
        return number

    def find_session(self, number: str) -> Known | None:
        """Who is logged in under a number; None when the session has ended or its user is no member any more."""
        joined = sessions.join(
            memberships, and_(memberships.c.user == sessions.c.user, memberships.c.workspace == sessions.c.workspace)
        ).outerjoin(api_keys, api_keys.c.id == sessions.c.key_id)
        wanted = (
            select(sessions, memberships.c.role, api_keys.c.scopes, api_keys.c.expires_at.label("key_until"))
            .select_from(joined)
            .where(sessions.c.digest == digest_of(number))
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        until = "" if row is None else min(row.expires_at, row.key_until or row.expires_at)
        if row is None or until <= now():
            return None
        role = Role(row.role)
        allowed = role.scopes if row.scopes is None else role.scopes & frozenset(row.scopes.split())
        principal = Principal(
            user=row.user, workspace=row.workspace, role=role, scopes=allowed, via="session", key_id=row.key_id or ""
        )
        return Known(principal, until)

    def switch(self, number: str, workspace: str) -> None:
        """Turns a session to another workspace of its user.

        Raises:
            NotFound: the session has ended, the user is no member there, or the session came from a key of one workspace.
        """
        mine = sessions.c.digest == digest_of(number)
        with writing(self._engine) as connection:
            row = connection.execute(select(sessions.c.user, sessions.c.key_id).where(mine)).first()
            known = () if row is None or row.key_id else memberships_of(connection, row.user)
            if not any(one.workspace == workspace for one in known):
                raise unknown_workspace(workspace)
            connection.execute(update(sessions).where(mine).values(workspace=workspace))

    def end_session(self, number: str) -> None:
        """Ends a session; nothing happens when it has ended already."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest_of(number)))

    def log_in(self, subject: str, name: str, roles: Sequence[tuple[str, Role]]) -> str:
        """The user an identity provider vouches for, with the roles its groups stand for; returns the user's name.

        A name that has no subject yet is this one's from now on. Roles an admin gave stay; those that came from groups
        are as the groups are now.

        Raises:
            NotSignedIn: the name is somebody else's, or no workspace is open to the user.
        """
        with writing(self._engine) as connection:
            acts: list[Act] = []
            held = connection.execute(select(users.c.name).where(users.c.subject == subject)).scalar()
            user = held or name
            if held is None:
                insert_new(connection, users, [{"name": name, "subject": None, "created_at": now()}])
                taken = update(users).where(users.c.name == name, users.c.subject.is_(None)).values(subject=subject)
                if not connection.execute(taken).rowcount:
                    raise NotSignedIn(
                        f"用户名 {name} 已属于另一账号。", f"The name {name} belongs to another account.",
                        mend_zh="请联系管理员。", mend_en="Ask an administrator.",
                    )  # fmt: skip
            known = _ids(connection)
            granted = {
                workspace: role for workspace, role in sorted(roles, key=lambda one: one[1].rank) if workspace in known
            }
            before = {one.workspace: one for one in memberships_of(connection, user)}
            for workspace, member in before.items():
                if member.source == "groups" and workspace not in granted:
                    gone = and_(memberships.c.workspace == workspace, memberships.c.user == user)
                    connection.execute(delete(memberships).where(gone))
                    acts.append(
                        Act("member.remove", f"user:{user}", user, workspace=workspace, details={"source": "groups"})
                    )
            for workspace, role in granted.items():
                held_as = before.get(workspace)
                if held_as is None or (held_as.source == "groups" and held_as.role != role):
                    made = Member(workspace=workspace, user=user, role=role, source="groups", since=now())
                    acts.append(set_member(connection, made, user))
            if not memberships_of(connection, user):
                raise _no_workspace(user)
            audit.append(connection, acts)
        return str(user)

    def secret(self, name: str) -> str:
        """A secret all processes of this database share; made when it is first asked for."""
        with writing(self._engine) as connection:
            made = {"name": name, "value": secrets.token_urlsafe(_BYTES)}
            insert_new(connection, kept_secrets, [made])
            found = connection.execute(select(kept_secrets.c.value).where(kept_secrets.c.name == name)).scalar_one()
        return str(found)

    # --- connections ------------------------------------------------------------------------------------------


def _ids(connection: Connection) -> set[str]:
    return {row["id"] for row in connection.execute(select(workspaces)).mappings()}


def _no_workspace(user: str) -> NotSignedIn:
    return NotSignedIn(
        f"{user} 尚未加入任何工作区。", f"{user} is a member of no workspace.",
        mend_zh="请联系管理员加入工作区。", mend_en="Ask an administrator to add you to one.",
    )  # fmt: skip
