# Code generated from spec/v1 by make generate. DO NOT EDIT.
"""The schemas of the contract."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import MISSING, ConfigDict, Field, SecretStr, StrictBool
from typing_extensions import TypeAliasType

from app.schemas.base import Schema
from app.schemas.types import (
    UUID,
    AnyUrl,
    AwareDatetime,
    EmailStr,
    StrictFloat,
    StrictInt,
)


class Liveness(Schema):
    """Sign of life of the process."""

    status: Literal["live"]
    """Always `live`."""


class HealthCheck(Schema):
    """Latest probe of one dependency."""

    name: Annotated[str, Field(max_length=50)]
    """Name of the dependency."""
    status: Literal["up"]
    """Always `up`; a dependency that is down makes the process answer 503."""
    age_seconds: Annotated[StrictFloat, Field(ge=0.0)]
    """Seconds since the probe."""


class FieldLocation(StrEnum):
    """Part of the request that a refused field came in."""

    BODY = "body"
    QUERY = "query"
    PATH = "path"
    HEADER = "header"
    COOKIE = "cookie"


class Accepted(Schema):
    """Says the same whether the address has an account or not."""

    detail: Annotated[str, Field(max_length=1000)]
    """What happens next, for people."""


class UserRegister(Schema):
    """What it takes to create an account."""

    model_config = ConfigDict(
        extra="forbid",
    )
    email: Annotated[EmailStr, Field(max_length=254)]
    """Address to sign in with; upper and lower case are the same."""
    password: Annotated[SecretStr, Field(max_length=128, min_length=12)]
    """Secret to sign in with."""
    display_name: Annotated[
        str | None, Field(max_length=100, min_length=1, pattern="^[^\\x00]*$")
    ] = None
    """Name to show to others."""


Scope = TypeAliasType(
    "Scope",
    Annotated[str, Field(max_length=1000, pattern="^([!#-\\[\\]-~]+( [!#-\\[\\]-~]+)*)?$")],
)
"""Names of scopes, separated by spaces (RFC 6749, section 3.3)."""


class RevocationRequest(Schema):
    """Form of RFC 7009, section 2.1. Unknown fields are ignored."""

    token: Annotated[str, Field(max_length=2000, min_length=1, pattern="^[ -~]+$")]
    """A refresh token or an access token."""
    token_type_hint: Annotated[str | MISSING, Field(max_length=100, pattern="^[^\\x00]*$")] = (
        MISSING
    )
    """What kind of token it is; the server finds out without it."""


class PasswordForgot(Schema):
    """Whose password is forgotten."""

    model_config = ConfigDict(
        extra="forbid",
    )
    email: Annotated[EmailStr, Field(max_length=254)]
    """Address of the account."""


class PasswordReset(Schema):
    """A new password, and the right to set it."""

    model_config = ConfigDict(
        extra="forbid",
    )
    token: Annotated[SecretStr, Field(max_length=200, min_length=1)]
    """The token from the mail."""
    password: Annotated[SecretStr, Field(max_length=128, min_length=12)]
    """The new password."""


class EmailVerification(Schema):
    """The token that verifies an e-mail address."""

    model_config = ConfigDict(
        extra="forbid",
    )
    token: Annotated[SecretStr, Field(max_length=200, min_length=1)]
    """The token from the mail."""


class Token(Schema):
    """Answer of RFC 6749, section 5.1."""

    access_token: Annotated[str, Field(max_length=4000)]
    """Send it as `Authorization` header, after the word `Bearer`."""
    token_type: Literal["Bearer"]
    """Always `Bearer`."""
    expires_in: Annotated[StrictInt, Field(ge=1, le=86400)]
    """Seconds until the access token expires."""
    scope: Annotated[str, Field(max_length=1000)]
    """Scopes that the token holds, separated by spaces."""
    refresh_token: Annotated[str, Field(max_length=200)]
    """Can be exchanged once for an access token; the response then holds its successor."""


class OAuthErrorCode(StrEnum):
    """Error codes of RFC 6749, section 5.2."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"


class Jwk(Schema):
    """A public key on the curve P-256 (RFC 7518, section 6.2.1)."""

    kty: Literal["EC"]
    """Always `EC`."""
    crv: Literal["P-256"]
    """Always `P-256`."""
    x: Annotated[str, Field(max_length=43)]
    """One coordinate, as base64url."""
    y: Annotated[str, Field(max_length=43)]
    """The other coordinate, as base64url."""
    kid: Annotated[str, Field(max_length=43)]
    """Thumbprint of the key (RFC 7638); tokens name it in their header."""
    use: Literal["sig"]
    """Always `sig`."""
    alg: Literal["ES256"]
    """Always `ES256`."""


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
    user_agent: Annotated[str | None, Field(max_length=200)]
    """What the device called itself when you signed in."""
    address: Annotated[str | None, Field(max_length=50)]
    """Network address that you signed in from."""
    current: StrictBool
    """Whether it is the session of this request."""


class SessionPage(Schema):
    """One page of sessions."""

    items: Annotated[list[Session], Field(max_length=100)]
    """The sessions of this page."""
    next: Annotated[str | None, Field(max_length=2000)]
    """Send it as `cursor` to get the page after this one; null on the last page."""


class User(Schema):
    """An account."""

    id: UUID
    """Identifies the user (UUIDv7)."""
    email: Annotated[EmailStr, Field(max_length=254)]
    """Address that the user signs in with."""
    display_name: Annotated[str | None, Field(max_length=100, min_length=1)]
    """Name to show to others; null when none was chosen."""
    email_verified: StrictBool
    """Whether the e-mail address is verified."""
    created_at: AwareDatetime
    """When the account was created."""
    updated_at: AwareDatetime
    """When the account was last changed."""


class UserUpdate(Schema):
    """Fields of a profile that its owner may change."""

    model_config = ConfigDict(
        extra="forbid",
    )
    display_name: Annotated[
        str | None | MISSING, Field(max_length=100, min_length=1, pattern="^[^\\x00]*$")
    ] = MISSING
    """Name to show to others; null removes it."""


class UserRole(StrEnum):
    """What an account may do; see the access matrix in the documentation."""

    USER = "user"
    ADMIN = "admin"


class Account(Schema):
    """An account as administrators see it."""

    id: UUID
    """Identifies the user (UUIDv7)."""
    email: Annotated[EmailStr, Field(max_length=254)]
    """Address that the user signs in with."""
    display_name: Annotated[str | None, Field(max_length=100, min_length=1)]
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

    model_config = ConfigDict(
        extra="forbid",
    )
    display_name: Annotated[
        str | None | MISSING, Field(max_length=100, min_length=1, pattern="^[^\\x00]*$")
    ] = MISSING
    """Name to show to others; null removes it."""
    role: UserRole | MISSING = MISSING
    disabled: StrictBool | MISSING = MISSING
    """Whether the user is kept out."""


class AccountPage(Schema):
    """One page of accounts."""

    items: Annotated[list[Account], Field(max_length=100)]
    """The accounts of this page."""
    next: Annotated[str | None, Field(max_length=2000)]
    """Send it as `cursor` to get the page after this one; null on the last page."""


class PasswordChange(Schema):
    """A new password for who knows the present one."""

    model_config = ConfigDict(
        extra="forbid",
    )
    current_password: Annotated[SecretStr, Field(max_length=128, min_length=1)]
    """The present password."""
    new_password: Annotated[SecretStr, Field(max_length=128, min_length=12)]
    """The new password."""


class ApiKeyScope(StrEnum):
    """What a key may do; each is a scope of some operation that accepts keys."""

    ITEMS_READ = "items:read"
    ITEMS_WRITE = "items:write"


class ApiKeyCreate(Schema):
    """What it takes to create an API key."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str, Field(max_length=100, min_length=1, pattern="^[^\\x00]*$")]
    """Where the key is used, so that you recognise it."""
    scopes: Annotated[list[ApiKeyScope], Field(max_length=20, min_length=1)]
    """What the key may do; nothing that your own token may not."""
    expires_in_days: Annotated[StrictInt, Field(ge=1, le=365)] = 90
    """Days until the key expires."""


class ApiKey(Schema):
    """An API key, without the key itself."""

    id: UUID
    """Identifies the API key (UUIDv7)."""
    name: Annotated[str, Field(max_length=100, min_length=1)]
    """Where the key is used."""
    prefix: Annotated[str, Field(max_length=20)]
    """How the key begins, so that you recognise it."""
    scopes: Annotated[list[ApiKeyScope], Field(max_length=20)]
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
    name: Annotated[str, Field(max_length=100, min_length=1)]
    """Where the key is used."""
    prefix: Annotated[str, Field(max_length=20)]
    """How the key begins, so that you recognise it."""
    scopes: Annotated[list[ApiKeyScope], Field(max_length=20)]
    """What the key may do, as far as your role may do it."""
    created_at: AwareDatetime
    """When the key was created."""
    expires_at: AwareDatetime
    """When the key stops to work."""
    last_used_at: AwareDatetime | None
    """When the key was last used, to the minute; null when it never was."""
    key: Annotated[str, Field(max_length=100)]
    """Send it as `X-API-Key` header, and keep it secret."""


class ApiKeyPage(Schema):
    """One page of API keys."""

    items: Annotated[list[ApiKey], Field(max_length=100)]
    """The keys of this page."""
    next: Annotated[str | None, Field(max_length=2000)]
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
    name: Annotated[str, Field(max_length=200, min_length=1)]
    """What the item is called."""
    description: Annotated[str | None, Field(max_length=2000)]
    """More about the item; null when there is nothing to say."""
    status: ItemStatus
    quantity: Annotated[StrictInt, Field(ge=0, le=1000000)]
    """How many pieces there are."""
    created_at: AwareDatetime
    """When the item was created."""
    updated_at: AwareDatetime
    """When the item was last changed."""


class ItemCreate(Schema):
    """What it takes to create an item."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str, Field(max_length=200, min_length=1, pattern="^[^\\x00]*$")]
    """What the item is called."""
    description: Annotated[str | None, Field(max_length=2000, pattern="^[^\\x00]*$")] = None
    """More about the item."""
    status: ItemStatus = ItemStatus.DRAFT
    quantity: Annotated[StrictInt, Field(ge=0, le=1000000)] = 0
    """How many pieces there are."""


class ItemUpdate(Schema):
    """Fields of an item that its owner may change; a field that is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str | MISSING, Field(max_length=200, min_length=1, pattern="^[^\\x00]*$")] = (
        MISSING
    )
    """What the item is called."""
    description: Annotated[str | None | MISSING, Field(max_length=2000, pattern="^[^\\x00]*$")] = (
        MISSING
    )
    """More about the item; null removes it."""
    status: ItemStatus | MISSING = MISSING
    quantity: Annotated[StrictInt | MISSING, Field(ge=0, le=1000000)] = MISSING
    """How many pieces there are."""


class ItemPage(Schema):
    """One page of items."""

    items: Annotated[list[Item], Field(max_length=100)]
    """The items of this page."""
    next: Annotated[str | None, Field(max_length=2000)]
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

    model_config = ConfigDict(
        extra="forbid",
    )
    format: ExportFormat = ExportFormat.CSV


class Export(Schema):
    """A file of your items that is made in the background."""

    id: UUID
    """Identifies the export (UUIDv7)."""
    format: ExportFormat
    status: ExportStatus
    rows_done: Annotated[StrictInt, Field(ge=0, le=2147483647)]
    """How many items are in the file by now."""
    rows_total: Annotated[StrictInt | None, Field(ge=0, le=2147483647)]
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
"""Server-sent events (WHATWG HTML, section 9.2). Each is called `export`; its data are the JSON of `Export`."""


class Readiness(Schema):
    """State of the process and of everything that it depends on."""

    status: Literal["ready"]
    """Always `ready`; a process that is not ready answers 503."""
    checks: Annotated[list[HealthCheck], Field(max_length=20)]
    """One entry per dependency."""


class FieldError(Schema):
    """One refused field of a request."""

    location: FieldLocation
    pointer: Annotated[str | MISSING, Field(max_length=1000)] = MISSING
    """JSON Pointer (RFC 6901) into the body that was sent."""
    name: Annotated[str | MISSING, Field(max_length=1000)] = MISSING
    """Name of the refused query parameter, header or path parameter."""
    code: Annotated[str, Field(max_length=100)]
    """Stable machine name of the rule that was broken."""
    detail: Annotated[str, Field(max_length=4000)]
    """What is wrong with the field."""


class PasswordGrant(Schema):
    """Form of RFC 6749, section 4.3.2, which opens a session."""

    grant_type: Literal["password"]
    """Always `password`."""
    username: Annotated[str, Field(max_length=254, min_length=1, pattern="^[^\\x00]*$")]
    """Email of the account."""
    password: Annotated[SecretStr, Field(max_length=128, min_length=1)]
    """Password of the account."""
    scope: Scope | MISSING = MISSING
    """Scopes wanted; leave it out to get all that the user may have.

    Of the wanted scopes those are granted that the user may have; the answer names them.
    """


class RefreshTokenGrant(Schema):
    """Form of RFC 6749, section 6, which goes on with a session."""

    grant_type: Literal["refresh_token"]
    """Always `refresh_token`."""
    refresh_token: Annotated[SecretStr, Field(max_length=200, min_length=1)]
    """The refresh token of the last answer."""
    scope: Scope | MISSING = MISSING
    """Scopes wanted, of those that the session was granted; leave it out to get all of them."""


class OAuthError(Schema):
    """Error of RFC 6749, section 5.2."""

    error: OAuthErrorCode
    error_description: Annotated[str, Field(max_length=1000, pattern="^[ !#-\\[\\]-~]*$")]
    """What went wrong, for developers."""


class JwkSet(Schema):
    """Public keys, as RFC 7517, section 5, has them."""

    keys: Annotated[list[Jwk], Field(max_length=20)]
    """The keys; empty while tokens are signed with a shared secret."""


class Problem(Schema):
    """An error, as RFC 9457 writes it."""

    type: AnyUrl
    """Address of the page that explains this kind of error."""
    title: Annotated[str, Field(max_length=200)]
    """What kind of error this is, the same words every time."""
    status: Annotated[StrictInt, Field(ge=400, le=599)]
    """The HTTP status of this response."""
    detail: Annotated[str, Field(max_length=4000)]
    """What went wrong this time and how to mend it."""
    instance: Annotated[str | MISSING, Field(max_length=8000)] = MISSING
    """Path of the request that failed."""
    code: Annotated[str, Field(max_length=100, pattern="^[a-z0-9-]+$")]
    """Stable machine name of this kind of error."""
    request_id: Annotated[str, Field(max_length=128)]
    """Identifies the request in the server's log; the header `X-Request-ID` has the same value.

    Quote it when you ask for help.
    """
    trace_id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    """Identifies the trace that the request belongs to, across services (W3C Trace Context)."""
    errors: Annotated[list[FieldError] | MISSING, Field(max_length=100)] = MISSING
    """One entry per field that was refused."""


TokenRequest = TypeAliasType(
    "TokenRequest",
    Annotated[PasswordGrant | RefreshTokenGrant, Field(discriminator="grant_type")],
)
"""What a token is asked for with. Unknown fields are ignored and empty ones count as left out, as section 3.2 of RFC 6749 demands."""
