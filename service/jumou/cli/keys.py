"""`jumou keys` and `jumou workspaces`: who may come in. Whoever may run commands on this machine may give out keys."""

import getpass
import re
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from jumou.cli.corpus import JsonOption
from jumou.cli.terminal import emit, out, pick, say
from jumou.compose import Jumou
from jumou.domain.access import SCOPES, WORKSPACE_ID, Role, Scope
from jumou.domain.account import LONGEST_NAME, ApiKey
from jumou.errors import InvalidRequest
from jumou.settings import settings

if TYPE_CHECKING:
    from jumou.storage import Accounts

keys = typer.Typer(help="API 密钥：发放、列出、吊销 · API keys: create, list, revoke", no_args_is_help=True)
workspaces = typer.Typer(help="工作区与成员 · workspaces and their members", no_args_is_help=True)

WorkspaceOption = Annotated[str, typer.Option("--workspace", "-w", help="工作区；默认按 JUMOU_WORKSPACE · workspace")]
UserArgument = Annotated[str, typer.Argument(metavar="USER", help="用户名 · name of the user")]
WorkspaceArgument = Annotated[str, typer.Argument(metavar="WORKSPACE", help="工作区编号 · id of the workspace")]
RoleOption = Annotated[Role | None, typer.Option("--role", help="角色 · viewer, planner, reviewer, admin")]


@keys.command("create")
def create_key(
    user: UserArgument,
    workspace: WorkspaceOption = "",
    role: RoleOption = None,
    label: Annotated[str, typer.Option("--label", help="用途 · what it is for")] = "",
    scopes: Annotated[
        list[str] | None,
        typer.Option("--scope", help="权限，可多次：read、draft、review、admin；默认随角色 · may be repeated"),
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="有效天数 · days until it expires")] = 365,
    never: Annotated[bool, typer.Option("--never", help="不过期 · never expires")] = False,
    as_json: JsonOption = False,
) -> None:
    """发放密钥，仅显示这一次；给出 --role 时先将用户加入工作区。"""
    accounts, place = _accounts(), workspace or settings().workspace
    _named(user)
    if role is not None:
        accounts.set_member(place, user, role, by=_me())
    made = accounts.create_key(
        place, user, by=_me(), label=label, scopes=_scopes(scopes or []), days=None if never else days
    )
    if as_json:
        emit(made)
        return
    out.print(made.key, markup=False)
    say(pick("请立即妥善保存，此后无法再次显示。", "Keep it now; it cannot be shown again."))


@keys.command("list")
def list_keys(workspace: WorkspaceOption = "", as_json: JsonOption = False) -> None:
    """列出工作区的密钥（只显示前缀）。"""
    found = _accounts().keys(workspace or settings().workspace)
    if as_json:
        emit([one.model_dump(mode="json") for one in found])
        return
    table = Table()
    for heading in (
        pick("编号", "id"), pick("前缀", "prefix"), pick("用户", "user"), pick("权限", "scopes"), pick("用途", "label"),
        pick("到期", "expires"), pick("最近使用", "last used"), pick("状态", "state"),
    ):  # fmt: skip
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(
            one.id, one.prefix, one.user, " ".join(one.scopes), one.label, one.expires_at[:10], one.used_at[:16], _state(one)
        )  # fmt: skip
    out.print(table)


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="密钥编号 · id of the key")],
    workspace: WorkspaceOption = "",
    as_json: JsonOption = False,
) -> None:
    """吊销密钥，几秒内在各处失效；用它登录的会话一并结束。"""
    found = _accounts().revoke_key(workspace or settings().workspace, key_id, by=_me())
    if as_json:
        emit(found)
    else:
        say(pick(f"已吊销 {found.prefix}…（{found.user}）", f"revoked {found.prefix}… of {found.user}"))


@workspaces.command("create")
def create_workspace(
    workspace: WorkspaceArgument,
    title: Annotated[str, typer.Option("--title", help="名称 · title")] = "",
    as_json: JsonOption = False,
) -> None:
    """新建工作区。"""
    if not re.fullmatch(WORKSPACE_ID, workspace):
        raise InvalidRequest(
            f"工作区编号不合规：{workspace}。", f"{workspace} is no workspace's id.",
            mend_zh="只用小写字母、数字和连字符。", mend_en="Use lower-case letters, digits and hyphens.",
        )  # fmt: skip
    made = _accounts().create_workspace(workspace, title, by=_me())
    if as_json:
        emit(made)
    else:
        say(pick(f"已建立工作区 {made.id}（{made.title}）", f"made the workspace {made.id} ({made.title})"))


@workspaces.command("list")
def list_workspaces(as_json: JsonOption = False) -> None:
    """列出工作区。"""
    found = _accounts().workspaces()
    if as_json:
        emit([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        out.print(f"{one.id}  {one.title}", markup=False)


@workspaces.command("members")
def members(
    workspace: WorkspaceArgument,
    add: Annotated[
        str, typer.Option("--add", metavar="USER", help="加入或改角色，配合 --role · add, or change the role")
    ] = "",
    role: RoleOption = None,
    remove: Annotated[str, typer.Option("--remove", metavar="USER", help="移出 · take out")] = "",
    as_json: JsonOption = False,
) -> None:
    """列出工作区成员；也可加入、改角色或移出。"""
    accounts = _accounts()
    if add:
        _named(add)
        accounts.set_member(workspace, add, role or Role.VIEWER, by=_me())
    if remove:
        accounts.remove_member(workspace, remove, by=_me())
    found = accounts.members(workspace)
    if as_json:
        emit([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        out.print(f"{one.user}  {one.role}", markup=False)


def _accounts() -> "Accounts":
    return Jumou(settings()).accounts


def _me() -> str:
    """Who runs the command, as the machine knows them."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):
        return "cli"


def _named(user: str) -> None:
    if not user.strip() or user != user.strip() or len(user) > LONGEST_NAME or not user.isprintable():
        raise InvalidRequest("用户名为空、过长或含不可见字符。", "The user's name is blank, too long or not printable.")


def _scopes(named: list[str]) -> tuple[Scope, ...]:
    unknown = [one for one in named if one not in SCOPES]
    if unknown:
        raise InvalidRequest(
            f"没有权限 {unknown[0]}。", f"There is no scope {unknown[0]}.",
            mend_zh=f"可用：{'、'.join(SCOPES)}。", mend_en=f"There are {', '.join(SCOPES)}.",
        )  # fmt: skip
    return tuple(one for one in SCOPES if one in named) if named else SCOPES


def _state(key: ApiKey) -> str:
    from jumou.storage.change import now  # noqa: PLC0415 - loads the database's library

    if key.revoked_at:
        return pick("已吊销", "revoked")
    return pick("已过期", "expired") if key.expires_at and key.expires_at <= now() else pick("有效", "valid")
