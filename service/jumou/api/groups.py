"""What the groups of an identity provider may do here, by the setting `JUMOU_OIDC_ROLES`."""

import re
from collections.abc import Iterable

from jumou.domain.access import WORKSPACE_ID, Role
from jumou.errors import InvalidRequest


def read_roles(mapping: str) -> list[tuple[str, str, Role]]:
    """Group, workspace and role of each entry.

    Entries are separated by commas, or by semicolons where there is one: names of directories hold commas.

    Raises:
        InvalidRequest: the setting does not make sense.
    """
    found = []
    for entry in (one.strip() for one in mapping.split(";" if ";" in mapping else ",")):
        if not entry:
            continue
        group, _, place = entry.rpartition("=")
        workspace, _, role = place.partition(":")
        if not group.strip() or not re.fullmatch(WORKSPACE_ID, workspace.strip()) or role.strip() not in set(Role):
            raise InvalidRequest(
                f"JUMOU_OIDC_ROLES 的写法不对：{entry}。", f"JUMOU_OIDC_ROLES: {entry} is not understood.",
                mend_zh="应为 组=工作区:角色，用逗号分隔；组名含逗号时全部用分号分隔。",
                mend_en="Write group=workspace:role, separated by commas, or by semicolons where names hold commas.",
            )  # fmt: skip
        found.append((group.strip(), workspace.strip(), Role(role.strip())))
    return found


def roles_of(groups: Iterable[str], mapping: str) -> list[tuple[str, Role]]:
    """The workspaces open to somebody of these groups, with roles; raises as `read_roles`."""
    held = frozenset(groups)
    return [(workspace, role) for group, workspace, role in read_roles(mapping) if group in held]
