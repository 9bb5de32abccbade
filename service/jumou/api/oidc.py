"""OpenID Connect: somebody else says who a person is. The code flow with PKCE, a state and a nonce.

Nothing is believed that the provider did not sign for this client and this login: issuer, audience, nonce and times of the ID
token are checked against its published keys.
"""

import secrets
import time
from typing import Any, Final, NamedTuple

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from httpx import AsyncClient, HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from jumou.errors import NotSignedIn, ServiceUnavailable
from jumou.settings import Settings

_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by keys that only the provider has; never `none`, never one by a shared secret."""

_KEPT: Final = 300.0
"""Seconds for which the provider's description and keys are believed."""

_PATIENCE: Final = 10.0
_LEEWAY: Final = 60


class Login(NamedTuple):
    """A login under way, kept in a signed cookie of the browser that began it."""

    state: str
    nonce: str
    verifier: str
    back: str


class Vouched(NamedTuple):
    """Whom the provider vouches for: its own number of the person, the name here, and the groups."""

    subject: str
    name: str
    groups: tuple[str, ...]


class Provider:
    """The identity provider the settings name."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is asked for before the first login."""
        self._settings = settings
        self._described: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def begin(self, redirect_uri: str, back: str) -> tuple[str, Login]:
        """Where the browser is to go, and what has to be remembered until it returns.

        Raises:
            ServiceUnavailable: the provider does not answer.
        """
        login = Login(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), back)
        description = await self._description()
        async with self._client(redirect_uri) as client:
            address, _ = client.create_authorization_url(
                description["authorization_endpoint"],
                state=login.state,
                nonce=login.nonce,
                code_verifier=login.verifier,
            )
        return address, login

    async def end(self, login: Login, state: str, code: str, redirect_uri: str) -> Vouched:
        """Whom the provider vouches for.

        Raises:
            NotSignedIn: it vouches for nobody, or what it says does not hold.
            ServiceUnavailable: it does not answer.
        """
        if not state or not secrets.compare_digest(state, login.state) or not code:
            raise _refused("state")
        description = await self._description()
        try:
            async with self._client(redirect_uri) as client:
                token = await client.fetch_token(description["token_endpoint"], code=code, code_verifier=login.verifier)
        except OAuthError as problem:
            raise _refused(str(problem.error)) from problem
        except HTTPError as problem:
            raise _away() from problem
        return self._vouched(await self._claims(str(token.get("id_token") or ""), login.nonce))

    async def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        for fresh in (False, True):  # a key that is new since the last look is looked for once more
            try:
                decoded = jwt.decode(token, await self._key_set(anew=fresh), algorithms=_ALGORITHMS)
            except (JoseError, ValueError) as problem:
                if fresh:
                    raise _refused(type(problem).__name__) from problem
                continue
            break
        wanted = jwt.JWTClaimsRegistry(
            now=int(time.time()), leeway=_LEEWAY, iss={"essential": True, "value": self._settings.oidc_issuer},
            aud={"essential": True, "value": self._settings.oidc_client_id}, exp={"essential": True}, iat={"essential": True},
            sub={"essential": True}, nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        claims: dict[str, Any] = decoded.claims
        try:
            wanted.validate(claims)
        except JoseError as problem:
            raise _refused(str(problem)) from problem
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._settings.oidc_client_id:
            raise _refused("azp")
        return claims

    def _vouched(self, claims: dict[str, Any]) -> Vouched:
        chosen = self._settings
        name = str(claims.get(chosen.oidc_user_claim) or "").strip()
        if not name or len(name) > 100:
            raise _refused(chosen.oidc_user_claim)
        if chosen.oidc_user_claim == "email" and claims.get("email_verified") is not True:
            raise _refused("email_verified")
        groups = claims.get(chosen.oidc_groups_claim) or ()
        listed = groups if isinstance(groups, list) else [groups]
        return Vouched(f"{chosen.oidc_issuer}|{claims['sub']}"[:500], name, tuple(str(one) for one in listed))

    def _client(self, redirect_uri: str) -> AsyncOAuth2Client:
        chosen = self._settings
        return AsyncOAuth2Client(
            chosen.oidc_client_id, chosen.oidc_client_secret or None, scope=chosen.oidc_scopes, redirect_uri=redirect_uri,
            code_challenge_method="S256", timeout=_PATIENCE,
            token_endpoint_auth_method="client_secret_basic" if chosen.oidc_client_secret else "none",
        )  # fmt: skip

    async def _description(self) -> dict[str, Any]:
        if self._described is None or time.monotonic() - self._described[0] > _KEPT:
            issuer = self._settings.oidc_issuer
            found = await _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise _away()
            self._described = time.monotonic(), found
        return self._described[1]

    async def _key_set(self, *, anew: bool) -> KeySet:
        if anew or self._keys is None or time.monotonic() - self._keys[0] > _KEPT:
            found = await _fetched((await self._description())["jwks_uri"])
            self._keys = time.monotonic(), KeySet.import_key_set(found)  # type: ignore[arg-type]  # JSON as it came
        return self._keys[1]


async def _fetched(address: str) -> dict[str, Any]:
    try:
        async with AsyncClient(timeout=_PATIENCE) as client:
            answer = await client.get(address)
            answer.raise_for_status()
            found = answer.json()
    except (HTTPError, ValueError) as problem:
        raise _away() from problem
    if not isinstance(found, dict):
        raise _away()
    return found


def _refused(why: str) -> NotSignedIn:
    return NotSignedIn(
        f"统一身份认证未通过（{why}）。", f"The identity provider's answer does not hold ({why}).",
        mend_zh="请重新登录；仍不成功请联系管理员。", mend_en="Log in again; ask an administrator when it fails again.",
    )  # fmt: skip


def _away() -> ServiceUnavailable:
    return ServiceUnavailable(
        "统一身份认证服务没有应答。", "The identity provider does not answer.",
        mend_zh="请检查 JUMOU_OIDC_ISSUER 与该服务。", mend_en="Check JUMOU_OIDC_ISSUER and the provider.",
    )  # fmt: skip
