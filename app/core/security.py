"""Passwords, access tokens, page cursors and what roles may do."""

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import jwt
from anyio import CapacityLimiter, to_thread
from passlib.context import CryptContext
from uuid_utils.compat import uuid7

from app.core.exceptions import NotFound, Unauthorized

Role = Literal["user", "admin"]

_USER_SCOPES = frozenset(
    {
        *("profile:read", "profile:write"),
        *("items:read", "items:write"),
        *("api_keys:read", "api_keys:write"),
    }
)
_ADMIN_SCOPES = _USER_SCOPES | {"users:read", "users:write"}
ROLE_SCOPES: Mapping[Role, frozenset[str]] = {"user": _USER_SCOPES, "admin": _ADMIN_SCOPES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who calls, and what the caller may do.

    Attributes:
        user_id: The account that the caller acts for.
        session_id: The session that an access token belongs to; None for other credentials.
        api_key_id: The API key that was sent; None for other credentials.
    """

    user_id: UUID
    scopes: frozenset[str]
    session_id: UUID | None = None
    api_key_id: UUID | None = None


class Passwords:
    """Hashes and verifies passwords in threads of its own; the event loop never waits.

    The hash is bcrypt over SHA-256, which has none of bcrypt's 72-byte limit.

    Args:
        rounds: bcrypt's cost: each step doubles the time.
    """

    def __init__(self, rounds: int) -> None:
        self._context = CryptContext(schemes=["bcrypt_sha256"], bcrypt_sha256__rounds=rounds)
        self._threads = CapacityLimiter(os.cpu_count() or 1)

    async def hash(self, password: str) -> str:
        """Return a salted hash of `password`."""
        return await to_thread.run_sync(self._context.hash, password, limiter=self._threads)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Tell whether `password` is behind the hash; without one, take as long to say no."""
        if password_hash is None:
            await to_thread.run_sync(self._context.dummy_verify, limiter=self._threads)
            return False
        return await to_thread.run_sync(
            self._context.verify, password, password_hash, limiter=self._threads
        )


class AccessTokens:
    """Issues and reads access tokens: JWTs with the claims of RFC 9068, read as RFC 8725 demands.

    Args:
        secret: HMAC key of 32 bytes or more.
        issuer: Address of this service, both issuer and audience.
        lifetime: How long a token is good for.
    """

    _ALGORITHM = "HS256"
    _TYPE = "at+jwt"

    def __init__(self, secret: str, issuer: str, lifetime: timedelta) -> None:
        self._secret = secret
        self._issuer = issuer
        self.lifetime = lifetime
        self._jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})

    def issue(self, principal: Principal) -> str:
        """Return a signed token for `principal`."""
        now = datetime.now(UTC)
        claims = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(principal.user_id),
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "jti": str(uuid7()),
            "scope": " ".join(sorted(principal.scopes)),
        }
        return self._jwt.encode(
            claims, self._secret, algorithm=self._ALGORITHM, headers={"typ": self._TYPE}
        )

    def read(self, token: str) -> Principal:
        """Return whom a token was issued to.

        Raises:
            Unauthorized: The token is malformed, forged, expired, not yet valid, or not meant for
                this service.
        """
        try:
            decoded = self._jwt.decode_complete(
                token,
                self._secret,
                algorithms=[self._ALGORITHM],
                audience=self._issuer,
                issuer=self._issuer,
                options={"require": ["iss", "aud", "sub", "iat", "nbf", "exp", "jti", "scope"]},
            )
            user_id = UUID(decoded["payload"]["sub"])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise _invalid_token() from error
        if decoded["header"].get("typ") != self._TYPE:
            raise _invalid_token()
        return Principal(
            user_id=user_id, scopes=frozenset(str(decoded["payload"]["scope"]).split())
        )


def _invalid_token() -> Unauthorized:
    return Unauthorized(
        "The access token is not valid; get a new one.", challenge='Bearer error="invalid_token"'
    )


class Cursors:
    """Writes and reads page cursors: opaque to clients, and of no use once altered.

    Args:
        secret: HMAC key.
    """

    _MAC_BYTES = 16

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"cursor:" + secret.encode()).digest()

    def encode(self, position: Sequence[str], scope: str) -> str:
        """Return the cursor of a position; it is good for the same scope (list, filters, order)."""
        content = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
        return _to_base64(self._mac(content, scope) + content)

    def decode(self, cursor: str, scope: str) -> list[str]:
        """Return the position in a cursor.

        Raises:
            NotFound: This server gave out no such cursor, or gave it out for another scope.
        """
        with suppress(ValueError):
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            mac, content = raw[: self._MAC_BYTES], raw[self._MAC_BYTES :]
            # Base64 has spare bits at its end: another text may decode to the same bytes.
            if hmac.compare_digest(mac, self._mac(content, scope)) and cursor == _to_base64(raw):
                return [str(value) for value in json.loads(content)]
        raise NotFound(
            "There is no page with this cursor. Send the `next` of a page, with the same filters "
            "and sort keys, or no cursor for the first page."
        )

    def _mac(self, content: bytes, scope: str) -> bytes:
        message = scope.encode() + b"\0" + content
        return hmac.digest(self._key, message, "sha256")[: self._MAC_BYTES]


def _to_base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
