"""Security events: one log line each, at every log level, without secrets."""

import logging
from enum import StrEnum
from uuid import UUID

from app.core.context import client

logger = logging.getLogger(__name__)


class Event(StrEnum):
    """An event that concerns accounts, sessions or keys."""

    ACCOUNT_CREATED = "account.created"
    LOGIN_SUCCEEDED = "login.succeeded"
    LOGIN_FAILED = "login.failed"
    LOGIN_THROTTLED = "login.throttled"
    TOKEN_REFRESHED = "token.refreshed"  # noqa: S105 - a name
    TOKEN_REPLAYED = "token.replayed"  # noqa: S105 - a name
    TOKEN_REUSED = "token.reused"  # noqa: S105 - a name
    SESSION_REVOKED = "session.revoked"
    SESSIONS_REVOKED = "sessions.revoked"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - a name
    PASSWORD_FORGOTTEN = "password.forgotten"  # noqa: S105 - a name
    PASSWORD_RESET = "password.reset"  # noqa: S105 - a name
    EMAIL_VERIFIED = "email.verified"
    ROLE_CHANGED = "role.changed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_DELETED = "user.deleted"
    API_KEY_CREATED = "api_key.created"  # part api_keys
    API_KEY_REVOKED = "api_key.revoked"  # part api_keys
    WEBHOOK_CREATED = "webhook.created"  # part webhooks
    WEBHOOK_CHANGED = "webhook.changed"  # part webhooks
    WEBHOOK_DELETED = "webhook.deleted"  # part webhooks
    WEBHOOK_DISABLED = "webhook.disabled"  # part webhooks
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated"  # noqa: S105 - a name  # part webhooks
    SIGNING_KEY_CREATED = "signing_key.created"
    SIGNING_KEY_ACTIVATED = "signing_key.activated"
    SIGNING_KEY_REMOVED = "signing_key.removed"


def record(
    event: Event,
    *,
    user_id: UUID | None = None,
    session_id: UUID | None = None,
    **facts: str | int,
) -> None:
    """Log an event with its user and the client's address.

    Args:
        event: What happened.
        user_id: The account, if it is known.
        session_id: The session, if there is one.
        facts: Other facts that help an investigation; never an e-mail address, password or token.
    """
    subject = {"user_id": user_id, "session_id": session_id, "address": client.get().address}
    known = {name: str(value) for name, value in subject.items() if value is not None}
    logger.info("security event", extra={"event": event.value, **known, **facts})
