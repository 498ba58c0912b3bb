"""The contract's `security`, enforced before a request's body is read."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias
from uuid import UUID

from fastapi import Request

from app.api.deps import resources
from app.core.crypto.api_keys import HEADER
from app.core.exceptions import InsufficientScope, Unauthorized
from app.core.security import Principal
from app.schemas.operation import Operation

Count: TypeAlias = Callable[[UUID | None], Awaitable[object]]
"""Counts the request for a user, or for the client's address; it may refuse the request."""


async def _oauth2(request: Request, __: Count) -> Principal | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    return resources(request).access_tokens.read(token.strip())


async def _api_key(request: Request, count: Count) -> Principal | None:
    key = request.headers.get(HEADER, "").strip()
    if not key:
        return None
    api_keys = resources(request).api_keys
    # Else each made-up key would cost a query, however many are refused.
    await count(api_keys.last_owner(key))
    return await api_keys.authenticate(key)


Reader: TypeAlias = Callable[[Request, Count], Awaitable[Principal | None]]

SCHEMES: Mapping[str, Reader] = {"oauth2": _oauth2, "api_key": _api_key}
"""Scheme → reader of its credentials: None without any, Unauthorized for bad ones.

A reader that needs a query counts the request first.
"""

_CREDENTIALS = {
    "oauth2": "a valid access token in the Authorization header",
    "api_key": f"an API key in the {HEADER} header",
}


class _NothingSent(Exception):
    """The request has no credentials of a scheme."""


async def authenticate(request: Request, operation: Operation, count: Count) -> Principal | None:
    """Return who calls; None for an operation without security.

    The alternatives are tried in the contract's order, and the first that is satisfied wins.

    Raises:
        Unauthorized: No alternative has valid credentials.
        InsufficientScope: The credentials are valid, but lack a scope.
        TooManyRequests: They need a query, and the quota is used up.
    """
    refusals: list[Unauthorized | InsufficientScope] = []
    for alternative in operation.security:
        try:
            return await _satisfy(request, alternative, count)
        except _NothingSent:
            continue
        except (Unauthorized, InsufficientScope) as refusal:
            refusals.append(refusal)
    if refusals:
        raise max(refusals, key=lambda refusal: refusal.status)
    if not operation.security:
        return None
    schemes = dict.fromkeys(name for alternative in operation.security for name in alternative)
    raise Unauthorized(f"Send {', or '.join(_CREDENTIALS[name] for name in schemes)}.")


async def _satisfy(
    request: Request, alternative: Mapping[str, tuple[str, ...]], count: Count
) -> Principal | None:
    principal = None
    for scheme, scopes in alternative.items():
        principal = await SCHEMES[scheme](request, count)
        if principal is None:
            raise _NothingSent
        if not principal.scopes.issuperset(scopes):
            raise InsufficientScope(scopes)
    return principal
