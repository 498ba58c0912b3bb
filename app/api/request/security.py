"""The contract's `security`, enforced before a request's body is read."""

from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeAlias
from uuid import UUID

from fastapi import Request

from app.api.deps import resources
from app.api.request.exchange import EXCHANGE
from app.core.exceptions import InsufficientScope, Unauthorized
from app.core.security import ROLE_SCOPES, Principal
from app.schemas.operation import Operation, SchemeKind, SecurityScheme

Count: TypeAlias = Callable[[UUID | None], Awaitable[object]]
"""Counts the request for a user, or for the client's address; it may refuse the request."""

_BEARER: frozenset[SchemeKind] = frozenset({"oauth2", "openIdConnect", "http bearer"})
_BASIC = 'Basic realm="API", charset="UTF-8"'


def _sent(request: Request, scheme: SecurityScheme) -> str:
    """Return the credentials of a scheme; empty if none were sent."""
    if scheme.kind == "apiKey":
        places = {
            "header": request.headers,
            "query": request.query_params,
            "cookie": request.cookies,
        }
        return places[scheme.place].get(scheme.name, "").strip()
    field: bytes = request.scope[EXCHANGE].fields.get(b"authorization", b"")
    kind, _, text = field.decode("latin-1").partition(" ")
    wanted = "bearer" if scheme.kind in _BEARER else "basic"
    return text.strip() if kind.lower() == wanted else ""


async def _bearer(request: Request, scheme: SecurityScheme, _count: Count) -> Principal | None:
    token = _sent(request, scheme)
    return resources(request).access_tokens.read(token) if token else None


async def _basic(request: Request, scheme: SecurityScheme, count: Count) -> Principal | None:
    """Check the address and the password of an account (RFC 7617)."""
    text = _sent(request, scheme)
    if not text:
        return None
    await count(None)
    try:
        email, _, password = b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        email = password = ""
    is_valid = email and f"{email}{password}".isprintable()
    user = await resources(request).sign_in.login.check(email, password) if is_valid else None
    if user is None:
        raise Unauthorized("The e-mail address or the password is wrong.", challenge=_BASIC)
    return Principal(user_id=user.id, scopes=ROLE_SCOPES[user.role])


# part api_keys
async def _api_key(request: Request, scheme: SecurityScheme, count: Count) -> Principal | None:
    key = _sent(request, scheme)
    if not key:
        return None
    api_keys = resources(request).api_keys
    # Else each made-up key would cost a query, however many are refused.
    await count(api_keys.last_owner(key))
    return await api_keys.authenticate(key)


# end part


Reader: TypeAlias = Callable[[Request, SecurityScheme, Count], Awaitable[Principal | None]]

READERS: Mapping[SchemeKind, Reader] = {
    "oauth2": _bearer,
    "openIdConnect": _bearer,
    "http bearer": _bearer,
    "http basic": _basic,
    "apiKey": _api_key,  # part api_keys
}
"""Kind of scheme → reader of its credentials: None without any, Unauthorized for bad ones.

A reader that needs a query counts the request first.
"""


def require_readers(operations: Iterable[Operation]) -> None:
    """Refuse security schemes without a reader; mocks need none.

    Raises:
        RuntimeError: The contract has such a scheme.
    """
    for operation in operations:
        for name, scheme in operation.schemes.items():
            if scheme.kind not in READERS:
                raise RuntimeError(
                    f"{operation.operation_id}: the security scheme {name} ({scheme.kind}) has "
                    "no reader; add one to READERS in app/api/request/security.py, "
                    "and its kind to SchemeKind in app/schemas/operation.py"
                )


def _wanted(scheme: SecurityScheme) -> str:
    if scheme.kind == "http basic":
        return "the e-mail address and the password of an account in the Authorization header"
    if scheme.kind == "apiKey":
        article = "the cookie" if scheme.place == "cookie" else "the query parameter"
        where = (
            f"the {scheme.name} header" if scheme.place == "header" else f"{article} {scheme.name}"
        )
        return f"an API key in {where}"
    return "a valid access token in the Authorization header"


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
        principal = None
        try:
            for scheme, scopes in alternative.items():
                described = operation.schemes[scheme]
                principal = await READERS[described.kind](request, described, count)
                if principal is None:
                    break  # The request has no credentials of this scheme.
                if not principal.scopes.issuperset(scopes):
                    refusals.append(InsufficientScope(scopes))
                    break
            else:
                return principal
        except (Unauthorized, InsufficientScope) as refusal:
            refusals.append(refusal)
    if refusals:
        raise max(refusals, key=lambda refusal: refusal.status)
    if not operation.security:
        return None
    raise _nothing_sent(operation)


def require_credentials(request: Request, operation: Operation) -> None:
    """Refuse a request to a mock without credentials; whether they are valid is not checked.

    Raises:
        Unauthorized: No alternative of the contract has all its credentials.
    """
    alternatives = [
        all(
            _sent(request, operation.schemes[name])
            for name in alternative
            if operation.schemes[name].kind in READERS
        )
        for alternative in operation.security
    ]
    if alternatives and not any(alternatives):
        raise _nothing_sent(operation)


def _nothing_sent(operation: Operation) -> Unauthorized:
    wanted = dict.fromkeys(map(_wanted, operation.schemes.values()))
    kinds = {scheme.kind for scheme in operation.schemes.values()}
    challenge = _BASIC if "http basic" in kinds and not kinds & _BEARER else "Bearer"
    return Unauthorized(f"Send {', or '.join(wanted)}.", challenge=challenge)
