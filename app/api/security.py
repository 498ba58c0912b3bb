"""The contract's `security`, enforced before a request's body is read."""

from collections.abc import Callable, Mapping

from fastapi import Request

from app.api.deps import resources
from app.core.exceptions import InsufficientScope, Unauthorized
from app.core.security import Principal
from app.schemas.operation import Operation


def _oauth2(request: Request) -> Principal | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    return resources(request).access_tokens.read(token.strip())


SCHEMES: Mapping[str, Callable[[Request], Principal | None]] = {"oauth2": _oauth2}
"""Scheme → reader of its credentials: None without any, Unauthorized for bad ones."""


def authenticate(request: Request, operation: Operation) -> Principal | None:
    """Return who calls; None where the operation lets anybody in.

    The alternatives are tried in the contract's order, and the first that is satisfied wins.

    Raises:
        Unauthorized: No alternative has valid credentials.
        InsufficientScope: The credentials are valid, but lack a scope.
    """
    refusals: list[Unauthorized | InsufficientScope] = []
    for alternative in operation.security:
        try:
            return _satisfy(request, alternative)
        except (Unauthorized, InsufficientScope) as refusal:
            refusals.append(refusal)
    if not refusals:
        return None
    raise max(refusals, key=lambda refusal: refusal.status)


def _satisfy(request: Request, alternative: Mapping[str, tuple[str, ...]]) -> Principal | None:
    principal = None
    for scheme, scopes in alternative.items():
        principal = SCHEMES[scheme](request)
        if principal is None:
            raise Unauthorized("Send a valid access token in the Authorization header.")
        if not principal.scopes.issuperset(scopes):
            raise InsufficientScope(scopes)
    return principal
