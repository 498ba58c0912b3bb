# Code generated from spec/v1 by make generate. DO NOT EDIT.
"""The schemas of the contract."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import MISSING, ConfigDict, Field, StrictBool
from typing_extensions import TypeAliasType

from app.schemas.base import Schema
from app.schemas.types import UUID, AwareDatetime, Password, StrictFloat, StrictInt


class Liveness(Schema):
    """Sign of life of the process."""

    status: Literal["live"]
    """Always `live`."""


class HealthCheck(Schema):
    """Latest probe of one dependency."""

    name: str
    """Name of the dependency."""
    status: Literal["up"]
    """Always `up`; a dependency that is down makes the process answer 503."""
    age_seconds: StrictFloat
    """Seconds since the probe."""


class Readiness(Schema):
    """State of the process and of everything that it depends on."""

    status: Literal["ready"]
    """Always `ready`; a process that is not ready answers 503."""
    checks: list[HealthCheck]
    """One entry per dependency."""


class FieldLocation(StrEnum):
    """Part of the request that a refused field came in."""

    BODY = "body"
    QUERY = "query"
    PATH = "path"
    HEADER = "header"
    COOKIE = "cookie"


class FieldError(Schema):
    """One refused field of a request."""

    location: FieldLocation
    pointer: str | MISSING = MISSING
    """JSON Pointer (RFC 6901) into the body that was sent."""
    name: str | MISSING = MISSING
    """Name of the refused query parameter, header or path parameter."""
    code: str
    """Stable machine name of the rule that was broken."""
    detail: str
    """What is wrong with the field."""


class Problem(Schema):
    """An error, as RFC 9457 writes it."""

    type: str
    """Address of the page that explains this kind of error."""
    title: str
    """What kind of error this is, the same words every time."""
    status: StrictInt
    """The HTTP status of this response."""
    detail: str
    """What went wrong this time and how to mend it."""
    instance: str | MISSING = MISSING
    """Path of the request that failed."""
    code: str
    """Stable machine name of this kind of error."""
    request_id: str
    """Identifies the request in the server's log; the header `X-Request-ID` has the same value.

    Quote it when you ask for help.
    """
    trace_id: str
    """Identifies the trace that the request belongs to, across services (W3C Trace Context)."""
    errors: list[FieldError] | MISSING = MISSING
    """One entry per field that was refused."""


class Accepted(Schema):
    """Says the same whether the address has an account or not."""

    detail: str
    """What happens next, for people."""


class UserRegister(Schema):
    """What it takes to create an account."""

    model_config = ConfigDict(extra="forbid")

    email: str
    """Address to sign in with; upper and lower case are the same."""
    password: Password
    """Secret to sign in with."""
    display_name: str | None = None
    """Name to show to others."""


Scope = TypeAliasType("Scope", str)
"""Names of scopes, separated by spaces (RFC 6749, section 3.3)."""


class PasswordGrant(Schema):
    """Form of RFC 6749, section 4.3.2, which opens a session."""

    grant_type: Literal["password"]
    """Always `password`."""
    username: str
    """Email of the account."""
    password: Password
    """Password of the account."""
    scope: Scope | MISSING = MISSING
    """Scopes wanted; leave it out to get all that the user may have.

    Of the wanted scopes those are granted that the user may have; the answer names them.
    """


class RefreshTokenGrant(Schema):
    """Form of RFC 6749, section 6, which goes on with a session."""

    grant_type: Literal["refresh_token"]
    """Always `refresh_token`."""
    refresh_token: Password
    """The refresh token of the last answer."""
    scope: Scope | MISSING = MISSING
    """Scopes wanted, of those that the session was granted; leave it out to get all of them."""


TokenRequest = TypeAliasType(
    "TokenRequest", Annotated[PasswordGrant | RefreshTokenGrant, Field(discriminator="grant_type")]
)
"""What a token is asked for with.

Unknown fields are ignored and empty ones count as left out, as section 3.2 of RFC 6749 demands.
"""


class RevocationRequest(Schema):
    """Form of RFC 7009, section 2.1. Unknown fields are ignored."""

    token: str
    """A refresh token or an access token."""
    token_type_hint: str | MISSING = MISSING
    """What kind of token it is; the server finds out without it."""


class PasswordForgot(Schema):
    """Whose password is forgotten."""

    model_config = ConfigDict(extra="forbid")

    email: str
    """Address of the account."""


class PasswordReset(Schema):
    """A new password, and the right to set it."""

    model_config = ConfigDict(extra="forbid")

    token: Password
    """The token from the mail."""
    password: Password
    """The new password."""


class EmailVerification(Schema):
    """The token that verifies an e-mail address."""

    model_config = ConfigDict(extra="forbid")

    token: Password
    """The token from the mail."""


class Token(Schema):
    """Answer of RFC 6749, section 5.1."""

    access_token: str
    """Send it as `Authorization` header, after the word `Bearer`."""
    token_type: Literal["Bearer"]
    """Always `Bearer`."""
    expires_in: StrictInt
    """Seconds until the access token expires."""
    scope: str
    """Scopes that the token holds, separated by spaces."""
    refresh_token: str
    """Can be exchanged once for an access token; the response then holds its successor."""


class OAuthErrorCode(StrEnum):
    """Error codes of RFC 6749, section 5.2."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"


class OAuthError(Schema):
    """Error of RFC 6749, section 5.2."""

    error: OAuthErrorCode
    error_description: str
    """What went wrong, for developers."""


class Jwk(Schema):
    """A public key on the curve P-256 (RFC 7518, section 6.2.1)."""

    kty: Literal["EC"]
    """Always `EC`."""
    crv: Literal["P-256"]
    """Always `P-256`."""
    x: str
    """One coordinate, as base64url."""
    y: str
    """The other coordinate, as base64url."""
    kid: str
    """Thumbprint of the key (RFC 7638); tokens name it in their header."""
    use: Literal["sig"]
    """Always `sig`."""
    alg: Literal["ES256"]
    """Always `ES256`."""


class JwkSet(Schema):
    """Public keys, as RFC 7517, section 5, has them."""

    keys: list[Jwk]
    """The keys; empty while tokens are signed with a shared secret."""


class Session(Schema):
    """One login of yours, from one device."""

    id: UUID
    """Identifies the session (UUIDv7)."""
    created_at: AwareDatetime
    """When you signed in."""
    last_used_at: AwareDatetime
    """When the session last got an access token."""
    expires_at: AwareDatetime
    """When the session ends at the latest."""
    user_agent: str | None
    """What the device called itself when you signed in."""
    address: str | None
    """Network address that you signed in from."""
    current: StrictBool
    """Whether it is the session of this request."""


class SessionPage(Schema):
    """One page of sessions."""

    items: list[Session]
    """The sessions of this page."""
    next: str | None
    """Send it as `cursor` to get the page after this one; null on the last page."""


class User(Schema):
    """An account."""

    id: UUID
    """Identifies the user (UUIDv7)."""
    email: str
    """Address that the user signs in with."""
    display_name: str | None
    """Name to show to others; null when none was chosen."""
    email_verified: StrictBool
    """Whether the e-mail address is verified."""
    created_at: AwareDatetime
    """When the account was created."""
    updated_at: AwareDatetime
    """When the account was last changed."""


class UserUpdate(Schema):
    """Fields of a profile that its owner may change."""

    model_config = ConfigDict(extra="forbid")

    display_name: str | None | MISSING = MISSING
    """Name to show to others; null removes it."""


class UserRole(StrEnum):
    """What an account may do; see the access matrix in the documentation."""

    USER = "user"
    ADMIN = "admin"


class Account(Schema):
    """An account as administrators see it."""

    id: UUID
    """Identifies the user (UUIDv7)."""
    email: str
    """Address that the user signs in with."""
    display_name: str | None
    """Name to show to others; null when none was chosen."""
    role: UserRole
    email_verified_at: AwareDatetime | None
    """When the user proved to read the mail to this address; null until then."""
    disabled_at: AwareDatetime | None
    """Since when the account is disabled; null while it is not."""
    created_at: AwareDatetime
    """When the account was created."""
    updated_at: AwareDatetime
    """When the account was last changed."""


class AccountUpdate(Schema):
    """Fields of an account that administrators may change; a field that is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    display_name: str | None | MISSING = MISSING
    """Name to show to others; null removes it."""
    role: UserRole | MISSING = MISSING
    disabled: StrictBool | MISSING = MISSING
    """Whether the user is kept out."""


class AccountPage(Schema):
    """One page of accounts."""

    items: list[Account]
    """The accounts of this page."""
    next: str | None
    """Send it as `cursor` to get the page after this one; null on the last page."""


class PasswordChange(Schema):
    """A new password for who knows the present one."""

    model_config = ConfigDict(extra="forbid")

    current_password: Password
    """The present password."""
    new_password: Password
    """The new password."""


class ApiKeyScope(StrEnum):
    """What a key may do; each is a scope of some operation that accepts keys."""

    ITEMS_READ = "items:read"
    ITEMS_WRITE = "items:write"


class ApiKeyCreate(Schema):
    """What it takes to create an API key."""

    model_config = ConfigDict(extra="forbid")

    name: str
    """Where the key is used, so that you recognise it."""
    scopes: list[ApiKeyScope]
    """What the key may do; nothing that your own token may not."""
    expires_in_days: StrictInt = 90
    """Days until the key expires."""


class ApiKey(Schema):
    """An API key, without the key itself."""

    id: UUID
    """Identifies the API key (UUIDv7)."""
    name: str
    """Where the key is used."""
    prefix: str
    """How the key begins, so that you recognise it."""
    scopes: list[ApiKeyScope]
    """What the key may do, as far as your role may do it."""
    created_at: AwareDatetime
    """When the key was created."""
    expires_at: AwareDatetime
    """When the key stops to work."""
    last_used_at: AwareDatetime | None
    """When the key was last used, to the minute; null when it never was."""


class ApiKeyCreated(Schema):
    """A new API key; nothing shows the key itself again."""

    id: UUID
    """Identifies the API key (UUIDv7)."""
    name: str
    """Where the key is used."""
    prefix: str
    """How the key begins, so that you recognise it."""
    scopes: list[ApiKeyScope]
    """What the key may do, as far as your role may do it."""
    created_at: AwareDatetime
    """When the key was created."""
    expires_at: AwareDatetime
    """When the key stops to work."""
    last_used_at: AwareDatetime | None
    """When the key was last used, to the minute; null when it never was."""
    key: str
    """Send it as `X-API-Key` header, and keep it secret."""


class ApiKeyPage(Schema):
    """One page of API keys."""

    items: list[ApiKey]
    """The keys of this page."""
    next: str | None
    """Send it as `cursor` to get the page after this one; null on the last page."""


class ItemStatus(StrEnum):
    """Where an item stands in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class ItemSort(StrEnum):
    """Key and direction to sort items by."""

    CREATED_AT_ASC = "created_at.asc"
    CREATED_AT_DESC = "created_at.desc"
    NAME_ASC = "name.asc"
    NAME_DESC = "name.desc"


class Item(Schema):
    """Something that a user owns."""

    id: UUID
    """Identifies the item (UUIDv7)."""
    name: str
    """What the item is called."""
    description: str | None
    """More about the item; null when there is nothing to say."""
    status: ItemStatus
    quantity: StrictInt
    """How many pieces there are."""
    created_at: AwareDatetime
    """When the item was created."""
    updated_at: AwareDatetime
    """When the item was last changed."""


class ItemCreate(Schema):
    """What it takes to create an item."""

    model_config = ConfigDict(extra="forbid")

    name: str
    """What the item is called."""
    description: str | None = None
    """More about the item."""
    status: ItemStatus = ItemStatus.DRAFT
    quantity: StrictInt = 0
    """How many pieces there are."""


class ItemUpdate(Schema):
    """Fields of an item that its owner may change; a field that is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str | MISSING = MISSING
    """What the item is called."""
    description: str | None | MISSING = MISSING
    """More about the item; null removes it."""
    status: ItemStatus | MISSING = MISSING
    quantity: StrictInt | MISSING = MISSING
    """How many pieces there are."""


class ItemPage(Schema):
    """One page of items."""

    items: list[Item]
    """The items of this page."""
    next: str | None
    """Send it as `cursor` to get the page after this one; null on the last page."""


class ExportFormat(StrEnum):
    """CSV (RFC 4180) with formulas neutralised, or JSON Lines with every text unchanged."""

    CSV = "csv"
    JSONL = "jsonl"


class ExportStatus(StrEnum):
    """Where an export stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ExportCreate(Schema):
    """What it takes to ask for an export."""

    model_config = ConfigDict(extra="forbid")

    format: ExportFormat = ExportFormat.CSV


class Export(Schema):
    """A file of your items that is made in the background."""

    id: UUID
    """Identifies the export (UUIDv7)."""
    format: ExportFormat
    status: ExportStatus
    rows_done: StrictInt
    """How many items are in the file by now."""
    rows_total: StrictInt | None
    """How many items there were when the work began; null before that."""
    created_at: AwareDatetime
    """When the export was asked for."""
    finished_at: AwareDatetime | None
    """When the work ended; null before that."""


ExportCsv = TypeAliasType("ExportCsv", str)
"""An export as CSV (RFC 4180), its first line the names of the columns."""


ExportJsonLines = TypeAliasType("ExportJsonLines", str)
"""An export as JSON Lines; each line is the JSON of an `Item`."""


ExportEvents = TypeAliasType("ExportEvents", str)
"""Server-sent events (WHATWG HTML, section 9.2).

Each is called `export`; its data are the JSON of `Export`.
"""
