"""The changes of accounts that administrators may make, and the one that they may not."""

from datetime import UTC, datetime
from typing import ClassVar

from pydantic import MISSING

from app import schemas
from app.core.audit import Event
from app.core.exceptions import Conflict
from app.db.models.users import User
from app.db.unit_of_work import UnitOfWork
from app.services.support.outbox import Payload


class DeleteAccounts(Payload):
    """Delete what the users of deleted accounts owned, and then what is left of the accounts."""

    task: ClassVar = "delete_accounts"
    timeout_seconds: ClassVar = 3600.0


async def require_another_admin(work: UnitOfWork, user: User) -> None:
    """Refuse to lose the last administrator.

    Raises:
        Conflict: The user is the last active administrator.
    """
    if user.role != "admin" or user.disabled_at is not None:
        return
    if await work.users.lock_active_admins() <= {user.id}:
        raise Conflict("This is the last active administrator. Give another user the role first.")


def change_access(user: User, body: schemas.AccountUpdate) -> list[Event]:
    """Set role and state of an account; return an event for each change."""
    events = []
    if body.role is not MISSING and body.role != user.role:
        user.role = body.role.value
        events.append(Event.ROLE_CHANGED)
    if body.disabled is not MISSING and body.disabled != (user.disabled_at is not None):
        user.disabled_at = datetime.now(UTC) if body.disabled else None
        events.append(Event.USER_DISABLED if body.disabled else Event.USER_ENABLED)
    return events


def to_user(user: User) -> schemas.User:
    """Return the account as the contract shows it."""
    return schemas.User(
        id=user.id,
        email=user.email,
        display_name=user.display_name,
        email_verified=user.email_verified_at is not None,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )


def to_account(user: User) -> schemas.Account:
    """Return the account as administrators see it."""
    return schemas.Account(
        **to_user(user).model_dump(exclude={"email_verified"}),
        role=schemas.UserRole(user.role),
        email_verified_at=user.email_verified_at,
        disabled_at=user.disabled_at,
    )
