"""Who the caller is, and the keys and members of the caller's workspace."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from jumou.api.access import Caller, Held
from jumou.api.openapi import problems
from jumou.api.strict import StrictRoute
from jumou.compose import Jumou
from jumou.domain.access import SCOPES, Principal, Role, Scope
from jumou.domain.account import LONGEST_NAME, ApiKey, Member, NewKey
from jumou.errors import StepConflict

router = APIRouter(prefix="/v1", tags=["access"], route_class=StrictRoute)

UserName = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME, description="the user's name")]


class Me(BaseModel):
    """The caller, and the workspaces open to the same user."""

    principal: Principal
    accounts: bool = Field(description="false: there are no accounts, everybody may do all")
    workspaces: list[Member]


class KeyList(BaseModel):
    """Keys, newest first; never the keys themselves."""

    keys: list[ApiKey]


class MemberList(BaseModel):
    """The members of the workspace."""

    members: list[Member]


class KeyRequest(BaseModel):
    """A key for a member: it acts in this workspace only, and no further than the member's role."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"user": "张工", "label": "月度脚本", "scopes": ["read"], "days": 90}]}
    )  # fmt: skip

    user: str = Field(min_length=1, max_length=LONGEST_NAME)
    label: str = Field(default="", max_length=200, description="what it is for")
    scopes: list[Scope] = Field(default=list(SCOPES), min_length=1, max_length=len(SCOPES))
    days: int | None = Field(default=90, ge=1, le=3650, description="days until it expires; null: never")


class RoleRequest(BaseModel):
    """The role of a member."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "planner"}]})

    role: Role


@router.get("/me", responses=problems(401, 503))
def who_am_i(request: Request, caller: Caller, held: Held) -> Me:
    """Who the caller is and what it may do."""
    guarded: bool = request.app.state.door.guarded
    known = held.opening.stored().accounts.memberships(caller.user) if guarded else ()
    if caller.via == "key":  # a key is of one workspace, and tells of no other
        known = tuple(one for one in known if one.workspace == caller.workspace)
    return Me(principal=caller, accounts=guarded, workspaces=list(known))


@router.get("/keys", responses=problems(401, 403, 409, 503))
def list_keys(request: Request, caller: Caller, held: Held) -> KeyList:
    """The keys of the workspace."""
    return KeyList(keys=list(_parts(request, held.opening.stored()).accounts.keys(caller.workspace)))


@router.post("/keys", status_code=201, responses=problems(400, 401, 403, 404, 409, 413, 422, 503))
def create_key(sent: KeyRequest, request: Request, caller: Caller, held: Held) -> NewKey:
    """Makes a key; this answer is the only place where it can be read."""
    parts = _parts(request, held.opening.stored())
    return parts.accounts.create_key(
        caller.workspace, sent.user, by=caller.user, label=sent.label, scopes=sent.scopes, days=sent.days
    )


@router.delete("/keys/{key_id}", responses=problems(401, 403, 404, 409, 422, 503))
def revoke_key(
    key_id: Annotated[str, Path(max_length=64)], request: Request, caller: Caller, held: Held
) -> ApiKey:  # fmt: skip
    """Ends a key and the sessions begun with it; within seconds on other machines."""
    found = _parts(request, held.opening.stored()).accounts.revoke_key(caller.workspace, key_id, by=caller.user)
    request.app.state.door.forget()
    return found


@router.get("/members", responses=problems(401, 403, 409, 503))
def list_members(request: Request, caller: Caller, held: Held) -> MemberList:
    """The members of the workspace with their roles."""
    return MemberList(members=list(_parts(request, held.opening.stored()).accounts.members(caller.workspace)))


@router.put("/members/{user}", responses=problems(400, 401, 403, 404, 409, 413, 422, 503))
def set_member(user: UserName, sent: RoleRequest, request: Request, caller: Caller, held: Held) -> Member:
    """Gives a user a role in the workspace."""
    parts = _parts(request, held.opening.stored())
    made = parts.accounts.set_member(caller.workspace, user, sent.role, by=caller.user)
    request.app.state.door.forget()
    return made


@router.delete("/members/{user}", status_code=204, responses=problems(401, 403, 404, 409, 422, 503))
def remove_member(user: UserName, request: Request, caller: Caller, held: Held) -> None:
    """Takes a user out of the workspace; their keys and sessions here end."""
    _parts(request, held.opening.stored()).accounts.remove_member(caller.workspace, user, by=caller.user)
    request.app.state.door.forget()


def _parts(request: Request, parts: Jumou) -> Jumou:
    if not request.app.state.door.guarded:
        raise StepConflict(
            "账户未启用，接口不管理密钥与成员。", "Accounts are off; the API gives out no keys.",
            mend_zh="请设置 JUMOU_ACCOUNTS=on，或在本机使用 jumou keys。", mend_en="Set JUMOU_ACCOUNTS=on, or use jumou keys on the machine.",
        )  # fmt: skip
    return parts
