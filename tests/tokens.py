"""Access tokens that the service itself would never issue."""

import warnings
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from fastapi import FastAPI
from jwt.warnings import InsecureKeyLengthWarning

from app.core.config import Settings
from app.core.crypto.keys import read_keys
from app.core.security import ROLE_SCOPES

ALL_SCOPES = " ".join(sorted(ROLE_SCOPES["user"]))


def claims(settings: Settings) -> dict[str, Any]:
    """Return what a valid token says."""
    now = datetime.now(UTC)
    return {
        "iss": settings.public_url,
        "aud": settings.public_url,
        "sub": str(uuid4()),
        "sid": str(uuid4()),
        "client_id": "first-party",
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
    key: object = None,
    algorithm: str = "ES256",
    typ: str | None = "at+jwt",
    **header: object,
) -> str:
    """Return a token with this content, by default signed as the service does it."""
    active = read_keys(settings.keys_file).active
    signer: Any = active.loaded.key if key is None else key
    with warnings.catch_warnings():
        # A wrong algorithm may want a longer key than the service has.
        warnings.simplefilter("ignore", InsecureKeyLengthWarning)
        headers = {"typ": typ, "kid": active.kid} | header
        return jwt.encode(content, signer, algorithm=algorithm, headers=headers)


def issue(settings: Settings, **changes: object) -> str:
    """Return a signed token that differs from a valid one in some claims."""
    return sign(settings, claims(settings) | changes)


async def issue_let_in(app: FastAPI, settings: Settings, **changes: object) -> str:
    """Return a token whose session the application treats as active."""
    content = claims(settings) | changes
    await app.state.resources.session_gate.marks.note_alive(UUID(content["sid"]))
    return sign(settings, content)
