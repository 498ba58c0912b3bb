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
    """State of the process."""

    status: Literal["live"]
    """Always `live`."""


class HealthCheck(Schema):
    """Latest check of one dependency."""

    name: str
    """Name of the dependency."""
    status: Literal["up"]
    """Always `up`; the process returns 503 if a dependency is down."""
    age_seconds: StrictFloat
    """Seconds since the check."""


class Readiness(Schema):
    """State of the process and of its dependencies."""

    status: Literal["ready"]
    """Always `ready`; a process that is not ready returns 503."""
    checks: list[HealthCheck]
    """One entry per dependency."""


class FieldLocation(StrEnum):
    """Part of the request that contains the invalid field."""

    BODY = "body"
    QUERY = "query"
    PATH = "path"
    HEADER = "header"
    COOKIE = "cookie"


class FieldError(Schema):
    """An invalid field of a request."""

    location: FieldLocation
    pointer: str | MISSING = MISSING
    """JSON Pointer (RFC 6901) to the field in the request body."""
    name: str | MISSING = MISSING
    """Name of the invalid query parameter, path parameter, header or cookie."""
    code: str
    """Stable, machine-readable name of the violated rule."""
    detail: str
    """What is wrong with the field."""


class Problem(Schema):
    """An error in the format of RFC 9457."""

    type: str
    """URL of the page that explains this type of error."""
    title: str
    """Title of this type of error; it never varies."""
    status: StrictInt
    """The HTTP status of this response."""
    detail: str
    """What went wrong in this case, and how to correct it."""
    instance: str | MISSING = MISSING
    """Path of the request that failed."""
    code: str
    """Stable, machine-readable name of this type of error."""
    request_id: str
    """Identifies the request in the server's log.

    The header `X-Request-ID` has the same value. Quote it when you contact support.
    """
    trace_id: str
    """Identifies the trace that the request belongs to, across services (W3C Trace Context)."""
    errors: list[FieldError] | MISSING = MISSING
    """One entry per invalid field."""


class Accepted(Schema):
    """The response to a request whose outcome is not revealed."""

    detail: str
    """What happens next, as text for people."""


class UserRegister(Schema):
    """Fields of a new account."""

    model_config = ConfigDict(extra="forbid")

    email: str
    """E-mail address to sign in with; case is ignored."""
    password: Password
    """Password to sign in with."""
    display_name: str | None = None
    """Name that other users see."""


Scope = TypeAliasType("Scope", str)
"""Names of scopes, separated by spaces (RFC 6749, section 3.3)."""


class PasswordGrant(Schema):
    """Form that starts a session (RFC 6749, section 4.3.2)."""

    grant_type: Literal["password"]
    """Always `password`."""
    username: str
    """E-mail address of the account."""
    password: Password
    """Password of the account."""
    scope: Scope | MISSING = MISSING
    """Requested scopes; omit it to request all scopes of the user.

    The granted scopes are those that the user may have; the response names them.
    """


class RefreshTokenGrant(Schema):
    """Form that continues a session (RFC 6749, section 6)."""

    grant_type: Literal["refresh_token"]
    """Always `refresh_token`."""
    refresh_token: Password
    """The refresh token of the latest response."""
    scope: Scope | MISSING = MISSING
    """Requested scopes, a subset of those of the session; omit it to request all of them."""


TokenRequest = TypeAliasType(
    "TokenRequest", Annotated[PasswordGrant | RefreshTokenGrant, Field(discriminator="grant_type")]
)
"""A token request.

Unknown fields are ignored, and empty fields are treated as omitted (RFC 6749, section 3.2).
"""


class RevocationRequest(Schema):
    """Form of RFC 7009, section 2.1. Unknown fields are ignored."""

    token: str
    """A refresh token or an access token."""
    token_type_hint: str | MISSING = MISSING
    """Type of the token; the server does not need it."""


class PasswordForgot(Schema):
    """The account whose password is reset."""

    model_config = ConfigDict(extra="forbid")

    email: str
    """E-mail address of the account."""


class PasswordReset(Schema):
    """A new password, with the token that permits the change."""

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
    """The tokens of a session (RFC 6749, section 5.1)."""

    access_token: str
    """The access token; send it in the header `Authorization`, after the word `Bearer`."""
    token_type: Literal["Bearer"]
    """Always `Bearer`."""
    expires_in: StrictInt
    """Seconds until the access token expires."""
    scope: str
    """Scopes of the access token, separated by spaces."""
    refresh_token: str
    """The refresh token; it can be used once, and the response contains its successor."""


class OAuthErrorCode(StrEnum):
    """Error codes of RFC 6749, section 5.2."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"


class OAuthError(Schema):
    """An error of the token endpoint (RFC 6749, section 5.2)."""

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
    """The x coordinate, encoded as base64url."""
    y: str
    """The y coordinate, encoded as base64url."""
    kid: str
    """Thumbprint of the key (RFC 7638); the header of a token contains it."""
    use: Literal["sig"]
    """Always `sig`."""
    alg: Literal["ES256"]
    """Always `ES256`."""


class JwkSet(Schema):
    """A JWK Set of public keys (RFC 7517, section 5)."""

    keys: list[Jwk]
    """The keys; empty while tokens are signed with a shared secret."""


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
    user_agent: str | None
    """User agent that you signed in with."""
    address: str | None
    """IP address that you signed in from."""
    current: StrictBool
    """Whether this request belongs to the session."""


class SessionPage(Schema):
    """One page of sessions."""

    items: list[Session]
    """The sessions of this page."""
    next: str | None
    """Value of `cursor` for the next page; null on the last page."""


class User(Schema):
    """An account."""

    id: UUID
    """Identifies the user (UUIDv7)."""
    email: str
    """E-mail address that the user signs in with."""
    display_name: str | None
    """Name that other users see; null if there is none."""
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
    """Name that other users see; null removes it."""


class UserRole(StrEnum):
    """Role of an account; the access matrix in the documentation lists its permissions."""

    USER = "user"
    ADMIN = "admin"


class Account(Schema):
    """An account as administrators see it."""

    id: UUID
    """Identifies the user (UUIDv7)."""
    email: str
    """E-mail address that the user signs in with."""
    display_name: str | None
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

    model_config = ConfigDict(extra="forbid")

    display_name: str | None | MISSING = MISSING
    """Name that other users see; null removes it."""
    role: UserRole | MISSING = MISSING
    disabled: StrictBool | MISSING = MISSING
    """Whether the account is disabled."""


class AccountPage(Schema):
    """One page of accounts."""

    items: list[Account]
    """The accounts of this page."""
    next: str | None
    """Value of `cursor` for the next page; null on the last page."""


class PasswordChange(Schema):
    """A new password, with the current one."""

    model_config = ConfigDict(extra="forbid")

    current_password: Password
    """The current password."""
    new_password: Password
    """The new password."""


class ApiKeyScope(StrEnum):
    """Scopes that an API key can have."""

    PROFILE_READ = "profile:read"
    ITEMS_READ = "items:read"
    ITEMS_WRITE = "items:write"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"


class ApiKeyCreate(Schema):
    """Fields of a new API key."""

    model_config = ConfigDict(extra="forbid")

    name: str
    """Name that tells you where the key is used."""
    scopes: list[ApiKeyScope]
    """Scopes of the key; your own token must have them."""
    expires_in_days: StrictInt = 90
    """Days until the key expires."""


class ApiKey(Schema):
    """An API key, without the key itself."""

    id: UUID
    """Identifies the API key (UUIDv7)."""
    name: str
    """Name that tells you where the key is used."""
    prefix: str
    """First characters of the key, to recognise it by."""
    scopes: list[ApiKeyScope]
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
    name: str
    """Name that tells you where the key is used."""
    prefix: str
    """First characters of the key, to recognise it by."""
    scopes: list[ApiKeyScope]
    """Scopes of the key that your role currently grants."""
    created_at: AwareDatetime
    """When the key was created."""
    expires_at: AwareDatetime
    """When the key expires."""
    last_used_at: AwareDatetime | None
    """When the key was last used, to the minute; null if it was never used."""
    key: str
    """The key; send it in the header `X-API-Key` and keep it secret."""


class ApiKeyPage(Schema):
    """One page of API keys."""

    items: list[ApiKey]
    """The API keys of this page."""
    next: str | None
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
    name: str
    """Name of the item."""
    description: str | None
    """Description of the item; null if there is none."""
    status: ItemStatus
    quantity: StrictInt
    """Number of pieces."""
    created_at: AwareDatetime
    """When the item was created."""
    updated_at: AwareDatetime
    """When the item was last changed."""


class ItemCreatedEvent(Schema):
    """An item was created."""

    type: Literal["item.created"]
    """Type of the event."""
    timestamp: AwareDatetime
    """When the event occurred."""
    data: Item


class ItemCreate(Schema):
    """Fields of a new item."""

    model_config = ConfigDict(extra="forbid")

    name: str
    """Name of the item."""
    description: str | None = None
    """Description of the item."""
    status: ItemStatus = ItemStatus.DRAFT
    quantity: StrictInt = 0
    """Number of pieces."""


class ItemUpdate(Schema):
    """Fields of an item that its owner may change; an omitted field keeps its value."""

    model_config = ConfigDict(extra="forbid")

    name: str | MISSING = MISSING
    """Name of the item."""
    description: str | None | MISSING = MISSING
    """Description of the item; null removes it."""
    status: ItemStatus | MISSING = MISSING
    quantity: StrictInt | MISSING = MISSING
    """Number of pieces."""


class ItemPage(Schema):
    """One page of items."""

    items: list[Item]
    """The items of this page."""
    next: str | None
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

    model_config = ConfigDict(extra="forbid")

    format: ExportFormat = ExportFormat.CSV


class Export(Schema):
    """A file of your items that is written in the background."""

    id: UUID
    """Identifies the export (UUIDv7)."""
    format: ExportFormat
    status: ExportStatus
    rows_done: StrictInt
    """Number of items in the file so far."""
    rows_total: StrictInt | None
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
"""Server-sent events (WHATWG HTML, section 9.2).

Each is called `export`; its data are an `Export`.
"""


Bytes = TypeAliasType("Bytes", str)
"""The bytes of a file."""


class FileMediaType(StrEnum):
    """What the file contains."""

    IMAGE_PNG = "image/png"
    IMAGE_JPEG = "image/jpeg"
    APPLICATION_PDF = "application/pdf"


class FileScan(StrEnum):
    """Result of the virus scan."""

    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"


class File(Schema):
    """A file that a user uploaded."""

    id: UUID
    """Identifies the file."""
    media_type: FileMediaType
    size: StrictInt
    """Number of bytes."""
    sha256: str
    """SHA-256 digest of the content, in hexadecimal digits."""
    scan: FileScan
    created_at: AwareDatetime
    """When the file was uploaded."""


class ScanVerdict(StrEnum):
    """What the scanner says of a file."""

    CLEAN = "clean"
    INFECTED = "infected"


class ScanResult(Schema):
    """What was found in a file."""

    model_config = ConfigDict(extra="forbid")

    file_id: UUID
    """Identifies the file."""
    verdict: ScanVerdict


class ScanEvent(Schema):
    """The result of a virus scan."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["file.scanned"]
    """Kind of the event."""
    timestamp: AwareDatetime
    """When the event happened."""
    data: ScanResult


class WebhookEventType(StrEnum):
    """Types of the events that webhooks get."""

    ITEM_CREATED = "item.created"
    WEBHOOK_PING = "webhook.ping"


class WebhookDisabledReason(StrEnum):
    """Why a webhook was disabled; `gone` after status 410, `failing` after days of failures."""

    GONE = "gone"
    FAILING = "failing"


class WebhookDeliveryStatus(StrEnum):
    """Status of a delivery; `failed` after its last attempt."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDeliveryError(StrEnum):
    """Why an attempt failed; no status 2xx, no response in time, no connection, no public address."""

    STATUS = "status"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    ADDRESS = "address"


class WebhookPing(Schema):
    """The webhook that was tested."""

    webhook_id: UUID
    """Identifies the webhook."""


class WebhookPingEvent(Schema):
    """A test event."""

    type: Literal["webhook.ping"]
    """Type of the event."""
    timestamp: AwareDatetime
    """When the event occurred."""
    data: WebhookPing


class WebhookCreate(Schema):
    """Fields of a new webhook."""

    model_config = ConfigDict(extra="forbid")

    url: str
    """Public URL that gets the events, without user name, password and fragment."""
    event_types: list[WebhookEventType] | None = None
    """Types of the events to get; null for all, also future ones."""


class WebhookUpdate(Schema):
    """Fields of a webhook that its owner may change; an omitted field keeps its value."""

    model_config = ConfigDict(extra="forbid")

    url: str | MISSING = MISSING
    """Public URL that gets the events, without user name, password and fragment."""
    event_types: list[WebhookEventType] | None | MISSING = MISSING
    """Types of the events to get; null for all, also future ones."""
    active: StrictBool | MISSING = MISSING
    """Whether the webhook gets events; true also activates one that the server disabled."""


class Webhook(Schema):
    """A URL that gets events, without the signing secret."""

    id: UUID
    """Identifies the webhook (UUIDv7)."""
    url: str
    """URL that gets the events."""
    event_types: list[WebhookEventType] | None
    """Types of the events to get; null for all."""
    active: StrictBool
    """Whether the webhook gets events."""
    disabled_reason: WebhookDisabledReason | None
    """Why the server disabled the webhook; null if it did not."""
    failing_since: AwareDatetime | None
    """When attempts began to fail; null if the latest one succeeded."""
    created_at: AwareDatetime
    """When the webhook was created."""
    updated_at: AwareDatetime
    """When the webhook was last changed."""


class WebhookCreated(Schema):
    """A new webhook, with its signing secret."""

    id: UUID
    """Identifies the webhook (UUIDv7)."""
    url: str
    """URL that gets the events."""
    event_types: list[WebhookEventType] | None
    """Types of the events to get; null for all."""
    active: StrictBool
    """Whether the webhook gets events."""
    disabled_reason: WebhookDisabledReason | None
    """Why the server disabled the webhook; null if it did not."""
    failing_since: AwareDatetime | None
    """When attempts began to fail; null if the latest one succeeded."""
    created_at: AwareDatetime
    """When the webhook was created."""
    updated_at: AwareDatetime
    """When the webhook was last changed."""
    secret: str
    """Verifies the signature of each event; keep it secret."""


class WebhookSecret(Schema):
    """A new signing secret, and how long the previous one is used beside it."""

    secret: str
    """Verifies the signature of each event; keep it secret."""
    previous_expires_at: AwareDatetime
    """Until when events are signed with the previous secret, too."""


class WebhookPage(Schema):
    """One page of webhooks."""

    items: list[Webhook]
    """The webhooks of this page."""
    next: str | None
    """Value of `cursor` for the next page; null on the last page."""


class WebhookDelivery(Schema):
    """An event on its way to a webhook."""

    id: UUID
    """Identifies the delivery (UUIDv7)."""
    event_id: UUID
    """Identifies the event; the value of `webhook-id`."""
    event_type: WebhookEventType
    status: WebhookDeliveryStatus
    attempts: StrictInt
    """Number of attempts."""
    response_status: StrictInt | None
    """Status of the latest response; null if there was none."""
    error: WebhookDeliveryError | None
    """Why the latest attempt failed; null if it did not."""
    next_attempt_at: AwareDatetime | None
    """Earliest time of the next attempt, once the earlier deliveries have ended; null for none."""
    created_at: AwareDatetime
    """When the delivery was created."""
    finished_at: AwareDatetime | None
    """When the delivery ended; null before."""


class WebhookDeliveryPage(Schema):
    """One page of deliveries."""

    items: list[WebhookDelivery]
    """The deliveries of this page."""
    next: str | None
    """Value of `cursor` for the next page; null on the last page."""
