"""Who calls, and what roles may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

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
        expires_at: When the access token stops being accepted; None for other credentials.
    """

    user_id: UUID
    scopes: frozenset[str]
    session_id: UUID | None = None
    api_key_id: UUID | None = None
    expires_at: datetime | None = field(default=None, compare=False)
