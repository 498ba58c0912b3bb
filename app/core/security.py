"""Who calls, what roles may do, and access tokens.

Access tokens are JWTs with the claims of RFC 9068, read as RFC 8725 demands.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import jwt
from uuid_utils.compat import uuid7

from app.core.crypto.keys import KeyRing
from app.core.exceptions import Unauthorized

Role = Literal["user", "admin"]

_USER_SCOPES = frozenset(
    {
        *("profile:read", "profile:write"),
        *("items:read", "items:write"),  # part example
        *("files:read", "files:write"),  # part files
        *("api_keys:read", "api_keys:write"),  # part api_keys
        *("webhooks:read", "webhooks:write"),  # part webhooks
    }
)
_ADMIN_SCOPES = _USER_SCOPES | {"users:read", "users:write"}
ROLE_SCOPES: Mapping[Role, frozenset[str]] = {"user": _USER_SCOPES, "admin": _ADMIN_SCOPES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The caller, and what the caller may do.

    Attributes:
        user_id: The account that the caller acts for.
        session_id: The session that an access token belongs to; None for other credentials.
        api_key_id: The API key that was sent; None for other credentials.
        expires_at: When the access token stops being accepted; None for other credentials.
    """

    user_id: UUID
    scopes: frozenset[str]
    session_id: UUID | None = None
    api_key_id: UUID | None = None
    expires_at: datetime | None = field(default=None, compare=False)


CLIENT_ID = "first-party"
"""The one client that RFC 9068 asks a token to name: the service registers no others."""
LEEWAY = timedelta(seconds=10)
"""How far the clocks of two servers may lie apart."""

_TYPE = "at+jwt"
_CLAIMS = ["iss", "aud", "sub", "iat", "nbf", "exp", "jti", "sid", "scope", "client_id"]


class AccessTokens:
    """Issues and reads access tokens.

    Args:
        keys: The active one signs; a token is verified with the key that it names, by the
            algorithm of that key. Whatever else its header says (`jku`, `x5u`, `jwk`) is ignored.
        issuer: Address of this service, both issuer and audience.
        lifetime: How long a token is valid.
        max_remembered: Tokens to keep until they expire, so that they are verified once; the one
            that was verified longest ago is forgotten first.
    """

    def __init__(
        self, keys: KeyRing, issuer: str, lifetime: timedelta, *, max_remembered: int = 5_000
    ) -> None:
        self._keys = keys
        self._max_remembered = max_remembered
        self._remembered: OrderedDict[str, Principal] = OrderedDict()
        self._loaded = {key.kid: key.loaded for key in keys.keys}
        self._issuer = issuer
        self.lifetime = lifetime
        self._jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})

    def issue(self, principal: Principal) -> str:
        """Return a signed token for `principal`, who has a session."""
        now = datetime.now(UTC)
        claims = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(principal.user_id),
            "client_id": CLIENT_ID,
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "jti": str(uuid7()),
            "sid": str(principal.session_id),
            "scope": " ".join(sorted(principal.scopes)),
        }
        key = self._keys.active
        headers = {"typ": _TYPE, "kid": key.kid}
        return self._jwt.encode(
            claims, self._loaded[key.kid].key, algorithm=key.algorithm, headers=headers
        )

    def read(self, token: str) -> Principal:
        """Return the caller of a token; it does not check whether the session is active.

        Raises:
            Unauthorized: The token is malformed, forged, expired, not yet valid, or not meant for
                this service.
        """
        known = self._remembered.get(token)
        if known is not None and known.expires_at and datetime.now(UTC) < known.expires_at:
            return known
        principal = self._verify(token)
        self._remembered[token] = principal
        if len(self._remembered) > self._max_remembered:
            self._remembered.popitem(last=False)
        return principal

    def _verify(self, token: str) -> Principal:
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.find(header.get("kid"))
            if key is None or header.get("typ") != _TYPE:
                raise invalid_token()
            claims = self._jwt.decode(
                token,
                self._loaded[header["kid"]].key,
                algorithms=[key.algorithm],
                audience=self._issuer,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": _CLAIMS},
            )
        except jwt.InvalidTokenError as error:
            raise invalid_token() from error
        try:
            user_id, session_id = UUID(str(claims["sub"])), UUID(str(claims["sid"]))
            expires_at = datetime.fromtimestamp(claims["exp"], UTC) + LEEWAY
        except ValueError as error:
            raise invalid_token() from error
        scopes = frozenset(str(claims["scope"]).split())
        return Principal(
            user_id=user_id, session_id=session_id, scopes=scopes, expires_at=expires_at
        )


def invalid_token() -> Unauthorized:
    """Return the error for a token that is not valid (RFC 6750, section 3.1)."""
    return Unauthorized(
        "The access token is not valid; get a new one.", challenge='Bearer error="invalid_token"'
    )
