"""Access tokens that the service itself would never issue."""

import warnings
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from jwt.warnings import InsecureKeyLengthWarning

from app.core.config import Settings

ALL_SCOPES = "items:read items:write profile:read profile:write"


def claims(settings: Settings) -> dict[str, Any]:
    """Return what a valid token says."""
    now = datetime.now(UTC)
    return {
        "iss": settings.public_url,
        "aud": settings.public_url,
        "sub": str(uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + timedelta(minutes=5),
        "jti": str(uuid4()),
        "scope": ALL_SCOPES,
    }


def sign(
    settings: Settings,
    content: dict[str, Any],
    *,
    key: str | None = None,
    algorithm: str = "HS256",
    typ: str | None = "at+jwt",
) -> str:
    """Return a token with this content, by default signed as the service does it."""
    key = settings.secret_key.get_secret_value() if key is None else key
    with warnings.catch_warnings():
        # A wrong algorithm may want a longer key than the service has.
        warnings.simplefilter("ignore", InsecureKeyLengthWarning)
        return jwt.encode(content, key, algorithm=algorithm, headers={"typ": typ})


def issue(settings: Settings, **changes: object) -> str:
    """Return a signed token that differs from a valid one in some claims."""
    return sign(settings, claims(settings) | changes)
