"""Operations and callers: the status that the contract's `security` and ownership demand."""

from collections.abc import Callable
from dataclasses import dataclass

from app import schemas
from app.core.security import ROLE_SCOPES
from app.schemas.operation import Operation
from tests.access.rows import Row

USER_SCOPES, ADMIN_SCOPES = ROLE_SCOPES["user"], ROLE_SCOPES["admin"]
KEY_SCOPES = frozenset(scope.value for scope in schemas.ApiKeyScope)  # part api_keys


@dataclass(frozen=True)
class Column:
    """A kind of caller.

    Attributes:
        scheme: What the caller sends; None for nothing.
        scopes: What the credentials hold when they are sent to an operation.
        is_valid: Whether the credentials are good at all.
        session_lasts: Whether the token's session goes on; it is asked after the scopes.
        is_owner: Whether the caller acts for the user whose thing the path names.
    """

    name: str
    scheme: str | None
    scopes: Callable[[Operation], frozenset[str]]
    is_valid: bool = True
    session_lasts: bool = True
    is_owner: bool = True


def asked(operation: Operation) -> frozenset[str]:
    """Return every scope that some alternative of an operation asks for."""
    alternatives = operation.security
    return frozenset(scope for one in alternatives for scopes in one.values() for scope in scopes)


def _user(_: Operation) -> frozenset[str]:
    return USER_SCOPES


def _admin(_: Operation) -> frozenset[str]:
    return ADMIN_SCOPES


def _all_but_asked(operation: Operation) -> frozenset[str]:
    return USER_SCOPES - asked(operation)


# part api_keys
def _key(_: Operation) -> frozenset[str]:
    return KEY_SCOPES


def _key_without_asked(operation: Operation) -> frozenset[str]:
    return KEY_SCOPES - asked(operation)


# end part


COLUMNS = (
    Column("anonymous", None, _user),
    Column("user", "oauth2", _user),
    Column("other user", "oauth2", _user, is_owner=False),
    Column("admin", "oauth2", _admin, is_owner=False),
    Column("expired token", "oauth2", _user, is_valid=False),
    Column("revoked token", "oauth2", _user, session_lasts=False),
    Column("wrong scope", "oauth2", _all_but_asked),
    # part api_keys
    Column("API key", "api_key", _key),
    Column("key without scope", "api_key", _key_without_asked),
    Column("revoked key", "api_key", _key, is_valid=False),
    Column("expired key", "api_key", _key, is_valid=False),
    Column("key of disabled user", "api_key", _key, is_valid=False),
    # end part
)


def expected(operation: Operation, row: Row, column: Column) -> int:
    """Return the status that a caller has to get for a valid request."""
    success = row.status or min(operation.statuses)
    if not operation.security or {} in operation.security:
        return success
    wanted = [one for one in operation.security if set(one) == {column.scheme}]
    if not wanted or not column.is_valid:
        return 401
    held = column.scopes(operation)
    if not any(held.issuperset(*one.values()) for one in wanted):
        return 403
    if not column.session_lasts:
        return 401
    is_hidden = row.thing is not None and row.thing.is_owned and not column.is_owner
    return 404 if is_hidden else success
