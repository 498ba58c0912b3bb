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
    """State of the process."""

    status: Literal["live"]
    """Always `live`."""


class HealthCheck(Schema):
    """Latest check of one dependency."""

    name: Annotated[str, Field(max_length=50)]
    """Name of the dependency."""
    status: Literal["up"]
    """Always `up`; the process returns 503 if a dependency is down."""
    age_seconds: Annotated[StrictFloat, Field(ge=0.0)]
    """Seconds since the check."""


class FieldLocation(StrEnum):
    """Part of the request that contains the invalid field."""

    BODY = "body"
    QUERY = "query"
    PATH = "path"
    HEADER = "header"
    COOKIE = "cookie"


class Accepted(Schema):
    """The response to a request whose outcome is not revealed."""

    detail: Annotated[str, Field(max_length=1000)]
    """What happens next, as text for people."""


class UserRegister(Schema):
    """Fields of a new account."""

    model_config = ConfigDict(
        extra="forbid",
    )
    email: Annotated[EmailStr, Field(max_length=254)]
    """E-mail address to sign in with; case is ignored."""
    password: Annotated[SecretStr, Field(max_length=128, min_length=12)]
    """Password to sign in with."""
    display_name: Annotated[
        str | None, Field(max_length=100, min_length=1, pattern="^[^\\x00]*$")
    ] = None
    """Name that other users see."""


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
    """Type of the token; the server does not need it."""


class PasswordForgot(Schema):
    """The account whose password is reset."""

    model_config = ConfigDict(
        extra="forbid",
    )
    email: Annotated[EmailStr, Field(max_length=254)]
    """E-mail address of the account."""


class PasswordReset(Schema):
    """A new password, with the token that permits the change."""

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
    """The tokens of a session (RFC 6749, section 5.1)."""

    access_token: Annotated[str, Field(max_length=4000)]
    """The access token; send it in the header `Authorization`, after the word `Bearer`."""
    token_type: Literal["Bearer"]
    """Always `Bearer`."""
    expires_in: Annotated[StrictInt, Field(ge=1, le=86400)]
    """Seconds until the access token expires."""
    scope: Annotated[str, Field(max_length=1000)]
    """Scopes of the access token, separated by spaces."""
    refresh_token: Annotated[str, Field(max_length=200)]
    """The refresh token; it can be used once, and the response contains its successor."""


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
    """The x coordinate, encoded as base64url."""
    y: Annotated[str, Field(max_length=43)]
    """The y coordinate, encoded as base64url."""
    kid: Annotated[str, Field(max_length=43)]
    """Thumbprint of the key (RFC 7638); the header of a token contains it."""
    use: Literal["sig"]
    """Always `sig`."""
    alg: Literal["ES256"]
    """Always `ES256`."""


class Session(Schema):
    """A login from one device."""

    id: UUID
    """Identifies the session (UUIDv7)."""
    created_at: AwareDatetime
    """When you signed in."""
    last_used_at: AwareDatetime
    """When the session was last given an access token."""
    expires_at: AwareDatetime
    """When the session expires."""
    user_agent: Annotated[str | None, Field(max_length=200)]
    """User agent that you signed in with."""
    address: Annotated[str | None, Field(max_length=50)]
    """IP address that you signed in from."""
    current: StrictBool
    """Whether this request belongs to the session."""


class SessionPage(Schema):
    """One page of sessions."""

    items: Annotated[list[Session], Field(max_length=100)]
    """The sessions of this page."""
    next: Annotated[str | None, Field(max_length=2000)]
    """Value of `cursor` for the next page; null on the last page."""


class User(Schema):
    """An account."""

    id: UUID
    """Identifies the user (UUIDv7)."""
    email: Annotated[EmailStr, Field(max_length=254)]
    """E-mail address that the user signs in with."""
    display_name: Annotated[str | None, Field(max_length=100, min_length=1)]
    """Name that other users see; null if there is none."""
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
    """Name that other users see; null removes it."""


class UserRole(StrEnum):
    """Role of an account; the access matrix in the documentation lists its permissions."""

    USER = "user"
    ADMIN = "admin"


class Account(Schema):
    """An account as administrators see it."""

    id: UUID
    """Identifies the user (UUIDv7)."""
    email: Annotated[EmailStr, Field(max_length=254)]
    """E-mail address that the user signs in with."""
    display_name: Annotated[str | None, Field(max_length=100, min_length=1)]
    """Name that other users see; null if there is none."""
    role: UserRole
    email_verified_at: AwareDatetime | None
    """When the address was verified; null until then."""
    disabled_at: AwareDatetime | None
    """When the account was disabled; null if it is active."""
    created_at: AwareDatetime
    """When the account was created."""
    updated_at: AwareDatetime
    """When the account was last changed."""


class AccountUpdate(Schema):
    """Fields of an account that administrators may change; an omitted field keeps its value."""

    model_config = ConfigDict(
        extra="forbid",
    )
    display_name: Annotated[
        str | None | MISSING, Field(max_length=100, min_length=1, pattern="^[^\\x00]*$")
    ] = MISSING
    """Name that other users see; null removes it."""
    role: UserRole | MISSING = MISSING
    disabled: StrictBool | MISSING = MISSING
    """Whether the account is disabled."""


class AccountPage(Schema):
    """One page of accounts."""

    items: Annotated[list[Account], Field(max_length=100)]
    """The accounts of this page."""
    next: Annotated[str | None, Field(max_length=2000)]
    """Value of `cursor` for the next page; null on the last page."""


class PasswordChange(Schema):
    """A new password, with the current one."""

    model_config = ConfigDict(
        extra="forbid",
    )
    current_password: Annotated[SecretStr, Field(max_length=128, min_length=1)]
    """The current password."""
    new_password: Annotated[SecretStr, Field(max_length=128, min_length=12)]
    """The new password."""


class ApiKeyScope(StrEnum):
    """Scopes that an API key can have."""

    ITEMS_READ = "items:read"
    ITEMS_WRITE = "items:write"


class ApiKeyCreate(Schema):
    """Fields of a new API key."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str, Field(max_length=100, min_length=1, pattern="^[^\\x00]*$")]
    """Name that tells you where the key is used."""
    scopes: Annotated[list[ApiKeyScope], Field(max_length=20, min_length=1)]
    """Scopes of the key; your own token must have them."""
    expires_in_days: Annotated[StrictInt, Field(ge=1, le=365)] = 90
    """Days until the key expires."""


class ApiKey(Schema):
    """An API key, without the key itself."""

    id: UUID
    """Identifies the API key (UUIDv7)."""
    name: Annotated[str, Field(max_length=100, min_length=1)]
    """Name that tells you where the key is used."""
    prefix: Annotated[str, Field(max_length=20)]
    """First characters of the key, to recognise it by."""
    scopes: Annotated[list[ApiKeyScope], Field(max_length=20)]
    """Scopes of the key that your role currently grants."""
    created_at: AwareDatetime
    """When the key was created."""
    expires_at: AwareDatetime
    """When the key expires."""
    last_used_at: AwareDatetime | None
    """When the key was last used, to the minute; null if it was never used."""


class ApiKeyCreated(Schema):
    """A new API key, with the key itself."""

    id: UUID
    """Identifies the API key (UUIDv7)."""
    name: Annotated[str, Field(max_length=100, min_length=1)]
    """Name that tells you where the key is used."""
    prefix: Annotated[str, Field(max_length=20)]
    """First characters of the key, to recognise it by."""
    scopes: Annotated[list[ApiKeyScope], Field(max_length=20)]
    """Scopes of the key that your role currently grants."""
    created_at: AwareDatetime
    """When the key was created."""
    expires_at: AwareDatetime
    """When the key expires."""
    last_used_at: AwareDatetime | None
    """When the key was last used, to the minute; null if it was never used."""
    key: Annotated[str, Field(max_length=100)]
    """The key; send it in the header `X-API-Key` and keep it secret."""


class ApiKeyPage(Schema):
    """One page of API keys."""

    items: Annotated[list[ApiKey], Field(max_length=100)]
    """The API keys of this page."""
    next: Annotated[str | None, Field(max_length=2000)]
    """Value of `cursor` for the next page; null on the last page."""


class ItemStatus(StrEnum):
    """Status of an item."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class ItemSort(StrEnum):
    """Sort key and direction."""

    CREATED_AT_ASC = "created_at.asc"
    CREATED_AT_DESC = "created_at.desc"
    NAME_ASC = "name.asc"
    NAME_DESC = "name.desc"


class Item(Schema):
    """Something that a user owns."""

    id: UUID
    """Identifies the item (UUIDv7)."""
    name: Annotated[str, Field(max_length=200, min_length=1)]
    """Name of the item."""
    description: Annotated[str | None, Field(max_length=2000)]
    """Description of the item; null if there is none."""
    status: ItemStatus
    quantity: Annotated[StrictInt, Field(ge=0, le=1000000)]
    """Number of pieces."""
    created_at: AwareDatetime
    """When the item was created."""
    updated_at: AwareDatetime
    """When the item was last changed."""


class ItemCreate(Schema):
    """Fields of a new item."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str, Field(max_length=200, min_length=1, pattern="^[^\\x00]*$")]
    """Name of the item."""
    description: Annotated[str | None, Field(max_length=2000, pattern="^[^\\x00]*$")] = None
    """Description of the item."""
    status: ItemStatus = ItemStatus.DRAFT
    quantity: Annotated[StrictInt, Field(ge=0, le=1000000)] = 0
    """Number of pieces."""


class ItemUpdate(Schema):
    """Fields of an item that its owner may change; an omitted field keeps its value."""

    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str | MISSING, Field(max_length=200, min_length=1, pattern="^[^\\x00]*$")] = (
        MISSING
    )
    """Name of the item."""
    description: Annotated[str | None | MISSING, Field(max_length=2000, pattern="^[^\\x00]*$")] = (
        MISSING
    )
    """Description of the item; null removes it."""
    status: ItemStatus | MISSING = MISSING
    quantity: Annotated[StrictInt | MISSING, Field(ge=0, le=1000000)] = MISSING
    """Number of pieces."""


class ItemPage(Schema):
    """One page of items."""

    items: Annotated[list[Item], Field(max_length=100)]
    """The items of this page."""
    next: Annotated[str | None, Field(max_length=2000)]
    """Value of `cursor` for the next page; null on the last page."""


class ExportFormat(StrEnum):
    """CSV (RFC 4180) with escaped formulas, or JSON Lines with unchanged texts."""

    CSV = "csv"
    JSONL = "jsonl"


class ExportStatus(StrEnum):
    """Status of an export; `done`, `failed` and `cancelled` are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ExportCreate(Schema):
    """Fields of a new export."""

    model_config = ConfigDict(
        extra="forbid",
    )
    format: ExportFormat = ExportFormat.CSV


class Export(Schema):
    """A file of your items that is written in the background."""

    id: UUID
    """Identifies the export (UUIDv7)."""
    format: ExportFormat
    status: ExportStatus
    rows_done: Annotated[StrictInt, Field(ge=0, le=2147483647)]
    """Number of items in the file so far."""
    rows_total: Annotated[StrictInt | None, Field(ge=0, le=2147483647)]
    """Number of items when the export started; null before that."""
    created_at: AwareDatetime
    """When the export was requested."""
    finished_at: AwareDatetime | None
    """When the export finished; null before that."""


ExportCsv = TypeAliasType("ExportCsv", str)
"""An export as CSV (RFC 4180); the first line contains the column names."""


ExportJsonLines = TypeAliasType("ExportJsonLines", str)
"""An export as JSON Lines; each line is an `Item`."""


ExportEvents = TypeAliasType("ExportEvents", str)
"""Server-sent events (WHATWG HTML, section 9.2). Each is called `export`; its data are an `Export`."""


class Readiness(Schema):
    """State of the process and of its dependencies."""

    status: Literal["ready"]
    """Always `ready`; a process that is not ready returns 503."""
    checks: Annotated[list[HealthCheck], Field(max_length=20)]
    """One entry per dependency."""


class FieldError(Schema):
    """An invalid field of a request."""

    location: FieldLocation
    pointer: Annotated[str | MISSING, Field(max_length=1000)] = MISSING
    """JSON Pointer (RFC 6901) to the field in the request body."""
    name: Annotated[str | MISSING, Field(max_length=1000)] = MISSING
    """Name of the invalid query parameter, path parameter, header or cookie."""
    code: Annotated[str, Field(max_length=100)]
    """Stable, machine-readable name of the violated rule."""
    detail: Annotated[str, Field(max_length=4000)]
    """What is wrong with the field."""


class PasswordGrant(Schema):
    """Form that starts a session (RFC 6749, section 4.3.2)."""

    grant_type: Literal["password"]
    """Always `password`."""
    username: Annotated[str, Field(max_length=254, min_length=1, pattern="^[^\\x00]*$")]
    """E-mail address of the account."""
    password: Annotated[SecretStr, Field(max_length=128, min_length=1)]
    """Password of the account."""
    scope: Scope | MISSING = MISSING
    """Requested scopes; omit it to request all scopes of the user.

    The granted scopes are those that the user may have; the response names them.
    """


class RefreshTokenGrant(Schema):
    """Form that continues a session (RFC 6749, section 6)."""

    grant_type: Literal["refresh_token"]
    """Always `refresh_token`."""
    refresh_token: Annotated[SecretStr, Field(max_length=200, min_length=1)]
    """The refresh token of the latest response."""
    scope: Scope | MISSING = MISSING
    """Requested scopes, a subset of those of the session; omit it to request all of them."""


class OAuthError(Schema):
    """An error of the token endpoint (RFC 6749, section 5.2)."""

    error: OAuthErrorCode
    error_description: Annotated[str, Field(max_length=1000, pattern="^[ !#-\\[\\]-~]*$")]
    """What went wrong, for developers."""


class JwkSet(Schema):
    """A JWK Set of public keys (RFC 7517, section 5)."""

    keys: Annotated[list[Jwk], Field(max_length=20)]
    """The keys; empty while tokens are signed with a shared secret."""


class Problem(Schema):
    """An error in the format of RFC 9457."""

    type: AnyUrl
    """URL of the page that explains this type of error."""
    title: Annotated[str, Field(max_length=200)]
    """Title of this type of error; it never varies."""
    status: Annotated[StrictInt, Field(ge=400, le=599)]
    """The HTTP status of this response."""
    detail: Annotated[str, Field(max_length=4000)]
    """What went wrong in this case, and how to correct it."""
    instance: Annotated[str | MISSING, Field(max_length=8000)] = MISSING
    """Path of the request that failed."""
    code: Annotated[str, Field(max_length=100, pattern="^[a-z0-9-]+$")]
    """Stable, machine-readable name of this type of error."""
    request_id: Annotated[str, Field(max_length=128)]
    """Identifies the request in the server's log.

    The header `X-Request-ID` has the same value. Quote it when you contact support.
    """
    trace_id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    """Identifies the trace that the request belongs to, across services (W3C Trace Context)."""
    errors: Annotated[list[FieldError] | MISSING, Field(max_length=100)] = MISSING
    """One entry per invalid field."""


TokenRequest = TypeAliasType(
    "TokenRequest",
    Annotated[PasswordGrant | RefreshTokenGrant, Field(discriminator="grant_type")],
)
"""A token request. Unknown fields are ignored, and empty fields are treated as omitted (RFC 6749, section 3.2)."""
