"""Logging in and out of the pages, and turning to another workspace."""

import asyncio
from math import ceil
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import RedirectResponse, Response

from jumou.api import login_page as page
from jumou.api.access import Caller, Held, Speaking
from jumou.api.groups import roles_of
from jumou.api.identity import Door
from jumou.api.problems import STATUS
from jumou.api.rates import address_of
from jumou.compose import Jumou
from jumou.domain.framework import Language
from jumou.errors import JumouError, NotSignedIn, StepConflict, TooManyRequests

if TYPE_CHECKING:
    from jumou.api.oidc import Provider

router = APIRouter(include_in_schema=False)

_OIDC: Final = "jm_oidc"
_LONGEST_LOGIN: Final = 600
"""Seconds between going to the identity provider and coming back."""

Back = Annotated[str, Query(alias="next", max_length=2000)]


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


def _local(back: str) -> str:
    """An address of ours to go on to; whatever leads elsewhere becomes the first page."""
    ours = back.startswith("/") and not back.startswith(("//", "/\\")) and not back.startswith("/login")
    return back if ours and "\\" not in back and back.isprintable() else "/"


@router.get("/login")
async def login_page(request: Request, held: Held, language: Speaking, back: Back = "/") -> Response:
    """The page to log in on."""
    if not _door(request).guarded:
        return RedirectResponse("/", 303)
    return page.login_page(language, back=_local(back), oidc=bool(held.opening.settings.oidc_issuer))


@router.post("/login")
def log_in_with_key(
    request: Request, held: Held, language: Speaking, key: Annotated[str, Form(max_length=200)], back: Annotated[str, Form(alias="next", max_length=2000)] = "/"
) -> Response:  # fmt: skip
    """Begins a session for whoever brings a key; it reaches no further than the key."""
    parts, door = held.opening.stored(), _door(request)
    _guarded(door)
    address, oidc = address_of(request), bool(held.opening.settings.oidc_issuer)
    try:
        door.tries.check(address)
    except TooManyRequests as error:
        return _told(error, language, back=_local(back), oidc=oidc)
    known = parts.accounts.find_key(key.strip())
    if known is None:
        door.tries.failed(address)
        told = "密钥无效、已过期或已吊销。" if language == "zh" else "The key is wrong, past or revoked."
        return page.login_page(language, back=_local(back), oidc=oidc, fault=told, status=401)
    who = known.principal
    number = parts.sessions.begin_session(
        who.user, hours=parts.settings.session_hours, workspace=who.workspace, key_id=who.key_id
    )
    return _in(request, number, back)


@router.get("/login/oidc")
async def begin_oidc(request: Request, held: Held, back: Back = "/") -> Response:
    """Sends the browser to the identity provider."""
    provider, door = _provider(request, held.opening.stored()), _door(request)
    address, login = await provider.begin(_callback(request, held.opening.stored()), _local(back))
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        _OIDC, _sealed(door).dumps(list(login)), path="/login", max_age=_LONGEST_LOGIN, secure=door.secure(request),
        httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


@router.get("/login/oidc/callback")
async def end_oidc(
    request: Request, held: Held, language: Speaking, state: Annotated[str, Query(max_length=500)] = "", code: Annotated[str, Query(max_length=4000)] = ""
) -> Response:  # fmt: skip
    """Takes in what the identity provider says, and begins a session."""
    from jumou.api.oidc import Login  # noqa: PLC0415 - as in _provider

    parts, door = held.opening.stored(), _door(request)
    provider = _provider(request, parts)
    address = address_of(request)
    try:
        door.tries.check(address)
        try:
            login = Login(*_sealed(door).loads(request.cookies.get(_OIDC, ""), max_age=_LONGEST_LOGIN))
        except (BadSignature, TypeError) as problem:
            raise NotSignedIn(
                "登录未在本浏览器发起，或已超时。", "This login did not begin in this browser, or took too long.",
                mend_zh="请重新登录。", mend_en="Log in again.",
            ) from problem  # fmt: skip
        who = await provider.end(login, state, code, _callback(request, parts))
        user = parts.sessions.log_in(who.subject, who.name, roles_of(who.groups, parts.settings.oidc_roles))
        number = parts.sessions.begin_session(user, hours=parts.settings.session_hours)
    except JumouError as error:
        if isinstance(error, NotSignedIn):
            await asyncio.to_thread(door.tries.failed, address)
        return _told(error, language, back="/", oidc=True)
    answer = _in(request, number, login.back)
    answer.delete_cookie(_OIDC, path="/login")
    return answer


@router.post("/logout")
def log_out(request: Request, held: Held) -> Response:
    """Ends the session."""
    door = _door(request)
    number = door.session_of(request)
    if number:
        held.opening.stored().sessions.end_session(number)
        door.forget()
    answer = RedirectResponse("/login", 303)
    door.take(answer, request)
    return answer


@router.post("/session")
def switch_workspace(
    request: Request, held: Held, caller: Caller, workspace: Annotated[str, Form(max_length=64)]
) -> Response:
    """Turns the session to another workspace of the person."""
    door = _door(request)
    _guarded(door)
    if caller.via != "session":
        raise StepConflict("只有登录的页面才能切换工作区。", "Only a page session can change its workspace.")
    held.opening.stored().sessions.switch(door.session_of(request), workspace)
    door.forget()
    return RedirectResponse("/", 303)


def _told(error: JumouError, language: Language, *, back: str, oidc: bool) -> Response:
    """The login page with what went wrong."""
    answer = page.login_page(language, back=back, oidc=oidc, fault=error.message(language), status=STATUS[type(error)])
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(ceil(error.retry_after))
    return answer


def _in(request: Request, number: str, back: str) -> Response:
    answer = RedirectResponse(_local(back), 303)
    _door(request).give(answer, request, number)
    return answer


def _guarded(door: Door) -> None:
    if not door.guarded:
        raise StepConflict(
            "账户未启用。", "Accounts are off.", mend_zh="请设置 JUMOU_ACCOUNTS=on。", mend_en="Set JUMOU_ACCOUNTS=on."
        )


def _sealed(door: Door) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(door.signer().secret_keys[-1], salt="jumou-oidc")


def _callback(request: Request, parts: Jumou) -> str:
    base = parts.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    return f"{base}/login/oidc/callback"


def _provider(request: Request, parts: Jumou) -> "Provider":
    from jumou.api.oidc import Provider  # noqa: PLC0415 - loads a client and signatures nobody needs before a login

    _guarded(_door(request))
    if not parts.settings.oidc_issuer:
        raise StepConflict("未设置统一身份认证。", "No identity provider is set.", mend_zh="请设置 JUMOU_OIDC_ISSUER。", mend_en="Set JUMOU_OIDC_ISSUER.")  # fmt: skip
    held: Provider | None = getattr(request.app.state, "oidc", None)
    if held is None:
        held = request.app.state.oidc = Provider(parts.settings)
    return held
